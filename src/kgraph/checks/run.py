"""The list of checks, and running it.

SHACL is not in the list, since it runs in a process of its own: see :mod:`kgraph.checks.shapes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from kgraph.checks.anchors import check_anchors
from kgraph.checks.attribution import check_attribution
from kgraph.checks.coverage import check_coverage
from kgraph.checks.literals import check_literals
from kgraph.checks.profile import check_profile
from kgraph.checks.subject import Subject
from kgraph.checks.vocabulary import check_terms, check_vocabulary
from kgraph.problems import Problem

__all__ = ["CHECKS", "DATA_CHECKS", "ONTOLOGY_CHECKS", "Check", "run_checks"]


@dataclass(frozen=True, slots=True)
class Check:
    """One concern: what it looks at, in a word or two, and the function that looks."""

    name: str
    look: Callable[[Subject], Iterator[Problem]]


#: What is looked for in whatever files there are, article by article if need be …
DATA_CHECKS: Final = (
    Check("terms and links", check_vocabulary),
    Check("literals", check_literals),
    Check("quotations and offsets", check_anchors),
    Check("attributions", check_attribution),
    Check("coverage", check_coverage),
)
#: … and what in the ontology alone.
ONTOLOGY_CHECKS: Final = (
    Check("well-kept terms", check_terms),
    Check("OWL 2 RL profile", check_profile),
)
CHECKS: Final = (*DATA_CHECKS, *ONTOLOGY_CHECKS)


def run_checks(subject: Subject, checks: Iterable[Check] = CHECKS) -> list[Problem]:
    """Run some checks; all of them, where none are named."""
    return [problem for check in checks for problem in check.look(subject)]
