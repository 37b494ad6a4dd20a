"""What parsers take apart wrongly in sentences about saying, put right by the words that join clauses.

A tree that is mended differs in heads and labels alone. ``speaking`` are lemmas of saying throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final

from kgraph.drafting.asked import asked_between, asked_first
from kgraph.drafting.complements import TELLING
from kgraph.drafting.conditions import (
    as_long_as,
    condition_set_off,
    provided,
    that_ends_a_condition,
    turned_condition,
    turned_noun,
    turned_should,
)
from kgraph.drafting.going_on import finite_tag, goes_on, noun_in_a_row, then
from kgraph.drafting.nouns import (
    age,
    asked_for,
    common_noun,
    name_as_root,
    noun_as_root,
    speaker_after_a_quotation,
)
from kgraph.drafting.set_off import (
    according_at_the_end,
    after_according,
    contact_clause,
    late_infinitive,
    lost_subject,
    noun_before_tag,
    put_between,
    put_in,
    tail,
    tail_clause,
    turned_subject,
    two_subjects,
)
from kgraph.drafting.that_clauses import (
    and_that,
    asked_if,
    informed_that,
    mark_of_a_subject,
    noun_after_that,
    that_alone,
    that_begins_a_clause,
    that_is_no_article,
    that_is_no_pronoun,
    verb_before_that,
)
from kgraph.drafting.tree import FINITE, NOMINAL, SUBJECTS, Token, Tree

__all__ = ["mended"]


#: Verbs that ask somebody to do something.
_ASKING_TO: Final = frozenset(
    "ask urge tell order want beg advise invite instruct encourage warn command".split()
)


def mended(tree: Tree, speaking: Collection[str]) -> Tree:
    """The tree with its clauses where they belong."""
    for way in _WAYS:
        changes = way(tree, speaking)
        if changes:
            tokens = list(tree.tokens)
            for token in changes:
                tokens[token.number] = token
            changed = Tree(tree.span, tuple(tokens))
            tree = tree if any(_is_round(changed, token.number) for token in changes) else changed
    return tree


def _is_round(tree: Tree, number: int) -> bool:
    """Whether a token is above itself: two ways of mending do not agree."""
    seen: set[int] = set()
    while tree.tokens[number].head != number:
        if number in seen:
            return True
        seen.add(number)
        number = tree.tokens[number].head
    return False


def _second_predicate(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "said flour kept in sheds went bad": of two clauses in a row the first says more of the subject."""
    found: list[Token] = []
    for verb in tree.tokens:
        held = [each for each in tree.children(verb.number, "ccomp") if each.number > verb.number]
        if not verb.is_verb or verb.lemma not in speaking or len(held) != 2:
            continue
        first, second = held
        subject = tree.child(first.number, *SUBJECTS)
        if finite_tag(tree, second) not in FINITE or subject is None or subject.number > first.number:
            continue
        is_pronoun = subject.pos not in ("NOUN", "PROPN")
        if second.lemma in speaking or is_pronoun or tree.child(second.number, *SUBJECTS, "mark", "cc"):
            continue
        begins = min([second.number, *(aux.number for aux in tree.children(second.number, "aux", "auxpass"))])
        is_aside = tree.tokens[tree.subtree(subject.number)[-1] + 1].text == "," or any(
            tree.tokens[number].text == "," for number in range(subject.number, first.number)
        )  # "the talk, a tape of which was played, was long"
        if tree.tokens[begins - 1].text == "," and not is_aside:
            found.append(
                replace(second, dep="conj", head=first.number)
            )  # "the dogs were fed, have slept and"
            continue
        is_bare = first.tag == "VBN" and not tree.child(first.number, "aux", "auxpass")
        found.append(replace(first, dep="acl" if is_bare else "relcl", head=subject.number))
        found.append(replace(subject, head=second.number))
        found += [replace(mark, head=second.number) for mark in tree.children(first.number, "mark")]
    return found


