"""Names for values: what a label means, and what is said where it means nothing or too much."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.canned import Kind, Naming, Reader, parse_canned
from kgraph.errors import ParameterError
from kgraph.vocab import KG, RDFS, SKOS, Names

from .conftest import STRANGE_BASE, asked

BASE = "https://example.org/"
PREFIXES = Names(BASE).prefixes
THING = BASE + "id/"
PREF, ALT, LABEL = SKOS + "prefLabel", SKOS + "altLabel", RDFS + "label"
NAMING = Naming.of(
    [
        (THING + "serbs", PREF, "Serbs"),
        (THING + "northSerbs", PREF, "Serbs in the north"),
        (THING + "northSerbs", ALT, "Serbs"),
        (THING + "army", ALT, "the forces"),
        (THING + "police", ALT, "The  Forces"),
        (THING + "hill", PREF, "Čaber"),
        (KG + "demand", LABEL, "demand"),
        (KG + "Demand", LABEL, "demand"),
        (KG + "Demand", KG + "evokedBy", "insist on"),
    ],
    [
        *((THING + name, Kind.ACTOR) for name in ("serbs", "northSerbs", "army", "police")),
        (THING + "hill", Kind.PLACE),
        (KG + "demand", Kind.CONCEPT),
        (KG + "Demand", Kind.TYPE),
    ],
)


def read(text: str, kind: Kind | None = Kind.THING, known: bool = True) -> str:
    async def ask(query: str) -> bool:
        return known

    return asyncio.run(Reader(NAMING, PREFIXES, ask).read("who", text, kind)).value


@pytest.mark.parametrize(
    ("text", "kind", "thing"),
    [
        ("Serbs", Kind.ACTOR, THING + "serbs"),  # a preferred label goes before another's other label
        (" serbs  IN the north", Kind.ACTOR, THING + "northSerbs"),
        ("ČABER", Kind.PLACE, THING + "hill"),
        ("C\u030caber", Kind.PLACE, THING + "hill"),  # composed and not
        ("demand", Kind.CONCEPT, KG + "demand"),
        ("demand", Kind.TYPE, KG + "Demand"),
        ("Insist on", Kind.TYPE, KG + "Demand"),
        ("kgr:serbs", Kind.ACTOR, THING + "serbs"),
        (f"<{THING}serbs>", Kind.ACTOR, THING + "serbs"),
        ("urn:anything", None, "urn:anything"),
    ],
)
def test_a_name_means_the_thing_that_bears_it(text: str, kind: Kind | None, thing: str) -> None:
    assert read(text, kind) == thing


def test_of_several_things_of_one_name_none_is_chosen() -> None:
    with pytest.raises(ParameterError, match="names 2 things: kgr:army; kgr:police") as error:
        read("the forces", Kind.ACTOR)
    assert error.value.hint == "Give one of them, for example who=kgr:army."
    with pytest.raises(ParameterError, match=r"names 2 things: kg:Demand \(demand\); kg:demand \(demand\)"):
        read("demand")


@pytest.mark.parametrize(
    ("text", "kind", "hint"),
    [
        ("Serps", Kind.ACTOR, "Did you mean 'Serbs'?"),
        ("north", Kind.ACTOR, "Did you mean 'Serbs in the north'?"),
        ("Čaber", Kind.ACTOR, "There is kgr:hill, which is no actor."),
        ("xyzzy", Kind.ACTOR, "Give the label of an actor, or an IRI."),
        ("", Kind.PLACE, "Give the label of a place, or an IRI."),
    ],
)
def test_a_name_that_nothing_bears_leads_to_one_that_something_does(text: str, kind: Kind, hint: str) -> None:
    with pytest.raises(ParameterError, match=f"must be {kind.article} {kind}") as error:
        read(text, kind)
    assert error.value.hint == hint


def test_an_iri_that_the_project_does_not_know_is_no_silence() -> None:
    with pytest.raises(ParameterError, match="There is no kgr:serps in this project") as error:
        read("kgr:serps", Kind.ACTOR, known=False)
    assert error.value.hint == "Did you mean 'kgr:serbs'?"
    assert read("kgr:serps", None, known=False) == THING + "serps"


@given(st.text())
def test_whatever_is_typed_is_one_term_or_refused(text: str) -> None:
    with suppress(ParameterError):
        assert not set(read(text, Kind.ACTOR)) & set('<>"{}|^`\\ \n')


def test_a_header_says_what_a_parameter_names() -> None:
    header = "#+ x-kgraph: {{parameters: {{v: {{description: It., kind: {}, example: the Forces}}}}}}\n"
    body = "SELECT ?x WHERE {{ BIND(?_v{} AS ?x) }}"
    query, problems = parse_canned(
        (header + body).format("actor", "_iri"), slug="q", path="q.rq", prefixes=PREFIXES
    )
    assert query is not None
    assert query.parameters[0].kind is Kind.ACTOR
    assert not [problem for problem in problems if problem.code == "canned-parameter"]
    for kind, suffix, hint in (("acter", "_iri", "Did you mean 'actor'?"), ("actor", "", "write ?_v_iri")):
        query, problems = parse_canned(
            (header + body).format(kind, suffix), slug="q", path="q.rq", prefixes=PREFIXES
        )
        (fault,) = (problem for problem in problems if problem.code == "canned-parameter")
        assert query is None
        assert hint in fault.hint


@pytest.mark.parametrize("base_iri", [None, STRANGE_BASE])
def test_the_names_of_an_article_lead_to_its_things(base_iri: str | None) -> None:
    dataset = asked("star-clock", base_iri)
    (row,) = dataset.ask("articles")
    named = dataset.ask("said-by", speaker="ysolde MARRAN", article=row[2])
    assert named == dataset.ask("said-by", speaker=named[0][1])
    with pytest.raises(ParameterError, match=r"none 'Ysolde Marron'.*Did you mean 'Ysolde Marran'"):
        dataset.ask("said-by", speaker="Ysolde Marron")


def test_names_are_suggested_by_how_they_or_their_words_begin() -> None:
    label = SKOS + "prefLabel"
    names = {"urn:a": "Zubin Potok", "urn:b": "north Zubin", "urn:c": "azubin", "urn:d": "Zubin"}
    naming = Naming.of([(iri, label, name) for iri, name in names.items()], [])
    assert [iri for iri, _ in naming.beginning("  zUbin", limit=9)] == ["urn:d", "urn:a", "urn:b"]
    assert naming.beginning("zubin", limit=1) == [("urn:d", "Zubin")]
    assert naming.beginning(" ", limit=9) == []
    many = Naming.of([(f"urn:{n}", label, f"thing number {n}") for n in range(100_000)], [])
    start = time.perf_counter()
    assert len(many.beginning("num", limit=40)) == 40
    assert many.beginning("thing number 99999", limit=40) == [("urn:99999", "thing number 99999")]
    assert time.perf_counter() - start < 0.5
