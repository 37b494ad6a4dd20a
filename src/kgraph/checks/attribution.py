"""Attributions: whose claim it is, said twice and the same both times; and nothing that the words don't say.

Also the rules that keep a curator's knowledge out of the article's graphs: printed numbers only, no
calendar dates, and no interpretation outside the editorial graph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import pyoxigraph as ox

from kgraph.checks.subject import Subject
from kgraph.problems import Problem
from kgraph.project import Claim
from kgraph.project.claims import source_chain
from kgraph.project.index import key
from kgraph.text import spelled_numbers
from kgraph.vocab import DIRECT_QUOTATION, KG, RDF_TYPE, XSD

__all__ = ["check_attribution"]

_DATES: Final = frozenset(XSD + name for name in ("date", "dateTime", "gYear", "gYearMonth", "dateTimeStamp"))
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_EXACT_TEXT: Final = KG + "exactText"
#: Words that give a share without a number.
_FRACTION: Final = re.compile(r"\b(?:half|third|thirds|quarter|quarters|most)\b", re.IGNORECASE)
_MONTHS: Final = (
    "january february march april may june july august september october november december".split()
)


def check_attribution(subject: Subject) -> Iterator[Problem]:
    """Compare each claim with its source chain, its evidence and the article's own limits."""
    for claim in subject.claims:
        yield from _check_speaker(subject, claim)
        yield from _check_numbers(subject, claim)
    yield from _check_sources(subject)
    yield from _check_times(subject)
    yield from _check_dates(subject)
    yield from _check_editorial(subject)


def _check_speaker(subject: Subject, claim: Claim) -> Iterator[Problem]:
    chain = source_chain(subject.index, claim.source)
    if chain.agents and claim.attributed_to and claim.attributed_to != chain.agents[:1]:
        yield subject.project.problem(
            "attribution-differs",
            claim.iri,
            f"kg:attributedTo names {', '.join(claim.attributed_to)}, the source {chain.agents[0]}.",
            "Make both name the innermost speaker.",
            predicate=KG + "attributedTo",
        )
    if claim.mode == DIRECT_QUOTATION and chain.sources and len(chain.sources) < 2:
        yield subject.project.problem(
            "quotation-of-the-publication",
            claim.iri,
            "A direct quotation is credited to the publication itself.",
            "Give it the speaker's source, kg:embeddedIn the publication's.",
            predicate=KG + "source",
        )


def _check_sources(subject: Subject) -> Iterator[Problem]:
    for iri in subject.index.instances(KG + "Source"):
        chain = source_chain(subject.index, iri)
        if chain.cyclic and subject.index.iri(chain.sources[-1], KG + "embeddedIn") == iri:
            yield subject.project.problem(
                "source-cycle",
                iri,
                "kg:embeddedIn leads from this source back to itself, so that nobody is the publication.",
                "Let the outermost source be embedded in nothing.",
                predicate=KG + "embeddedIn",
            )


def _check_numbers(subject: Subject, claim: Claim) -> Iterator[Problem]:
    value, quantified = claim.object, isinstance(claim.object, ox.NamedNode)
    number = subject.index.literal(value.value, KG + "number") if isinstance(value, ox.NamedNode) else None
    if isinstance(value, ox.Literal):
        wanted = {Decimal(text) for text in _NUMBER.findall(value.value)}
    else:
        wanted = {Decimal(number)} if number is not None and _NUMBER.fullmatch(number) else set()
    words = subject.evidence_text(claim)
    missing = wanted - spelled_numbers(words)
    if missing and not (quantified and _is_fraction(words)):
        yield subject.project.problem(
            "number-not-printed",
            claim.iri,
            f"The value holds {', '.join(sorted(map(str, missing)))}, which the evidence does not print.",
            "Keep what the words say; outside knowledge belongs in the gazetteer or the editorial graph.",
            predicate=KG + "value",
        )


def _is_fraction(words: str) -> bool:
    return _FRACTION.search(words) is not None


def _check_times(subject: Subject) -> Iterator[Problem]:
    readings: dict[str, list[str]] = {}
    for triple in subject.graphs.get("assertions", ()):
        if triple.predicate.value == KG + "edtf" and isinstance(triple.subject, ox.NamedNode):
            readings.setdefault(triple.subject.value, []).append(getattr(triple.object, "value", ""))
    for iri in subject.index.instances(KG + "TimeExpression"):
        spans = subject.index.iris(iri, KG + "evidence")
        printed = " ".join(subject.index.literal(span, _EXACT_TEXT) or "" for span in spans)
        for reading in readings.get(iri, ()):
            if {Decimal(number) for number in _NUMBER.findall(reading)} - _dated(printed):
                yield subject.project.problem(
                    "number-not-printed",
                    iri,
                    f"The reading {reading!r} holds a number that {printed!r} does not print.",
                    "Keep what the words say; a curator's reading belongs in the editorial graph.",
                    predicate=KG + "edtf",
                )


def _dated(printed: str) -> set[Decimal]:
    """The numbers of a printed time: those it spells, and the months it names in English."""
    words = re.findall(r"[a-z]+", printed.casefold())
    months = {Decimal(n) for n, name in enumerate(_MONTHS, 1) for word in words if _names_month(word, name)}
    return spelled_numbers(printed) | months


def _names_month(word: str, name: str) -> bool:
    return word == name or (len(word) >= 3 and name.startswith(word))


def _check_dates(subject: Subject) -> Iterator[Problem]:
    for graph in ("document", "assertions", "entities"):
        for triple in subject.graphs.get(graph, ()):
            if isinstance(triple.object, ox.Literal) and triple.object.datatype.value in _DATES:
                yield subject.project.problem(
                    "date-in-article",
                    triple.subject.value if isinstance(triple.subject, ox.NamedNode) else "",
                    f"{triple.object.value!r} is a calendar date, which the article does not print as one.",
                    "Keep the words as a kg:TimeExpression; a date is an interpretation (editorial graph).",
                    predicate=triple.predicate.value,
                )


def _check_editorial(subject: Subject) -> Iterator[Problem]:
    for triple in subject.graphs.get("editorial", ()):
        value = triple.object
        if (
            triple.predicate.value == KG + "edtf"
            and isinstance(value, ox.Literal)
            and not value.value.endswith("?")
            and KG + "Time" not in subject.index.iris(key(triple.subject), RDF_TYPE)
        ):
            yield subject.project.problem(
                "unmarked-interpretation",
                triple.subject.value if isinstance(triple.subject, ox.NamedNode) else "",
                f"The interpreted date {value.value!r} is not marked as uncertain.",
                "End the EDTF string with '?'.",
                predicate=KG + "edtf",
            )
