"""Whom "it", "she" and "they" mean: the subject of a main clause, and nobody who is only named besides."""

from __future__ import annotations

import pytest

from kgraph.drafting import Mode
from tests.drafting.conftest import Drafting

SAID = [
    (
        "An audit handed to the council, of which the Herald has a copy, puts the loss at 3 million crowns. "
        "It warns that the fund will be empty.",
        "the fund will be empty",
        "audit",
    ),
    (
        "The minister’s office, which the Post had asked for comment, denied the story. "
        "It said no such letter existed.",
        "no such letter existed",
        "minister’s office",
    ),
    (
        "The letter, a copy of which the Tribune has read, gives the firm a week. It threatens a strike.",
        "a strike",
        "letter",
    ),
    (
        "A survey of the wells, which the firm Tarn paid for, found no lead. It added that two were dry.",
        "two were dry",
        "survey of the wells",
    ),
    (
        "In May the lab’s best-known study claimed that the drug works; with the data corrected, the "
        "commission found, it does not. It urges the lab to return the money.",
        "to return the money",
        "commission",
    ),
    (
        "Ana Holt, whom Lars Brenn defeated in May, called the vote a farce. She demanded a recount.",
        "a recount",
        "Ana Holt",
    ),
    (
        "Tenants whom the landlords had sued won on Friday. They said they would stay.",
        "they would stay",
        "unnamed: tenants",
    ),
    (
        "Ana Holt has left. The council sent the note to Mira Oort, a clerk, who says she told Jon Pell "
        "in May that a tap was open.",
        "a tap was open",
        "Mira Oort",
    ),
    (
        "The inquiry panel said it was late. It traced the call to Mira Oort, who says she told "
        "the director, Lars Brenn, that a tap was open. Brenn, in her recollection, laughed.",
        "Brenn … laughed",
        "Mira Oort",
    ),
    (
        "Lars Brenn left. At the far end of the pier stood Yolande Brask, whose daughter was on the boat. "
        "She said the lamp had failed.",
        "the lamp had failed",
        "Yolande Brask",
    ),
    (
        "Jon Pell sued Lars Brenn, who claims he paid in May.",
        "he paid in May",
        "Lars Brenn",
    ),
    (
        "Olt Steel closed the mill. Three of the pilots met the mayor of Holm. They said "
        "the runway was short.",
        "the runway was short",
        "unnamed: three of the pilots",
    ),
    (
        "“It is late,” said Arvid Poll, who runs the diner across from the gate; he had not, "
        "he added, slept.",
        "he had not … slept",
        "Arvid Poll",
    ),
]


@pytest.mark.parametrize(("text", "words", "speaker"), SAID, ids=[words for _, words, _ in SAID])
def test_a_pronoun_takes_up_whom_the_text_is_about(
    draft: Drafting, text: str, words: str, speaker: str
) -> None:
    said = {each.words: each.speaker for each in draft(text).candidates if each.mode is not Mode.NARRATED}
    assert said[words] == speaker
