"""What follows from a project, by Spark: conclusions, which of them are kept, contradictions and support.

What followed from each article by itself is where it begins, so the rounds that are left are those across
articles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import pyoxigraph as ox

from kgraph.build.clock import Clock
from kgraph.build.spark.clauses import Plan, plans
from kgraph.build.spark.facts import rows_of_triples
from kgraph.build.spark.joining import Joins
from kgraph.build.spark.resting import Resting
from kgraph.build.spark.saturating import Saturation
from kgraph.build.spark.tables import TRIPLE, table_of
from kgraph.reasoning import Clash, Ways
from kgraph.reasoning.closure import Selection
from kgraph.reasoning.program import Clause, Slot
from kgraph.reasoning.signs import reachable
from kgraph.vocab import OWL_SAME_AS, RDF_TYPE

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["Closed", "Tables", "close_tables"]

#: How many contradictions are told at most.
_MOST_CLASHES: Final = 500


@dataclass(frozen=True, slots=True)
class Tables:
    """What is reasoned over: tables of triples, and of the ways in which some were told (``t``, ``ways``).

    ``known`` are conclusions that are known already, ``outside`` triples that need not be concluded since
    some graph has them.
    """

    facts: DataFrame
    known: DataFrame
    outside: DataFrame
    told: DataFrame


@dataclass(frozen=True, slots=True)
class Closed:
    """What follows, in files; where facts contradict each other, without support."""

    folder: Path
    clashes: tuple[Clash, ...] = ()

    def _rows(self, name: str, *columns: str) -> Iterator[Any]:
        import pyarrow.parquet as pq  # noqa: PLC0415 - it is optional

        for file in sorted((self.folder / name).glob("*.parquet")):
            for batch in pq.ParquetFile(file).iter_batches(columns=list(columns)):
                yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)

    def conclusions(self, *, kept: bool) -> Iterator[str]:
        """The lines of N-Triples of the conclusions that a graph shows, or of those that none does."""
        for s, p, o in self._rows(f"conclusions/kept={str(kept).lower()}", "s", "p", "o"):
            yield f"{s} {p} {o} .\n"

    def support(self) -> Iterator[tuple[str, Ways]]:
        """On whose word triples rest, these as N-Triples writes them."""
        for text, ways in self._rows("support", "t", "ways"):
            yield text, frozenset(map(frozenset, ways))


def close_tables(
    session: SparkSession,
    folder: Path,
    axioms: Sequence[ox.Triple],
    program: Sequence[Clause],
    tables: Tables,
    clock: Clock,
) -> Closed:
    """Find what follows, as :func:`kgraph.reasoning.close` does.

    Args:
        session: where.
        folder: an empty folder that all machines see.
        axioms: the ontology.
        program: what its axioms make of the rules.
        tables: what is reasoned over.
        clock: hears of what is done.
    """
    from pyspark.sql import functions as f  # noqa: PLC0415 - it is optional

    base = folder.as_uri()
    ontology = table_of(session, list(rows_of_triples(axioms)), TRIPLE)
    given = tables.facts.unionByName(ontology).withColumn("given", f.lit(True))
    start = given.unionByName(tables.known.withColumn("given", f.lit(False)))
    with clock.step("reasoning: gathering facts"):
        start.groupBy("s", "p", "o").agg(f.max("given").alias("given")).write.parquet(f"{base}/start")
        begun = session.read.schema(f"{TRIPLE}, given BOOLEAN").parquet(f"{base}/start")
    saturation = Saturation(session, program, base, begun.select("s", "p", "o"))
    with clock.step("reasoning: finding what follows"):
        saturation.run()
        known = saturation.known
        inferred = known.join(begun.where("given"), ["s", "p", "o"], "left_anti")
        outside = tables.outside.distinct().withColumn("there", f.lit(True))
        flagged = inferred.join(outside, ["s", "p", "o"], "left").withColumn(
            "kept", f.col("there").isNull() & _is_of_interest(Selection(axioms, ()))
        )
        flagged.drop("there").write.partitionBy("kept").parquet(f"{base}/conclusions")
        concluded = session.read.schema(f"{TRIPLE}, kept BOOLEAN").parquet(f"{base}/conclusions")
    denials = [clause for clause in program if clause.conclusion is None]
    with clock.step("reasoning: looking for contradictions"):
        clashes = tuple(_clashes(session, reachable(denials, saturation.present), known))
    if clashes:
        return Closed(folder, clashes)
    with clock.step("reasoning: settling on whose word it rests"):
        resting = Resting(session, base, tables.told)
        support = resting.settle(program, known, concluded, has_equals=saturation.has_equals)
        if support is not None:
            support.write.parquet(f"{base}/support")
    return Closed(folder)


def _is_of_interest(selection: Selection) -> Any:
    """See :meth:`kgraph.reasoning.closure.Selection.keeps`."""
    from pyspark.sql import functions as f  # noqa: PLC0415 - it is optional

    subject, predicate, value = f.col("s"), f.col("p"), f.col("o")

    def is_one(column: Any, names: Iterable[str]) -> Any:
        return column.isin([f"<{name}>" for name in names if not name.startswith("_:")])

    return ~is_one(subject, selection.terms) & (
        f.when(predicate == f"<{RDF_TYPE}>", is_one(value, selection.classes))
        .when(predicate == f"<{OWL_SAME_AS}>", subject != value)
        .otherwise(is_one(predicate, selection.properties))
    )


def _clashes(session: SparkSession, denials: Iterable[Clause], known: DataFrame) -> Iterator[Clash]:
    """The first contradictions."""
    live = plans(denials)
    for some in (
        [plan for plan in live if not plan.clause.condition],
        [p for p in live if p.clause.condition],
    ):
        joins = Joins(session, some)
        solutions = joins.solutions(known, known)
        if solutions is None:
            continue
        found = joins.clashes(solutions)
        # What a table cannot tell is asked below; so all must come, which are few unless they clash.
        rows = (
            found.distinct().toLocalIterator()
            if some[0].clause.condition
            else found.limit(_MOST_CLASHES).collect()
        )
        told = 0
        for number, values in rows:
            clash = _clash(some[number], values)
            if clash is not None and told < _MOST_CLASHES:
                told += 1
                yield clash


def _clash(plan: Plan, values: Sequence[str]) -> Clash | None:
    lines = "".join(f"<urn:s> <urn:p> {value} .\n" for value in values)
    terms = [quad.object for quad in ox.parse(lines, ox.RdfFormat.N_TRIPLES)]
    binding: Mapping[str, Slot] = dict(zip(plan.variables, cast(list[Slot], terms), strict=True))
    if plan.clause.condition:
        opaque = {
            name: ox.NamedNode(f"urn:kgraph:blank:{term.value}") if isinstance(term, ox.BlankNode) else term
            for name, term in binding.items()
        }
        if not ox.Store().query(f"ASK {{ FILTER({plan.clause.bind(opaque).condition}) }}"):
            return None
    return Clash(plan.clause, tuple(premise.bind(binding).triple for premise in plan.clause.premises))
