"""SHACL: the project's shapes over its hand-written data, with the ontology's class hierarchy.

Validation runs in a process of its own (:mod:`kgraph.checks.shacl_process`): begin it, do something else,
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

from kgraph.checks.subject import Subject
from kgraph.problems import Problem, Severity
from kgraph.project.folder import Role
from kgraph.rdf.terms import compact
from kgraph.vocab import KG, RDF_TYPE, RDFS, SH, SKOS

__all__ = ["ShapesRun", "check_shapes", "validating"]

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
        shapes = _triples(subject, Role.SHAPES)
        if not shapes:
            return
        data = _triples(subject, Role.DATA) + _terms(subject)
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
            yield self._problem(result)

    def close(self) -> None:
        """End the validation, finished or not."""
        if self._process is not None:
            if self._process.poll() is None:
                self._process.kill()
            self._process.communicate()

    def _fault(self, message: str) -> Problem:
        path = self._subject.project.files(Role.SHAPES)[0].path
        return Problem(Severity.ERROR, "shapes", path, None, message, "Mend the shapes and check again.")

    def _problem(self, result: dict[str, str]) -> Problem:
        focus = result.get("focusNode", "")
        prefixes = self._subject.project.settings.names.prefixes
        value = result.get("value")
        found = f" (found {compact(value, prefixes)})" if value not in (None, focus) else ""
        return self._subject.project.problem(
            "shape",
            focus,
            f"{compact(focus, prefixes)}{found}: {result.get('resultMessage', 'A shape does not hold.')}",
            "The shapes stand in ontology/shapes/.",
            predicate=result.get("resultPath"),
            severity=_SEVERITIES.get(result.get("resultSeverity", ""), Severity.ERROR),
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


def _terms(subject: Subject) -> list[ox.Triple]:
    """What the ontology's named terms are, their class hierarchy, and what a lexicon says of its entries.

    pySHACL's own way to mix an ontology in copies blank nodes along every path that leads to them, which
    takes time exponential in the length of an RDF list.
    """
    return [
        triple
        for triple in _triples(subject, Role.ONTOLOGY)
        if triple.predicate.value in _SHOWN
        and isinstance(triple.subject, ox.NamedNode)
        and not isinstance(triple.object, ox.BlankNode)
    ]
