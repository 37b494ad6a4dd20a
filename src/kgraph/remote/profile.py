"""What an engine does as the standard says, and what not: found out by asking it.

:mod:`kgraph.remote.probes` has the questions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from kgraph.engine.portable import Feature, PortableQuery
from kgraph.errors import EngineError
from kgraph.remote.endpoint import Endpoint, EngineFault, Fault
from kgraph.remote.probes import (
    PROBE_DATA,
    PROBE_GRAPHS,
    PROBES,
    VALUES_ROWS,
    Probe,
    endless_query,
    values_query,
)

__all__ = ["EngineProfile", "probe_engine"]

#: What no engine is asked: each has its own answer, or reads it in its own way.
_ALWAYS_HERE: Final = {
    Feature.DESCRIBE: "what DESCRIBE gives is each engine's own",
    Feature.ESCAPES: "escapes are read at different times",
    Feature.EXTENSIONS: "it names an engine's own properties or functions",
    Feature.FUNCTIONS: "it calls functions that are not of SPARQL",
    Feature.TRIPLE_TERMS: "triple terms are of SPARQL 1.2",
}
_PATIENCE_S: Final = 2.5


@dataclass(frozen=True, slots=True)
class EngineProfile:
    """What was found. ``faults`` are the failed probes for which the engine cannot be used; ``here`` maps
    features to the reason why queries with them are answered here; ``longest`` is the length, in characters,
    of the longest query that it took; ``cancels`` says that it ends a query itself that is past a given time.
    """

    faults: tuple[str, ...] = ()
    here: Mapping[Feature, str] = field(default_factory=lambda: dict(_ALWAYS_HERE))
    longest: int = 0
    cancels: bool = False

    def reason_against(self, query: PortableQuery) -> str:
        """Why a query is answered here; an empty text where the engine is asked."""
        for feature in query.features:
            if feature in self.here:
                return self.here[feature]
        return "it is longer than any that the engine has taken" if len(query.text) > self.longest else ""

    @property
    def respells(self) -> bool:
        """Whether values come back in another spelling: TDB2 makes 100.0 of the decimal 100."""
        return Feature.SPELLINGS in self.here

    def require(self, url: str) -> None:
        """Refuse an engine that would answer wrongly.

        Raises:
            EngineError: with all that was found.
        """
        if self.faults:
            raise EngineError(
                f"The engine at {url} would give wrong answers: {'; '.join(self.faults)}.",
                hint="Use Apache Jena Fuseki or Oxigraph's server, or serve without --engine.",
            )


async def probe_engine(endpoint: Endpoint) -> EngineProfile:
    """Find out what an engine does. Its dataset is written to: two small graphs, which are taken away again.

    Raises:
        EngineError: it cannot be written to.
    """
    try:
        await endpoint.update(PROBE_DATA)
    except EngineFault as fault:
        raise EngineError(
            f"The engine at {endpoint.url} cannot be written to: {fault}.",
            hint="Let it take updates (Fuseki: --update), and give its token or password as engine_token.",
        ) from fault
    try:
        faults: list[str] = []
        here = dict(_ALWAYS_HERE)
        for probe in PROBES:
            found = await _fault_of(endpoint, probe)
            if found and probe.feature is not None:
                here[probe.feature] = found
            elif found:
                faults.append(found)
        if not endpoint.addresses.graphs:
            faults.append("it takes no whole datasets in N-Quads")
        longest = await _longest(endpoint)
        return EngineProfile(tuple(faults), here, longest, await _cancels(endpoint))
    finally:
        await endpoint.update("; ".join(f"DROP SILENT GRAPH <{graph}>" for graph in PROBE_GRAPHS))


async def _fault_of(endpoint: Endpoint, probe: Probe) -> str:
    """What is wrong with an engine's answer to a probe; an empty text where it is right."""
    try:
        rows = await endpoint.rows(
            f"PREFIX : <urn:kgraph:engine:> {probe.query}",
            default_graphs=probe.default_graphs,
            named_graphs=probe.named_graphs,
        )
    except EngineFault as fault:
        return f"it does not hold that {probe.name} ({fault})"
    return (
        ""
        if sorted(map(_folded, rows)) == sorted(map(_folded, probe.rows))
        else f"it does not hold that {probe.name}"
    )


def _folded(row: tuple[str, ...]) -> tuple[str, ...]:
    """A row in which language tags are in small letters (RDF 1.1 Concepts, section 3.3)."""
    parts = [term.rpartition('"@') for term in row]
    return tuple(f"{text}{mark}{tag.lower() if mark else tag}" for text, mark, tag in parts)


async def _longest(endpoint: Endpoint) -> int:
    longest = 0
    for number in VALUES_ROWS:
        query = values_query(number)
        try:
            rows = await endpoint.rows(query)
        except EngineFault:
            break
        if len(rows) != 1 or f'"{number}"' not in rows[0][0]:
            break
        longest = len(query)
    return longest


async def _cancels(endpoint: Endpoint) -> bool:
    """Whether the engine itself ends a query after the seconds that are sent along, and says so."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await endpoint.rows(endless_query(), timeout_s=1)
    except EngineFault as fault:
        return fault.fault is Fault.TIMEOUT
    except TimeoutError:
        return False
    return False
