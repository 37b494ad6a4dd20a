"""Bringing a generation into another engine, so that it never shows a part of one.

One graph of the engine says what it holds: ``holds`` a load, by the generation and a number that is new each
time, or that it ``loads`` one. It is changed before anything else is, and set when all is there and has been
counted. A dataset without this graph that is not empty is somebody else's, and is not touched.

Several servers may use one engine: whichever has the newest generation loads it, and the others wait until
they have that, too.

A generation that a small change leads to from the one that the engine holds comes as one update, which is one
transaction; any other takes the place of all that there is.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from secrets import token_hex
from typing import Final

import pyoxigraph as ox

from kgraph.errors import EngineError
from kgraph.remote.endpoint import Endpoint, EngineFault, Fault
from kgraph.remote.pouring import HOLDS, LOADS, STATE, placed
from kgraph.store import Generation
from kgraph.store.generation import ADDED, REMOVED
from kgraph.store.spelling import stored
from kgraph.vocab import ENGINE_GRAPHS

__all__ = ["Load", "Loader"]

_LOG: Final = logging.getLogger(__name__)
_STATE_QUERY: Final = f"SELECT ?state ?load {{ GRAPH {STATE} {{ {STATE} ?state ?load }} }}"
_COUNT_QUERY: Final = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
_PIECE_BYTES: Final = 256 << 10
#: Up to this many changed quads come as an update.
_MOST_CHANGES: Final = 2_000
#: How often a long load is told of.
_TOLD_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Load:
    """What an engine holds: a generation, as it was loaded once. ``number`` is new each time."""

    generation: str
    number: str

    def __str__(self) -> str:
        return f"{self.generation} {self.number}"


class Loader:
    """Loads generations into one engine."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.sent_bytes = 0

    async def claim(self) -> Load | None:
        """What the engine holds all of; None where that is nothing, or what is not sure.

        Raises:
            EngineError: what it holds is not kgraph's.
            EngineFault: it does not say.
        """
        state = await self._state()
        if state:
            return await self.held()
        for pattern in ("{ ?s ?p ?o } LIMIT 1", "{ GRAPH ?g { ?s ?p ?o } } LIMIT 1"):
            if await self._endpoint.rows(f"SELECT ?s {pattern}"):
                raise EngineError(
                    f"The dataset at {self._endpoint.url} holds data that kgraph has not put there.",
                    hint="Name one that is empty: all that is in it would be replaced.",
                )
        return None

    async def held(self) -> Load | None:
        """What the engine holds all of at this moment.

        Raises:
            EngineFault: it does not say.
        """
        state = await self._state()
        if len(state) != 1 or state[0][0] != str(HOLDS):
            return None
        generation, _, number = state[0][1].strip('"').partition(" ")
        return Load(generation, number)

    async def _state(self) -> list[tuple[str, ...]]:
        return await self._endpoint.rows(_STATE_QUERY, named_graphs=(STATE.value,))

    async def load(self, generation: Generation, held: Load | None) -> Load:
        """Have the engine hold a generation.

        Raises:
            EngineError: it has what the engine cannot hold, or not all has arrived.
            EngineFault: the engine does not take it.
        """
        reserved = [iri for iri in generation.manifest.named_graphs if iri.startswith((ENGINE_GRAPHS, "_:"))]
        if reserved:
            raise EngineError(
                f"The graph {reserved[0]} cannot be in another engine.",
                hint="Give it another name: blank nodes and names of kgraph's own cannot be asked for there.",
            )
        load = Load(generation.id, token_hex(8))
        changes = None if held is None else _changes(generation, held.generation)
        if held is not None and changes is not None:
            await self._endpoint.update(_update(*changes, held, load))
        else:
            await self._replace(generation, load)
        return load

    async def _replace(self, generation: Generation, load: Load) -> None:
        """Put a generation in the place of all that there is."""
        loads, holds = (
            f"GRAPH {STATE} {{ {STATE} {each} {ox.Literal(str(load))} }}" for each in (LOADS, HOLDS)
        )
        # A PUT should replace all, but TDB2 finds whole decimals again only where a graph is dropped.
        await self._endpoint.update(f"DROP ALL; INSERT DATA {{ {loads} }}")
        command = [sys.executable, "-m", "kgraph.remote.pouring", str(generation.store_path), str(load)]
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, limit=1 << 20
        )
        try:
            assert process.stdout is not None  # noqa: S101 - it was asked for
            await self._endpoint.replace(self._pieces(process.stdout))
            _, told = await process.communicate()
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if process.returncode:
            raise EngineError(f"The generation {generation.id} cannot be read: {told.decode()[-300:]}")
        counts = json.loads(told.splitlines()[-1])
        if counts["strange"]:
            raise EngineError(
                "The generation has triple terms or graphs named by blank nodes, which SPARQL 1.1 lacks.",
                hint="Another engine can serve it without them.",
            )
        ((found,),) = await self._endpoint.rows(_COUNT_QUERY)
        arrived = int(found.split('"')[1]) - 1
        if arrived != counts["quads"]:
            raise EngineError(
                f"Of {counts['quads']:,} quads, {arrived:,} have arrived in the engine.",
                hint="Is somebody else writing to its dataset?",
            )
        # Another server that began to load meanwhile has taken the sign of this load away.
        await self._endpoint.update(f"DELETE {{ {loads} }} INSERT {{ {holds} }} WHERE {{ {loads} }}")
        if await self.held() != load:
            raise EngineFault(Fault.REFUSED, "another server has loaded it meanwhile")

    async def _pieces(self, stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        self.sent_bytes, told_s = 0, loop.time()
        while piece := await stream.read(_PIECE_BYTES):
            self.sent_bytes += len(piece)
            if loop.time() - told_s > _TOLD_S:
                told_s = loop.time()
                _LOG.info("loading %s: %d MiB so far", self._endpoint.url, self.sent_bytes >> 20)
            yield piece


def _changes(generation: Generation, base: str) -> tuple[list[ox.Quad], list[ox.Quad]] | None:
    """What came and went since another generation, where that is known, little, and sayable in an update."""
    if generation.manifest.base != base:
        return None
    changes: list[list[ox.Quad]] = []
    for name in (ADDED, REMOVED):
        path = generation.path / name
        if not path.exists():
            return None
        written = ox.parse(path=path, format=ox.RdfFormat.N_QUADS)
        quads = list(islice(placed(map(stored, written)), _MOST_CHANGES))
        if len(quads) == _MOST_CHANGES or any(map(_is_unsayable, quads)):
            return None
        changes.append(quads)
    return changes[0], changes[1]


def _is_unsayable(quad: ox.Quad) -> bool:
    """Whether DELETE DATA cannot have it (SPARQL 1.1 Update, section 3.1.2), or no SPARQL 1.1 at all."""
    return any(isinstance(part, ox.BlankNode | ox.Triple) for part in quad)


def _update(added: list[ox.Quad], removed: list[ox.Quad], held: Load, load: Load) -> str:
    """One request, which is one transaction, that leads from one load to another."""
    before, after = (ox.Quad(STATE, HOLDS, ox.Literal(str(each)), STATE) for each in (held, load))
    return f"{_insertion([*removed, before], 'DELETE')}; {_insertion([*added, after])}"


def _insertion(quads: list[ox.Quad], verb: str = "INSERT") -> str:
    lines = (f"GRAPH {quad.graph_name} {{ {quad.triple} }}" for quad in quads)
    return f"{verb} DATA {{ {' '.join(lines)} }}"
