"""How sure a candidate is: how often such ones were wholly right on articles that no rule was made on.

``_LOG_ODDS`` are the weights of a logistic regression over the candidates of twenty annotated articles, each
drafted by the rules from before anybody who made rules had read it; docs/drafting.md has the figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp
from typing import Final

from kgraph.drafting.clauses import Clause
from kgraph.drafting.page import Found

__all__ = ["NARRATED", "confidence_of"]

#: The log odds of a candidate of which nothing below is so.
_AT_BEST: Final = 1.9
#: What each of these adds to them.
_LOG_ODDS: Final = {
    "long": -0.9,  # where it ends may be wrong, unless it stands in marks
    "broken": -1.3,  # so with dashes, colons or several commas in it
    "short": -0.8,  # something may be missing
    "crowded": -0.4,  # the sentence is long
    "pronoun": -0.6,
    "nobody": -1.0,  # the speaker is not found
    "not told": -0.7,  # the verb is an infinitive or a participle
    "passed on": -0.7,
    "own thought": -3.0,  # "I think" within a quotation is mostly no more than a way to say it
    "parataxis": -0.9,
    "noun": -0.7,
    "object": -0.7,
    # Hardly seen on those articles.
    "attitude": -1.5,
    "subject": -2.0,
    "before": -2.5,
}
_LONG: Final = 20
_SHORT: Final = 4
_CROWDED: Final = 36
_SEVERAL: Final = 2
_BREAKS: Final = frozenset("—–;:(")
_NOT_TOLD: Final = frozenset({"VB", "VBG"})

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


def confidence_of(found: Found, clause: Clause, *, is_direct: bool) -> float:
    """The probability that a candidate is wholly right, whose content is a clause of what was found."""
    odds = _AT_BEST + sum(
        _LOG_ODDS.get(reason, 0.0) for reason in _doubts(found, clause, is_direct=is_direct)
    )
    return 1 / (1 + exp(-odds))


def _doubts(found: Found, clause: Clause, *, is_direct: bool) -> Iterator[str]:
    """What makes a candidate less sure; a rule's name among it."""
    attribution = found.attribution
    tree, source = attribution.tree, attribution.source
    yield attribution.rule
    words = [number for number in clause.tokens if tree.tokens[number].is_word]
    inside = [tree.tokens[n].text for n in clause.tokens if words and words[0] < n < words[-1]]
    if len(words) >= _LONG and not is_direct:
        yield "long"
    if len(words) < _SHORT:
        yield "short"
    if (_BREAKS & set(inside) or inside.count(",") >= _SEVERAL) and not is_direct:
        yield "broken"
    if sum(token.is_word for token in tree.tokens) >= _CROWDED:
        yield "crowded"
    if source is not None and source.pos == "PRON":
        yield "pronoun"
    if found.speaker is None:
        yield "nobody"
    is_here = attribution.verb is not None and attribution.rule != "quotation-goes-on" and not found.distance
    verb = tree.tokens[attribution.verb or 0] if is_here else None
    if verb is not None and verb.tag in _NOT_TOLD:
        is_told = any(aux.lemma == "do" for aux in tree.children(verb.number, "aux"))  # "did admit that"
        yield from () if is_told else ("not told",)
    if found.outer is not None:
        yield "passed on"
        if _is_own_thought(found):
            yield "own thought"


def _is_own_thought(found: Found) -> bool:
    """Whether it is "I think" within a quotation, and not "I told them"."""
    source, verb = found.attribution.source, found.attribution.verb
    if source is None or source.lemma not in ("i", "we") or verb is None:
        return False
    tree = found.attribution.tree
    is_past = tree.tokens[verb].tag in ("VBD", "VBN")
    return not is_past or any(aux.tag == "MD" for aux in tree.children(verb, "aux"))  # "I would have thought"
