"""The graph ``metadata`` of a generation: counted once, and carried on where things have changed.

What a thing adds to the counts depends on its own triples and on the classes of what they lead to. So after
an edit, those things are taken out as they were and put in as they are of which a triple came or went, or
that lead to one whose classes are others.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, cast

import pyoxigraph as ox

from kgraph.build.crew import Crew
from kgraph.describe import Occurrences, classes_of, describe_occurrences
from kgraph.store.spelling import stored
from kgraph.store.workspace import link_store
from kgraph.vocab import METADATA, RDF_TYPE, UNION_GRAPH, Names

__all__ = ["begin_counting", "metadata_quads", "read_counts", "recount", "write_counts"]

_UNION = ox.NamedNode(UNION_GRAPH)
_TYPE = ox.NamedNode(RDF_TYPE)
#: What the graph itself speaks of, which is not counted.
_OWN = "urn:kgraph:"
_REMEMBERED = 200_000
#: So many processes count what occurs.
_COUNTERS = 2
_PREDICATES = "SELECT DISTINCT ?p { ?s ?p ?o }"


def count_all(store: ox.Store, part: int = 0, parts: int = 1) -> Occurrences:
    """What occurs in the union of a store, or one of several parts of it: each counts other properties.

    A property at a time, since the things of an article lie far apart in a large store. Only the classes of
    things are held in memory, each set of classes once.
    """
    found: dict[Any, list[str]] = {}
    for thing, cls in _pairs(store, _TYPE):
        if isinstance(cls, ox.NamedNode) and not _is_own(thing):
            found.setdefault(thing, []).append(cls.value)
    sets: dict[tuple[str, ...], tuple[str, ...]] = {}
    classes = {thing: sets.setdefault(own, own) for thing, some in found.items() for own in [tuple(some)]}
    counts = Occurrences()
    if part == 0:
        counts.things.update(cls for own in classes.values() for cls in own)
    predicates = sorted(str(predicate)[1:-1] for (predicate,) in _select(store, _PREDICATES))
    for predicate in map(ox.NamedNode, predicates[part::parts]):
        uses: Counter[tuple[tuple[str, ...], str | tuple[str, ...]]] = Counter()
        for subject, value in _pairs(store, predicate):
            own = classes.get(subject)
            if own is not None:
                uses[own, value.datatype.value if type(value) is ox.Literal else classes.get(value, ())] += 1
                counts.triples += 1
            elif not _is_own(subject):
                counts.triples += 1
        counts.add({(own, predicate.value, kinds): n for (own, kinds), n in uses.items()})
    return counts


def _pairs(store: ox.Store, predicate: ox.NamedNode) -> Iterator[Any]:
    """The subjects and objects of a predicate."""
    return _select(store, f"SELECT ?s ?o {{ ?s {predicate} ?o }}")


def _select(store: ox.Store, query: str) -> Iterator[Any]:
    return iter(cast(ox.QuerySolutions, store.query(query, default_graph=_UNION)))


def begin_counting(store: ox.Store, copy: Path, crew: Crew) -> Callable[[], str]:
    """Count what occurs in a store in other processes, which read a copy of it; in this one where the file
    system knows no hard links. What is returned waits for the counts, as :func:`write_counts` writes them.
    """
    if not link_store(store, copy):
        counted = write_counts(count_all(store))
        return lambda: counted
    begun = [crew.begin(partial(count_in, copy, part, _COUNTERS), part) for part in range(_COUNTERS)]

    def result() -> str:
        counts = Occurrences()
        for part in begun:
            counts.merge(read_counts(part()))
        return write_counts(counts)

    return result


def count_in(folder: Path, part: int, parts: int) -> str:
    """A part of what occurs in the union of the store in a folder, as :func:`write_counts` writes it."""
    return write_counts(count_all(ox.Store.read_only(str(folder)), part, parts))


def recount(
    counts: Occurrences, before: ox.Store, now: ox.Store, changed: Iterable[ox.Triple]
) -> Occurrences:
    """What occurs after a change.

    Args:
        counts: what occurred; it is altered.
        before: the store as it was.
        now: the store as it is.
        changed: the triples that came into the union or left it.
    """
    known = [triple for triple in changed if not _is_own(triple.subject)]
    subjects = dict.fromkeys(triple.subject for triple in known)
    for node in dict.fromkeys(triple.subject for triple in known if triple.predicate == _TYPE):
        for store in (before, now):
            leading = store.quads_for_pattern(None, None, node, _UNION)
            subjects |= dict.fromkeys(quad.subject for quad in leading)
    for store, times in ((before, -1), (now, 1)):
        things = (
            store.quads_for_pattern(subject, None, None, _UNION)
            for subject in subjects
            if not _is_own(subject)
        )
        counts.count(things, _Classes(store).of, times)
    return counts.settled()


def metadata_quads(
    counts: Occurrences, examples: Iterable[ox.Triple], names: Names, but: Occurrences | None = None
) -> Iterator[ox.Quad]:
    """The graph, as a store gives it back; none of a dataset without triples.

    Args:
        counts: what occurs.
        examples: what is said of the canned queries.
        names: the names of the project.
        but: other counts; what is said of these as well may be missing.
    """
    if counts.triples:
        graph = ox.NamedNode(names.graph(METADATA))
        for triple in (*describe_occurrences(counts, but), *examples):
            yield stored(ox.Quad(triple.subject, triple.predicate, triple.object, graph))


def write_counts(counts: Occurrences) -> str:
    """Counts as JSON."""
    values = [[*key, list(map(list, some.items()))] for key, some in counts.values.items()]
    uses = [[*key, n] for key, n in counts.uses.items()]
    return json.dumps([counts.triples, dict(counts.things), uses, values])


def read_counts(text: str) -> Occurrences:
    """Counts from their JSON."""
    triples, things, uses, values = json.loads(text)
    return Occurrences(
        triples,
        Counter(things),
        Counter({(cls, prop): n for cls, prop, n in uses}),
        {(cls, prop): Counter({(k, v): n for (k, v), n in some}) for cls, prop, some in values},
    )


def _is_own(node: object) -> bool:
    return isinstance(node, ox.NamedNode) and node.value.startswith(_OWN)


class _Classes:
    """The classes of nodes in a store, the latest remembered."""

    def __init__(self, store: ox.Store) -> None:
        @lru_cache(maxsize=_REMEMBERED)
        def of(node: object) -> tuple[str, ...]:
            if not isinstance(node, (ox.NamedNode, ox.BlankNode)):
                return ()
            quads = store.quads_for_pattern(node, _TYPE, None, _UNION)
            return tuple(classes_of(quads))

        self.of = of
