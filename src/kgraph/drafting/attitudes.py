"""Who attributes without a verb of saying: by a phrase, an adjective, an adverb, or a noun of saying.

rules:attitude      is convinced that …
rules:hearsay       is reportedly …
rules:noun          a demand by X to …, X voiced the fear that …, rumours that …
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from kgraph.drafting.complements import is_clause, is_infinitive, without_mark
from kgraph.drafting.conditions import is_condition
from kgraph.drafting.cues import Cue, Cues
from kgraph.drafting.nothing import is_no_one
from kgraph.drafting.objects import ahead
from kgraph.drafting.sites import Attribution
from kgraph.drafting.sources import can_speak, source_of
from kgraph.drafting.tree import SUBJECTS, TIMES, Token, Tree
from kgraph.text import Span

__all__ = ["of_attitude", "of_hearsay", "of_noun"]

_SAID: Final = Cue("said", "said", "positive", frozenset({"clause"}))

#: Verbs of which a noun of saying is the subject.
_COMING: Final = frozenset("come go follow arrive emerge".split())
#: Adjectives that somebody makes something: "made it clear that".
_CLEAR: Final = frozenset({"clear", "plain", "known"})
#: What is asked of everybody, and says nothing.
_UNASKED: Final = frozenset({"comment", "information", "interview", "detail"})
#: Kinds of what somebody else is to do.
_ASKED: Final = frozenset({"request", "demand", "plan"})
#: Kinds of what a noun with "of" puts forward: "her estimate of 40 jobs", "their threat of a strike".
_OF_WHAT: Final = frozenset({"claim", "estimate", "prediction", "promise", "intention", "possibility"})
_COPULAS: Final = frozenset("be remain feel sound seem appear become".split())
#: Kinds of what somebody is ready to do, or not.
_OF_ONESELF: Final = frozenset({"intention", "refusal"})
#: Subjects of which an adjective says nothing about anybody: "it is certain that".
_NOBODY: Final = frozenset({"it", "there", "this", "that", "which", "what", "you"})


def of_attitude(tree: Tree, token: Token, cues: Cues) -> Iterator[Attribution]:
    """What an adjective or a participle holds: "are concerned the law will change", "is wary of delays"."""
    known = cues.attitudes.get(token.text.lower())
    if known is None or token.dep in ("amod", "compound"):
        return
    is_noun = token.dep == "pobj" and tree.head(token).lemma == "in"  # "is in favour of"
    held = tree.head(token) if is_noun else token
    copula = tree.head(held) if is_noun or held.dep in ("acomp", "oprd", "attr", "ccomp") else held
    if copula is not token and tree.child(token.number, "auxpass"):
        return  # a clause of its own, whose subject the parser hung elsewhere
    if token.text.lower() in _CLEAR and copula.lemma != "make":
        return
    if copula is token and token.tag == "VBN" and not tree.child(token.number, "auxpass"):
        return  # "we have convinced them that"
    source = tree.subject(copula.number)
    if source is None or source.lemma in _NOBODY or source.dep == "csubj" or is_no_one(tree, source):
        return
    negation = tree.child(copula.number, "neg") or tree.child(token.number, "neg")
    for cue in known:
        if (found := _held_by(tree, token, copula, cue)) is None:
            continue
        content, root = found
        if copula.lemma not in _COPULAS and copula is not token and "clause" not in cue.frames:
            continue
        if "clause" not in cue.frames and cue.frames | cue.prepositions and not can_speak(source, cues):
            continue
        yield Attribution(
            tree,
            "attitude",
            cue,
            token.span,
            token.number,
            source,
            content,
            root,
            is_negated=negation is not None,
        )
        return


def _held_by(tree: Tree, token: Token, copula: Token, cue: Cue) -> tuple[tuple[int, ...], int] | None:
    """What an adjective holds, and its head: a clause, an infinitive, or what follows a preposition."""
    held = [*tree.children(token.number, "ccomp"), *tree.children(copula.number, "ccomp")]
    held += [each for each in tree.children(token.number, "advcl") if _is_that(tree, each)]
    clause = next((each for each in held if each.number > token.number and is_clause(tree, each)), None)
    if clause is not None:
        return without_mark(tree, clause), clause.number
    below = [*tree.children(token.number, "xcomp", "advcl"), *tree.children(copula.number, "xcomp")]
    for clause in below if cue.kind in _OF_ONESELF and "infinitive" in cue.frames else ():
        if clause.number > token.number and is_infinitive(tree, clause):
            return tuple(tree.subtree(clause.number)), clause.number
    for preposition in tree.children(token.number, "prep"):
        given = tree.child(preposition.number, "pobj", "pcomp")
        if preposition.lemma in cue.prepositions and given is not None and given.entity not in TIMES:
            return without_mark(tree, given), given.number
    return None


def of_noun(tree: Tree, noun: Token, cues: Cues) -> Iterator[Attribution]:
    """What a noun of saying holds, of somebody's or given by somebody."""
    cue = cues.nouns.get(noun.lemma)
    if cue is None:
        return
    if (found := _of_copula(tree, noun, cue)) is not None:
        yield found
        return
    source, between = _owner(tree, noun)
    clause = _clause_of(tree, noun, source)
    asides: set[int] = set()
    if source is None:
        source, beside = _giver(tree, noun, cues)
        clause = clause or beside
    if clause is None and cue.kind in _ASKED:
        clause = _asked_for(tree, noun)
        asides = _asides(tree, clause) if clause is not None else asides
    if source is None and noun.tag == "NNS" and clause is not None and _is_that(tree, clause):
        source = noun  # "rumours that": nobody else is named
    if clause is None and source is not None and cue.kind in _OF_WHAT:
        of = next((each for each in tree.children(noun.number, "prep") if each.lemma == "of"), None)
        clause = tree.child(of.number, "pobj", "pcomp") if of is not None else None
    is_none = any(word.lemma in ("no", "little") for word in tree.children(noun.number, "det", "amod"))
    if is_none and noun.lemma == "doubt":
        is_none, cue = False, replace(cue, polarity="positive")  # "has no doubt that"
    if clause is None or source is None or source.lemma == "you" or is_none:
        return
    if cue.kind == "said" and is_infinitive(tree, clause):
        return  # "has bad news to offer" does not tell it
    if tree.head(noun).lemma in cues.dropping and noun.dep == "dobj":  # "shelved plans for"
        cue = replace(cue, polarity="negative" if cue.polarity == "positive" else "positive")
    naming = [each for each in cues.of_verb(tree, tree.head(noun)) if "naming" in each.frames]
    for beside in tree.children(clause.number, "prep") if naming and noun.dep == "dobj" else ():
        asides |= set(tree.subtree(beside.number)) if beside.lemma == "as" else set()
    last = between or noun
    first = tree.child(noun.number, "det") or noun
    own = set(tree.subtree(source.number)) - set(tree.subtree(clause.number))
    for_ = {mark.number for mark in tree.children(clause.number, "mark") if mark.lemma == "for"}
    content = [*_for_whom(tree, noun, clause), *without_mark(tree, clause)]
    content += ahead(tree, tree.head(noun), content[-1] + 1) if cue.kind in (*_OF_WHAT, *_ASKED) else []
    yield Attribution(
        tree,
        "noun",
        cue,
        Span(min(first, noun, key=lambda t: t.number).span.start, last.span.end),
        noun.number,
        source,
        tuple(number for number in content if number not in own | asides | for_),
        clause.number,
    )


