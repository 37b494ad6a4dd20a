"""What a question says and asks for, and what it says otherwise than a text."""

from __future__ import annotations

import jellyfish
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.errors import ParameterError
from kgraph.search.differences import Told, differences
from kgraph.search.likeness import misspells, opposes, sounds_like
from kgraph.search.reading import read_question
from kgraph.search.roles import Kind
from kgraph.search.words import clause_numbers, read_words


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("When did it close?", Kind.WHEN),
        ("by when must it close", Kind.WHEN),
        ("Who closed the mill?", Kind.WHO),
        ("How many workers were there?", Kind.COUNT),
        ("How tall is the mill?", Kind.COUNT),
        ("How long did it last?", Kind.DURATION),
        ("how far is it", Kind.DISTANCE),
        ("Why did it close?", Kind.WHY),
        ("What did she say?", Kind.WHAT),
        ("Wann wurde sie geschlossen?", Kind.WHEN),
        ("Wie viele Menschen?", Kind.COUNT),
        ("Zašto je zatvorena?", Kind.WHY),
        ("Колико дана?", Kind.DURATION),
        ("The mill closed", None),
        ("Did the mill close?", None),
        ("Was the mill closed?", None),
        ("Was ist die Mühle?", Kind.WHAT),
    ],
)
def test_a_question_asks_for_a_kind_of_answer(text: str, kind: Kind | None) -> None:
    asked = read_question(text)
    assert asked.kind is kind
    assert asked.is_statement == (kind is None and not text.endswith("?"))


def test_small_words_of_another_language_matter() -> None:
    assert read_question("Who ended the war with that man?").matter == ("ended", "war", "man")
    assert read_question("Wer war der Mann?").matter == ("mann",)


def test_a_frame_is_no_part_of_what_was_said() -> None:
    for text in (
        "Who said that the mill closed?",
        "who claims that the mill closed",
        "Wer sagte, dass the mill closed?",
    ):
        assert read_question(text).words == ("the", "mill", "closed"), text
    assert read_question("who said this").matter
    with pytest.raises(ParameterError):
        read_question("...")


@pytest.mark.parametrize(
    ("word", "other", "is_so"),
    [
        ("barricaeds", "barricades", True),
        ("recieved", "received", True),
        ("tecnician", "technician", True),
        ("1999", "1998", False),
        ("left", "lift", True),
        ("not", "now", False),
        ("closed", "opened", False),
    ],
)
def test_a_letter_or_two_may_be_wrong(word: str, other: str, is_so: bool) -> None:
    assert misspells(word, other) is is_so
    assert misspells(other, word) is is_so


@given(st.text("abcd", min_size=3, max_size=9), st.text("abcd", max_size=3), st.integers(0, 9))
def test_what_is_misspelt_is_what_few_edits_make_of_it(word: str, put: str, at: int) -> None:
    for other in (
        word[:at] + put + word[at:],
        word[:at] + put + word[at + 1 :],
        word[:at] + word[at:][1::-1],
    ):
        edits = jellyfish.damerau_levenshtein_distance(word, other)
        length = min(len(word), len(other))
        is_far = length < 4 or abs(len(word) - len(other)) > 2
        is_close = edits <= 1 or (edits == 2 and length >= 7 and word[0] == other[0])
        assert misspells(word, other) is (is_close and not is_far)


@pytest.mark.parametrize(
    ("word", "other", "is_so"),
    [
        ("fergle", "fergal", True),
        ("philis", "phyllis", True),
        ("britewater", "brightwater", True),
        ("ovr", "over", True),
        ("farmacist", "pharmacist", True),
        ("komander", "commander", True),
        ("jeneral", "general", True),
        ("war", "wire", False),
        ("wrest", "rest", False),
        ("file", "phial", False),
        ("ten", "town", False),
        ("knight", "night", False),
        ("1999", "1998", False),
    ],
)
def test_a_word_may_be_spelt_as_it_sounds(word: str, other: str, is_so: bool) -> None:
    assert sounds_like(word, other) is is_so
    assert sounds_like(other, word) is is_so


