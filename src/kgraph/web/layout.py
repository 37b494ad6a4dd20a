"""A text as a reader sees it: each character with the voice it belongs to, and the words that are chosen.

A text is cut wherever a span begins or ends, so that every span of it can be marked to the character: the
chosen one by the server, one that a fragment names (``#char=7,12``, RFC 5147) by a style of the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, pairwise
from typing import Final

from kgraph.describe import ArticleText, SentenceText
from kgraph.web.voices import Voice, is_draft, is_hedged, is_negative
from kgraph.who_said import Attribution

__all__ = ["Atom", "Choice", "Line", "Mark", "Paragraph", "Span", "lay_out", "parse_choice", "target_style"]

_CHOICE: Final = re.compile(r"[0-9]{1,9},[0-9]{1,9}(;[0-9]{1,9},[0-9]{1,9}){0,15}")


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of an article that have a name: ``fragment`` of its IRI. The end is excluded."""

    start: int
    end: int
    fragment: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The characters that a reader has chosen, in one or more stretches. Ends are excluded."""

    stretches: tuple[tuple[int, int], ...]

    def __str__(self) -> str:
        return ";".join(f"{start},{end}" for start, end in self.stretches)

    def has(self, position: int) -> bool:
        """Whether a character is chosen."""
        return any(start <= position < end for start, end in self.stretches)

    def meets(self, claim: Attribution) -> bool:
        """Whether a claim rests on some of the characters."""
        return any(
            start < passage.end and passage.start < end
            for start, end in self.stretches
            for passage in claim.passages
        )

    def is_of(self, claim: Attribution) -> bool:
        """Whether these are just the characters that a claim rests on."""
        return self.stretches == tuple((passage.start, passage.end) for passage in claim.passages)


def parse_choice(text: str) -> Choice | None:
    """A choice as an address has it, ``55,73;81,127``; None where it is none."""
    if not _CHOICE.fullmatch(text):
        return None
    stretches = tuple((int(start), int(end)) for start, end in (pair.split(",") for pair in text.split(";")))
    return Choice(stretches) if all(start < end for start, end in stretches) else None


@dataclass(frozen=True, slots=True)
class Mark:
    """What a stretch of text shows: whose it is, whether hedged or negative, and where its claim is."""

    voice: Voice
    is_hedged: bool
    is_negative: bool
    claim: Attribution
    is_draft: bool = False


@dataclass(frozen=True, slots=True)
class Atom:
    """Characters that belong to the same spans; ``begins`` are the fragments that begin here."""

    text: str
    spans: tuple[int, ...]
    begins: tuple[str, ...]
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence or another part, as stretches with a mark or none, each of some atoms."""

    sentence: SentenceText
    stretches: tuple[tuple[Mark | None, tuple[Atom, ...]], ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that stand together; ``part`` names what is no paragraph: headline, caption."""

    lines: tuple[Line, ...]
    part: str | None = None


def lay_out(
    text: ArticleText,
    spans: Sequence[Span],
    voices: Mapping[str | None, Voice],
    *,
    shown: Mapping[str, Attribution],
    choice: Choice | None,
    with_narrator: bool = False,
) -> tuple[Paragraph, ...]:
    """The text in paragraphs. ``shown`` are the claims that leave a mark; the narrator's plain words leave
    none, unless asked for.
    """
    mark = partial(_mark, shown=shown, voices=voices, with_narrator=with_narrator)
    ordered = sorted(text.sentences, key=lambda sentence: sentence.start)
    lines = []
    done = 0
    for sentence in ordered:
        begins = [s for s in spans if done <= s.start < sentence.start + len(sentence.text)]
        done = max(done, sentence.start + len(sentence.text))
        lines.append(_line(sentence, spans, begins, mark, choice))
    grouped = groupby(lines, key=lambda line: _place(line.sentence, text))
    return tuple(Paragraph(tuple(group), part) for (part, _), group in grouped)


def _place(sentence: SentenceText, text: ArticleText) -> tuple[str | None, int]:
    if sentence.part is not None:
        return sentence.part, sentence.start
    inside = (start for start, end in text.paragraphs if start <= sentence.start < end)
    return None, next(inside, -1 - sentence.start)


def _mark(
    names: Iterable[str],
    *,
    shown: Mapping[str, Attribution],
    voices: Mapping[str | None, Voice],
    with_narrator: bool,
) -> Mark | None:
    """The mark of characters on which some claims rest: reviewed ones first, then the most precise."""
    every = [shown[name] for name in names if name in shown and shown[name].speaker.iri in voices]
    claims = [claim for claim in every if not is_draft(claim)] or every
    if not claims:
        return None
    others = [claim for claim in claims if not voices[claim.speaker.iri].is_narrator]
    claim = (others or claims)[0]
    voice = voices[claim.speaker.iri]
    mark = Mark(voice, is_hedged(claim), is_negative(claim), claim, is_draft(claim))
    is_plain = mark.voice.is_narrator and not mark.is_hedged and not mark.is_negative
    return None if is_plain and not with_narrator else mark


def _line(
    sentence: SentenceText,
    spans: Sequence[Span],
    begins: Sequence[Span],
    mark: Callable[[Iterable[str]], Mark | None],
    choice: Choice | None,
) -> Line:
    first, last = sentence.start, sentence.start + len(sentence.text)
    marks: list[Mark | None] = []
    for run in sentence.runs:
        marks += [mark(run.claims)] * len(run.text)
    inside = [(number, s) for number, s in enumerate(spans) if s.start < last and first < s.end]
    cuts = {first, last} | {cut for _, s in inside for cut in (s.start, s.end)}
    cuts |= {first + at for at in range(1, len(marks)) if marks[at] is not marks[at - 1]}
    cuts |= {cut for start, end in (choice.stretches if choice else ()) for cut in (start, end)}
    edges = sorted(cut for cut in cuts if first <= cut <= last)
    stretches: list[tuple[Mark | None, list[Atom]]] = []
    for start, end in pairwise(edges):
        named = tuple(s.fragment for s in begins if max(s.start, first) in range(start, end))
        within = tuple(number for number, s in inside if s.start <= start and end <= s.end)
        chosen = choice is not None and choice.has(start)
        atom = Atom(sentence.text[start - first : end - first], within, named, chosen)
        here = marks[start - first]
        if stretches and _same(stretches[-1][0], here):
            stretches[-1][1].append(atom)
        else:
            stretches.append((here, [atom]))
    return Line(sentence, tuple((each, tuple(atoms)) for each, atoms in stretches))


def _same(one: Mark | None, other: Mark | None) -> bool:
    """Whether two stretches are one to the eye and lead to one place."""
    if one is None or other is None:
        return one is other
    return (one.voice, one.is_hedged, one.is_negative, one.claim.passages) == (
        other.voice,
        other.is_hedged,
        other.is_negative,
        other.claim.passages,
    )


def target_style(spans: Sequence[Span]) -> str:
    """A style sheet that marks the characters of the span that an address's fragment names."""
    rules = (f":root:has(#{_escaped(span.fragment)}:target) .c{number}" for number, span in enumerate(spans))
    return ",".join(rules) + "{background:var(--mark);box-shadow:0 0 0 .12em var(--mark)}" if spans else ""


def _escaped(name: str) -> str:
    """A name as CSS writes it after ``#`` (CSSOM, section 2.1)."""
    first = f"\\{ord(name[0]):x} " if name[0].isdigit() else ""
    rest = name[1:] if first else name
    return first + "".join(
        char if char.isalnum() or char in "-_" or ord(char) >= 0x80 else f"\\{char}" for char in rest
    )
