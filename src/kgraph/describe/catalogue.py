"""The dataset's own description: VoID for linked-data clients, DCAT for catalogues.

The dataset and its graphs are named by the project's base IRI; where they can be had is said by the server
that is asked. Licences are told apart: the ontology's own, the annotations', and what each article says of
its text, which no licence of the project covers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kgraph.rdf.formats import FORMATS
from kgraph.rdf.sparql import substitute
from kgraph.store import Manifest
from kgraph.vocab import DCTERMS, GEO, KG, OWL, PROV, RDF_TYPE, RDFS, SD, SKOS, XSD, Names
from kgraph.who_said import Dataset

__all__ = ["DESCRIPTION_PREFIXES", "Addresses", "describe_dataset"]

VOID: Final = "http://rdfs.org/ns/void#"
DCAT: Final = "http://www.w3.org/ns/dcat#"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_MEDIA_TYPES: Final = "https://www.iana.org/assignments/media-types/"
DESCRIPTION_PREFIXES: Final = {"void": VOID, "dcat": DCAT, "foaf": FOAF, "sd": SD}

#: Vocabularies, each with a property that shows whether it is in use.
_VOCABULARIES: Final = {
    KG: KG + "subject",
    RDFS: RDFS + "label",
    OWL: OWL + "inverseOf",
    SKOS: SKOS + "prefLabel",
    PROV: PROV + "wasAttributedTo",
    DCTERMS: DCTERMS + "title",
    GEO: GEO + "lat",
}
#: The formats that a graph is given out in, with the W3C's IRIs of them.
_DISTRIBUTED: Final = {"ttl": "Turtle", "nt": "N-Triples", "jsonld": "JSON-LD", "rdf": "RDF_XML"}
#: What each graph of a project holds (see :mod:`kgraph.project.listing` and ``docs`` in the README).
_CONTENTS: Final = {
    "assertions": "The claims of the articles, their sources, evidence and time expressions.",
    "document": "The articles, their sentences and the digests of their texts.",
    "editorial": "Readings by the curators, which the articles do not make.",
    "entities": "What the claims are about: types, names and definitions.",
    "gazetteer": "Outside geography, each record with its source.",
    "inferred": "What follows from the stated by OWL 2 RL.",
    "links": "Links to Wikidata and GeoNames, each with its grounds.",
    "metadata": "Partitions by class and property, example queries and prefixes, for tools.",
    "ontology": "The ontology, its lists of modes, polarities and modalities, and its alignments.",
    "stated": "What the articles state in their own voice, as facts.",
}
_QUOTING: Final = frozenset({"assertions", "document"})

_Node = ox.NamedNode | ox.BlankNode


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where things can be had: the URL of the server, as the world sees it, without a slash at its end."""

    server: str
    names: Names

    @property
    def dataset(self) -> str:
        """The IRI of the dataset."""
        return self.names.base + ".well-known/void#dataset"

    def at(self, path: str) -> str:
        """The URL of a path."""
        return self.server + path


async def describe_dataset(dataset: Dataset, addresses: Addresses, *, licence: str) -> list[ox.Triple]:
    """The description of the current generation."""
    pairs = " ".join(f"(<{namespace}> <{predicate}>)" for namespace, predicate in _VOCABULARIES.items())
    query = substitute(
        _template(), {"_vocabularies": pairs, "_stated": str(ox.NamedNode(dataset.names.graph("stated")))}
    )
    found = [(_value(row["what"]), _value(row["thing"]), row["value"]) for row in await dataset.select(query)]
    writer = _Writer(dataset.manifest, addresses, licence, found)
    return list(dict.fromkeys(writer.triples()))


@cache
def _template() -> str:
    return (Path(__file__).parent / "dataset.rq").read_text(encoding="utf-8")


