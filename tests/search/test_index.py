"""The index of a generation: what is in it, which order it gives, and that it belongs to its generation."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.errors import ParameterError, StoreError
from kgraph.search import AssertionEntry, Match, NameEntry, Part, Search, TextIndex, write_index
from kgraph.search.inquiry import Kind
from kgraph.store import Manifest, write_generation
from kgraph.vocab import KG, RDF_TYPE


def entry(name: str, quote: str, sentence: str = "", **fields: object) -> AssertionEntry:
    return AssertionEntry(f"urn:{name}", (quote,), sentence or quote, **fields)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TextIndex:
    path = tmp_path_factory.mktemp("index") / "search"
    entries: list[AssertionEntry | NameEntry] = [
        entry("phrase", "the red fox jumps"),
        entry("words", "a fox that is red and old"),
        entry("stems", "foxes reddened"),
        entry("far", "something else", "the red fox is only in the sentence here"),
        *(entry(f"many{number:03}", f"owl number {number}") for number in range(150)),
        NameEntry("urn:owl", ("the Owl", "night bird")),
    ]
    write_index(path, entries)
    return TextIndex(path)


def found(index: TextIndex, text: str, *, limit: int = 10, offset: int = 0) -> list[str]:
    return [hit.iri for hit in index.search(Search(text=text, limit=limit, offset=offset)).hits]


def test_phrases_come_before_words(index: TextIndex) -> None:
    hits = index.search(Search(text="red fox")).hits
    assert [(hit.iri, hit.match) for hit in hits] == [
        ("urn:phrase", Match.PHRASE),
        ("urn:far", Match.PHRASE),
        ("urn:words", Match.WORDS),
    ]


@pytest.mark.parametrize(
    ("text", "match"),
    [("foxes jump", Match.STEMS), ("jum fox", Match.PREFIX), ("jumqs redd fox", Match.SIMILAR)],
)
def test_lenient_matches_say_how_lenient(index: TextIndex, text: str, match: Match) -> None:
    first = index.search(Search(text=text)).hits[0]
    assert (first.iri, first.match) == ("urn:phrase", match)


def test_pages_are_stable_also_beyond_what_is_ranked_with_care(index: TextIndex) -> None:
    whole = found(index, "owl", limit=100) + found(index, "owl", limit=100, offset=100)
    assert len(whole) == len(set(whole)) == 150
    assert [
        iri for offset in range(0, 150, 11) for iri in found(index, "owl", limit=11, offset=offset)
    ] == whole
    assert not index.search(Search(text="owl", limit=100, offset=100)).more


def test_a_name_is_found_exactly_or_nearly(index: TextIndex) -> None:
    assert index.named("The owl") == ["urn:owl"]
    assert index.named("nigth birds") == ["urn:owl"]
    assert index.named("submarine") == []


@given(st.text(max_size=300))
def test_any_text_is_a_question_or_refused(index: TextIndex, text: str) -> None:
    try:
        index.search(Search(text=text))
    except ParameterError as error:
        assert error.hint  # noqa: PT017 - either is right


def test_a_folder_without_an_index_is_an_error_of_the_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        TextIndex(tmp_path / "nothing")


def test_each_generation_has_the_index_of_its_own_claims(tmp_path: Path) -> None:
    def generation(name: str, words: str) -> TextIndex:
        def triple(subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
            return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), value)

        triples = [
            triple("urn:claim", RDF_TYPE, ox.NamedNode(KG + "Assertion")),
            triple("urn:claim", KG + "evidence", ox.NamedNode("urn:span")),
            triple("urn:span", KG + "exactText", ox.Literal(words)),
        ]
        manifest = Manifest(name, "", "", "", 0, {}, {}, {}, 0, "", 0)
        written = write_generation(tmp_path / name, {"urn:g": triples}, {}, manifest)
        return TextIndex(written.index_path)

    first, second = generation("one", "old words"), generation("two", "new words")
    assert found(first, "old words") == ["urn:claim"]
    assert found(second, "old") == []
    assert found(second, "new words") == ["urn:claim"]
    assert found(first, "new") == []


def test_reading_an_index_changes_nothing_in_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "search"
    write_index(path, [entry("a", "some words")])
    before = {file.name: (file.stat().st_mtime_ns, file.stat().st_size) for file in path.iterdir()}
    assert found(TextIndex(path), "words") == ["urn:a"]
    assert {file.name: (file.stat().st_mtime_ns, file.stat().st_size) for file in path.iterdir()} == before


def test_a_question_is_spelt_as_the_texts_are(tmp_path: Path) -> None:
    path = tmp_path / "search"
    write_index(
        path,
        [
            entry("pass", "to bypass the roadblocks"),
            entry("fact", "a de facto partition"),
            entry("other", "nobody went past the town"),
            entry("many", "more than a dozen of them"),
        ],
    )
    index = TextIndex(path)
    for text, name, match in [
        ("by-pass road blocks", "urn:pass", Match.WORDS),
        ("defacto", "urn:fact", Match.PHRASE),
        ("bypas the raodblocks", "urn:pass", Match.SIMILAR),
        ("partitoin", "urn:fact", Match.SIMILAR),
        ("a dozzen", "urn:many", Match.SIMILAR),
    ]:
        first = index.search(Search(text=text)).hits[0]
        assert (first.iri, first.match) == (name, match), text


def test_the_kind_of_answer_that_is_wanted_decides(tmp_path: Path) -> None:
    path = tmp_path / "search"
    event = Part(("bombing of the bridge",), (Kind.WHAT,))
    words, sentence = "the bridge was bombed", "In May the bridge was bombed by rebels in the valley."
    answers = {
        "when": Part(("May",), (Kind.WHEN,)),
        "who": Part(("rebels",), (Kind.WHO,)),
        "where": Part(("valley",), (Kind.WHERE,)),
        "what": Part(("the bridge",), (Kind.WHAT,)),
    }
    write_index(path, [entry(n, words, sentence, subject=event, object=part) for n, part in answers.items()])
    index = TextIndex(path)
    for text, name in [
        ("when was the bridge bombed", "when"),
        ("who bombed the bridge?", "who"),
        ("where was the bridge bombed", "where"),
        ("what was bombed by the rebels?", "what"),
    ]:
        assert found(index, text, limit=1) == [f"urn:{name}"], text


def test_what_is_said_of_an_event_elsewhere_tells_which_one_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "search"
    sentence = "On Monday they met the leaders, and on Tuesday they came out to man the roadblocks."
    tuesday, monday = (Part((day,), (Kind.WHEN,)) for day in ("on Tuesday", "on Monday"))
    write_index(
        path,
        [
            entry(
                "coming", "on Tuesday", sentence, object=tuesday, beside=("came out to man the roadblocks",)
            ),
            entry("meeting", "on Monday", sentence, object=monday, beside=("met the leaders",)),
        ],
    )
    index = TextIndex(path)
    assert found(index, "when did they man the roadblocks?", limit=1) == ["urn:coming"]
    assert found(index, "when did they meet the leaders?", limit=1) == ["urn:meeting"]


def test_a_claim_is_found_by_what_a_curator_says_in_other_words(tmp_path: Path) -> None:
    path = tmp_path / "search"
    sentence = "they reject the declaration, and nobody removed the roadblocks"
    write_index(
        path,
        [
            entry(
                "reject",
                "reject the declaration",
                sentence,
                restated=(
                    "They won't acknowledge the breakaway.",
                    "They frown upon the split of the land.",
                    "…",
                ),
            ),
            entry("remain", "nobody removed the roadblocks", sentence, restated=("The split is a frown.",)),
            entry("frown", "a frown at a split"),
        ],
    )
    index = TextIndex(path)
    for text, name in [
        ("acknowledging a breakaway", "urn:reject"),
        ("acknowlege the breakawy", "urn:reject"),
        ("they frown upon the breakaway", "urn:reject"),
        ("frown split", "urn:frown"),  # what somebody said comes before what a curator says of another
    ]:
        assert found(index, text, limit=1) == [name], text
    assert index.search(Search(text="acknowledge breakaway")).hits[0].match is Match.SIMILAR


def test_restatements_of_one_claim_tell_which_event_another_answers_for(tmp_path: Path) -> None:
    path = tmp_path / "search"
    sentence = "to the road on Tuesday they came, and on Friday it left"
    entries = []
    for name, quote, day, restated in [
        ("coming", "they came", "on Tuesday", "The crowd gathered to block the road."),
        ("leaving", "it left", "on Friday", "The convoy gave up and drove off the road."),
    ]:
        event = {"subject": Part((name,), (Kind.EVENT,)), "event": f"urn:event:{name}"}
        entries += [
            entry(name, quote, sentence, **event, restated=(restated,)),
            entry(day.split()[1], day, sentence, **event, object=Part((day,), (Kind.WHEN,))),
        ]
    write_index(path, entries)
    index = TextIndex(path)
    assert found(index, "on which day did the crowd block the road", limit=1) == ["urn:Tuesday"]
    assert found(index, "on which day did the convoy give up and leave the road", limit=1) == ["urn:Friday"]


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        (
            "did the vans leave",
            ("The vans left.", "All the vans were gone.", "Vans had left by then."),
            ("The vans left.", "Lorries came.", "A tractor stood there."),  # like it by chance
        ),
        (
            "vans cleared the yard",
            ("The vans left.", "Somebody cleared the yard.", "It was over."),  # all together
            ("The vans left.", "The vans went.", "The vans drove off."),
        ),
    ],
)
def test_several_restatements_outweigh_one(
    tmp_path: Path, question: str, right: tuple[str, ...], wrong: tuple[str, ...]
) -> None:
    path = tmp_path / "search"
    write_index(path, [entry("a", "x", restated=wrong), entry("b", "y", restated=right)])
    assert found(TextIndex(path), question, limit=1) == ["urn:b"]


def test_a_noun_that_names_the_predicate_tells_which_claim_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "search"
    removal = Part(("removal of the roadblocks",), (Kind.EVENT,))
    sentence = "they had until today to remove the roadblocks"
    today, roadblocks = Part(("today",), (Kind.WHEN,)), Part(("roadblocks",), (Kind.WHAT,))
    deadline, theme = Part(("has deadline",)), Part(("has theme",))
    write_index(
        path,
        [
            entry("until", "until today", sentence, subject=removal, predicate=deadline, object=today),
            entry(
                "what",
                "to remove the roadblocks",
                sentence,
                subject=removal,
                predicate=theme,
                object=roadblocks,
            ),
        ],
    )
    index = TextIndex(path)
    assert found(index, "deadline for removing the roadblocks", limit=1) == ["urn:until"]
    assert found(index, "removing the roadblocks", limit=1) == ["urn:what"]


def test_a_fact_in_words_is_about_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "search"
    actions = Part(("Kfor actions",), (Kind.WHAT,))
    killing = Part(("killing of civilians",), (Kind.WHAT,))
    write_index(
        path,
        [
            entry("today", "no actions today", subject=actions, object=Part(("today",))),
            entry("forces", "killing by Serbian forces", subject=killing, object=Part(("Serbian forces",))),
        ],
    )
    index = TextIndex(path)
    assert index.stating(["Kfor", "act", "today"], limit=10) == ["urn:today"]
    assert index.stating(["Serbian forces", "kill", "civilians"], limit=10) == ["urn:forces"]
    for silent in (["Kfor", "act", "tomorrow"], ["Nato", "act", "today"], ["Serbia", "kill", "civilians"]):
        assert index.stating(silent, limit=10) == [], silent
