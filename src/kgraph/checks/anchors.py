"""Quotations and offsets: every span is verbatim at its place in the exact text that was annotated.

The invariant SPAN: ``text[start:end] == quote``, for a text whose SHA-256 is the one on record.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from kgraph.checks.subject import Subject
from kgraph.problems import Problem, Severity
from kgraph.project import Article, Evidence, Sentence
from kgraph.text import Span, quoted_spans, uncovered
from kgraph.vocab import DIRECT_QUOTATION, KG

__all__ = ["check_anchors"]

_FRAGMENT: Final = re.compile(r"#char=(\d+),(\d+)$")
#: What looks like nothing, or like a plain space or line end, by its name.
_UNSEEN: Final = {
    "CR LF (Windows line end)": re.compile("\r\n"),
    "CR (line end of old Macs)": re.compile("\r(?!\n)"),
    "U+00A0 (no-break space)": re.compile("\u00a0"),
    "U+00AD (soft hyphen)": re.compile("\u00ad"),
    "U+200B (zero width space)": re.compile("\u200b"),
    "U+FEFF (byte order mark)": re.compile("\ufeff"),
}
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
        yield from _check_characters(subject, article, text)
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


def _check_characters(subject: Subject, article: Article, text: str) -> Iterator[Problem]:
    """Characters that a reader does not see, and that make words differ which look alike."""
    path = article.text_file or ""
    marks = [name for name, pattern in _UNSEEN.items() if pattern.search(text)]
    counts = [f"{len(_UNSEEN[name].findall(text)):,} times {name}" for name in marks]
    if subject.project.texts[path].startswith((BOM_UTF8, BOM_UTF16_LE, BOM_UTF16_BE)):
        counts.insert(0, "a byte order mark, which offsets do not count")
    if counts:
        starts = [match.start() for name in marks if (match := _UNSEEN[name].search(text))]
        yield Problem(
            Severity.WARNING,
            "text-characters",
            path,
            text.count("\n", 0, min(starts, default=0)) + 1,
            f"The text has {'; '.join(counts)}.",
            "They stay as they are. kgraph new takes a text in without them, before anybody counts offsets.",
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
    parts = [*article.sentences, *article.parts]
    for part in parts:
        yield from _check_span(subject, part, text)
    described = [part.span for part in parts if part.span]
    for gap in uncovered(text, described):
        yield subject.project.problem(
            "sentence-missing",
            article.iri,
            f"{gap.of(text)[:60]!r} at {gap.start}-{gap.end} is in no sentence and no part of the text.",
            "Describe it as a kg:Sentence, or as a kg:TextPart of some kind.",
        )
    ordered = sorted((part.span, part.iri) for part in article.sentences if part.span)
    for (one, _), (other, iri) in pairwise(ordered):
        if one.overlaps(other):
            yield subject.project.problem(
                "sentence-span",
                iri,
                f"The sentence {other.start}-{other.end} overlaps the one at {one.start}-{one.end}.",
                "A character belongs to one sentence.",
                predicate=KG + "beginIndex",
            )


def _check_claims(subject: Subject, article: Article, text: str) -> Iterator[Problem]:
    sentences = {part.iri: part.span for part in (*article.sentences, *article.parts)}
    spans = {evidence.iri: evidence.span for evidence in article.evidence}
    quoted = quoted_spans(text)
    for claim in subject.claims:
        home = sentences.get(claim.sentence or "")
        if home is None:
            continue
        begins = min((span.start for iri in claim.evidence if (span := spans.get(iri))), default=home.start)
        if not home.start <= begins < home.end:
            yield subject.project.problem(
                "evidence-elsewhere",
                claim.iri,
                f"The evidence begins at {begins}, outside the sentence {home.start}-{home.end}.",
                "Point kg:inSentence to the sentence in which the words begin.",
                predicate=KG + "evidence",
            )
        for iri in claim.evidence:
            span = spans.get(iri)
            if span is None:
                continue
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
