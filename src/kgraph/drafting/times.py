"""The words of a content that say when it holds or is due."""

from __future__ import annotations

from collections.abc import Sequence

from kgraph.drafting.tree import TIMES, Token, Tree
from kgraph.text import Span

__all__ = ["find_time"]


def find_time(tree: Tree, tokens: Sequence[int]) -> Span | None:
    """The first expression of a time in some tokens, with its preposition: "by 6 p.m. on Friday"."""
    inside = set(tokens)
    runs: list[list[Token]] = []
    for number in sorted(inside):
        token = tree.tokens[number]
        if token.entity not in TIMES:
            continue
        if (
            runs
            and all(
                tree.tokens[n].pos in ("ADP", "PUNCT", "DET") for n in range(runs[-1][-1].number + 1, number)
            )
            and number - runs[-1][-1].number <= 2
        ):
            runs[-1].append(token)
        else:
            runs.append([token])
    for run in runs:
        while len(run) > 1 and not run[-1].is_word:
            run.pop()
        following = tree.tokens[run[-1].number + 1] if run[-1].number + 1 < len(tree.tokens) else None
        is_part = following is not None and (following.text == "-" or following.lemma == "old")
        is_part = is_part or (run[-1].dep in ("compound", "amod", "nmod") and run[-1].head > run[-1].number)
        if is_part or any(token.lemma in ("old", "year-old") or token.tag == "JJS" for token in run):
            continue
        start = run[0].number
        while start - 1 in inside and tree.tokens[start - 1].pos in ("ADP", "SCONJ", "DET"):
            start -= 1
            if tree.tokens[start].pos != "DET":
                break
        if tree.tokens[start].lemma == "of" and start != run[0].number:
            start = run[0].number
        return Span(tree.tokens[start].span.start, run[-1].span.end)
    return None
