"""A claim as it is proposed for an article: by a tool, or by a person who fills in a form.

Terms are written as in Turtle (``kgr:strike``, ``kgl:Strike``, ``a:in-june``, ``"about 400"``, ``<IRI>``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from kgraph.drafting import Candidate, Mode, Thing
from kgraph.errors import ReviewError
from kgraph.reviewing.naming import PERSON, Naming
from kgraph.text import Span

__all__ = ["Proposal", "propose"]

_UNNAMED: Final = "unnamed:"
_UNNAMED_CLASS: Final = "kgl:UnnamedActor"
#: What a draft calls a speaker of whom the text says nothing.
_NOBODY: Final = "not said"
_FEW: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One claim, or several of the same subject on the same words.

    ``spans`` are its words, in code points of the text. ``says`` are predicates and objects. ``speaker`` is
    the agent whose claim it is, empty for the publication's own; ``cue`` are the words that attribute, and
    ``through`` the agents through whom it came, from the speaker outwards, without the publication. ``mode``
    is given only for an editor's words in a quotation. ``things`` are those that the project lacks.
    """

    spans: tuple[Span, ...]
    subject: str
    says: tuple[tuple[str, str], ...]
    speaker: str = ""
    cue: str = ""
    through: tuple[str, ...] = ()
    mode: str = ""
    polarity: str = "positive"
    modality: str = "fact"
    things: tuple[Thing, ...] = ()
    note: str = ""

    @property
    def terms(self) -> tuple[str, ...]:
        """What it names, predicates aside."""
        return (self.subject, *(value for _, value in self.says), self.speaker, *self.through)

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> Self:
        """Read a proposal from JSON.

        Raises:
            ValueError, KeyError, TypeError: it is none.
        """
        return cls(
            **{
                **value,
                "spans": tuple(Span(each["start"], each["end"]) for each in value["spans"]),
                "says": tuple((each[0], each[1]) for each in value["says"]),
                "through": tuple(value.get("through", ())),
                "things": tuple(Thing(**each) for each in value.get("things", ())),
            }
        )


def propose(candidate: Candidate, text: str, naming: Naming, drafted: Mapping[str, Thing]) -> Proposal:
    """What a candidate proposes. Without a claim of its own its subject is empty.

    Args:
        candidate: the candidate.
        text: the article's text.
        naming: what the project knows.
        drafted: the new things of the whole draft, by name: each is described once.
    """
    claim = candidate.claim
    terms = () if claim is None else (claim.subject, claim.object, *(value for _, value in claim.more))
    known = {**{term: drafted[term] for term in terms if term in drafted}}
    known |= {thing.name: thing for thing in candidate.things}
    things = [thing for thing in known.values() if not naming.is_described(thing.name)]
    voices: list[str] = []
    if candidate.mode is not Mode.NARRATED:
        for place, label in enumerate(candidate.chain[:-1] or (candidate.speaker,)):
            iri = candidate.chain_iris[place] if place < len(candidate.chain_iris) else None
            voices.append(f"<{iri}>" if iri else _voice(label, candidate.words, things, naming, drafted))
    return Proposal(
        spans=candidate.content,
        subject=claim.subject if claim else "",
        says=((claim.predicate, claim.object), *claim.more) if claim else (),
        speaker=voices[0] if voices else "",
        cue=candidate.cue.of(text) if candidate.cue and voices else "",
        through=tuple(voices[1:]),
        polarity=candidate.polarity,
        modality=candidate.kind or "fact",
        things=tuple(things),
    )


def _voice(label: str, words: str, things: list[Thing], naming: Naming, drafted: Mapping[str, Thing]) -> str:
    """An agent of whom the draft has no IRI: known by the label, described by the draft, or new."""
    plain = label.removeprefix(_UNNAMED).strip()
    if plain == _NOBODY:
        plain = f"unnamed speaker of “{' '.join(words.split()[:_FEW])}”"
        unnamed = naming.new(plain, _UNNAMED_CLASS)
        known = naming.known(plain)
        things += [] if known else [unnamed]
        return known or unnamed.name
    own = next((thing for thing in (*things, *drafted.values()) if thing.label == plain), None)
    if own is not None:
        if not naming.is_described(own.name):
            if not naming.can_speak(own.type):  # drafted before it was heard to speak
                own = replace(own, type=PERSON)
            things[:] = [*(thing for thing in things if thing.name != own.name), own]
        return own.name
    try:
        term, new = naming.agent(plain)
    except ReviewError:
        return plain  # several are called so, or none can be: the reviewer says who it is
    if new is not None:
        things.append(new)
    return term
