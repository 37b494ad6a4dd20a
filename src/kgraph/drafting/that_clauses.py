"""Clauses that "that", "if" and "whether" begin, put below the verbs of saying that govern them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from kgraph.drafting.complements import TELLING
from kgraph.drafting.going_on import finite_tag
from kgraph.drafting.tree import FINITE, FINITE_WORDS, NOMINAL, SUBJECTS, Token, Tree

__all__ = [
    "and_that",
    "asked_if",
    "informed_that",
    "mark_of_a_subject",
    "noun_after_that",
    "that_alone",
    "that_begins_a_clause",
    "that_is_no_article",
    "that_is_no_pronoun",
    "verb_before_that",
]

_CONTRASTS: Final = frozenset({"while", "although", "though", "whereas"})
#: Verbs that ask with "if".
_ASKING: Final = frozenset("ask wonder know see check inquire enquire".split())


def that_is_no_pronoun(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "said at the time that it was late": what begins a clause that has a subject is no pronoun."""
    found: list[Token] = []
    for clause in tree.tokens:
        first = tree.tokens[tree.subtree(clause.number)[0]] if clause.dep == "ccomp" else clause
        subject = tree.child(clause.number, *SUBJECTS)
        is_odd = first.text == "that" and first.tag == "WDT" and first.dep not in SUBJECTS
        if is_odd and subject is not None and tree.head(clause).lemma in speaking:
            found.append(replace(first, dep="mark", tag="IN", head=clause.number))
    return found


