"""The words that attribute a claim count as its own: who *refused to widen the zone* is who refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kgraph.search import ClaimEntry, Kind, Part, PassageEntry, Search, TextIndex, write_index
from kgraph.search.passages import nearest_cue

TEXT = (
    "Two clerks said Dr. Ilse Brandt had told them that the mayor’s staff asked her to withdraw the report, "
    "but the council refused to widen the harbour, a plan by fishers."
)


def claim(name: str, content: str, *, depth: int, cue: str = "") -> ClaimEntry:
    begin = TEXT.index(content)
    spans = ((begin, begin + len(content)),)
    return ClaimEntry(
        f"urn:{name}", spans, speaker=(name,), depth=depth, cue=nearest_cue(TEXT, 0, [cue], spans)
    )


STAFF = claim("staff", "to withdraw the report", depth=4, cue="asked")
BRANDT = claim("Brandt", "the mayor’s staff asked her to withdraw the report", depth=3, cue="had told … that")
CLERKS = claim(
    "clerks",
    "Dr. Ilse Brandt had told them that the mayor’s staff asked her to withdraw the report",
    depth=2,
    cue="said",
)
COUNCIL = claim("council", "to widen the harbour", depth=2, cue="refused")
NARRATOR = claim("narrator", "the council refused to widen the harbour", depth=1)
FISHERS = claim("fishers", "to widen the harbour", depth=2, cue="a plan by")
CLAIMS = (STAFF, BRANDT, CLERKS, COUNCIL, NARRATOR)
PASSAGE = PassageEntry("urn:s1", "urn:a", 1, 0, len(TEXT), TEXT, claims=CLAIMS)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TextIndex:
    folder = tmp_path_factory.mktemp("cues") / "index"
    write_index(folder, [PASSAGE])
    return TextIndex(folder)


@pytest.mark.parametrize(
    ("words", "speaker"),
    [
        ("asked her to withdraw the report", "staff"),
        ("to withdraw the report", "staff"),
        ("the mayor’s staff asked her to withdraw the report", "Brandt"),
        ("had told them that the mayor’s staff asked her to withdraw the report", "Brandt"),
        ("said Dr. Ilse Brandt had told them", "clerks"),
        ("refused to widen the harbour", "council"),
        ("the council refused to widen", "narrator"),
        ("refusd to widen the harbor", "council"),
        ("the council refusd to widen the harbor", "council"),
        ("the mayor’s staf asked her to withdraw the report", "staff"),
        # A voice that the question names does not give way to one that it does not name.
        ("What did Brandt tell them?", "Brandt"),
        # Who is asked for is not who the question names.
        ("Who asked Brandt to withdraw the report?", "staff"),
        # Who is said to have asked does not say so.
        ("Who said that the staff asked her to withdraw the report?", "Brandt"),
    ],
)
def test_a_cue_counts_as_its_speakers_words(index: TextIndex, words: str, speaker: str) -> None:
    assert index.search(Search(text=words)).best[0].iri == f"urn:{speaker}"


@pytest.mark.parametrize("each", [*CLAIMS, FISHERS], ids=lambda each: each.iri)
def test_a_reach_holds_the_words_and_the_cue(each: ClaimEntry) -> None:
    reach = PASSAGE.reach(each)
    assert reach == sorted(reach)
    for begin, end in (*each.spans, *([each.cue] if each.cue else [])):
        assert any(first <= begin and end <= last for first, last in reach)


def test_a_claim_tells_of_the_saying_of_the_one_within_it() -> None:
    tells = {
        (one.iri[4:], two.iri[4:])
        for one in (*CLAIMS, FISHERS)
        for two in CLAIMS
        if PASSAGE.tells_of(one, two)
    }
    assert tells == {("clerks", "Brandt"), ("Brandt", "staff"), ("narrator", "council")}


def drafted(each: ClaimEntry, role: str) -> ClaimEntry:
    return replace(each, traits=(f"role={role}", "level=drafted"), object=Part((each.iri,), (Kind.WHO,)))


def test_what_a_draft_tells_of_a_saying_gives_way_to_what_was_said(tmp_path: Path) -> None:
    telling = drafted(claim("promise", "the council refused", depth=1), "agent")
    fact = drafted(claim("fact", "a plan by fishers", depth=1), "agent")
    write_index(tmp_path / "index", [replace(PASSAGE, claims=(COUNCIL, telling, fact))])
    index = TextIndex(tmp_path / "index")
    assert index.search(Search(text="What did the council refuse?")).hits[0].iri == COUNCIL.iri
    assert index.search(Search(text="Who has a plan?")).hits[0].iri == fact.iri


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("the harbour, a plan by fishers", "urn:s1"),  # a third of it
        ("widen the harbour, a plan", "urn:council"),  # most of it
        ("a plan by fishers", "urn:s1"),  # in no claim
    ],
)
def test_a_phrase_is_of_who_has_most_of_its_words(tmp_path: Path, words: str, found: str) -> None:
    write_index(tmp_path / "index", [replace(PASSAGE, claims=(STAFF, COUNCIL))])
    hits = TextIndex(tmp_path / "index").search(Search(text=words))
    assert (hits.found, hits.best[0].iri, hits.best[0].is_claim) == ("verbatim", found, found != "urn:s1")


@pytest.mark.parametrize("is_told", [True, False])
def test_a_sentence_of_the_narrators_alone_is_told_by_it_from_end_to_end(
    tmp_path: Path, *, is_told: bool
) -> None:
    fact = drafted(claim("fact", "the council refused", depth=1), "agent")
    claims = (fact,) if is_told else (fact, drafted(COUNCIL, "theme"))
    write_index(tmp_path / "index", [replace(PASSAGE, claims=claims)])
    (best,) = TextIndex(tmp_path / "index").search(Search(text="a plan by fishers")).best
    assert best.iri == (fact.iri if is_told else PASSAGE.iri)


def test_who_denies_what_others_say_does_not_tell_it() -> None:
    denied = replace(BRANDT, is_negative=True)
    assert not PASSAGE.tells_of(denied, STAFF)


def test_of_several_cues_the_one_next_to_the_words_is_meant() -> None:
    text = "He said it was late, and “it is over”, she said, he said."
    begin = text.index("it is over")
    found = nearest_cue(text, 100, ["said", " "], ((100 + begin, 110 + begin),))
    assert found is not None
    assert text[found[0] - 104 : found[1] - 100] == "she said"
    assert nearest_cue(text, 0, ["denied", "(said"], ((begin, begin + 10),)) is None
    assert nearest_cue(text, 0, ["said"], ()) is None


def test_words_left_out_of_a_cue_stand_between_its_pieces() -> None:
    assert BRANDT.cue is not None
    assert TEXT[slice(*BRANDT.cue)] == "had told them that"
