"""Clauses that deny by their own words: "That is false", "no such order was given", "I have never lied"."""

from __future__ import annotations

from typing import Final

from kgraph.drafting.cues import Cues
from kgraph.drafting.tree import SUBJECTS, Token, Tree

__all__ = ["clears_oneself", "rejects"]

#: What points at something that was said.
_POINTING: Final = frozenset({"that", "this", "it", "these", "those", "they"})
#: A clause that is cut short has not more words.
_CUT_SHORT: Final = 4
#: What one has never done without being accused of it: "I have never seen such rain".
_LIVING: Final = frozenset("see hear know feel think be have meet".split())
_OWN: Final = frozenset({"i", "we", "my", "our"})


def clears_oneself(tree: Tree, head: int) -> bool:
    """Whether speakers say what they or theirs have never done: "I have never cheated".

    ``head`` is the head of a negative clause.
    """
    subject = tree.child(head, "nsubj")
    has = any(aux.lemma == "have" and aux.tag in ("VBP", "VBZ") for aux in tree.children(head, "aux"))
    words = {child.lemma for child in tree.children(head)}
    if subject is None or not has or not words & {"never", "ever"}:
        return False
    is_own = any(tree.tokens[number].text.lower() in _OWN for number in tree.subtree(subject.number))
    return is_own and tree.tokens[head].lemma not in _LIVING


def rejects(tree: Tree, head: int, cues: Cues, *, is_negative: bool) -> bool:
    """Whether a clause rejects what was said: "That is false", "no such order was given", "It had not"."""
    subject = tree.child(head, *SUBJECTS)
    if subject is None:
        return False
    of_what = _antecedent_of(tree, head, subject)
    is_about_words = subject.lemma in _POINTING or cues.is_account(of_what)
    said = tree.child(head, "acomp", "attr")
    judged = said.lemma if said is not None else ""
    if is_about_words and (judged in cues.rejecting if not is_negative else judged in cues.accepting):
        return True
    if not is_negative:
        return False
    if any(_is_no_such(tree, noun) for noun in _below(tree, head)):
        return True
    held = tree.child(head, "dobj", "attr")
    is_refused = held is not None and (
        (held.lemma in cues.proof and any(det.lemma == "no" for det in tree.children(held.number, "det")))
        or (cues.is_account(held) and tree.tokens[head].lemma in cues.accepted)
    )
    is_ungiven = cues.is_account(of_what) and tree.tokens[head].lemma in cues.given_out
    return is_refused or is_ungiven or _is_cut_short(tree, head)


def _below(tree: Tree, head: int) -> list[Token]:
    """The nouns that a verb holds, with or without a preposition."""
    phrases = (tree.children(each.number, "pobj") for each in tree.children(head, "prep"))
    return [*tree.children(head, "dobj", "attr", *SUBJECTS), *(noun for held in phrases for noun in held)]


def _is_no_such(tree: Tree, noun: Token) -> bool:
    """Whether a noun is "no such order"."""
    words = {child.lemma for child in tree.children(noun.number, "det", "amod", "predet")}
    held = (tree.child(each.number, "pobj") for each in tree.children(noun.number, "prep"))
    is_that = any(each is not None and each.lemma in ("kind", "sort") for each in held)  # "of that kind"
    return "no" in words and ("such" in words or is_that)


def _antecedent_of(tree: Tree, head: int, subject: Token) -> Token:
    """What the subject of a clause is, or what it stands for: "an order which was never given"."""
    is_relative = subject.tag in ("WDT", "WP") and tree.tokens[head].dep == "relcl"
    return tree.head(tree.tokens[head]) if is_relative else subject


def _is_cut_short(tree: Tree, head: int) -> bool:
    """Whether a clause is no more than a subject and a negated auxiliary: "there had not"."""
    token = tree.tokens[head]
    words = [number for number in tree.subtree(head) if tree.tokens[number].is_word]
    is_auxiliary = token.lemma in ("have", "be", "do") and token.tag in ("VBD", "VBZ", "VBP")
    last = tree.tokens[words[-1]] if words else token
    return is_auxiliary and last.dep == "neg" and len(words) <= _CUT_SHORT
