"""An article as its text: sentences, each cut into runs where the words of its claims begin and end.

Spans overlap and nest, which markup cannot: a run is the longest stretch on which the same claims rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import pyoxigraph as ox

from kgraph.rdf.terms import Term
from kgraph.vocab import KG
from kgraph.who_said import Attribution

__all__ = ["ArticleText", "Claimed", "Listed", "Run", "SentenceText", "cut_runs", "read_article"]

_PARAGRAPH: Final = ox.NamedNode(KG + "paragraph")


@dataclass(frozen=True, slots=True)
class Listed:
    """An article in a list: ``day`` is when it came out (ISO 8601), where that is known."""

    iri: str
    title: str
    day: str | None = None
    publisher: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a text with the claims that rest on it, the most precise one first."""

    text: str
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim in its sentence, and the others that rest on some of the same words."""

    claim: Attribution
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SentenceText:
    """A sentence, or another part of the article, whose ``number`` is None and whose ``part`` says which."""

    iri: str
    number: int | None
    part: str | None
    start: int
    runs: tuple[Run, ...]
    claims: tuple[Claimed, ...]

    @property
    def text(self) -> str:
        """The words."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class ArticleText:
    """The sentences in their order; ``whole`` unless there were more claims than one page takes.

    ``paragraphs`` are their offsets in the article's file, the ends excluded.
    """

    sentences: tuple[SentenceText, ...]
    whole: bool = True
    paragraphs: tuple[tuple[int, int], ...] = ()

    @property
    def claims(self) -> tuple[Attribution, ...]:
        """Every claim, in the order of the text."""
        return tuple(each.claim for sentence in self.sentences for each in sentence.claims)


def cut_runs(text: str, spans: Iterable[tuple[int, int, str]]) -> tuple[Run, ...]:
    """Cut a text where spans (start, end, name) begin and end. What lies outside the text is cut off.

    A run's names come in the order of their spans' lengths, the shortest first.
    """
    inside = sorted(
        {(max(0, start), min(end, len(text)), name) for start, end, name in spans},
        key=lambda span: (span[1] - span[0], span),
    )
    inside = [span for span in inside if span[0] < span[1]]
    cuts = sorted({0, len(text)} | {cut for start, end, _ in inside for cut in (start, end)})
    runs: list[Run] = []
    for start, end in pairwise(cuts):
        names = tuple(dict.fromkeys(name for first, last, name in inside if first <= start and end <= last))
        if runs and runs[-1].claims == names:
            runs[-1] = Run(runs[-1].text + text[start:end], names)
        else:
            runs.append(Run(text[start:end], names))
    return tuple(runs)


def read_article(
    rows: Sequence[Mapping[str, Term | None]], claims: Mapping[str, Attribution], *, whole: bool
) -> ArticleText:
    """The text from the rows of ``article.rq`` and the claims that they name."""
    found: dict[str, Mapping[str, Term | None]] = {}
    inside: dict[str, list[Attribution]] = {}
    paragraphs: set[tuple[int, int]] = set()
    for row in rows:
        if not isinstance(sentence := row["sentence"], ox.NamedNode):
            continue
        if row["part"] == _PARAGRAPH:
            paragraphs.add((_number(row["start"]) or 0, _number(row["end"]) or 0))
            continue
        found.setdefault(sentence.value, row)
        listed = inside.setdefault(sentence.value, [])
        claim = claims.get(row["claim"].value) if isinstance(row["claim"], ox.NamedNode) else None
        if claim is not None and claim not in listed:
            listed.append(claim)
    return ArticleText(
        tuple(_sentence(iri, row, inside[iri]) for iri, row in found.items()),
        whole=whole,
        paragraphs=tuple(sorted(paragraphs)),
    )


def _sentence(iri: str, row: Mapping[str, Term | None], claims: list[Attribution]) -> SentenceText:
    text, start = _text(row["text"]), _number(row["start"]) or 0
    spans = [
        (passage.start - start, passage.end - start, claim.iri)
        for claim in claims
        for passage in claim.passages
    ]
    runs = cut_runs(text, spans)
    beside: dict[str, dict[str, None]] = {claim.iri: {} for claim in claims}
    for run in runs:
        for name in run.claims:
            beside[name] |= dict.fromkeys(other for other in run.claims if other != name)
    ordered = sorted(claims, key=lambda claim: (claim.passages[0].start if claim.passages else 0, claim.iri))
    kind = row["part"]
    return SentenceText(
        iri,
        _number(row["number"]),
        kind.value.removeprefix(KG).removesuffix("Part") if isinstance(kind, ox.NamedNode) else None,
        start,
        runs,
        tuple(Claimed(claim, tuple(beside[claim.iri])) for claim in ordered),
    )


def _text(term: Term | None) -> str:
    return term.value if isinstance(term, ox.Literal) else ""


def _number(term: Term | None) -> int | None:
    text = _text(term)
    return int(text) if text.isascii() and text.isdecimal() else None
