"""The card of some chosen words: who says them, how, through whom, when, and what else is said there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kgraph.describe import ArticleText
from kgraph.store import Generation
from kgraph.web.layout import Choice
from kgraph.web.voices import Filters, Voice, is_draft, is_hedged, is_negative
from kgraph.who_said import Answer, Attribution, Citation, Level, cite

__all__ = ["Card", "Said", "make_card"]


@dataclass(frozen=True, slots=True)
class Said:
    """What one voice does with some words: claims that differ in their content alone."""

    claim: Attribution
    others: tuple[Attribution, ...]
    heading: str
    voice: Voice | None
    is_stated: bool
    is_draft: bool
    is_hedged: bool
    is_negative: bool
    href: str
    citation: Citation

    @property
    def claims(self) -> tuple[Attribution, ...]:
        """All of them."""
        return (self.claim, *self.others)


@dataclass(frozen=True, slots=True)
class Card:
    """``said`` rests on just the chosen words, ``beside`` on some of them or on more."""

    words: str
    place: str
    permalink: str
    said: tuple[Said, ...]
    beside: tuple[Said, ...]


def make_card(
    text: ArticleText,
    choice: Choice,
    filters: Filters,
    *,
    generation: Generation,
    voices: Mapping[str | None, Voice],
    prefixes: Mapping[str, str],
    link: Callable[[Choice], str],
    compared: Mapping[str, Attribution],
) -> Card:
    """The card of a choice; ``link`` is the address of one, ``compared`` its claims with what they compare
    with.
    """
    met = [claim for claim in text.claims if choice.meets(claim) and filters.takes(claim, prefixes)]
    met = list({claim.iri: compared.get(claim.iri, claim) for claim in met}.values())
    exact = [claim for claim in met if choice.is_of(claim)]

    def fold(claims: Sequence[Attribution]) -> tuple[Said, ...]:
        groups: dict[tuple[object, ...], list[Attribution]] = {}
        for claim in claims:
            key = (claim.speaker, claim.verdict, tuple((p.start, p.end) for p in claim.passages))
            groups.setdefault(key, []).append(claim)
        return tuple(_said(group, generation, voices, link) for group in groups.values())

    return Card(
        _words(text, choice),
        _place(text, choice),
        link(choice),
        fold(exact),
        fold([claim for claim in met if claim not in exact]),
    )


def _said(
    group: Sequence[Attribution],
    generation: Generation,
    voices: Mapping[str | None, Voice],
    link: Callable[[Choice], str],
) -> Said:
    claim = group[0]
    manifest = generation.manifest
    answer = Answer(
        level=claim.level,
        summary="",
        attributions=(),
        inferred=(),
        more=False,
        generation=generation.id,
        canonical_hash=manifest.canonical_hash,
        title=manifest.title,
        created=manifest.created,
    )
    stretches = tuple((passage.start, passage.end) for passage in claim.passages)
    return Said(
        claim,
        tuple(group[1:]),
        f"{claim.verdict[:1].upper()}{claim.verdict[1:]}",
        voices.get(claim.speaker.iri),
        claim.level is Level.STATED,
        is_draft(claim),
        is_hedged(claim),
        is_negative(claim),
        link(Choice(stretches)) if stretches else claim.iri,
        cite(claim, answer),
    )


def _words(text: ArticleText, choice: Choice) -> str:
    """The chosen characters; what stands between sentences is shown as a space."""
    pieces = []
    for start, end in choice.stretches:
        found = [
            sentence.text[max(0, start - sentence.start) : max(0, end - sentence.start)]
            for sentence in sorted(text.sentences, key=lambda sentence: sentence.start)
        ]
        pieces.append(" ".join(piece for piece in found if piece))
    return " … ".join(piece for piece in pieces if piece)


def _place(text: ArticleText, choice: Choice) -> str:
    """Which sentences the choice is in."""
    met = [
        (sentence.part or "byline").capitalize() if sentence.number is None else f"Sentence {sentence.number}"
        for sentence in text.sentences
        if any(
            start < sentence.start + len(sentence.text) and sentence.start < end
            for start, end in choice.stretches
        )
    ]
    return f"{met[0]} to {met[-1].lower()}" if len(met) > 1 else met[0] if met else "Outside the sentences"
