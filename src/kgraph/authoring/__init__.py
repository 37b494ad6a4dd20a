"""The short form in which a person writes an article's claims, and the full form that is built from it.

Pure functions: triples of one article's files and its text in, triples of the full form and faults out.
What is written in the full form already passes through as it is. See docs/annotating.md.

    words        finding quoted words in the text
    layout       parts, paragraphs, sentences
    values       quantities and times that all articles share
    entries      what is written, by subject
    manuscript   a text with what is found in it
    claims       claims → assertions
    expanding    all of it, for one article
"""

from kgraph.authoring.expanding import expand_article
from kgraph.authoring.layout import Layout, lay_out
from kgraph.authoring.manuscript import Fault
from kgraph.authoring.words import find_words

__all__ = ["Fault", "Layout", "expand_article", "find_words", "lay_out"]
