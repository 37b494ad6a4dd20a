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

from kgraph.drafting.attitudes import of_attitude, of_hearsay, of_noun
from kgraph.drafting.attribution import Attribution
from kgraph.drafting.complements import is_infinitive
from kgraph.drafting.cues import Cue, Cues
from kgraph.drafting.frames import find_content
from kgraph.drafting.quoting import quoted
from kgraph.drafting.sites import Content, Site
from kgraph.drafting.sources import quoted_source, recipient_of, source_beside, source_of
from kgraph.drafting.tree import SUBJECTS, Token, Tree
from kgraph.text import Span

__all__ = ["find_attributions"]

_SAID: Final = Cue("said", "said", "positive", frozenset({"clause"}))
_DENIED: Final = Cue("denied", "denial", "negative", frozenset({"object"}))
_CONDITION: Final = Cue("condition", "conditional", "positive", frozenset({"object"}))
_FIRST: Final = frozenset({"i", "we"})
_FINITE: Final = frozenset({"VBZ", "VBD", "VBP"})
#: Verbs with which "to say" is to say: "went on to say".
_GOING_ON: Final = frozenset({"go", "continue", "proceed", "rush"})
#: Nouns whose content stands in the plural or after an adjective alike; what is asked is not what is said.
_UNASKED: Final = frozenset(
    {"comment", "say", "speak", "answer", "discuss", "elaborate", "respond", "name", "give"}
)


def find_attributions(tree: Tree, quotes: Sequence[Span], cues: Cues) -> list[Attribution]:
    """The attributions of a sentence. ``quotes`` are the quotations in it, none within another."""
    found: list[Attribution] = []
    for token in tree.tokens:
        if token.text.lower() == "according":
            found += _according(tree, token)
        elif held := [*of_attitude(tree, token, cues), *of_hearsay(tree, token, cues)]:
            found += held
        elif token.is_verb:
            found += _of_verb(tree, token, quotes, cues)
        elif token.pos == "NOUN":
            found += of_noun(tree, token, cues)
            found += _on_condition(tree, token)
    return [each for each in found if not _is_taken(each, found)]


def _is_taken(each: Attribution, found: Sequence[Attribution]) -> bool:
    """Whether a quotation is another verb's: the one that governs it, or else the nearest."""
    if each.rule != "quotation" or each.verb is None:
        return False
    for other in found:
        if other is each or other.verb is None or not set(each.content) <= set(other.content):
            continue
        if other.rule == "naming" and not set(each.content) & {other.verb}:
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
    quoting = quoted_source(tree, verb)
    if quoting is not None:
        source = quoting[0]
    own = quoted(verb, quotes)
    if own is None and source is not None and quoted(source, quotes) is not None:
        source = source_beside(tree, verb, quotes)  # the parser took quoted words for the subject
    if source is not None and (source.lemma == "you" or _is_taken_back(tree, verb, source, own)):
        return
    if _is_beside_the_point(tree, verb) or verb.dep in ("amod", "compound"):
        return  # "a commanding lead"
    for cue in cues.of_verb(tree, verb):
        if cue.needs_document and (source is None or not _is_document(tree, source, cues)):
            continue
        found = find_content(Site(tree, verb, cue, quotes, own, cues))
        if found is None:
            continue
        rule, content, root = found
        if source is None and rule == "quotation" and not is_passive:
            source = source_beside(tree, verb, quotes)
        if _says_nothing(tree, verb, cue, found, own):
            continue
        if source is None and not _may_lack_source(tree, verb, rule, root, is_passive=is_passive):
            continue
        is_claim = rule == "clause" or (rule == "object" and _is_allegation(tree.tokens[root], cues))
        if cue.kind == "refusal" and is_claim:
            cue = _DENIED  # noqa: PLW2901 - to reject what was said is to deny it
        is_negated = tree.child(verb.number, "neg") is not None
        if cue.group == "excluded" and is_negated:
            cue = replace(cue, kind="possibility")  # noqa: PLW2901 - what is not ruled out is left open
        yield Attribution(
            tree,
            rule,
            cue,
            _cue_words(tree, verb, content),
            verb.number,
            source,
            content,
            root,
            is_negated=is_negated,
            is_rejoinder=verb.dep == "advcl" and _rejects(tree.head(verb), cues),
            recipient=recipient_of(tree, verb),
            relayer=quoting[1] if quoting else None,
        )
        return


def _is_taken_back(tree: Tree, verb: Token, source: Token, own: int | None) -> bool:
    """Whether a speaker tells what they do not say: "I do not say that it will happen"."""
    return own is not None and source.lemma in _FIRST and tree.child(verb.number, "neg") is not None


