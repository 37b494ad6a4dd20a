"""Synthetic projects of any size, in the model of this repository: the same seed gives the same triples.

An article has twelve sentences and twenty-four claims, most stated by its publisher, the others
quoted from three speakers; about 500 triples. Actors and places are shared by ten articles, with
places inside places and units of units, so that chains and transitive properties have something to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

from kgraph.vocab import KG, RDF_TYPE, XSD

__all__ = ["TRIPLES_PER_ARTICLE", "Line", "write_article"]

#: A triple of one graph, as a line of N-Triples.
Line = tuple[str, str]

TRIPLES_PER_ARTICLE: Final = 500
_ID: Final = "https://w3id.org/kgraph/id/"
_CLAIMS: Final = 24
_SENTENCES: Final = 12
_EVENT_ROLES: Final = ("hasAgent", "hasAddressee", "hasPlace", "hasTheme", "ledTo", "subEventOf")
_OTHERS: Final = ("basedIn", "unitOf", "memberOf", "controls", "mans")


def _iri(name: str) -> str:
    return f"<{_ID}{name}>"


def _kg(name: str) -> str:
    return f"<{KG}{name}>"


def _number(value: int) -> str:
    return f'"{value}"^^<{XSD}nonNegativeInteger>'


_A: Final = f"<{RDF_TYPE}>"


def write_article(number: int, *, seed: int = 0) -> Iterator[Line]:
    """The triples of one article, each with the short name of its graph."""
    random = Random(f"{seed}/{number}")  # noqa: S311 - the same numbers each time is what is wanted
    group, article = f"g{number // 10}", f"article/a{number}"
    if number % 10 == 0:
        yield from _entities(group)
    yield "document", f"{_iri(article)} {_A} {_kg('Article')} ."
    for sentence in range(_SENTENCES):
        yield from _span(article, f"{article}/s{sentence:02}", "Sentence", 100 * sentence, 99)
    speakers = [f"{group}/actor{random.randrange(10)}" for _ in range(3)]
    yield from _source(f"{article}/source", f"{group}/publisher", None)
    for place, speaker in enumerate(speakers):
        yield from _source(f"{article}/source{place}", speaker, f"{article}/source")
    for event in range(4):
        yield "entities", f"{_iri(f'{article}/event{event}')} {_A} {_kg('Action')} ."
    for claim in range(_CLAIMS):
        yield from _claim(random, group, article, claim, speakers)


def _entities(group: str) -> Iterator[Line]:
    kinds = ("Organization", "Group", "MilitaryForce", "Person")
    yield "entities", f"{_iri(f'{group}/publisher')} {_A} {_kg('Organization')} ."
    for n in range(10):
        yield "entities", f"{_iri(f'{group}/actor{n}')} {_A} {_kg(kinds[n % 4])} ."
        yield "entities", f"{_iri(f'{group}/place{n}')} {_A} {_kg('Region')} ."
        yield "entities", f"{_iri(f'{group}/barricade{n}')} {_A} {_kg('Barricade')} ."
        if n:
            yield (
                "gazetteer",
                f"{_iri(f'{group}/place{n}')} {_kg('locatedIn')} {_iri(f'{group}/place{n // 2}')} .",
            )


def _span(article: str, name: str, kind: str, start: int, length: int) -> Iterator[Line]:
    graph = "document" if kind == "Sentence" else "assertions"
    for predicate, value in (
        (_A, _kg(kind)),
        (_kg("partOfArticle"), _iri(article)),
        (_kg("beginIndex"), _number(start)),
        (_kg("endIndex"), _number(start + length)),
        (_kg("exactText"), f'"words {start} to {start + length} of {article}"'),
    ):
        yield graph, f"{_iri(name)} {predicate} {value} ."
    if kind == "Sentence":
        yield graph, f"{_iri(name)} {_kg('sentenceNumber')} {_number(start // 100 + 1)} ."


def _source(name: str, agent: str, embedded_in: str | None) -> Iterator[Line]:
    yield "assertions", f"{_iri(name)} {_A} {_kg('Source')} ."
    yield "assertions", f"{_iri(name)} {_kg('sourceAgent')} {_iri(agent)} ."
    if embedded_in is not None:
        yield "assertions", f"{_iri(name)} {_kg('embeddedIn')} {_iri(embedded_in)} ."


def _claim(random: Random, group: str, article: str, number: int, speakers: list[str]) -> Iterator[Line]:
    claim = f"{article}/c{number:02}"
    span = f"{article}/e{number:02}"
    voice = random.randrange(12)
    quoted = voice < 3
    modality = "fact" if voice != 3 else "demand"
    subject, predicate, value = _content(random, group, article)
    sentence = number // 2
    for name, term in (
        ("subject", subject),
        ("predicate", predicate),
        ("object", value),
        ("mode", _kg("direct-quotation" if quoted else "narrated")),
        ("polarity", _kg("positive")),
        ("modality", _kg(modality)),
        ("source", _iri(f"{article}/source{voice}" if quoted else f"{article}/source")),
        ("attributedTo", _iri(speakers[voice] if quoted else f"{group}/publisher")),
        ("inSentence", _iri(f"{article}/s{sentence:02}")),
        ("evidence", _iri(span)),
    ):
        yield "assertions", f"{_iri(claim)} {_kg(name)} {term} ."
    yield "assertions", f"{_iri(claim)} {_A} {_kg('Assertion')} ."
    yield from _span(article, span, "EvidenceSpan", 100 * sentence + 7 * (number % 2), 30)
    if not quoted and modality == "fact":
        yield "stated", f"{subject} {predicate} {value} ."


def _content(random: Random, group: str, article: str) -> tuple[str, str, str]:
    one, other = sorted(random.sample(range(10), 2))
    event = _iri(f"{article}/event{random.randrange(3)}")
    later = _iri(f"{article}/event3")
    actor, whole, place = (
        _iri(f"{group}/{name}") for name in (f"actor{other}", f"actor{one}", f"place{one}")
    )
    name = random.choice(_EVENT_ROLES + _OTHERS)
    objects = {
        "hasPlace": place,
        "ledTo": later,
        "subEventOf": later,
        "basedIn": place,
        "controls": place,
        "unitOf": whole,
        "memberOf": whole,
        "mans": _iri(f"{group}/barricade{one}"),
    }
    return (event if name in _EVENT_ROLES else actor), _kg(name), objects.get(name, actor)
