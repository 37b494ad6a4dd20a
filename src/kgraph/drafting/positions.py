"""What a verb of saying attributes by the order of words alone, where the parser saw no clause.

said that …        … , X says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kgraph.drafting.tree import Token, Tree

__all__ = ["after_that", "before_tail"]

_FINITE: Final = frozenset({"VBZ", "VBD", "VBP", "MD"})
#: So many words may stand between a verb and its "that": whom it tells, and when.
_BETWEEN: Final = 6
#: So many words may follow "…, X said": "on Monday".
_AFTER: Final = 2
#: Fewer words are no clause.
_CLAUSE: Final = 4


def after_that(tree: Tree, verb: Token) -> tuple[tuple[int, ...], int] | None:
    """The words after the "that" behind a verb, to the end of the sentence, and their head."""
    for number in range(verb.number + 1, min(verb.number + 2 + _BETWEEN, len(tree.tokens))):
        token = tree.tokens[number]
        if token.text == "that" and token.tag == "IN":
            return _clause(tree, range(number + 1, len(tree.tokens)), needs_verb=True)
        if token.is_verb or not token.is_word:
            return None
    return None


def before_tail(tree: Tree, verb: Token) -> tuple[tuple[int, ...], int] | None:
    """The words before the comma of a sentence that ends "…, X says", and their head."""
    subject = tree.child(verb.number, "nsubj")
    rest = [token for token in tree.tokens[verb.number + 1 :] if token.is_word]
    if subject is None or subject.number > verb.number or len(rest) > _AFTER or any(t.is_verb for t in rest):
        return None
    first = tree.subtree(subject.number)[0]
    if first < 1 or tree.tokens[first - 1].text != "," or verb.number - subject.number > _AFTER:
        return None
    return _clause(tree, range(first - 1), needs_verb=False)


def _clause(tree: Tree, numbers: Sequence[int], *, needs_verb: bool) -> tuple[tuple[int, ...], int] | None:
    kept = list(numbers)
    while kept and not tree.tokens[kept[-1]].is_word:
        kept.pop()
    words = [number for number in kept if tree.tokens[number].is_word]
    finite = [
        head
        for number in words
        if tree.tokens[number].tag in _FINITE
        for head in (number if tree.tokens[number].is_verb else tree.tokens[number].head,)
        if head in kept
    ]
    if len(words) < _CLAUSE or (needs_verb and not finite):
        return None
    return tuple(kept), (finite or words)[0]
