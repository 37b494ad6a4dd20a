"""The tokens that SPARQL and Turtle spell alike (SPARQL 1.1 Query, section 19.8; Turtle 1.1, section 6.5).

Cutting a text into tokens takes time that is linear in its length, whatever the text. Two things make it so:

- No quantifier gives back what it has taken (``*+``). A string that is never closed is one token too, up to
  the end of its line (a long one: of the text), so that nobody looks for its end twice.
- Letters, digits, dots and hyphens can be the prefix of a name, or words and full stops. What follows all of
  them decides it for all of them, so :meth:`Tokens.scan` takes such a run as a whole and cuts it afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final

__all__ = ["BLANK_NODE", "IRIS_AND_STRINGS", "LANGUAGE", "PREFIXED_NAME", "RUN", "WORD", "Tokens"]

#: PN_CHARS_BASE and PN_CHARS, each as the inside of a class of characters.
_START: Final = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_INNER: Final = _START + "_0-9\u00b7\u0300-\u036f\u203f\u2040\\-"
#: PLX: a character of a name in its escaped form.
_ESCAPE: Final = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"

IRIS_AND_STRINGS: Final = r'''
  | (?P<iri><[^<>"{}|^`\x00-\x20]*+>)
  | (?P<string>"""(?:[^"\\]++|\\.|"(?!""))*+"""
             | \'\'\'(?:[^'\\]++|\\.|'(?!''))*+\'\'\'
             | (?!""")"(?:[^"\\\r\n]++|\\[^\r\n])*+"
             | (?!\'\'\')'(?:[^'\\\r\n]++|\\[^\r\n])*+')
  | (?P<unclosed>"""(?s:.*) | \'\'\'(?s:.*)
             | "(?:[^"\\\r\n]++|\\[^\r\n])*+
             | '(?:[^'\\\r\n]++|\\[^\r\n])*+)
'''
LANGUAGE: Final = r"@[A-Za-z]+(?:-[A-Za-z0-9]+)*+"
BLANK_NODE: Final = rf"_:[{_START}_0-9](?:[{_INNER}]++|\.++(?=[{_INNER}]))*+"
PREFIXED_NAME: Final = rf"""
    (?:[{_START}][{_INNER}.]*+(?<!\.))?+:
    (?:(?:[{_START}_0-9:]|{_ESCAPE})(?:[{_INNER}:]++|{_ESCAPE}|\.++(?=[{_INNER}:]|{_ESCAPE}))*+)?+
"""
#: A word that is one whatever follows, and one that is to be cut with what follows it.
WORD: Final = rf"_\w*+ | [A-Za-z]\w*+(?![{_INNER}.])"
RUN: Final = rf"[{_START}][{_INNER}.]*+"


class Tokens:
    """The tokens of a language; the patterns are compiled when a text is first cut, since that takes 30 ms.

    Args:
        whole: a verbose pattern with a named group for each kind of token.
        cut: what a token of the group ``run`` is cut into.
    """

    def __init__(self, whole: str, cut: str) -> None:
        self._sources = whole, cut

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        """Both patterns."""
        whole, cut = self._sources
        return re.compile(whole, re.VERBOSE | re.DOTALL), re.compile(cut, re.DOTALL)

    def scan(self, text: str) -> Iterator[re.Match[str]]:
        """The tokens of a text one after another, and in the place of a run those that it is cut into."""
        whole, cut = self.patterns
        for match in whole.finditer(text):
            if match.lastgroup == "run":
                yield from cut.finditer(text, match.start(), match.end())
            else:
                yield match
