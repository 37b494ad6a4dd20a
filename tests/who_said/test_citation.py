"""A citation has the article's own day, as far as it is known; never the day of the build."""

from __future__ import annotations

import pytest

from kgraph.who_said import Answer, Attribution, Level, cite
from kgraph.who_said.attribution import Article, Thing

NOTHING = Thing(None, "")


@pytest.mark.parametrize(
    ("issued", "parts", "fields"),
    [
        ("2021-03-10", [2021, 3, 10], ("year = {2021}", "month = {3}")),
        ("2021-03", [2021, 3], ("year = {2021}", "month = {3}")),
        ("2021", [2021], ("year = {2021}",)),
        ("2021-XX", [2021], ("year = {2021}",)),
        ("", None, ()),
        ("202X", None, ()),
    ],
)
def test_the_year_is_the_article_s(issued: str, parts: list[int] | None, fields: tuple[str, ...]) -> None:
    article = Article("urn:a", "A title", None, "", "", issued)
    a = NOTHING
    claim = Attribution(
        "urn:c", Level.STATED, "stated by", (), a, a, a, a, a, a, "", (), (), None, article, (), ()
    )
    answer = Answer(Level.STATED, "", (claim,), (), False, "g", "hash", "Dataset", "2026-11-29T00:00:00Z")
    citation = cite(claim, answer)
    assert citation.csl.get("issued", {}).get("date-parts") == (None if parts is None else [parts])
    assert [line for line in citation.bibtex.split(",\n") if "year" in line or "month" in line] == [
        f"  {field}" for field in fields
    ]
    assert "2026" not in citation.bibtex
