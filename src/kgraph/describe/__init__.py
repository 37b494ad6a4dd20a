"""What the graph says about a thing, an article or a term of its ontology, and about itself.

description   what is known of one IRI: facts by graph, links, claims, names
describing    gathering it: bounded, a page at a time
article       an article as its text, cut into runs where its claims begin and end
terms         an ontology as its terms, with their axioms in words
schema_org    the same for search engines
catalogue     the dataset's own description (VoID, DCAT)
examples      the canned queries as sh:SPARQLExecutable
"""

from kgraph.describe.article import ArticleText, Claimed, Run, SentenceText, cut_runs
from kgraph.describe.catalogue import Addresses, describe_dataset
from kgraph.describe.describing import (
    describe,
    describe_article,
    describe_terms,
    find_hashed,
    find_known,
    list_documents,
)
from kgraph.describe.description import Description, Fact, Kind, Name
from kgraph.describe.examples import describe_examples
from kgraph.describe.schema_org import article_data, dataset_data, terms_data, thing_data
from kgraph.describe.terms import Ontology, Phrase, Term

__all__ = [
    "Addresses",
    "ArticleText",
    "Claimed",
    "Description",
    "Fact",
    "Kind",
    "Name",
    "Ontology",
    "Phrase",
    "Run",
    "SentenceText",
    "Term",
    "article_data",
    "cut_runs",
    "dataset_data",
    "describe",
    "describe_article",
    "describe_dataset",
    "describe_examples",
    "describe_terms",
    "find_hashed",
    "find_known",
    "list_documents",
    "terms_data",
    "thing_data",
]
