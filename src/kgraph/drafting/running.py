"""Drafting many texts: each in a process of its own, several at once, one after the other as they end.

spaCy stays in those processes: they may run out of memory, be killed or hang on a text without anything else
being lost. A text whose process dies is tried once more alone, and then told as a fault.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from typing import Final

from kgraph.authoring import lay_out
from kgraph.drafting.candidates import Draft, Part
from kgraph.drafting.drafting import Laid
from kgraph.drafting.endpoint import Endpoint
from kgraph.drafting.knowledge import Article, Knowledge
from kgraph.errors import DraftError, KgraphError
from kgraph.intake import Reading, find_parts
from kgraph.settings import DRAFT_FLOOR, Settings

__all__ = [
    "Outcome",
    "Tooling",
    "draft_articles",
    "draft_here",
    "fault_of",
    "lay_reading",
    "lay_text",
]

#: Sentences of a text are parsed in one process; more than this many texts wait in none.
_WAITING: Final = 2


@dataclass(frozen=True, slots=True)
class Tooling:
    """What drafts: the name of a spaCy pipeline (``auto``: the one for English that is installed).

    Candidates whose confidence is below ``floor`` are left out and counted.
    """

    pipeline: str = "auto"
    processes: int = 2
    endpoint: str = ""
    model: str = ""
    token: str = field(default="", repr=False)
    floor: float = DRAFT_FLOOR

    @classmethod
    def of(cls, settings: Settings, *, processes: int = 2) -> Tooling:
        """What the settings name."""
        endpoint = "" if settings.offline else settings.draft_endpoint
        model, token = settings.draft_model, settings.draft_token
        return cls(settings.pipeline, processes, endpoint, model, token, settings.draft_floor)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a text: its draft, or why there is none."""

    slug: str
    draft: Draft | None
    error: KgraphError | None = None


def lay_text(text: str, *, language: str = "en", publisher: str = "") -> Laid:
    """A bare text, laid out by its looks."""
    parts = find_parts(text)
    layout = lay_out(text, {str(n): part.span for n, part in enumerate(parts)}, (), language=language)
    return Laid(
        text,
        language,
        tuple(Part(part.kind, part.span) for part in parts),
        layout.paragraphs,
        layout.sentences,
        publisher or "the publication",
    )


def lay_reading(reading: Reading, publisher: str = "") -> Laid:
    """A text that is not in a project, as it was read."""
    return Laid(
        reading.text,
        reading.language,
        tuple(Part(part.kind, part.span) for part in reading.parts),
        reading.layout.paragraphs,
        reading.layout.sentences,
        publisher or reading.publisher or "the publication",
    )


def draft_articles(articles: Iterable[Article], knowledge: Knowledge, tooling: Tooling) -> Iterator[Outcome]:
    """The drafts of texts, as they are done; an error of one text is its own.

    Raises:
        DraftError: spaCy or the pipeline is not installed.
    """
    from kgraph.drafting.pipeline import check_pipeline  # noqa: PLC0415

    check_pipeline(tooling.pipeline)
    waiting = iter(articles)
    lost: list[Article] = []
    yield from _in_processes(waiting, knowledge, tooling, tooling.processes, lost)
    while lost:
        alone = [lost.pop(0)]
        again: list[Article] = []
        yield from _in_processes(iter(alone), knowledge, tooling, 1, again)
        for article in again:
            error = DraftError(
                f"The process that drafted {article.slug!r} ended.",
                hint="There may be too little memory for it.",
            )
            yield Outcome(article.slug, None, error)


def _in_processes(
    waiting: Iterator[Article], knowledge: Knowledge, tooling: Tooling, processes: int, lost: list[Article]
) -> Iterator[Outcome]:
    """Draft what waits; what was under way when a process died is ``lost``, and the rest goes on anew."""
    while True:
        pool = ProcessPoolExecutor(
            processes, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(knowledge, tooling)
        )
        running: dict[Future[Draft], Article] = {}
        broken = done_with_all = False
        try:
            while not broken:
                for article in waiting:
                    running[pool.submit(_draft, article.laid)] = article
                    if len(running) >= processes * _WAITING:
                        break
                if not running:
                    done_with_all = True
                    return
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    article = running.pop(future)
                    try:
                        yield Outcome(article.slug, future.result())
                    except BrokenProcessPool:
                        lost.append(article)
                        broken = True
                    except KgraphError as error:
                        yield Outcome(article.slug, None, error)
                    except Exception as error:
                        yield Outcome(article.slug, None, fault_of(article, error))
            lost += running.values()
        finally:
            if done_with_all:
                pool.shutdown()  # who is ended while it is told to go complains
            else:
                _end(pool)


def fault_of(article: Article, error: Exception) -> DraftError:
    """That a text cannot be drafted for a reason that nobody has thought of."""
    fault = DraftError(
        f"{article.slug!r} cannot be drafted: {type(error).__name__}: {error}.",
        hint="This is a fault of kgraph; please report it with the text.",
    )
    fault.__cause__ = error
    return fault


def _end(pool: ProcessPoolExecutor) -> None:
    """End a pool now, whatever it is at."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()


# In the other process

_WORKER: dict[str, object] = {}


def _begin(knowledge: Knowledge, tooling: Tooling) -> None:
    """Get a process ready; Ctrl-C is its parent's to hear."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _WORKER["knowledge"], _WORKER["tooling"] = knowledge, tooling


def _draft(laid: Laid) -> Draft:
    knowledge, tooling = _WORKER["knowledge"], _WORKER["tooling"]
    if not isinstance(knowledge, Knowledge) or not isinstance(tooling, Tooling):
        raise TypeError("the process was not made ready")
    return draft_here(laid, knowledge, tooling)


def draft_here(laid: Laid, knowledge: Knowledge, tooling: Tooling) -> Draft:
    """The draft of a text, made in this process.

    Raises:
        DraftError: the pipeline cannot be loaded or is for another language, or the endpoint does not answer.
    """
    from kgraph.drafting.working import draft_laid  # noqa: PLC0415 - spaCy, and only here

    endpoint = Endpoint(tooling.endpoint, tooling.model, tooling.token) if tooling.endpoint else None
    draft = draft_laid(laid, knowledge, pipeline=tooling.pipeline, endpoint=endpoint)
    sure = tuple(each for each in draft.candidates if each.confidence >= tooling.floor)
    tool = replace(draft.tool, unsure=len(draft.candidates) - len(sure))
    return replace(draft, candidates=sure, tool=tool)
