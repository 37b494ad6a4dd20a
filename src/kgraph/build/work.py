"""What a build does unit by unit and cluster by cluster, be it in its own process or in others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kgraph.build.examining import examine, examine_ontology
from kgraph.build.foreign import Data, Describe, Foreign, Readings
from kgraph.build.products import Products
from kgraph.build.reading import read_unit
from kgraph.build.sources import Unit
from kgraph.build.vocabulary import Vocabulary, load_vocabulary
from kgraph.errors import StoreError
from kgraph.project.index import TripleIndex
from kgraph.project.listing import Listing
from kgraph.settings import Settings

__all__ = ["ONTOLOGY", "Outcome", "Setting", "Task", "Workshop"]

#: The cluster that the ontology and the shapes are.
ONTOLOGY = "ontology"
#: Of so many names it is remembered what is said of them: many articles ask for the same.
_REMEMBERED: Final = 4_096


@dataclass(frozen=True, slots=True)
class Setting:
    """What all tasks have in common.

    ``data`` are the short names of the graphs that data files fill, ``store`` the folder of the store that
    tells what is said of a name; ``has_terms`` whether data say something of the ontology's terms. Where it
    is known which names several units describe, these are ``repeated``.
    """

    settings: Settings
    listing: Listing
    products: Path
    store: Path | None = None
    data: frozenset[str] = frozenset()
    has_terms: bool = False
    repeated: frozenset[str] | None = None


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
        self._texts = frozenset(name for name, _ in setting.listing.texts)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The ontology and the shapes."""
        return load_vocabulary(self._setting.settings, self._setting.listing)

    @property
    def read_vocabulary(self) -> Vocabulary | None:
        """These, where they have been read."""
        return self.__dict__.get("vocabulary")

    @cached_property
    def _data(self) -> Data:
        setting = self._setting
        if (store := self._given) is None:
            store = ox.Store.read_only(str(setting.store)) if setting.store else ox.Store()
        names = setting.settings.names
        graphs = {ox.NamedNode(names.graph(graph)): graph for graph in setting.data}
        return Data(store, graphs, TripleIndex(()) if setting.has_terms else self.vocabulary.index)

    @cached_property
    def _describe(self) -> Describe:
        return lru_cache(_REMEMBERED)(self._data.describe)

    @cached_property
    def _readings(self) -> Readings:
        return lru_cache(_REMEMBERED)(self._data.readings)

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
            product = examine_ontology(self.vocabulary, Foreign(self._describe))
        else:
            units = [self._products.get(name) for name in task.parts]
            if None in units:
                raise StoreError("A part of the store was deleted while it was needed.", hint="Build again.")
            found = [unit for unit in units if unit is not None]
            drafts, reviews = (
                {slug: some[slug] for slug in task.slugs if slug in some}
                for some in (setting.listing.drafts, setting.listing.reviews)
            )
            listing = Listing(drafts=drafts, reviews=reviews)
            foreign = Foreign(self._describe, self._readings, setting.repeated)
            product = examine(setting.settings, self.vocabulary, found, self._texts, listing, foreign)
        return Outcome(task, self._products.put(product), product.header)
