"""The words of a noun phrase: its label, its figures, what tells it apart, and the name within it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kgraph.drafting.tree import TIMES, Token, Tree

__all__ = [
    "PLACES",
    "figures",
    "gerund",
    "hyphened",
    "is_definite",
    "modifiers",
    "of_name",
    "owner_of",
    "phrase",
    "spelled",
]

#: Dependents that say more of a thing than which it is.
_BESIDE: Final = frozenset(
    {
        "relcl",
        "advmod",
        "appos",
        "acl",
        "punct",
        "case",
        "advcl",
        "parataxis",
        "dep",
        "cc",
        "conj",
        "det",
        "predet",
    }
)
_CLAUSES: Final = frozenset({"relcl", "appos", "acl", "advcl"})
_DEFINITE: Final = frozenset({"the", "this", "that", "these", "those"})
#: Quantifiers that are no part of what a thing is called.
_ANY: Final = frozenset("the a an all both some several many most few more each every no such other".split())
_UNITS: Final = TIMES | {"MONEY", "PERCENT", "QUANTITY", "ORDINAL"}
#: A label has no more words than this, where it can do with fewer.
_LONG: Final = 8
_VOWELS: Final = "aeiou"


def spelled(tokens: Sequence[Token]) -> str:
    """Tokens as printed, what is between them left out."""
    return "".join(
        token.text + (" " if after and after.span.start > token.span.end else "")
        for token, after in zip(tokens, [*tokens[1:], None], strict=True)
    )


def phrase(tree: Tree, head: Token) -> list[Token]:
    """The words that name a thing: no article, figure, clause or time, and nothing that is joined to it."""
    without = {
        child.number for child in tree.children(head.number) if child.dep in _BESIDE or child.tag == "WP$"
    }
    without |= {n for n in tree.subtree(head.number) if tree.tokens[n].dep in _CLAUSES and n != head.number}
    without |= {token.number for token in figures(tree, head)}
    without -= {token.number for token in hyphened(tree, head)}
    for child in tree.children(head.number, "prep"):
        held = tree.child(child.number, "pobj")
        if held is None or held.entity in TIMES:
            without.add(child.number)
    run = _run(tree, head, without)
    if (of := _shared(tree, head, run)) is not None and (held := tree.child(of.number, "pobj")) is not None:
        return [*run, of, *_run(tree, held, {each.number for each in tree.children(held.number, "prep")})]
    for child in reversed(tree.children(head.number, "prep")):
        if len(run) <= _LONG:
            break
        without.add(child.number)
        run = _run(tree, head, without)
    return run


def _shared(tree: Tree, head: Token, run: Sequence[Token]) -> Token | None:
    """The "of" that several nouns share, beyond what joins them: "the killing and expulsion of civilians"."""
    first = tree.head(head) if head.dep == "conj" else head
    joined = [first, *tree.children(first.number, "conj")]
    if len(joined) == 1 or any(each.pos != "NOUN" for each in joined):
        return None
    last = max(each.number for each in joined)
    of = (each for noun in joined for each in tree.children(noun.number, "prep") if each.lemma == "of")
    return next((each for each in of if each.number > last and each not in run), None)


def _run(tree: Tree, head: Token, without: set[int]) -> list[Token]:
    kept = set(tree.subtree(head.number, without=without)) | {each.number for each in hyphened(tree, head)}
    first = last = head.number
    while first - 1 in kept:
        first -= 1
    while last + 1 in kept:
        last += 1
    run = set(range(first, last + 1)) & kept
    words = [tree.tokens[number] for number in sorted(run - _judging(tree, head))]
    while len(words) > 1 and (not words[0].is_word or words[0].lemma in _ANY):
        words.pop(0)
    while len(words) > 1 and not words[-1].is_word:
        words.pop()
    return words


def _judging(tree: Tree, head: Token) -> set[int]:
    """The words before a noun that a name beside it makes needless: "Kosovo's de facto partition"."""
    named = [each for each in tree.children(head.number, "compound", "poss", "nmod") if each.pos == "PROPN"]
    if not named or head.pos != "NOUN":
        return set()
    needed = {each.number for each in hyphened(tree, head)}
    for child in tree.children(head.number):
        is_name = child.dep in ("compound", "nmod") and child.pos in ("PROPN", "NOUN")
        is_part = is_name or child.dep in ("poss", "prep") or child.entity == "DATE"
        needed.update(tree.subtree(child.number) if is_part else ())
    return {number for number in tree.subtree(head.number) if number < head.number} - needed


def hyphened(tree: Tree, noun: Token) -> list[Token]:
    """The tokens of a word of which the pipeline has made several: "stand-off"."""
    first = last = noun.number
    while first > 1 and _is_joint(tree, first - 1):
        first -= 2
    while last + 2 < len(tree.tokens) and _is_joint(tree, last + 1):
        last += 2
    return [tree.tokens[number] for number in range(first, last + 1)]


def _is_joint(tree: Tree, number: int) -> bool:
    """Whether a token is a hyphen within a word."""
    before, hyphen, after = tree.tokens[number - 1 : number + 2]
    return hyphen.text == "-" and before.span.end == hyphen.span.start and after.span.start == hyphen.span.end


def figures(tree: Tree, noun: Token) -> list[Token]:
    """The words that say how many, with what compares: "more than a dozen". None for units and dates."""
    if noun.entity in _UNITS or noun.pos not in ("NOUN", "PROPN"):
        return []
    number = next((each for each in tree.children(noun.number, "nummod") if each.number < noun.number), None)
    if number is None or number.entity in _UNITS or tree.child(noun.number, "poss"):
        return []
    return [tree.tokens[each] for each in tree.subtree(number.number)]


def owner_of(tree: Tree, noun: Token) -> Token | None:
    """Whose a noun is: "the club’s owner", "the club, whose owner"."""
    owner = tree.child(noun.number, "poss")
    if owner is None or owner.tag != "WP$":
        return owner
    clause = next((each for each in tree.ancestors(owner.number) if each.dep == "relcl"), None)
    return tree.head(clause) if clause is not None else None


def is_definite(tree: Tree, noun: Token) -> bool:
    """Whether a noun means something that is known by now: "the", "this"; and nothing more is said of it."""
    determiner = tree.child(noun.number, "det")
    is_more = tree.child(noun.number, "prep", "acl", "relcl", "poss", "nummod") is not None
    return determiner is not None and determiner.lemma in _DEFINITE and not is_more


def modifiers(tree: Tree, noun: Token) -> frozenset[str]:
    """The words before a noun that may tell it apart from others of its kind."""
    children = tree.children(noun.number, "amod", "compound", "nmod", "poss")
    near = [each for each in children if each.dep == "compound" and each.number == noun.number - 1]
    return frozenset(each.lemma.casefold() for each in children if each not in near)


def of_name(tree: Tree, noun: Token) -> Token | None:
    """The name that a noun is made more plain by: "the town of Sarrow", "the daily Havnsblad" aside."""
    if noun.pos != "NOUN":
        return None
    for child in tree.children(noun.number, "prep"):
        held = tree.child(child.number, "pobj")
        if child.lemma == "of" and held is not None and held.pos == "PROPN" and noun.lemma in _NAMED_OF:
            return held
    return None


#: Common nouns for places that are governed: they act, and things happen there.
PLACES: Final = frozenset(
    "town city village country state province municipality county borough republic kingdom nation".split()
)
#: Nouns that "of" joins to the name of what they mean.
_NAMED_OF: Final = PLACES | frozenset("region district island port parish suburb hamlet valley".split())


def gerund(verb: str) -> str:
    """The noun of what a verb tells: "carry" is "carrying", "hit" is "hitting"."""
    word, _, particle = verb.partition(" ")
    if word.endswith("ie"):
        stem = f"{word[:-2]}y"
    elif word.endswith("e") and not word.endswith(("ee", "oe", "ye")):
        stem = word[:-1]
    elif _doubles(word):
        stem = word + word[-1]
    else:
        stem = word
    return f"{stem}ing {particle}".strip()


def _doubles(word: str) -> bool:
    """Whether the last letter is doubled: one syllable that ends in one vowel and one consonant."""
    syllables = sum(
        letter in _VOWELS and (n == 0 or word[n - 1] not in _VOWELS) for n, letter in enumerate(word)
    )
    ends = len(word) > 2 and word[-1] not in f"{_VOWELS}wxy" and word[-2] in _VOWELS
    return ends and syllables == 1 and word[-3] not in _VOWELS
