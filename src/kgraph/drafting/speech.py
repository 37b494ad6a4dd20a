"""Who attributes what within one sentence: a verb, a phrase or a noun, what it puts forward, and its source.

rules:clause        said that …; … , said X        rules:parataxis   … , X said, …
rules:quotation     “…,” said X                     rules:infinitive  ordered X to …, refused to …
rules:object        promised buses                  rules:phrase      called for …, warned of …
rules:according     according to X                  rules:noun        a demand by X to …
rules:naming        called it “…”                   rules:condition   on condition of anonymity
rules:hearsay       is said to …, reportedly …      rules:figure      puts it at 5, raised it to 5
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from kgraph.drafting.according import of_according
from kgraph.drafting.attitudes import of_attitude, of_hearsay, of_noun
from kgraph.drafting.colons import of_colon
from kgraph.drafting.complements import is_infinitive
from kgraph.drafting.cues import Cue, Cues
from kgraph.drafting.frames import find_content
from kgraph.drafting.nothing import (
    is_anybody,
    is_beside_the_point,
    is_taken_back,
    rejects_it,
    says_nothing,
)
from kgraph.drafting.quoting import OPENING, quoted
from kgraph.drafting.sites import Attribution, Content, Site
from kgraph.drafting.sources import (
    can_speak,
    late_agent,
    quoted_source,
    recipient_of,
    source_beside,
    source_of,
)
from kgraph.drafting.tree import FINITE, FINITE_WORDS, RELATIVE, SUBJECTS, TIMES, Token, Tree
from kgraph.drafting.withholding import of_condition, of_withholding
from kgraph.text import Span

__all__ = ["find_attributions"]

_SAID: Final = Cue("said", "said", "positive", frozenset({"clause"}))
_DENIED: Final = Cue("denied", "denial", "negative", frozenset({"object"}))
_NAMED: Final = Cue("named", "said", "positive", frozenset({"naming"}), subjects="people")
#: Subjects that say nothing, and verbs with "that" that do not say it.
_NOTHING: Final = frozenset("it this that which what there these those you".split())
#: Words that make no clause of a "that" after them: "now that", "so that".
_JOINED: Final = frozenset({"now", "so", "such"})
_MAKING: Final = frozenset(
    "be have make mean ensure happen help cause see know notice realise realize".split()
)


def find_attributions(tree: Tree, quotes: Sequence[Span], cues: Cues) -> list[Attribution]:
    """The attributions of a sentence. ``quotes`` are the quotations in it, none within another."""
    found: list[Attribution] = []
    for token in tree.tokens:
        whose = of_according(tree, token, cues) if token.dep == "prep" else ()
        if held := [*whose, *of_attitude(tree, token, cues), *of_hearsay(tree, token, cues)]:
            found += held
        elif token.is_verb:
            found += [*of_withholding(tree, token, quotes, cues)] or _of_verb(tree, token, quotes, cues)
        elif token.pos == "NOUN":
            found += of_noun(tree, token, cues)
            found += of_condition(tree, token)
    heard = {number for each in found for number in each.content}
    found += [each for each in of_colon(tree, quotes, cues) if each.root not in heard]
    return [each for each in found if not _is_taken(each, found)]


def _is_of_second(tree: Tree, verb: int, root: int) -> bool:
    """Whether words are those of a verb that goes on from another: "he saw it and did “what he could”"."""
    line = [tree.tokens[root], *tree.ancestors(root)]
    return any(token.dep == "conj" and token.head == verb for token in line)


def _is_taken(each: Attribution, found: Sequence[Attribution]) -> bool:
    """Whether a quotation is another verb's: the one that governs it, or else the nearest."""
    if each.rule != "quotation" or each.verb is None:
        return False
    tree = each.tree
    for other in found:
        if other is each or other.verb is None or not set(each.content) <= set(other.content):
            continue
        if other.rule == "naming" and not set(each.content) & {other.verb}:
            return True
        if each.verb in other.content and _is_of_second(tree, each.verb, each.root):
            return True
        both = {each.verb, other.verb}
        is_nested = bool(both & {*each.content, *other.content})
        if other.rule == "quotation" and not is_nested:
            gaps = [min(abs(verb - number) for number in each.content) for verb in (each.verb, other.verb)]
            if gaps[1] < gaps[0]:
                return True
    return False


# Verbs


