"""An index that is carried on knows no more of what was taken out of it."""

from __future__ import annotations

import json
from pathlib import Path

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
