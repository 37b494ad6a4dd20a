"""An article's text: paragraphs, sentences, quotations, and the numbers it spells; and text for TeX.

Pure functions on strings. Offsets count Unicode code points from 0; a span includes its start and
excludes its end.
"""

from kgraph.text.numbers import spelled_numbers
from kgraph.text.quotations import quoted_spans
from kgraph.text.sentences import paragraphs, sentences
from kgraph.text.spans import Span, digest, iter_lines, pieces_of, uncovered
from kgraph.text.tex import tex_of

__all__ = [
    "Span",
    "digest",
    "iter_lines",
    "paragraphs",
    "pieces_of",
    "quoted_spans",
    "sentences",
    "spelled_numbers",
    "tex_of",
    "uncovered",
]
