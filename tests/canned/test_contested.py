"""What is contested between articles: what they say otherwise, not what one adds or tells more exactly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import permutations

import pyoxigraph as ox
import pytest

from kgraph.vocab import Names

from .conftest import ROOT

BASE = "https://example.org/x/"
NAMES = Names(BASE)
ONTOLOGY = NAMES.prefixes["kg"]
TEXT = (ROOT / "queries" / "contested.rq").read_text(encoding="utf-8")
RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")

#: What an article states: subject, predicate, object. An object such as ``@2008`` is a printed time that
#: means it, ``@?`` one that nobody has read, and ``@2008?`` one that the curator has read.
Statement = tuple[str, str, str]


def _kg(name: str) -> ox.NamedNode:
    return ox.NamedNode(ONTOLOGY + name)


def _thing(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{BASE}id/{name}")


def _says(store: ox.Store, article: str, statements: Iterable[Statement], voice: str = "") -> None:
    """Write what an article states as the build does, or what a voice in it claims."""

    def add(graph: str, s: ox.NamedNode, p: ox.NamedNode, o: ox.NamedNode | ox.Literal) -> None:
        store.add(ox.Quad(s, p, o, ox.NamedNode(NAMES.graph(graph))))

    for number, (subject, predicate, value) in enumerate(statements):
        claim, sentence, span = (
            _thing(f"{article}/{kind}{number}") for kind in ("claim", "sentence", "span")
        )
        meant = _thing(value)
        if value.startswith("@"):
            meant = _thing(f"{article}/time{number}")
            edtf = ox.Literal(value.strip("@"))
            if value.endswith("?") and value != "@?":
                add("editorial", _thing(f"{article}/reading{number}"), _kg("about"), meant)
                add("editorial", _thing(f"{article}/reading{number}"), _kg("edtf"), edtf)
            elif value != "@?":
                add("assertions", meant, _kg("denotes"), _thing(f"time/{edtf.value}"))
                add("assertions", _thing(f"time/{edtf.value}"), _kg("edtf"), edtf)
        for name, given in {
            "subject": _thing(subject),
            "predicate": _kg(predicate),
            "object": meant,
            "attributedTo": _thing(voice or f"{article}-paper"),
            "polarity": _kg("positive"),
            "modality": _kg("fact"),
            "mode": _kg("narrated"),
            "inSentence": sentence,
            "evidence": span,
        }.items():
            add("assertions", claim, _kg(name), given)
        add("assertions", span, _kg("exactText"), ox.Literal("words"))
        add("assertions", span, _kg("beginIndex"), ox.Literal(number))
        add("document", sentence, _kg("partOfArticle"), _thing(article))
        if not voice:
            add("inferred", claim, RDF_TYPE, _kg("StatedAssertion"))


def _contested(
    *articles: Iterable[Statement], voices: Sequence[str] = ("", "", "")
) -> set[frozenset[tuple[str, str]]]:
    """The pairs of voices and values that the question finds, as it is asked of these articles."""
    store = ox.Store()
    for name, statements, voice in zip("abc", articles, voices, strict=False):
        _says(store, name, statements, voice)
    add = ox.Quad(_thing("ward"), _kg("locatedIn"), _thing("city"), ox.NamedNode(NAMES.graph("gazetteer")))
    store.add(add)
    text = TEXT.replace("PREFIX g: <graph/>", f"PREFIX g: <{BASE}graph/>")
    found = store.query(text)
    assert isinstance(found, ox.QuerySolutions)
    return {
        frozenset(
            {(str(row["speaker"]), str(row["object"])), (str(row["otherSpeaker"]), str(row["otherObject"]))}
        )
        for row in found
        if row["otherClaim"] is not None
    }


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ([("ship", "status", "sunk")], [("ship", "status", "sunk")], False),
        ([("ship", "status", "sunk")], [("ship", "status", "afloat")], True),
        ([("ship", "status", "sunk")], [("boat", "status", "afloat")], False),
        ([("crew", "amount", "quantity/40")], [("crew", "amount", "quantity/60")], True),
        ([("talks", "agent", "ana")], [("talks", "agent", "ana"), ("talks", "agent", "bo")], False),
        ([("talks", "agent", "ana")], [("talks", "agent", "bo")], True),
        ([("fire", "place", "ward")], [("fire", "place", "city")], False),
        ([("fire", "place", "ward")], [("fire", "place", "village")], True),
        ([("fire", "time", "@2008")], [("fire", "time", "@2008")], False),
        ([("fire", "time", "@2008")], [("fire", "time", "@2008-02-17")], False),
        ([("fire", "time", "@2008")], [("fire", "time", "@2009")], True),
        ([("fire", "time", "@2008")], [("fire", "time", "@2009?")], True),
        ([("fire", "since", "@2008-02-17?")], [("fire", "since", "@2008-02-17")], False),
        ([("fire", "time", "@2008")], [("fire", "time", "@?")], False),
        ([("fire", "time", "@2008-02-17?")], [("fire", "time", "@2008")], False),
        ([("fire", "time", "@2008-02-17?")], [("fire", "time", "@2008-02-18?")], True),
        ([("fire", "time", "@?")], [("fire", "time", "@?")], False),
        ([("fire", "time", "@1998/2001")], [("fire", "time", "@1999")], False),
    ],
)
def test_articles_differ_where_they_say_otherwise_in_whichever_order(
    one: list[Statement], other: list[Statement], differ: bool
) -> None:
    for pair in permutations((one, other)):
        assert len(_contested(*pair)) == differ


def test_each_article_that_says_otherwise_is_set_against_each_that_does_not() -> None:
    sunk, afloat = [("ship", "status", "sunk")], [("ship", "status", "afloat")]
    assert len(_contested(sunk, afloat, sunk)) == 2
    assert len(_contested(sunk, sunk, sunk)) == 0


def test_voices_differ_on_figures_in_one_article_or_in_two() -> None:
    forty, sixty = [("crew", "amount", "quantity/40")], [("crew", "amount", "quantity/60")]
    assert len(_contested(forty, sixty, voices=("", "ana"))) == 1
    assert len(_contested(forty, sixty, voices=("ana", "bo"))) == 1
    assert len(_contested(forty, forty, voices=("ana", "bo"))) == 0
    sunk, afloat = [("ship", "status", "sunk")], [("ship", "status", "afloat")]
    assert len(_contested(sunk, afloat, voices=("", "ana"))) == 0  # a claim is no contest of what is stated
