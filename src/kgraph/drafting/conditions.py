"""Conditions: which clauses are one, and those that parsers take for something else.

"if …", "unless …", "provided that …", "as long as …", "should it fail", "had they known", "were it to rise".
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from kgraph.drafting.tree import SUBJECTS, Token, Tree

__all__ = [
    "as_long_as",
    "condition_set_off",
    "is_condition",
    "is_phrase_of_condition",
    "mark_of",
    "provided",
    "that_ends_a_condition",
    "turned_condition",
    "turned_noun",
    "turned_of",
    "turned_should",
]

_IF: Final = frozenset({"if", "unless", "provided"})
_TURNED: Final = frozenset({"should", "had", "were"})


def is_condition(tree: Tree, clause: Token) -> bool:
    """Whether a clause is a condition: after *if*, or turned round: "should it go ahead"."""
    mark = mark_of(tree, clause)
    is_due = any(aux.tag == "TO" for aux in tree.children(clause.head, "aux"))  # "to go once they have paid"
    if clause.dep == "advcl" and (mark in _IF or (mark == "once" and is_due)):
        return True
    if clause.dep not in ("advcl", "ccomp"):
        return False
    subject = tree.child(clause.number, *SUBJECTS)
    turned = turned_of(tree, clause)
    return subject is not None and turned is not None and turned.number < subject.number


def is_phrase_of_condition(tree: Tree, phrase: Token) -> bool:
    """Whether a phrase is a condition: "Without money we could be lost", "With a loan, it could go on"."""
    if phrase.dep != "prep" or phrase.number > phrase.head or phrase.lemma not in ("without", "with"):
        return False
    hedged = {aux.text.lower() for aux in tree.children(phrase.head, "aux")} & {"could", "would", "might"}
    last = tree.subtree(phrase.number)[-1]
    is_apart = "," in (tree.tokens[last].text, tree.tokens[last + 1].text)
    return bool(hedged) and (phrase.lemma == "without" or is_apart)


def turned_of(tree: Tree, clause: Token) -> Token | None:
    """The word that may begin a condition: "should", "had", "were"."""
    words = (*tree.children(clause.number, "aux"), *([clause] if clause.text.lower() == "were" else []))
    return next((word for word in words if word.text.lower() in _TURNED), None)


def mark_of(tree: Tree, token: Token) -> str:
    """The lemma of the conjunction that begins a clause; empty if there is none."""
    mark = tree.child(token.number, "mark")
    return mark.lemma if mark else ""


def turned_condition(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "would have sunk had it not come", "were it to sink": "had" or "were" before a subject begins one."""
    found: list[Token] = []
    for turned in tree.tokens:
        word = turned.text.lower()
        clause = _turned_clause(tree, turned) if word in ("had", "were") else None
        that = [each for each in tree.children(turned.number, *SUBJECTS, "mark") if each.text == "that"]
        subject = clause and (
            tree.child(clause.number, *SUBJECTS) or tree.child(turned.number, "nsubj", "attr")
        )
        if clause is None or not subject or turned.head == turned.number:
            continue
        if tree.subtree(subject.number)[0] != turned.number + 1:
            continue
        beside = [each for each in tree.children(turned.head, "ccomp") if each.number < turned.number]
        head = beside[-1].number if beside else turned.head
        others = [each for each in tree.children(turned.number) if each not in (clause, subject, *that)]
        found += [
            replace(clause, dep="advcl", head=head, tag="VBN" if word == "had" else clause.tag),
            replace(subject, dep="nsubj", head=clause.number),
            replace(turned, dep="aux", head=clause.number),
            *(replace(each, dep="mark", tag="IN", head=turned.head) for each in that),
            *(replace(each, head=clause.number) for each in others),
        ]
    return found


