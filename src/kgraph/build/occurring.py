"""The graph ``metadata`` of a generation: counted once, and carried on where things have changed.

What a thing adds to the counts depends on its own triples and on the classes of what they lead to. So after
an edit, those things are taken out as they were and put in as they are of which a triple came or went, or
that lead to one whose classes are others.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import pyoxigraph as ox

from kgraph.describe import Occurrences, classes_of, describe_occurrences
from kgraph.store.spelling import stored
from kgraph.vocab import METADATA, RDF_TYPE, UNION_GRAPH, Names

__all__ = ["count_all", "count_in", "metadata_quads", "read_counts", "recount", "write_counts"]

_UNION = ox.NamedNode(UNION_GRAPH)
_TYPE = ox.NamedNode(RDF_TYPE)
#: What the graph itself speaks of, which is not counted.
_OWN = "urn:kgraph:"
_REMEMBERED = 200_000


def count_all(store: ox.Store) -> Occurrences:
    """What occurs in the union of a store."""
    found, classes = Occurrences(), _Classes(store)
    quads = store.quads_for_pattern(None, None, None, _UNION)  # which come subject by subject
    things = groupby(quads, lambda quad: quad.subject)
    found.count((some for subject, some in things if not _is_own(subject)), classes.of)
    return found


def count_in(folder: Path) -> str:
    """What occurs in the union of the store in a folder, as :func:`write_counts` writes it."""
    return write_counts(count_all(ox.Store.read_only(str(folder))))


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
