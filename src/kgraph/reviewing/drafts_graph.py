"""The graph of what is drafted and not reviewed: ``g:drafts``.

DRAFT: an open candidate stands there alone, as a description with its confidence and its tool, and never
as the triple that it describes. Every subject there is of its own: the graph shares no triple with others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from kgraph.authoring.manuscript import count, kg, typed
from kgraph.checks import Subject
from kgraph.drafting import Candidate, Draft, Mode, parse_draft
from kgraph.errors import KgraphError
from kgraph.problems import Problem, Severity
from kgraph.project import Article
from kgraph.rdf.terms import Term, parse_term
from kgraph.reviewing.decisions import parse_decisions, standing
from kgraph.reviewing.desk import own_prefixes
from kgraph.reviewing.drafted import anchor, match_decisions
from kgraph.text import Span
from kgraph.vocab import DCTERMS, KG, RDFS

__all__ = ["Drafts", "read_drafts"]

_MODES: Final = {
    Mode.DIRECT: "direct-quotation",
    Mode.NARRATED: "narrated",
}
_UNNAMED: Final = re.compile(r"^unnamed:\s*")


@dataclass(slots=True)
class Drafts:
    """The triples of what is open, and what is wrong with drafts and decisions."""

    triples: list[ox.Triple] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_drafts(subject: Subject) -> Drafts:
    """What is drafted and not reviewed in a project's articles."""
    found = Drafts()
    project = subject.project
    prefixes = project.settings.names.prefixes | own_prefixes(subject)
    articles = {article.slug: article for article in subject.articles}
    for slug, content in project.drafts.items():
        where = f"data/drafts/{slug}.json"
        article = articles.get(slug)
        text = subject.texts.get(article.iri) if article is not None else None
        if article is None or text is None:
            found.problems.append(
                _problem("draft-of-nothing", where, f"There is no article {slug}.", "Delete the draft.")
            )
            continue
        try:
            draft = parse_draft(content.decode("utf-8"), where=where)
            log = parse_decisions(project.reviews.get(slug, b""), where=f"data/reviews/{slug}.jsonl")
        except (KgraphError, UnicodeDecodeError) as error:
            message, hint = getattr(error, "message", str(error)), getattr(error, "hint", "") or ""
            found.problems.append(Problem(Severity.ERROR, "draft", where, None, message, hint))
            continue
        drafted = anchor(draft, text)
        if drafted.lost:
            message = f"The words of {len(drafted.lost)} candidates do not stand in the text any more."
            hint = f"Draft it again: kgraph draft {slug}. Decisions are kept."
            found.problems.append(_problem("draft-stale", where, message, hint))
        decided = match_decisions(drafted.candidates, standing(log))
        writer = _Writer(subject, article, text, draft, prefixes | {"a": article.iri + "/"})
        for candidate in drafted.candidates:
            if candidate.id not in decided:
                found.triples += writer.describe(candidate)
    found.triples = list(dict.fromkeys(found.triples))
    return found


def _problem(code: str, where: str, message: str, hint: str) -> Problem:
    return Problem(Severity.WARNING, code, where, None, message, hint)


