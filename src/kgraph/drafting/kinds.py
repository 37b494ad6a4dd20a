"""How a clause is put: its polarity, and its kind by its own words and by the cue that it stands under."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from kgraph.drafting.conditions import is_condition, is_phrase_of_condition, mark_of
from kgraph.drafting.cues import SAID, Cue, Cues
from kgraph.drafting.denials import clears_oneself, rejects
from kgraph.drafting.tree import SUBJECTS, Token, Tree

__all__ = [
    "is_nothing",
    "kind_of_question",
    "polarity_of",
    "put",
    "put_under",
    "way_of",
]

_NEGATIVE_WORDS: Final = frozenset({"no", "nobody", "none", "nothing", "neither", "nowhere"})
#: Complements through which "he does not want to say" is negative.
_OF_ONE_VERB: Final = frozenset({"xcomp"})
#: Kinds of cues with which "whether" leaves it open.
_LEFT_OPEN: Final = frozenset({SAID, "claim", "request"})
#: Verbs whose complement is a figure.
_MEASURING: Final = frozenset("be cost take number total stand reach amount last measure weigh come".split())
#: Those whose figure is yet to come.
_COSTING: Final = frozenset("cost take need last require save".split())
#: Forms that are in the indicative for sure.
_INDICATIVE: Final = frozenset("is are was were am has had does did".split())
#: Kinds of what others are to do.
_OTHERS_DUE: Final = frozenset({"request", "demand", "order"})
_NOT_SO: Final = 2
_POSSIBLE: Final = frozenset({"may", "might", "could"})
_DUE: Final = frozenset({"should", "must", "ought"})
_WE: Final = frozenset({"i", "we"})
_AM: Final = frozenset({"am", "are", "’m", "’re", "'m", "'re"})
_WOULD: Final = frozenset({"would", "’d", "'d"})
#: Kinds of what is done by saying so.
_DONE_BY_WORDS: Final = frozenset({"promise", "request", "demand", "order"})
_SUPPOSING: Final = frozenset("think believe suppose reckon guess doubt suspect".split())
_FUTURE: Final = frozenset({"will", "would", "shall", "wo", "'ll", "’ll", "’d", "'d"})


def kind_of_question(tree: Tree, tokens: Sequence[int]) -> str:
    """The kind of a question, empty for others: yes-or-no leaves it open, the rest ask for something.

    "Should we …?" is about what is due.
    """
    words = [tree.tokens[number] for number in tokens if tree.tokens[number].is_word]
    rest = tree.tokens[words[-1].number + 1 :]
    after = next((token for token in rest if token.text not in ",\"'”’»"), None)
    if any(token.tag in ("WP", "WRB", "WDT", "WP$") for token in words[:2]):
        ends = next((token.text for token in rest if token.text in ".?!;"), "")
        return "request" if ends == "?" else ""
    if after is None or after.text != "?":
        return ""
    return "obligation" if words[0].lemma in _DUE else "possibility"


def way_of(tree: Tree, head: int, inside: frozenset[int], cues: Cues) -> tuple[str, str]:
    """The kind and the polarity that a clause has by its own words."""
    polarity = polarity_of(tree, head, inside)
    return _kind(tree, head, polarity, cues, frozenset()), polarity


# Polarity and kind


def polarity_of(tree: Tree, head: int, inside: frozenset[int]) -> str:
    """``negative`` where the clause is negated: by *not*, *never*, or *no* in its subject or its object."""
    has_not = any(child.number in inside or child.dep == "neg" for child in tree.children(head, "neg"))
    is_none = tree.tokens[head].pos == "NOUN" and any(d.lemma == "no" for d in tree.children(head, "det"))
    adverbs = {child.lemma for child in tree.children(head, "advmod", "preconj", "cc")}
    is_undone = "yet" in adverbs and _is_infinitive_of(tree, head, "have", "has", "had")
    is_told = tree.child(head, "dobj", "auxpass", "dative") is not None  # "told them not to go"
    below = tree.children(head, *_OF_ONE_VERB) if not is_told else []
    acomp = tree.child(head, "acomp")
    held = [tree.child(each.number, "pobj") for each in tree.children(head, "prep")]
    held += tree.children(head, "advmod", "npadvmod")  # "no longer", "under no duty"
    subject = tree.subject(head)  # "nobody digs and then pays"
    first = min((n for n in tree.subtree(head) if n in inside and tree.tokens[n].is_word), default=head)
    is_negative = (
        has_not
        or tree.tokens[first].text == "Not"  # "Not before the lease ends"
        or is_none
        or bool(adverbs & {"never", "neither", "nor", "no"})
        or (subject is not None and is_nothing(tree, subject))
        or _is_after_nor(tree, head)
    )
    holds_none = (
        is_undone
        or any(tree.child(child.number, "neg") for child in below)
        or (acomp is not None and acomp.lemma in ("unable", "unlikely"))
        or any(is_nothing(tree, child) for child in tree.children(head, "dobj", "attr"))
        or any(each is not None and _has_no(tree, each) for each in held)
    )
    return "negative" if is_negative or holds_none else "positive"


def _is_after_nor(tree: Tree, head: int) -> bool:
    """Whether a clause goes on with "nor": "nor should anyone leave"."""
    first = tree.head(tree.tokens[head])
    joints = tree.children(first.number, "cc") if tree.tokens[head].dep == "conj" else []
    return any(cc.lemma == "nor" and first.number < cc.number < head for cc in joints)


def _has_no(tree: Tree, word: Token) -> bool:
    is_no = any(child.lemma == "no" for child in tree.children(word.number, "det", "neg", "advmod"))
    is_no = is_no or (word.dep == "pobj" and word.lemma in ("neither", "none", "nobody"))
    return is_no and not any(child.tag == "JJR" for child in tree.children(word.number))  # "no better"


def is_nothing(tree: Tree, noun: Token) -> bool:
    """Whether a noun phrase says that there is none: "nobody", "no reason", "not one patient"."""
    words = [noun, *tree.children(noun.number, "det", "preconj", "neg")]
    first = tree.tokens[tree.subtree(noun.number)[0]]
    is_not_one = noun.dep in SUBJECTS and first.text.lower() == "not"
    return is_not_one or any(word.lemma in _NEGATIVE_WORDS for word in words)


def put(tree: Tree, head: int, inside: frozenset[int], cues: Cues) -> tuple[str, str]:
    """The kind and the polarity of a clause that nobody else says."""
    polarity = polarity_of(tree, head, inside)
    if is_condition(tree, tree.tokens[head]):
        return "conditional", polarity
    if any(child.tag == "TO" for child in tree.children(head, "aux")):
        return _kind_of_infinitive(tree, head, cues), polarity
    return _kind(tree, head, polarity, cues, frozenset()), polarity


def _kind_of_infinitive(tree: Tree, head: int, cues: Cues) -> str:
    """What an infinitive is told as: never as done. "came to man", "tried to take", "were ordered to go"."""
    above = tree.head(tree.tokens[head])
    if above.lemma in cues.attempts:
        return "attempt"
    kinds = [cue.kind for cue in cues.verbs.get(above.lemma, ()) if "infinitive" in cue.frames]
    return kinds[0] if kinds and kinds[0] not in (SAID, "claim") else "intention"


def put_under(
    tree: Tree, head: int, inside: frozenset[int], cue: Cue, cues: Cues, is_first_person: frozenset[int]
) -> tuple[str, str]:
    """The kind and the polarity of a clause under a cue."""
    polarity = polarity_of(tree, head, inside)
    token = tree.tokens[head]
    is_phrase = is_phrase_of_condition(tree, token)
    is_open = token.dep in ("ccomp", "advcl") and mark_of(tree, token) in ("whether", "if")
    stated = _as_stated(tree, token, cue)
    if is_phrase or is_condition(tree, token):
        is_without = is_phrase and token.lemma == "without"
        kind, polarity = "conditional", "negative" if is_without else polarity
        if mark_of(tree, token) == "unless":
            polarity = _opposite(polarity)
    elif is_open and cue.kind in _LEFT_OPEN:
        kind = "possibility"
    elif _is_not_so(tree, inside, cues):
        kind, polarity = "denial", "negative"
    elif stated.kind not in (SAID, "claim"):
        kind = stated.kind
        polarity = _opposite(polarity) if stated.polarity == "negative" else polarity
    else:
        kind = _kind(tree, head, polarity, cues, is_first_person)
        polarity = _opposite(polarity) if stated.polarity == "negative" else polarity  # "doubts that it will"
        polarity = "negative" if kind == "denial" else polarity
        kind = "claim" if kind == "fact" and stated.kind == "claim" else kind
    return kind, polarity


def _opposite(polarity: str) -> str:
    return "negative" if polarity == "positive" else "positive"


def _is_not_so(tree: Tree, inside: frozenset[int], cues: Cues) -> bool:
    """Whether a content is no more than "Not so", "Not true", "Nonsense"."""
    words = [tree.tokens[number].lemma for number in sorted(inside) if tree.tokens[number].is_word]
    is_not = len(words) == _NOT_SO and words[0] == "not" and words[1] in cues.accepting
    return is_not or (len(words) == 1 and words[0] in cues.rejecting)


def _as_stated(tree: Tree, head: Token, cue: Cue) -> Cue:
    """What a cue does with a clause in the indicative or in the subjunctive.

    "pleaded that it is late" and "swears that nobody lied" state something; "insisted that he go" demands it.
    """
    subject = tree.child(head.number, *SUBJECTS)
    if subject is None or not head.is_verb or any(a.tag == "TO" for a in tree.children(head.number, "aux")):
        return cue
    if tree.tokens[tree.subtree(head.number)[0]].tag in ("WRB", "WP", "WDT") or _is_due_too(tree, head):
        return cue  # "asked how it was done"
    words = [head, *tree.children(head.number, "aux", "auxpass", "cop")]
    is_finite = any(word.tag in ("VBZ", "VBD") or word.text.lower() in _INDICATIVE for word in words)
    is_future = any(word.text.lower() in _FUTURE for word in words)
    if cue.kind == "estimate" and is_future:
        cue = replace(cue, kind=SAID)
    elif cue.kind in _OTHERS_DUE and (is_finite or is_future):
        cue = replace(cue, kind="claim", polarity="positive")
    elif cue.kind == "promise" and is_finite and not is_future:
        cue = replace(cue, kind=SAID if cue.group == "assured" else "claim")
    is_bare = all(word.tag == "VB" for word in words) and subject.tag in ("NN", "NNP", "PRP")
    if cue.kind == "claim" and is_bare and subject.number < head.number and subject.lemma not in ("i", "you"):
        return replace(cue, kind="demand" if cue.group == "claimed" else "request")
    return cue


def _is_due_too(tree: Tree, head: Token) -> bool:
    """Whether a participle goes on from a subjunctive: "that it be torn up and the tender reopened"."""
    words = tree.children(head.head, "aux", "auxpass") if head.dep == "conj" else []
    is_bare = head.tag in ("VBN", "VBD") and not tree.child(head.number, "aux", "auxpass", "cop")
    return is_bare and any(word.tag == "VB" for word in words) and all(word.tag != "MD" for word in words)


def _kind(tree: Tree, head: int, polarity: str, cues: Cues, is_first_person: frozenset[int]) -> str:
    """The kind that a clause has by its own words: the first that fits."""
    verb = tree.tokens[head]
    bearer = head  # "would take it and leave": the second verb has the first one's auxiliary
    while (
        tree.tokens[bearer].dep == "conj"
        and tree.tokens[bearer].tag in ("VB", "VBN")
        and not tree.child(bearer, "aux", "auxpass")
    ):
        bearer = tree.tokens[bearer].head
    auxiliaries = {child.text.lower() for child in tree.children(bearer, "aux") if not _is_had(child, verb)}
    auxiliaries |= {verb.text.lower()} if verb.tag == "MD" else set()  # "and nobody will"
    words = {child.lemma for child in tree.children(head)}
    subject = tree.subject(head)
    is_own = subject is not None and subject.number in is_first_person
    is_negative = polarity == "negative"
    is_future = _is_infinitive_of(tree, head, "going") or bool(auxiliaries & _FUTURE)
    is_promised = is_future and not auxiliaries & _WOULD and subject is not None and subject.lemma in _WE
    is_future = is_future and (is_own or "rather" not in words)
    is_arranged = subject is not None and subject.dep == "nsubjpass" and not is_negative
    has_infinitive = _is_infinitive_of(tree, head, "have", "has", "had", "need", "needs", "needed")
    has_infinitive = has_infinitive and not auxiliaries & {"may", "might", "could"}
    is_due = has_infinitive or (bool(auxiliaries & _DUE) and verb.lemma != "like")
    is_undone = has_infinitive and not auxiliaries and "yet" in words
    is_likely = bool(words & cues.likely) and verb.lemma == "be"
    is_left_open = is_negative and verb.lemma == "rule" and tree.child(head, "prt") is not None
    is_unable = is_negative and bool(auxiliaries & {"can", "ca", "could"}) and "have" not in auxiliaries
    is_ordered = "shall" in auxiliaries and (subject is None or subject.lemma not in ("i", "we"))
    is_resolved = verb.tag == "VBG" and verb.lemma in cues.resolved and auxiliaries <= _AM
    is_wanted = (
        verb.lemma == "want" and auxiliaries <= {"do"} and subject is not None and subject.lemma in _WE
    )
    is_wanted = is_wanted and verb.tag in ("VBP", "VB")
    is_wanted = is_wanted and tree.child(head, "dobj", "ccomp", "xcomp") is not None
    is_threat = any(
        is_condition(tree, each) for each in tree.children(bearer, "advcl")
    )  # "if not, we will go"
    is_threat = is_threat and subject is not None and subject.lemma == "we"
    is_cost = is_future and verb.lemma in _COSTING and _has_figure(tree, head)
    clauses = tree.children(head, "acl", "relcl") if verb.pos == "NOUN" else []
    is_due_to_be = any(_is_infinitive(tree, each) and tree.child(each.number, "auxpass") for each in clauses)
    is_chance = verb.lemma in cues.chances  # "will be lost" is nobody's plan
    performed = _performed(tree, verb, cues)
    fitting = (
        ("request", _is_imperative(tree, verb)),
        (performed, bool(performed)),
        ("prediction", _supposes_to_come(tree, head)),
        ("demand", is_wanted and not is_negative),
        ("refusal", is_wanted and is_negative and tree.child(head, "dobj") is not None),
        ("denial", is_negative and clears_oneself(tree, head)),
        ("estimate", is_cost),
        ("fact", is_undone),
        ("possibility", is_left_open),  # "would not rule it out"
        ("possibility", "have" in auxiliaries and bool(auxiliaries & {"would", "could", "might"})),
        ("inability", is_unable),
        ("obligation", is_due or is_ordered or verb.lemma == "ought"),
        ("refusal", (is_future or is_resolved) and is_own and is_negative),
        ("promise", is_promised and not is_threat and not is_chance and "be" not in auxiliaries),
        ("intention", (is_future and is_own and "be" not in auxiliaries) or (is_resolved and is_own)),
        ("plan", (is_future and is_arranged and not is_chance) or is_due_to_be),
        ("prediction", is_future),
        ("possibility", bool(auxiliaries & _POSSIBLE or words & cues.possible)),
        ("prediction", is_likely),
        ("denial", rejects(tree, head, cues, is_negative=is_negative)),
        ("estimate", _is_reckoned(tree, head, cues)),
    )
    return next((kind for kind, fits in fitting if fits), "fact")


def _performed(tree: Tree, verb: Token, cues: Cues) -> str:
    """The kind of what somebody does by saying it: "We are asking them to go", "I promise that they will"."""
    for each in (verb, tree.head(verb)) if verb.dep == "ccomp" else (verb,):
        subject, clauses = tree.subject(each.number), tree.children(each.number, "ccomp", "xcomp")
        auxiliaries = {aux.text.lower() for aux in tree.children(each.number, "aux")}
        is_now = auxiliaries <= {"do"} if each.tag == "VBP" else auxiliaries & _AM
        if (
            subject is None
            or subject.lemma not in _WE
            or not is_now
            or not clauses
            or tree.child(each.number, "neg")
        ):
            continue
        kinds = [cue.kind for cue in cues.verbs.get(each.lemma, ()) if cue.kind in _DONE_BY_WORDS]
        is_to_do = any(_is_infinitive(tree, clause) for clause in clauses)
        if kinds and (is_to_do or kinds[0] in ("promise", "demand")):  # not "we tell you that it is safe"
            return kinds[0]
    return ""


def _supposes_to_come(tree: Tree, head: int) -> bool:
    """Whether a clause tells what somebody takes to be coming: "we think it will", "expects a text"."""
    verb, held = tree.tokens[head], tree.children(head, "ccomp", "xcomp")
    if verb.lemma == "expect" and not tree.child(head, "aux", "auxpass"):
        return not held and tree.child(head, "dobj") is not None
    words = {aux.text.lower() for clause in held for aux in tree.children(clause.number, "aux")}
    return verb.lemma in _SUPPOSING and bool(words & _FUTURE)


def _is_infinitive(tree: Tree, clause: Token) -> bool:
    return any(aux.tag == "TO" for aux in tree.children(clause.number, "aux"))


def _is_had(aux: Token, verb: Token) -> bool:
    """Whether "’d" is "had": "he’d rung"."""
    is_participle = verb.tag == "VBN" or verb.text.lower().endswith(("ed", "ung", "own", "ken", "ven", "en"))
    return aux.text.lower() in ("’d", "'d") and is_participle and aux.number < verb.number


def _is_imperative(tree: Tree, verb: Token) -> bool:
    """Whether a clause tells somebody to do something: "Show me", "Don’t go", "so let them wait"."""
    is_bare = verb.tag in ("VB", "VBP") and verb.lemma == verb.text.lower() and verb.lemma != "have"
    auxiliaries = {aux.lemma for aux in tree.children(verb.number, "aux", "auxpass")}
    is_head = verb.dep in ("ROOT", "ccomp", "conj", "parataxis", "advcl", "dep")
    if not is_bare or not is_head or not auxiliaries <= {"do"} or tree.child(verb.number, *SUBJECTS, "mark"):
        return False
    if verb.dep == "conj" and any(aux.tag == "MD" for aux in tree.children(verb.head, "aux")):
        return False  # "will say sorry and pay"
    before = verb.number - 1
    while before >= 0 and tree.tokens[before].dep in ("aux", "neg", "advmod", "intj", "cc"):
        before -= 1
    if verb.dep == "conj" and tree.head(verb).tag == "VB" and _is_imperative(tree, tree.head(verb)):
        return True
    return before < 0 or not tree.tokens[before].is_word


def _is_infinitive_of(tree: Tree, head: int, *words: str) -> bool:
    """Whether a clause's verb is one of some words with an infinitive: "has to go", "going to go"."""
    clauses = tree.children(head, "xcomp")
    has_to = any(aux.tag == "TO" for clause in clauses for aux in tree.children(clause.number, "aux"))
    return has_to and tree.tokens[head].text.lower() in words


def _has_figure(tree: Tree, head: int) -> bool:
    """Whether what a verb holds is a figure: "would cost 40 crowns"."""
    held = tree.children(head, "dobj", "npadvmod", "attr")
    return any(tree.tokens[n].pos == "NUM" for each in held for n in tree.subtree(each.number))


def _is_reckoned(tree: Tree, head: int, cues: Cues) -> bool:
    """Whether the clause says a figure that is hedged: "is about two miles off", "lost about 40"."""
    if tree.tokens[head].lemma in _MEASURING:
        subjects = {child.number for child in tree.children(head, *SUBJECTS)}
        below = tree.subtree(head, without=subjects)
    else:
        below = [n for held in tree.children(head, "dobj", "npadvmod") for n in tree.subtree(held.number)]
    hedges = [number for number in below if tree.tokens[number].lemma in cues.about]
    starts = [n + 2 if n + 1 in below and tree.tokens[n + 1].lemma in ("to", "of") else n + 1 for n in hedges]
    return any(number in below and tree.tokens[number].pos in ("NUM", "SYM") for number in starts)
