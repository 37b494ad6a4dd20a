"""Problems in the ledger: each counts once, and those of whoever was looked at last are told first."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from kgraph.build.problem_table import Located, ProblemTable
from kgraph.build.rows import SCHEMA
from kgraph.problems import Problem, Severity

LIMIT = 5

problems = st.builds(
    Located,
    st.builds(
        Problem,
        st.sampled_from(Severity),
        st.sampled_from(["shape", "gap"]),
        st.sampled_from(["", "a.ttl", "b.ttl"]),
        st.none() | st.integers(1, 9),
        st.sampled_from(["One thing", "Another: thing", "„Ž“ is odd"]),
        st.sampled_from(["Mend it.", "Leave it."]),
    ),
    st.none() | st.sampled_from(["urn:x", "urn:y"]),
)
by_owner = st.dictionaries(st.sampled_from([f"unit {number}" for number in range(6)]), st.lists(problems))


def table(*, is_new: bool = True) -> ProblemTable:
    database = sqlite3.connect(":memory:")
    database.executescript(SCHEMA)
    return ProblemTable(database, is_new=is_new)


def without_line(each: Located) -> tuple[object, ...]:
    it = each.problem
    return it.severity, it.code, it.path, it.message, it.hint, each.subject


@given(by_owner, by_owner)
def test_each_problem_counts_once_whoever_has_it(
    earlier: Mapping[str, list[Located]], later: Mapping[str, list[Located]]
) -> None:
    found = table()
    for some in (earlier, later):
        for owner, its in some.items():
            found.put(owner, its)
    there = {each for its in {**earlier, **later}.values() for each in its}
    for kind, count in found.kinds():
        told = found.first(kind, LIMIT)
        assert len({each.kind for each in told}) == 1
        of_kind = {each for each in there if each.kind == told[0].kind}
        assert count == len({*map(without_line, of_kind)})
        assert len({*map(without_line, told)}) == len(told) == min(LIMIT, count)
        assert of_kind.issuperset(told)
        there -= of_kind
    assert not there


@given(st.permutations(range(20)))
def test_after_an_edit_the_problems_of_what_changed_are_told_first(order: list[int]) -> None:
    def gap(number: int) -> Located:
        return Located(Problem(Severity.WARNING, "gap", "", None, f"Gap {number:02}.", "Fill it."))

    first, edited = order[0], order[1]
    for is_new in (True, False):
        found = table(is_new=True)
        for number in order:
            found.put(f"unit {number:02}", [gap(number)])
        if not is_new:
            found = ProblemTable(found._db, is_new=False)
            for number in (edited, first):
                found.put(f"unit {number:02}", [gap(number)])
        ((kind, count),) = found.kinds()
        rest = [number for number in range(20) if is_new or number not in (edited, first)]
        expected = ([] if is_new else [edited, first]) + rest
        assert count == 20
        assert found.first(kind, LIMIT) == [gap(number) for number in expected[:LIMIT]]
