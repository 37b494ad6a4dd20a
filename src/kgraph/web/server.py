"""Running the application: uvicorn in this process, workers beside it."""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Final

import uvicorn

from kgraph.api import AsyncKnowledgeGraph
from kgraph.errors import SettingsError, StoreError
from kgraph.replicas.keeping import as_followed, following, is_as_followed
from kgraph.settings import Settings
from kgraph.store import Catalog
from kgraph.web.admission import check_writing
from kgraph.web.agents import offering
from kgraph.web.app import create_app
from kgraph.web.connection import Connection, connection_class
from kgraph.web.garbage import GarbageCollection
from kgraph.web.limits import Limits
from kgraph.web.logs import set_up_logs
from kgraph.web.replies import Replies
from kgraph.web.warming import warm

try:
    import uvloop
except ImportError:  # there is none for this system
    _LOOP = None
else:
    _LOOP = uvloop.new_event_loop

__all__ = ["Server", "check_writing", "listen", "run_server"]

#: The share of the result cache that whole replies get (see :mod:`kgraph.web.replies`).
REPLIES_SHARE: Final = 4
#: File descriptors for workers, the index and all else that is no connection.
_RESERVED_DESCRIPTORS: Final = 256


def run_server(settings: Settings, *, ready: Callable[[str, str], None]) -> None:
    """Serve until a signal says stop; ``ready`` hears the title and the URL once requests are answered.

    Where the data of a replica get another title, base IRI or licence, it begins anew with these. Who
    connects meanwhile waits.

    Raises:
        SettingsError: the address cannot be listened on, or the server would write for everybody.
        NoGenerationError: nothing has been built yet.
    """
    set_up_logs(settings.log_format)
    check_writing(settings)
    with listen(settings.host, settings.port) as listener, asyncio.Runner(loop_factory=_LOOP) as runner:
        while runner.run(_serve(settings, listener.dup(), ready)):
            settings = as_followed(settings, Catalog(settings.store_path).current().manifest)


def listen(host: str, port: int) -> socket.socket:
    """A socket to serve on.

    Raises:
        SettingsError: the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, so that asyncio knows that it may set TCP_NODELAY; else each answer waits 40 ms for the next.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"Cannot listen on {host} port {port}: {error.strerror}.",
            hint="Another program may hold the port; choose one with --port, or 0 for any free one.",
        ) from error
    return listener


class Server(uvicorn.Server):
    """uvicorn for a knowledge graph: it tells when it has begun to answer, keeps its connections within their
    limits, and stops for a signal without dying of it.
    """

    def __init__(
        self, graph: AsyncKnowledgeGraph, started: Callable[[], None], *, limits: Limits | None = None
    ) -> None:
        limits = limits or _limits_for(graph.settings)
        replies = Replies(
            lambda: graph.generation.id, limit_bytes=graph.settings.result_cache // REPLIES_SHARE
        )
        self.app = create_app(graph)
        config = uvicorn.Config(
            self.app,
            http=connection_class(limits, replies),
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=5,
        )
        super().__init__(config)
        self._graph = graph
        self._tell = started
        self._warmed = ""
        self.is_renamed = False
        self._warming: asyncio.Task[None] | None = None
        self._garbage = GarbageCollection()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and tell."""
        self._garbage.start()
        await super().startup(sockets)
        self._tell()

    async def on_tick(self, counter: int) -> bool:
        """Do what is to be done ten times a second; true ends the server."""
        if counter % 10 == 0:  # a second
            for connection in list(self.server_state.connections):
                if isinstance(connection, Connection):
                    connection.tick()
            self._keep_warm()
            self._notice_name()
            self._garbage.tick(self.app.requests.number)
        return await super().on_tick(counter)

    def _keep_warm(self) -> None:
        """Warm the cache for each new generation. What was begun for an old one is given up."""
        with suppress(StoreError):
            generation = self._graph.generation.id
            if generation != self._warmed and self._graph.settings.result_cache:
                self._warmed = generation
                if self._warming is not None:
                    self._warming.cancel()
                self._warming = asyncio.create_task(warm(self._graph))

    def _notice_name(self) -> None:
        """End where what is followed calls itself otherwise: settings hold for a server's whole life."""
        with suppress(StoreError):
            settings = self._graph.settings
            if settings.follow and not is_as_followed(settings, self._graph.generation.manifest):
                self.is_renamed = self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more requests; those under way get some seconds to finish, then 503."""
        self.app.ending = True
        if self._warming is not None:
            self._warming.cancel()
        await super().shutdown(sockets)
        self._garbage.stop()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let a signal stop the server."""
        # uvicorn's own raises the signal again in the end, before the workers are closed.
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def _limits_for(settings: Settings) -> Limits:
    """What connections may ask for; no more of them than there are descriptors beside those of workers."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    usual = Limits()
    return replace(
        usual,
        reading_s=max(1, round(settings.query_timeout)),
        connections=max(16, min(usual.connections, descriptors - _RESERVED_DESCRIPTORS)),
    )


async def _serve(settings: Settings, listener: socket.socket, ready: Callable[[str, str], None]) -> bool:
    """Serve until the end: whether it is to begin anew, under another name."""
    host, port = listener.getsockname()[:2]
    url = settings.public_url or f"http://{f'[{host}]' if ':' in host else host}:{port}"
    async with (
        AsyncKnowledgeGraph.open(settings, with_engine=True) as graph,
        following(settings, graph.generation.manifest),
    ):
        server = Server(graph, lambda: ready(settings.title, url))
        async with offering(server.app, host):
            await server.serve(sockets=[listener])
        return server.is_renamed