class _Writer:
    def __init__(
        self,
        manifest: Manifest,
        addresses: Addresses,
        licence: str,
        found: Sequence[tuple[str, str, object]],
    ) -> None:
        self._manifest = manifest
        self._addresses = addresses
        self._licence = licence
        self._found = found
        self._dataset = ox.NamedNode(addresses.dataset)

    def triples(self) -> Iterator[ox.Triple]:
        yield from self._document()
        yield from self._whole()
        yield from self._service()
        for number, (graph, count) in enumerate(self._manifest.graphs.items()):
            yield from self._graph(graph, count, number)
        yield from self._texts()

    def _document(self) -> Iterator[ox.Triple]:
        document = ox.NamedNode(self._dataset.value.partition("#")[0])
        yield _iri(document, RDF_TYPE, VOID + "DatasetDescription")
        yield _text(document, DCTERMS + "title", f"Description of {self._manifest.title}", "en")
        yield _iri(document, FOAF + "primaryTopic", self._dataset.value)

    def _whole(self) -> Iterator[ox.Triple]:
        dataset, at = self._dataset, self._addresses.at
        for kind in (VOID + "Dataset", DCAT + "Dataset"):
            yield _iri(dataset, RDF_TYPE, kind)
        yield _text(dataset, DCTERMS + "title", self._manifest.title, "en")
        yield _text(
            dataset,
            DCTERMS + "description",
            "Who said what, where: the claims of news articles, each leading back to the sentence, the words "
            "and the speaker. What an article states, what somebody in it claims and what follows stand in "
            "graphs of their own.",
            "en",
        )
        yield _typed(dataset, DCTERMS + "modified", self._manifest.created, "dateTime")
        yield _text(dataset, DCTERMS + "identifier", self._manifest.id)
        yield _text(dataset, DCAT + "version", self._manifest.version)
        yield from self._rights(dataset, mixed=True)
        yield _typed(dataset, VOID + "triples", str(self._manifest.triples), "integer")
        yield _typed(dataset, VOID + "uriSpace", self._addresses.names.base, "string")
        yield _iri(dataset, VOID + "sparqlEndpoint", at("/sparql"))
        yield _iri(dataset, FOAF + "homepage", at("/"))
        yield _iri(dataset, DCAT + "landingPage", at("/"))
        yield _iri(dataset, VOID + "dataDump", at("/dumps/nq.nq"))
        for path in ("/openapi.json", "/.well-known/sparql-examples", "/dumps", "/changes.atom"):
            yield _iri(dataset, RDFS + "seeAlso", at(path))
        for what, thing, _ in self._found:
            if what == "vocabulary":
                yield _iri(dataset, VOID + "vocabulary", thing)
            elif what in ("example", "article"):
                yield _iri(dataset, VOID + "exampleResource", thing)
        for name in _DISTRIBUTED:
            yield _iri(dataset, VOID + "feature", _FORMATS + _DISTRIBUTED[name])

    def _service(self) -> Iterator[ox.Triple]:
        endpoint = ox.NamedNode(self._addresses.at("/sparql"))
        yield _iri(endpoint, RDF_TYPE, DCAT + "DataService")
        yield _text(endpoint, DCTERMS + "title", "SPARQL endpoint", "en")
        yield _iri(endpoint, DCAT + "endpointURL", endpoint.value)
        yield _iri(endpoint, DCAT + "endpointDescription", endpoint.value)
        yield _iri(endpoint, DCAT + "servesDataset", self._dataset.value)
        yield _iri(endpoint, DCTERMS + "conformsTo", "https://www.w3.org/TR/sparql11-protocol/")

    def _graph(self, iri: str, count: int, number: int) -> Iterator[ox.Triple]:
        graph, base = ox.NamedNode(iri), self._addresses.names.graphs
        name = iri.removeprefix(base)
        yield _iri(self._dataset, VOID + "subset", iri)
        for kind in (VOID + "Dataset", DCAT + "Dataset"):
            yield _iri(graph, RDF_TYPE, kind)
        yield _text(graph, DCTERMS + "title", name, None)
        kind = name.partition("/")[0]
        if kind in _CONTENTS:
            yield _text(graph, DCTERMS + "description", _CONTENTS[kind], "en")
        yield _typed(graph, VOID + "triples", str(count), "integer")
        yield from self._rights(graph, name=name)
        if not iri.startswith(base):
            return  # a client's graph; only what hangs below the base has a path of its own
        path = f"/graph/{name}"
        for short, form in _DISTRIBUTED.items():
            url = self._addresses.at(f"{path}.{FORMATS[short].suffix}")
            distribution = ox.BlankNode(f"graph{number}{short}")
            yield ox.Triple(graph, ox.NamedNode(DCAT + "distribution"), distribution)
            yield _iri(distribution, RDF_TYPE, DCAT + "Distribution")
            yield _iri(distribution, DCAT + "downloadURL", url)
            yield _iri(distribution, DCAT + "accessURL", url)
            yield _iri(distribution, DCAT + "mediaType", _MEDIA_TYPES + FORMATS[short].media_type)
            yield _iri(distribution, DCTERMS + "format", _FORMATS + form)
            yield _iri(graph, VOID + "dataDump", url)

    def _rights(self, subject: _Node, *, name: str = "", mixed: bool = False) -> Iterator[ox.Triple]:
        """What may be done with it: with the whole, with the ontology, with what quotes the texts."""
        ontology = [value for what, _, value in self._found if what == "licence"]
        if name == "ontology":
            yield from (_iri(subject, DCTERMS + "license", _value(value)) for value in ontology)
        elif self._licence:
            yield _iri(subject, DCTERMS + "license", self._licence)
        if mixed or name in _QUOTING:
            texts = [thing for what, thing, _ in self._found if what == "article"]
            if texts:
                yield _text(
                    subject,
                    DCTERMS + "rights",
                    "The licence is the annotations'. The words quoted from the articles stay under the "
                    "rights of their owners, which each article states.",
                    "en",
                )
        if mixed:
            yield from (
                _iri(subject, DCTERMS + "hasPart", thing) for w, thing, _ in self._found if w == "article"
            )

    def _texts(self) -> Iterator[ox.Triple]:
        """What each article says of the rights in its text, and each ontology of its licence."""
        for what, thing, value in self._found:
            if what == "article" and isinstance(value, ox.Literal):
                yield ox.Triple(ox.NamedNode(thing), ox.NamedNode(DCTERMS + "rights"), value)
            elif what == "licence" and isinstance(value, ox.NamedNode):
                yield _iri(ox.NamedNode(thing), DCTERMS + "license", value.value)


def _value(term: object) -> str:
    return term.value if isinstance(term, (ox.NamedNode, ox.Literal)) else str(term)


def _iri(subject: _Node, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), ox.NamedNode(value))


def _text(subject: _Node, predicate: str, value: str, language: str | None = None) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), ox.Literal(value, language=language))


def _typed(subject: _Node, predicate: str, value: str, datatype: str) -> ox.Triple:
    literal = ox.Literal(value, datatype=ox.NamedNode(XSD + datatype))
    return ox.Triple(subject, ox.NamedNode(predicate), literal)
