"""What a verb of saying attributes by the order of words alone, where the parser saw no clause.

said that …        … , X says.        … , X told Y, …
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kgraph.drafting.complements import TELLING
from kgraph.drafting.tree import FINITE_WORDS, Token, Tree

__all__ = ["after_that", "around", "before_tail"]

_WHEN: Final = frozenset("when while after before as once".split())
#: So many words may stand between a verb and its "that": whom it tells, and when.
_BETWEEN: Final = 12
#: So many words may follow "…, X said": "on Monday".
_AFTER: Final = 2
#: Fewer words are no clause.
_CLAUSE: Final = 4
_WITH_VERB: Final = 2
#: A clause that is put in has not more words.
_ASIDE: Final = 12


def after_that(tree: Tree, verb: Token, *, needs_verb: bool = True) -> tuple[tuple[int, ...], int] | None:
    """The words after the "that" behind a verb, to the end of the sentence, and their head."""
    for number in range(verb.number + 1, min(verb.number + 2 + _BETWEEN, len(tree.tokens))):
        token = tree.tokens[number]
        if token.text == "that" and token.tag == "IN" and tree.tokens[number - 1].dep != "cc":
            return _clause(tree, range(number + 1, len(tree.tokens)), needs_verb=needs_verb)
        is_clause = token.is_verb and token.dep not in ("amod", "compound")
        if is_clause or not token.is_word:
            return None
    return None


def before_tail(tree: Tree, verb: Token) -> tuple[tuple[int, ...], int] | None:
    """The words before the comma of a sentence that ends "…, X says" or "…, says X", and their head."""
    subject = tree.child(verb.number, "nsubj")
    part = _part(tree, verb)
    ends = (t.number for t in tree.tokens[verb.number : part.stop - 1] if t.text == ",")
    joined = next(
        (n for n in ends if tree.tokens[n + 1].dep == "cc" or tree.tokens[n + 1].pos == "ADP"), part.stop
    )
    if subject is not None and _is_turned(tree, verb, subject) and verb.number > part.start + 1:
        return _clause(tree, range(part.start, verb.number - 1), shortest=_WITH_VERB)
    rest = [token for token in tree.tokens[verb.number + 1 : joined] if token.is_word]
    if tree.tokens[part.start].tag in ("VBN", "VBG") or tree.tokens[part.start].lemma in _WHEN:
        return None  # "asked about it, she said no"
    if tree.child(verb.number, "dobj") and verb.lemma not in TELLING:
        return None  # "…, whose party holds ten seats"
    if subject is None or subject.number > verb.number or len(rest) > _AFTER or any(t.is_verb for t in rest):
        return None
    first = tree.subtree(subject.number)[0]
    own = {
        *tree.subtree(subject.number),
        *(aux.number for aux in tree.children(verb.number, "aux", "advmod")),
    }
    is_apart = any(number not in own for number in range(subject.number, verb.number))
    if first <= part.start or tree.tokens[first - 1].text != "," or is_apart:
        return None
    return _clause(tree, range(part.start, first - 1))


def _is_turned(tree: Tree, verb: Token, subject: Token) -> bool:
    """Whether a verb stands between a comma and its subject, and begins the sentence's end: ", says X"."""
    if tree.tokens[verb.number - 1].text != "," or subject.pos not in ("PROPN", "NOUN", "PRON"):
        return False
    own = {verb.number, *tree.subtree(subject.number)}
    return subject.number > verb.number and not any(
        token.is_word and token.number not in own for token in tree.tokens[verb.number :]
    )


def around(tree: Tree, verb: Token) -> tuple[tuple[int, ...], int] | None:
    """The words around a clause between commas, and their head: "who stays, he said, is paid"."""
    subject = tree.subject(verb.number)
    if subject is None or subject.dep != "nsubj" or subject.tag in ("WP", "WDT"):
        return None
    part = _part(tree, verb)
    first = min(verb.number, tree.subtree(subject.number)[0])
    after = [token.number for token in tree.tokens[verb.number + 1 : first + _ASIDE] if token.text == ","]
    if verb.dep in ("relcl", "acl") or first < part.start + 2 or not after:
        return None
    is_turned = first == verb.number  # ", said X,"
    is_apart = tree.tokens[first - 1].text == "," and (is_turned or verb.number - subject.number <= _AFTER)
    if not is_apart or any(token.is_verb for token in tree.tokens[verb.number + 1 : after[0]]):
        return None
    is_bare = is_turned or after[0] == verb.number + 1  # "both times, records show, the firm paid"
    goes_on = next(
        (token for token in tree.tokens[after[0] + 1 :] if token.pos not in ("ADV", "PUNCT")), None
    )
    is_likely = goes_on is not None and goes_on.tag in FINITE_WORDS
    if not is_bare and (not is_likely or tree.tokens[part.start].pos in ("ADP", "SCONJ", "VERB", "ADV")):
        return None
    rest = [number for number in part if not first - 1 <= number <= after[0]]
    return _clause(tree, rest, needs_verb=True)


def _part(tree: Tree, verb: Token) -> range:
    """The tokens between the semicolons or colons around a verb."""
    joints = [token.number for token in tree.tokens if token.text in (";", ":")]
    start = max((number + 1 for number in joints if number < verb.number), default=0)
    return range(start, min((number for number in joints if number > verb.number), default=len(tree.tokens)))


def _clause(
    tree: Tree, numbers: Sequence[int], *, needs_verb: bool = False, shortest: int = _CLAUSE
) -> tuple[tuple[int, ...], int] | None:
    kept = list(numbers)
    while kept and not tree.tokens[kept[-1]].is_word:
        kept.pop()
    words = [number for number in kept if tree.tokens[number].is_word]
    shortest = _WITH_VERB if needs_verb else shortest
    finite = [
        head
        for number in words
        if tree.tokens[number].tag in FINITE_WORDS
        for head in (number if tree.tokens[number].is_verb else tree.tokens[number].head,)
        if head in kept
    ]
    finite.sort(key=lambda number: tree.tokens[number].head in kept)
    if len(words) < (_WITH_VERB if finite else shortest) or (needs_verb and not finite):
        return None
    return tuple(kept), (finite or words)[0]
