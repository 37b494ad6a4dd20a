"""What a reviewer has said once of a drafted thing, applied to the candidates that are still open.

A drafted thing that was given another name, or taken for something known, is that everywhere. What it is
follows from the log of decisions alone, so that what is taken back is no longer followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from kgraph.drafting import Candidate, Thing
from kgraph.reviewing.decisions import Decision
from kgraph.reviewing.naming import TIME_CLASS, Naming
from kgraph.reviewing.proposal import Proposal, propose

__all__ = ["Following", "relabelled", "renamed_with"]


@dataclass(slots=True)
class Following:
    """What drafted things have become: by their names as in Turtle, and by their labels."""

    naming: Naming
    drafted: Mapping[str, Thing]
    terms: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def learn(self, candidates: Sequence[Candidate], decided: Mapping[str, Decision], text: str) -> None:
        """Take in the decisions on some candidates, in the order in which they were made."""
        known = {each.id: each for each in candidates}
        for key, decision in sorted(decided.items(), key=lambda each: each[1].number):
            if decision.claim is not None:
                before = propose(known[key], text, self.naming, self.drafted)
                for old, new in _paired(before, decision.claim):
                    self._settle(old, new, (*before.things, *decision.claim.things))

    def _settle(self, old: str, new: str, things: Sequence[Thing]) -> None:
        """What a thing is at its first decision holds; what is put in its place later is another thing."""
        thing = next((each for each in things if each.name == old), None) or self.drafted.get(old)
        if old in self.terms or thing is None or thing.type == TIME_CLASS or not new or new.startswith('"'):
            return
        self.terms[old] = new
        label = self.naming.label(new)
        if label and ":" not in label and label != thing.label:
            self.labels.setdefault(thing.label, label)

    def apply(self, proposal: Proposal) -> Proposal:
        """A proposal with what is known of its things by now."""
        became = {old: new for old, new in self.terms.items() if old != new}
        for thing in proposal.things:
            if thing.name not in self.terms and thing.type != TIME_CLASS:
                known = self.naming.known(thing.label)
                became |= {thing.name: known} if known else {}
        things = [each for each in proposal.things if each.name not in became]
        for number, thing in enumerate(things):
            things[number] = relabelled(thing, self.labels, self.naming)
            became[thing.name] = things[number].name
        return _replaced(replace(proposal, things=tuple(things)), became)


def relabelled(thing: Thing, labels: Mapping[str, str], naming: Naming) -> Thing:
    """A thing whose label ends with another's: "removal of barricades", once these are called roadblocks."""
    for old in sorted(labels, key=len, reverse=True):
        begin, found, rest = thing.label.rpartition(f" {old}")
        if found and not rest and begin.endswith(_JOINING):
            return naming.new(f"{begin} {labels[old]}", thing.type)
    return thing


def renamed_with(before: Proposal, after: Proposal, naming: Naming) -> Proposal:
    """A claim whose new things are called after what a reviewer has just renamed in it."""
    were = {thing.name: thing.label for thing in before.things}
    are = {thing.name: thing.label for thing in after.things}
    labels = {
        were[old]: are.get(new) or naming.label(new)
        for old, new in _paired(before, after)
        if old != new and old in were and new and not new.startswith('"')
    }
    became: dict[str, str] = {}
    things: list[Thing] = []
    for thing in after.things:
        is_kept = thing.name in were and were[thing.name] == thing.label
        things.append(relabelled(thing, labels, naming) if is_kept else thing)
        became[thing.name] = things[-1].name
    return _replaced(replace(after, things=tuple(things)), became)


def _replaced(proposal: Proposal, became: Mapping[str, str]) -> Proposal:
    """A proposal with other terms in the place of some."""
    return replace(
        proposal,
        subject=became.get(proposal.subject, proposal.subject),
        says=tuple((predicate, became.get(value, value)) for predicate, value in proposal.says),
        speaker=became.get(proposal.speaker, proposal.speaker),
        through=tuple(became.get(each, each) for each in proposal.through),
    )


#: What stands between the noun of an event and the label of another thing.
_JOINING: Final = (" of", " by", " to", " on", " for", " into", " over", " as")


def _paired(before: Proposal, after: Proposal) -> Iterator[tuple[str, str]]:
    """The terms that stand in the same place of a claim before and after, and nowhere else in it."""
    kept = {*before.terms} & {*after.terms}
    for old, new in _placed(before, after):
        if old == new or not {old, new} & kept:  # roles that change places rename nothing
            yield old, new


def _placed(before: Proposal, after: Proposal) -> Iterator[tuple[str, str]]:
    yield before.subject, after.subject
    yield before.speaker, after.speaker
    yield from zip(before.through, after.through, strict=False)
    for predicate in dict.fromkeys(name for name, _ in before.says):
        old = [value for name, value in before.says if name == predicate]
        new = [value for name, value in after.says if name == predicate]
        if len(old) == len(new):
            yield from zip(old, new, strict=True)
