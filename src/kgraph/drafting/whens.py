"""The times and durations beside a verb or a noun, and the time when a content holds or is due."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kgraph.drafting.phrasing import spelled
from kgraph.drafting.tree import TIMES, Token, Tree
from kgraph.text import Span

__all__ = ["When", "find_time", "whens"]

_ROLES: Final = {"since": "kg:since", "until": "kg:until", "till": "kg:until", "by": "kg:until"}
_DURATION: Final = re.compile(r"\b(?:second|minute|hour|day|week|month|year|decade)s?\b", re.IGNORECASE)
_LONG: Final = re.compile(
    r"(?:[a-z]+ ){0,2}(?:\d[\d,.]*|an?|one|two|three|four|five|six|seven|eight|nine|ten|several|some)[ -]"
    r"(?:[a-z]+ )?(?:second|minute|hour|day|week|month|year|decade)s?",
    re.IGNORECASE,
)
_CLAUSES: Final = frozenset({"relcl", "acl", "advcl", "appos", "conj", "cc"})
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class When:
    """An expression of a time or a duration: its role, its words, its tokens."""

    role: str
    words: str
    numbers: tuple[int, ...]

    @property
    def name(self) -> str:
        """The article's name for the time."""
        return "a:" + "-".join(_WORD.findall(self.words.replace("’", ""))).lower()


def whens(tree: Tree, head: Token) -> list[When]:
    """The times of what a verb or a noun tells, those that follow one another as one: "at noon on Friday"."""
    runs: list[tuple[Token, list[int]]] = []
    for child, numbers in sorted(_expressions(tree, head), key=lambda each: each[1]):
        if runs and runs[-1][1][-1] + 1 == numbers[0]:
            runs[-1][1].extend(numbers)
        else:
            runs.append((child, list(numbers)))
    found = [_when(tree, child, numbers) for child, numbers in runs]
    above = tree.head(head)
    is_then = (
        head.dep == "relcl"
        and above.entity in TIMES
        and any(each.lemma == "when" for each in tree.children(head.number, "advmod"))
    )
    if is_then and not found:  # "until Friday, when they meet"
        found = [When("kg:time", above.text, (above.number,))]
    return found


def _expressions(tree: Tree, head: Token) -> Iterator[tuple[Token, list[int]]]:
    for child in tree.children(head.number):
        held = tree.child(child.number, "pobj")
        if child.dep == "prep" and held is not None:
            if held.entity in TIMES:
                yield child, _numbers(tree, child, held)
        elif child.dep in ("npadvmod", "advmod", "tmod") and child.entity in TIMES:
            yield child, _numbers(tree, child, child)
        elif child.dep == "advmod":  # "early on Tuesday"
            for _, numbers in _expressions(tree, child):
                yield child, ([child.number] if numbers[0] == child.number + 1 else []) + numbers
        elif child.dep in ("dobj", "oprd") and head.is_verb:  # "announced a vote on Friday": hung too low
            for below, numbers in _expressions(tree, child):
                if below.dep == "prep":
                    yield below, numbers
        elif child.dep in ("amod", "compound", "nummod", "poss", "nmod") and not head.is_verb:
            is_year = child.entity == "DATE" and child.number < head.number
            if is_year and child.dep != "amod" and not _DURATION.search(child.text):
                yield child, [n for n in tree.subtree(child.number) if tree.tokens[n].tag != "POS"]


def _numbers(tree: Tree, child: Token, held: Token) -> list[int]:
    """The tokens of an expression, without a clause that says more: "until tomorrow, when …"."""
    clauses = {each.number for each in tree.children(held.number) if each.dep in _CLAUSES}
    numbers = tree.subtree(child.number, without=clauses)
    while len(numbers) > 1 and not tree.tokens[numbers[-1]].is_word:
        numbers.pop()
    return numbers


def _when(tree: Tree, child: Token, numbers: list[int]) -> When:
    tokens = [tree.tokens[number] for number in numbers]
    words = spelled(tokens)
    plain = spelled(tokens[1:]) if child.dep == "prep" else words
    is_long = _LONG.fullmatch(plain) is not None
    if (child.lemma == "for" and is_long) or (child.dep == "npadvmod" and is_long and "ago" not in plain):
        return When("kg:duration", plain, tuple(numbers))
    role = _ROLES.get(child.lemma if child.dep == "prep" else "", "kg:time")
    return When(role, plain if role != "kg:time" else words, tuple(numbers))


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
