"""A contradiction is a finding with its proof: the assertions, their sentences, and the axiom."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kgraph.build import inspect_project
from kgraph.problems import Problem
from kgraph.settings import load_settings
from tests.reasoning.conftest import ROOT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for part in ("ontology", "data", "seeds"):
        shutil.copytree(ROOT / part, tmp_path / part)
    return tmp_path


def contradictions(project: Path) -> list[Problem]:
    problems = inspect_project(load_settings(project, environ={})).problems
    return [problem for problem in problems if problem.code == "contradiction"]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_contradiction_names_the_assertion_its_sentence_and_the_axiom(project: Path) -> None:
    assertions = project / "data/ttl/articles/north-kosovo-roadblocks/assertions.ttl"
    edit(assertions, "kgr:mayoraltyOfZubinPotok kg:agent kgr:ristic", "kgr:ristic kg:place kgr:zubinPotok")
    found = contradictions(project)
    assert found
    message = next(problem for problem in found if "kgr:ristic a kg:Eventuality" in problem.message)
    assert "cax-adc" in message.message
    assert "stated by kgr:reuters, sentence 7" in message.message
    assert "a0709" in message.message
    assert "“" in message.message
    assert message.path.endswith(".ttl")
    assert message.line


def test_a_seeded_contradiction_of_types_is_found(project: Path) -> None:
    edit(project / "data/ttl/entities.ttl", "kgr:ristic a kg:Person", "kgr:ristic a kg:Person, kg:Event")
    messages = [problem.message for problem in contradictions(project)]
    assert any(
        "kgr:ristic a kg:Event" in message and "asserted in entities" in message for message in messages
    )


def test_a_stated_claim_that_denies_is_found(project: Path) -> None:
    """The policy of projection is an axiom: nothing is stated and unasserted at once."""
    extra = project / "data/ttl/extra.ttl"
    extra.write_text(
        "@prefix kg: <https://w3id.org/kgraph/ontology#> . @prefix kgr: <https://w3id.org/kgraph/id/> .\n"
        "<https://w3id.org/kgraph/id/article/north-kosovo-roadblocks/a0703> a kg:StatedAssertion .\n"
    )
    assert any("cax-dw" in problem.message for problem in contradictions(project))


def test_an_axiom_that_no_rule_reads_is_a_finding(project: Path) -> None:
    (project / "ontology/more.ttl").write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix kg: <https://w3id.org/kgraph/ontology#> .\n"
        "kg:mans a owl:ReflexiveProperty .\n"
    )
    problems = inspect_project(load_settings(project, environ={})).problems
    (found,) = [problem for problem in problems if problem.code == "unsupported-axiom"]
    assert "owl:ReflexiveProperty" in found.message
