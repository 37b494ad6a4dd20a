"""How two reviewers agree, dimension by dimension: the raw share, and Cohen's kappa.

Cohen, J.: A coefficient of agreement for nominal scales. Educational and Psychological Measurement 20 (1960).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from kgraph.reviewing.decisions import Decision, standing
from kgraph.reviewing.proposal import Proposal

__all__ = ["Agreement", "agreements", "kappa"]

#: What is compared where both keep a claim.
_DIMENSIONS: Final[dict[str, Callable[[Proposal], Hashable]]] = {
    "words": lambda claim: claim.spans,
    "speaker": lambda claim: (claim.speaker, claim.through),
    "polarity": lambda claim: claim.polarity,
    "modality": lambda claim: claim.modality,
    "subject": lambda claim: claim.subject,
    "content": lambda claim: (claim.subject, frozenset(claim.says)),
}


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two reviewers on one dimension: over ``items`` both decided on, ``raw`` (0 to 1) they agree on.

    ``kappa`` is None where chance alone would have them agree on everything, or nothing was compared.
    """

    reviewers: tuple[str, str]
    dimension: str
    items: int
    raw: float
    kappa: float | None


def kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Cohen's kappa of two raters' labels; None where it is not defined."""
    if not pairs:
        return None
    number = len(pairs)
    observed = sum(one == other for one, other in pairs) / number
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    expected = sum(ones[label] * others[label] for label in ones) / number**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def agreements(logs: Sequence[Sequence[Decision]]) -> list[Agreement]:
    """How each two reviewers agree, over the logs of some articles."""
    shared: dict[tuple[str, str], list[tuple[Decision, Decision]]] = {}
    for decisions in logs:
        names = list(dict.fromkeys(each.reviewer for each in decisions))
        own = {name: standing(decisions, reviewer=name) for name in names}
        for pair in combinations(sorted(names), 2):
            shared.setdefault(pair, []).extend(_matched(own[pair[0]], own[pair[1]]))
    return [found for pair, both in sorted(shared.items()) for found in _compared(pair, both)]


def _matched(ones: dict[str, Decision], others: dict[str, Decision]) -> Iterator[tuple[Decision, Decision]]:
    """Decisions of two on the same candidate, which may have been drafted anew in between."""
    left = {key: decision for key, decision in others.items() if decision.candidate}
    for key, decision in ones.items():
        if not decision.candidate:
            continue
        alike = key if key in left else next((k for k, d in left.items() if d.like == decision.like), None)
        if alike is not None:
            yield decision, left.pop(alike)


def _compared(pair: tuple[str, str], both: Sequence[tuple[Decision, Decision]]) -> Iterator[Agreement]:
    yield _agreement(pair, "kept", [(one.decision.keeps, other.decision.keeps) for one, other in both])
    kept = [
        (one.claim, other.claim) for one, other in both if one.claim is not None and other.claim is not None
    ]
    for dimension, label in _DIMENSIONS.items():
        yield _agreement(pair, dimension, [(label(one), label(other)) for one, other in kept])


def _agreement(
    pair: tuple[str, str], dimension: str, pairs: Sequence[tuple[Hashable, Hashable]]
) -> Agreement:
    raw = sum(one == other for one, other in pairs) / len(pairs) if pairs else 0.0
    return Agreement(pair, dimension, len(pairs), raw, kappa(pairs))
