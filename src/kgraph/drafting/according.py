"""What is so according to somebody, in their words or by their account, or under a law."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kgraph.drafting.complements import is_elaboration
from kgraph.drafting.cues import Cue, Cues
from kgraph.drafting.sites import Attribution
from kgraph.drafting.sources import can_speak
from kgraph.drafting.tree import FINITE_WORDS, SUBJECTS, Token, Tree
from kgraph.text import Span

__all__ = ["of_according"]

_SAID: Final = Cue("said", "said", "positive", frozenset({"clause"}))
_RECKONED: Final = Cue("estimated", "estimate", "positive", frozenset({"clause"}))
_FIGURED: Final = frozenset({"estimate", "reckoning", "calculation", "count"})
#: Nouns for what somebody says or thinks, and the prepositions with which they attribute.
_WORDS: Final = frozenset(
    """
    word view opinion telling eye mind judgment judgement estimation account estimate reckoning admission
    count calculation tally figure recollection memory version assessment description reading analysis phrase
    """.split()
)
#: How a document rules: "Under the accord, both sides must withdraw".
_RULING: Final = frozenset({"must", "may", "shall", "will", "can"})
_DASHES: Final = frozenset("—–")
_BY_WORDS: Final = frozenset({"in", "by", "on"})


def of_according(tree: Tree, token: Token, cues: Cues) -> Iterator[Attribution]:
    """What is so according to somebody, in their words or by their account."""
    to, source = _whose(tree, token, cues)
    noun = tree.child(token.number, "pobj")
    cue = _RECKONED if noun is not None and noun.lemma in _FIGURED else _SAID
    if to is None or source is None:
        return
    root = next((above for above in tree.ancestors(token.number) if above.is_verb), None) or tree.head(token)
    if root.number == token.number:
        return
    besides: list[int] = []
    if (
        root.number > token.number > 1
        and root.dep == "conj"
        and _is_about_it(tree, range(source.number, root.number))
    ):
        besides, root = tree.subtree(root.number), tree.head(root)  # "…, according to two, none of whom knew"
    while token.number > root.number and root.dep == "conj" and not tree.child(root.number, *SUBJECTS):
        root = tree.head(root)  # "the ice was thin and broke, according to"
    own = _own_of_according(tree, token, source)
    noun_phrase, added = _aside(tree, token, own)
    if added:
        words = Span(token.span.start, to.span.end)
        phrase = (*noun_phrase, *added)
        yield Attribution(tree, "according", cue, words, None, source, phrase, tree.top(added))
        return
    is_late = token.lemma in _BY_WORDS and token.number > 1
    if is_late and any(each.text in _DASHES for each in tree.tokens[token.number :]):
        return  # in an aside
    if token.number <= 1:  # "According to X, …": all the rest
        rest = [
            other.number for other in tree.tokens if other.number not in own and other.number > token.number
        ]
        while rest and tree.tokens[rest[0]].text.lower() in (",", "though", "however", "meanwhile"):
            rest.pop(0)
        stop = next((n for n in rest if tree.tokens[n].text == ";"), len(tree.tokens))
        tops = [t for t in tree.tokens[stop:] if t.is_verb and (t.head < stop or t.head == t.number)]
        if tops and tops[0].lemma in cues.verbs:  # "…; her office called it wrong"
            rest = [number for number in rest if number < stop]
        if any(tree.tokens[number].is_word for number in rest):
            words = Span(token.span.start, to.span.end)
            yield Attribution(tree, "according", cue, words, None, source, tuple(rest), root.number)
        return
    summed_up = [noun for noun in tree.tokens[1 : token.number] if _ends_at(tree, noun, token)]
    if summed_up:
        root = summed_up[-1]
    marks = {child.number for child in tree.children(root.number, "mark", "cc")}
    asides = [
        number
        for subject in tree.children(root.number, *SUBJECTS)
        for clause in tree.children(subject.number, "relcl")
        for number in tree.subtree(clause.number)
        if clause.tag in ("VBZ", "VBP") and tree.tokens[tree.subtree(clause.number)[0] - 1].text == ","
    ]  # "the board, which meets on Monday, has refused, according to"
    left_out = own | marks | {*besides, *asides}
    content = _with_noun(tree, [number for number in tree.subtree(root.number) if number not in left_out])
    if content:
        words = Span(token.span.start, to.span.end)
        yield Attribution(tree, "according", cue, words, None, source, tuple(content), root.number)


def _aside(tree: Tree, token: Token, own: set[int]) -> tuple[list[int], list[int]]:
    """What a dash adds to a noun by somebody's account: "papers — worth 18,000 crowns, by his account —"."""
    dashes = [each.number for each in tree.tokens if each.text in _DASHES]
    start = max((number for number in dashes if number < token.number), default=0)
    end = min((number for number in dashes if number > token.number), default=len(tree.tokens))
    added = [number for number in range(start + 1, end) if number not in own]
    if not start or any(tree.tokens[number].tag in FINITE_WORDS for number in added):
        return [], []
    line = [tree.tokens[start - 1], *tree.ancestors(start - 1)]
    noun = next((each for each in line if each.pos == "NOUN" and each.number < start), None)
    numbers = [] if noun is None else [number for number in tree.subtree(noun.number) if number < start]
    while added and not tree.tokens[added[-1]].is_word:
        added.pop()
    return numbers, added


