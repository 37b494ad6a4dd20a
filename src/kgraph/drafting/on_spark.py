"""Drafting many texts on Apache Spark: a map over texts, each drafted as in a process of this machine.

A language model that drafts too is called from wherever a text is; so its token goes there as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from kgraph.drafting.knowledge import Article, Knowledge
from kgraph.drafting.running import Outcome, Tooling, draft_here, fault_of
from kgraph.errors import KgraphError
from kgraph.spark import opened, translated

__all__ = ["draft_on_spark"]

#: So many texts are given out for each core before the drafts of all these come back.
_WAVE: Final = 16


def draft_on_spark(articles: Iterable[Article], knowledge: Knowledge, tooling: Tooling) -> Iterator[Outcome]:
    """The drafts of texts, as they are done; an error of one text is its own.

    Raises:
        StoreError: Spark cannot start, or gave up.
    """
    waiting = iter(articles)
    with opened() as session:
        context = session.sparkContext
        shared = context.broadcast((knowledge, tooling))

        def draft(some: Iterable[Article]) -> Iterable[Outcome]:
            known, tools = shared.value
            return [_outcome(article, known, tools) for article in some]

        cores = max(1, context.defaultParallelism)
        while wave := list(islice(waiting, _WAVE * cores)):
            with translated():
                outcomes = context.parallelize(wave, min(len(wave), 4 * cores)).mapPartitions(draft).collect()
            yield from outcomes


def _outcome(article: Article, knowledge: Knowledge, tooling: Tooling) -> Outcome:
    try:
        return Outcome(article.slug, draft_here(article.laid, knowledge, tooling))
    except KgraphError as error:
        return Outcome(article.slug, None, error)
    except Exception as error:
        return Outcome(article.slug, None, fault_of(article, error))
