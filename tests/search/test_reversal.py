"""Who acts on whom, and who says so: turned round in a question, it is not said; turned in form, it is."""

from __future__ import annotations

import pytest

from kgraph.search.differences import Told, differences
from kgraph.search.words import read_words

VOICES = (("Slavisa Ristic", "mayor of Zubin Potok"), ("Reuters",))


def _kinds(asked: str, text: str, names: str, language: str = "en") -> list[str]:
    words = read_words(text)
    told = Told(
        words=words,
        clauses=[0] * len(words),
        at=range(len(words)),
        beside=set(),
        voices=VOICES,
        is_negative=False,
        language=language,
    )
    called = set(read_words(names))
    return [
        each.kind
        for each in differences(read_words(asked), told, is_name=called.__contains__, is_open=False)
        if each.kind in ("role", "speaker", "degree")
    ]


ACTIVE = "Serbia lost control over Kosovo in 1999 when Nato bombed for 78 days"
DEMAND = "Serbs in north Kosovo have resisted a demand by Nato peacekeepers to remove the roadblocks"
BLOG = "Pieter Laske, a dealer whom a local blog had accused of ordering the theft, told Radio Estuary so"
NAMES = "Serbia Kosovo Nato Serbs Laske blog Radio Estuary"


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("Serbia bombed Nato", ACTIVE),
        ("Kosovo lost control over Serbia", ACTIVE),
        ("control over Serbia was lost by Kosovo", ACTIVE),
        ("Nato resisted a demand by Serbs", DEMAND),
        ("a demand by Serbs was resisted by Nato", DEMAND),
        ("Laske accused the blog", BLOG),
        ("the blog was accused by Laske", BLOG),
    ],
)
def test_names_that_changed_places_differ(asked: str, text: str) -> None:
    assert _kinds(asked, text, NAMES) == ["role"]


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("Serbia lost Kosovo", ACTIVE),
        ("Kosovo was lost by Serbia", ACTIVE),
        ("in 1999 control over Kosovo was lost by Serbia", ACTIVE),
        ("Nato bombed in 1999", ACTIVE),
        ("Nato demanded that Serbs remove the roadblocks", DEMAND),
        ("a demand by Nato peacekeepers has been resisted by Serbs", DEMAND),
        ("Serbs resisted Nato", DEMAND),
        ("a local blog accused Laske", BLOG),
        ("Laske was accused by a local blog", BLOG),
        ("Serbs and Nato met", "Nato and Serbs met"),
    ],
)
def test_the_same_in_another_form_does_not_differ(asked: str, text: str) -> None:
    assert _kinds(asked, text, NAMES) == []


def test_where_places_do_not_tell_who_acts_nothing_is_made_of_them() -> None:
    assert _kinds("Ana schlug Boris in Berlin", "In Berlin schlug den Boris Ana", "Ana Boris", "de") == []


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ("Nato said there will be no actions today", ["speaker"]),
        ("Ristic said there will be no actions today", []),
        ("Slavisa Ristich said there will be no actions today", []),
        ("the mayor of Zubin Potok said there will be no actions today", []),
        ("the mayor of Mitrovica said there will be no actions today", []),
        ("Reuters said there will be no actions today", []),
        ("according to Nato there will be no actions today", ["speaker"]),
        ("according to the mayor Slavisa Ristic there will be no actions today", []),
        ("according to Ristic there will be no actions today", []),
        ("he said there will be no actions today", []),
        ("there will be no actions today", []),
    ],
)
def test_a_name_that_did_not_say_it_is_no_speaker(asked: str, kinds: list[str]) -> None:
    text = "There will be no Kfor actions today, Slavisa Ristic said"
    assert _kinds(asked, text, "Nato Ristic Slavisa Zubin Potok Mitrovica Reuters Kfor") == kinds


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ("Kosovo declared independence in 2008", []),
        ("Kosovo’s parliament declared independence", ["speaker"]),
        ("Serbia declared independence in 2008", ["speaker"]),
    ],
)
def test_who_says_what_the_text_tells_of_them_is_no_other_speaker(asked: str, kinds: list[str]) -> None:
    text = (
        "Serbs in the north reject Kosovo's 2008 declaration of independence from Serbia, Slavisa Ristic said"
    )
    assert _kinds(asked, text, "Kosovo Serbia Serbs parliament Slavisa Ristic") == kinds


def test_what_is_to_be_done_is_not_said_to_be_done() -> None:
    assert _kinds("the roadblocks were removed", DEMAND, NAMES) == ["degree"]
    assert _kinds("Nato demands that the roadblocks be removed", DEMAND, NAMES) == []
