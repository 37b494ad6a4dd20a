"""The pipeline: from a project's files to one sealed, published generation.

    read → check → project the stated graph → infer → write and seal → swap

What is made of an article is kept and used again as long as nothing changes of all that it was made from, so
a build costs what changed. A fault anywhere leaves the current generation as it was; when nothing changed,
nothing is done.

    sources      the files and their digests
    reading      a unit: its triples in the full form, what it mentions, what it weighs
    clusters     which units belong together
    foreign      what a cluster sees of others, and that it has asked
    examining    a cluster: checks, claims, what follows, the index's entries
    work, crew   both, in this process or in others
    products     what came out, by content
    ledger       who says what, and what each examination has read
    fresh        a generation from all of that
    revising     a generation from the one before and what changed
    closing      what follows across articles, and after an edit
    settling     on whose word it rests
    indexing     the text index
    inspection   the same in one piece and in memory: what all of this is judged by
"""

from __future__ import annotations

import gc
import platform
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from traceback import clear_frames
from typing import Final

import pyoxigraph as ox

import kgraph
from kgraph.build.clock import Clock, Progress, silent
from kgraph.build.fresh import FreshBuild
from kgraph.build.indexing import revise_index
from kgraph.build.indexing import write_whole_index as reindex
from kgraph.build.inspection import Inspection, inspect_project
from kgraph.build.ledger import Ledger
from kgraph.build.placing import Placer, collect
from kgraph.build.products import Products
from kgraph.build.revising import RevisedBuild
from kgraph.build.rows import Located, UnitRow, room_for
from kgraph.build.sources import Sources, find_sources
from kgraph.build.state import Lost, State
from kgraph.checks import load_subject
from kgraph.checks.shapes import check_shapes
from kgraph.errors import ProjectError, StoreError
from kgraph.problems import Problem, Severity, count_problems, has_errors
from kgraph.project.folder import Listing, Role, read_files, read_project
from kgraph.reasoning import Remainder
from kgraph.search import Encoder, open_encoder
from kgraph.search.revision import IndexRevision
from kgraph.settings import Settings
from kgraph.store import Catalog, Generation, Manifest
from kgraph.store.carrying import carry_over, catch_up, clients_of, require_apart
from kgraph.store.generation import AXIOMS, FORMAT, LEDGER, REMAINDER
from kgraph.store.pins import Pins
from kgraph.store.revision import Revision
from kgraph.store.sealing import inodes_of, seal, sync_tree

__all__ = ["Inspection", "Report", "build", "inspect_project", "is_current"]

#: How long a finished build waits for the writes of clients to let it in.
_PATIENCE_S: Final = 300.0
_LIBRARIES: Final = ("pyoxigraph", "rdflib", "pyshacl", "tantivy")


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
        and dict(manifest.versions) == _versions()
        and manifest.format == FORMAT
        and manifest.base_iri == settings.base_iri
        and manifest.encoder == _encoder_name(settings)
        and manifest.title == settings.title
    )
    return generation if same else None


def _encoder_name(settings: Settings) -> str:
    encoder = open_encoder(settings.encoder, settings.encoder_model, settings.encoder_token)
    return encoder.name if encoder is not None else ""


def _versions() -> dict[str, str]:
    return {"kgraph": kgraph.__version__, "python": platform.python_version()} | {
        name: version(name) for name in _LIBRARIES
    }


def build(settings: Settings, *, progress: Progress = silent, force: bool = False) -> Report:
    """Publish a generation of the project, unless the current one is already made of the same sources.

    Raises:
        ProjectError: the project has errors; the current generation stays as it was.
        StoreError: the store cannot be written, or another process is writing to it.
    """
    clock = Clock(progress)
    with clock.step("reading the project"):
        sources = find_sources(settings)
    if not force and sources.is_whole and (generation := is_current(settings, sources.digests)) is not None:
        return Report(generation, fresh=False)
    catalog = Catalog(settings.store_path)
    clients_of(catalog)  # better told now than when all is made
    with catalog.building() as prepared:
        work = _Work(settings, sources, catalog, prepared, clock, force=force)
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


