"""An endpoint with OpenAI's embeddings API as the encoder."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from kgraph.errors import SettingsError
from kgraph.search import open_encoder


class _Endpoint(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """The vectors of texts by their lengths, the last first; whoever has no token gets none."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        vectors = [
            {"index": place, "embedding": [len(text), 0.0]} for place, text in enumerate(asked["input"])
        ]
        is_known = self.headers["Authorization"] == "Bearer secret" and asked["model"] == "small"
        self.send_response(200 if is_known and self.path == "/v1/embeddings" else 401)
        self.end_headers()
        self.wfile.write(json.dumps({"data": vectors[::-1]}).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as its base calls it
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def test_an_endpoint_makes_vectors_of_length_1_in_the_order_of_the_texts(url: str) -> None:
    encoder = open_encoder(url, "small", "secret")
    assert encoder is not None
    assert encoder.texts(["", *("a" * length for length in range(1, 70))]).tolist() == [
        [0, 0],
        *[[1, 0]] * 69,
    ]


def test_an_endpoint_that_does_not_answer_is_an_error_of_the_settings(url: str) -> None:
    for encoder in (open_encoder(url, "small", "wrong"), open_encoder("http://127.0.0.1:9", "", "")):
        assert encoder is not None
        with pytest.raises(SettingsError, match="embeddings"):
            encoder.questions(["who?"])
