"""What verbs hold without a finite verb: "deemed it late", "recalled hearing shots", "shows Holt leading"."""

from __future__ import annotations

from typing import Final

from kgraph.drafting.complements import is_clause, is_infinitive
from kgraph.drafting.sites import Content, Site
from kgraph.drafting.tree import SUBJECTS, Token, Tree

__all__ = ["gerund", "participle_of_another", "small_clause"]

#: Verbs of which an object alone is nothing that somebody thinks.
_HOLDING: Final = frozenset({"think", "deem", "consider", "believe"})


def small_clause(tree: Tree, verb: Token) -> Content | None:
    """A clause without a verb, or whose subject is taken for an object: "deemed it late"."""
    for judged in tree.children(verb.number, "ccomp", "oprd"):
        subject = tree.child(judged.number, *SUBJECTS) or tree.child(verb.number, "dobj")
        is_verbless = judged.pos in ("ADJ", "NOUN") and not tree.child(judged.number, "aux", "cop", "mark")
        if subject is not None and is_verbless and verb.number < subject.number < judged.number:
            numbers = {*tree.subtree(subject.number), *tree.subtree(judged.number)}
            return "clause", tuple(sorted(numbers)), judged.number
    held, clause = tree.child(verb.number, "dobj"), tree.child(verb.number, "ccomp")
    if held is not None and clause is None and verb.lemma in _HOLDING:
        return _judged(tree, verb, held)
    if held is None or clause is None or not verb.number < held.number < clause.number:
        return None
    if is_infinitive(tree, clause) or tree.subtree(held.number)[-1] + 1 < tree.subtree(clause.number)[0]:
        return None
    numbers = {*tree.subtree(held.number), *tree.subtree(clause.number)}
    return "clause", tuple(sorted(numbers)), clause.number


def _judged(tree: Tree, verb: Token, held: Token) -> Content | None:
    """What somebody thinks of an object: "thought a strike likely", "thinks it “made in a hurry”"."""
    likely = [each for each in tree.children(verb.number, "advmod") if each.lemma in ("likely", "unlikely")]
    done = [each for each in tree.children(held.number, "acl") if each.tag == "VBN"]
    for judged in (*likely, *done):
        words = [token for token in tree.tokens[held.number + 1 : judged.number] if token.is_word]
        if judged.number > held.number > verb.number and all(token.head == judged.number for token in words):
            numbers = {*tree.subtree(held.number), *tree.subtree(judged.number)}
            numbers |= {n for n in tree.subtree(verb.number) if n > judged.number and judged in likely}
            return "clause", tuple(sorted(numbers)), judged.number
    return None


def gerund(site: Site) -> Content | None:
    """What somebody tells of having done or seen: "recalled hearing shots", "recalls being told"."""
    for clause in site.tree.children(site.verb.number, "xcomp", "ccomp"):
        words = (clause, *site.tree.children(clause.number, "aux", "auxpass"))
        if clause.number > site.verb.number and any(word.tag == "VBG" for word in words):
            numbers = site.tree.subtree(clause.number)
            for when in site.tree.children(site.verb.number, "advcl"):  # "recalls waiting before it came"
                below = site.tree.subtree(when.number)
                numbers += below if below[0] == numbers[-1] + 1 else []
            return "infinitive", tuple(numbers), clause.number
    return None


def participle_of_another(site: Site) -> Content | None:
    """What a finding shows somebody doing: "the poll shows Holt leading"."""
    for clause in site.tree.children(site.verb.number, "ccomp"):
        subject = site.tree.child(clause.number, *SUBJECTS)
        if clause.tag != "VBG" or is_clause(site.tree, clause):
            continue
        if subject is not None and subject.number > site.verb.number:
            return "clause", tuple(site.tree.subtree(clause.number)), clause.number
    held = site.tree.child(site.verb.number, "dobj") if "gerund" in site.cue.frames else None
    if held is not None:  # "recalled a guard telling them to go"
        for clause in site.tree.children(held.number, "acl"):
            if clause.tag == "VBG" and clause.number == held.number + 1:
                return "clause", tuple(site.tree.subtree(held.number)), clause.number
    return None