def mark_of_a_subject(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "while boats worth two million crowns sank": what begins a clause hangs at its verb."""
    found: list[Token] = []
    for mark in tree.tokens:
        noun = tree.head(mark)
        verb = tree.head(noun)
        if mark.dep != "mark" or noun.dep not in ("nsubj", "nsubjpass") or noun.pos not in NOMINAL:
            continue
        if mark.number < noun.number < verb.number and verb.is_verb and not tree.child(verb.number, "mark"):
            dep = "advcl" if mark.lemma in _CONTRASTS and verb.dep == "ccomp" else verb.dep
            found += [replace(mark, head=verb.number), replace(verb, dep=dep)]
    return found


def that_alone(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "Holt disputes that, saying it was late": a "that" with nothing after it is what the verb holds."""
    found: list[Token] = []
    for verb, that, mark in zip(tree.tokens, tree.tokens[1:], tree.tokens[2:], strict=False):
        clause = tree.head(that)
        is_alone = verb.is_verb and that.text == "that" and mark.text in (",", ".", ";")
        is_subject = (
            that.dep in (*SUBJECTS, "mark") and finite_tag(tree, clause) in FINITE_WORDS
        )  # "that, too, was"
        if is_alone and not is_subject and clause is not verb:
            found.append(replace(that, dep="dobj", pos="PRON", tag="DT", head=verb.number))
    return found


def that_is_no_article(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "said she was sorry but that regret was not enough": a "that" after "but" begins a second clause."""
    found: list[Token] = []
    for that in tree.tokens[1:]:
        noun = tree.head(that)
        clause, verb = tree.head(noun), tree.head(tree.head(noun))
        is_odd = that.text == "that" and that.dep == "det" and tree.tokens[that.number - 1].dep == "cc"
        first = next((c for c in tree.children(verb.number, "ccomp") if c.number > verb.number), None)
        is_second = noun.dep in SUBJECTS and clause.dep == "conj" and verb.lemma in speaking
        if is_odd and is_second and first is not None and first.number < that.number:
            found.append(replace(that, dep="mark", tag="IN", head=clause.number))
            found.append(replace(clause, head=first.number))
    return found


def verb_before_that(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "Judges held that it was late, and told it to pay": what holds a "that" before "and" is a verb.

    Parsers take it for a participle or, as in "analysts forecast that", for a noun of the subject.
    """
    for joint in tree.tokens:
        noun = tree.head(joint)
        verb = tree.head(noun)
        if joint.dep != "cc" or noun.dep != "nsubj" or not noun.number < joint.number < verb.number:
            continue
        if verb.tag not in FINITE or tree.child(noun.number, "conj") or tree.child(verb.number, "mark"):
            continue
        clauses = [each for each in tree.tokens[noun.number : joint.number] if _is_held(tree, each)]
        for clause in clauses[:1]:
            mark = next(each for each in tree.children(clause.number, "mark") if each.text == "that")
            held = tree.head(clause)
            first = held if held.is_verb else tree.tokens[mark.number - 1]
            if first.lemma not in speaking or tree.child(first.number, *SUBJECTS, "aux", "auxpass"):
                continue
            if (
                first.lemma in TELLING
                or first is noun
                or noun.number not in {a.number for a in tree.ancestors(first.number)}
            ):
                continue
            return _as_verb(tree, first, clause, noun, verb, joint)
    return []


def _is_held(tree: Tree, clause: Token) -> bool:
    marks = tree.children(clause.number, "mark")
    return clause.is_verb and any(mark.text == "that" for mark in marks)


def _as_verb(tree: Tree, first: Token, clause: Token, noun: Token, verb: Token, joint: Token) -> list[Token]:
    """What makes a word the verb of a subject, and the verb after it one that goes on from it."""
    found = [
        replace(first, pos="VERB", tag="VBD", dep=verb.dep, head=first.number),
        replace(clause, dep="ccomp", head=first.number),
        replace(noun, head=first.number),
        replace(verb, dep="conj", head=first.number),
        replace(joint, head=first.number),
    ]
    if verb.head != verb.number:
        found[0] = replace(found[0], head=verb.head)
    if not first.is_verb:  # "analysts at the bank forecast that"
        others = [each for each in tree.children(first.number) if each is not clause]
        if others:
            found.append(replace(others[-1], dep=first.dep, head=first.head))
            found += [replace(each, head=others[-1].number) for each in others[:-1]]
    return found


def noun_after_that(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "told us that results from the sites had been lost": the word after "that" is no verb."""
    found: list[Token] = []
    for that in tree.tokens[:-1]:
        noun = tree.tokens[that.number + 1]
        verb = tree.head(noun)
        is_odd = that.text == "that" and that.head == noun.number and that.dep in SUBJECTS
        if not is_odd or noun.tag != "VBZ" or noun.dep != "ccomp" or verb.lemma not in speaking:
            continue
        second = next((c for c in tree.children(verb.number, "ccomp") if c.number > noun.number), None)
        if second is not None and not tree.child(second.number, *SUBJECTS, "mark"):
            found.append(replace(that, dep="mark", tag="IN", head=second.number))
            found.append(replace(noun, dep="nsubj", pos="NOUN", tag="NNS", head=second.number))
    return found


def that_begins_a_clause(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "told a meeting in the hall that it was late": a clause with a subject says no more of the hall."""
    found: list[Token] = []
    for that in tree.tokens:
        clause = tree.head(that)
        if that.lemma != "that" or that.tag != "WDT" or clause.dep != "relcl" or that.number > clause.number:
            continue
        others = [each for each in tree.children(clause.number, *SUBJECTS) if each.number > that.number]
        verb = _speaking_above(tree, clause, speaking)
        held = tree.child(verb.number, "dobj") if verb is not None else None
        has_object = held is not None and verb is not None and verb.lemma not in TELLING
        is_hearer = verb is not None and verb.lemma in TELLING and tree.head(clause) is held
        is_filled = is_hearer and tree.child(clause.number, "acomp", "attr", "dobj", "ccomp", "xcomp")
        is_odd = that.dep in (*SUBJECTS, "advmod", "dative", "mark", "pobj")
        if others and verb is not None and not has_object and (is_odd or is_filled):
            found.append(replace(that, dep="mark", tag="IN"))
            found.append(replace(clause, dep="ccomp", head=verb.number))
    return found


def _speaking_above(tree: Tree, clause: Token, speaking: Collection[str]) -> Token | None:
    for above in tree.ancestors(clause.number):
        if above.is_verb:
            return above if above.lemma in speaking and above.number < clause.number else None
    return None


def and_that(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "said the request was seen but that it was late": a second "that" goes on from what is said."""
    found: list[Token] = []
    for mark in tree.tokens:
        clause = tree.head(mark)
        if mark.text != "that" or mark.dep != "mark" or not 0 < mark.number < clause.number:
            continue
        verb, first = _row_before(tree, mark, clause, speaking)
        joint = tree.tokens[mark.number - 1].lemma
        if verb is None or joint not in ("and", "but", "or", ","):
            continue
        if first is None:  # "adding, to loud applause, that she hoped"
            is_free = joint == "," and clause.head not in (verb.number, clause.number) and verb.tag == "VBG"
            found += [replace(clause, dep="ccomp", head=verb.number)] if is_free else []
        elif not (clause.dep == "conj" and clause.head == first.number) and clause.number not in {
            first.number,
            *(above.number for above in tree.ancestors(first.number)),
        }:
            found.append(replace(clause, dep="conj", head=first.number))
    return found


def informed_that(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "was told by its supplier, Rusk Metals, that": a name between commas does not part them."""
    for mark in tree.tokens[2:]:
        clause = tree.head(mark)
        if mark.text != "that" or mark.dep != "mark" or tree.tokens[mark.number - 1].text != ",":
            continue
        start = mark.number - 2
        while start > 1 and tree.tokens[start].pos == "PROPN":
            start -= 1
        name, agent = tree.tokens[mark.number - 2], tree.tokens[start - 1]
        by = tree.head(agent)
        verb = tree.head(by)
        is_named = tree.tokens[start].text == "," and name.number > start and agent.dep == "pobj"
        if is_named and by.dep == "agent" and verb.lemma in TELLING and clause.head != verb.number:
            return [
                replace(name, dep="appos", head=agent.number),
                replace(clause, dep="ccomp", head=verb.number),
            ]
    return []


def _row_before(
    tree: Tree, mark: Token, own: Token, speaking: Collection[str]
) -> tuple[Token | None, Token | None]:
    """The nearest verb of saying before a "that" which may hold it, and what it governs already."""
    for verb in reversed(tree.tokens[: mark.number]):
        if not verb.is_verb or verb.lemma not in speaking:
            continue
        clauses = [each for each in tree.children(verb.number, "ccomp") if each.number > verb.number]
        held = [each for each in clauses if each.number < mark.number and each.number != own.number]
        commas = sum(token.text == "," for token in tree.tokens[verb.number : mark.number])
        is_aside = commas > 1 and own in clauses  # "told her, by letter, that"
        if held or verb.tag == "VBG" or is_aside or (own in clauses and not commas):
            return verb, held[0] if held else None
    return None, None


def asked_if(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "asked me if I had the key": a clause with "if" or "whether" right after is what is asked."""
    found: list[Token] = []
    for clause in tree.tokens:
        asking, first = tree.head(clause), tree.subtree(clause.number)[0]
        if asking.dep == "pobj" and tree.head(asking).dep == "agent":  # "asked by a guest whether"
            asking = tree.head(tree.head(asking))
        marks = {mark.lemma for mark in tree.children(clause.number, "mark")}
        is_next = asking.number < first and tree.tokens[first - 1].text != ","
        if (
            clause.dep in ("advcl", "relcl", "acl")
            and asking.lemma in _ASKING
            and is_next
            and marks & {"if", "whether"}
        ):
            found.append(replace(clause, dep="ccomp", head=asking.number))
    return found
