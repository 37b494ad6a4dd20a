"""What the narrator tells: the event of each clause with its roles, under one name a thing."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from kgraph.drafting import Candidate, Claim, Mode
from tests.drafting.conftest import Drafting

with (Path(__file__).parent / "events.tsv").open(encoding="utf-8", newline="") as file:
    SENTENCES = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def described(claim: Claim, labels: dict[str, str]) -> str:
    says = [(claim.predicate, claim.object), *claim.more]
    names = (
        (predicate.rpartition(":")[2], value if predicate != "rdf:type" else value.rpartition(":")[2])
        for predicate, value in says
    )
    return "; ".join(f"{predicate} {labels.get(value, value)}" for predicate, value in names)


@pytest.mark.parametrize("row", SENTENCES, ids=lambda row: f"{row['subject']}: {row['text'][:40]}")
def test_a_clause_tells_its_event_with_all_its_roles(draft: Drafting, row: dict[str, str]) -> None:
    candidates = draft(row["text"]).candidates
    labels = {thing.name: thing.label for each in candidates for thing in each.things}
    found = {
        (labels[each.claim.subject], described(each.claim, labels), each.kind)
        for each in candidates
        if each.claim is not None
    }
    assert (row["subject"], row["claim"], row["kind"]) in found


def things_of(candidates: tuple[Candidate, ...]) -> dict[str, str]:
    return {thing.label: thing.type for each in candidates for thing in each.things}


def test_a_label_has_no_figure_no_praise_and_no_pronoun(draft: Drafting) -> None:
    text = (
        "Ardovia’s shameful new authorities sold two grey ferries. Tessaline moved its convoy of trucks.\n\n"
        "Nobody in the brave Holt family knew of a bitter stand-off over the port."
    )
    things = things_of(draft(text).candidates)
    assert things["Ardovia’s authorities"] == "kgl:PublicAuthority"
    assert things["grey ferries"] == "kgl:Ship"
    assert things["Tessaline’s convoy of trucks"] == "kgl:Convoy"
    assert things["bitter stand-off over the port"] == "kgl:StandOff"


def test_who_speaks_is_whoever_says_i(draft: Drafting) -> None:
    [sold] = [
        each
        for each in draft("“I sold the boat in May,” Ana Holt said.").candidates
        if each.mode is Mode.DIRECT
    ]
    assert sold.claim is not None
    names = {thing.name: thing.label for thing in sold.things}
    assert {names.get(value) for role, value in sold.claim.more if role == "kg:agent"} == {"Ana Holt"}


def test_an_order_of_nobody_named_is_nobodys_own(draft: Drafting) -> None:
    [order] = [
        each
        for each in draft("The convoy had been ordered to travel to Sarrow.").candidates
        if each.kind == "order"
    ]
    assert order.speaker == "unnamed: not said"
    assert order.cue is not None
    assert order.cue.of("The convoy had been ordered to travel to Sarrow.") == "had been ordered"


@pytest.mark.parametrize(
    "text",
    [
        "Holt told Radio Estuary the harbour was shut.",
        "The union gave the owner until Friday to remove the barriers.",
        "A demand by the crews to reopen the port was ignored.",
    ],
)
def test_that_somebody_says_it_is_told_once(draft: Drafting, text: str) -> None:
    own = [each for each in draft(text).candidates if each.mode is Mode.NARRATED]
    types = {each.claim.object for each in own if each.claim is not None}
    assert not types & {"kgl:Statement", "kgl:Demand"}
