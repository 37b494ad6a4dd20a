"""The text index of a generation: built with it, sealed with it, and searched read-only.

words        spelling, folding, stems: a text and a question become the same words
lexicon/     the small words, numerals and question words of each language, as data
dates        EDTF readings as ranges of days
roles        what a claim can answer: the one table of the vocabulary's roles
passages     what is indexed, read off the graphs: sentences with their claims, and names
encoders     texts as vectors: the bundled model, an endpoint, or none
vectors      the vectors of a generation's texts, taken over from build to build
index        the folder on disk as it is read: what tantivy keeps of it, and how it is asked
writing      the same as it is written, whole or as a copy with changes
reading      what a question says and asks for
likeness     how much of a question's words a text has
differences  what a question says otherwise than the text: numbers, names, negation
searching    the four ways of being found, and a page of hits
property     kg:search in a SPARQL query

The names below are loaded on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgraph.lazy import on_first_use

if TYPE_CHECKING:
    from kgraph.search.differences import Difference, denies
    from kgraph.search.encoders import Encoder, open_encoder
    from kgraph.search.index import FILTERS
    from kgraph.search.passages import ClaimEntry, NameEntry, Part, PassageEntry, read_entries
    from kgraph.search.property import SEARCH, expand_search
    from kgraph.search.ranking import Found
    from kgraph.search.reading import Asked
    from kgraph.search.roles import Kind
    from kgraph.search.searching import Hit, Hits, Search, TextIndex, check_page
    from kgraph.search.writing import write_index

__all__ = [
    "FILTERS",
    "SEARCH",
    "Asked",
    "ClaimEntry",
    "Difference",
    "Encoder",
    "Found",
    "Hit",
    "Hits",
    "Kind",
    "NameEntry",
    "Part",
    "PassageEntry",
    "Search",
    "TextIndex",
    "check_page",
    "denies",
    "expand_search",
    "open_encoder",
    "read_entries",
    "write_index",
]

__getattr__ = on_first_use(
    __name__,
    {
        "differences": "Difference denies",
        "encoders": "Encoder open_encoder",
        "index": "FILTERS",
        "passages": "ClaimEntry NameEntry Part PassageEntry read_entries",
        "property": "SEARCH expand_search",
        "ranking": "Found",
        "reading": "Asked",
        "roles": "Kind",
        "searching": "Hit Hits Search TextIndex check_page",
        "writing": "write_index",
    },
)
