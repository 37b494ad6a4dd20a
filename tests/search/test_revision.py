"""An index that is carried on knows no more of what was taken out of it."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest

from kgraph.search import NameEntry, PassageEntry, Search, TextIndex
from kgraph.search.index import IndexReader
from kgraph.search.writing import IndexRevision


def _passages(article: str, language: str, *texts: str) -> list[PassageEntry]:
    return [
        PassageEntry(f"{article}/{number}", article, number, 0, len(text), text, language)
        for number, text in enumerate(texts, 1)
    ]


def test_what_was_taken_out_is_not_known_any_more(tmp_path: Path) -> None:
    foxes = _passages("urn:foxes", "en", "A Zeppelin lands near the foxes.", "The foxes flee.")
    owls = _passages("urn:owls", "en", "The owls stay.", "No owls flee.")
    both, less, anew = (tmp_path / name for name in ("both", "less", "anew"))
    revision = IndexRevision(both)
    for some in (foxes, owls, _passages("urn:eulen", "de", "Die Eulen fliehen.")):
        revision.add_passages(some)
    revision.add_name(NameEntry("urn:fox", ("the fox",), ("speaker",)))
    revision.finish()
    assert IndexRevision.can_go_on_from(both)
    revision = IndexRevision(less, both)
    revision.remove_articles(foxes)
    revision.remove_articles(_passages("urn:eulen", "de", "Die Eulen fliehen."))
    revision.remove_name("urn:fox")
    revision.finish()
    first = IndexRevision(anew)
    first.add_passages(owls)
    first.finish()
    before, reader, other = (IndexReader(path) for path in (both, less, anew))
    assert before.frequency("zeppelin")
    assert (reader.size, reader.languages) == (other.size, other.languages) == (2, ("en",))
    for word in ("zeppelin", "foxes", "flee", "owls", "the", "eulen"):
        assert reader.frequency(word) == other.frequency(word), word
        assert reader.is_name(word) == other.is_name(word), word
    for question in ("zepelin", "foxes flee", "owls who flee", "the fox"):
        search = Search(text=question)
        carried_on, fresh = TextIndex(less).search(search), TextIndex(anew).search(search)
        assert carried_on.unmatched == fresh.unmatched
        assert [hit.iri for hit in carried_on.hits] == [hit.iri for hit in fresh.hits]
    assert not TextIndex(less).choices("speaker")


def test_an_index_of_which_much_is_gone_is_not_carried_on(tmp_path: Path) -> None:
    owls = _passages("urn:owls", "en", "The owls stay.")
    revision = IndexRevision(tmp_path / "index")
    revision.add_passages(owls)
    revision.finish()
    about = tmp_path / "index" / "about.json"
    told = json.loads(about.read_text("utf-8"))
    about.write_text(json.dumps({**told, "gone": 5_000}), encoding="utf-8")
    assert not IndexRevision.can_go_on_from(tmp_path / "index")


class _Counting:
    """An encoder whose vectors are those of the texts' checksums, and which knows what it was asked for."""

    name = "counting"

    def __init__(self) -> None:
        self.made: list[str] = []

    def texts(self, texts: Sequence[str]) -> Any:
        self.made += texts
        return self.questions(texts)

    def questions(self, texts: Sequence[str]) -> Any:
        rows = np.stack([np.random.default_rng(crc32(text.encode())).normal(size=8) for text in texts])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    statements = questions


@pytest.mark.parametrize("seed", range(3))
def test_vectors_are_carried_on_article_by_article(tmp_path: Path, seed: int) -> None:
    """After each of many edits every passage has its vector, only new texts were encoded, files stay few."""
    chance, encoder = random.Random(seed), _Counting()  # noqa: S311 - a test, not a secret
    articles = {f"urn:{number}": [f"Text {number} of article {k}." for k in range(5)] for number in range(40)}
    earlier = tmp_path / "0"
    revision = IndexRevision(earlier, encoder=encoder)
    for iri, texts in articles.items():
        revision.add_passages(_passages(iri, "en", *texts))
    revision.finish()
    known = set(encoder.made)
    for step in range(1, 25):
        encoder.made.clear()
        assert IndexRevision.can_go_on_from(earlier, encoder)
        revision = IndexRevision(tmp_path / str(step), earlier, encoder=encoder)
        for iri in chance.sample(sorted(articles), chance.randint(1, 3)):
            revision.remove_articles(_passages(iri, "en", *articles.pop(iri)))
            if chance.random() < 0.8:
                articles[iri] = [
                    f"Text {chance.randrange(9)} of step {step // 2}.",
                    "A text of many articles.",
                ]
                revision.add_passages(_passages(iri, "en", *articles[iri]))
        revision.finish()
        earlier = tmp_path / str(step)
        assert not known & set(encoder.made)
        assert len(encoder.made) == len(set(encoder.made))
        known |= set(encoder.made)
        reader = IndexReader(earlier, encoder)
        assert reader.vectors is not None
        places, wholes = reader.vectors.wholes
        assert len(places) == reader.size == sum(map(len, articles.values()))
        for passage in reader.at([*map(int, places)]):
            text = passage.entry.text
            assert text in articles[passage.entry.article]
            row = wholes[list(places).index(passage.ordinal)]
            assert np.allclose(row, encoder.questions([text])[0], atol=1e-3)
        assert len(reader.vectors.segments) <= 8
    encoder.name = "another"
    assert not IndexRevision.can_go_on_from(earlier, encoder)
    assert IndexRevision.can_go_on_from(earlier)
