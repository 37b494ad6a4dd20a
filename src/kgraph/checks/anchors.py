"""Quotations and offsets: every span is verbatim at its place in the exact text that was annotated.

The invariant SPAN: ``text[start:end] == quote``, for a text whose SHA-256 is the one on record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kgraph.checks.subject import Subject
from kgraph.problems import Problem
from kgraph.project import Article, Evidence, Sentence
from kgraph.text import Span, iter_lines, quoted_spans
from kgraph.vocab import DIRECT_QUOTATION, KG

__all__ = ["check_anchors"]

_FRAGMENT: Final = re.compile(r"#char=(\d+),(\d+)$")
_BRACKETED: Final = re.compile(r"\s*+[(\[][^()\[\]]*+[)\]]\s*")


def check_anchors(subject: Subject) -> Iterator[Problem]:
    """Compare the articles' sentences and evidence spans with their texts."""
    for article in subject.articles:
        text = subject.texts.get(article.iri)
        if text is None:
            yield subject.project.problem(
                "text-missing",
                article.iri,
                f"The article's text {article.text_file or '(no kg:textFile)'} is not there, or not UTF-8.",
                "Put the exact text below seeds/ and name it in kg:textFile.",
                predicate=KG + "textFile",
            )
            continue
        yield from _check_digest(subject, article)
        yield from _check_sentences(subject, article, text)
        for evidence in article.evidence:
            yield from _check_span(subject, evidence, text)
        yield from _check_claims(subject, article, text)


def _check_digest(subject: Subject, article: Article) -> Iterator[Problem]:
    actual = subject.text_digest(article)
    if article.sha256 != actual:
        yield subject.project.problem(
            "text-digest",
            article.iri,
            f"{article.text_file} has the SHA-256 {actual}, but kg:sha256 says {article.sha256}.",
            "Restore the text byte for byte; if it was changed on purpose, check every offset first.",
            predicate=KG + "sha256",
        )


def _check_span(subject: Subject, part: Sentence | Evidence, text: str) -> Iterator[Problem]:
    if part.span is None or part.text is None:
        return  # SHACL asks for the missing part
    actual = part.span.of(text)
    if not 0 <= part.span.start < part.span.end <= len(text):
        yield subject.project.problem(
            "span-range",
            part.iri,
            f"The span {part.span.start}-{part.span.end} is empty or outside the text (0-{len(text)}).",
            "Count Unicode code points from 0; the start is included, the end is not.",
            predicate=KG + "endIndex",
        )
    elif actual != part.text:
        found = text.find(part.text)
        hint = (
            f"These words stand at {found}-{found + len(part.text)}."
            if found >= 0
            else "Copy the words from the text exactly as they are printed."
        )
        yield subject.project.problem(
            "not-verbatim",
            part.iri,
            f"The text reads {actual!r} at {part.span.start}-{part.span.end}, not {part.text!r}.",
            hint,
            predicate=KG + "exactText",
        )
    named = _FRAGMENT.search(part.iri)
    if named and part.span != Span(int(named[1]), int(named[2])):
        yield subject.project.problem(
            "span-name",
            part.iri,
            f"The span is called {named[0]} but covers {part.span.start}-{part.span.end}.",
            "Name the span after its offsets.",
        )


def _check_sentences(subject: Subject, article: Article, text: str) -> Iterator[Problem]:
    for sentence in article.sentences:
        yield from _check_span(subject, sentence, text)
    lines = {line for line in iter_lines(text) if line.of(text).strip()}
    described = {sentence.span for sentence in article.sentences if sentence.span}
    for line in sorted(lines - described):
        yield subject.project.problem(
            "sentence-missing",
            article.iri,
            f"The line {line.start}-{line.end} ({line.of(text)[:40]!r}…) is no sentence of the article.",
            "Describe each line of the text as a kg:Sentence, or as kg:Byline.",
        )
    for sentence in article.sentences:
        if sentence.span is not None and sentence.span not in lines:
            yield subject.project.problem(
                "sentence-span",
                sentence.iri,
                f"The sentence's span {sentence.span.start}-{sentence.span.end} is not one line of the text.",
                "A sentence is one line, without its line end.",
                predicate=KG + "beginIndex",
            )


def _check_claims(subject: Subject, article: Article, text: str) -> Iterator[Problem]:
    sentences = {sentence.iri: sentence.span for sentence in article.sentences}
    spans = {evidence.iri: evidence.span for evidence in article.evidence}
    quoted = quoted_spans(text)
    for claim in subject.claims:
        home = sentences.get(claim.sentence or "")
        if home is None:
            continue
        for iri in claim.evidence:
            span = spans.get(iri)
            if span is None:
                continue
            if not span.within(home):
                yield subject.project.problem(
                    "evidence-elsewhere",
                    claim.iri,
                    f"The evidence {span.start}-{span.end} is outside the sentence {home.start}-{home.end}.",
                    "Point kg:inSentence and kg:evidence to the same sentence.",
                    predicate=KG + "evidence",
                )
            if claim.mode == DIRECT_QUOTATION and not any(span.within(quote) for quote in quoted):
                yield subject.project.problem(
                    "not-in-quotation",
                    claim.iri,
                    f"A direct quotation's evidence {span.start}-{span.end} is not inside quotation marks.",
                    "Quote only words between the marks, or change the mode.",
                    predicate=KG + "evidence",
                )
            if claim.mode == DIRECT_QUOTATION and _BRACKETED.fullmatch(span.of(text)):
                yield subject.project.problem(
                    "insertion-as-quotation",
                    claim.iri,
                    f"{span.of(text)!r} is an insertion in brackets, which the speaker did not say.",
                    "Credit it to the publication with the mode kg:editorial-insertion.",
                    predicate=KG + "mode",
                )
