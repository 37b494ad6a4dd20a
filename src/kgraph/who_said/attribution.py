"""The answer to "who said this?": an assertion with all that a reader needs in order to judge and to cite it.

Every value is as the graphs have it; what is a curator's reading is marked as one. IRIs are full.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import pyoxigraph as ox

from kgraph.search import Difference, Found
from kgraph.who_said.wording import worded_claim

__all__ = [
    "NOTHING",
    "Answer",
    "Article",
    "Attribution",
    "Beside",
    "Fact",
    "Inferred",
    "Leaf",
    "Level",
    "Passage",
    "Reading",
    "Sentence",
    "Thing",
    "Time",
    "Voice",
]


class Level(StrEnum):
    """How a claim stands: whose word it is that it is so."""

    STATED = "stated"
    CLAIMED = "claimed"
    INFERRED = "inferred"
    DRAFTED = "drafted"
    UNANNOTATED = "unannotated"
    SILENT = "not stated in the article"


@dataclass(frozen=True, slots=True)
class Thing:
    """Something with a name: its IRI (None for a literal) and what it is called."""

    iri: str | None
    label: str


#: What stands where there is nothing to name.
NOTHING: Final = Thing(None, "")


@dataclass(frozen=True, slots=True)
class Voice:
    """One of those through whom the words came; the first is the speaker, the last the publication.

    ``cues`` are the words that show the attribution to this voice; ``is_medium`` is true of a channel.
    """

    agent: Thing
    source: Thing
    cues: tuple[str, ...]
    is_medium: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What somebody other than the text makes of a time expression: an interpretation, with its grounds."""

    edtf: str
    by: Thing
    iri: str
    grounds: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Time:
    """A time expression: as printed, as the text itself resolves it (EDTF), and as others read it."""

    iri: str
    printed: str
    in_text: str | None
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A verbatim stretch of the article, with what stands before and after it in its sentence.

    Offsets count Unicode code points of the article's file, the end excluded.
    """

    iri: str
    exact: str
    before: str
    after: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """The sentence (or the byline) that the words stand in."""

    iri: str
    number: int | None
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """The article, its publisher, and the SHA-256 of its text, which the offsets refer to.

    ``issued`` is its own day or year (EDTF), empty where that is not known.
    """

    iri: str
    title: str
    publisher: Thing | None
    sha256: str
    text_file: str
    issued: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """Another assertion that bears on this one, with its words and its speaker."""

    iri: str
    speaker: Thing
    verdict: str
    quote: str


@dataclass(frozen=True, slots=True)
class Attribution:
    """One assertion as an answer.

    ``verdict`` says in words what the speaker does with the claim (``denied by``); ``voices`` lead from the
    speaker out to the publication. ``found`` and ``score`` (a chance, from 0 to 1) say how it was found,
    where it was searched for. A sentence of which no claim has been drawn has no voices, and its level says
    so.
    """

    iri: str
    level: Level
    verdict: str
    voices: tuple[Voice, ...] = ()
    mode: Thing = NOTHING
    polarity: Thing = NOTHING
    modality: Thing = NOTHING
    subject: Thing = NOTHING
    predicate: Thing = NOTHING
    object: Thing = NOTHING
    claim: str = ""
    times: tuple[Time, ...] = ()
    passages: tuple[Passage, ...] = ()
    sentence: Sentence | None = None
    article: Article | None = None
    corroborating: tuple[Beside, ...] = ()
    contrasting: tuple[Beside, ...] = ()
    found: Found | None = None
    score: float | None = None

    @property
    def speaker(self) -> Thing:
        """Whose claim it is, innermost."""
        return self.voices[0].agent if self.voices else NOTHING

    @property
    def relayers(self) -> tuple[Voice, ...]:
        """Those through whom it came, from the speaker outwards."""
        return self.voices[1:]

    @property
    def quote(self) -> str:
        """The verbatim words; an ellipsis stands between separate stretches."""
        return " … ".join(passage.exact for passage in self.passages)


@dataclass(frozen=True, slots=True)
class Fact:
    """A triple with what its terms are called."""

    subject: Thing
    predicate: Thing
    object: Thing

    @property
    def claim(self) -> str:
        """The triple in words."""
        return worded_claim(self.subject.label, self.predicate.label, self.object.label, negative=False)


@dataclass(frozen=True, slots=True)
class Leaf(Fact):
    """Something asserted that a proof rests on: who says it, or which outside source or graph has it."""

    attributions: tuple[Attribution, ...]
    sources: tuple[str, ...]
    graphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inferred(Fact):
    """A triple that nobody says and that follows from what is stated or recorded.

    ``leaves`` are what the smallest proof of it rests on, each once; ``rules`` the rules of the proof, by
    their W3C names.
    """

    triple: ox.Triple
    leaves: tuple[Leaf, ...]
    rules: tuple[str, ...]

    @property
    def attributions(self) -> tuple[Attribution, ...]:
        """The assertions that its leaves rest on, each once."""
        found = {each.iri: each for leaf in self.leaves for each in leaf.attributions}
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of the answer. ``level`` is the strongest level at which anything was found.

    ``summary`` says the result in a sentence; ``more`` that there is a next page. ``found`` is how the
    words were found, and None of a fact; ``answer`` is the answer in plain words; ``unmatched`` are the
    words of the question that no text has, ``differs`` what the nearest text says otherwise; ``notes`` say
    what limits the answer. The dataset is named by its canonical hash
    (:mod:`kgraph.store.hashing`), which the citations carry.
    """

    level: Level
    summary: str
    attributions: tuple[Attribution, ...]
    inferred: tuple[Inferred, ...]
    more: bool
    generation: str
    canonical_hash: str
    title: str
    created: str
    found: Found | None = None
    answer: str | None = None
    unmatched: tuple[str, ...] = ()
    differs: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from kgraph.who_said.cards import answer_card  # noqa: PLC0415 - it imports this

        return answer_card(self)