def _told_clause(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "told the Post they had left", "asked the zoo to wait": what follows says no more of whom is told."""
    found: list[Token] = []
    for clause in tree.tokens:
        hearer, verb = tree.head(clause), tree.head(tree.head(clause))
        is_next = hearer.dep in ("dobj", "dative") and hearer.number < clause.number and verb.is_verb
        if clause.dep not in ("relcl", "acl") or not is_next:
            continue
        first = tree.tokens[tree.subtree(clause.number)[0]]
        subject = tree.child(clause.number, *SUBJECTS)
        is_to = any(aux.tag == "TO" for aux in tree.children(clause.number, "aux"))
        if is_to and verb.lemma in _ASKING_TO and first.tag == "TO":
            found.append(replace(clause, dep="xcomp", head=verb.number))
        elif verb.lemma in TELLING and subject is not None and first.number == hearer.number + 1:
            is_relative = any(
                t.tag in ("WDT", "WP", "WRB") for t in tree.tokens[first.number : clause.number]
            )
            found += [] if is_relative or is_to else [replace(clause, dep="ccomp", head=verb.number)]
    return found


def _wanted_done(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "wants each of them examined": nobody wants what was done, so it is a participle."""
    clauses = (
        each for verb in tree.tokens if verb.lemma == "want" for each in tree.children(verb.number, "ccomp")
    )
    return [
        replace(each, tag="VBN")
        for each in clauses
        if each.tag == "VBD" and each.number > each.head and not tree.child(each.number, "aux", "mark")
    ]


def _verb_after_a_participle(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "A report ordered by the city found that it was late": the second verb is the sentence’s."""
    for verb in tree.tokens:
        line = {verb.number, *(each.number for each in tree.ancestors(verb.number))}
        clauses = [
            each for each in tree.tokens[verb.number + 1 :] if each.dep == "ccomp" and each.head in line
        ]
        held = [each for each in clauses if each.head == verb.number or tree.child(each.number, "mark")]
        is_lost = verb.tag in (*FINITE, "VBN") and verb.dep in ("acl", "dep", "advcl", "relcl")
        if verb.lemma not in speaking or not is_lost or not held or not verb.number:
            continue
        before = tree.tokens[verb.number - 1]
        if before.dep == "cc" or before.text == "," or tree.child(verb.number, *SUBJECTS, "aux", "mark"):
            continue
        for above in tree.ancestors(verb.number):
            noun = tree.child(above.number, "nsubj") if above.is_verb else above
            participle = above if above.is_verb else tree.child(above.number, "acl")
            is_clause = above.is_verb and above.tag in ("VBD", "VBN") and verb.dep == "dep"
            is_noun = not above.is_verb and above.pos in NOMINAL and above.head == above.number
            if noun is None or participle is None or not (is_clause or is_noun):
                continue
            if noun.number < participle.number < verb.number:
                place = replace(
                    verb, dep=above.dep, head=verb.number if above.head == above.number else above.head
                )
                return [
                    replace(place, tag="VBD" if verb.tag == "VBN" else verb.tag),
                    replace(noun, dep="nsubj", head=verb.number),
                    replace(held[0], head=verb.number),
                    *([replace(participle, dep="acl", head=noun.number)] if participle is above else []),
                ]
    return []


def _verb_in_a_row(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "She wept, promised a refund and left": a finite verb without a subject is one of a row."""
    for verb in tree.tokens:
        goes_on = tree.tokens[verb.number + 1 : verb.number + 2]
        is_next = bool(goes_on) and goes_on[0].tag in ("TO", "IN")  # not "“…,” warned Holt"
        for first in tree.children(verb.number, "advcl", *(["ccomp"] if is_next else [])):
            is_before = first.number < verb.number and first.tag == verb.tag and verb.tag in FINITE
            subject = tree.child(first.number, "nsubj")
            has_own = tree.child(verb.number, *SUBJECTS) or tree.child(first.number, "mark", "advmod")
            if is_before and subject is not None and not has_own and first.dep == "ccomp":
                above = first.number if verb.head == verb.number else verb.head
                return [
                    replace(first, dep=verb.dep, head=above),
                    replace(verb, dep="conj", head=first.number),
                ]
            if is_before and subject is not None and not has_own:
                return [replace(subject, head=verb.number)]
    found: list[Token] = []
    for verb in tree.tokens[1:]:
        others = [each for each in tree.children(verb.number, "conj") if each.tag == "VBD"]
        is_bare = not tree.child(verb.number, *SUBJECTS, "aux", "auxpass", "mark", "agent")
        is_next = tree.tokens[verb.number - 1].text == "," and verb.tag in ("VBD", "VBN")
        if verb.dep not in ("dep", "advcl") or not (others and is_bare and is_next):
            continue
        line = (
            each for each in tree.ancestors(verb.number) if each.tag == "VBD" and each.number < verb.number
        )
        main = next((each for each in line if tree.child(each.number, *SUBJECTS)), None)
        if main is not None:
            found.append(replace(verb, dep="conj", head=main.number, tag="VBD"))
    return found


_WAYS: Final[tuple[Callable[[Tree, Collection[str]], list[Token]], ...]] = (
    common_noun,
    age,
    asked_for,
    _wanted_done,
    noun_as_root,
    noun_in_a_row,
    then,
    put_in,
    asked_between,
    asked_first,
    contact_clause,
    after_according,
    according_at_the_end,
    name_as_root,
    speaker_after_a_quotation,
    verb_before_that,
    _verb_after_a_participle,
    _verb_in_a_row,
    turned_condition,
    turned_noun,
    turned_should,
    that_ends_a_condition,
    provided,
    as_long_as,
    condition_set_off,
    _told_clause,
    informed_that,
    mark_of_a_subject,
    noun_after_that,
    that_alone,
    that_begins_a_clause,
    that_is_no_article,
    that_is_no_pronoun,
    _second_predicate,
    turned_subject,
    lost_subject,
    tail,
    tail_clause,
    late_infinitive,
    two_subjects,
    noun_before_tag,
    put_between,
    asked_if,
    and_that,
    goes_on,
)