@pytest.mark.parametrize(
    ("words", "language", "is_so"),
    [
        (
            "legal illegally, agree disagreed, possible impossible, stable unstable, violent nonviolent",
            "en",
            True,
        ),
        ("form inform, side inside, play displayed, count discount, port import, came became", "en", False),
        ("bekannt unbekannten", "de", True),
        ("zavisna nezavisna", "sr", True),
        ("legal illegally", "sr", False),
    ],
)
def test_a_prefix_may_deny_a_word(words: str, language: str, is_so: bool) -> None:
    for pair in words.split(", "):
        word, other = pair.split()
        assert opposes(word, other, language) is is_so, pair
        assert opposes(other, word, language) is is_so, pair


TEXT = (
    "In March the council promised to pay 14.2 million crowns to 80 families, and Vera Lind did not object."
)
NAMES = {"march", "vera", "lind", "oskar"}


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        ("the council promised to pay 14.2 million crowns", []),
        ("the council promised to pay two crowns", ["number"]),
        ("the council promised to pay about 14 million crowns", []),
        ("the council promised to pay 25 million crowns", ["number"]),
        ("the council promised to pay 13 families", ["number"]),
        ("in April the council promised to pay 80 families", ["time"]),
        ("Oskar Lind did not object", ["name"]),
        ("Vera Lind objected", ["negation"]),
        ("Vera Lind did object", ["negation"]),
        ("may the council pay 80 families", []),
        ("in May the council promised to pay 80 families", ["time"]),
        ("the council paid 80 families", []),
        ("the council promised not to pay 80 families", ["negation"]),
    ],
)
def test_what_is_altered_is_noticed(statement: str, kinds: list[str]) -> None:
    assert _kinds(statement, TEXT) == kinds


@pytest.mark.parametrize("text", ["page 5 one hundred times, not twice", "5 one hundred x", "", "“—”", "one"])
def test_each_word_is_in_a_clause(text: str) -> None:
    assert len(clause_numbers(text)) >= len(read_words(text))


def test_both_are_two() -> None:
    assert _kinds("two ferries leave at noon", "Both ferries leave at noon.") == []
    assert _kinds("three ferries leave at noon", "Both ferries leave at noon.") == ["number"]


@pytest.mark.parametrize(
    ("asked", "text", "is_open", "kinds"),
    [
        ("how far apart were the two armies", "Troops stood 300 metres apart.", True, []),
        ("the two armies stood 300 metres apart", "Three armies stood 300 metres apart.", False, ["number"]),
        ("how far did the 13 armies go", "They went 300 metres.", True, ["number"]),
        ("which exam was annulled before this one", "The last one was annulled in 2014.", True, []),
        ("one army went home", "Two armies went home.", False, ["number"]),
        ("17 dollars were asked of him", "Ten dollars were asked of Ed, 17.", False, ["number"]),
        ("10 dollars were asked of him", "Ten dollars were asked of Ed, 17.", False, []),
        ("Lind's army will not move", "His own army, he promised, would not move.", False, []),
        ("Lind will move", "She will move.", False, []),
        ("Lind will move", "Oskar will move.", False, ["name"]),
        ("Lind will move", "Trains will move.", False, ["name"]),
        ("Lind wird gehen", "Er wird gehen.", False, []),
    ],
)
def test_what_only_points_at_something_does_not_differ(
    asked: str, text: str, is_open: bool, kinds: list[str]
) -> None:
    assert _kinds(asked, text, "de" if "wird" in asked else "en", is_open=is_open) == kinds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the 2019 line", ["the", "2019", "line"]),
        ("a 12-hour truce for 40", ["a", "12", "hour", "truce", "for", "40"]),
        ("31 milion people", ["31000000", "people"]),
        ("7 hunderd people", ["700", "people"]),
    ],
)
def test_only_what_multiplies_a_figure_is_misspelt_behind_it(text: str, words: list[str]) -> None:
    assert list(read_question(text).words) == words


