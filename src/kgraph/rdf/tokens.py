"""The tokens that SPARQL and Turtle spell alike, as pieces of a verbose regular expression.

IRIREF and the four kinds of string of SPARQL 1.1 Query, section 19.8, which are those of Turtle 1.1,
section 6.5.
"""

from __future__ import annotations

from typing import Final

__all__ = ["IRIS_AND_STRINGS"]

IRIS_AND_STRINGS: Final = r'''
  | (?P<iri><[^<>"{}|^`\x00-\x20]*>)
  | (?P<string>"""(?:(?:"|"")?(?:[^"\\]|\\.))*"""
             | \'\'\'(?:(?:'|'')?(?:[^'\\]|\\.))*\'\'\'
             | "(?:[^"\\\r\n]|\\.)*"
             | '(?:[^'\\\r\n]|\\.)*')
'''
