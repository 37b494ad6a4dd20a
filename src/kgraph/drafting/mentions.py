"""The words that name somebody or something in a sentence, and the name that they give."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from kgraph.drafting.tree import Token, Tree
from kgraph.text import Span

__all__ = [
    "NAME_WORDS",
    "begins_with_name",
    "initials",
    "is_last_of_name",
    "mention_span",
    "name_of",
    "name_span",
    "named_after",
    "neutral_name",
]

_TITLES: Final = re.compile(
    r"(?:(?:mr|mrs|ms|miss|dr|prof|professor|sir|dame|lord|lady|rev|fr|st|gen|col|lt|sgt|capt|cpl|maj|hon|superintendent|"
    r"president|captain|capt|councillor|cllr|councilman|councilwoman|congressman|congresswoman|sen|gov|rep|"
    r"sheriff|grandmaster|bishop|archbishop|admiral|ambassador|commissioner|chancellor|sergeant|minister|governor|mayor|judge|justice|senator|king|queen|pope|detective|inspector|chief|officer)\.?\s)+",
    re.IGNORECASE,
)
#: Letters that follow a name.
_AFTER_NAMES: Final = frozenset("KC QC MP MEP MSP TD OBE MBE CBE MD PhD Jr Jr. Sr Sr. Esq".split())
#: The name of somebody has so many words.
NAME_WORDS: Final = range(2, 5)
#: Dependents that say more of a person than who it is.
_BESIDE: Final = frozenset(
    {"relcl", "appos", "acl", "punct", "case", "advcl", "parataxis", "dep", "cc", "conj"}
)


def mention_span(tree: Tree, head: Token) -> Span:
    """The words that name somebody, without what is added: no relative clause, no apposition.

    For "Sarrazo's spokesman, Dario Mell" they are the name in apposition.
    """
    if head.pos == "NOUN":
        for other in tree.children(head.number, "appos"):
            if other.pos == "PROPN":
                head = other
    without = {child.number for child in tree.children(head.number) if child.dep in _BESIDE}
    without |= {  # "quotes a guard as saying"
        child.number for child in tree.children(head.number, "prep") if tree.child(child.number, "pcomp")
    }
    joined = _joined(tree, head)
    kept = tree.subtree(head.number, without=without - joined)
    run = [head.number]
    present = set(kept)
    while run[0] - 1 in present:
        run.insert(0, run[0] - 1)
    while run[-1] + 1 in present:
        run.append(run[-1] + 1)
    if not joined:
        commas = [number for number in run if number > head.number and tree.tokens[number].text in ",;—–"]
        run = [number for number in run if not commas or number < commas[0]]
    while len(run) > 1 and not tree.tokens[run[0]].is_word:
        run.pop(0)
    while len(run) > 1 and not tree.tokens[run[-1]].is_word:
        run.pop()
    return Span(tree.tokens[run[0]].span.start, tree.tokens[run[-1]].span.end)


def _joined(tree: Tree, head: Token) -> set[int]:
    """What joins "the district and the police" into one source."""
    others = [other for other in tree.children(head.number, "conj") if other.pos in ("NOUN", "PROPN")]
    if not others:
        return set()
    return {child.number for child in tree.children(head.number, "cc", "punct", "conj")}


def name_span(tree: Tree, token: Token) -> Span:
    """The words of the name that a token is the head of."""
    words = _name_tokens(tree, token)
    return Span(words[0].span.start, words[-1].span.end)


def _name_tokens(tree: Tree, token: Token) -> list[Token]:
    """The tokens of the name that a token is the head of."""
    if token.entity and not begins_with_name(tree, token):
        start = end = token.number
        while start > 0 and tree.tokens[start - 1].entity == token.entity and not tree.tokens[start].begins:
            start -= 1
        while (
            end + 1 < len(tree.tokens)
            and tree.tokens[end + 1].entity == token.entity
            and not tree.tokens[end + 1].begins
        ):
            end += 1
        near = {child.number for child in tree.children(token.number, "compound") if child.pos == "PROPN"}
        while token.entity != "PERSON" and start - 1 in near and not tree.tokens[start - 1].entity:
            start -= 1
        words = [tree.tokens[number] for number in range(start, end + 1)]
    else:
        near = {
            child.number
            for child in tree.children(token.number, "compound", "nmod", "flat")
            if child.pos == "PROPN"
        }
        near |= {n for each in near for n in tree.subtree(each) if tree.tokens[n].pos == "PROPN"}
        start = token.number
        while start - 1 in near:
            start -= 1
        words = [tree.tokens[number] for number in range(start, token.number + 1)]
    while len(words) > 1 and (
        words[-1].tag == "POS" or not words[-1].is_word or words[-1].text in _AFTER_NAMES
    ):
        words.pop()
    while len(words) > 1 and words[0].lemma in ("the", "a", "an"):
        words.pop(0)
    return words


def begins_with_name(tree: Tree, token: Token) -> bool:
    """Whether a figure or a date is part of a name: "Channel Seven"."""
    before = tree.tokens[token.number - 1] if token.number else None
    is_figure = token.entity in ("CARDINAL", "ORDINAL", "DATE", "TIME", "QUANTITY")
    is_near = before is not None and before.head == token.number and before.entity != token.entity
    return is_figure and token.pos == "PROPN" and is_near and before is not None and before.pos == "PROPN"


def name_of(tree: Tree, token: Token) -> tuple[str, bool]:
    """A name without titles, and whether it is a person's."""
    words = _name_tokens(tree, token)
    parts = [
        word.text + (" " if following and following.span.start > word.span.end else "")
        for word, following in zip(words, [*words[1:], None], strict=True)
    ]
    name = "".join(parts)
    title = _TITLES.match(name)
    is_person = token.entity == "PERSON" or title is not None
    return (name[title.end() :] if title else "") or name, is_person


