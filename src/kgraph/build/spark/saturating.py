"""The fixpoint of a program over a table of triples: in rounds, each of which joins what the one before has
found with all that is known.

Clauses of one premise have been composed (:func:`kgraph.build.spark.clauses.compose`), so a round takes in
whatever they make of it at once, by a map. What a round finds is written to a folder, so that a machine that
is lost costs its share of one round, and no plan grows with the rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kgraph.build.spark.clauses import compose, identity, plans
from kgraph.build.spark.joining import Joins, is_thing
from kgraph.build.spark.tables import TRIPLE, table_of
from kgraph.reasoning.program import Clause, Pattern
from kgraph.reasoning.saturation import is_equality
from kgraph.reasoning.signs import Signs, reachable
from kgraph.vocab import OWL_SAME_AS, RDF_TYPE

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["Saturation", "signs_of"]

_SAME = f"<{OWL_SAME_AS}>"


@dataclass
class Saturation:
    """What follows from some triples.

    Args:
        session: where it is found.
        program: the clauses.
        folder: where rounds are written.
        start: the triples to begin with, each once: facts, axioms, and conclusions that are known.

    Once it has run, ``present`` is what triples can be about, ``has_equals`` whether a thing is another.
    """

    session: SparkSession
    program: Sequence[Clause]
    folder: str
    start: DataFrame
    has_equals: bool = False
    present: Signs = field(default_factory=Signs)
    _rounds: int = 0
    _paths: list[str] = field(default_factory=list)

    @property
    def _equals(self) -> DataFrame:
        return self.known.where(f"p = '{_SAME}' AND s != o")

    @property
    def known(self) -> DataFrame:
        """All that is known by now, each triple once."""
        if not self._paths:
            return self.start
        return self.start.unionByName(self.session.read.schema(TRIPLE).parquet(*self._paths))

    def run(self) -> None:
        """Find all that follows."""
        concluding = [clause for clause in self.program if clause.conclusion is not None]
        plain = [clause for clause in concluding if not is_equality(clause)]
        self.present = signs_of(self.start)
        live = reachable(plain, self.present)
        composed = compose(live)
        self._maps = Joins(self.session, plans([*composed, identity()]))
        joined = [clause for clause in live if len(clause.premises) > 1]
        first = self._conclusions(Joins(self.session, plans(composed)), self.start, self.start)
        from_joins = self._conclusions(Joins(self.session, plans(joined)), self.start, self.start)
        constants = [(*map(str, clause.conclusion or ()),) for clause in live if not clause.premises]
        found = table_of(self.session, constants, TRIPLE)
        if from_joins is not None:
            found = found.unionByName(from_joins)
        new = self._mapped(found)
        self._iterate(new if first is None else new.unionByName(first), joined)
        self.has_equals = not self._equals.isEmpty()
        if self.has_equals:
            self.present.add((None, None))
            everything = [clause for clause in concluding if len(clause.premises) > 1 or is_equality(clause)]
            started = self._conclusions(
                Joins(self.session, plans(everything, every=True)), self._equals, self.known
            )
            self._maps = Joins(self.session, plans([*compose(plain), identity()]))
            if started is not None:
                self._iterate(self._mapped(started), everything)

    def _iterate(self, found: DataFrame, clauses: Sequence[Clause]) -> None:
        joins = Joins(self.session, plans(clauses, every=True))
        while (new := self._take_in(found)) is not None:
            more = self._conclusions(joins, new, self.known)
            if more is None:
                return
            found = self._mapped(more)

    def _take_in(self, found: DataFrame) -> DataFrame | None:
        """What of some triples is new, written down; None where nothing is."""
        path = f"{self.folder}/round-{self._rounds:03}"
        self._rounds += 1
        found.distinct().join(self.known, ["s", "p", "o"], "left_anti").write.parquet(path)
        new = self.session.read.schema(TRIPLE).parquet(path)
        if new.isEmpty():
            return None
        self._paths.append(path)
        return new

    def _mapped(self, found: DataFrame) -> DataFrame:
        """Some triples, and what the composed clauses make of them."""
        solutions = self._maps.solutions(found, found)
        return found if solutions is None else self._maps.conclusions(solutions)

    @staticmethod
    def _conclusions(joins: Joins, first: DataFrame, every: DataFrame) -> DataFrame | None:
        solutions = joins.solutions(first, every)
        return None if solutions is None else joins.conclusions(solutions)


def signs_of(triples: DataFrame) -> Signs:
    """What triples are about: their predicates, and the classes of types."""
    from pyspark.sql import functions as f  # noqa: PLC0415 - it is optional

    cls = f.when((f.col("p") == f"<{RDF_TYPE}>") & is_thing("o"), f.col("o"))
    rows = triples.select("p", cls.alias("cls")).distinct().collect()
    found = Signs()
    for predicate, name in rows:
        value = ox.NamedNode(name[1:-1]) if name and name.startswith("<") else ox.Variable("any")
        found.add(Pattern(ox.Variable("s"), ox.NamedNode(predicate[1:-1]), value).sign)
    return found
