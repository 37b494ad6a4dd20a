"""Coverage, both ways: no sentence without claims, no claim without a sentence, no words left over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import median
from textwrap import shorten
from typing import Final

from kgraph.checks.subject import Subject
from kgraph.problems import Problem, Severity
from kgraph.project import Article, Sentence
from kgraph.text import Span, uncovered
from kgraph.vocab import KG

__all__ = ["check_coverage", "covered_share", "covered_spans", "says_something"]

#: Words that carry no claim of their own: a gap of nothing else is no gap.
_FUNCTION_WORDS: Final = frozenset(
    "a an and as at but by for from in into it its nor of on or so that the their then they this to was were "
    "when which while who with yet".split()
)
_TOO_WIDE: Final = 0.6
#: How many characters of a sentence a message shows.
_SHOWN: Final = 60


def covered_spans(subject: Subject, article: Article) -> list[Span]:
    """The evidence spans of an article that some claim points to."""
    used = {iri for claim in subject.claims for iri in claim.evidence}
    return [evidence.span for evidence in article.evidence if evidence.span and evidence.iri in used]


def covered_share(text: str, spans: list[Span]) -> float:
    """The share of a text's characters, line ends aside, that the spans cover: from 0 to 1."""
    places = {position for position, character in enumerate(text) if character != "\n"}
    covered = {position for span in spans for position in range(span.start, span.end)}
    return len(places & covered) / len(places) if places else 1.0


def says_something(words: str) -> bool:
    """Whether there are other words than those that carry no claim of their own."""
    return bool(set(re.findall(r"[^\W_]+", words.lower())) - _FUNCTION_WORDS)


def check_coverage(subject: Subject) -> Iterator[Problem]:
    """Look for sentences, claims and words that the annotation left out."""
    described = {claim.sentence for claim in subject.claims}
    sentences = {part.iri for article in subject.articles for part in (*article.sentences, *article.parts)}
    for claim in subject.claims:
        if claim.sentence is not None and claim.sentence not in sentences:
            yield subject.project.problem(
                "unknown-sentence",
                claim.iri,
                f"The claim is in {claim.sentence}, which no article has.",
                "Name a sentence of the article's document.ttl.",
                predicate=KG + "inSentence",
            )
    for article in subject.articles:
        silent = [sentence for sentence in article.sentences if sentence.iri not in described]
        if len(silent) == len(article.sentences) > 1:
            yield subject.project.problem(
                "article-without-claims",
                article.iri,
                f"No claim is drawn from any of its {len(silent)} sentences yet.",
                "Review what has been drafted (kgraph draft, kgraph review), or write its claims by hand.",
                severity=Severity.WARNING,
            )
        else:
            for sentence in silent:
                yield subject.project.problem(
                    "sentence-without-claims",
                    sentence.iri,
                    f"No claim is drawn from {_called(subject, article, sentence)}.",
                    "Write its claims, or say in editorial.ttl why it claims nothing.",
                    severity=Severity.WARNING,
                )
        yield from _check_words(subject, article)
        yield from _check_resolution(subject, article)


def _called(subject: Subject, article: Article, sentence: Sentence) -> str:
    """What a message calls a sentence: its number, and how it begins."""
    text = subject.texts.get(article.iri)
    if text is None or sentence.span is None:
        return f"the sentence <{sentence.iri}>"
    return f"sentence {sentence.number}, “{shorten(sentence.span.of(text), _SHOWN, placeholder='…')}”"


def _check_words(subject: Subject, article: Article) -> Iterator[Problem]:
    text = subject.texts.get(article.iri)
    parts = {part.iri for part in (*article.sentences, *article.parts)}
    if text is None or not any(claim.sentence in parts for claim in subject.claims):
        return
    # Headline, dateline and caption repeat what the text reports: whoever wants to annotates them.
    beside = [part.span for part in article.parts if part.span and part.part != "paragraph"]
    for gap in uncovered(text, [*covered_spans(subject, article), *beside]):
        if says_something(gap.of(text)):
            yield subject.project.problem(
                "words-not-covered",
                article.iri,
                f"No evidence covers {gap.of(text)!r} at {gap.start}-{gap.end}.",
                "Annotate what these words claim, or widen the evidence that they belong to.",
                severity=Severity.WARNING,
            )


def _check_resolution(subject: Subject, article: Article) -> Iterator[Problem]:
    sentences = {part.iri: part.span for part in (*article.sentences, *article.parts) if part.span}
    spans = {evidence.iri: evidence.span for evidence in article.evidence if evidence.span}
    shares = [
        (spans[iri].end - spans[iri].start)
        / max(1, sentences[claim.sentence].end - sentences[claim.sentence].start)
        for claim in subject.claims
        if claim.sentence in sentences and claim.sentence is not None
        for iri in claim.evidence
        if iri in spans
    ]
    if shares and median(shares) >= _TOO_WIDE:
        yield subject.project.problem(
            "evidence-too-wide",
            article.iri,
            f"Half of the evidence spans cover {median(shares):.0%} of their sentence or more.",
            "Quote the words that carry the claim, not the whole sentence.",
            severity=Severity.WARNING,
        )
