"""A language model behind an endpoint: strings that do not stand in the text are left out and counted."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from kgraph.drafting.endpoint import Endpoint, ask_endpoint
from kgraph.errors import DraftError
from kgraph.text import Span

TEXT = "Ana Holt said the harbour was shut. It was late. It was late."


@contextmanager
def model(reply: bytes) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An endpoint that always answers the same, and what it was asked."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append({"path": self.path, "token": self.headers["Authorization"], **json.loads(body)})
            self.send_response(200)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *arguments: object) -> None:
            del arguments

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answer(*attributions: dict[str, str]) -> bytes:
    content = json.dumps({"attributions": attributions})
    return json.dumps({"choices": [{"message": {"content": content}}]}).encode()


def test_what_does_not_stand_in_the_text_is_left_out_and_counted() -> None:
    right = {"content": "the harbour was shut", "cue": "said", "source": "Ana Holt", "speaker": "Ana Holt"}
    reply = answer(
        right | {"kind": "nonsense"},
        right | {"content": "the harbor was shut"},
        right | {"content": "It was late"},
        right | {"content": "the harbour", "cue": "told", "source": "Holt Ana"},
        right | {"content": ""},
    )
    with model(reply) as (url, asked):
        found, dropped = ask_endpoint(
            Endpoint(url, "m", "secret-token"), TEXT, [Span(0, len(TEXT))], "Coast Wire"
        )
    [each] = found
    assert (each.words, each.speaker, each.kind, each.by) == (
        "the harbour was shut",
        "Ana Holt",
        "fact",
        "model:m",
    )
    assert each.content[0].of(TEXT) == each.words
    assert dropped == 4
    assert (asked[0]["path"], asked[0]["token"]) == ("/v1/chat/completions", "Bearer secret-token")


@pytest.mark.parametrize("reply", [b"", b"no JSON", b"{}", b'{"choices": []}', answer()[:-3]])
def test_an_answer_of_another_form_is_told(reply: bytes) -> None:
    with model(reply) as (url, _), pytest.raises(DraftError, match="did not answer"):
        ask_endpoint(Endpoint(url), TEXT, [Span(0, len(TEXT))], "Coast Wire")


def test_nobody_there_is_told() -> None:
    with pytest.raises(DraftError, match="did not answer"):
        ask_endpoint(Endpoint("http://127.0.0.1:9/v1"), TEXT, [Span(0, len(TEXT))], "Coast Wire")
