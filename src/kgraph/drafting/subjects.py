"""Who does what a verb tells, and to what it is done, where that does not stand beside the verb."""

from __future__ import annotations

from typing import Final

from kgraph.drafting.complements import is_infinitive
from kgraph.drafting.tree import RELATIVE, TIMES, Token, Tree

__all__ = ["caused_by", "doer", "is_passive", "object_of"]

#: So many verbs up.
_DEEP: Final = 6


def is_passive(tree: Tree, verb: Token) -> bool:
    """Whether a verb tells what is done to its subject: "was built", "a house built in May"."""
    if tree.child(verb.number, "auxpass"):
        return True
    if verb.tag != "VBN" or tree.child(verb.number, "aux", "nsubj"):
        return False
    if verb.dep == "conj":
        return is_passive(tree, tree.head(verb))
    return verb.dep in ("acl", "advcl", "relcl")


def doer(tree: Tree, verb: Token, *, depth: int = 0) -> Token | None:
    """The subject of a verb, printed or not; of a passive verb it is what something is done to."""
    own = tree.subject(verb.number)
    if own is not None:
        is_relative = own.tag in RELATIVE or own.lemma == "that"
        return None if own.dep == "expl" else _before(tree, verb) if is_relative else own
    head = tree.head(verb)
    if depth > _DEEP or head.number == verb.number or (verb.dep == "acl" and is_infinitive(tree, verb)):
        return None
    if verb.dep == "conj" and head.is_verb:
        return doer(tree, head, depth=depth + 1)
    return head if verb.dep in ("acl", "relcl") else _doer_above(tree, verb, head, depth)


def _doer_above(tree: Tree, verb: Token, head: Token, depth: int) -> Token | None:
    """Who does what an infinitive or a participle tells: as the verb above it says."""
    if verb.dep == "pcomp":
        verb, head = head, tree.head(head)
    is_bare = verb.dep == "ccomp" and verb.tag == "VB"  # "help rebuild it"
    if not head.is_verb or not (verb.dep in ("xcomp", "advcl", "prep") or is_bare):
        return None
    given = _whom(tree, head)
    is_theirs = verb.dep in ("xcomp", "prep", "ccomp") or head.lemma == "give"  # "gave them a day to leave"
    if is_theirs and given is not None and (given.number < verb.number or given.tag in RELATIVE):
        return _before(tree, head) if given.tag in RELATIVE else given
    if verb.dep == "advcl" and is_passive(tree, head) and is_infinitive(tree, verb):
        return None  # "was shut to save money"
    return doer(tree, head, depth=depth + 1)


def _whom(tree: Tree, head: Token) -> Token | None:
    """Whom a verb tells or makes to do something; no things, which are what it is done with."""
    own = tree.child(head.number, "dobj", "dative")
    is_asking = head.lemma in ("call", "count", "rely", "depend", "prevail", "wait", "appeal")
    phrases = tree.children(head.number, "prep") if is_asking else []
    on = next((each for each in phrases if each.lemma in ("on", "upon", "for", "to")), None)
    given = own or (tree.child(on.number, "pobj") if on is not None else None)
    if given is None or given.tag in RELATIVE or head.lemma in _CAUSING:
        return given
    return None if head.lemma in ("use", "take", "need", "have", "seek") else given


#: Verbs that tell what somebody brings others to do; what follows comes about.
_CAUSING: Final = frozenset(
    {"force", "cause", "lead", "prompt", "compel", "oblige", "drive", "enable", "push"}
)


def caused_by(tree: Tree, verb: Token) -> Token | None:
    """The verb that says that something made this one come about: "forced the crew to leave"."""
    head = tree.head(verb)
    return head if verb.dep in ("xcomp", "ccomp") and head.lemma in _CAUSING and head.is_verb else None


def object_of(tree: Tree, verb: Token) -> Token | None:
    """The direct object of a verb; what a relative clause is about, if it lacks one."""
    own = next((each for each in tree.children(verb.number, "dobj") if each.entity not in TIMES), None)
    if own is not None:
        is_relative = own.tag in RELATIVE or (own.lemma == "that" and own.number < verb.number)
        return _before(tree, verb) if is_relative else own
    subject = tree.child(verb.number, "nsubj")
    if subject is not None and any(each.tag == "WP$" for each in tree.children(subject.number, "poss")):
        return None
    if verb.dep != "relcl" or subject is None or subject.tag in RELATIVE or subject.lemma == "that":
        return None
    clauses = tree.children(verb.number, "ccomp", "xcomp", "attr", "acomp", "advmod", "prep")
    is_whole = any(each.dep in ("ccomp", "xcomp", "attr", "acomp") or each.tag == "WRB" for each in clauses)
    is_stranded = any(each.dep == "prep" and not tree.children(each.number) for each in clauses)
    head = tree.head(verb)
    return None if is_whole or is_stranded or head.entity in TIMES else head


def _before(tree: Tree, verb: Token) -> Token | None:
    """What the relative pronoun of a verb's clause stands for."""
    while verb.dep in ("conj", "xcomp", "ccomp") and tree.head(verb).is_verb:
        verb = tree.head(verb)
    head = tree.head(verb)
    return head if verb.dep in ("relcl", "acl") and head.pos in ("NOUN", "PROPN", "PRON") else None