@dataclass
class _Work:
    """One build from the moment that it is clear that there is something to do."""

    settings: Settings
    sources: Sources
    catalog: Catalog
    prepared: Path
    clock: Clock
    force: bool

    def run(self) -> tuple[Manifest, tuple[Problem, ...], tuple[int, int]]:
        with self._base() as base, room_for(self.prepared):
            if base is not None and self._can_go_on(base):
                with suppress(Lost):
                    return self._revised(base)
                shutil.rmtree(self.prepared, ignore_errors=True)
            return self._anew(base)

    def _can_go_on(self, base: Generation) -> bool:
        """Whether a generation can be made from the one before: under the same ontology, and of something."""
        ledger, sources = base.path / LEDGER, self.sources.units
        return (
            bool(base.manifest.graphs)
            and bool(sources)
            and Ledger.read_meta(ledger, "vocabulary") == self.sources.vocabulary
            and Ledger.read_meta(ledger, "plain") == "yes"
        )

    def _revised(self, base: Generation) -> tuple[Manifest, tuple[Problem, ...], tuple[int, int]]:
        self.prepared.mkdir(parents=True, exist_ok=True)
        with (
            Ledger(self.prepared / LEDGER, earlier=base.path / LEDGER) as ledger,
            Revision(base, self.prepared) as revision,
        ):
            state = State(self.settings, self.sources, ledger, self.clock, self.prepared)
            work = RevisedBuild(state, base, revision)
            clashes = work.run()
            more = list(state.contradictions(clashes, work.closing.proofs())) if clashes else []
            problems = self._problems(state, more)
            with self.clock.step("writing"):
                if self._encoder() is None and IndexRevision.can_go_on_from(base.index_path):
                    revise_index(state, revision.store, work.names, work.examined, base.index_path)
                else:
                    reindex(state, revision.store, self._encoder(), base.index_path)
                self._write_rest(state, work.remainder)
                ledger.put("total", f"{work.total:x}")
            counts = ledger.counts()
            sizes, cover = dict(revision.sizes), revision.cover()
            work.release()
        manifest = self._manifest(state, sizes, work.canonical_hash, problems)
        clients = base.manifest
        manifest = replace(
            manifest,
            client_graphs=clients.client_graphs,
            client_versions=clients.client_versions,
            cover=cover,
        )
        require_apart(clients.client_graphs, manifest)
        with self.clock.step("writing"):
            sync_tree(self.prepared, shared=inodes_of(base.path))
        return manifest, problems, counts

    @contextmanager
    def _base(self) -> Iterator[Generation | None]:
        """The current generation, where this program made it, of the same base IRI."""
        with ExitStack() as stack:
            found = None
            with suppress(StoreError, OSError):
                found = stack.enter_context(Pins(self.catalog).holding())
            yield found if found is not None and not self.force and self._is_like(found.manifest) else None

    def _is_like(self, manifest: Manifest) -> bool:
        made_so = manifest.format, dict(manifest.versions), manifest.base_iri
        return made_so == (FORMAT, _versions(), self.settings.base_iri)

    def _anew(self, base: Generation | None) -> tuple[Manifest, tuple[Problem, ...], tuple[int, int]]:
        known: dict[str, UnitRow] = {}
        if base is not None and (base.path / LEDGER).is_file():
            known = {row.unit: row for row in Ledger.read_units(base.path / LEDGER)}
        self.prepared.mkdir(parents=True, exist_ok=True)
        with Ledger(self.prepared / LEDGER) as ledger:
            state = State(self.settings, self.sources, ledger, self.clock, self.prepared)
            fresh = FreshBuild(state, known)
            clashes = fresh.run()
            more = []
            if clashes and fresh.closing is not None:
                more = list(state.contradictions(clashes, fresh.closing.proofs()))
            fresh.closing = None  # which holds the store open
            problems = self._problems(state, more)
            with self.clock.step("writing"):
                with self._search_folder() as folder:
                    reindex(
                        state, ox.Store.read_only(str(self.prepared / "oxigraph")), self._encoder(), folder
                    )
                self._write_rest(state, fresh.remainder)
                ledger.put("total", f"{fresh.total:x}")
            counts = ledger.counts()
        sizes = fresh.graphs if any(fresh.graphs.values()) else {}
        manifest = self._manifest(state, sizes, fresh.canonical_hash, problems)
        with self.clock.step("writing"):
            sync_tree(self.prepared)
            if (clients := clients_of(self.catalog)) is not None:
                manifest = carry_over(clients, self.prepared, manifest)
        return manifest, problems, counts

    def _encoder(self) -> Encoder | None:
        settings = self.settings
        return open_encoder(settings.encoder, settings.encoder_model, settings.encoder_token)

    @contextmanager
    def _search_folder(self) -> Iterator[Path | None]:
        """The text index of the current generation, whose vectors a build takes over."""
        with ExitStack() as stack:
            folder = None
            with suppress(StoreError, OSError):
                folder = stack.enter_context(Pins(self.catalog).holding()).index_path
            yield folder

    def _problems(self, state: State, more: list[Located]) -> tuple[Problem, ...]:
        """All problems; the build ends here where one of them is an error."""
        outside = [Located(problem) for problem in state.vocabulary.problems]
        outside += [Located(problem) for problem in state.canned[1]]
        if state.vocabulary.shapes is None:  # they are left to pySHACL, which sees all data at once
            whole, _ = read_project(self.settings)
            outside += [Located(problem) for problem in check_shapes(load_subject(whole))]
        state.ledger.put_problems("", [*outside, *more, *state.unread(), *state.drafts_of_nothing()])
        problems = tuple(collect(state.ledger, Placer(self.settings, self.sources, state.ledger)))
        if has_errors(problems):
            errors = count_problems(problems, Severity.ERROR)
            raise ProjectError(
                f"The project has {errors} error{'s' if errors > 1 else ''}, so nothing was built.",
                problems,
                hint="Mend them and build again; 'kgraph check' lists them.",
            )
        return problems

    def _write_rest(self, state: State, remainder: Remainder) -> None:
        """The queries, the axioms, and what reasoning goes on from."""
        folder = self.prepared
        (folder / "queries").mkdir()
        project, _ = read_files(self.settings, Listing(queries=self.sources.listing.queries), {})
        for name, text in project.queries.items():
            (folder / "queries" / Path(name).name).write_text(text, encoding="utf-8")
        axioms = ox.serialize(state.vocabulary.axioms, format=ox.RdfFormat.N_TRIPLES)
        (folder / AXIOMS).write_bytes(axioms or b"")
        quads = remainder.quads(self.settings.names)
        (folder / REMAINDER).write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
        state.ledger.put("vocabulary", self.sources.vocabulary)

    def _manifest(
        self, state: State, sizes: Mapping[str, int], canonical_hash: str, problems: tuple[Problem, ...]
    ) -> Manifest:
        settings = self.settings
        files = {settings.names.graph(graph): paths for graph, paths in state.graph_files.items()}
        for name, _, role, graph in self.sources.listing.turtle:
            if role in (Role.ONTOLOGY, Role.ALIGNMENTS):
                files.setdefault(settings.names.graph(graph), []).append(name)
        return Manifest(
            id="",
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            title=settings.title,
            base_iri=settings.base_iri,
            format=FORMAT,
            versions=_versions(),
            sources=self.sources.digests,
            graphs=dict(sorted(sizes.items())),
            triples=sum(sizes.values()),
            canonical_hash=canonical_hash,
            warnings=count_problems(problems),
            graph_sources=files,
            encoder=_encoder_name(settings),
        )


def _tidy(catalog: Catalog, settings: Settings) -> None:
    """Delete the products that no generation was made of."""
    ledgers = [generation.path / LEDGER for generation in catalog.generations()]
    kept = {name for ledger in ledgers for name in Ledger.read_products(ledger)}
    Products(settings.store_path / "products").keep_only(kept)


def _publish(catalog: Catalog, prepared: Generation) -> Generation:
    """Publish what has been prepared, with the graphs of clients as they are at this moment."""
    current = clients_of(catalog)
    identifier = catalog.identifier(prepared.manifest.canonical_hash)

    def write(path: Path) -> Generation:
        if current is not None:
            return catch_up(current, prepared, path, identifier)
        prepared.path.rename(path)
        return seal(path, replace(prepared.manifest, id=identifier))

    return catalog.publish(identifier, write)
