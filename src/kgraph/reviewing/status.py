"""Where each article stands: what is drafted, what has been decided, what is open and since when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox

from kgraph.checks import load_subject
from kgraph.checks.coverage import covered_share, covered_spans
from kgraph.drafting import load_draft
from kgraph.project import Project, read_project
from kgraph.rdf.turtle import parse_turtle
from kgraph.reviewing.decisions import DecisionLog, review_path, standing
from kgraph.reviewing.drafted import match_decisions
from kgraph.settings import Settings
from kgraph.text import Span
from kgraph.vocab import DCTERMS

__all__ = ["ArticleStatus", "read_progress", "read_status"]


@dataclass(frozen=True, slots=True)
class ArticleStatus:
    """One article. ``claims`` and ``coverage`` (the share of the text that claims rest on, from 0 to 1) are
    None where they were not asked for; ``open_since`` is the day (ISO 8601, UTC) of a draft that is not done.
    """

    slug: str
    title: str
    drafted: int
    reviewed: int
    open: int
    added: int
    reviewers: tuple[str, ...] = ()
    open_since: str | None = None
    claims: int | None = None
    coverage: float | None = None


def read_progress(settings: Settings) -> Iterator[ArticleStatus]:
    """Every article's drafts and decisions, read off their own files.

    Raises:
        DraftError, ReviewError: a file cannot be read.
    """
    folder = settings.project / "data" / "ttl" / "articles"
    for path in sorted(each for each in folder.glob("*") if each.is_dir() and not each.name.startswith(".")):
        yield _progress(settings, path)


def _progress(settings: Settings, folder: Path) -> ArticleStatus:
    slug = folder.name
    draft = load_draft(settings.project, slug)
    decisions = DecisionLog(review_path(settings.project, slug)).read()
    stands = standing(decisions)
    candidates = draft.candidates if draft is not None else ()
    decided = match_decisions(candidates, stands)
    left = len(candidates) - len(decided)
    since = None
    if left:
        drafted = (settings.project / "data" / "drafts" / f"{slug}.json").stat().st_mtime
        since = datetime.fromtimestamp(drafted, UTC).date().isoformat()
    return ArticleStatus(
        slug,
        _title(folder, settings.base_iri) or slug,
        drafted=len(candidates),
        reviewed=len(decided),
        open=left,
        added=sum(not each.candidate and each.decision.keeps for each in stands.values()),
        reviewers=tuple(dict.fromkeys(each.reviewer for each in decisions)),
        open_since=since,
    )


def _title(folder: Path, base_iri: str) -> str | None:
    try:
        content = (folder / "document.ttl").read_bytes()
    except OSError:
        return None
    triples, _ = parse_turtle(content, base_iri=base_iri)
    titles = (t.object for t in triples if t.predicate.value == DCTERMS + "title")
    return next((title.value for title in titles if isinstance(title, ox.Literal)), None)


def read_status(settings: Settings) -> list[ArticleStatus]:
    """The same with claims and coverage, which takes reading the whole project.

    Raises:
        DraftError, ReviewError: a file cannot be read.
    """
    project, _ = read_project(settings)
    shares = dict(_shares(project))
    return [
        replace(each, claims=shares.get(each.slug, (0, 0.0))[0], coverage=shares.get(each.slug, (0, 0.0))[1])
        for each in read_progress(settings)
    ]


def _shares(project: Project) -> Iterator[tuple[str, tuple[int, float]]]:
    """The number of claims of each article, and the share of its sentences that they rest on."""
    subject = load_subject(project)
    homes = {
        part.iri: article.slug
        for article in subject.articles
        for part in (*article.sentences, *article.parts)
    }
    counts: dict[str, int] = {}
    for claim in subject.claims:
        slug = homes.get(claim.sentence or "")
        if slug is not None:
            counts[slug] = counts.get(slug, 0) + 1
    for article in subject.articles:
        text = subject.texts.get(article.iri, "")
        spans = covered_spans(subject, article)
        words = "".join(part.span.of(text) for part in article.sentences if part.span is not None)
        shift, inside = 0, []
        for part in article.sentences:
            if part.span is None:
                continue
            inside += [
                Span(
                    max(s.start, part.span.start) - part.span.start + shift,
                    min(s.end, part.span.end) - part.span.start + shift,
                )
                for s in spans
                if s.overlaps(part.span)
            ]
            shift += part.span.end - part.span.start
        yield article.slug, (counts.get(article.slug, 0), covered_share(words, inside) if words else 0.0)