def _of_verb(tree: Tree, verb: Token, quotes: Sequence[Span], cues: Cues) -> Iterator[Attribution]:
    source, is_passive = source_of(tree, verb)
    by = late_agent(tree, verb, cues) if is_passive and source is None else None
    source = tree.child(by.number, "pobj") if by is not None else source
    quoting = quoted_source(tree, verb)
    if quoting is not None:
        source = quoting[0]
    own = quoted(verb, quotes)
    if own is None and source is not None and quoted(source, quotes) is not None:
        source = source_beside(tree, verb, quotes)  # the parser took quoted words for the subject
    if source is not None and (is_anybody(tree, source) or is_taken_back(tree, verb, source, own)):
        return
    is_in_writing = verb.text == "writing" and tree.head(verb).lemma == "in"
    if is_beside_the_point(tree, verb, cues) or verb.dep in ("amod", "compound") or is_in_writing:
        return  # "a commanding lead"
    for cue in (*cues.of_verb(tree, verb), *_that_is_held(tree, verb, source), *_so_called(tree, verb)):
        if not _may_say(tree, source, cue, cues):
            continue
        found = find_content(Site(tree, verb, cue, quotes, own, cues))
        if found is None:
            continue
        rule, content, root = found
        content = tuple(sorted({*content} - {*tree.subtree(by.number)})) if by is not None else content
        if source is None and rule == "quotation" and not is_passive:
            source = source_beside(tree, verb, quotes)
        # nobody says who told the court
        speaker = None if cue.subjects in ("courts", "nobody") else source
        if cue.group == "quoted":  # "the letter quotes a guard as saying": the letter does
            speaker = None if is_passive else source_of(tree, verb)[0]
        if says_nothing(tree, verb, cue, found, own, cues):
            continue
        if speaker is None and not _may_lack_source(tree, verb, rule, root, is_passive=is_passive):
            continue
        yield Attribution(
            tree,
            rule,
            _judged(tree, verb, cue, found, cues),
            _cue_words(tree, verb, content),
            verb.number,
            speaker,
            _with_antecedent(tree, verb, rule, content, root),
            root,
            is_negated=_is_negated(tree, verb, cue),
            is_rejoinder=verb.dep == "advcl" and rejects_it(tree.head(verb), cues),
            recipient=recipient_of(tree, verb),
            relayer=quoting[1] if quoting else None,
        )
        return


def _is_negated(tree: Tree, verb: Token, cue: Cue) -> bool:
    """Whether a verb is denied, and its content with it."""
    return tree.child(verb.number, "neg") is not None and cue.kind != "denial" and cue.group != "excluded"


def _that_is_held(tree: Tree, verb: Token, source: Token | None) -> tuple[Cue, ...]:
    """The cue of any verb with a "that" of somebody: "records that the doors were open"."""
    clauses = [each for each in tree.children(verb.number, "ccomp") if each.number > verb.number]
    marks = [m for each in clauses for m in tree.children(each.number, "mark") if m.lemma == "that"]
    told = [
        n for to in tree.children(verb.number, "prep") if to.lemma == "to" for n in tree.subtree(to.number)
    ]
    before = [tree.tokens[mark.number - 1] for mark in marks]  # not "rests on tables that nobody trusts"
    before = [token for token in before if token.lemma not in _JOINED]
    is_that = any(t.pos != "NOUN" or t.entity in TIMES or t.number in told for t in before)
    is_somebody = source is not None and source.lemma not in _NOTHING and source.dep in ("nsubj", "nsubjpass")
    is_told = (
        verb.lemma not in _MAKING and not is_infinitive(tree, verb) and not tree.child(verb.number, "neg")
    )
    return (_SAID,) if is_that and is_somebody and is_told else ()


def _so_called(tree: Tree, verb: Token) -> tuple[Cue, ...]:
    """The cue of any verb with "as" before a quotation: "ridiculed the offer as “a tip”"."""
    held = tree.child(verb.number, "dobj")
    phrases = [*tree.children(verb.number, "prep"), *(tree.children(held.number, "prep") if held else ())]
    following = (
        tree.tokens[each.number + 1] for each in phrases if each.lemma == "as" and each.number > verb.number
    )
    has_object = held is not None or verb.dep == "relcl"
    return (_NAMED,) if has_object and any(token.text in OPENING for token in following) else ()


def _may_say(tree: Tree, source: Token | None, cue: Cue, cues: Cues) -> bool:
    """Whether a cue has a fitting subject: what is written, those who sit in court, or anybody."""
    if cue.subjects == "courts":
        return source is not None and source.lemma in cues.courts
    if cue.subjects == "nobody":
        return source is None or source.lemma == "it"
    if cue.subjects == "people":
        return source is not None and can_speak(source, cues)
    return not cue.needs_document or (source is not None and _is_document(tree, source, cues))


def _judged(tree: Tree, verb: Token, cue: Cue, found: Content, cues: Cues) -> Cue:
    """The cue with the kind that its content gives it: to reject what was said is to deny it."""
    rule, content, root = found
    is_claim = rule == "clause" or (rule == "object" and _is_allegation(tree.tokens[root], cues))
    if cue.kind == "refusal" and is_claim:
        return _DENIED
    if rule == "naming" and cue.kind == "said" and _is_rejected(tree, verb, content, cues):
        return _DENIED
    if cue.group == "reckoned-with" and any(tree.tokens[number].pos == "NUM" for number in content):
        return replace(cue, kind="estimate")
    is_negated = tree.child(verb.number, "neg") is not None
    if cue.kind == "denial" and is_negated:
        return _SAID  # what is not disputed is granted
    if cue.group == "excluded" and is_negated:
        return replace(cue, kind="possibility", polarity="positive")  # what is not ruled out is left open
    return cue


