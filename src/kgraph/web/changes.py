"""``/changes``: what changed between generations, as an Atom feed, a JSON Feed, and RDF Patches.

A consumer that has one generation follows the entries after it, and need not load everything again. An entry
stays the same, since generations do; the feed reaches back as far as generations are kept.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, JSONResponse

from kgraph.errors import UnknownNameError
from kgraph.rdf.formats import Format
from kgraph.rdf.terms import compact
from kgraph.store import Catalog, Generation
from kgraph.web.derived import made
from kgraph.web.documentation import problem_responses
from kgraph.web.negotiation import Choice
from kgraph.web.pages import public_url
from kgraph.web.reading import choice_of_suffix, choose_format
from kgraph.web.sparql import graph_of

__all__ = ["router"]

router: Final = APIRouter(tags=["Changes"])

_ATOM: Final = Format("atom", ("application/atom+xml",), "atom", frozenset())
_JSON: Final = Format("json", ("application/feed+json", "application/json"), "json", frozenset())
_BY_SUFFIX: Final = {"atom": _ATOM, "json": _JSON}
_PATCH: Final = "application/rdf-patch"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One generation after another, with what changed by graph."""

    before: str
    after: Generation
    graphs: dict[str, dict[str, int]]
    url: str

    @property
    def title(self) -> str:
        return f"Generation {self.after.id} ({self.after.manifest.made_by})"

    def words(self, prefixes: dict[str, str]) -> str:
        told = [
            f"{compact(graph, prefixes)}: {change['added']:,} added, {change['removed']:,} removed"
            for graph, change in self.graphs.items()
        ]
        return "; ".join(told) or "No triple came or went."


@router.head("/changes", include_in_schema=False)
@router.get(
    "/changes",
    summary="What changed, as a feed",
    operation_id="changes",
    responses={
        200: {
            "description": "The generations that are kept, the newest first, with what changed.",
            "content": {_ATOM.media_type: {}, _JSON.media_type: {}},
        },
        **problem_responses(406, 500),
    },
)
async def changes(request: Request) -> Response:
    """The feed, as Atom (RFC 4287) or as JSON Feed 1.1."""
    return await _feed(request, choose_format(request, (_ATOM, _JSON), what="The feed"))


@router.api_route("/changes.{suffix}", methods=["GET", "HEAD"], include_in_schema=False)
async def changes_in(request: Request, suffix: str) -> Response:
    """The same in the format of the suffix."""
    return await _feed(request, choice_of_suffix(suffix, _BY_SUFFIX))


@router.head("/changes/{before}..{after}", include_in_schema=False)
@router.get(
    "/changes/{before}..{after}",
    summary="What changed between two generations",
    operation_id="change",
    responses={
        200: {"description": "The triples that came and went, as RDF Patch.", "content": {_PATCH: {}}},
        **problem_responses(404, 500, 504),
    },
)
async def change(request: Request, before: str, after: str) -> Response:
    """Every triple that went (D) or came (A), with its graph; or with ``.json``, how many by graph."""
    after, dot, suffix = after.partition(".json")
    kept = {each.id for each in _kept(request)}
    for name in (before, after):
        if name not in kept or suffix:
            raise UnknownNameError(
                f"There is no generation {name[:60]!r}.", hint="/changes lists those that are kept."
            )
    if dot:
        return JSONResponse(await _numbers(request, before, after))
    command = ("diff", before, after, "--format", "patch")
    path = await made(request, after, f"{before}.rdfp", *command)
    headers = {"Cache-Control": "public, max-age=86400, immutable"}
    return FileResponse(path, media_type=_PATCH, filename=f"{before}..{after}.rdfp", headers=headers)


def _kept(request: Request) -> list[Generation]:
    """The generations that are kept, the newest first."""
    return list(Catalog(graph_of(request).settings.store_path).generations())


async def _numbers(request: Request, before: str, after: str) -> dict[str, Any]:
    path = await made(request, after, f"{before}.json", "diff", before, after, "--format", "json")
    numbers: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return numbers


async def _feed(request: Request, choice: Choice) -> Response:
    graph = graph_of(request)
    kept = _kept(request)
    known = {each.id for each in kept}
    entries = []
    for generation in kept:
        before = generation.manifest.previous
        if before is None or before not in known:
            continue
        numbers = await _numbers(request, before, generation.id)
        url = public_url(request, f"/changes/{before}..{generation.id}")
        entries.append(_Entry(before, generation, numbers["graphs"], url))
    updated = kept[0].manifest.created if kept else ""
    if choice.format is _ATOM:
        content = _atom(request, entries, updated, graph.prefixes)
    else:
        content = _json_feed(request, entries, graph.prefixes)
    return Response(content, media_type=choice.format.media_type, headers={"Vary": "Accept"})


def _atom(request: Request, entries: Sequence[_Entry], updated: str, prefixes: dict[str, str]) -> str:
    title = escape(f"Changes of {graph_of(request).settings.title}")
    here = public_url(request, "/changes.atom")
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n',
        f"<id>{escape(here)}</id>\n<title>{title}</title>\n<updated>{escape(updated)}</updated>\n",
        f'<author><name>kgraph</name></author>\n<link rel="self" href={quoteattr(here)}/>\n',
    ]
    for entry in entries:
        manifest = entry.after.manifest
        parts.append(
            f"<entry><id>urn:kgraph:generation:{escape(entry.after.id)}</id>"
            f"<title>{escape(entry.title)}</title>"
            f"<updated>{escape(manifest.created)}</updated>"
            f'<link rel="alternate" type={quoteattr(_PATCH)} href={quoteattr(entry.url)}/>'
            f"<summary>{escape(entry.words(prefixes))}</summary></entry>\n"
        )
    return "".join((*parts, "</feed>\n"))


def _json_feed(request: Request, entries: Sequence[_Entry], prefixes: dict[str, str]) -> str:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"Changes of {graph_of(request).settings.title}",
        "home_page_url": public_url(request, "/"),
        "feed_url": public_url(request, "/changes.json"),
        "items": [
            {
                "id": f"urn:kgraph:generation:{entry.after.id}",
                "url": entry.url,
                "title": entry.title,
                "content_text": entry.words(prefixes),
                "date_published": entry.after.manifest.created,
                "attachments": [{"url": entry.url, "mime_type": _PATCH}],
                "_kgraph": {
                    "about": public_url(request, "/docs"),
                    "from": entry.before,
                    "to": entry.after.id,
                    "canonical_hash": entry.after.manifest.canonical_hash,
                    "graphs": entry.graphs,
                },
            }
            for entry in entries
        ],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"
