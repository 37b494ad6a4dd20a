"""The measures of the annotation: complete, verbatim, and without a problem."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import pytest

from kgraph.checks.coverage import covered_share, covered_spans
from kgraph.project import Evidence, Sentence
from kgraph.text import Span, digest, iter_lines, uncovered

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Reference

TEXT_FILE = "seeds/north-kosovo-roadblocks.txt"
SHA256 = "4746563926162c1be6dbb175d4fa8ec900335d83231f6da13b83c42c5cdf58ec"


@pytest.fixture(scope="module")
def text(reference: Reference) -> str:
    return reference.inspection.subject.project.texts[TEXT_FILE].decode("utf-8")


def test_the_project_has_no_problem_at_all(reference: Reference) -> None:
    assert [str(problem) for problem in reference.inspection.problems] == []


def test_p22_the_text_is_byte_for_byte_the_one_that_was_annotated(reference: Reference) -> None:
    content = reference.inspection.subject.project.texts[TEXT_FILE]
    assert digest(content) == SHA256
    assert (len(content), content.count(b"\n"), content.isascii()) == (2197, 13, True)


def test_p21_thirteen_sentences_and_a_byline_are_the_whole_text(reference: Reference, text: str) -> None:
    (article,) = reference.inspection.subject.articles
    assert [sentence.number for sentence in article.sentences] == list(range(1, 14))
    byline = [part for part in article.parts if part.part == "bylinePart"]
    assert [part.text for part in byline] == ["Reuters"]
    assert "\n".join(part.text or "" for part in (*article.sentences, *byline)) == text
    assert (article.sentences[9].text or "").endswith("on Kosovo")
    assert [part.span for part in (*article.sentences, *byline)] == list(iter_lines(text))


def test_every_sentence_and_the_byline_make_claims(reference: Reference) -> None:
    (article,) = reference.inspection.subject.articles
    parts = [*article.sentences, *(part for part in article.parts if part.part == "bylinePart")]
    assert {claim.sentence for claim in reference.claims} == {part.iri for part in parts}


def test_the_claims_are_short_enough_to_be_written_by_hand(repository: Path) -> None:
    path = repository / "data/ttl/articles/north-kosovo-roadblocks/assertions.ttl"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 700


def test_there_are_at_least_200_assertions(reference: Reference) -> None:
    assert len(reference.claims) >= 200
    assert len({claim.iri for claim in reference.claims}) == len(reference.claims)


def test_evidence_covers_at_least_95_percent_of_the_text(reference: Reference, text: str) -> None:
    (article,) = reference.inspection.subject.articles
    spans = covered_spans(reference.inspection.subject, article)
    assert covered_share(text, spans) >= 0.95
    assert covered_share(text, []) == 0


def test_no_number_name_or_verb_is_left_over(reference: Reference, text: str) -> None:
    (article,) = reference.inspection.subject.articles
    gaps = uncovered(text, covered_spans(reference.inspection.subject, article))
    assert all(len(gap.of(text).strip()) < 8 for gap in gaps), [gap.of(text) for gap in gaps]


def test_p22_p23_every_span_is_verbatim_at_its_offsets(reference: Reference, text: str) -> None:
    (article,) = reference.inspection.subject.articles
    parts: list[Sentence | Evidence] = [*article.sentences, *article.evidence]
    assert len(parts) > 200
    for part in parts:
        assert part.span is not None
        assert part.span.of(text) == part.text, part.iri
    for evidence in article.evidence:
        assert evidence.span is not None
        assert evidence.iri.endswith(f"#char={evidence.span.start},{evidence.span.end}")


def test_p24_evidence_quotes_words_and_not_whole_sentences(reference: Reference) -> None:
    (article,) = reference.inspection.subject.articles
    sentences = {part.iri: part.span for part in (*article.sentences, *article.parts)}
    spans = {evidence.iri: evidence.span for evidence in article.evidence}
    shares: list[float] = []
    for claim in reference.claims:
        home = sentences[claim.sentence or ""] or Span(0, 0)
        for iri in claim.evidence:
            span = spans[iri] or Span(0, 0)
            assert span.within(home)
            shares.append((span.end - span.start) / (home.end - home.start))
            if span == home:
                assert reference.name(reference.term(claim.iri)).startswith("a14"), claim.iri  # the byline
    assert median(shares) < 0.6


def test_p25_quoted_evidence_stands_inside_quotation_marks(reference: Reference, text: str) -> None:
    spans = {evidence.iri: evidence.span for evidence in reference.inspection.subject.articles[0].evidence}
    marks = [position for position, character in enumerate(text) if character == '"']
    quotes = [Span(*marks[:2]), Span(*marks[2:])]
    quoted = [claim for claim in reference.claims if (claim.mode or "").endswith("direct-quotation")]
    assert len(quoted) >= 9
    for claim in quoted:
        for iri in claim.evidence:
            span = spans[iri]
            assert span is not None
            assert any(quote.start < span.start and span.end <= quote.end for quote in quotes), claim.iri