def is_last_of_name(tree: Tree, token: Token) -> bool:
    """Whether a token ends the name of a person."""
    following = tree.tokens[token.number + 1] if token.number + 1 < len(tree.tokens) else None
    return token.pos == "PROPN" and (following is None or following.entity != "PERSON" or following.begins)


def initials(name: str) -> str:
    """The initials of a name of several words; empty for others."""
    words = [word for word in name.split() if word[:1].isupper()]
    return "".join(word[0] for word in words) if len(words) > 1 else ""


def neutral_name(tree: Tree, token: Token, spelled: Mapping[int, str]) -> str:
    """A source without a name, as a label: no article, no capital that only begins a sentence.

    ``spelled`` are words for some tokens that only point at somebody: "Ana Holt’s" for "her own".
    """
    span = mention_span(tree, token)
    words = tree.within(span)
    if len(words) > 1 and words[0].lemma in ("the", "a", "an"):
        words = words[1:]
    if not words:
        words = [token]
    words = [w for w in words if not (w.text == "own" and w.number - 1 in spelled)]
    text = "".join(
        spelled.get(word.number, word.text)
        + (" " if index + 1 < len(words) and words[index + 1].span.start > word.span.end else "")
        for index, word in enumerate(words)
    )
    first = words[0]
    is_name = (
        first.number in spelled
        or first.pos == "PROPN"
        or first.entity in ("NORP", "GPE", "ORG", "PERSON", "LOC", "FAC")
    )
    return text if is_name else text[:1].lower() + text[1:]


def named_after(tree: Tree, noun: Token) -> Token | None:
    """The last word of the name that stands between commas right after a noun: "his agent, Ana Holt, who"."""
    run = noun.number + 2
    while run < len(tree.tokens) and tree.tokens[run].pos == "PROPN":
        run += 1
    words = tree.tokens[noun.number + 2 : run]
    is_apart = bool(words) and tree.tokens[noun.number + 1].text == "," and run < len(tree.tokens)
    is_name = len(words) in NAME_WORDS and is_apart and tree.tokens[run].text in (",", ".")
    return words[-1] if is_name and words[-1].entity == "PERSON" else None
