"""Real servers on loopback, with real workers, on a built copy of the repository's project."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from kgraph.api import AsyncKnowledgeGraph
from kgraph.build import build
from kgraph.settings import Settings, load_settings
from kgraph.web.limits import Limits
from kgraph.web.server import Server, listen

Serve = Callable[..., httpx.Client]

#: A project without data, whose queries have a parameter of each kind.
QUERIES = {
    "typed": """\
#+ summary: What comes of values?
#+ enumerate:
#+   - colour:
#+     - red
#+     - green
#+ defaults:
#+   - count: 3
#+ x-kgraph:
#+   parameters:
#+     count: {description: "How many.", example: 3}
#+     day: {description: "A day.", example: 2011-10-18}
#+     thing: {description: "A thing.", example: kgr:kfor}
#+     colour: {description: "A colour.", example: red}
#+     words: {description: "Words.", example: hello}
#+   columns: {count: c, day: d, thing: t, colour: o, words: w}
SELECT (?_count_integer AS ?count) (?__day_xsd_date AS ?day) (?__thing_iri AS ?thing)
  (?__colour AS ?colour) (?__words AS ?words) {}
""",
    "needy": """\
#+ summary: What is needed?
#+ x-kgraph:
#+   parameters:
#+     word: {description: "A word.", example: hello}
#+   columns: {it: The word.}
SELECT (?_word AS ?it) {}
""",
    "truth": "#+ summary: Is it so?\nASK {}\n",
    "picture": "#+ summary: What is there?\nCONSTRUCT { <urn:a> <urn:b> ?c } { BIND(1 AS ?c) }\n",
}


class _ThreadServer(Server):
    """The server without signals, which only a main thread can hear."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def _serving(settings: Settings, limits: Limits | None) -> Iterator[str]:
    """A server in a thread of its own, with its own event loop and workers."""
    listener = listen("127.0.0.1", 0)
    ready = threading.Event()
    stop: list[Server] = []

    async def main() -> None:
        async with AsyncKnowledgeGraph.open(settings) as graph:
            stop.append(_ThreadServer(graph, ready.set, limits=limits))
            await stop[0].serve(sockets=[listener])

    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    try:
        assert ready.wait(30)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop[0].should_exit = True
        thread.join()
        listener.close()


@pytest.fixture(scope="session")
def project(reference_folder: Path) -> Path:
    """The repository's project, built."""
    build(load_settings(reference_folder, environ={}))
    return reference_folder


@pytest.fixture(scope="session")
def serve() -> Iterator[Serve]:
    """Serve a built project with some settings; a client of it comes back."""
    with ExitStack() as stack:

        def start(folder: Path, *, limits: Limits | None = None, **flags: object) -> httpx.Client:
            settings = load_settings(folder, flags={"workers": 2, **flags}, environ={})
            url = stack.enter_context(_serving(settings, limits))
            return stack.enter_context(httpx.Client(base_url=url, timeout=60, headers={"Accept": "*/*"}))

        yield start


@pytest.fixture(scope="session")
def client(serve: Serve, project: Path) -> httpx.Client:
    return serve(project)


@pytest.fixture(scope="session")
def hasty(serve: Serve, project: Path) -> httpx.Client:
    """A server that gives a query a second and a half."""
    return serve(project, query_timeout=1.5)


@pytest.fixture(scope="session")
def small_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    (folder / "queries").mkdir()
    for slug, text in QUERIES.items():
        (folder / "queries" / f"{slug}.rq").write_text(text)
    build(load_settings(folder, environ={}))
    return folder


@pytest.fixture(scope="session")
def small(serve: Serve, small_project: Path) -> httpx.Client:
    return serve(small_project)
