"""What the graph says about a thing, an article or a term of its ontology, and about itself.

description   what is known of one IRI: facts by graph, links, claims, names
describing    gathering it: bounded, a page at a time
describer     one generation, as whoever asks sees it
browsing      lists to go through: voices, places, claims by facets
article       an article as its text, cut into runs where its claims begin and end
terms         an ontology as its terms, with their axioms in words
schema_org    the same for search engines
catalogue     the dataset's own description (VoID, DCAT)
examples      the canned queries as sh:SPARQLExecutable
"""

from kgraph.describe.article import ArticleText, Claimed, Listed, Run, SentenceText, cut_runs
from kgraph.describe.browsing import FACETS, Facet, Place, Talk, VoiceCount
from kgraph.describe.catalogue import Addresses
from kgraph.describe.describer import Describer, Known
from kgraph.describe.description import UNNAMED, Description, Fact, Kind, Name
from kgraph.describe.examples import describe_examples
from kgraph.describe.schema_org import article_data, dataset_data, terms_data, thing_data
from kgraph.describe.terms import Ontology, Phrase, Term

__all__ = [
    "FACETS",
    "UNNAMED",
    "Addresses",
    "ArticleText",
    "Claimed",
    "Describer",
    "Description",
    "Facet",
    "Fact",
    "Kind",
    "Known",
    "Listed",
    "Name",
    "Ontology",
    "Phrase",
    "Place",
    "Run",
    "SentenceText",
    "Talk",
    "Term",
    "VoiceCount",
    "article_data",
    "cut_runs",
    "dataset_data",
    "describe_examples",
    "terms_data",
    "thing_data",
]
