"""One build, from where there is something to do to what is ready to be published."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox

from kgraph.build.clock import Clock
from kgraph.build.crew import Crew
from kgraph.build.elsewhere import Elsewhere
from kgraph.build.fresh import FreshBuild
from kgraph.build.indexing import revise_index
from kgraph.build.indexing import write_whole_index as reindex
from kgraph.build.ledger import Ledger
from kgraph.build.made import encoder_name, encoder_of, versions
from kgraph.build.placing import Placer, collect
from kgraph.build.problem_table import Located
from kgraph.build.revising import RevisedBuild
from kgraph.build.rows import UnitRow, room_for
from kgraph.build.sources import Sources
from kgraph.build.state import Lost, State
from kgraph.checks import load_subject
from kgraph.checks.shapes import check_shapes
from kgraph.errors import ProjectError, StoreError
from kgraph.problems import Problem, Severity, count_problems, has_errors
from kgraph.project.folder import read_files, read_project
from kgraph.project.listing import Listing, Role
from kgraph.reasoning import Remainder
from kgraph.search.writing import IndexRevision
from kgraph.settings import Settings
from kgraph.store import Catalog, Generation, Manifest
from kgraph.store.carrying import carry_over, clients_of, require_apart
from kgraph.store.documents import revise_documents
from kgraph.store.generation import AXIOMS, FORMAT, LEDGER, REMAINDER
from kgraph.store.pins import Pins
from kgraph.store.revision import Revision
from kgraph.store.sealing import inodes_of, sync_tree

__all__ = ["Work"]


@dataclass
class Work:
    """One build from the moment that it is clear that there is something to do."""

    settings: Settings
    sources: Sources
    catalog: Catalog
    prepared: Path
    clock: Clock
    force: bool
    elsewhere: Elsewhere | None = None
    _crew: Crew = field(init=False)

    def run(self) -> tuple[Manifest, tuple[Problem, ...], tuple[int, int]]:
        """What was made, what is wrong with it, and how many articles and claims there are.

        Raises:
            ProjectError: the project has errors.
        """
        with self._base() as base, room_for(self.prepared), Crew() as self._crew:
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
            state = self._state(ledger)
            work = RevisedBuild(state, base, revision)
            clashes = work.run()
            more = list(state.contradictions(clashes, work.closing.proofs())) if clashes else []
            problems = self._problems(state, more)
            with self.clock.step("writing"):
                encoder = encoder_of(self.settings)
                if IndexRevision.can_go_on_from(base.index_path, encoder):
                    revise_index(state, revision.store, work.names, work.examined, base.index_path, encoder)
                else:
                    reindex(state, revision.store, encoder, base.index_path)
                revise_documents(self.prepared, base, revision, state.names)
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

    def _state(self, ledger: Ledger) -> State:
        return State(
            self.settings, self.sources, ledger, self.clock, self.prepared, self._crew, self.elsewhere
        )

    @contextmanager
    def _current(self) -> Iterator[Generation | None]:
        """The current generation, kept for as long as it is looked at; None where there is none."""
        with ExitStack() as stack:
            found = None
            with suppress(StoreError, OSError):
                found = stack.enter_context(Pins(self.catalog).holding())
            yield found

    @contextmanager
    def _base(self) -> Iterator[Generation | None]:
        """The current generation, where this program made it, of the same base IRI."""
        with self._current() as found:
            yield found if found is not None and not self.force and self._is_like(found.manifest) else None

    def _is_like(self, manifest: Manifest) -> bool:
        made_so = manifest.format, dict(manifest.versions), manifest.base_iri
        return made_so == (FORMAT, versions(), self.settings.base_iri)

    def _anew(self, base: Generation | None) -> tuple[Manifest, tuple[Problem, ...], tuple[int, int]]:
        known: dict[str, UnitRow] = {}
        if base is not None and (base.path / LEDGER).is_file():
            known = {row.unit: row for row in Ledger.read_units(base.path / LEDGER)}
        self.prepared.mkdir(parents=True, exist_ok=True)
        with Ledger(self.prepared / LEDGER) as ledger:
            state = self._state(ledger)
            fresh = FreshBuild(state, known)
            clashes = fresh.run()
            more = []
            if clashes and fresh.closing is not None:
                more = list(state.contradictions(clashes, fresh.closing.proofs()))
            fresh.closing = None  # which holds the store open
            problems = self._problems(state, more)
            with self.clock.step("writing"):
                with self._current() as current:  # whose vectors are taken over
                    fresh.finish(current.index_path if current is not None else None)
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

    def _problems(self, state: State, more: list[Located]) -> tuple[Problem, ...]:
        """All problems; the build ends here where one of them is an error."""
        outside = [Located(problem) for problem in state.vocabulary.problems]
        outside += [Located(problem) for problem in state.examples[1]]
        if state.vocabulary.shapes is None:  # they are left to pySHACL, which sees all data at once
            whole, _ = read_project(self.settings)
            outside += [Located(problem) for problem in check_shapes(load_subject(whole))]
        state.ledger.problems.put("", [*outside, *more, *state.unread(), *state.drafts_of_nothing()])
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
            versions=versions(),
            sources=self.sources.digests,
            graphs=dict(sorted(sizes.items())),
            triples=sum(sizes.values()),
            canonical_hash=canonical_hash,
            warnings=count_problems(problems),
            graph_sources=files,
            encoder=encoder_name(settings),
            licence=settings.licence,
        )
