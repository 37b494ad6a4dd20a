"""What only looks as if it attributed something: "declined to do so", "did not say whether", "you say"."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from kgraph.drafting.complements import is_infinitive
from kgraph.drafting.cues import Cue, Cues
from kgraph.drafting.sites import Content
from kgraph.drafting.tree import SUBJECTS, Token, Tree
from kgraph.drafting.withholding import is_on_condition

__all__ = ["is_anybody", "is_beside_the_point", "is_no_one", "is_taken_back", "rejects_it", "says_nothing"]

_FIRST: Final = frozenset({"i", "we"})
#: Kinds of what nobody says who does not do so: "never ordered a freeze", "does not dispute the bill".
_UNSAID: Final = frozenset({"denial", "order", "request", "demand", "promise"})
#: Auxiliaries of what nobody has said yet; not "can", as in "can reveal that".
_MAY_BE: Final = frozenset({"could", "might", "must", "should", "may"})
#: Who may say something one day: "until somebody could explain why".
_ANYBODY: Final = frozenset({"somebody", "someone", "anybody", "anyone"})
_NO_ONE: Final = frozenset({"no", "nobody", "none", "neither", "not"})
#: Verbs with which "to say" is to say: "went on to say".
_GOING_ON: Final = frozenset({"go", "continue", "proceed", "rush"})
#: Verbs after which "to say" tells what was said: "rang to warn that".
_CONTACT: Final = frozenset(
    "write ring rung call phone telephone email text go come rise stand step use take cable wire".split()
)


def is_anybody(tree: Tree, source: Token) -> bool:
    """Whether everybody is meant ("you", "one", not "one of them"), or what was just told: "that means"."""
    is_bare = not tree.children(source.number)
    is_said = source.lemma in ("this", "that") and source.tag == "DT"
    return source.lemma == "you" or ((source.lemma == "one" or is_said) and is_bare)


def is_no_one(tree: Tree, source: Token) -> bool:
    """Whether a subject is nobody, or not all: "no clerk was prepared to sign", "not everybody is keen"."""
    return _is_one_of(tree, source, _NO_ONE)


def _is_one_of(tree: Tree, source: Token, lemmas: Collection[str]) -> bool:
    """Whether a subject, or what stands before it, is one of some words."""
    words = (source, *tree.children(source.number, "det", "neg", "preconj"))
    return any(word.lemma in lemmas for word in words)


def is_taken_back(tree: Tree, verb: Token, source: Token, own: int | None) -> bool:
    """Whether a speaker tells what they do not say: "I do not say that it will happen"."""
    return own is not None and source.lemma in _FIRST and tree.child(verb.number, "neg") is not None


def says_nothing(tree: Tree, verb: Token, cue: Cue, found: Content, own: int | None, cues: Cues) -> bool:
    """Whether it only looks so: "declined to do so", "that she lobbied for", "as I said above"."""
    rule, content, root = found
    subject = tree.child(verb.number, *SUBJECTS)
    owner = tree.subject(verb.number)
    may_be = any(aux.tag == "MD" for aux in tree.children(verb.number, "aux"))
    mark = tree.child(verb.number, "mark") if verb.dep == "advcl" else None
    may_be = may_be or (mark is not None and mark.lemma in ("until", "unless", "if", "when"))
    is_nobody = owner is not None and (
        is_no_one(tree, owner) or (may_be and _is_one_of(tree, owner, _ANYBODY))
    )
    is_unable = verb.lemma == "say" and any(
        aux.lemma in ("can", "could") for aux in tree.children(verb.number, "aux")
    )
    is_asked = subject is not None and subject.tag == "WP" and verb.dep in ("ccomp", "pcomp", "csubj")
    is_done = tree.tokens[root].lemma == "do" and not any(tree.tokens[n].pos == "NOUN" for n in content)
    is_own = own is None and verb.dep == "advcl" and subject is not None and subject.lemma in _FIRST
    return (
        (cue.kind == "refusal" and is_done)  # "which it declined to do"
        or is_asked  # "to say who had ordered it"
        or _is_only_thought_of(tree, verb, subject)
        or (own is not None and rule == "phrase" and verb.lemma == "ask")  # "I asked for it"
        or (cue.kind == "denial" and _is_neither(tree, verb))
        or (cue.kind in _UNSAID and rule == "object" and tree.child(verb.number, "neg") is not None)
        or (cue.kind in _UNSAID and rule == "object" and _is_denied(tree, verb, cues))
        or (rule == "phrase" and tree.tokens[root].tag == "PRP")  # "warned him of it"
        or (rule == "phrase" and tree.tokens[root].lemma in ("nobody", "none", "neither"))  # "voted for"
        or (is_unable and tree.child(verb.number, "neg") is not None)  # "could not say that"
        or (cue.polarity == "positive" and is_nobody)  # "nobody said that"
        or (rule == "clause" and _is_left_open(tree, verb, root))
        or (rule == "clause" and is_on_condition(tree, verb) and _is_spoken(verb))
        or all(tree.tokens[number].tag in ("WDT", "WP", "WRB") for number in content)
        or (rule == "parataxis" and (verb.tag == "VB" or is_own or _is_beside(tree, verb)))
    )


def _is_only_thought_of(tree: Tree, verb: Token, subject: Token | None) -> bool:
    """Whether nobody has said it yet: "the court could rule that", "if the state demands it".

    Not "I must say" and "could not say".
    """
    mark = tree.child(verb.number, "mark") if verb.dep == "advcl" else None
    may_be = any(aux.lemma in _MAY_BE for aux in tree.children(verb.number, "aux"))
    is_told = tree.child(verb.number, "neg") is not None or (subject is not None and subject.lemma in _FIRST)
    return (may_be and not is_told) or (mark is not None and mark.lemma in ("if", "unless"))


def _is_denied(tree: Tree, verb: Token, cues: Cues) -> bool:
    """Whether somebody denies that they said it: "denied ordering a raid"."""
    above = tree.head(verb)
    return verb.tag == "VBG" and verb.dep in ("xcomp", "pcomp") and rejects_it(above, cues)


def _is_beside(tree: Tree, verb: Token) -> bool:
    """Whether a participle with a subject tells how it was said: "…, she said, her voice cracking"."""
    return verb.tag == "VBG" and not tree.child(verb.number, "aux")


def _is_spoken(verb: Token) -> bool:
    return verb.lemma in ("speak", "talk", "testify")


def _is_left_open(tree: Tree, verb: Token, root: int) -> bool:
    """Whether somebody does not say who, how or whether: "did not say how many would close"."""
    is_denied = any(word.lemma == "never" for word in tree.children(verb.number, "neg", "advmod"))
    first = tree.tokens[min(max(verb.number + 1, tree.subtree(root)[0]), len(tree.tokens) - 1)]
    asks = first.tag in ("WRB", "WP", "WDT", "WP$") or first.lemma in ("whether", "if")
    return asks and (is_denied or tree.child(verb.number, "neg") is not None)


def _is_neither(tree: Tree, verb: Token) -> bool:
    """Whether a verb is of those that somebody does neither of: "would neither confirm nor deny it"."""
    words = tree.children(verb.number, "cc", "preconj", "advmod")
    words += tree.children(verb.head, "cc", "preconj", "advmod", "neg") if verb.dep == "conj" else []
    return any(word.lemma in ("nor", "neither") for word in words)


def rejects_it(verb: Token, cues: Cues) -> bool:
    """Whether a verb denies or rejects: what is said with it, if negative, denies too."""
    return any(cue.kind in ("denial", "refusal") for cue in cues.verbs.get(verb.lemma, ()))


def is_beside_the_point(tree: Tree, verb: Token, cues: Cues) -> bool:
    """Whether nobody says anything: "it is reasonable to assume", "declined to say"."""
    if not is_infinitive(tree, verb):
        return False
    above = tree.head(verb)
    if verb.lemma in cues.let and above.lemma in cues.let[verb.lemma].split():
        return False  # "wanted to know why"
    if verb.dep in ("advcl", "xcomp") and above.lemma in _CONTACT and _is_done(tree, above):
        return tree.child(verb.number, "ccomp") is None
    is_future = above.lemma == "go" and above.tag == "VBG"  # "I am not going to say"
    return above.lemma not in _GOING_ON or is_future


def _is_done(tree: Tree, verb: Token) -> bool:
    """Whether a verb tells what has been done: "wrote", "has called"."""
    auxiliaries = {aux.lemma for aux in tree.children(verb.number, "aux")}
    is_past = verb.tag in ("VBD", "VBN") or bool(auxiliaries & {"have", "’d", "'d"})
    return is_past and not tree.child(verb.number, "neg", "auxpass")
