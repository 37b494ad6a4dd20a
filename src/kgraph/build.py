"""The pipeline: from a project's files to one sealed, published generation.

    read → check → project the stated graph → infer → write and seal → swap

A fault anywhere leaves the current generation as it was; when nothing changed, nothing is done.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final, TypeAlias

import pyoxigraph as ox

import kgraph
from kgraph.canned import load_canned
from kgraph.checks import Subject, load_subject, run_checks, validating
from kgraph.describe import METADATA, describe_metadata
from kgraph.errors import ProjectError, StoreError
from kgraph.problems import Problem, Severity, has_errors
from kgraph.project import Project, read_project
from kgraph.project.folder import ONTOLOGY_GRAPH, Role
from kgraph.projection import project_articles, project_stated, project_voices
from kgraph.rdf.terms import compact, render_words
from kgraph.reasoning import (
    GAZETTEER,
    Closure,
    Earlier,
    Explainer,
    Remainder,
    View,
    Ways,
    close,
    compile_program,
    describe_support,
    is_reasoned_over,
    minimal,
    update,
)
from kgraph.reasoning.account import render_premise
from kgraph.reviewing.drafts_graph import read_drafts
from kgraph.search import open_encoder
from kgraph.settings import Settings
from kgraph.store import Catalog, Generation, Manifest
from kgraph.store.carrying import carry_over, catch_up, clients_of
from kgraph.store.contents import write_contents
from kgraph.store.generation import FORMAT, canonical_hash
from kgraph.store.pins import Pins
from kgraph.store.sealing import seal
from kgraph.vocab import DCTERMS, DRAFTS, STATED_BY

__all__ = ["Inspection", "Report", "build", "inspect_project", "is_current"]

#: Hears of each step of a long work as it begins.
Progress: TypeAlias = Callable[[str], None]

#: How long a finished build waits for the writes of clients to let it in.
_PATIENCE_S: Final = 300.0
_LIBRARIES: Final = ("pyoxigraph", "rdflib", "pyshacl", "tantivy")


def _silent(step: str) -> None:
    del step


@dataclass(frozen=True, slots=True)
class Inspection:
    """A project as examined: its problems, the graphs that it makes, by short name, and what is in none."""

    subject: Subject
    problems: tuple[Problem, ...]
    graphs: dict[str, list[ox.Triple]]
    remainder: Remainder


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did. ``fresh`` is false where nothing had changed and nothing was done."""

    generation: Generation
    fresh: bool
    problems: tuple[Problem, ...] = ()
    articles: int = 0
    claims: int = 0
    seconds: dict[str, float] = field(default_factory=dict)


class _Clock:
    """Reports steps and keeps the time that each took."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self._progress(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def inspect_project(settings: Settings, *, progress: Progress = _silent) -> Inspection:
    """Read, check, project and reason: everything that can be wrong with a project, and what it makes."""
    clock = _Clock(progress)
    project, problems = _read(settings, clock)
    return _inspect(project, problems, clock)


def _read(settings: Settings, clock: _Clock) -> tuple[Project, list[Problem]]:
    with clock.step("reading the project"):
        return read_project(settings)


def _inspect(
    project: Project, problems: list[Problem], clock: _Clock, earlier: Earlier | None = None
) -> Inspection:
    found = list(problems)
    with clock.step("checking"):
        subject = load_subject(project)
    with validating(subject) as shapes:
        with clock.step("checking"):
            canned, faults = load_canned(project.queries.items(), prefixes=project.settings.names.prefixes)
            found += faults
            found += run_checks(subject)
        with clock.step("reasoning"):
            stated = project_stated(subject.claims)
            closure = _close(subject, stated, earlier)
            found += _contradictions(subject, closure, stated)
            found += [_unread(subject, term, axioms) for term, axioms in closure.unsupported.items()]
        with clock.step("validating shapes"):
            found += shapes.problems()
    support = list(describe_support(closure.support, project.settings.names))
    graphs = {**subject.graphs, "stated": stated, "inferred": list(closure.inferred), "support": support}
    drafts = read_drafts(subject)
    found += drafts.problems
    if drafts.triples:
        graphs[DRAFTS] = drafts.triples
    homes = {
        part.iri: article.slug
        for article in subject.articles
        for part in (*article.sentences, *article.parts)
    }
    for slug, triples in project_articles(subject.claims, homes).items():
        graphs[STATED_BY + slug] = triples
    if described := list(_described(subject, graphs)):
        graphs["document"] = [*graphs.get("document", ()), *described]
    every = [triple for name, triples in graphs.items() if name != DRAFTS for triple in triples]
    if every:  # of nothing there is nothing to tell
        graphs[METADATA] = list(describe_metadata(every, canned, project.settings.names))
    found.sort(key=lambda problem: (problem.path, problem.line or 0, problem.code, problem.message))
    return Inspection(subject, tuple(found), graphs, closure.remainder)


def _described(subject: Subject, graphs: Mapping[str, list[ox.Triple]]) -> Iterator[ox.Triple]:
    """Whose statements each article's stated graph holds, and of which day."""
    for article in subject.articles:
        if STATED_BY + article.slug not in graphs:
            continue
        graph = ox.NamedNode(subject.project.settings.names.graph(STATED_BY + article.slug))
        yield ox.Triple(graph, ox.NamedNode(DCTERMS + "source"), ox.NamedNode(article.iri))
        for predicate in (DCTERMS + "publisher", DCTERMS + "issued"):
            for value in subject.index.objects(article.iri, predicate):
                yield ox.Triple(graph, ox.NamedNode(predicate), value)


