"""A review as it stands: the candidates in the order of the text, each with the decision on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kgraph.checks.coverage import covered_spans, says_something
from kgraph.drafting import Candidate
from kgraph.errors import ReviewError
from kgraph.reviewing.decisions import Decision, standing
from kgraph.reviewing.desk import Desk
from kgraph.reviewing.drafted import Anchored, anchor, match_decisions
from kgraph.reviewing.following import Following
from kgraph.reviewing.proposal import Proposal, propose
from kgraph.text import Span, uncovered

__all__ = ["Item", "State", "read_state"]


@dataclass(frozen=True, slots=True)
class Item:
    """A candidate, or a claim that was added, with the decision that stands on it; None while it is open."""

    candidate: Candidate | None
    proposal: Proposal
    decision: Decision | None

    @property
    def key(self) -> str:
        """The name by which it is decided on."""
        if self.candidate is not None:
            return self.candidate.id
        return self.decision.key if self.decision else ""

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided on it."""
        return self.decision is None


@dataclass(frozen=True)
class State:
    """A review as it stands: the items in the order of the text, and all decisions in their order."""

    desk: Desk
    drafted: Anchored
    decisions: tuple[Decision, ...]
    items: tuple[Item, ...]
    tool: str
    #: What each candidate proposes, whatever was decided on it, by its id.
    proposed: Mapping[str, Proposal]

    def item(self, key: str) -> Item:
        """The item of a name.

        Raises:
            ReviewError: there is none.
        """
        found = next((each for each in self.items if each.key == key), None)
        if found is None:
            raise ReviewError(f"There is no candidate {key!r} any more.", hint="Reload: it was drafted anew.")
        return found

    @property
    def open(self) -> list[Item]:
        """What is still to be decided."""
        return [each for each in self.items if each.is_open]

    def left_over(self) -> list[Span]:
        """The words of sentences that no claim and no open candidate quotes, in the order of the text."""
        desk = self.desk
        article = next(each for each in desk.subject.articles if each.iri == desk.article.subject.value)
        taken = [*covered_spans(desk.subject, article), *(s for i in self.open for s in i.proposal.spans)]
        found = []
        for gap in uncovered(desk.text, taken):
            for place in desk.manuscript.layout.sentences:
                if gap.overlaps(place):
                    start, end = max(gap.start, place.start), min(gap.end, place.end)
                    letters = [n for n in range(start, end) if desk.text[n].isalnum()]
                    if letters and says_something(desk.text[start:end]):
                        found.append(Span(letters[0], letters[-1] + 1))
        return found

    def open_for(self, reviewer: str) -> list[Item]:
        """What one reviewer has not decided on, whatever others have."""
        own = standing(self.decisions, reviewer=reviewer)
        known = match_decisions([i.candidate for i in self.items if i.candidate], own)
        return [each for each in self.items if each.candidate is not None and each.key not in known]


def read_state(desk: Desk, decisions: Sequence[Decision]) -> State:
    """Put an article's candidates and the decisions on them together.

    Raises:
        DraftError: the candidates cannot be read.
    """
    draft = desk.candidates()
    drafted = anchor(draft, desk.text) if draft is not None else Anchored(())
    stands = standing(decisions)
    known = match_decisions(drafted.candidates, stands)
    following = Following(desk.naming, drafted.things)
    following.learn(drafted.candidates, known, desk.text)
    proposed = {
        each.id: following.apply(propose(each, desk.text, desk.naming, drafted.things))
        for each in drafted.candidates
    }
    items = []
    for each in drafted.candidates:
        decided = known.get(each.id)
        claim = decided.claim if decided is not None else None
        items.append(Item(each, claim or proposed[each.id], decided))
    taken = {decision.key for decision in known.values()}
    items += [
        Item(None, decision.claim, decision)
        for key, decision in stands.items()
        if key not in taken and decision.claim is not None
    ]
    items.sort(key=lambda item: item.proposal.spans[0].start)
    return State(desk, drafted, tuple(decisions), tuple(items), draft.tool.name if draft else "", proposed)
