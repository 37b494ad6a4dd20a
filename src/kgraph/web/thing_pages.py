"""The pages of things: an entity, a claim, a sentence, a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import pyoxigraph as ox
from fastapi import Request, Response
from markupsafe import Markup

from kgraph.api import AsyncKnowledgeGraph
from kgraph.describe import Description, Kind, Name, short_name, thing_data
from kgraph.vocab import KG, RDFS, SKOS
from kgraph.web.pages import Result, mark_runs, public_url, render_page
from kgraph.web.places import href
from kgraph.web.viewing import GRAPHS, SHOWN, Alternate, Viewer, embed_data, fold_claims
from kgraph.who_said import Attribution
from kgraph.who_said.attribution import Thing

__all__ = ["graph_page", "thing_page", "triples_page"]

#: What a thing without a place on the map has in place of one.
NO_PICTURE: Final = Markup()
_SAME_ELSEWHERE: Final = frozenset(SKOS + name for name in ("exactMatch", "closeMatch")) | {RDFS + "seeAlso"}
_AROUND: Final = {Kind.SENTENCE: "Claims in it", Kind.ARTICLE: "Claims in it"}


def thing_page(
    request: Request,
    graph: AsyncKnowledgeGraph,
    description: Description,
    *,
    alternates: Sequence[Alternate],
    pages: tuple[str | None, str | None],
    picture: Markup = NO_PICTURE,
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
            "stated": fold_claims(description.stated),
            "claimed": _by_voice(description.claimed),
            "drafted": description.drafted,
            "inferred": viewer.inferred(description.inferred[:SHOWN]),
            "said": fold_claims(description.said),
            "map": picture,
            "elsewhere": [_entry(viewer, value.value, graph.prefixes) for value in _elsewhere(description)],
            "around": around,
            "around_title": _AROUND.get(description.kind, "Claims that rest on it"),
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


def _by_voice(claims: Sequence[Attribution]) -> list[tuple[Thing, list[list[Attribution]]]]:
    """Claims by whose they are, in the order in which the voices come."""
    voices: dict[str | None, tuple[Thing, list[Attribution]]] = {}
    for claim in claims:
        voices.setdefault(claim.speaker.iri, (claim.speaker, []))[1].append(claim)
    return [(speaker, fold_claims(its)) for speaker, its in voices.values()]


def _elsewhere(description: Description) -> list[ox.NamedNode]:
    """What the thing is called in other datasets."""
    found = (
        fact.triple.object for fact in description.facts if fact.triple.predicate.value in _SAME_ELSEWHERE
    )
    return list(dict.fromkeys(each for each in found if isinstance(each, ox.NamedNode)))


def _entry(viewer: Viewer, iri: str, prefixes: Mapping[str, str]) -> dict[str, Any]:
    """A thing of another dataset: by its name, or else by where it is and its name there
    (``wikidata.org Q1246``).
    """
    parts = urlsplit(iri)
    name = (parts.fragment or parts.path).strip("/").rpartition("/")[2]
    host = ".".join((parts.hostname or "").split(".")[-2:])
    shown = viewer.iri(iri)
    is_named = shown["text"] != short_name(iri, prefixes).text
    return {**shown, "text": f"{host} {name}"} if host and name and not is_named else shown


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
