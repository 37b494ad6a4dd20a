"""Who said this? In one call, for words or for a fact: whose claim it is, and through whom it came.

question      what is asked
asking        finding the assertions and gathering what there is about them
reading       from triples to answers
attribution   the answer
wording       "denied by", "demanded by"
citation      text, BibTeX, CSL-JSON
rendering     JSON and CSV
linked_data   Turtle and JSON-LD: PROV-O and Web Annotation
"""

from kgraph.who_said.asking import Dataset, ask, gather
from kgraph.who_said.attribution import Answer, Attribution, Inferred, Leaf, Level
from kgraph.who_said.citation import Citation, cite
from kgraph.who_said.linked_data import render_linked_data
from kgraph.who_said.question import PARTS, Question, parse_day, parse_question
from kgraph.who_said.reading import AttributionReader
from kgraph.who_said.rendering import render_citations, render_csv, render_json

__all__ = [
    "PARTS",
    "Answer",
    "Attribution",
    "AttributionReader",
    "Citation",
    "Dataset",
    "Inferred",
    "Leaf",
    "Level",
    "Question",
    "ask",
    "cite",
    "gather",
    "parse_day",
    "parse_question",
    "render_citations",
    "render_csv",
    "render_json",
    "render_linked_data",
]
