"""What the graph says about a thing, an article or a term of its ontology, and about itself.

description   what is known of one IRI: facts by graph, links, claims, names
describing    gathering it: bounded, a page at a time
describer     one generation, as whoever asks sees it
naming        what things are called where people read, named in the graphs or not
browsing      lists to go through: voices, places, claims by facets
article       an article as its text, cut into runs where its claims begin and end
terms         an ontology as its terms, with their axioms in words
schema_org    the same for search engines
metadata      the graph of what tools ask an endpoint for first
occurrences   what occurs together in a dataset, and how often
partitions    which classes and properties occur together
catalogue     the dataset's own description (VoID, DCAT)
examples      the canned queries as sh:SPARQLExecutable

The names below are loaded on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgraph.lazy import on_first_use

if TYPE_CHECKING:
    from kgraph.describe.article import ArticleText, Claimed, Listed, Run, SentenceText, cut_runs
    from kgraph.describe.browsing import FACETS, Facet, Place, Talk, VoiceCount
    from kgraph.describe.catalogue import Addresses
    from kgraph.describe.describer import Describer, Known
    from kgraph.describe.describing import SORTED_AT_MOST
    from kgraph.describe.description import UNNAMED, Description, Fact, Kind, Name, short_name
    from kgraph.describe.examples import describe_examples, without_header
    from kgraph.describe.metadata import describe_queries
    from kgraph.describe.occurrences import Occurrences, classes_of, describe_occurrences
    from kgraph.describe.partitions import ClassUse, Partitions
    from kgraph.describe.schema_org import article_data, dataset_data, terms_data, thing_data
    from kgraph.describe.terms import Ontology, Phrase, Term

__all__ = [
    "FACETS",
    "SORTED_AT_MOST",
    "UNNAMED",
    "Addresses",
    "ArticleText",
    "Claimed",
    "ClassUse",
    "Describer",
    "Description",
    "Facet",
    "Fact",
    "Kind",
    "Known",
    "Listed",
    "Name",
    "Occurrences",
    "Ontology",
    "Partitions",
    "Phrase",
    "Place",
    "Run",
    "SentenceText",
    "Talk",
    "Term",
    "VoiceCount",
    "article_data",
    "classes_of",
    "cut_runs",
    "dataset_data",
    "describe_examples",
    "describe_occurrences",
    "describe_queries",
    "short_name",
    "terms_data",
    "thing_data",
    "without_header",
]

__getattr__ = on_first_use(
    __name__,
    {
        "article": "ArticleText Claimed Listed Run SentenceText cut_runs",
        "browsing": "FACETS Facet Place Talk VoiceCount",
        "catalogue": "Addresses",
        "describer": "Describer Known",
        "describing": "SORTED_AT_MOST",
        "description": "UNNAMED Description Fact Kind Name short_name",
        "examples": "describe_examples without_header",
        "metadata": "describe_queries",
        "occurrences": "Occurrences classes_of describe_occurrences",
        "partitions": "ClassUse Partitions",
        "schema_org": "article_data dataset_data terms_data thing_data",
        "terms": "Ontology Phrase Term",
    },
)
