"""A stand-in for Wikidata: synthetic items in its shape, served by this project's own server, and what
calls it.

    wd:Q1000   rdfs:label "item 1000"@en, "Ding 1000"@de ; wdt:P31 wd:Q7 ; wdt:P17 wd:Q61 ; wdt:P625
    "Point(…)" … wd:Q1…     classes, each below another by wdt:P279; wd:Q60… countries with wdt:P297

The number of an item decides everything about it. :class:`Recorder` stands before the server and counts.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import pyoxigraph as ox

from kgraph.search import write_index
from kgraph.settings import WIKIDATA, load_settings
from kgraph.store import Catalog, Generation, Manifest
from kgraph.store.generation import FORMAT
from kgraph.vocab import RDFS, UNION_GRAPH, WD, XSD

__all__ = ["FIRST_ITEM", "WIKIDATA", "Call", "Recorder", "items", "on_loopback", "publish", "serving"]

FIRST_ITEM: Final = 1000
WDT: Final = "http://www.wikidata.org/prop/direct/"
_CLASSES: Final = 40
_COUNTRIES: Final = range(60, 80)
_WKT: Final = "http://www.opengis.net/ont/geosparql#wktLiteral"
_LABEL: Final = f"<{RDFS}label>"


def items(count: int) -> bytes:
    """The classes, the countries and so many items, in N-Triples: five or six triples an item."""
    return "".join(_lines(count)).encode()


def _lines(count: int) -> Iterator[str]:
    for number in range(1, _CLASSES):
        yield f'{_item(number)} {_LABEL} "class {number}"@en .\n'
        yield f"{_item(number)} <{WDT}P279> {_item(number // 2)} .\n"
    for number in _COUNTRIES:
        yield f'{_item(number)} {_LABEL} "country {number}"@en .\n'
        yield f'{_item(number)} <{WDT}P297> "{chr(65 + number % 26)}{chr(65 + number // 26)}" .\n'
    for number in range(FIRST_ITEM, FIRST_ITEM + count):
        item = _item(number)
        yield f'{item} {_LABEL} "item {number}"@en .\n{item} {_LABEL} "Ding {number}"@de .\n'
        yield f"{item} <{WDT}P31> {_item(1 + number % (_CLASSES - 1))} .\n"
        yield f"{item} <{WDT}P17> {_item(_COUNTRIES[number % len(_COUNTRIES)])} .\n"
        yield f'{item} <{WDT}P1082> "{number * 7 % 10_007}"^^<{XSD}integer> .\n'
        if number % 3 == 0:
            point = f"Point({number % 360 - 180}.5 {number % 180 - 90}.25)"
            yield f'{item} <{WDT}P625> "{point}"^^<{_WKT}> .\n'


def _item(number: int) -> str:
    return f"<{WD}Q{number}>"


def publish(folder: Path, graphs: Mapping[str, bytes]) -> None:
    """Make graphs in N-Triples the current generation of a project without files, quicker than a build."""
    folder.mkdir(parents=True, exist_ok=True)
    catalog = Catalog(load_settings(folder, environ={}).store_path)

    def write(path: Path) -> Generation:
        path.mkdir(parents=True)
        store = ox.Store(str(path / "oxigraph"))
        for iri, content in graphs.items():
            for name in (iri, UNION_GRAPH):
                store.bulk_load(content, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(name))
        counts = {iri: content.count(b"\n") for iri, content in graphs.items()}
        store.flush()
        write_index(path / "search", [])
        manifest = Manifest(
            "g1", "2011-10-18T00:00:00Z", folder.name, "https://w3id.org/kgraph/", FORMAT, {}, {},
            counts, sum(counts.values()), "none", 0,
        )  # fmt: skip
        (path / "queries").mkdir()
        (path / "axioms.nt").touch()
        (path / "manifest.json").write_text(manifest.render(), encoding="utf-8")
        return Generation(path, manifest)

    with catalog.writing():
        catalog.publish("g1", write)


_SERVE: Final = """
import sys
from pathlib import Path
from kgraph.settings import load_settings
from kgraph.web.server import run_server
settings = load_settings(Path(sys.argv[1]), environ={}, flags={"port": 0, "workers": 2})
run_server(settings, ready=lambda _, url: print(url, flush=True))
"""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve what was published below a folder, in a process of its own: the endpoint's URL."""
    command = [sys.executable, "-c", _SERVE, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            assert url, "the stand-in did not start"
            yield f"{url}/sparql"
        finally:
            server.terminate()


@contextmanager
def on_loopback(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve by a handler on a free port of loopback: the URL of an endpoint there."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            del request, client_address  # a client that went away

    with Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/sparql"
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True, slots=True)
class Call:
    """One request that came by: what was asked, how many rows and bytes went back, and who asked."""

    query: str
    rows: int
    bytes_sent: int
    headers: Mapping[str, str]


@dataclass(slots=True)
class Recorder:
    """Passes requests on to an endpoint and remembers them. ``url`` is where it listens itself."""

    target: str
    calls: list[Call] = field(default_factory=list)
    url: str = ""

    @contextmanager
    def listening(self) -> Iterator[Recorder]:
        """Listen on a free port of loopback."""
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments: object) -> None:
                del arguments

            def do_GET(self) -> None:
                self._pass_on(None)

            def do_POST(self) -> None:
                self._pass_on(self.rfile.read(int(self.headers["Content-Length"])))

            def _pass_on(self, body: bytes | None) -> None:
                media_type, answer = recorder.pass_on(urlsplit(self.path).query, body, dict(self.headers))
                self.send_response(200)
                self.send_header("Content-Type", media_type)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        with on_loopback(Handler) as self.url:
            yield self

    def pass_on(self, address: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[str, bytes]:
        """Have the endpoint answer, and remember the call. The answer is its media type and its bytes."""
        kept = {name: value for name, value in headers.items() if name.lower() in ("content-type", "accept")}
        with urlopen(Request(f"{self.target}?{address}".rstrip("?"), body, kept)) as response:
            answer: bytes = response.read()
            media_type: str = response.headers["Content-Type"]
        form = "x-www-form-urlencoded" in kept.get("Content-Type", kept.get("content-type", ""))
        asked = address if body is None else body.decode()
        query = parse_qs(asked).get("query", [""])[0] if body is None or form else asked
        self.calls.append(Call(query, _rows(answer, media_type), len(answer), headers))
        return media_type, answer


def _rows(answer: bytes, media_type: str) -> int:
    """How many solutions an answer has; -1 where that cannot be seen."""
    if "sparql-results+json" in media_type:
        return len(json.loads(answer).get("results", {}).get("bindings", []))
    return answer.count(b"<result>") if "sparql-results+xml" in media_type else -1