def _may_lack_source(tree: Tree, verb: Token, rule: str, root: int, *, is_passive: bool) -> bool:
    """Whether words are attributed without anybody: quoted, or as in "it was said that"."""
    if rule == "quotation":
        return verb.dep != "advcl"
    if rule == "hearsay":
        return True
    if rule not in ("clause", "parataxis") or verb.dep == "advcl":
        return False
    if is_passive:
        words = tree.children(verb.number, "aux", "auxpass")
        is_finite = verb.tag == "VBN" and any(word.tag in FINITE_WORDS for word in words)
        return is_finite and (root > verb.number or rule == "parataxis")
    return verb.tag in FINITE and not any(aux.tag == "TO" for aux in tree.children(verb.number, "aux"))


def _is_allegation(token: Token, cues: Cues) -> bool:
    """Whether a noun names something that was said: "the claim", "that"."""
    cue = cues.nouns.get(token.lemma)
    is_claim = token.lemma in cues.accounts or (cue is not None and cue.kind == "claim")
    return token.lemma in ("that", "this", "it") or is_claim


def _is_rejected(tree: Tree, verb: Token, content: Sequence[int], cues: Cues) -> bool:
    """Whether something is called false, or what somebody said is not called right: "called it a myth"."""
    named = tree.child(verb.number, "dobj", "nsubjpass")
    if any(tree.tokens[number].lemma in cues.rejecting for number in content):
        return True  # "called the plan a myth"
    is_account = named is not None and named.lemma in cues.accounts
    return is_account and not any(tree.tokens[number].lemma in cues.accepting for number in content)


def _with_antecedent(
    tree: Tree, verb: Token, rule: str, content: tuple[int, ...], root: int
) -> tuple[int, ...]:
    """A relative clause with what it is about, if that takes up what was said: "a step which he calls so".

    So too what somebody is to do with it: "a merger which they vowed to stop" is "a merger … to stop".
    """
    is_put_in = verb.dep == "parataxis"
    verb = tree.tokens[root] if is_put_in else verb  # "a step which, he says, was not taken"
    noun = tree.head(verb)
    first = tree.subtree(noun.number)[0]
    relative = next((t for t in tree.tokens[noun.number + 1 : verb.number] if t.tag in RELATIVE), None)
    is_named = verb.dep == "relcl" and noun.pos == "NOUN"
    if rule == "infinitive" and is_named:
        others = tree.children(verb.number, "nsubj")
        is_other = bool(others) and all(each.tag not in RELATIVE for each in others)
        has_gap = is_other and all(
            held.tag in RELATIVE for held in tree.children(root, "dobj", "ccomp", "xcomp")
        )
        kept = [number for number in content if tree.tokens[number].tag not in RELATIVE]
        has_gap = has_gap and len(kept) < len(content)
        return tuple(sorted({*kept, *range(first, noun.number + 1)})) if has_gap else content
    is_taken_up = first > 0 and tree.tokens[first - 1].text in (",", "—", "–")
    subjects = tree.children(verb.number, *SUBJECTS)
    is_told = is_named and (is_put_in or any(each.tag not in RELATIVE for each in subjects))
    if not is_told or relative is None or not is_taken_up or tree.tokens[first].pos != "DET":
        return content
    return tuple(sorted({*content, *range(first, noun.number + 1), relative.number}))


def _is_document(tree: Tree, source: Token, cues: Cues) -> bool:
    if source.lemma in ("which", "that", "it", "they", "this", "these"):
        return (
            source.dep in SUBJECTS
            and source.lemma in ("which", "that")
            and any(above.lemma in cues.documents for above in tree.ancestors(source.number))
        )
    of = next((child for child in tree.children(source.number, "prep") if child.lemma == "of"), None)
    whose = tree.child(of.number, "pobj") if of else None  # "an average of polls"
    named = [source, *([whose] if whose else [])]
    lemmas = {
        lemma for token in named for lemma in (token.lemma.lower(), token.text.lower().removesuffix("s"))
    }
    return bool(lemmas & cues.documents) or source.entity in (
        "ORG",
        "WORK_OF_ART",
        "LAW",
    )


def _cue_words(tree: Tree, verb: Token, content: tuple[int, ...]) -> Span:
    """The verb with its auxiliaries, negation and particle, as far as they stand together."""
    inside = set(content)
    parts = {verb.number} | {
        child.number
        for child in tree.children(verb.number, "aux", "auxpass", "neg", "prt")
        if child.number not in inside
    }
    start = end = verb.number
    while start - 1 in parts or (start > 1 and start - 2 in parts and tree.tokens[start - 1].pos == "ADV"):
        start -= 1
    while end + 1 in parts:
        end += 1
    return Span(tree.tokens[start].span.start, tree.tokens[end].span.end)