class _Writer:
    """Describes the candidates of one article."""

    def __init__(
        self, subject: Subject, article: Article, text: str, draft: Draft, prefixes: Mapping[str, str]
    ) -> None:
        self._index = subject.index
        self._article = article
        self._text = text
        self._draft = draft
        self._prefixes = prefixes
        self._things = {thing.name: thing for each in draft.candidates for thing in each.things}
        parts = [part for part in article.parts if part.part != "paragraph"]
        self._homes = [(part.span, part.iri) for part in (*article.sentences, *parts) if part.span]
        self._publisher = subject.index.iri(article.iri, DCTERMS + "publisher")

    def describe(self, candidate: Candidate) -> Iterator[ox.Triple]:
        """The triples of one candidate; each of its predicates makes a node of its own."""
        base = f"{self._article.iri}/draft/{candidate.id}"
        shared = list(self._shared(candidate, base))
        claim = candidate.claim
        pairs = ((claim.predicate, claim.object), *claim.more) if claim is not None else ((None, None),)
        for number, (predicate, value) in enumerate(pairs, 1):
            node = ox.NamedNode(base if number == 1 else f"{base}-{number}")
            yield typed(node, "DraftedAssertion")
            for name, term in (("subject", claim.subject if claim else None), ("predicate", predicate)):
                if (iri := self._iri(term)) is not None:
                    yield kg(node, name, iri)
            if (target := self._term(value)) is not None:
                yield kg(node, "value" if isinstance(target, ox.Literal) else "object", target)
            yield from (ox.Triple(node, triple.predicate, triple.object) for triple in shared)
        yield from self._spans(candidate, base)
        yield from self._voices(candidate, base)
        terms = () if claim is None else (claim.subject, claim.object, *(value for _, value in claim.more))
        for term in terms:
            thing, named = self._things.get(term), self._iri(term)
            if thing is not None and named is not None and named.value not in self._index:
                yield _label(named, thing.label, self._draft.text.language)

    def _shared(self, candidate: Candidate, base: str) -> Iterator[ox.Triple]:
        """What all nodes of a candidate say."""
        node = ox.NamedNode(base)
        mode = _MODES.get(candidate.mode, "indirect-speech")
        yield kg(node, "mode", ox.NamedNode(KG + mode))
        yield kg(node, "polarity", ox.NamedNode(KG + candidate.polarity))
        yield kg(node, "modality", ox.NamedNode(KG + (candidate.kind or "fact")))
        home = next((iri for span, iri in self._homes if span.start <= candidate.begin < span.end), None)
        if home is not None:
            yield kg(node, "inSentence", ox.NamedNode(home))
        for span in candidate.content:
            yield kg(node, "evidence", _evidence(base, span))
        speaker = self._agent(candidate, 0)
        if speaker is not None:
            yield kg(node, "attributedTo", speaker)
        yield kg(node, "source", self._source(candidate, base, 0))
        yield kg(node, "draftedBy", ox.Literal(f"{self._draft.tool.name}, {candidate.by}"))
        yield kg(node, "confidence", ox.Literal(f"{candidate.confidence:.3f}"))

    def _spans(self, candidate: Candidate, base: str) -> Iterator[ox.Triple]:
        for span in candidate.content:
            node = _evidence(base, span)
            yield typed(node, "EvidenceSpan")
            yield kg(node, "partOfArticle", ox.NamedNode(self._article.iri))
            yield kg(node, "beginIndex", count(span.start))
            yield kg(node, "endIndex", count(span.end))
            yield kg(node, "exactText", ox.Literal(span.of(self._text)))

    def _depth(self, candidate: Candidate) -> int:
        """How many voices stand between the words and the publication."""
        return 0 if candidate.mode is Mode.NARRATED else max(1, len(candidate.chain) - 1)

    def _source(self, candidate: Candidate, base: str, place: int) -> ox.NamedNode:
        is_narrator = place >= self._depth(candidate)
        return ox.NamedNode(f"{self._article.iri}/narrator" if is_narrator else f"{base}/voice-{place + 1}")

    def _voices(self, candidate: Candidate, base: str) -> Iterator[ox.Triple]:
        for place in range(self._depth(candidate)):
            node, agent = self._source(candidate, base, place), self._agent(candidate, place)
            yield typed(node, "Source")
            yield kg(node, "embeddedIn", self._source(candidate, base, place + 1))
            if agent is not None:
                yield kg(node, "sourceAgent", agent)
                if agent.value not in self._index:
                    yield _label(agent, self._name(candidate, place), self._draft.text.language)
            if place == 0 and candidate.cue is not None:
                yield kg(node, "cue", ox.Literal(candidate.cue.of(self._text)))

    def _name(self, candidate: Candidate, place: int) -> str:
        names = candidate.chain or (candidate.speaker,)
        return _UNNAMED.sub("", names[min(place, len(names) - 1)])

    def _agent(self, candidate: Candidate, place: int) -> ox.NamedNode | None:
        """Who speaks: as the project knows them, or by a name that is the draft's own."""
        if place >= self._depth(candidate):
            return ox.NamedNode(self._publisher) if self._publisher is not None else None
        iri = candidate.chain_iris[place] if place < len(candidate.chain_iris) else None
        if iri is not None:
            return ox.NamedNode(iri)
        name = self._name(candidate, place)
        known = next((self._iri(key) for key, thing in self._things.items() if thing.label == name), None)
        slug = re.sub(r"\W+", "-", name.casefold()).strip("-")
        return known or ox.NamedNode(f"{self._article.iri}/draft/agent/{slug or 'somebody'}")

    def _term(self, text: str | None) -> Term | None:
        if text is None:
            return None
        try:
            return parse_term(text, prefixes=self._prefixes)
        except ValueError:
            return ox.Literal(text)  # a tool's, and better shown than lost

    def _iri(self, text: str | None) -> ox.NamedNode | None:
        term = self._term(text)
        return term if isinstance(term, ox.NamedNode) else None


def _evidence(base: str, span: Span) -> ox.NamedNode:
    return ox.NamedNode(f"{base}#char={span.start},{span.end}")


def _label(node: ox.NamedNode, label: str, language: str) -> ox.Triple:
    return ox.Triple(node, ox.NamedNode(RDFS + "label"), ox.Literal(label, language=language))
