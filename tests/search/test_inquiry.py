"""What questions ask for, which verbs have particles, and how alike words are."""

from __future__ import annotations

import pytest

from kgraph.search.inquiry import Inquiry, Kind
from kgraph.search.likeness import aligned, alike, covered, extent, likeness, longest_run, misspelt
from kgraph.search.questions import read_inquiry
from kgraph.search.synonymy import is_instance, join_particles, synonyms
from kgraph.search.verbs import says
from kgraph.search.words import read_words, stem


@pytest.mark.parametrize(
    ("text", "kind", "matter", "head"),
    [
        ("When did Nato bomb?", Kind.WHEN, "did nato bomb", None),
        (
            "from whom did Kosovo declare independence",
            Kind.WHOM,
            "from did kosovo declare independence",
            None,
        ),
        ("how many crossings are disputed", Kind.COUNT, "are disputed crossings", None),
        ("how many days did Nato bomb", Kind.DURATION, "did nato bomb", "days"),
        ("How far is Brnjak from Pristina?", Kind.DISTANCE, "is brnjak from pristina", None),
        ("which deadline did Kfor set", Kind.WHAT, "did kfor set deadline", "deadline"),
        ("in which year did Nato bomb", Kind.WHEN, "in did nato bomb", "year"),
        ("what was the aim of the bombing", Kind.WHY, "the bombing", "aim"),
        ("the number of countries", Kind.COUNT, "countries", "number"),
        ("what did they come for", Kind.WHY, "did they come for", None),
        ("where is the convoy going to", Kind.WHERE, "is the convoy going to", None),
        ("what are they trying to do", Kind.WHY, "are they trying to do", None),
        ("what did they come out to do", Kind.WHY, "did they come out to do", None),
        ("What was the deadline?", Kind.WHAT, "deadline", "deadline"),
        ("what is the row in the north about", Kind.WHAT, "is the row in the north about", "about"),
        ("what did they call for", Kind.WHAT, "did they call for", None),
        ("how did the attempts end", Kind.WHAT, "did the attempts", "outcome"),
        ("what is the force called", Kind.WHAT, "is the force", "name"),
        ("what does the article call Kosovo", Kind.SORT, "does the article kosovo", None),
        ("how is the war described", Kind.SORT, "is the war", None),
        ("what do they call on Nato to do", Kind.WHAT, "do they call on nato to do", None),
        ("to whom did he speak", Kind.WHOM, "to did he speak", "addressee"),
        ("what were the attempts meant to achieve", Kind.WHY, "were the attempts meant to achieve", None),
        ("who is going to meet", Kind.WHO, "will meet", None),
        ("what happened in July", Kind.EVENT, "in july", None),
        ("what happened when they came", Kind.OCCASION, "they came", None),
        ("how big is the convoy", Kind.SORT, "is the convoy", None),
        ("what is the office of Ristic", Kind.OFFICE, "ristic", "office"),
        ("which news agency did he talk to", Kind.WHOM, "did he talk to", "agency"),
        ("outcome of the previous attempts", Kind.WHAT, "the previous attempts", "outcome"),
        ("year Kosovo declared independence", Kind.WHEN, "kosovo declared independence", "year"),
        ("in which month the barricades were built", Kind.WHEN, "in the barricades were built", "month"),
        ("which people were supposed to go", Kind.WHOM, "were supposed to go", "people"),
        ("do you know when they came?", Kind.WHEN, "do you know they came", None),
        ("medium through which he spoke", Kind.HOW, "which he spoke", "medium"),
        ("in which part of Kosovo do they live", Kind.WHERE, "of kosovo do they live", None),
        ("victims of the killing", Kind.WHOM, "the killing", "victims"),
        ("whose declaration was resisted", Kind.WHOM, "declaration was resisted", None),
        ("what were they doing when it began", Kind.OCCASION, "were they doing when it began", None),
        ("what drove Nato to use helicopters", Kind.CAUSE, "drove nato to use helicopters", None),
        (
            "what were the helicopters used for in autumn",
            Kind.WHY,
            "were the helicopters used for in autumn",
            None,
        ),
        ("civilians driven out, by whom", Kind.WHOM, "civilians driven out by", None),
        ("from here to Pristina, miles", Kind.DISTANCE, "from here to pristina", "miles"),
        ("over which town does he preside", Kind.WHERE, "over does he preside", "town"),
        ("tell me, where are the roadblocks?", Kind.WHERE, "tell me are the roadblocks", None),
    ],
)
def test_a_question_asks_for_a_kind_of_answer(text: str, kind: Kind, matter: str, head: str | None) -> None:
    inquiry = read_inquiry(text, read_words(text))
    assert inquiry is not None
    assert max(inquiry.suited, key=lambda each: inquiry.suited[each]) == kind
    assert inquiry.matter == join_particles(matter.split())
    assert inquiry.head == head


@pytest.mark.parametrize(
    "text",
    [
        "were they gone when it ended?",
        "did they obey who told them to go?",
        "they would not do what we asked?",
    ],
)
def test_a_question_for_yes_or_no_asks_for_no_part_of_a_claim(text: str) -> None:
    inquiry = read_inquiry(text, read_words(text))
    assert inquiry is not None
    assert not inquiry.suited
    assert inquiry.matter == join_particles(read_words(text))


@pytest.mark.parametrize("text", ["who denied that they would go", "who promised the convoy would stay put?"])
def test_who_said_something_asks_for_no_part_of_what_was_said(text: str) -> None:
    inquiry = read_inquiry(text, read_words(text))
    assert inquiry is not None
    assert not inquiry.suited
    assert inquiry.matter == join_particles(read_words(text)[1:])


