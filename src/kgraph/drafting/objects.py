"""The objects of verbs that attribute: "demanded the return of the bell", "offered the town a park"."""

from __future__ import annotations

from typing import Final

from kgraph.drafting.complements import TELLING, without_mark
from kgraph.drafting.going_on import finite_tag
from kgraph.drafting.positions import after_that
from kgraph.drafting.sites import Content, Site
from kgraph.drafting.sources import can_speak
from kgraph.drafting.tree import NOMINAL, TIMES, Token, Tree

__all__ = ["ahead", "gift", "object_frame"]

#: What tells of a time that it is yet to come.
_AHEAD: Final = frozenset({"later", "next", "tomorrow", "coming"})
_NOBODY: Final = frozenset({"no", "nobody", "none"})
#: What tells by when something is due.
_DUE: Final = frozenset({"by", "until", "before", "within"})
#: What tells how, and not what.
_MEANS: Final = frozenset({"through", "via", "during", "after"})
#: Kinds of what is to be done, and is refused as such: "turned down a request that it stay".
_DUE_KINDS: Final = frozenset({"request", "demand", "order", "promise", "plan"})


def gift(site: Site) -> Content | None:
    """What somebody offers whom: "offered the town a park"; or how much: "has offered 40 million"."""
    held = [*site.tree.children(site.verb.number, "dative"), *site.tree.children(site.verb.number, "dobj")]
    is_money = any(site.tree.tokens[n].pos == "NUM" for each in held for n in site.tree.subtree(each.number))
    is_given = len(held) > 1 and can_speak(held[0], site.cues)
    return object_frame(site) if is_given or is_money else None


def object_frame(site: Site) -> Content | None:
    """The object of a verb, the claim in it, or the subject of a passive."""
    tree, verb, cue = site.tree, site.verb, site.cue
    is_negative = cue.polarity == "negative"
    is_passive = tree.child(verb.number, "nsubjpass") and not tree.child(verb.number, "agent")
    if is_negative and (is_passive or tree.child(verb.number, "dative")):
        return None  # "was denied a visa"
    beside = (each for each in tree.children(verb.number, "npadvmod") if tree.child(each.number, "det"))
    lost = [each for each in beside if each.number > verb.number and each.entity not in TIMES]  # "a march"
    for held in tree.children(verb.number, "dobj")[-1:] or lost[:1]:
        if tree.child(held.number, "mark") and (found := after_that(tree, verb, needs_verb=False)):
            return "clause", *found  # "recommended that the state review it"
        if cue.kind == "denial" and held.lemma in site.cues.given:
            continue
        noun = site.cues.nouns.get(held.lemma) if is_negative else None
        if noun and noun.kind not in _DUE_KINDS and (clause := _that_clause(tree, held)) is not None:
            return "clause", without_mark(tree, clause), clause.number  # "denied reports that"
        is_claim = is_negative and held.lemma in ("that", "this") and held.number > verb.number
        is_some = tree.child(held.number, "prep") is not None  # "most of it"
        if verb.lemma in TELLING and site.cues.is_person(held.lemma):
            continue  # "promised our mother"
        is_empty = held.lemma == "one" and not tree.children(held.number)
        if is_empty or (cue.kind == "claim" and tree.tokens[tree.subtree(held.number)[0]].lemma in _NOBODY):
            continue  # "blamed no one"
        if not site.cues.fits(cue, held):
            continue
        if held.pos in ("NOUN", "PROPN", "VERB", "NUM") or is_claim or is_some:
            return "object", tuple(_object(tree, verb, held)), held.number
    passive = tree.child(verb.number, "nsubjpass") if tree.child(verb.number, "agent") else None
    if passive is not None and passive.pos in ("NOUN", "PROPN") and verb.dep not in ("acl", "relcl"):
        return "object", tuple(tree.subtree(passive.number)), passive.number  # "was rejected by the court"
    claim = tree.child(verb.number, "ccomp") if cue.kind == "denial" else None
    return ("clause", without_mark(tree, claim), claim.number) if claim else None


def _that_clause(tree: Tree, noun: Token) -> Token | None:
    clauses = tree.children(noun.number, "acl", "ccomp", "relcl")
    return next(
        (each for each in clauses if any(m.lemma == "that" for m in tree.children(each.number, "mark"))), None
    )


def _object(tree: Tree, verb: Token, held: Token) -> list[int]:
    """An object with the phrases that the parser may have hung at the verb: "promised buses to anyone"."""
    numbers = tree.subtree(held.number)
    given = tree.child(verb.number, "dative", "dobj")
    if given is not None and given.pos in NOMINAL and verb.number < given.number < held.number:
        numbers = [*tree.subtree(given.number), *numbers]  # "offered the town a park"
    # "expects rain on Monday": not "promised buses on Monday"
    is_foreseen = verb.tag in ("VBZ", "VBP") or verb.lemma in ("want", "expect")
    back = tree.tokens[numbers[-1] + 1 : numbers[-1] + 2]
    numbers += [each.number for each in back if each.text == "back"]  # "wants its money back"
    for child in tree.children(verb.number, "dative", "prep"):
        is_when = any(token.entity in TIMES for token in tree.children(child.number))
        is_when = is_when or child.lemma in _MEANS
        if child.number == numbers[-1] + 1 and (not is_when or child.lemma in _DUE or is_foreseen):
            numbers += tree.subtree(child.number)
    return [*numbers, *ahead(tree, verb, numbers[-1] + 1)]


def ahead(tree: Tree, verb: Token, start: int) -> list[int]:
    """When something is to be that somebody promised or asked for: "a vote next year", "once it is over"."""
    for child in tree.children(verb.number, "npadvmod", "advmod", "advcl"):
        below = tree.subtree(child.number)
        words = [tree.tokens[number] for number in below]
        is_time = child.dep != "advcl" and any(word.lemma in _AHEAD for word in words[:2])
        is_once = words[0].lemma == "once" and finite_tag(tree, child) in ("VBZ", "VBP")
        if below[0] == start and (is_time or (child.dep == "advcl" and is_once)):
            return below
    return []
