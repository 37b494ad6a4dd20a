"""A project examined in one piece and in memory: all that can be wrong with it, and what it makes.

This is what ``kgraph check`` does, and what a build, which does the same part by part, is judged by.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from kgraph.build.clock import Clock, Progress, silent
from kgraph.build.telling import CLASH_HINT, UNREAD_HINT, tell_clash, tell_unread
from kgraph.canned import load_canned
from kgraph.checks import Subject, load_subject, run_checks, validating
from kgraph.describe import Occurrences, describe_occurrences, describe_queries
from kgraph.problems import Problem, Severity
from kgraph.project import Project, read_project
from kgraph.project.listing import ONTOLOGY_GRAPH, Role
from kgraph.projection import project_articles, project_stated, project_voices
from kgraph.reasoning import (
    GAZETTEER,
    Closure,
    Explainer,
    Remainder,
    View,
    Ways,
    close,
    compile_program,
    describe_support,
    is_reasoned_over,
    minimal,
)
from kgraph.reasoning.closure import normal
from kgraph.reasoning.program import find_unsupported
from kgraph.reviewing.drafts_graph import read_drafts
from kgraph.settings import Settings
from kgraph.vocab import DRAFTS, METADATA

__all__ = ["Inspection", "inspect_project"]


@dataclass(frozen=True, slots=True)
class Inspection:
    """A project as examined: its problems, the graphs that it makes, by short name, and what is in none."""

    subject: Subject
    problems: tuple[Problem, ...]
    graphs: dict[str, list[ox.Triple]]
    remainder: Remainder


def inspect_project(settings: Settings, *, progress: Progress = silent) -> Inspection:
    """Read, check, project and reason: everything that can be wrong with a project, and what it makes."""
    clock = Clock(progress)
    project, problems = _read(settings, clock)
    return _inspect(project, problems, clock)


def _read(settings: Settings, clock: Clock) -> tuple[Project, list[Problem]]:
    with clock.step("reading the project"):
        return read_project(settings)


def _inspect(project: Project, problems: list[Problem], clock: Clock) -> Inspection:
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
            closure = _close(subject, stated)
            found += _contradictions(subject, closure, stated)
            found += _unread(subject)
        with clock.step("validating shapes"):
            found += shapes.problems()
    support = list(describe_support(closure.support, project.settings.names))
    graphs = {**subject.graphs, "stated": stated, "inferred": list(closure.inferred), "support": support}
    drafts = read_drafts(subject)
    found += drafts.problems
    if drafts.triples:
        graphs[DRAFTS] = drafts.triples
    articles, described = project_articles(
        subject.articles, subject.claims, subject.index, project.settings.names
    )
    graphs |= articles
    if described:
        graphs["document"] = [*graphs.get("document", ()), *described]
    every = [triple for name, triples in graphs.items() if name != DRAFTS for triple in triples]
    if every:  # of nothing there is nothing to tell
        partitions = Occurrences.of(map(normal, every))
        graphs[METADATA] = [
            *describe_occurrences(partitions),
            *describe_queries(canned, project.settings.names),
        ]
    found.sort(key=lambda problem: (problem.path, problem.line or 0, problem.code, problem.message))
    return Inspection(subject, tuple(found), graphs, closure.remainder)


def _close(subject: Subject, stated: list[ox.Triple]) -> Closure:
    axioms, graphs, told = _axioms(subject.project), {**subject.graphs, "stated": stated}, _told(subject)
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
        where, message = tell_clash(clash, explainer, view, names)
        yield subject.project.problem("contradiction", where, message, CLASH_HINT)


def _unread(subject: Subject) -> Iterator[Problem]:
    """The axioms that the reasoner does not read, at the place of the first of each kind. None belongs among
    the data.
    """
    graphs = (name for name in subject.graphs if name != ONTOLOGY_GRAPH and is_reasoned_over(name))
    data = (triple for name in graphs for triple in subject.graphs[name])
    unread = find_unsupported(_axioms(subject.project)) | find_unsupported(data, supported=False)
    for term, axioms in unread.items():
        where = next((str(axiom.subject)[1:-1] for axiom in axioms if str(axiom.subject)[0] == "<"), "")
        message = tell_unread(term, len(axioms), subject.project.settings.names)
        yield subject.project.problem(
            "unsupported-axiom", where, message, UNREAD_HINT, severity=Severity.WARNING
        )
