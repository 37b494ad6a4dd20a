"""Asking what is asked most before anybody does, so that the first to ask after a swap need not wait.

These are the lists that pages are made from, and the canned queries that can be asked without values; one
after the other, and only while two workers have nothing to do: whoever comes finds the other.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import Final

from kgraph.api import AsyncKnowledgeGraph
from kgraph.canned import CannedQuery
from kgraph.describe import Describer
from kgraph.errors import KgraphError
from kgraph.rdf.formats import ResultKind, formats_for
from kgraph.rdf.sparql import profile_query
from kgraph.web.pages import PAGE_FORMATS
from kgraph.who_said import Question

__all__ = ["warm"]

_PREFERRED: Final = {kind: formats_for(kind)[0].name for kind in ResultKind}
_PAUSE_S: Final = 0.1
_ASKED: Final = "who said this?"


async def warm(graph: AsyncKnowledgeGraph) -> None:
    """Ask the lists and the canned queries of the current generation, for programs and for pages; and who
    said something, which loads the sentence encoder, unless that is an endpoint's."""
    generation = graph.generation
    if "://" not in graph.settings.encoder:
        await _until_quiet(graph)
        with suppress(KgraphError):
            await graph.who_said(Question(text=_ASKED), generation=generation)
    with graph.describing(generation) as describer:
        lists = (describer.voices, describer.places, describer.partitions)
        names = partial(graph.suggest, _ASKED, limit=1)  # reads what all things are called
        for read in (*lists, partial(describer.articles, limit=1), partial(_claims, describer), names):
            await _until_quiet(graph)
            with suppress(KgraphError):
                await read()
    for query in graph.canned_queries(generation).values():
        if not _is_complete(query):
            continue
        for formats in (_PREFERRED, PAGE_FORMATS):
            await _until_quiet(graph)
            with suppress(KgraphError):  # whoever asks it will hear of it
                text = await graph.bind(query, {}, generation=generation)
                if not profile_query(text).is_repeatable:  # not kept; and nobody is called unasked
                    break
                answer = await graph.query(text, formats=formats, generation=generation, client="warming")
                await answer.read()


async def _claims(describer: Describer) -> None:
    await describer.browse({}, offset=0, limit=1)


async def _until_quiet(graph: AsyncKnowledgeGraph) -> None:
    while not _is_quiet(graph):  # noqa: ASYNC110 - nothing tells when a worker has time
        await asyncio.sleep(_PAUSE_S)


def _is_complete(query: CannedQuery) -> bool:
    return not any(parameter.required for parameter in query.parameters)


def _is_quiet(graph: AsyncKnowledgeGraph) -> bool:
    status = graph.status
    return status.waiting == 0 and status.ready - status.busy >= 2
