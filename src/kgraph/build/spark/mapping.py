"""Units and clusters as a map: each task is done wherever Spark puts it, as often as Spark needs to.

What a task makes is kept by its digest, so one that is done twice makes the same once.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self
from uuid import uuid4

from kgraph.build.spark.closing import Closed, Tables, close_tables
from kgraph.build.spark.facts import FACTS, write_facts
from kgraph.build.work import ONTOLOGY, Outcome, Setting, Task, Workshop
from kgraph.reasoning import GAZETTEER
from kgraph.settings import SETTINGS
from kgraph.spark import opened, translated

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from kgraph.build.state import State

__all__ = ["Spark"]

#: So many tasks are given out at once: their outcomes are in memory together.
_WAVE: Final = 20_000
_PARTS_OF_A_CORE: Final = 4
#: The workshop of a worker process, by the tasks that it is for.
_workshops: dict[str, Workshop] = {}


class Spark:
    """Apache Spark, as a build uses it. The session begins when it is first needed."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._session: SparkSession | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def session(self) -> SparkSession:
        """The session.

        Raises:
            StoreError: there can be none.
        """
        if self._session is None:
            self._session = self._stack.enter_context(opened())
        return self._session

    @contextmanager
    def closed(self, state: State) -> Iterator[Closed]:
        """What follows from all units and clusters of a build, for as long as the context lasts."""
        store = state.settings.store_path
        store.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="spark-", dir=store))
        names, ledger = state.names, state.ledger
        try:
            units = [row.product for row in ledger.units()]
            clusters = [product for name, product in ledger.clusters() if name != ONTOLOGY]
            with state.clock.step("reasoning: gathering facts"), translated():
                facts = write_facts(
                    self.session, state.products_path, units, clusters, (folder / "facts").as_uri()
                )
            tables = Tables(
                facts.of(*FACTS),
                facts.of("known"),
                facts.of("outside"),
                facts.told(names.graph(GAZETTEER)),
            )
            vocabulary = state.vocabulary
            with translated():
                closed = close_tables(
                    self.session, folder, vocabulary.axioms, vocabulary.program, tables, state.clock
                )
            yield closed
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def do(self, setting: Setting, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """The outcomes of tasks, in any order."""
        context = self.session.sparkContext
        secrets: dict[str, Any] = {each.key: "" for each in SETTINGS if each.is_secret}
        settings = replace(setting.settings, **secrets)  # a broadcast is written to disks
        shared = context.broadcast(replace(setting, settings=settings))
        key, left = uuid4().hex, iter(tasks)

        def work(some: Iterable[Task]) -> Iterable[Outcome]:
            return map(_workshop(key, shared).do, some)

        try:
            while wave := list(islice(left, _WAVE)):
                slices = min(len(wave), _PARTS_OF_A_CORE * context.defaultParallelism)
                with translated():
                    outcomes = context.parallelize(wave, slices).mapPartitions(work).collect()
                yield from outcomes
        finally:
            shared.destroy()


def _workshop(key: str, setting: Any) -> Workshop:
    """The workshop of this process for the tasks of this key."""
    if key not in _workshops:
        _workshops.clear()
        _workshops[key] = Workshop(setting.value)
    return _workshops[key]
