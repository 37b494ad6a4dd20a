"""The short form in which a person writes an article's claims, and the full form that is built from it.

Pure functions: triples of one article's files and its text in, triples of the full form and problems out.
What is written in the full form already passes through as it is. See docs/annotating.md.
"""

from kgraph.authoring.expanding import Fault, expand_article, is_short_form

__all__ = ["Fault", "expand_article", "is_short_form"]