def _kinds(statement: str, text: str, language: str = "en", *, is_open: bool = False) -> list[str]:
    asked, words = read_words(statement), read_words(text)
    stems = {word[:5] for word in asked}
    told = Told(
        words=words,
        clauses=clause_numbers(text),
        at=[at for at, word in enumerate(words) if word[:5] in stems and len(word) > 3],
        beside=(),
        voices=(),
        is_negative=False,
        language=language,
    )
    found = differences(asked, told, is_name=NAMES.__contains__, is_open=is_open)
    return [difference.kind for difference in found]


FILES = "“I hid nothing,” Lind wrote; “the files went missing in the move, and missing files are no crime.”"


@pytest.mark.parametrize(
    ("statement", "text", "differs"),
    [
        ("Lind said the files went missing in the move", FILES, False),
        ("Lind said the files did not go missing in the move", FILES, True),
        ("Lind said missing files are no crime", FILES, False),
        ("Lind said missing files are a crime", FILES, True),
        (
            "Oskar said nobody there is waiting for help",
            "“Nobody there is waiting for help,” said Oskar.",
            False,
        ),
        ("Oskar said they are waiting for help", "“Nobody there is waiting for help,” said Oskar.", True),
        (
            "the vote goes ahead strike or no strike",
            "Lind denied nothing: the vote goes ahead, strike or no strike.",
            False,
        ),
        (
            "no wolves in the spring the warden promised",
            "The warden promised in the spring that there would be no wolves.",
            False,
        ),
        (
            "the warden promised wolves in the spring",
            "The warden promised in the spring that there would be no wolves.",
            True,
        ),
        ("she had sold the barn", "She had not, she said, sold the barn.", True),
        ("she had not sold the barn", "She had not, she said, sold the barn.", False),
        ("the barn could burn by winter", "Without new wiring the barn could burn by winter.", False),
        ("the barn has opened", "The barn has not yet opened.", True),
        ("We were out of it", "“We were not out of it; we were in it,” said Oskar.", True),
        ("we are not choosing now", "“We are not out of it; we are choosing now,” said Oskar.", True),
        ("a harm that nobody has seen", "“We will not pay for a harm that nobody has seen.”", False),
        (
            "fishers reject the quota",
            "Fishers in the south reject the ministry’s 2031 quota for herring.",
            False,
        ),
        ("the warden refused a permit", "The warden, after two days, refused them a third permit.", False),
        ("Lind denies the theft", "Lind, asked again in May, denies any part in the theft.", False),
        ("the warden did not refuse a permit", "The warden, after two days, refused a permit.", True),
        ("nobody was hurt", "Nobody in the crowd was hurt.", False),
        ("nothing was stolen", "Nothing of value, she said, was stolen.", False),
        ("no houses burned", "No old houses burned.", False),
        ("the crowd was hurt", "Nobody in the crowd was hurt.", True),
        ("the mayor did not sign the order", "The mayor, who did not come, signed the order.", True),
        ("der Rat verweigert Geld", "Der Rat der Stadt verweigert dem Verein das Geld.", False),
    ],
)
def test_what_is_denied_is_compared_where_it_stands(statement: str, text: str, differs: bool) -> None:
    assert _kinds(statement, text) == ["negation"] * differs


def test_a_number_differs_from_the_one_of_the_same_thing() -> None:
    text = "They paid 14 crowns to 80 families."
    told = Told(
        words=read_words(text),
        clauses=clause_numbers(text),
        at=(),
        beside=(),
        voices=(),
        is_negative=False,
        language="en",
    )
    asked = read_words("they paid 13 families")
    [difference] = differences(asked, told, is_name=NAMES.__contains__, is_open=False)
    assert (difference.asked, difference.said) == ("13", "80")
