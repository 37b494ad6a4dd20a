"""From an annotation to a candidate: which article, which words, and what the tags say of the claim.

Words are found by their offsets where these give the quoted words, else by the words themselves and what
stands around them. Words that are not there, or are there several times without telling which, are reported
and not guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kgraph.annotating.reading import Annotation, Target
from kgraph.drafting import Candidate, Draft, Mention, Mode, Part, Text, Tool
from kgraph.drafting.knowledge import Article
from kgraph.errors import DraftError
from kgraph.text import Span, digest
from kgraph.vocab import WD

__all__ = ["Drafted", "draft_annotations"]

#: The names of modalities that a tag may say, with those of other tools' tags.
_KINDS: Final = frozenset(
    "fact claim estimate degree framing possibility prediction promise plan intention obligation demand "
    "request order attempt conditional denial refusal inability".split()
)
_NEGATIVE: Final = frozenset({"negative", "denied"})
_MODES: Final = {
    "direct quotation": Mode.DIRECT,
    "direct": Mode.DIRECT,
    "mixed quotation": Mode.MIXED,
    "reported speech": Mode.INDIRECT,
    "indirect": Mode.INDIRECT,
}


@dataclass(frozen=True, slots=True)
class Drafted:
    """What came of some annotations: a draft for each article, and what has no place, with the reason."""

    drafts: dict[str, Draft]
    added: int
    unplaced: tuple[str, ...]


def draft_annotations(
    annotations: Iterable[Annotation],
    articles: Sequence[Article],
    known: dict[str, Draft],
    *,
    article: str | None = None,
) -> Drafted:
    """Add annotations to the drafts of their articles; what stands there already stays.

    Args:
        annotations: what was read.
        articles: those of the project.
        known: the drafts that there are, by slug.
        article: the slug of the article that all are of; by default each annotation's source tells.

    Raises:
        DraftError: a draft is of another state of its text.
    """
    drafts: dict[str, Draft] = {}
    unplaced: list[str] = []
    added = 0
    wanted = [each for each in articles if article is None or each.slug == article]
    for annotation in annotations:
        placed, reason = _place(annotation, wanted, told=article is not None)
        if placed is None:
            quote = annotation.targets[0].exact if annotation.targets else ""
            unplaced.append(f"{annotation.id or 'an annotation'} (“{quote[:60]}”): {reason}")
            continue
        found, spans = placed
        draft = drafts.get(found.slug) or _draft(found, known.get(found.slug))
        candidate = _candidate(annotation, found.laid.text, spans)
        if candidate.id not in {each.id for each in draft.candidates}:
            added += 1
            ordered = sorted((*draft.candidates, candidate), key=lambda each: (each.begin, each.end))
            draft = replace(draft, candidates=tuple(ordered))
        drafts[found.slug] = draft
    return Drafted(drafts, added, tuple(unplaced))


def _draft(article: Article, known: Draft | None) -> Draft:
    laid = article.laid
    sha256 = digest(laid.text.encode())
    if known is not None:
        if known.text.sha256 != sha256:
            raise DraftError(
                f"The draft of {article.slug} is of another state of its text.",
                hint=f"Run 'kgraph draft {article.slug}' again first.",
            )
        return known
    parts = [*laid.parts, *(Part("paragraph", span) for span in laid.paragraphs)]
    ordered = tuple(sorted(parts, key=lambda part: part.span))
    return Draft(Text(sha256, laid.language, ordered, laid.sentences), (), Tool("annotations"))


def _place(
    annotation: Annotation, articles: Sequence[Article], *, told: bool
) -> tuple[tuple[Article, tuple[Span, ...]] | None, str]:
    """The article and the words of an annotation; None with the reason where there are none."""
    if not annotation.targets:
        return None, "it has no target"
    source = annotation.targets[0].source
    named = [each for each in articles if told or _is_of(each, source)]
    found = []
    for article in named or articles:
        spans = [_find(target, article.laid.text) for target in annotation.targets]
        if all(span is not None for span in spans):
            found.append((article, tuple(sorted(span for span in spans if span is not None))))
    if len(found) == 1:
        return found[0], ""
    if found:
        return None, "several articles have these words; name one with --article"
    if not articles:
        return None, "there is no such article"
    return None, "the words do not stand in the text, or stand there several times"


def _is_of(article: Article, source: str) -> bool:
    path = source.partition("#")[0].partition("?")[0].rstrip("/")
    return path.rpartition("/")[2].removesuffix(".html").removesuffix(".txt") == article.slug


def _find(target: Target, text: str) -> Span | None:
    start, end = target.start, target.end
    if start is not None and end is not None and 0 <= start < end <= len(text):
        span = Span(start, end)
        if target.exact in ("", span.of(text)):
            return span
    words = target.exact.split()
    if not words:
        return None
    pattern = re.compile(r"\s+".join(re.escape(word) for word in words))
    spans = [Span(match.start(), match.end()) for match in pattern.finditer(text)]
    ranked = sorted(((_around(target, span, text), span) for span in spans), reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    return ranked[0][1]


def _around(target: Target, span: Span, text: str) -> int:
    """How many characters before and after some words are those that stand around the quoted ones."""
    before, after = "".join(target.prefix.split()), "".join(target.suffix.split())
    reach = len(target.prefix) + len(target.suffix) + 64
    there = "".join(text[max(0, span.start - reach) : span.start].split())
    then = "".join(text[span.end : span.end + reach].split())
    return _common(before[::-1], there[::-1]) + _common(after, then)


def _common(first: str, second: str) -> int:
    """How long the beginning is that two texts have in common."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(first), len(second)))


def _candidate(annotation: Annotation, text: str, spans: tuple[Span, ...]) -> Candidate:
    words = " … ".join(span.of(text) for span in spans)
    tags = [tag.casefold() for tag in annotation.tags]
    said = ": ".join(part for part in (annotation.creator, annotation.comment) if part)
    mode = next((_MODES[tag] for tag in tags if tag in _MODES), Mode.INDIRECT)
    return Candidate(
        content=spans,
        words=words,
        cue=None,
        source=None,
        speaker="",
        chain=(),
        mode=mode,
        polarity="negative" if _NEGATIVE & set(tags) else "positive",
        kind=next((tag for tag in tags if tag in _KINDS), "claim"),
        time=None,
        claim=None,
        confidence=1.0,
        by=f"annotation-{_key(annotation)}:{said or 'unnamed'}",
        entities=tuple(
            Mention(spans[0], spans[0].of(text), None if iri.startswith(WD) else iri, _item(iri))
            for iri in annotation.things
        ),
    )


def _key(annotation: Annotation) -> str:
    """What tells two annotations of the same words apart; it stays when the same one is loaded again."""
    return digest(repr((annotation.creator, annotation.comment, annotation.tags)).encode())[:8]


def _item(iri: str) -> str | None:
    found = re.fullmatch(r"https?://www\.wikidata\.org/(?:entity|wiki)/(Q\d+)", iri)
    return found[1] if found else None