def _for_whom(tree: Tree, noun: Token, clause: Token) -> list[int]:
    """Who is to do what a noun asks for: "a call for the season to be halted"."""
    start = tree.subtree(clause.number)[0]
    for phrase in tree.children(noun.number, "prep") if is_infinitive(tree, clause) else ():
        held = tree.child(phrase.number, "pobj") if phrase.lemma == "for" else None
        below = tree.subtree(held.number) if held is not None else []
        if below and below[-1] + 1 == start:
            return below
    return []


def _asides(tree: Tree, noun: Token) -> set[int]:
    """What is told after a comma of what somebody asks for: "an inquiry, signed by ten"."""
    below = (each for number in tree.subtree(noun.number) for each in tree.children(number, "acl", "relcl"))
    starts = [(tree.subtree(each.number)[0], each) for each in below]
    apart = [each for start, each in starts if start and tree.tokens[start - 1].text == ","]
    return {number for each in apart for number in tree.subtree(each.number)}


def _of_copula(tree: Tree, noun: Token, cue: Cue) -> Attribution | None:
    """What is said by "the answer was that …", "word in the town is that …"."""
    verb = tree.head(noun)
    if noun.dep != "nsubj" or verb.lemma != "be":
        return None
    clause = next((each for each in tree.children(verb.number, "ccomp") if _is_that(tree, each)), None)
    owner = _owner(tree, noun)[0]
    is_told = cue.kind in ("said", "claim") or _clause_of(tree, noun, owner) is not None
    if clause is None and owner is not None and not is_told:
        clause = tree.child(verb.number, "xcomp", "attr")  # "their demand is a fixed price"
    if clause is None or clause.number < verb.number:
        return None
    first = tree.subtree(noun.number)[0]
    conditions = [
        number
        for each in tree.children(verb.number, "advcl", "ccomp")
        if each.number < first and is_condition(tree, each)
        for number in tree.subtree(each.number)
    ]
    content = tuple(sorted({*conditions, *without_mark(tree, clause)}))
    source = owner or noun
    return Attribution(tree, "noun", cue, noun.span, noun.number, source, content, clause.number)


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
    verb = tree.head(noun)
    phrases = tree.children(noun.number, "prep", "agent")
    if noun.dep in SUBJECTS and verb.lemma in _COMING:  # "a warning came from the pilots that"
        phrases += tree.children(verb.number, "prep")
    elif noun.number + 1 < len(tree.tokens):  # "ignored a plea by nurses to"
        following = tree.tokens[noun.number + 1]
        phrases += [following] if following.dep in ("prep", "agent") and following.head == noun.head else []
    for child in phrases:
        if child.lemma in ("by", "from") and (held := tree.child(child.number, "pobj")):
            return held, child
    return tree.child(noun.number, "poss"), None


