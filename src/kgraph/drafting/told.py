"""What is read off a clause: its words, its claim, and the node that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kgraph.drafting.arguments import Gathered, Scene
from kgraph.drafting.candidates import Claim, Thing
from kgraph.drafting.naming import Names
from kgraph.drafting.tree import Token, Tree
from kgraph.project import LexiconEntry

__all__ = ["SPOKEN", "Told", "node_of", "stretch"]

#: The types of what is said to others.
SPOKEN: Final = frozenset(
    "kgl:" + name
    for name in "Statement Call Demand Order Promise Denial Accusation Warning Threat Announcement Agreement "
    "Apology Rejection Stipulation Vote Ruling Attempt Appointment".split()
)

#: The preposition between the noun of an event and its theme, where it is not "of".
_JOINED: Final = {
    **dict.fromkeys(("resistance", "opposition", "challenge", "obligation"), "to"),
    **dict.fromkeys(("attack", "vote"), "on"),
    **dict.fromkeys(("support", "search", "help", "call", "demand", "negotiation"), "for"),
    "investigation": "into",
    "conflict": "over",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a clause claims: its tokens, its claim, what the claim names anew, and how it was read.

    ``is_given``: it is taken for granted, whatever the clause around it is.
    """

    rule: str
    tokens: tuple[int, ...]
    head: int
    claim: Claim
    things: tuple[Thing, ...]
    is_given: bool = False


def node_of(
    names: Names, scene: Scene, head: Token, entry: LexiconEntry | None, word: str, found: Gathered, rule: str
) -> Told:
    """A new event or state with its roles; its label says which it is."""
    name = entry.name if entry else "kg:Event"
    theme = (
        found.labels.get("kg:theme") or found.labels.get("kg:content") or found.labels.get("kg:instrument")
    )
    agent = found.labels.get("kg:agent") or found.labels.get("kg:participant")
    is_said = entry is not None and bool(SPOKEN & {entry.name, *entry.above})
    label = f"{word} {_JOINED.get(word, 'of')} {theme}" if theme and not (is_said and agent) else word
    label = f"{label} by {agent}" if agent and (label == word or is_said) else label
    by = f"by {agent}" if agent and not label.endswith(agent) else ""
    when = next((found.things[value].label for role, value in found.roles if role == "kg:time"), "")
    label = names.unlike(label, by, when[:1].lower() + when[1:] if " " in when else when)
    node = names.fresh(label)
    claim = Claim(node, "rdf:type", name, tuple(found.roles))
    things = (Thing(node, label, name), *found.things.values())
    return Told(rule, stretch(scene.tree, found.used, scene.left_out), head.number, claim, things)


def stretch(tree: Tree, used: set[int], left_out: frozenset[int]) -> tuple[int, ...]:
    """The tokens that a claim uses, with the small words and the marks between them."""
    small = ("DET", "ADP", "AUX", "PART", "ADV", "PUNCT", "ADJ", "NUM")
    wanted = sorted(used - left_out)
    kept = wanted[:1]
    for number in wanted[1:]:
        between = range(kept[-1] + 1, number)
        if all(tree.tokens[n].pos in small and n not in left_out for n in between):
            kept += between
        kept.append(number)
    return tuple(kept)
