"""The pipeline: from a project's files to one sealed, published generation.

    read → check → project the stated graph → infer → write and seal → swap

What is made of an article is kept and used again as long as nothing changes of all that it was made from, so
a build costs what changed. A fault anywhere leaves the current generation as it was; when nothing changed,
nothing is done.

    sources        the files and their digests
    making         one build: from the generation before, or from all files
    made           by what program, with what encoder
    reading        a unit: its triples in the full form, what it mentions, what it weighs
    clusters       which units belong together
    foreign        what a cluster sees of others, and that it has asked
    examining      a cluster: checks, claims, what follows, the index's entries
    work, crew     both, in this process or in others
    elsewhere      both and the closure, done by others than this program's own processes
    spark          them being Apache Spark
    products       what came out, by content
    ledger         who says what, and what each examination has read
    problem_table  what is wrong, by whoever has it
    fresh          a generation from all of that
    revising       a generation from the one before and what changed
    closing        what follows across articles, and after an edit
    settling       on whose word it rests
    indexing       the text index
    inspection     the same in one piece and in memory: what all of this is judged by
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from traceback import clear_frames
from typing import TYPE_CHECKING, Final

from kgraph.build.clock import Clock, Progress, silent
from kgraph.build.made import encoder_name, versions
from kgraph.build.sources import find_sources
from kgraph.errors import StoreError
from kgraph.lazy import on_first_use
from kgraph.problems import Problem
from kgraph.settings import Settings
from kgraph.store import Catalog, Generation
from kgraph.store.carrying import catch_up, clients_of
from kgraph.store.generation import FORMAT, LEDGER
from kgraph.store.sealing import seal

if TYPE_CHECKING:
    from kgraph.build.elsewhere import Elsewhere
    from kgraph.build.inspection import Inspection, inspect_project

__all__ = ["Inspection", "Report", "build", "inspect_project", "is_current"]

#: How long a finished build waits for the writes of clients to let it in.
_PATIENCE_S: Final = 300.0
#: So many values are made before cycles are looked for among them.
_YOUNG: Final = 100_000
#: How many times as many products as the current generation is made of may be kept.
_MANY: Final = 1.5


#: What examines a project in one piece is loaded when somebody asks for it.
__getattr__ = on_first_use(__name__, {"inspection": "Inspection inspect_project"})


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did. ``fresh`` is false where nothing had changed and nothing was done."""

    generation: Generation
    fresh: bool
    problems: tuple[Problem, ...] = ()
    articles: int = 0
    claims: int = 0
    seconds: dict[str, float] = field(default_factory=dict)


def is_current(settings: Settings, digests: Mapping[str, str]) -> Generation | None:
    """The current generation, where it was built from exactly these sources by this program."""
    try:
        generation = Catalog(settings.store_path).current()
    except StoreError:  # there is none, or another version's that cannot be read: it gives way to a new one
        return None
    manifest = generation.manifest
    same = (
        dict(manifest.sources) == digests
        and dict(manifest.versions) == versions()
        and manifest.format == FORMAT
        and manifest.base_iri == settings.base_iri
        and manifest.encoder == encoder_name(settings)
        and manifest.title == settings.title
        and manifest.licence == settings.licence
    )
    return generation if same else None


def build(
    settings: Settings, *, progress: Progress = silent, force: bool = False, on_spark: bool = False
) -> Report:
    """Publish a generation of the project, unless the current one is already made of the same sources.

    Args:
        settings: the project's.
        progress: hears of each step as it begins.
        force: build even where nothing changed.
        on_spark: have articles read and examined, and a first closure computed, by Apache Spark: see
            :mod:`kgraph.build.spark`.

    Raises:
        ProjectError: the project has errors; the current generation stays as it was.
        StoreError: the store cannot be written, another process is writing to it, or Spark cannot start.
    """
    with _seldom_collecting():
        return _build(settings, Clock(progress), force, on_spark)


def _build(settings: Settings, clock: Clock, force: bool, on_spark: bool) -> Report:
    with clock.step("reading the project"):
        sources = find_sources(settings, anew=force)
    if not force and sources.is_whole and (generation := is_current(settings, sources.digests)) is not None:
        return Report(generation, fresh=False)
    catalog = Catalog(settings.store_path)
    clients_of(catalog)  # better told now than when all is made
    with _elsewhere(on_spark) as elsewhere, catalog.building() as prepared:
        from kgraph.build.making import Work  # noqa: PLC0415 - half a second, for nothing where nothing changed

        work = Work(settings, sources, catalog, prepared, clock, force, elsewhere)
        try:
            manifest, problems, counts = work.run()
        except Exception as error:
            del work
            clear_frames(error.__traceback__)  # which hold stores open that are about to be swept away
            gc.collect()
            raise
        with clock.step("publishing"), catalog.writing(wait_s=_PATIENCE_S):
            generation = _publish(catalog, Generation(prepared, manifest))
        _tidy(catalog, settings)
    return Report(generation, True, problems, *counts, clock.seconds)


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Have cycles looked for less often: a build makes many values that stay, and hardly a cycle."""
    before = gc.get_threshold()
    gc.set_threshold(_YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _elsewhere(on_spark: bool) -> AbstractContextManager[Elsewhere | None]:
    if not on_spark:
        return nullcontext()
    from kgraph.build.spark import Spark  # noqa: PLC0415 - it is optional

    return Spark()


def _tidy(catalog: Catalog, settings: Settings) -> None:
    """Delete the products that no generation was made of, once there are many."""
    from kgraph.build.ledger import Ledger  # noqa: PLC0415 - see build
    from kgraph.build.products import Products  # noqa: PLC0415

    products = Products(settings.store_path / "products")
    there, needed = products.names(), Ledger.read_products(catalog.current().path / LEDGER)
    if len(there) > _MANY * len(needed):
        others = (Ledger.read_products(generation.path / LEDGER) for generation in catalog.generations())
        products.keep_only(needed.union(*others))


def _publish(catalog: Catalog, prepared: Generation) -> Generation:
    """Publish what has been prepared, with the graphs of clients as they are at this moment."""
    current = clients_of(catalog)
    identifier = catalog.identifier(prepared.manifest.canonical_hash)

    def write(path: Path) -> Generation:
        if current is not None:
            return catch_up(current, prepared, path, identifier)
        prepared.path.rename(path)
        before = None
        with suppress(StoreError):
            before = catalog.current()
        return seal(path, replace(prepared.manifest, id=identifier), base=before)

    return catalog.publish(identifier, write)
