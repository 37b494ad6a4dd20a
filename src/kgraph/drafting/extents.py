"""Where a content begins and ends: without who is told and when it was said, with what follows late."""

from __future__ import annotations

from typing import Final

from kgraph.drafting.complements import TELLING
from kgraph.drafting.conditions import is_condition
from kgraph.drafting.sites import Content, Site
from kgraph.drafting.tree import SUBJECTS, TIMES, Token, Tree

__all__ = ["conditions", "late_conditions", "with_tail", "without_hearers", "without_when"]

#: What begins a reason or a condition that follows "…, she said".
_LATE: Final = frozenset("to if unless provided because although though since until".split())


def with_tail(site: Site, found: Content) -> Content:
    """A content with quoted words after a comma or a dash that end the sentence: "a vote, “now or never”"."""
    rule, numbers, root = found
    tree = site.tree
    numbers = _to_the_mark(site, numbers)
    found = rule, numbers, root
    last = tree.tokens[max(numbers)]
    marks = {"infinitive": ",—–", "object": ",—–", "phrase": ",—–", "clause": "—–"}.get(rule, "")
    for quote in site.quotes if marks else ():
        words = [token.number for token in tree.within(quote) if token.is_word]
        between = tree.tokens[last.number + 1 : words[0]] if words else ()
        is_next = any(token.text in marks for token in between) and not any(t.is_word for t in between)
        is_last = words and not any(token.is_word for token in tree.tokens[words[-1] + 1 :])
        is_aside = words and [token.text in "—–" for token in tree.tokens[words[-1] + 2 :][:1]] == [True]
        is_last = is_last or is_aside
        first = tree.tokens[words[0]] if words else last
        is_comment = first.tag == "WDT"  # "told her to wait, “which is no help”"
        if is_next and is_last and not is_comment and first.text[:1].islower():
            return rule, tuple(sorted({*numbers, *range(last.number + 1, words[-1] + 1)})), root
    return found


def _to_the_mark(site: Site, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """A content that ends within a quotation of its verb's, to the mark that closes it."""
    last = site.tree.tokens[max(numbers)]
    for quote in site.quotes:
        words = [token.number for token in site.tree.within(quote)]
        is_cut = last.number in words and words[0] > site.verb.number and words[-1] > last.number
        if is_cut and words[0] != min(numbers):
            return tuple(sorted({*numbers, *range(last.number, words[-1] + 1)}))
    return numbers


def late_conditions(tree: Tree, verb: Token) -> list[int]:
    """A condition or a reason after the verb of saying: "It will rise, she said, unless they pay"."""
    found: list[int] = []
    for clause in tree.children(verb.number, "advcl", "prep", "xcomp"):
        below = tree.subtree(clause.number)
        mark = clause if clause.dep == "prep" else tree.child(clause.number, "mark")
        mark = tree.child(clause.number, "aux") if clause.dep == "xcomp" else mark  # "…, she said, to go"
        is_late = below[0] > verb.number and tree.tokens[below[0] - 1].text == ","
        is_more = clause.dep == "prep" and _is_around(tree, verb, clause)
        if is_late and (is_more or (mark is not None and mark.lemma in _LATE)):
            found += below
    return found


def _is_around(tree: Tree, verb: Token, phrase: Token) -> bool:
    """Whether a phrase right after "…, X said," goes on with it: "no sign, X said, of the boats that"."""
    held = tree.child(phrase.number, "pobj")
    first = tree.subtree(phrase.number)[0]
    is_when = held is None or held.entity in TIMES or held.entity in ("GPE", "LOC", "FAC", "ORG")
    is_said_in = held is not None and tree.child(held.number, "acl", "ccomp", "relcl") is None
    return first == verb.number + 2 and not is_when and not is_said_in


def without_hearers(tree: Tree, verb: Token, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """A content without those who are told, and "that", where the parser took them for its subject."""
    if verb.lemma not in TELLING or not numbers or numbers[0] != verb.number + 1:
        return numbers
    for number in numbers:
        token = tree.tokens[number]
        if token.text == "that" and number > numbers[0] and token.tag in ("IN", "WDT"):
            return tuple(n for n in numbers if n > number)
        if token.is_verb or not token.is_word:
            break
    return numbers


def without_when(tree: Tree, verb: Token, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """A content without the time right after its verb: "said on Monday it was late" tells when."""
    rest = [number for number in numbers if number > verb.number]
    if not rest or rest[0] != verb.number + 1 or numbers[0] < verb.number:
        return numbers
    end = 1 if tree.tokens[rest[0]].pos == "ADP" else 0
    while end < len(rest) and tree.tokens[rest[end]].entity in TIMES:
        end += 1
    is_when = end > (tree.tokens[rest[0]].pos == "ADP") and end < len(rest)
    following = tree.tokens[rest[end]] if is_when else None
    starts = following is not None and following.pos in ("DET", "PRON", "PROPN", "NOUN", "ADJ", "NUM")
    return tuple(rest[end:]) if starts else numbers


def conditions(tree: Tree, verb: Token) -> list[int]:
    """The conditions on which somebody means to do something: "threatened to go unless they paid"."""
    clauses = tree.children(verb.number, "advcl", "ccomp")
    if verb.dep == "conj" and not tree.child(verb.number, "conj"):
        clauses += tree.children(verb.head, "advcl")  # of the last of a row: "came and promised to go if"
    clauses = [
        each
        for each in clauses
        if each.number > verb.number or (each.dep == "advcl" and tree.child(each.number, *SUBJECTS))
    ]
    return [n for clause in clauses if is_condition(tree, clause) for n in tree.subtree(clause.number)]
