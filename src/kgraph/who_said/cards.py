"""The answer to "who said this?" as a notebook shows it: a card a claim, with its sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kgraph.rdf.cards import card, line, link, quotation

if TYPE_CHECKING:
    from kgraph.who_said.attribution import Answer, Attribution, Inferred

__all__ = ["answer_card", "attribution_card"]


def answer_card(answer: Answer) -> str:
    """The summary, and a card for each claim and each conclusion."""
    notes = [line(link(None, note), quiet=True) for note in answer.notes]
    rest = "" if not answer.more else line("There are more: ask for the next page with offset.", quiet=True)
    return "".join(
        (
            card(answer.answer or answer.summary, *notes),
            *(attribution_card(each) for each in answer.attributions),
            *(_inferred(each) for each in answer.inferred),
            rest,
        )
    )


def attribution_card(claim: Attribution) -> str:
    """One claim: whose, in which words, through whom, how it stands."""
    chain = " ← ".join(link(voice.agent.iri, voice.agent.label) for voice in claim.voices)
    article, sentence = claim.article, claim.sentence
    number = f"sentence {sentence.number}" if sentence is not None and sentence.number is not None else ""
    where = link(article.iri, article.title) if article is not None else ""
    return card(
        claim.claim or claim.quote,
        line(link(None, claim.verdict), chain),
        quotation(_runs(claim)),
        line(link(None, claim.level), where, link(sentence.iri if sentence else None, number), quiet=True),
        line(link(claim.iri, claim.iri), quiet=True),
    )


def _runs(claim: Attribution) -> Iterator[tuple[str, bool]]:
    """The sentence, cut where the claim's words begin and end."""
    sentence = claim.sentence
    if sentence is None:
        yield claim.quote, True
        return
    at = 0
    for passage in sorted(claim.passages, key=lambda passage: passage.start):
        start, end = max(at, passage.start - sentence.start), passage.end - sentence.start
        if start < end:
            yield sentence.text[at:start], False
            yield sentence.text[start:end], True
            at = end
    yield sentence.text[at:], False


def _inferred(conclusion: Inferred) -> str:
    rules = ", ".join(conclusion.rules)
    leaves = [
        line(link(None, f"“{claim.quote}”"), "–", link(claim.speaker.iri, claim.speaker.label))
        for claim in conclusion.attributions
    ]
    return card(conclusion.claim, line(link(None, f"inferred ({rules}), from:"), quiet=True), *leaves)
