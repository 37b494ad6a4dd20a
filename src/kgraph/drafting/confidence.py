"""How sure a candidate is: how often such ones were wholly right on annotated articles.

``RIGHT`` are counts of right and of all candidates by rule, on the articles that the rules were made on
(`python -m bench.drafting` prints them). The rate is taken with one right and one wrong more, and lower than
it was there, since other texts are new to the rules. What makes a speaker less sure makes the candidate so.
"""

from __future__ import annotations

from typing import Final

from kgraph.drafting.page import Found

__all__ = ["NARRATED", "confidence_of"]

RIGHT: Final = {
    "according": (3, 4),
    "clause": (58, 66),
    "condition": (1, 1),
    "infinitive": (10, 18),
    "introduced": (4, 4),
    "naming": (0, 1),
    "noun": (2, 4),
    "object": (4, 6),
    "parataxis": (3, 3),
    "quotation": (25, 30),
    "quotation-goes-on": (12, 13),
    "signed": (4, 4),
}
#: Rules that were hardly seen there.
_UNSEEN: Final = {"attitude": 0.5, "before": 0.3, "phrase": 0.4, "subject": 0.45}
#: How much less right the rules are on texts that they were not made on.
_ELSEWHERE: Final = 0.9
#: What makes it less sure who speaks.
_NOBODY: Final = 0.5
_PRONOUN: Final = 0.9
_RELAYED: Final = 0.9
_UNNAMED: Final = 0.95
#: What makes it less sure what is said.
_OF_SEVERAL: Final = 0.97

#: How sure the narrator's facts are, by rule: judged by hand on two articles.
NARRATED: Final = {"event": 0.5, "office": 0.6, "description": 0.4, "other-event": 0.3}


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
        sure *= _RELAYED
    return sure * (_OF_SEVERAL if clauses > 1 else 1.0)
