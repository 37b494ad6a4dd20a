"""The solutions of many clauses over a table of triples, by the same few joins for all of them.

A table of triples has the columns ``s``, ``p`` and ``o``, terms as N-Triples writes them. First a map finds
which steps of which plans each triple meets; the steps are broadcast. Then, step by step, what has been
bound is joined with the triples that meet the next premise: on the plan and on the values of the variables
that both have. So there is a chain of joins for each length of plans, however many clauses there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING, Final

from kgraph.build.spark.clauses import ANY, GOALS, STEPS, Plan, goal_of, steps_of
from kgraph.build.spark.tables import table_of

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

__all__ = ["Joins", "is_thing"]

_PLACES: Final = "array(s, p, o)"
#: Where in the row of a step its sign stands.
_SIGN: Final = 1
_BETWEEN: Final = r"'\n'"


class Joins:
    """Evaluates some plans.

    Args:
        session: where.
        plans: the plans.
    """

    def __init__(self, session: SparkSession, plans: Sequence[Plan]) -> None:
        self._session = session
        self._lengths: dict[int, list[list[tuple[object, ...]]]] = {}
        for number, plan in enumerate(plans):
            columns = self._lengths.setdefault(len(plan.premises), [[] for _ in plan.premises])
            for place, row in enumerate(steps_of(number, plan)):
                columns[place].append(row)
        self._goals = table_of(session, [goal_of(number, plan) for number, plan in enumerate(plans)], GOALS)
        self.plans = plans

    def solutions(self, first: DataFrame, every: DataFrame) -> DataFrame | None:
        """What meets the plans: ``plan`` and ``values``, those of its variables. None where there is no plan.

        Args:
            first: the triples that the first premise of each plan must meet.
            every: those that the others must.
        """
        parts = [self._chain(columns, first, every) for columns in self._lengths.values()]
        return reduce(lambda one, other: one.unionByName(other), parts) if parts else None

    def _chain(
        self, columns: Sequence[list[tuple[object, ...]]], first: DataFrame, every: DataFrame
    ) -> DataFrame:
        from pyspark.sql import functions as f  # noqa: PLC0415 - it is optional

        found = self._matching(columns[0], first).select(
            "plan", f.expr(f"transform(take, i -> get({_PLACES}, i))").alias("values"), "following"
        )
        for rows in columns[1:]:
            left = found.select("plan", "values", _key("following", "values").alias("shared"))
            right = self._matching(rows, every).select(
                "plan",
                f.expr(_PLACES).alias("terms"),
                "take",
                "following",
                _key("key", _PLACES).alias("shared"),
            )
            found = left.join(right, ["plan", "shared"]).select(
                "plan",
                f.expr("zip_with(values, take, (known, i) -> coalesce(known, get(terms, i)))").alias(
                    "values"
                ),
                "following",
            )
        return found.select("plan", "values")

    def _matching(self, rows: list[tuple[object, ...]], triples: DataFrame) -> DataFrame:
        """The triples that meet some steps, each with what the step says."""
        from pyspark.sql import functions as f  # noqa: PLC0415 - it is optional

        steps = table_of(self._session, rows, STEPS)
        named = {str(row[_SIGN]) for row in rows}
        kinds = [
            kind
            for kind, is_used in (
                ("p", any(sign.endswith(">") and " " not in sign for sign in named)),
                ("concat(p, ' ', o)", any(" " in sign for sign in named)),
                (f"'{ANY}'", ANY in named),
            )
            if is_used
        ]
        signs = f.explode(f.expr(f"array({', '.join(kinds)})"))
        found = triples.select("s", "p", "o", signs.alias("sign")).join(f.broadcast(steps), "sign")
        return found.where(
            "(is_s IS NULL OR is_s = s) AND (is_o IS NULL OR is_o = o) AND (NOT loop OR s = o)"
        )

    def conclusions(self, solutions: DataFrame) -> DataFrame:
        """The triples that solutions lead to; the same one as often as it does."""
        return self.steps(solutions).select("s", "p", "o")

    def steps(self, solutions: DataFrame) -> DataFrame:
        """The triples that solutions lead to, with the premises, each ``subject predicate object``."""
        from pyspark.sql import functions as f  # noqa: PLC0415 - it is optional

        def filled(slots: str) -> str:
            return f"transform({slots}, slot -> coalesce(slot.term, get(values, slot.variable)))"

        found = self._checked(solutions).select(
            f.expr(filled("goal")).alias("goal"),
            f.expr(f"transform(premises, each -> array_join({filled('each')}, ' '))").alias("premises"),
        )
        places = [f.expr(f"goal[{place}]").alias(name) for place, name in enumerate("spo")]
        return found.select(*places, "premises").where(is_thing("s") & is_iri("p"))

    def clashes(self, solutions: DataFrame) -> DataFrame:
        """The solutions that the conditions of their plans allow, as far as a table can tell."""
        return self._checked(solutions).select("plan", "values")

    def _checked(self, solutions: DataFrame) -> DataFrame:
        from pyspark.sql import functions as f  # noqa: PLC0415 - it is optional

        return solutions.join(f.broadcast(self._goals), "plan").where(
            "forall(different, pair -> values[pair[0]] != values[pair[1]]) AND "
            "forall(things, i -> values[i] NOT LIKE '\"%')"
        )


def _key(numbers: str, values: str) -> Column:
    from pyspark.sql import functions as f  # noqa: PLC0415 - it is optional

    return f.expr(f"array_join(transform({numbers}, i -> get({values}, i)), {_BETWEEN})")


def is_thing(column: str) -> Column:
    """Whether a column's term can be a subject."""
    from pyspark.sql import functions as f  # noqa: PLC0415 - it is optional

    return f.expr(f"{column} NOT LIKE '\"%' AND {column} NOT LIKE '<<%'")


def is_iri(column: str) -> Column:
    """Whether a column's term is an IRI."""
    from pyspark.sql import functions as f  # noqa: PLC0415 - it is optional

    return f.expr(f"{column} LIKE '<%' AND {column} NOT LIKE '<<%'")
