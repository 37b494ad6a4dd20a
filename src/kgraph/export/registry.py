"""The table of the formats of export."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kgraph.errors import UnknownNameError
from kgraph.export.exporter import Exporter, Shape
from kgraph.rdf.formats import FORMATS

__all__ = ["EXPORTERS", "find_exporter"]

_RDF: Final = {
    "nq": "all graphs as N-Quads, or one",
    "trig": "all graphs as TriG, or one",
    "jsonld": "all graphs as JSON-LD, or one",
    "ttl": "one graph as Turtle",
    "nt": "one graph as N-Triples",
    "rdf": "one graph as RDF/XML",
}
_TRIG: Final = FORMATS["trig"].media_type
_ZIP: Final = "application/zip"
_TEXT: Final = "text/plain"
_ANNOTATIONS: Final = 'application/ld+json;profile="http://www.w3.org/ns/anno.jsonld"'


def _of(
    name: str, summary: str, media_type: str, suffix: str, module: str, shape: Shape = Shape.DOCUMENT
) -> Exporter:
    function = {"nanopubs": "nanopublications", "schemaorg": "schema_org"}.get(name, name.replace("-", "_"))
    return Exporter(name, summary, media_type, suffix, f"kgraph.export.{module}:write_{function}", shape)


_TABLE: Final = (
    *(
        Exporter(
            name,
            summary,
            FORMATS[name].media_type,
            FORMATS[name].suffix,
            f"kgraph.export.rdf:write_{name}",
            takes_graph=True,
        )
        for name, summary in _RDF.items()
    ),
    _of(
        "rdf12",
        "all graphs as TriG 1.2, claims as reifiers of triple terms",
        "application/trig",
        "trig",
        "reified",
    ),
    _of(
        "nanopubs", "the claims as nanopublications, in TriG", "application/trig", "trig", "nanopublications"
    ),
    _of("annotations", "the claims as Web Annotations", _ANNOTATIONS, "jsonld", "annotations"),
    _of("schemaorg", "claims and quotations of schema.org", "application/ld+json", "jsonld", "schema_org"),
    _of("csvw", "the claims as CSV, with CSVW metadata", _ZIP, "zip", "csvw", Shape.FOLDER),
    Exporter(
        "parquet",
        "claims, entities, sources, spans and times as Parquet",
        _ZIP,
        "zip",
        "kgraph.export.parquet:write_parquet",
        Shape.FOLDER,
        extra="arrow",
    ),
    _of(
        "quickstatements", "statements for a Wikibase, with references", "text/plain", "qs", "quickstatements"
    ),
    _of("cff", "how to cite the dataset (CITATION.cff)", "text/yaml", "cff", "citation"),
    _of("bibtex", "the articles and the dataset as BibTeX", "application/x-bibtex", "bib", "citation"),
    _of("ro-crate", "a release as RO-Crate", _ZIP, "zip", "ro_crate", Shape.FOLDER),
)

#: Every format of export by name, in the order in which they are listed.
EXPORTERS: Final[Mapping[str, Exporter]] = MappingProxyType({each.name: each for each in _TABLE})


def find_exporter(name: str) -> Exporter:
    """The format of that name.

    Raises:
        UnknownNameError: there is none.
    """
    if name not in EXPORTERS:
        raise UnknownNameError(f"There is no export {name!r}.", hint=f"There are: {', '.join(EXPORTERS)}.")
    return EXPORTERS[name]
