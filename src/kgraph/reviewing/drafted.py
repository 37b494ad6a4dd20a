"""The candidates of an article as its text is now: where their words stand, and which are still open.

A draft's offsets hold for the text that it was made from. Where the text has been edited since, candidates
follow their words; what else the draft says of places is left out, since nothing proves it any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kgraph.drafting import Candidate, Draft, Thing
from kgraph.drafting.candidates import SEPARATOR
from kgraph.reviewing.decisions import Decision, likeness
from kgraph.text import Span, digest

__all__ = ["Anchored", "anchor", "match_decisions"]


@dataclass(frozen=True, slots=True)
class Anchored:
    """A draft's candidates with verbatim places. ``moved`` counts those that followed their words; ``lost``
    are those whose words are gone.
    """

    candidates: tuple[Candidate, ...]
    moved: int = 0
    lost: tuple[Candidate, ...] = ()

    @property
    def things(self) -> dict[str, Thing]:
        """What the candidates name and the project lacks, by name; a draft describes each once."""
        return {thing.name: thing for each in (*self.candidates, *self.lost) for thing in each.things}


def anchor(draft: Draft, text: str) -> Anchored:
    """Find the words of a draft's candidates in a text."""
    if digest(text.encode()) == draft.text.sha256:
        kept = tuple(each for each in draft.candidates if _stands(each, text))
        return Anchored(kept, lost=tuple(each for each in draft.candidates if each not in kept))
    drift = moved = 0
    found: list[Candidate] = []
    lost: list[Candidate] = []
    for candidate in sorted(draft.candidates, key=lambda each: each.begin):
        spans = _find(candidate, text, drift)
        if spans is None:
            lost.append(candidate)
            continue
        drift = spans[0].start - candidate.begin
        moved += spans != candidate.content
        mentions = [m for m in candidate.entities if m.span.of(text) == m.label]
        found.append(
            replace(candidate, content=spans, cue=None, source=None, time=None, entities=tuple(mentions))
        )
    return Anchored(tuple(sorted(found, key=lambda each: each.begin)), moved, tuple(lost))


def _pieces(candidate: Candidate) -> list[str]:
    return candidate.words.split(SEPARATOR) if len(candidate.content) > 1 else [candidate.words]


def _stands(candidate: Candidate, text: str) -> bool:
    """Whether the words are what stands there, white space aside."""
    pieces = _pieces(candidate)
    return len(pieces) == len(candidate.content) and all(
        span.of(text).split() == piece.split() for span, piece in zip(candidate.content, pieces, strict=True)
    )


def _find(candidate: Candidate, text: str, drift: int) -> tuple[Span, ...] | None:
    """Where a candidate's words stand, nearest to where they are expected."""
    pieces = _pieces(candidate)
    if len(pieces) != len(candidate.content):
        return None
    found: list[Span] = []
    for span, piece in zip(candidate.content, pieces, strict=True):
        expected = span.start + drift
        before, after = text.rfind(piece, 0, expected + len(piece)), text.find(piece, expected)
        places = [place for place in (before, after) if place >= (found[-1].end if found else 0)]
        if not places:
            return None
        start = min(places, key=lambda place: abs(place - expected))
        found.append(Span(start, start + len(piece)))
        drift = start - span.start
    return tuple(found)


def match_decisions(candidates: Sequence[Candidate], standing: Mapping[str, Decision]) -> dict[str, Decision]:
    """The decision that stands on each candidate, by the candidate's id.

    One that was made on an earlier draft holds for the candidate of the same words, speaker and tool.
    """
    found = {each.id: standing[each.id] for each in candidates if each.id in standing}
    used = {decision.key for decision in found.values()}
    left: dict[str, list[Decision]] = {}
    for key, decision in standing.items():
        if key not in used and decision.like:
            left.setdefault(decision.like, []).append(decision)
    for candidate in candidates:
        if candidate.id not in found and (waiting := left.get(likeness(candidate))):
            found[candidate.id] = waiting.pop(0)
    return found