def _close(subject: Subject, stated: list[ox.Triple], earlier: Earlier | None) -> Closure:
    axioms, graphs, told = _axioms(subject.project), {**subject.graphs, "stated": stated}, _told(subject)
    if earlier is not None and (updated := update(earlier, axioms, graphs, told)) is not None:
        return updated
    facts = [
        triple
        for name, triples in graphs.items()
        if name != ONTOLOGY_GRAPH and is_reasoned_over(name)
        for triple in triples
    ]
    asserted = [triple for triples in graphs.values() for triple in triples]
    return close(axioms, facts, asserted, told=told)


def _told(subject: Subject) -> dict[ox.Triple, Ways]:
    """The ways in which facts were told: by whom they are stated, or by the gazetteer."""
    told = {triple: set(ways) for triple, ways in project_voices(subject.claims).items()}
    for triple in subject.graphs.get(GAZETTEER, ()):
        told.setdefault(triple, set()).add(frozenset({subject.project.settings.names.graph(GAZETTEER)}))
    records = [name for name in subject.graphs if is_reasoned_over(name) and name != GAZETTEER]
    recorded = {triple for name in records for triple in subject.graphs[name]}
    return {triple: minimal(ways) for triple, ways in told.items() if triple not in recorded}


@contextmanager
def _earlier(settings: Settings, project: Project) -> Iterator[Earlier | None]:
    """What the current generation knows, where it was made by this program under the same ontology."""
    names, earlier = settings.names, None
    with ExitStack() as stack:
        with suppress(StoreError, OSError, SyntaxError):  # if it cannot be read, everything is reasoned anew
            generation = stack.enter_context(Pins(Catalog(settings.store_path)).holding())
            manifest = generation.manifest
            made_so = manifest.format, manifest.versions, manifest.base_iri
            if made_so == (FORMAT, _versions(), names.base) and _hash(generation.axioms()) == _hash(
                _axioms(project)
            ):
                store = ox.Store.read_only(str(generation.store_path))
                view = View.of_generation(store, names, manifest.graphs)
                earlier = Earlier(view, Remainder.read(generation.remainder(), names))
        yield earlier


@contextmanager
def _search_folder(settings: Settings) -> Iterator[Path | None]:
    """The text index of the current generation, whose vectors a build takes over; None where there is
    none."""
    with ExitStack() as stack:
        folder = None
        with suppress(StoreError, OSError):
            folder = stack.enter_context(Pins(Catalog(settings.store_path)).holding()).index_path
        yield folder


def _hash(triples: list[ox.Triple]) -> str:
    return canonical_hash(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)


def _axioms(project: Project) -> list[ox.Triple]:
    return [triple for file in project.files(Role.ONTOLOGY) for triple in file.triples]


def _contradictions(subject: Subject, closure: Closure, stated: list[ox.Triple]) -> Iterator[Problem]:
    """Each contradiction with its proof: the assertions that cannot all hold, and the axiom that says so."""
    if not closure.contradictions:
        return
    names = subject.project.settings.names
    view = View({**subject.graphs, "stated": stated, "inferred": closure.inferred}, names)
    explainer = Explainer(compile_program(_axioms(subject.project)), names)
    for clash in closure.contradictions:
        proofs = [view.run(explainer.prove(triple)) for triple in clash.premises]
        leaves = [leaf for proof in proofs for leaf in proof.leaves()]
        places = [statement.iri for leaf in leaves for statement in leaf.statements]
        places += [str(leaf.triple.subject)[1:-1] for leaf in leaves]
        words = render_words("; ".join(clash.clause.words), names.prefixes)
        yield subject.project.problem(
            "contradiction",
            next(iter(places), ""),
            f"The facts contradict the ontology: {words} ({', '.join(clash.clause.rules)}), but "
            + "; and ".join(render_premise(proof, names.prefixes) for proof in proofs)
            + ".",
            "Correct one of the assertions, or an entity's type; the ontology says what excludes what.",
        )


