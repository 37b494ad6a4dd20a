"""Who attributes without a verb of saying: by an adjective, an adverb, or a noun that somebody has or gives.

rules:attitude      is convinced that …
rules:hearsay       is reportedly …
rules:noun          a demand by X to …, X voiced the fear that …, rumours that …
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kgraph.drafting.attribution import Attribution
from kgraph.drafting.complements import is_clause, is_infinitive, without_mark
from kgraph.drafting.cues import Cues
from kgraph.drafting.sources import source_of
from kgraph.drafting.tree import SUBJECTS, Token, Tree
from kgraph.text import Span

__all__ = ["of_attitude", "of_hearsay", "of_noun"]

#: Adjectives that somebody makes something: "made it clear that".
_CLEAR: Final = frozenset({"clear", "plain", "known"})
#: What is asked of everybody, and says nothing.
_UNASKED: Final = frozenset({"comment", "information", "interview", "detail"})
#: Kinds of what somebody else is to do.
_ASKED: Final = frozenset({"request", "demand"})
#: Subjects of which an adjective says nothing about anybody: "it is certain that".
_NOBODY: Final = frozenset({"it", "there", "this", "that", "which", "what", "you"})


def of_attitude(tree: Tree, token: Token, cues: Cues) -> Iterator[Attribution]:
    """What an adjective or a participle holds: "they are concerned the law will change"."""
    cue = cues.attitudes.get(token.text.lower())
    if cue is None or token.dep in ("amod", "compound"):
        return
    copula = tree.head(token) if token.dep in ("acomp", "oprd", "attr", "ccomp") else token
    if token.text.lower() in _CLEAR and copula.lemma != "make":
        return
    if copula is token and token.tag == "VBN" and not tree.child(token.number, "auxpass"):
        return  # "we have convinced them that"
    source = tree.child(copula.number, *SUBJECTS)
    if source is None or source.lemma in _NOBODY or source.dep == "csubj":
        return
    held = [*tree.children(token.number, "ccomp"), *tree.children(copula.number, "ccomp")]
    clause = next((each for each in held if each.number > token.number and is_clause(tree, each)), None)
    if clause is None:
        return
    negation = tree.child(copula.number, "neg") or tree.child(token.number, "neg")
    yield Attribution(
        tree,
        "attitude",
        cue,
        token.span,
        token.number,
        source,
        without_mark(tree, clause),
        clause.number,
        is_negated=negation is not None,
    )


def of_noun(tree: Tree, noun: Token, cues: Cues) -> Iterator[Attribution]:
    """What a noun of saying holds, of somebody's or given by somebody."""
    cue = cues.nouns.get(noun.lemma)
    if cue is None:
        return
    clause = next(
        (
            each
            for each in tree.children(noun.number, "acl", "ccomp", "relcl")
            if is_infinitive(tree, each) or _is_that(tree, each)
        ),
        None,
    )
    source, between = _owner(tree, noun)
    if source is None:
        source, beside = _giver(tree, noun, cues)
        clause = clause or beside
    if clause is None and cue.kind in _ASKED:
        clause = _asked_for(tree, noun)
    if source is None and noun.tag == "NNS" and (clause is None or not is_infinitive(tree, clause)):
        source = noun  # "rumours that": nobody else is named
    if clause is None or source is None or source.lemma == "you":
        return
    last = between or noun
    first = tree.child(noun.number, "det") or noun
    own = set(tree.subtree(source.number)) - set(tree.subtree(clause.number))
    yield Attribution(
        tree,
        "noun",
        cue,
        Span(min(first, noun, key=lambda t: t.number).span.start, last.span.end),
        noun.number,
        source,
        tuple(number for number in without_mark(tree, clause) if number not in own),
        clause.number,
    )


def _asked_for(tree: Tree, noun: Token) -> Token | None:
    """What a demand is for."""
    for preposition in tree.children(noun.number, "prep"):
        held = tree.child(preposition.number, "pobj") if preposition.lemma == "for" else None
        if held is not None and held.lemma not in _UNASKED:
            return held
    return None


def of_hearsay(tree: Tree, adverb: Token, cues: Cues) -> Iterator[Attribution]:
    """What is said by nobody in particular: "the firm, which is reportedly losing money"."""
    cue = cues.adverbs.get(adverb.lemma)
    verb = tree.head(adverb)
    if cue is None or not verb.is_verb:
        return
    left_out = {adverb.number}
    for child in tree.children(verb.number):
        is_joined = child.dep in ("mark", "cc", "conj") or child.tag in ("WDT", "WP")
        left_out |= set(tree.subtree(child.number)) if is_joined else set()
    content = tuple(number for number in tree.subtree(verb.number) if number not in left_out)
    if len(content) > 1:
        yield Attribution(tree, "hearsay", cue, adverb.span, adverb.number, None, content, verb.number)


def _is_that(tree: Tree, clause: Token) -> bool:
    return any(mark.lemma == "that" for mark in tree.children(clause.number, "mark"))


def _owner(tree: Tree, noun: Token) -> tuple[Token | None, Token | None]:
    """Whose a demand is, and the preposition that says so."""
    for child in tree.children(noun.number, "prep", "agent"):
        if child.lemma in ("by", "from") and (held := tree.child(child.number, "pobj")):
            return held, child
    return tree.child(noun.number, "poss"), None


def _giver(tree: Tree, noun: Token, cues: Cues) -> tuple[Token | None, Token | None]:
    """Who has or gives what a noun names, and the clause that the parser hung at the verb: "voiced fears"."""
    verb = tree.head(noun)
    if noun.dep != "dobj" or verb.lemma not in cues.light or tree.child(verb.number, "neg"):
        return None, None
    clauses = [
        each for each in tree.children(verb.number, "ccomp", "acl", "advcl", "relcl") if _is_that(tree, each)
    ]
    return source_of(tree, verb)[0], next((each for each in clauses if each.number > noun.number), None)
