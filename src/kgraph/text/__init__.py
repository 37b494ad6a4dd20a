"""An article's text: its paragraphs and sentences, the quotations in it, and the numbers it spells.

Pure functions on strings. Offsets count Unicode code points from 0; a span includes its start and
excludes its end.
"""

from kgraph.text.numbers import spelled_numbers
from kgraph.text.quotations import quoted_spans
from kgraph.text.sentences import paragraphs, sentences
from kgraph.text.spans import Span, digest, iter_lines, uncovered

__all__ = [
    "Span",
    "digest",
    "iter_lines",
    "paragraphs",
    "quoted_spans",
    "sentences",
    "spelled_numbers",
    "uncovered",
]
