"""On whose word conclusions rest (:mod:`kgraph.reasoning.support`), set at a time.

Every step to a conclusion is a row for each of its premises that somebody's word may stand behind. A round
joins these with the ways in which the premises hold, multiplies those of each step and gathers those of each
conclusion: two group-bys. Only steps that use what the round before changed are looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kgraph.build.spark.clauses import plans
from kgraph.build.spark.joining import Joins
from kgraph.build.spark.saturating import signs_of
from kgraph.build.spark.tables import table_of
from kgraph.reasoning.program import Clause
from kgraph.reasoning.saturation import is_equality
from kgraph.reasoning.support import MOST_SOURCES, all_sources, led_to

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["Resting", "minimal_of"]

_FREE: Final = "array(CAST(array() AS ARRAY<STRING>))"
_NEVER: Final = "CAST(array() AS ARRAY<ARRAY<STRING>>)"


def minimal_of(ways: str) -> str:
    """The expression of the minimal ones of some ways: see :func:`kgraph.reasoning.minimal`."""
    small = f"array_distinct(filter({ways}, few -> size(few) <= {MOST_SOURCES}))"
    return f"array_sort({_without_larger(small)})"


def _without_larger(ways: str) -> str:
    """The ways that have no other inside."""
    return (
        f"transform(array({ways}), every -> filter(every, one -> NOT exists(every, less -> "
        f"size(less) < size(one) AND size(array_except(less, one)) = 0)))[0]"
    )


def _both(one: str, other: str) -> str:
    """The expression of the ways in which two things hold together."""
    joint = f"transform({other}, b -> array_sort(array_union(a, b)))"
    return minimal_of(f"flatten(transform({one}, a -> {joint}))")


@dataclass(frozen=True, slots=True)
class Resting:
    """Settles on whose word everything rests.

    Args:
        session: where.
        folder: where rounds are written.
        told: the ways in which triples were told: ``t``, a triple as text, and ``ways``.
    """

    session: SparkSession
    folder: str
    told: DataFrame

    def settle(
        self, program: Iterable[Clause], known: DataFrame, inferred: DataFrame, *, has_equals: bool
    ) -> DataFrame | None:
        """The support of all triples that have one: ``t`` and ``ways``. None where there is none at all.

        Args:
            program: the clauses.
            known: all that holds.
            inferred: what of it is concluded.
            has_equals: whether one thing is another.
        """
        from pyspark.sql import functions as f  # noqa: PLC0415 - it is optional

        clauses = [c for c in program if c.conclusion is not None and (has_equals or not is_equality(c))]
        said = known.withColumn("t", f.expr("concat_ws(' ', s, p, o)")).join(self.told, "t", "left_semi")
        signs = led_to(clauses, signs_of(said))
        wanted = [c for c in clauses if c.makes is not None and signs.meets(c.makes)]
        joins = Joins(self.session, plans(wanted))
        solutions = joins.solutions(known, known)
        if solutions is None:
            return None
        goals = inferred.select(f.expr("concat_ws(' ', s, p, o)").alias("goal")).unionByName(
            self.told.select(f.col("t").alias("goal"))
        )
        steps = joins.steps(solutions).select(f.expr("concat_ws(' ', s, p, o)").alias("goal"), "premises")
        constant = [(str(c.conclusion), list[str]()) for c in wanted if not c.premises]
        if constant:
            schema = "goal STRING, premises ARRAY<STRING>"
            steps = steps.unionByName(table_of(self.session, constant, schema))
        return self._settled(
            self._kept("steps", steps.join(goals.distinct(), "goal", "left_semi").distinct())
        )

    def _settled(self, steps: DataFrame) -> DataFrame:
        from pyspark.sql import functions as f  # noqa: PLC0415 - it is optional

        told = self.told.select(f.col("t"), f.col("ways").alias("told"))
        goals = steps.select(f.col("goal").alias("t")).distinct()
        start = goals.join(told, "t", "full_outer").select(
            "t", f.expr(f"coalesce(told, {_NEVER})").alias("ways")
        )
        ways = self._kept("ways-000", start)
        # A premise that nobody told and nothing concludes holds anyhow, and adds nothing.
        uses = steps.withColumn("t", f.explode("premises"))
        uses = self._kept("uses", uses.join(ways.select("t"), "t", "left_semi"))
        free = steps.join(uses, ["goal", "premises"], "left_anti")
        found = free.select("goal", f.expr(_FREE).alias("ways")).distinct()
        changed = ways.where("size(ways) > 0")
        number = 0
        while not number or not changed.isEmpty():
            number += 1
            found = found.unionByName(self._found(uses, changed, ways))
            more = found.groupBy(f.col("goal").alias("t")).agg(
                f.expr("flatten(collect_list(ways))").alias("more")
            )
            after = (
                ways.select("t", f.col("ways").alias("before"))
                .join(more, "t", "left")
                .select(
                    "t",
                    f.expr(f"if(more IS NULL, before, {minimal_of('concat(before, more)')})").alias("ways"),
                    "before",
                )
            )
            flagged = after.select("t", "ways", f.expr("ways != before").alias("is_new"))
            told_now = self._kept(f"ways-{number:03}", flagged)
            ways, changed = told_now.select("t", "ways"), told_now.where("is_new")
            found = found.limit(0)
        many = self._many(steps, uses, ways)
        if many is not None:
            ways = ways.join(many, "t", "left_anti").unionByName(many)
        return (
            ways.join(goals, "t", "left_semi")
            .join(told, "t", "left")
            .select("t", f.expr(f"array_except(ways, coalesce(told, {_FREE}))").alias("ways"))
            .where("size(ways) > 0")
            .where(r"""t NOT LIKE '\_:%' AND NOT t RLIKE ' _:[^ "]+$'""")
        )

    def _found(self, uses: DataFrame, changed: DataFrame, ways: DataFrame) -> DataFrame:
        """What the steps that use what has changed lead to."""
        from pyspark.sql import functions as f  # noqa: PLC0415 - it is optional

        touched = uses.join(changed.select("t"), "t", "left_semi").select("goal", "premises").distinct()
        used = uses.join(touched, ["goal", "premises"], "left_semi").join(ways, "t")
        product = f"aggregate(collect_list(ways), {_FREE}, (met, next) -> {_both('met', 'next')})"
        return (
            used.groupBy("goal", "premises")
            .agg(f.expr(product).alias("ways"))
            .where("size(ways) > 0")
            .select("goal", "ways")
        )

    def _many(self, steps: DataFrame, uses: DataFrame, ways: DataFrame) -> DataFrame | None:
        """The one way of each conclusion that no few sources suffice for: these are rare, so they are told
        apart here.
        """
        from pyspark.sql import functions as f  # noqa: PLC0415 - it is optional

        open_ones = ways.where("size(ways) = 0").select(f.col("t").alias("goal"))
        left = steps.join(open_ones, "goal", "left_semi").collect()
        if not left:
            return None
        needed = uses.join(open_ones, "goal", "left_semi").select("t").distinct()
        rows = ways.join(needed, "t", "left_semi").collect()
        known = {t: frozenset(map(frozenset, some)) for t, some in rows}
        known |= dict.fromkeys((goal for goal, _ in left), frozenset())
        told = all_sources([(goal, tuple(premises)) for goal, premises in left], known)
        found = [(t, [sorted(way) for way in some]) for t, some in told.items()]
        return table_of(self.session, found, "t STRING, ways ARRAY<ARRAY<STRING>>")

    def _kept(self, name: str, table: DataFrame) -> DataFrame:
        """A table, written to a folder and read from there."""
        path = f"{self.folder}/{name}"
        table.write.parquet(path)
        return self.session.read.schema(table.schema).parquet(path)
