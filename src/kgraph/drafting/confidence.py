"""How sure a candidate is: how often such ones were wholly right on annotated articles.

``RIGHT`` are counts of right and of all candidates by rule: on the articles that the rules were made on
(`python -m bench.drafting` prints them; GUM's only for the kinds that it annotates), and on 100 articles of
PolNeAR, where each counts for a sixteenth. The rate is taken with one right and one wrong more, and lower
than it was there, since other texts are new to the rules. What makes a speaker less sure makes the candidate
so.
"""

from __future__ import annotations

from typing import Final

from kgraph.drafting.page import Found

__all__ = ["NARRATED", "confidence_of"]

RIGHT: Final = {
    "according": (16, 19),
    "clause": (206, 248),
    "condition": (1, 1),
    "figure": (6, 6),
    "hearsay": (2, 2),
    "infinitive": (45, 55),
    "introduced": (11, 13),
    "naming": (8, 9),
    "noun": (8, 10),
    "object": (8, 10),
    "parataxis": (19, 22),
    "phrase": (7, 9),
    "quotation": (109, 119),
    "quotation-goes-on": (56, 60),
    "signed": (4, 4),
}
#: Rules that were hardly seen there, or that no annotation there fits.
_UNSEEN: Final = {"attitude": 0.5, "before": 0.3, "subject": 0.4}
#: How much less right the rules are on texts that they were not made on.
_ELSEWHERE: Final = 0.9
#: What makes it less sure who speaks.
_NOBODY: Final = 0.5
_PRONOUN: Final = 0.9
_RELAYED: Final = 0.9
#: "I think" within a quotation is mostly no more than a way to say it.
_THOUGHT: Final = 0.2
_UNNAMED: Final = 0.95
#: What makes it less sure what is said.
_OF_SEVERAL: Final = 0.97

#: How sure the narrator's facts are, by rule: judged by hand on two articles.
NARRATED: Final = {
    "event": 0.5,
    "office": 0.6,
    "description": 0.4,
    "other-event": 0.3,
    "noun-event": 0.5,
    "amount": 0.7,
    "apposition": 0.6,
    "base": 0.6,
}


def confidence_of(found: Found, *, clauses: int) -> float:
    """The probability that a candidate is wholly right, which is one of so many ``clauses``."""
    rule = found.attribution.rule
    right, all_ = RIGHT.get(rule, (0, 0))
    sure = _UNSEEN.get(rule, (right + 1) / (all_ + 2)) * _ELSEWHERE
    source = found.attribution.source
    if found.speaker is None:
        sure *= _NOBODY
    elif found.speaker.kind == "unnamed":
        sure *= _UNNAMED
    if source is not None and source.pos == "PRON":
        sure *= _PRONOUN
    if found.outer is not None:
        sure *= _THOUGHT if _is_own_thought(found) else _RELAYED
    return sure * (_OF_SEVERAL if clauses > 1 else 1.0)


def _is_own_thought(found: Found) -> bool:
    """Whether it is "I think" within a quotation, and not "I told them"."""
    source, verb = found.attribution.source, found.attribution.verb
    if source is None or source.lemma not in ("i", "we") or verb is None:
        return False
    tree = found.attribution.tree
    is_past = tree.tokens[verb].tag in ("VBD", "VBN")
    return not is_past or any(aux.tag == "MD" for aux in tree.children(verb, "aux"))  # "I would have thought"
