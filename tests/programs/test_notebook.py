"""What the guide and the notebook show runs, and what a notebook shows is sound markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from kgraph import KnowledgeGraph, Table
from kgraph.reasoning.cards import explanation_card
from kgraph.who_said.cards import answer_card

ROOT = Path(__file__).parents[2]


class Markup(HTMLParser):
    """Markup that is balanced, with the texts and links in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.links: list[str] = []
        self.marked = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {"div", "strong", "a", "blockquote", "mark", "ul", "li"}
        self.open.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        self.marked += data if "mark" in self.open else ""


def test_an_answer_is_a_card_with_its_words_marked_in_their_sentence(graph: KnowledgeGraph) -> None:
    answer = graph.who_said("cannot go through barricades", limit=3)
    card = Markup(answer._repr_html_())
    for claim in answer.attributions:
        assert claim.sentence is not None
        assert claim.sentence.text in card.text
        assert claim.iri in card.links
        assert claim.speaker.label in card.text
        for passage in claim.passages:
            assert passage.exact in card.marked
    assert Markup(graph.who_said("xyzzy plugh", limit=1)._repr_html_()).text
    assert answer_card(answer) == answer._repr_html_()


@pytest.mark.parametrize(
    "triple",
    [
        ("kgr:demandToRemove", "kg:participant", "kgr:kfor"),
        ("kgr:removalOfBarricades", "kg:theme", "kgr:northBarricades"),
        ("kgr:kosovo", "a", "kg:Assertion"),
    ],
)
def test_an_explanation_is_a_card_down_to_its_words(
    graph: KnowledgeGraph, triple: tuple[str, str, str]
) -> None:
    why = graph.explain(*triple, every=True)
    card = Markup(explanation_card(why))
    for proof in why.proofs:
        for leaf in proof.leaves():
            for statement in leaf.statements:
                assert statement.iri in card.links
                assert all(quote.text in card.marked for quote in statement.quotes)
    assert all(claim.iri in card.links for claim in why.claims)


def test_what_data_says_is_text_and_no_markup(graph: KnowledgeGraph) -> None:
    table = graph.query("SELECT ('<script>' AS ?x) (<http://e.example/?%22%3E> AS ?y) {}", Table)
    assert "<script>" not in table._repr_html_()
    assert "<script>" not in graph.who_said("<script>alert(1)</script>")._repr_html_()


def test_the_guide_s_examples_run(reference_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(reference_folder)
    guide = (ROOT / "docs" / "programs.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", guide, re.DOTALL):
        exec(block, names)  # noqa: S102 - it is the guide
    assert names["frame"].dtypes["begin"] == "Int64"
    assert len(names["said"]) > 0
    assert names["why"].holds
    assert names["about"].claimed


def test_the_notebook_runs(graph: KnowledgeGraph, reference_folder: Path) -> None:
    notebook = nbformat.reads((ROOT / "examples" / "notebook.ipynb").read_text(), as_version=4)  # type: ignore[no-untyped-call]
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(reference_folder)}})
    client.execute()
    shown = [
        output["data"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output["output_type"] == "execute_result"
    ]
    assert len([data for data in shown if "text/html" in data]) >= 4
    assert "KnowledgeGraph" not in str(shown)
