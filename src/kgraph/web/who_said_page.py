"""The page of "who said this?": a plain answer first, then a card a sentence, its claims folded in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import Request, Response

from kgraph.api import AsyncKnowledgeGraph
from kgraph.errors import KgraphError
from kgraph.search import Found
from kgraph.web.fact_queries import query_of_fact, query_of_words
from kgraph.web.pages import Run, mark_all, problem_of, render_page
from kgraph.web.places import in_text
from kgraph.who_said import Answer, Attribution, Citation, Level, Question, cite

__all__ = ["who_said_page"]

#: How what was asked for was found, in the words of the page.
_FOUND: Final = {
    Found.VERBATIM: "word for word",
    Found.SPELLING: "in other spelling",
    Found.MEANING: "in other words",
}
_LEVELS: Final = {
    Level.STATED: "stated as fact by the publication",
    Level.CLAIMED: "not stated as fact",
    Level.DRAFTED: "drafted, not reviewed yet",
    Level.UNANNOTATED: "nobody has recorded a claim of these words yet",
}


@dataclass(frozen=True, slots=True)
class _Hit:
    """A sentence that answers, with its claims: the best of them first."""

    claims: tuple[Attribution, ...]
    runs: tuple[Run, ...]
    found: str
    href: str
    citations: tuple[Citation, ...]

    @property
    def best(self) -> Attribution:
        """The claim that fits best."""
        return self.claims[0]

    @property
    def folded(self) -> tuple[tuple[Attribution, ...], ...]:
        """The claims, those that differ in their content alone together."""
        groups: dict[tuple[str | None, str, str], list[Attribution]] = {}
        for claim in self.claims:
            groups.setdefault((claim.speaker.iri, claim.verdict, claim.quote), []).append(claim)
        return tuple(map(tuple, groups.values()))


def who_said_page(
    request: Request,
    graph: AsyncKnowledgeGraph,
    descriptions: Mapping[str, str],
    values: Mapping[str, str],
    question: Question,
    *,
    answer: Answer | None = None,
    error: KgraphError | None = None,
) -> Response:
    """The question "who said this?": its form, its answers or its error."""
    status, problem, headers = problem_of(request, error)
    found = answer.attributions if answer is not None else ()
    sparql = None
    if answer is not None:
        sparql = query_of_words(question.text) if question.text.strip() else query_of_fact(question.fact)
    return render_page(
        request,
        "who-said.html",
        {
            "asked": values.get("q"),
            "descriptions": descriptions,
            "values": values,
            "question": question,
            "filtered": bool(question.filters or question.since or question.until),
            "answer": answer,
            "problem": problem,
            "levels": _LEVELS,
            "hits": _by_sentence(graph, found, answer) if answer is not None else [],
            "previous": _turned(values, question, -1) if question.offset else None,
            "following": _turned(values, question, 1) if answer is not None and answer.more else None,
            "search": urlencode(values),
            "sparql": sparql,
        },
        status=status,
        headers=headers,
    )


def _by_sentence(graph: AsyncKnowledgeGraph, found: Sequence[Attribution], answer: Answer) -> list[_Hit]:
    groups: dict[str, list[Attribution]] = {}
    for each in found:
        groups.setdefault(each.sentence.iri if each.sentence else each.iri, []).append(each)
    hits = []
    for claims in groups.values():
        best = claims[0]
        words = _FOUND.get(best.found, "close to it, but not the same") if best.found else ""
        hits.append(
            _Hit(
                tuple(claims),
                tuple(mark_all(best.sentence, best.passages, best.quote)),
                words,
                in_text(best, graph.settings.names),
                tuple(cite(claim, answer) for claim in claims),
            )
        )
    return hits


def _turned(values: Mapping[str, str], question: Question, pages: int) -> str:
    offset = max(0, question.offset + pages * question.limit)
    return f"/who-said?{urlencode({**values, 'offset': str(offset)})}"