def _with_noun(tree: Tree, numbers: list[int]) -> list[int]:
    """A relative clause with what it is about, or without "after which": "a vote that was won"."""
    first = tree.tokens[numbers[0]] if numbers else None
    if first is not None and first.tag == "IN" and [tree.tokens[n].tag for n in numbers[1:2]] == ["WDT"]:
        return numbers[2:]
    if first is None or first.tag != "WDT" or not first.number:
        return numbers
    before = tree.tokens[first.number - 1]
    before = tree.head(tree.head(first)) if before.text == "," else before  # "a vote, which by his count"
    if before.pos != "NOUN" or before.number > first.number:
        return numbers
    return [*range(tree.subtree(before.number)[0], before.number + 1), *numbers]


def _whose(tree: Tree, token: Token, cues: Cues) -> tuple[Token | None, Token | None]:
    """Whose "according to X", "in the words of X" or "by X’s account" is, and the last word of the phrase."""
    if token.text in ("For", "To") and token.number == 0:
        held = tree.child(token.number, "pobj")
        is_somebody = held is not None and (held.entity == "PERSON" or cues.is_person(held.lemma))
        is_apart = held is not None and tree.tokens[tree.subtree(held.number)[-1] + 1].text == ","
        return (token, held) if is_somebody and is_apart and tree.head(token).lemma == "be" else (None, None)
    if token.text == "Under" and token.number == 0:
        held = tree.child(token.number, "pobj")
        is_rule = held is not None and held.lemma in cues.documents and held.tag == "NN"
        return (token, held) if is_rule and any(map(_is_due, tree.tokens)) else (None, None)
    if token.text.lower() == "according":
        to = next((child for child in tree.children(token.number, "prep") if child.lemma == "to"), None)
        return to, tree.child(to.number, "pobj") if to else None
    noun = tree.child(token.number, "pobj")
    if noun is None or noun.lemma not in _WORDS or token.lemma not in _BY_WORDS:
        return None, None
    if (owner := tree.child(noun.number, "poss")) is not None:
        return noun, owner
    of = next((child for child in tree.children(noun.number, "prep") if child.lemma == "of"), None)
    whose = tree.child(of.number, "pobj") if of else None
    return (of, whose) if whose is not None and can_speak(whose, cues) else (None, None)


def _is_due(token: Token) -> bool:
    """Whether a word tells that something is to be done, or may be: "must", "may"."""
    return token.tag == "MD" and token.lemma in _RULING


def _ends_at(tree: Tree, noun: Token, token: Token) -> bool:
    """Whether only what sums up the rest is so: "…, a promise that they broke, according to two"."""
    below = [number for number in tree.subtree(noun.number) if number < token.number]
    is_apart = tree.tokens[below[0] - 1].text in (",", "—", "–")
    return is_elaboration(tree, noun) and is_apart and below[-1] >= token.number - 2


def _own_of_according(tree: Tree, token: Token, source: Token) -> set[int]:
    """The tokens of "according to X", without what the parser hung below X after the comma that ends it."""
    numbers = set(tree.subtree(token.number))
    if token.number > 1:
        return numbers
    commas = [word.number for word in tree.tokens if word.text == "," and word.number > source.number]
    if len(commas) > 1 and _is_about_it(tree, range(commas[0] + 1, commas[1])):
        return {*(n for n in numbers if n < commas[1]), *range(token.number, commas[1] + 1)}
    comma = next((n for n in commas if n in numbers), None)
    if comma is None:
        return numbers
    says_more = {
        number
        for below in tree.subtree(source.number)
        for child in tree.children(below, "appos", "relcl", "acl", "conj")
        if child.dep != "appos" or child.pos in ("NOUN", "PROPN")
        for number in tree.subtree(child.number)
    }
    return {n for n in numbers if n <= comma or n in says_more}


def _is_about_it(tree: Tree, numbers: range) -> bool:
    """Whether some words between commas tell of what was said before: "parts of which we have read"."""
    return any(tree.tokens[number].tag in ("WDT", "WP") for number in numbers[1:8])
