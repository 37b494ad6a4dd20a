"""A quotation at the beginning of a sentence, and the tag after it, each parsed by itself.

In "“I am not sad,” the runner from Split said" parsers may take the runner for a part of what she says. A
short quotation in the place of the long one lets them find who speaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from kgraph.drafting.tree import FINITE, SUBJECTS, Token, Tree

__all__ = ["PLACEHOLDER", "Fronted", "find_fronted", "put_together"]

_OPENING: Final = frozenset("“„\"«»‘'")
_CLOSING: Final = frozenset("”“\"»«’'")
#: What stands for a quotation.
PLACEHOLDER: Final = ('"', "We", "do", ",", '"')


@dataclass(frozen=True, slots=True)
class Fronted:
    """The numbers of the tokens of a quotation, marks included, and of those after it."""

    quotation: tuple[int, ...]
    tag: tuple[int, ...]


def find_fronted(tree: Tree) -> Fronted | None:
    """The quotation at the beginning of a sentence whose tag the parser has lost."""
    tokens = tree.tokens
    if len(tokens) < len(PLACEHOLDER) or tokens[0].text not in _OPENING:
        return None
    ends = [token.number for token in tokens[2:] if token.text in _CLOSING]
    end = next((n for n in ends if tokens[n - 1].text in (",", "?", "!") or _has_comma(tokens, n)), None)
    if end is None or end != ends[0] or len(ends) > 1:
        return None
    tag = tokens[end + 1 :]
    words = [token for token in tag if token.is_word]
    if len(words) < 2 or not _is_lost(tree, words):
        return None
    return Fronted(tuple(range(end + 1)), tuple(token.number for token in tag))


def _has_comma(tokens: Sequence[Token], number: int) -> bool:
    return number + 1 < len(tokens) and tokens[number + 1].text == ","


def _is_lost(tree: Tree, words: Sequence[Token]) -> bool:
    """Whether a tag has no verb with a subject of its own, or hangs on the quotation by more than a verb."""
    first = words[0].number
    verbs = [token for token in words if token.is_verb and token.tag in FINITE]
    has_subject = any(
        each.number >= first for verb in verbs for each in tree.children(verb.number, *SUBJECTS)
    )
    hanging = [token for token in words if token.head < first]
    return bool(verbs) and (not has_subject or any(not token.is_verb for token in hanging))


def put_together(
    tree: Tree, fronted: Fronted, quotation: Sequence[Token], tag: Sequence[tuple[Token, int]]
) -> list[Token]:
    """The tokens of a sentence. ``tag`` are those of the tag, each with its head counted from the tag's
    first, and negative where it is in the quotation's place.
    """
    top = next((token.number for token in quotation if token.head == token.number), 0)
    first = fronted.tag[0]
    main = next((token.number for token, head in tag if head + first == token.number), None)
    if main is None:
        return list(tree.tokens)
    found = list(quotation)
    found[top] = replace(found[top], dep="ccomp", head=main)
    found += [replace(token, head=head + first if head >= 0 else top) for token, head in tag]
    return found
