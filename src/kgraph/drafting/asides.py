"""What stands between commas after a subject and before its verb, found by the tags of words.

"a driver, who fears for his job, says …", "the firm, whose head, Ana Holt, promised …"

Parsers lose the subject over such an aside. Without it they find it, and the aside is parsed by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from kgraph.drafting.tree import FINITE_WORDS, NOMINAL, SUBJECTS, Token, Tree

__all__ = ["Aside", "find_asides", "put_back"]

#: Words that begin a relative clause.
_RELATIVE: Final = frozenset({"WP", "WDT", "WP$"})
#: A relative clause has its pronoun among its first words: "some of whom".
_FIRST: Final = 4
_NAMES: Final = frozenset({"NNP", "NNPS"})
_ADVERBS: Final = frozenset({"ADV", "PART"})
#: Marks that an aside does not go over.
_MARKS: Final = frozenset(";:—–\"“”„«»()")
_LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class Aside:
    """The tokens between two commas, and the noun of which they say more, by their numbers."""

    noun: int
    commas: tuple[int, int]
    words: tuple[int, ...]


def find_asides(tree: Tree) -> list[Aside]:
    """The asides over which a parser lost the subject, inner ones first; a token is in one at most."""
    kept = list(range(len(tree.tokens)))
    found: list[Aside] = []
    while (aside := _next_aside(tree, kept)) is not None:
        found.append(aside)
        gone = {*aside.commas, *aside.words}
        kept = [number for number in kept if number not in gone]
    return found


def _next_aside(tree: Tree, kept: Sequence[int]) -> Aside | None:
    tokens = tree.tokens
    for end, number in enumerate(kept):
        verb = _goes_on(tokens, kept[end + 1 :]) if tokens[number].text == "," else None
        if verb is None:
            continue
        for start in range(end - 2, max(0, end - _LONGEST), -1):
            token, noun = tokens[kept[start]], tokens[kept[start - 1]]
            if token.text in _MARKS:
                break
            if token.text != "," or not (noun.pos in NOMINAL or noun.text[:1].isupper()):
                continue
            words = [tokens[each] for each in kept[start + 1 : end]]
            if not _is_about(tree, noun, verb) and _is_aside(words, [tokens[each] for each in kept[:start]]):
                return Aside(noun.number, (token.number, number), tuple(word.number for word in words))
    return None


def _goes_on(tokens: Sequence[Token], rest: Sequence[int]) -> Token | None:
    """The finite verb that follows, perhaps after an adverb."""
    following = [tokens[number] for number in rest[:3]]
    verb = next((token for token in following if token.pos not in _ADVERBS), None)
    return verb if verb is not None and verb.tag in FINITE_WORDS else None


def _is_about(tree: Tree, noun: Token, verb: Token) -> bool:
    """Whether the parser has a noun in the subject of a verb."""
    subject = tree.child(verb.number if verb.is_verb else verb.head, *SUBJECTS)
    return subject is not None and noun.number in tree.subtree(subject.number)


def _is_aside(words: Sequence[Token], before: Sequence[Token]) -> bool:
    """Whether some words between commas say more of the noun before them."""
    relative = next((n for n, word in enumerate(words) if word.tag in _RELATIVE), len(words))
    finite = next((n for n, word in enumerate(words) if word.tag in FINITE_WORDS), len(words))
    if relative < finite < len(words):
        return relative == 0 or (relative < _FIRST and words[relative - 1].tag == "IN")  # "some of whom"
    is_whose = any(word.tag == "WP$" for word in before[-_FIRST:])
    return is_whose and finite == len(words) and words[0].tag in _NAMES


def put_back(tokens: Sequence[Token], aside: Aside, tree: Sequence[Token]) -> list[Token]:
    """The tokens of a sentence with an aside below its noun. ``tree`` are the aside's own, parsed alone."""
    found = list(tokens)
    noun = found[aside.noun]
    while noun.dep in ("compound", "nmod") and noun.head != noun.number:
        noun = found[noun.head]
    roots = [token.number for token in tree if token.head == token.number]
    dep = "relcl" if {token.tag for token in tree[:_FIRST]} & _RELATIVE else "appos"
    for token in tree:
        is_root = token.number in roots
        head = noun.number if token.number == roots[0] else roots[0]
        found[token.number] = replace(token, dep=dep, head=head) if is_root else token
    for comma in aside.commas:
        found[comma] = replace(found[comma], dep="punct", head=noun.number)
    return found