def _clause_of(tree: Tree, noun: Token, source: Token | None) -> Token | None:
    """The clause that a noun holds: its own, or what the parser hung at its verb or at whose it is."""
    own = tree.children(noun.number, "acl", "ccomp", "relcl", "advcl")
    if (found := next((c for c in own if is_infinitive(tree, c) or _is_that(tree, c)), None)) is not None:
        return found
    if source is None or source.number < noun.number:
        return None
    end = tree.subtree(
        source.number, without={c.number for c in tree.children(source.number, "acl", "relcl")}
    )[-1]
    for start in tree.tokens[end + 1 : end + 3]:
        clause = tree.head(start)
        is_here = clause.number > start.number and tree.subtree(clause.number)[0] == start.number
        if start.tag == "TO" and is_here:
            return clause
        if start.text == "that" and is_here and tree.child(clause.number, *SUBJECTS) not in (None, start):
            return clause
        if start.text != ",":
            break
    return None


def _giver(tree: Tree, noun: Token, cues: Cues) -> tuple[Token | None, Token | None]:
    """Who has or gives what a noun names, and the clause that the parser hung at the verb: "voiced fears"."""
    verb = tree.head(noun)
    is_reached = noun.dep == "pobj" and verb.lemma == "to" and tree.head(verb).lemma == "come"
    verb = tree.head(verb) if is_reached else verb  # "came to the conclusion that"
    is_held = noun.dep == "dobj" and verb.lemma in cues.light
    is_held = is_held and not (
        verb.lemma == "have" and cues.nouns[noun.lemma].kind == "order"
    )  # "has orders to"
    if not (is_held or is_reached) or tree.child(verb.number, "neg"):
        return None, None
    clauses = [
        each for each in tree.children(verb.number, "ccomp", "acl", "advcl", "relcl") if _is_that(tree, each)
    ]
    return source_of(tree, verb)[0], next((each for each in clauses if each.number > noun.number), None)
