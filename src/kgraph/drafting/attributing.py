"""The attributions of a whole text, with their speakers and the voices that pass them on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kgraph.drafting.cues import Cues
from kgraph.drafting.hosting import host_quotations
from kgraph.drafting.page import Found, Page
from kgraph.drafting.speech import find_attributions
from kgraph.drafting.tree import SUBJECTS
from kgraph.drafting.voices import Cast

__all__ = ["attribute"]


def attribute(page: Page, cast: Cast, cues: Cues) -> list[Found]:
    """All attributions of a text in its order, those of quotations without a cue of their own included."""
    found: list[Found] = []
    for number, tree in enumerate(page.trees):
        for attribution in find_attributions(tree, page.quotes_in(number), cues):
            source = attribution.source
            found.append(Found(number, attribution, cast.voice_of(number, source) if source else None))
    found = [_cut(each, found, page, cues) for each in found]
    found += list(host_quotations(page, found, cast, cues))
    found.sort(key=lambda each: (each.sentence, each.attribution.content[0]))
    by_sentence: dict[int, list[int]] = {}
    for number, each in enumerate(found):
        by_sentence.setdefault(each.sentence, []).append(number)
    found = [_relayed(number, found, by_sentence[each.sentence]) for number, each in enumerate(found)]
    return [_in_person(each, found) for each in found]


def _cut(each: Found, found: Sequence[Found], page: Page, cues: Cues) -> Found:
    """An attribution without what the publication adds at its end.

    "that he leaked it — an allegation which …", "a portrait which the family say …", "to go, despite …"
    """
    attribution = each.attribution
    tree, quotes = attribution.tree, page.quotes_in(each.sentence)
    own = attribution.verb
    is_relative = own is not None and tree.tokens[own].dep == "relcl"
    attributing = {other.attribution.verb for other in found if other.attribution.tree is tree}
    for number in attribution.content:
        token = tree.tokens[number]
        below = tree.subtree(number)
        before = tree.tokens[below[0] - 1].text if below[0] else ""
        source = tree.child(number, *SUBJECTS)
        mark = tree.child(number, "mark")
        is_contrast = token.lemma == "despite" or (
            is_relative and mark is not None and mark.lemma in ("although", "though", "while")
        )
        is_other = number in attributing and source is not None and source.tag not in ("WP", "WDT")
        is_judged = token.lemma in cues.nouns and any(
            clause.number in attributing for clause in tree.children(number, "relcl")
        )
        is_added = (
            (token.dep == "appos" and (before in ("—", "–", "-") or (before == "," and is_judged)))
            or (is_contrast and before == ",")
            or (token.lemma == "something" and before in ",—–" and tree.child(number, "relcl") is not None)
            or (token.dep == "relcl" and is_other)
        )
        is_last = not any(n > below[-1] and tree.tokens[n].is_word for n in attribution.content)
        if not is_added or not is_last or own in below or any(token.span.within(quote) for quote in quotes):
            continue
        kept = tuple(n for n in attribution.content if n < below[0])
        if attribution.root in kept:
            return replace(each, attribution=replace(attribution, content=kept))
    return each


def _relayed(number: int, found: Sequence[Found], near: Sequence[int]) -> Found:
    """An attribution whose cue stands in the content of another of its sentence is passed on by it."""
    each = found[number]
    words = each.attribution.words
    if words is None:
        return each
    around: list[tuple[int, int]] = []
    for other in near:
        attribution = found[other].attribution
        if other == number or attribution.words == words:
            continue
        spans = [attribution.tree.tokens[n].span for n in attribution.content]
        if any(words.start <= span.start < words.end for span in spans):
            around.append((len(spans), other))
    return replace(each, outer=min(around)[1]) if around else each


def _in_person(each: Found, found: Sequence[Found]) -> Found:
    """ "I" and "we" are whoever is quoted."""
    source = each.attribution.source
    if each.speaker is None and each.outer is not None and source is not None and source.lemma in ("i", "we"):
        return replace(each, speaker=found[each.outer].speaker)
    return each
