"""The vocabulary of a project as a build uses it: ontology, shapes and what is compiled of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from kgraph.checks.shacl import Shape, Target, Unsupported, compile_shapes
from kgraph.checks.shapes import is_shown
from kgraph.problems import Problem
from kgraph.project import Project
from kgraph.project.folder import read_files
from kgraph.project.index import TripleIndex
from kgraph.project.listing import Listing, Role
from kgraph.reasoning import Theory
from kgraph.reasoning.program import Clause
from kgraph.settings import Settings

__all__ = ["Vocabulary", "load_vocabulary"]


@dataclass(frozen=True)
class Vocabulary:
    """The project without its data, and what was wrong with its files."""

    project: Project
    problems: tuple[Problem, ...]

    def _triples(self, *roles: Role) -> list[ox.Triple]:
        return [triple for file in self.project.files(*roles) for triple in file.triples]

    @cached_property
    def axioms(self) -> list[ox.Triple]:
        """What is reasoned with."""
        return self._triples(Role.ONTOLOGY)

    @cached_property
    def ontology(self) -> TripleIndex:
        """The ontology without its alignments."""
        return TripleIndex(self.axioms)

    @cached_property
    def index(self) -> TripleIndex:
        """The graph of the ontology, alignments included."""
        return TripleIndex(dict.fromkeys(self._triples(Role.ONTOLOGY, Role.ALIGNMENTS)))

    @cached_property
    def shown(self) -> TripleIndex:
        """What shapes see of the ontology."""
        return TripleIndex(dict.fromkeys(filter(is_shown, self.axioms)))

    @cached_property
    def shapes(self) -> list[tuple[Target, Shape]] | None:
        """The shapes, compiled; None where they are left to pySHACL."""
        try:
            return compile_shapes(self._triples(Role.SHAPES))
        except Unsupported:
            return None

    @property
    def program(self) -> list[Clause]:
        """The rules that the axioms make."""
        return self.theory.program

    @cached_property
    def theory(self) -> Theory:
        """What is made of the axioms to reason with them."""
        return Theory(self.axioms)


def load_vocabulary(settings: Settings, listing: Listing) -> Vocabulary:
    """Read the files of a project that are no data."""
    turtle = tuple(entry for entry in listing.turtle if entry[2] is not Role.DATA)
    project, problems = read_files(settings, Listing(turtle), {})
    return Vocabulary(project, tuple(problems))