def _says_nothing(tree: Tree, verb: Token, cue: Cue, found: Content, own: int | None) -> bool:
    """Whether it only looks so: "refused to comment", "that she lobbied for", "as I said above"."""
    rule, content, root = found
    if cue.kind == "refusal" and tree.tokens[root].lemma in _UNASKED:
        return True
    if all(tree.tokens[number].tag in ("WDT", "WP", "WRB") for number in content):
        return True
    subject = tree.child(verb.number, *SUBJECTS)
    is_own = own is None and verb.dep == "advcl" and subject is not None and subject.lemma in _FIRST
    return rule == "parataxis" and (verb.tag == "VB" or is_own)


def _may_lack_source(tree: Tree, verb: Token, rule: str, root: int, *, is_passive: bool) -> bool:
    """Whether words are attributed without anybody: quoted, or as in "it was said that"."""
    if rule == "quotation":
        return verb.dep != "advcl"
    if rule == "hearsay":
        return True
    if rule not in ("clause", "parataxis") or verb.dep == "advcl":
        return False
    if is_passive:
        return root > verb.number or rule == "parataxis"
    return verb.tag in _FINITE and not any(aux.tag == "TO" for aux in tree.children(verb.number, "aux"))


def _is_allegation(token: Token, cues: Cues) -> bool:
    """Whether a noun names something that was said: "the claim", "that"."""
    cue = cues.nouns.get(token.lemma)
    return token.lemma in ("that", "this", "it") or (cue is not None and cue.kind == "claim")


def _rejects(verb: Token, cues: Cues) -> bool:
    """Whether a verb denies or rejects: what is said with it, if negative, denies too."""
    return any(cue.kind in ("denial", "refusal") for cue in cues.verbs.get(verb.lemma, ()))


def _is_beside_the_point(tree: Tree, verb: Token) -> bool:
    """Whether nobody says anything: "it is reasonable to assume", "declined to say"."""
    if not is_infinitive(tree, verb):
        return False
    above = tree.head(verb)
    is_future = above.lemma == "go" and above.tag == "VBG"  # "I am not going to say"
    return above.lemma not in _GOING_ON or is_future


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
    return any(token.lemma in cues.documents for token in named) or source.entity in (
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


# Phrases and nouns


def _according(tree: Tree, token: Token) -> Iterator[Attribution]:
    to = next((child for child in tree.children(token.number, "prep") if child.lemma == "to"), None)
    source = tree.child(to.number, "pobj") if to else None
    if to is None or source is None:
        return
    root = next((above for above in tree.ancestors(token.number) if above.is_verb), None) or tree.head(token)
    if root.number == token.number:
        return
    own = _own_of_according(tree, token, source)
    if token.number <= 1:  # "According to X, …": all the rest
        rest = [
            other.number for other in tree.tokens if other.number not in own and other.number > token.number
        ]
        if any(tree.tokens[number].is_word for number in rest):
            words = Span(token.span.start, to.span.end)
            yield Attribution(tree, "according", _SAID, words, None, source, tuple(rest), root.number)
        return
    marks = {child.number for child in tree.children(root.number, "mark", "cc")}
    content = [number for number in tree.subtree(root.number) if number not in own and number not in marks]
    if content:
        words = Span(token.span.start, to.span.end)
        yield Attribution(tree, "according", _SAID, words, None, source, tuple(content), root.number)


def _own_of_according(tree: Tree, token: Token, source: Token) -> set[int]:
    """The tokens of "according to X", without what the parser hung below X after the comma that ends it."""
    numbers = tree.subtree(token.number)
    comma = next((n for n in numbers if n > source.number and tree.tokens[n].text == ","), None)
    if comma is None or token.number > 1:
        return set(numbers)
    says_more = {
        number
        for below in tree.subtree(source.number)
        for child in tree.children(below, "appos", "relcl", "acl", "conj")
        if child.dep != "appos" or child.pos in ("NOUN", "PROPN")
        for number in tree.subtree(child.number)
    }
    return {n for n in numbers if n <= comma or n in says_more}


def _on_condition(tree: Tree, noun: Token) -> Iterator[Attribution]:
    on = tree.head(noun)
    if noun.lemma != "condition" or on.lemma != "on":
        return
    verb = tree.head(on)
    source, _ = source_of(tree, verb) if verb.is_verb else (None, False)
    of = tree.child(noun.number, "prep")
    held = tree.child(of.number, "pobj") if of else None
    if source and of and held:
        words = Span(on.span.start, of.span.end)
        content = tuple(tree.subtree(held.number))
        yield Attribution(tree, "condition", _CONDITION, words, noun.number, source, content, held.number)
