"""A problem of a project: what ``kgraph check`` reports, always with where it is and what to do.

A user's broken file is data, not an exceptional state of the program: reading and checking return
problems. Only an *error* forbids a build; a *warning* is printed and served anyway.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Problem", "Severity", "count_problems", "has_errors"]


class Severity(StrEnum):
    """How grave a problem is. An error forbids the build, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding.

    ``code`` is stable and names the check; ``path`` is relative to the project's folder; ``line``
    counts from 1 and is None where a problem belongs to a whole file. ``more`` is how many more of its kind
    there are, which are not told one by one.
    """

    severity: Severity
    code: str
    path: str
    line: int | None
    message: str
    hint: str
    more: int = 0

    @property
    def place(self) -> str:
        """``path:line``, the form that editors and terminals make clickable."""
        return self.path if self.line is None else f"{self.path}:{self.line}"

    @property
    def kind(self) -> str:
        """What problems of a kind have in common besides their code: a shape's message, or the hint."""
        return self.message.partition(": ")[2] if self.code == "shape" else self.hint

    def __str__(self) -> str:
        return f"{self.place}: {self.severity}: {self.message} {self.hint} [{self.code}]"


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any of the problems forbids a build."""
    return any(problem.severity is Severity.ERROR for problem in problems)


def count_problems(problems: Iterable[Problem], severity: Severity | None = None) -> int:
    """How many problems there are, those that are not told one by one included."""
    return sum(1 + problem.more for problem in problems if severity in (None, problem.severity))
