"""The attributions of a whole text, with their speakers and the voices that pass them on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kgraph.drafting.cues import Cues
from kgraph.drafting.hosting import host_quotations
from kgraph.drafting.page import Found, Page
from kgraph.drafting.speech import find_attributions
from kgraph.drafting.trimming import trimmed
from kgraph.drafting.voices import Cast

__all__ = ["attribute", "is_yet_to_be_said"]


def attribute(page: Page, cast: Cast, cues: Cues) -> list[Found]:
    """All attributions of a text in its order, those of quotations without a cue of their own included."""
    found: list[Found] = []
    for number, tree in enumerate(page.trees):
        for attribution in find_attributions(tree, page.quotes_in(number), cues):
            source = attribution.source
            found.append(Found(number, attribution, cast.voice_of(number, source) if source else None))
    found = [trimmed(each, found, page, cues) for each in found]
    found += list(host_quotations(page, found, cast, cues))
    found.sort(key=lambda each: (each.sentence, each.attribution.content[0]))
    by_sentence: dict[int, list[int]] = {}
    for number, each in enumerate(found):
        by_sentence.setdefault(each.sentence, []).append(number)
    found = [_relayed(number, found, by_sentence[each.sentence]) for number, each in enumerate(found)]
    return [_in_person(each, found) for each in found]


def is_yet_to_be_said(each: Found, found: Sequence[Found]) -> bool:
    """Whether a speaker only says what they will ask for: "said that she would ask for a hearing"."""
    if each.outer is None or each.attribution.verb is None or each.speaker is not found[each.outer].speaker:
        return False
    tree, kind = each.attribution.tree, each.attribution.cue.kind
    words = tree.children(each.attribution.verb, "aux")
    return kind in ("request", "order", "demand") and any(word.tag == "MD" for word in words)


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
