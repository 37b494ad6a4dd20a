"""Proofs as values: what a triple rests on, down to quoted sentences or a named outside source.

PROOF: every leaf is asserted. No proof leads back to what it proves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import pyoxigraph as ox

from kgraph.vocab import AFFIRMING, POSITIVE

__all__ = ["Explanation", "Proof", "Quote", "Reading", "Statement", "Step", "Verdict"]


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of an article; offsets count code points, start included, end excluded."""

    iri: str
    text: str
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Reading:
    """An identification that an assertion rests on: whose reading of which words as which thing."""

    iri: str
    curators: tuple[str, ...]
    things: tuple[str, ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """An assertion: who claims it, how, and in which words of which sentence.

    ``part`` is what the words stand in where that is no sentence: a headline, the byline. ``readings`` are
    the identifications without which it would not be about what it is about.
    """

    iri: str
    speakers: tuple[str, ...]
    relayed_by: tuple[str, ...]
    mode: str | None
    polarity: str | None
    modality: str | None
    article: str | None
    sentence: str | None
    number: int | None
    quotes: tuple[Quote, ...]
    is_stated: bool
    part: str | None = None
    readings: tuple[Reading, ...] = ()

    @property
    def is_affirmed(self) -> bool:
        """Whether the speaker presents the content as holding, as a fact or as a hedged or framed one."""
        return self.polarity == POSITIVE and self.modality in AFFIRMING


@dataclass(frozen=True, slots=True)
class Step:
    """One application of rules, by their W3C names; ``words`` say what their axioms say."""

    rules: tuple[str, ...]
    words: tuple[str, ...]
    premises: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """Why a triple holds: it is asserted (a leaf, without ``step``), or it follows by a step.

    A leaf has the short names of the graphs that hold it, the statements of it (or, in the layer of
    the claims, the statement that it annotates), and the named sources outside the articles.
    """

    triple: ox.Triple
    graphs: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()
    sources: tuple[str, ...] = ()
    step: Step | None = None

    def leaves(self) -> Iterator[Proof]:
        """What the proof rests on, each as often as it is used."""
        if self.step is None:
            yield self
        else:
            for premise in self.step.premises:
                yield from premise.leaves()

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules of its steps by their W3C names, each once, the last step's first."""
        if self.step is None:
            return ()
        inner = (rule for premise in self.step.premises for rule in premise.rules)
        return tuple(dict.fromkeys((*self.step.rules, *inner)))

    @property
    def speakers(self) -> tuple[str, ...]:
        """Who said what it rests on."""
        found = {who for leaf in self.leaves() for statement in leaf.statements for who in statement.speakers}
        return tuple(sorted(found))

    @property
    def articles(self) -> tuple[str, ...]:
        """The articles without any one of which it would not stand: those of leaves that no other states."""
        needed = set()
        for leaf in self.leaves():
            found = {statement.article for statement in leaf.statements if statement.article}
            if len(found) == 1:
                needed |= found
        return tuple(sorted(needed))


class Verdict(StrEnum):
    """How a triple holds: some article states it, another file records it, it follows; or it does not."""

    STATED = "stated"
    RECORDED = "recorded"
    INFERRED = "inferred"
    CLAIMED = "claimed"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer to "why?". ``proofs`` holds the smallest one, or all where all were asked for.

    ``others`` counts the ways to derive the triple in one more step beside the first; where ``exact`` is
    false there may be more. ``claims`` are the unasserted claims with that content; ``near``, where there are
    none either, some triples that do hold and share two of its terms.
    """

    triple: ox.Triple
    verdict: Verdict
    proofs: tuple[Proof, ...] = ()
    others: int = 0
    exact: bool = True
    claims: tuple[Statement, ...] = ()
    near: tuple[ox.Triple, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the triple stands in some graph."""
        return self.verdict not in (Verdict.CLAIMED, Verdict.ABSENT)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from kgraph.reasoning.cards import explanation_card  # noqa: PLC0415 - it imports this

        return explanation_card(self)
