"""What a form offers to choose from, and what is told of a class that does not exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgraph.errors import ReviewError
from kgraph.reviewing import Desk, Review, Verdict
from kgraph.reviewing.forms import read_form
from kgraph.settings import load_settings
from tests.reviewing.drafts import ME, SLUG, candidates, make_project

TOLD = candidates()[0].id


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = make_project(tmp_path_factory.mktemp("choices") / "harbour")
    return Review(load_settings(folder, environ={}), SLUG).state().desk


@pytest.mark.parametrize(
    ("words", "near"),
    [
        ("Evnt", "Near: Event. "),  # spelt alike
        ("talks", "Near: Negotiation. "),  # evoked by this word
        ("BorderGate", "Near: BorderCrossing. "),  # evoked by these words
        ("Zzz", "General ones: Person, Group, "),
    ],
)
def test_a_class_that_is_not_there_brings_near_ones(desk: Desk, words: str, near: str) -> None:
    with pytest.raises(ReviewError, match="There is no class") as caught:
        desk.naming.cls(words)
    assert (caught.value.hint or "").startswith(near)


@pytest.mark.parametrize("words", ["order = to go back = Order", "a = b = c = Event", "x == Event"])
def test_one_equals_sign_parts_label_and_class(desk: Desk, words: str) -> None:
    with pytest.raises(ReviewError, match="more than one '='"):
        desk.naming.thing(words, role="subject")


def test_what_is_offered_is_read_again(desk: Desk) -> None:
    naming = desk.naming
    properties, classes, things = (
        naming.known_properties(),
        naming.known_classes(),
        list(naming.known_things()),
    )
    assert {"agent", "theme", "is a", "described", "mayor of"} <= set(properties)
    assert not {"begin index", "creator", "prefLabel", "cue", "sha256", ""} & set(properties)
    assert len(properties) == len(set(properties))
    for name in properties:
        assert naming.predicate(name)
    assert {"Person", "Negotiation", "State"} <= {name for name, _ in classes}
    assert not {"TextSpan", "Assertion", "Concept"} & {name for name, _ in classes}
    for name, _ in classes:
        assert naming.cls(name)
    assert "library of Marrow Bay" not in things  # nothing is known before the first decision
    for label in things:
        assert naming.thing(label, role="object")[1] is None


def test_what_no_claim_quotes_is_told_until_one_does(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "harbour")
    review = Review(load_settings(folder, environ={}), SLUG)

    def left() -> list[str]:
        state = review.state()
        return [span.of(state.desk.text) for span in state.left_over()]

    before = left()
    assert before
    assert all(words[0].isalnum() and words[-1].isalnum() and "\n" not in words for words in before)
    state = review.state()
    for candidate in candidates():
        for span in candidate.content:  # what an open candidate quotes will be decided
            assert not any(each.overlaps(span) for each in state.left_over())
    review.decide(Verdict.REJECT, ME, key=TOLD)
    assert "The library of Marrow Bay has been shut since Sunday, when" in left()
    fields = {
        "words": "The library of Marrow Bay has been shut since Sunday",
        "subject": "closure of the library = Closure",
        "predicate1": "time",
        "object1": "since Sunday",
    }
    review.decide(Verdict.ADD, ME, proposal=read_form(fields, review.state().desk))
    assert left() == before