def _unread(subject: Subject, term: str, axioms: list[ox.Triple]) -> Problem:
    """An axiom that the reasoner does not read, at the place of the first of its kind."""
    prefixes = subject.project.settings.names.prefixes
    name = compact(term, prefixes)
    where = next((str(axiom.subject)[1:-1] for axiom in axioms if str(axiom.subject)[0] == "<"), "")
    return subject.project.problem(
        "unsupported-axiom",
        where,
        f"Nothing is inferred from {len(axioms)} use{'s' if len(axioms) > 1 else ''} of {name} here.",
        "Say it in the terms of OWL 2 RL, in ontology/: an axiom among the data is not reasoned with.",
        severity=Severity.WARNING,
    )


def is_current(settings: Settings, project: Project) -> Generation | None:
    """The current generation, where it was built from exactly these sources by this program."""
    try:
        generation = Catalog(settings.store_path).current()
    except StoreError:  # there is none, or another version's that cannot be read: it gives way to a new one
        return None
    manifest = generation.manifest
    same = (
        dict(manifest.sources) == project.digests
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


def build(settings: Settings, *, progress: Progress = _silent, force: bool = False) -> Report:
    """Publish a generation of the project, unless the current one is already made of the same sources.

    Raises:
        ProjectError: the project has errors; the current generation stays as it was.
        StoreError: the store cannot be written, or another process is writing to it.
    """
    clock = _Clock(progress)
    project, problems = _read(settings, clock)
    if not force and not problems and (generation := is_current(settings, project)) is not None:
        return Report(generation, fresh=False)
    catalog = Catalog(settings.store_path)
    clients_of(catalog)  # better told now than when all is made
    with catalog.building() as prepared:
        with nullcontext() if force else _earlier(settings, project) as earlier:
            inspection = _inspect(project, problems, clock, earlier)
        if has_errors(inspection.problems):
            raise _faults(inspection.problems)
        with clock.step("writing"):
            graphs = {settings.names.graph(name): triples for name, triples in inspection.graphs.items()}
            if not any(graphs.values()):
                graphs = {}  # a project that says nothing makes no graphs
            remainder = inspection.remainder.quads(settings.names)
            encoder = open_encoder(settings.encoder, settings.encoder_model, settings.encoder_token)
            with _search_folder(settings) as search_folder:
                write_contents(
                    prepared,
                    graphs,
                    project.queries,
                    axioms=_axioms(project),
                    remainder=remainder,
                    encoder=encoder,
                    earlier=search_folder,
                )
            manifest = _manifest(settings, project, graphs, inspection.problems)
            if (base := clients_of(catalog)) is not None:
                manifest = carry_over(base, prepared, manifest)
        with clock.step("publishing"), catalog.writing(wait_s=_PATIENCE_S):
            generation = _publish(catalog, Generation(prepared, manifest))
    return Report(
        generation,
        fresh=True,
        problems=inspection.problems,
        articles=len(inspection.subject.articles),
        claims=len(inspection.subject.claims),
        seconds=clock.seconds,
    )


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


def _faults(problems: tuple[Problem, ...]) -> ProjectError:
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    return ProjectError(
        f"The project has {errors} error{'s' if errors > 1 else ''}, so nothing was built.",
        problems,
        hint="Mend them and build again; 'kgraph check' lists them.",
    )


def _manifest(
    settings: Settings, project: Project, graphs: dict[str, list[ox.Triple]], problems: tuple[Problem, ...]
) -> Manifest:
    stored = ox.Store()  # a store keeps values, not spellings: "07"^^xsd:nonNegativeInteger comes back as 7
    sizes: dict[str, int] = {}
    for iri, triples in graphs.items():
        before = len(stored)
        stored.extend(ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(iri)) for t in triples)
        sizes[iri] = len(stored) - before
    files: dict[str, list[str]] = {}
    for file in project.files(Role.ONTOLOGY, Role.ALIGNMENTS, Role.DATA):
        files.setdefault(settings.names.graph(file.graph), []).append(file.path)
    return Manifest(
        id="",
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        title=settings.title,
        base_iri=settings.base_iri,
        format=FORMAT,
        versions=_versions(),
        sources=project.digests,
        graphs=dict(sorted(sizes.items())),
        triples=len(stored),
        canonical_hash=canonical_hash(stored),
        warnings=len(problems),
        graph_sources=files,
        encoder=_encoder_name(settings),
    )
