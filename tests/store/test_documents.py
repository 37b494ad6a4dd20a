"""The documents of a generation, written down: after any edits, the things of which something is said."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pyoxigraph as ox
import pytest

from kgraph.store import documents as module
from kgraph.store.documents import Documents, link_documents, revise_documents, write_documents
from kgraph.store.generation import Generation
from kgraph.store.revision import Revision
from kgraph.vocab import LEXICON, UNION_GRAPH, Names

NAMES = Names("https://example.org/")
UNION = ox.NamedNode(UNION_GRAPH)
#: Documents, and what is none: a part of one, a graph, a thing of others.
DOCUMENTS = [f"{NAMES.base}id/{name}" for name in ("a", "ä", "b/c", "z", "\U0001d537", "\uffee")] + [LEXICON]
OTHERS = [f"{NAMES.base}id/a#part", f"{NAMES.base}graph/stated", "https://example.com/id/a"]


@dataclass(frozen=True)
class Base:
    """A generation, as far as its documents are concerned."""

    path: Path
    store_path: Path

    def documents(self) -> Documents | None:
        return Documents.read(self.path)


@dataclass
class Changed:
    """A store under revision."""

    store: ox.Store
    united: set[ox.Triple]


def _quad(name: str, number: int) -> ox.Quad:
    return ox.Quad(ox.NamedNode(name), ox.NamedNode("urn:p"), ox.Literal(str(number)), UNION)


@contextmanager
def _opened(path: Path) -> Iterator[ox.Store]:
    store = ox.Store(str(path))
    yield store
    store.flush()


@pytest.mark.parametrize("many", [0, 2, 10_000])
def test_edits_give_the_documents_that_a_first_build_gives(
    many: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MANY", many)
    chance = random.Random(many)  # noqa: S311 - to have it again
    said: set[ox.Quad] = set()
    base: Base | None = None
    for step in range(10):
        folder = tmp_path / str(step)
        folder.mkdir()
        now = {_quad(name, n) for name in (*DOCUMENTS, *OTHERS) for n in range(2) if chance.random() < 0.4}
        with _opened(folder / "oxigraph") as store:
            store.extend(now)
            if base is None:
                write_documents(folder, store, NAMES)
            else:
                changed = Changed(store, {quad.triple for quad in now ^ said})
                revise_documents(folder, cast(Generation, base), cast(Revision, changed), NAMES)
        del store
        found = Documents.read(folder)
        assert found is not None
        subjects = {cast(ox.NamedNode, quad.subject).value for quad in now}
        expected = sorted(subjects.intersection(DOCUMENTS))
        assert list(found) == expected
        assert found.count == len(expected)
        assert [name for start in range(0, 9, 2) for name in found.page(start, 2)] == expected
        assert len({*found.come, *found.gone}) <= many
        said, base = now, Base(folder, folder / "oxigraph")


def test_a_generation_without_them_has_them_written_down_by_the_next_build(tmp_path: Path) -> None:
    assert Documents.read(tmp_path) is None
    base, folder = Base(tmp_path, tmp_path / "oxigraph"), tmp_path / "next"
    folder.mkdir()
    with _opened(folder / "oxigraph") as store:
        store.extend([_quad(DOCUMENTS[0], 1)])
        revise_documents(folder, cast(Generation, base), cast(Revision, Changed(store, set())), NAMES)
    assert list(Documents.read(folder) or ()) == DOCUMENTS[:1]
    (tmp_path / "clients").mkdir()
    link_documents(folder, tmp_path / "clients")
    found = Documents.read(tmp_path / "clients")
    assert found == replace(cast(Documents, Documents.read(folder)), folder=tmp_path / "clients")
    link_documents(tmp_path, tmp_path / "clients" / "older")  # which has none, so there is nothing to link
    assert Documents.read(tmp_path / "clients" / "older") is None
