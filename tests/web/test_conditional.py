from __future__ import annotations

import pytest

from kgraph.web.conditional import entity_tag, is_known

TAG = entity_tag("g1", "/sparql", "ASK {}", "json")


def test_a_tag_depends_on_each_part_and_on_where_the_parts_end() -> None:
    others = {entity_tag("g2", "/sparql", "ASK {}", "json"), entity_tag("g1", "/sparql", "ASK {}j", "son")}
    assert entity_tag("g1", "/sparql", "ASK {}", "json") == TAG
    assert TAG not in others
    assert len(others) == 2


@pytest.mark.parametrize(
    ("header", "known"),
    [
        (None, False),
        ("", False),
        ("*", True),
        (TAG, True),
        (f"W/{TAG}", True),
        (f'"other, with a comma", {TAG}', True),
        ('"other"', False),
        (TAG.strip('"'), False),
    ],
)
def test_if_none_match_is_compared_weakly_as_a_list(header: str | None, known: bool) -> None:
    assert is_known(header, TAG) is known
