"""The clauses that a verb or a noun governs: which of them say something, and their words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kgraph.drafting.tree import SUBJECTS, Token, Tree

__all__ = [
    "TELLING",
    "all_of",
    "governed_clauses",
    "is_clause",
    "is_comment",
    "is_elaboration",
    "is_infinitive",
    "without_mark",
]

#: Verbs whose object is whom they tell: a clause before them may be what they say.
TELLING: Final = frozenset("tell inform remind assure notify warn ask promise answer".split())
_MARKS: Final = frozenset({"that", "if", "whether"})


def governed_clauses(tree: Tree, verb: Token) -> list[Token]:
    """The clauses that a verb governs: those on one side of it, "that … and that …"."""
    found = [clause for clause in tree.children(verb.number, "ccomp") if is_clause(tree, clause)]
    found = [clause for clause in found if not is_comment(tree, clause)]
    found = [clause for clause in found if not _is_parted(tree, clause, verb)] or _in_a_letter(tree, verb)
    found += [
        each for each in tree.children(verb.number, "conj") if found and tree.child(each.number, "mark")
    ]
    if not found:
        return []
    has_object = tree.child(verb.number, "dobj") is not None and verb.lemma not in TELLING
    found = [clause for clause in found if clause.number > verb.number or not has_object]
    after = [clause for clause in found if clause.number > verb.number]
    subject = tree.child(verb.number, *SUBJECTS)
    is_inverted = subject is not None and subject.number > verb.number
    # "While much is open, she said the road is shut": what stands before is a part of what follows.
    return [c for c in found if c.number < verb.number] if is_inverted or not after else after


def _is_parted(tree: Tree, clause: Token, verb: Token) -> bool:
    """Whether a semicolon or a colon parts a clause from a verb after it: "One says yes; one says no"."""
    return any(tree.tokens[number].text in (";", ":") for number in range(clause.number, verb.number))


def _in_a_letter(tree: Tree, verb: Token) -> list[Token]:
    """The clause that the parser hung at what it stands in: "told parents in a letter that …"."""
    held = [tree.child(preposition.number, "pobj") for preposition in tree.children(verb.number, "prep")]
    nouns = [*tree.children(verb.number, "dobj"), *(noun for noun in held if noun is not None)]
    nouns = [noun for noun in nouns if tree.tokens[tree.subtree(noun.number)[0] - 1].text != ","]
    clauses = (clause for noun in nouns for clause in tree.children(noun.number, "acl", "relcl", "ccomp"))
    return [
        clause
        for clause in clauses
        if any(mark.lemma == "that" for mark in tree.children(clause.number, "mark"))
        and is_clause(tree, clause)
    ]


def all_of(tree: Tree, clauses: Sequence[Token]) -> tuple[int, ...]:
    """The tokens of some clauses, in order, without what begins each."""
    return tuple(sorted({number for clause in clauses for number in without_mark(tree, clause)}))


def is_clause(tree: Tree, clause: Token) -> bool:
    """Whether a complement is a clause that says something: it has a subject and a finite verb, or "that"."""
    if tree.child(clause.number, "mark"):
        return True
    finite = clause.tag in ("VBZ", "VBD", "VBP", "MD") or any(
        child.tag in ("VBZ", "VBD", "VBP", "MD")
        for child in tree.children(clause.number, "aux", "auxpass", "cop")
    )
    return finite and tree.child(clause.number, *SUBJECTS) is not None


def is_comment(tree: Tree, clause: Token) -> bool:
    """Whether a clause says something of the one before: "told her to wait, “which is no use”"."""
    first = next(number for number in tree.subtree(clause.number) if tree.tokens[number].is_word)
    before = "".join(token.text for token in tree.tokens[max(0, first - 2) : first])
    return tree.tokens[first].text == "which" and "," in before


def is_infinitive(tree: Tree, clause: Token) -> bool:
    """Whether a clause is an infinitive with "to"."""
    return any(child.tag == "TO" for child in tree.children(clause.number, "aux"))


def without_mark(tree: Tree, clause: Token) -> tuple[int, ...]:
    """The tokens of a clause without the "that", "if" or "whether" that begins it, or an "only that"."""
    marks = [child.number for child in tree.children(clause.number, "mark") if child.lemma in _MARKS]
    below = tree.subtree(clause.number)
    if tree.tokens[below[0]].text == "that" and tree.tokens[below[0]].tag == "IN":
        marks.append(below[0])
    first = min((n for n in marks if n < clause.number and tree.tokens[n].lemma == "that"), default=0)
    return tuple(number for number in below if number >= first and number not in marks)


def is_elaboration(tree: Tree, noun: Token) -> bool:
    """Whether a noun sums up what was said before it, to say more of it: "…, a deal that would cost jobs"."""
    first, following = (
        tree.tokens[tree.subtree(noun.number)[0]],
        tree.tokens[noun.number + 1 : noun.number + 3],
    )
    clauses = [each for each in tree.children(noun.number, "relcl", "acl") if each.number > noun.number + 1]
    subjects = [each for clause in clauses for each in tree.children(clause.number, "nsubj")]
    is_told = any(word.lemma in ("that", "which") for word in following) or any(
        tree.subtree(each.number)[0] == noun.number + 1 for each in subjects if each.tag != "WP"
    )  # "a claim she denies"
    is_one = noun.pos == "NOUN" and first.lemma in ("a", "an") and first.head == noun.number
    return is_one and bool(clauses) and is_told
