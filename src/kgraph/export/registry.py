"""The table of the formats of export."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kgraph.errors import UnknownNameError
from kgraph.export.exporter import Exporter
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
