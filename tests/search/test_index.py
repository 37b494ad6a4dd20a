"""The index of a generation: what is in it, which order it gives, and that it belongs to its generation."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.errors import ParameterError, StoreError
from kgraph.search import AssertionEntry, Match, NameEntry, Search, TextIndex, write_index
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
