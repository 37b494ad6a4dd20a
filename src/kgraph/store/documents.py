"""The documents of a project: the names of all things that have a page of their own, in order.

documents.txt    those of an earlier moment, one a line
documents.json   how many there are, and what has come and what has gone since that moment

So whoever pages through a large archive does not ask its store for each page, and a build after an edit
writes down what has changed and nothing else. Clients' graphs are not looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, cast

import pyoxigraph as ox

from kgraph.search.vectors import link_file
from kgraph.vocab import LEXICON, ONTOLOGY, UNION_GRAPH, Names

if TYPE_CHECKING:
    from kgraph.store.generation import Generation
    from kgraph.store.revision import Revision

__all__ = ["Documents", "link_documents", "revise_documents", "write_documents"]

_LIST: Final = "documents.txt"
_CHANGES: Final = "documents.json"
#: After so many changes, the list is written anew.
_MANY: Final = 10_000
_UNION: Final = ox.NamedNode(UNION_GRAPH)
#: Without an order: to sort, the store would look each name up as often as it compares it.
_SUBJECTS: Final = "SELECT DISTINCT ?s { ?s ?p ?o }"


@dataclass(frozen=True)
class Documents:
    """The documents of a generation.

    Args:
        folder: the generation's.
        count: how many there are.
        come: what is not in the list.
        gone: what is in the list and no document any more.
    """

    folder: Path
    count: int
    come: tuple[str, ...] = ()
    gone: frozenset[str] = frozenset()

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Those of a generation; None where they have not been written down."""
        try:
            changes = json.loads((folder / _CHANGES).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return cls(folder, changes["count"], tuple(changes["come"]), frozenset(changes["gone"]))

    def page(self, offset: int, limit: int) -> list[str]:
        """Some of them, by their names' code points."""
        return list(islice(self, offset, offset + limit))

    def __iter__(self) -> Iterator[str]:
        with (self.folder / _LIST).open(encoding="utf-8") as lines:
            names = (line.rstrip("\n") for line in lines)
            yield from merge((name for name in names if name not in self.gone), self.come)


def _is_document(iri: str, names: Names) -> bool:
    """Whether a thing has a page: it is below the base IRI and no part of another page, nor a graph; or it
    is a vocabulary that comes with kgraph.
    """
    is_below = iri.startswith(names.base) and not iri.startswith(names.graphs)
    return (is_below or iri in (ONTOLOGY, LEXICON)) and "#" not in iri


def link_documents(base: Path, folder: Path) -> None:
    """Give a generation the documents of another one."""
    for name in (_LIST, _CHANGES):
        link_file(base / name, folder / name)


def write_documents(folder: Path, store: ox.Store, names: Names) -> None:
    """Write down the documents of a store."""
    subjects = cast(ox.QuerySolutions, store.query(_SUBJECTS, default_graph=_UNION))
    iris = (subject.value for (subject,) in subjects if isinstance(subject, ox.NamedNode))
    _write(folder, sorted(iri for iri in iris if _is_document(iri, names)))


def _write(folder: Path, documents: Iterable[str]) -> None:
    count = 0
    with (folder / _LIST).open("w", encoding="utf-8") as lines:
        for count, name in enumerate(documents, 1):  # noqa: B007 - used below
            lines.write(name + "\n")
    _note(Documents(folder, count))


def _note(documents: Documents) -> None:
    told = {"count": documents.count, "come": documents.come, "gone": sorted(documents.gone)}
    (documents.folder / _CHANGES).write_text(json.dumps(told), encoding="utf-8")


def revise_documents(folder: Path, base: Generation, revision: Revision, names: Names) -> None:
    """Write down the documents of a revised store.

    Args:
        folder: the new generation's.
        base: the earlier generation.
        revision: its store under revision.
        names: the names of the project.
    """
    earlier = base.documents()
    if earlier is None:
        write_documents(folder, revision.store, names)
        return
    subjects = {triple.subject for triple in revision.united}
    iris = {node.value for node in subjects if isinstance(node, ox.NamedNode)}
    changed = {iri for iri in iris if _is_document(iri, names)}
    before = ox.Store.read_only(str(base.store_path)) if changed else revision.store
    was, now = ({iri for iri in changed if _is_said(iri, store)} for store in (before, revision.store))
    new, old = now - was, was - now
    come = {*earlier.come, *(new - earlier.gone)} - old
    gone = {*earlier.gone, *(old - {*earlier.come})} - new
    revised = Documents(base.path, earlier.count + len(new) - len(old), tuple(sorted(come)), frozenset(gone))
    if len(come) + len(gone) > _MANY:
        _write(folder, revised)
    else:
        link_file(base.path / _LIST, folder / _LIST)
        _note(replace(revised, folder=folder))


def _is_said(iri: str, store: ox.Store) -> bool:
    """Whether something is said of a thing."""
    return next(store.quads_for_pattern(ox.NamedNode(iri), None, None, _UNION), None) is not None
