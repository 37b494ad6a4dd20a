"""Putting claims in words: what a speaker does with a claim, and a claim as one line."""

from __future__ import annotations

from typing import Final

from kgraph.vocab import KG

__all__ = ["verdict", "worded_claim"]

_AFFIRMED: Final = {
    "fact": "said by",
    "claim": "claimed by",
    "estimate": "estimated by",
    "degree": "said with a hedge by",
    "framing": "put this way by",
    "possibility": "said to be possible by",
    "prediction": "predicted by",
    "promise": "promised by",
    "plan": "planned, according to",
    "intention": "intended, according to",
    "obligation": "said to be necessary by",
    "demand": "demanded by",
    "request": "asked for by",
    "order": "ordered by",
    "attempt": "attempted, according to",
    "conditional": "said under a condition by",
}
#: Only what somebody has alleged can be denied; the other ways to say that something is not so.
_NEGATIVE: Final = {
    "fact": "said not to be so by",
    "claim": "claimed not to be so by",
    "denial": "denied by",
    "refusal": "refused by",
    "possibility": "said to be impossible by",
    "inability": "said to be impossible by",
    "prediction": "predicted not to happen by",
    "promise": "promised not to happen by",
    "plan": "not planned, according to",
    "intention": "not intended, according to",
    "obligation": "said to be wrong by",
    "demand": "demanded not to be so by",
    "request": "asked not to be so by",
    "order": "forbidden by",
    "conditional": "ruled out under a condition by",
}
#: How the publication tells of what others plan, want or try.
_NARRATED: Final = {
    "plan": "told as a plan by",
    "intention": "told as a purpose by",
    "attempt": "told as an attempt by",
    "possibility": "told as a possibility by",
}


def verdict(*, mode: str | None, polarity: str | None, modality: str | None, stated: bool) -> str:
    """What the speaker does with the claim, to be followed by the speaker's name."""
    name = (modality or "").removeprefix(KG)
    if polarity == KG + "negative":
        return _NEGATIVE.get(name, "said not to be so by")
    if stated:
        return "stated by"
    if mode == KG + "editorial-insertion":
        return "inserted into the quotation by"
    if mode == KG + "narrated" and name in _NARRATED:
        return _NARRATED[name]
    return _AFFIRMED.get(name, "said by")


def worded_claim(subject: str, predicate: str, value: str, *, negative: bool) -> str:
    """A claim as a line: its parts by name, with a *not* where it is denied."""
    return f"{subject} · {'not: ' if negative else ''}{predicate} · {value}"