def test_a_clause_that_says_when_counts_less_than_what_is_asked() -> None:
    text = "had they been cleared when the deadline ran out?"
    inquiry = read_inquiry(text, read_words(text))
    assert inquiry is not None
    assert inquiry.aside == {"when", "the", "deadline", "ran", "out"}


def test_who_can_be_asked_of_both_ends() -> None:
    def suited(text: str) -> dict[Kind, float]:
        inquiry = read_inquiry(text, read_words(text))
        return dict(inquiry.suited) if inquiry is not None else {}

    assert suited("who bombed Kosovo")[Kind.WHO] > suited("who bombed Kosovo")[Kind.WHOM]
    assert suited("who did Nato bomb")[Kind.WHOM] > suited("who did Nato bomb")[Kind.WHO]
    assert Kind.SORT in suited("what is Kfor")
    assert suited("who is bombing Kosovo")[Kind.WHO] > suited("who is bombing Kosovo")[Kind.WHOM]
    assert suited("who has been bombed")[Kind.WHOM] > suited("who has been bombed")[Kind.WHO]
    assert suited("which country lost control")[Kind.WHO] > suited("which country lost control")[Kind.WHOM]


def test_a_question_may_insist_on_a_name_or_on_an_end() -> None:
    def read(text: str) -> Inquiry:
        inquiry = read_inquiry(text, read_words(text))
        assert inquiry is not None
        return inquiry

    assert read("which demand was resisted").is_named
    assert read("deadline for the removal").is_named
    assert not read("which country was bombed").is_named
    assert read("what carried supplies to the gates").is_of_subject
    assert not read("what did Nato use").is_of_subject


def test_a_question_of_yes_or_no_wants_no_kind() -> None:
    inquiry = read_inquiry("Did Nato bomb?", ["did", "nato", "bomb"])
    assert inquiry is not None
    assert dict(inquiry.suited) == {}


@pytest.mark.parametrize(
    "text", ["barricades erected in July when authorities tried", "orders to go back", "when", "who whom", ""]
)
def test_what_asks_for_nothing_is_no_question(text: str) -> None:
    assert read_inquiry(text, read_words(text)) is None


def test_a_verb_and_its_particle_are_one_also_when_they_are_parted() -> None:
    assert join_particles("take the barricades down".split()) == ("take_down", "the", "barricades")
    assert join_particles("took down barricades".split()) == ("took_down", "barricades")
    assert "remov" in synonyms("took_down")
    assert join_particles("take control".split()) == ("take", "control")
    assert join_particles("turn the convoy to the north".split())[0] == "turn"  # "to" is not parted
    assert join_particles("use to".split()) == ("use", "to")
    assert join_particles("have not gone away".split()) == ("have", "not_gone")
    assert join_particles("they dug in their heels".split()) == ("they", "dug_heels", "in", "their")
    assert "resist" in synonyms("dug_heels")
    assert join_particles("nobody had cleared them".split()) == ("not_cleared", "had", "them")
    assert join_particles("never mind".split()) == ("never", "mind")


def test_who_says_something_is_not_the_saying() -> None:
    verbs = frozenset(map(stem, ("command", "order", "state", "ask")))
    assert all(says(word, verbs) for word in ("commanded", "order", "orders", "stated", "ask_for"))
    assert not any(says(word, verbs) for word in ("commander", "commanders", "states", "went"))


def test_a_word_may_be_what_a_noun_names() -> None:
    assert is_instance("july", "month")
    assert is_instance("1999", "year")
    assert is_instance("serbia", "country")
    assert not is_instance("july", "year")


@pytest.mark.parametrize(
    ("word", "other", "wrong"),
    [
        ("baricades", "barricades", 0),  # nobody hears it
        ("remane", "remain", 1),
        ("rote", "wrote", 0),
        ("stir", "story", None),
        ("ristci", "ristic", 1),
        ("expultsion", "expulsion", 1),
        ("independnece", "independence", 0),
        ("orders", "border", None),  # the first letter is right
        ("aer", "are", None),  # too short to say
        ("1998", "1999", None),  # a number is not misspelt
    ],
)
def test_a_misspelling_has_few_letters_wrong(word: str, other: str, wrong: int | None) -> None:
    assert misspelt(word, other) == wrong


def test_words_are_alike_in_degrees() -> None:
    degrees = [
        alike("barricade", other, lenient=True) for other in ("barricade", "barricades", "roadblock", "war")
    ]
    assert degrees == sorted(degrees, reverse=True)
    assert (degrees[0], degrees[-1]) == (1.0, 0.0)
    assert alike("barricade", "roadblock", lenient=False) == 0.0
    assert 0.0 < alike("colonel", "commander", lenient=True) < alike("chief", "commander", lenient=True)
    assert alike("give_in", "given", lenient=True) < alike("give", "given", lenient=True)
    assert likeness("end_in", ("ended", "in", "clashes"), lenient=True) > likeness(
        "end_in", ("ended", "clashes"), lenient=True
    )
    for pair in ("promise pledge", "raise erect", "compromise deal", "cannot unable"):  # spelled as texts are
        word, other = join_particles(read_words(pair))
        assert alike(word, other, lenient=True) > 0.0
    assert alike("coun", "counterinsurgency", lenient=True) == 0.0  # less than half of a word is another word
    assert alike("peacekee", "peacekeeper", lenient=True) > 0.0


def test_sequences_are_aligned_in_their_order() -> None:
    quote = "had given minority serbs until today".split()
    assert aligned("given serbs today".split(), quote, lenient=False) == 3.0
    assert aligned("today given".split(), quote, lenient=False) == 1.0
    assert covered("today given".split(), quote, lenient=False) == 2.0
    assert extent(["the", "barricades"]) == 1.25
    assert longest_run("minority serbs today".split(), quote) == 2
