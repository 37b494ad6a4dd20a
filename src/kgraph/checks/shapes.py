"""SHACL: the project's shapes over its data in the full form, with the ontology's class hierarchy.

Shapes within SHACL Core are compiled and run here (:mod:`kgraph.checks.validation`). Those that use more are
left to pySHACL, in a process of its own (:mod:`kgraph.checks.shacl_process`): begin it, do something else,
and collect its problems.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pyoxigraph as ox

from kgraph.checks.shacl import Shape, Target, Unsupported, compile_shapes, render_path
from kgraph.checks.subject import Subject
from kgraph.checks.validation import Reads, validate
from kgraph.problems import Problem, Severity
from kgraph.project.index import TripleIndex, key
from kgraph.project.listing import Role
from kgraph.rdf.terms import compact
from kgraph.vocab import KG, RDF_TYPE, RDFS, SH, SKOS

__all__ = ["ShapesRun", "check_shapes", "is_shown", "problems_of_shapes", "shown_terms", "validating"]

#: What shapes need to see of the ontology.
_SHOWN: Final = frozenset(
    {RDF_TYPE, RDFS + "subClassOf", RDFS + "label", SKOS + "definition"}
    | {KG + name for name in ("evokedBy", "shortcutOf", "shortcutFrom", "shortcutTo")}
)
_SEVERITIES: Final = {SH + "Warning": Severity.WARNING, SH + "Info": Severity.WARNING}


class ShapesRun:
    """A validation under way."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._process: subprocess.Popen[str] | None = None
        self._shapes: list[tuple[Target, Shape]] = []
        shapes = _triples(subject, Role.SHAPES)
        try:
            self._shapes = compile_shapes(shapes)
        except Unsupported:
            self._begin(subject, shapes)

    def _begin(self, subject: Subject, shapes: list[ox.Triple]) -> None:
        """Have pySHACL do it."""
        data = _triples(subject, Role.DATA) + shown_terms(subject)
        with tempfile.TemporaryFile("w+", encoding="utf-8") as request:
            # A file, not a pipe: nothing waits until the process has started and reads.
            json.dump({"data": _n_triples(data), "shapes": _n_triples(shapes)}, request)
            request.seek(0)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "kgraph.checks.shacl_process"],
                stdin=request,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )

    def problems(self) -> Iterator[Problem]:
        """Wait for the end and translate the report's results into problems."""
        if self._process is None:
            if self._shapes:
                data = [*_triples(self._subject, Role.DATA), *shown_terms(self._subject)]
                index = TripleIndex(dict.fromkeys(data))
                yield from problems_of_shapes(self._subject, self._shapes, index, index)
            return
        output, errors = self._process.communicate()
        if self._process.returncode != 0:
            last_line = errors.strip().rsplit("\n", 1)[-1]
            yield self._fault(f"pySHACL broke off: {last_line}")
            return
        report: dict[str, Any] = json.loads(output)
        if "fault" in report:
            yield self._fault(f"The shapes cannot be used: {report['fault']}")
        for result in report.get("results", ()):
            yield _problem(
                self._subject,
                result.get("focusNode", ""),
                result.get("resultPath"),
                result.get("value"),
                result.get("resultMessage", "A shape does not hold."),
                result.get("resultSeverity", ""),
            )

    def close(self) -> None:
        """End the validation, finished or not."""
        if self._process is not None:
            if self._process.poll() is None:
                self._process.kill()
            self._process.communicate()

    def _fault(self, message: str) -> Problem:
        path = self._subject.project.files(Role.SHAPES)[0].path
        return Problem(Severity.ERROR, "shapes", path, None, message, "Mend the shapes and check again.")


def problems_of_shapes(
    subject: Subject, shapes: list[tuple[Target, Shape]], focus: TripleIndex, reads: Reads
) -> Iterator[Problem]:
    """What compiled shapes find wrong with the focus nodes of some triples."""
    for result in validate(shapes, focus, reads):
        yield _problem(
            subject,
            _text(result.focus),
            render_path(result.path),
            None if result.value is None else _text(result.value),
            result.message,
            result.severity,
        )


def _text(term: Any) -> str:
    return term.value if isinstance(term, ox.Literal) else key(term).removeprefix("_:")


def _problem(
    subject: Subject, focus: str, path: str | None, value: str | None, message: str, severity: str
) -> Problem:
    prefixes = subject.project.settings.names.prefixes
    found = f" (found {compact(value, prefixes)})" if value is not None and value != focus else ""
    return subject.project.problem(
        "shape",
        focus,
        f"{compact(focus, prefixes)}{found}: {message}",
        "The shapes stand in ontology/shapes/.",
        predicate=path,
        severity=_SEVERITIES.get(severity, Severity.ERROR),
    )


@contextmanager
def validating(subject: Subject) -> Iterator[ShapesRun]:
    """Validate while the body runs. Nothing is left running afterwards."""
    run = ShapesRun(subject)
    try:
        yield run
    finally:
        run.close()


def check_shapes(subject: Subject) -> Iterator[Problem]:
    """Validate, and wait for it."""
    with validating(subject) as run:
        yield from run.problems()


def _triples(subject: Subject, role: Role) -> list[ox.Triple]:
    return [triple for file in subject.project.files(role) for triple in file.triples]


def _n_triples(triples: list[ox.Triple]) -> str:
    content = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    return (content or b"").decode()


def shown_terms(subject: Subject) -> list[ox.Triple]:
    """What the ontology's named terms are, their class hierarchy, and what a lexicon says of its entries.

    pySHACL's own way to mix an ontology in copies blank nodes along every path that leads to them, which
    takes time exponential in the length of an RDF list.
    """
    return [triple for triple in _triples(subject, Role.ONTOLOGY) if is_shown(triple)]


def is_shown(triple: ox.Triple) -> bool:
    """Whether shapes see a triple of the ontology."""
    return (
        triple.predicate.value in _SHOWN
        and isinstance(triple.subject, ox.NamedNode)
        and not isinstance(triple.object, ox.BlankNode)
    )
