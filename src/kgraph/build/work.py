"""What a build does unit by unit and cluster by cluster, be it in its own process or in others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kgraph.build.examining import examine, examine_ontology
from kgraph.build.products import Products
from kgraph.build.reading import ABOUT, Unit, read_unit
from kgraph.build.vocabulary import Vocabulary, load_vocabulary
from kgraph.errors import StoreError
from kgraph.project.folder import Listing
from kgraph.settings import Settings
from kgraph.store.manifest import graph_key
from kgraph.store.spelling import restore

__all__ = ["ONTOLOGY", "Outcome", "Setting", "Task", "Workshop"]

#: The cluster that the ontology and the shapes are.
ONTOLOGY = "ontology"


@dataclass(frozen=True, slots=True)
class Setting:
    """What all tasks have in common.

    ``data`` are the short names of the graphs that data files fill, ``store`` the folder of the store that
    tells what is said of a name; ``has_terms`` whether data say something of the ontology's terms.
    """

    settings: Settings
    listing: Listing
    products: Path
    store: Path | None = None
    data: frozenset[str] = frozenset()
    has_terms: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """A unit to read, or a cluster to examine: its products' names, and the slugs of its articles."""

    name: str
    unit: Unit | None = None
    parts: tuple[str, ...] = ()
    slugs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The product that a task made, by its name, with its header; of a unit, what it mentions, too."""

    task: Task
    product: str
    header: Mapping[str, Any]
    mentions: bytes = b"[]"


class Workshop:
    """Does tasks."""

    def __init__(
        self, setting: Setting, *, store: ox.Store | None = None, vocabulary: Vocabulary | None = None
    ) -> None:
        self._setting = setting
        self._products = Products(setting.products)
        self._given = store
        if vocabulary is not None:
            self.vocabulary = vocabulary
        self._texts = [name for name, _ in setting.listing.texts]

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The ontology and the shapes."""
        return load_vocabulary(self._setting.settings, self._setting.listing)

    @cached_property
    def _store(self) -> ox.Store:
        if self._given is not None:
            return self._given
        return ox.Store.read_only(str(self._setting.store)) if self._setting.store else ox.Store()

    def do(self, task: Task) -> Outcome:
        """Do a task.

        Raises:
            StoreError: a product of an earlier task is gone.
        """
        setting = self._setting
        if task.unit is not None:
            product = read_unit(setting.settings, task.unit, self._texts)
            return Outcome(task, self._products.put(product), product.header, product.parts["mentions"])
        if task.name == ONTOLOGY:
            product = examine_ontology(self.vocabulary, self._describe)
        else:
            units = [self._products.get(name) for name in task.parts]
            if None in units:
                raise StoreError("A part of the store was deleted while it was needed.", hint="Build again.")
            found = [unit for unit in units if unit is not None]
            drafts, reviews = (
                {slug: some[slug] for slug in task.slugs if slug in some}
                for some in (setting.listing.drafts, setting.listing.reviews)
            )
            listing = Listing(texts=setting.listing.texts, drafts=drafts, reviews=reviews)
            product = examine(
                setting.settings, self.vocabulary, found, listing, self._describe, self._readings
            )
        return Outcome(task, self._products.put(product), product.header)

    def _readings(self, name: str) -> Iterator[str]:
        """The statements in the project's data that say how a name is read."""
        quads = self._store.quads_for_pattern(None, ox.NamedNode(ABOUT), ox.NamedNode(name), None)
        for quad in quads:
            if isinstance(quad.subject, ox.NamedNode) and self._is_data(quad):
                yield quad.subject.value

    def _is_data(self, quad: ox.Quad) -> bool:
        graph = graph_key(quad.graph_name).removeprefix(self._setting.settings.names.graphs)
        return graph in self._setting.data

    def _describe(self, name: str) -> Iterator[tuple[str, ox.Triple]]:
        """What is said of a name in the project's data, as it is written."""
        if not self._setting.has_terms and name in self.vocabulary.index:
            return
        node = ox.BlankNode(name[2:]) if name.startswith("_:") else ox.NamedNode(name)
        graphs = self._setting.settings.names.graphs
        quads = filter(self._is_data, self._store.quads_for_pattern(node, None, None, None))
        for quad in restore(self._store, quads):
            yield quad.graph_name.value.removeprefix(graphs), quad.triple  # type: ignore[union-attr]