def _turned_clause(tree: Tree, turned: Token) -> Token | None:
    """The clause that "had" or "were" begins, where the parser took that for a verb."""
    before = [each for each in tree.children(turned.number) if each.number < turned.number]
    if turned.dep == "aux" or any(each.is_word and each.text != "that" for each in before):
        return None
    if turned.text.lower() == "had":
        clause = tree.child(turned.number, "ccomp")
        is_done = clause is not None and clause.tag in ("VBN", "VBD", "VB")
        return clause if is_done and not tree.child(turned.number, "aux", "dobj") else None
    nouns = tree.children(turned.number, "nsubj", "attr")
    clauses = tree.children(turned.number, "advcl", "xcomp", "ccomp")
    clauses += [each for noun in nouns for each in tree.children(noun.number, "relcl", "acl")]
    return next((each for each in clauses if tree.child(each.number, "aux")), None)


def turned_should(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "will stop should the test fail": a clause with "should" before its subject is a condition."""
    for clause in tree.tokens:
        main = tree.child(clause.number, "ccomp")
        should = next((each for each in tree.children(clause.number, "aux") if each.text == "should"), None)
        subject = tree.child(clause.number, "nsubj", "nsubjpass")
        if should is None or subject is None:
            continue
        if (joined := _joined_should(tree, clause, should, subject)) is not None:
            return joined
        is_turned = clause.head < should.number < tree.subtree(subject.number)[0]
        if is_turned and main is None and clause.dep == "ccomp":
            return [replace(clause, dep="advcl")]  # "warned of a strike should the owner sell"
        if main is None or not main.number < should.number:
            continue
        if should.number < tree.subtree(subject.number)[0] and tree.child(main.number, *SUBJECTS):
            late = [
                each for each in tree.children(clause.number, "prep", "punct") if each.head != main.number
            ]
            is_root = clause.head == clause.number
            return [
                replace(main, dep=clause.dep, head=main.number if is_root else clause.head),
                replace(clause, dep="advcl", head=main.number),
                *(replace(each, head=main.number) for each in late),
            ]
    return []


def turned_noun(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "Should the second paper leak, we will stop": of two modals the first begins a condition, of which the
    verb was taken for a noun.
    """
    should = next((token for token in tree.tokens if token.is_word), None)
    if should is None:
        return []
    comma = next((token.number for token in tree.tokens[should.number :] if token.text == ","), 0)
    main = tree.head(should)
    modals = {aux.number for aux in tree.children(main.number, "aux") if aux.tag == "MD"}
    words = tree.tokens[should.number + 1 : comma]
    if should.text.lower() != "should" or not comma or len(modals) < 2 or main.number < comma:
        return []
    nouns = [word for word in words if word.tag in ("NN", "VB", "VBP")]
    if (
        not nouns
        or any(word.tag in ("VB", "VBP") for word in words[:-1])
        or nouns[-1].number < should.number + 3
    ):
        return []
    verb, subject = nouns[-1], nouns[-1].number - 1
    own = [word for word in words if word.number < subject and word.head == verb.number]
    behind = [word for word in words if word.number > verb.number and word.head == should.number]
    return [
        replace(verb, dep="advcl", head=main.number, pos="VERB", tag="VB"),
        replace(tree.tokens[subject], dep="nsubj", head=verb.number),
        *(replace(word, head=subject) for word in own),
        *(replace(word, head=verb.number) for word in (should, *behind)),
    ]


def that_ends_a_condition(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "If I believed that, I would go": *that* before a comma is what is believed, and begins no clause."""
    for that in tree.tokens[:-1]:
        main, condition = tree.head(that), tree.head(tree.head(that))
        is_last = (
            that.dep == "mark" and that.text.lower() == "that" and tree.tokens[that.number + 1].text == ","
        )
        is_held = main.dep == "ccomp" and condition.number == that.number - 1
        if not is_last or not is_held or mark_of(tree, condition) not in _IF or condition.dep != "advcl":
            continue
        above = tree.head(condition)
        return [
            replace(main, dep="ccomp" if above.number != condition.number else "ROOT", head=above.number),
            replace(condition, head=main.number),
            replace(that, dep="dobj", head=condition.number, pos="PRON", tag="DT"),
        ]
    return []


def condition_set_off(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "If it rains, she said, “we will go”": a condition before who speaks is one of what is said behind."""
    for clause in tree.tokens:
        verb = tree.head(clause)
        subject, main = tree.child(verb.number, *SUBJECTS), tree.child(verb.number, "ccomp")
        if verb.lemma not in speaking or not subject or not main or not is_condition(tree, clause):
            continue
        if not clause.number < subject.number < verb.number < main.number:
            continue
        ends = (tree.subtree(clause.number)[-1], verb.number)
        if any(token.text != "," for end in ends for token in tree.tokens[end + 1 : end + 2]):
            continue
        is_root = verb.head == verb.number
        return [
            replace(main, dep=verb.dep, head=main.number if is_root else verb.head),
            replace(verb, dep="parataxis", head=main.number),
            replace(clause, head=main.number),
        ]
    return []


def _joined_should(tree: Tree, clause: Token, should: Token, subject: Token) -> list[Token] | None:
    """ "It will rain, and should it stop, we go": the clause after "and" is a condition of the next."""
    joint = tree.tokens[should.number - 1]
    first = tree.head(clause)
    main = next((each for each in tree.ancestors(first.number) if each.number > clause.number), None)
    is_joined = clause.dep == "conj" and joint.dep == "cc" and joint.lemma in ("and", "but")
    if not is_joined or main is None or should.number > subject.number or first.head != main.number:
        return None
    return [
        replace(clause, dep="advcl", head=main.number),
        replace(first, dep=main.dep, head=first.number if main.head == main.number else main.head),
        replace(main, dep="conj", head=first.number),
    ]


def provided(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "will come, provided that it is dry": a participle that begins a condition is no verb."""
    for token in tree.tokens[1:]:
        line = [token, *tree.ancestors(token.number)]
        clause = next((c for above in line for c in _held_after(tree, token, above)), None)
        if token.text not in ("provided", "providing") or clause is None:
            continue
        before = [each for each in tree.children(token.number, "ccomp") if each.number < token.number]
        is_apart = bool(before) and tree.tokens[token.number - 1].text == ","  # "…, X said, provided"
        is_root = token.head == token.number
        if tree.child(token.number, "aux", "auxpass", "dobj", *(() if is_apart else SUBJECTS)):
            continue
        if is_root and not before:
            continue
        beside = [
            c for c in tree.children(token.head, "ccomp") if token.dep == "ccomp" and c.number < token.number
        ]
        above = (each for each in tree.ancestors(token.number) if each.is_verb)
        main = next(iter((*reversed(before or beside), *above)), None)
        if main is None:
            continue
        others = [each for each in tree.children(token.number) if each not in (clause, main)]
        top = replace(main, dep=token.dep, head=main.number if is_root else token.head)
        return [
            *([top] if before else []),
            *(replace(o, head=main.number, dep="dep" if o.dep in SUBJECTS else o.dep) for o in others),
            replace(clause, dep="advcl", head=main.number),
            replace(token, dep="mark", head=clause.number, pos="SCONJ", lemma="provided"),
        ]
    return []


def _held_after(tree: Tree, token: Token, above: Token) -> list[Token]:
    """The clauses of a verb that begin right after a word."""
    clauses = tree.children(above.number, "ccomp", "pcomp")
    return [
        each
        for each in clauses
        if tree.child(each.number, *SUBJECTS) and tree.subtree(each.number)[0] == token.number + 1
    ]


def as_long_as(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "will run as long as somebody pays": three words begin a condition."""
    for long in tree.tokens[1:-2]:
        marks = tree.tokens[long.number - 1 : long.number + 2]
        clause = tree.head(marks[2])
        main = next((each for each in tree.ancestors(long.number) if each.is_verb), None)
        is_mark = [each.text.lower() for each in marks] in (["as", "long", "as"], ["so", "long", "as"])
        if not is_mark or main is None or not tree.child(clause.number, *SUBJECTS) or clause.dep != "advcl":
            continue
        return [
            replace(clause, head=main.number),
            *(replace(each, dep="mark", head=clause.number, lemma="provided") for each in marks),
        ]
    return []
