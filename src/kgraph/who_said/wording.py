"""Putting claims in words: what a speaker does with a claim, and a claim as one line."""

from __future__ import annotations

from typing import Final

from kgraph.vocab import KG

__all__ = ["verdict", "worded_claim"]

_AFFIRMED: Final = {
    "fact": "said by",
    "characterisation": "put so by",
    "possibility": "said to be possible by",
    "prediction": "predicted by",
    "intention": "said to be intended by",
    "demand": "demanded by",
    "request": "asked for by",
    "order": "ordered by",
    "attempt": "said to be attempted by",
    "conditional": "said under a condition by",
    "inability": "said to be impossible by",
    "ended": "said to have ended by",
}
#: Where a denial is not simply "denied by".
_DENIED: Final = {
    "inability": "said to be impossible by",
    "demand": "demanded not to be so by",
    "request": "asked not to be so by",
    "order": "forbidden by",
    "conditional": "denied under a condition by",
}


def verdict(*, mode: str | None, polarity: str | None, modality: str | None, stated: bool) -> str:
    """What the speaker does with the claim, to be followed by the speaker's name."""
    name = (modality or "").removeprefix(KG)
    if polarity == KG + "negative":
        return _DENIED.get(name, "denied by")
    if stated:
        return "stated by"
    if mode == KG + "editorial-insertion":
        return "inserted into the quotation by"
    if mode == KG + "narrated" and name == "intention":
        return "told as an intention by"
    if mode == KG + "narrated" and name == "attempt":
        return "told as an attempt by"
    return _AFFIRMED.get(name, "said by")


def worded_claim(subject: str, predicate: str, value: str, *, negative: bool) -> str:
    """A claim as a line: its parts by name, with a *not* where it is denied."""
    return f"{subject} · {'not: ' if negative else ''}{predicate} · {value}"
