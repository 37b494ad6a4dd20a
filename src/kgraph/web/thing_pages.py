"""The pages of things: an entity, a claim, a sentence, a graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import Request, Response

from kgraph.api import AsyncKnowledgeGraph
from kgraph.describe import Description, Kind, Name, thing_data
from kgraph.vocab import KG
from kgraph.web.pages import Result, mark_runs, public_url, render_page
from kgraph.web.places import href
from kgraph.web.viewing import GRAPHS, SHOWN, Alternate, Viewer, embed_data

__all__ = ["graph_page", "thing_page", "triples_page"]

_AROUND: Final = {Kind.SENTENCE: "The claims in it", Kind.ARTICLE: "The claims in it"}


def thing_page(
    request: Request,
    graph: AsyncKnowledgeGraph,
    description: Description,
    *,
    alternates: Sequence[Alternate],
    pages: tuple[str | None, str | None],
) -> Response:
    """A thing: what is stated, claimed, inferred and recorded about it."""
    viewer = Viewer(graph, description)
    heading = description.name(description.iri)
    itself = next((claim for claim in description.around if claim.iri == description.iri), None)
    if itself is not None:
        heading = Name(f"{itself.claim} ({itself.verdict} {itself.speaker.label})")
    around = [claim for claim in description.around if claim.iri != description.iri]
    mentions = [
        {
            "subject": viewer.term(fact.triple.subject),
            "predicate": viewer.predicate(fact.triple.predicate.value),
            "graph": fact.graph,
        }
        for fact in description.mentions[:SHOWN]
    ]
    uses = [
        {"subject": viewer.term(fact.triple.subject), "object": viewer.term(fact.triple.object)}
        for fact in description.uses[:SHOWN]
    ]
    url = public_url(request, href(description.iri, graph.settings.names) or "/")
    return render_page(
        request,
        "thing.html",
        {
            "it": description,
            "title": heading.text,
            "heading": heading,
            "types": [viewer.iri(iri) for iri in description.types if iri.startswith(KG)],
            "definition": description.definition,
            "itself": itself,
            "stated": description.stated,
            "claimed": description.claimed,
            "drafted": description.drafted,
            "inferred": viewer.inferred(description.inferred[:SHOWN]),
            "said": description.said,
            "around": around,
            "around_title": _AROUND.get(description.kind, "The claims that rest on it"),
            "records": viewer.records(description.records),
            "described": viewer.parts(description.parts),
            "mentions": mentions,
            "uses": uses,
            "added": viewer.added(),
            "runs": mark_runs,
            "data": embed_data(thing_data(description, url=url)),
            "alternates": alternates,
            "previous": pages[0],
            "following": pages[1],
        },
    )


def graph_page(
    request: Request,
    *,
    iri: str,
    name: str,
    count: int,
    is_projects: bool,
    result: Result,
    alternates: Sequence[Alternate],
) -> Response:
    """A graph: its triples, as many as a page shows."""
    return render_page(
        request,
        "graph.html",
        {
            "iri": iri,
            "name": name,
            "what": GRAPHS.get(name, "") if is_projects else "Clients wrote it; the project says none of it.",
            "count": count,
            "result": result,
            "problem": None,
            "alternates": alternates,
        },
    )


def triples_page(request: Request, *, title: str, turtle: str, alternates: Sequence[Alternate]) -> Response:
    """Triples, as Turtle."""
    return render_page(
        request,
        "triples.html",
        {"title": title, "turtle": turtle, "alternates": alternates},
    )
