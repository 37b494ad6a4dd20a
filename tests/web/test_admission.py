"""Who may write: nobody, the holder of the token, or programs on the same machine."""

from __future__ import annotations

import logging
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from kgraph.build import build
from kgraph.errors import SettingsError
from kgraph.settings import Settings, load_settings
from kgraph.web.admission import check_writing

from .conformance import UPDATE
from .conftest import Serve
from .test_graph_store import JOHN, TURTLE
from .wire import say

TOKEN = "open-sesame-123"
CHALLENGE = 'Bearer realm="kgraph", Basic realm="kgraph", charset="UTF-8"'
WRITES = [
    ("POST", "/sparql", UPDATE, "INSERT DATA { <urn:a> <urn:b> 1 }"),
    ("POST", "/sparql", {"Content-Type": "application/x-www-form-urlencoded"}, "update=CLEAR+ALL"),
    ("PUT", "/graph-store?default", TURTLE, JOHN),
    ("POST", "/graph-store?default", TURTLE, JOHN),
    ("POST", "/graph-store", TURTLE, JOHN),
    ("DELETE", "/graph-store?default", {}, ""),
    ("PUT", "/graph-store/x", TURTLE, JOHN),
    ("POST", "/graph-store/x", TURTLE, JOHN),
    ("DELETE", "/graph-store/x", {}, ""),
]


def basic(password: str, *, user: str = "user") -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("guarded")
    build(load_settings(folder, environ={}))
    return folder


@pytest.fixture(scope="module")
def guarded(serve: Serve, folder: Path) -> httpx.Client:
    return serve(folder, writable=True, token=TOKEN, workers=1)


@pytest.fixture(scope="module")
def local(serve: Serve, folder: Path) -> httpx.Client:
    return serve(folder, writable=True, workers=1)


@pytest.mark.parametrize(("method", "url", "headers", "body"), WRITES)
def test_nobody_writes_to_a_server_that_is_not_writable(
    client: httpx.Client, method: str, url: str, headers: dict[str, str], body: str
) -> None:
    for more in ({}, {"Authorization": f"Bearer {TOKEN}"}):
        response = client.request(method, url, headers={**headers, **more}, content=body)
        assert (response.status_code, response.json()["type"]) == (403, "urn:kgraph:problem:read-only")


@pytest.mark.parametrize(("method", "url", "headers", "body"), WRITES)
def test_writing_takes_the_token(
    guarded: httpx.Client, method: str, url: str, headers: dict[str, str], body: str
) -> None:
    def write(**more: str) -> httpx.Response:
        return guarded.request(method, url, headers={**headers, **more}, content=body)

    assert basic(TOKEN)["Authorization"] != basic(TOKEN, user="")["Authorization"]
    for absent in (
        {},
        {"Authorization": TOKEN},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic x"},
        {"Authorization": "Basic"},
        {"Authorization": f"Basic {b64encode(TOKEN.encode()).decode()}"},
        {"Authorization": f"Digest {TOKEN}"},
        basic(""),
    ):
        response = write(**absent)
        assert (response.status_code, response.json()["type"]) == (401, "urn:kgraph:problem:token-missing")
        assert response.headers["www-authenticate"] == CHALLENGE
    for wrong in (f"{TOKEN}4", TOKEN[:-1], "x"):
        for header in ({"Authorization": f"Bearer {wrong}"}, basic(wrong), basic(f"{TOKEN}:{wrong}")):
            response = write(**header)
            assert (response.status_code, response.json()["type"]) == (403, "urn:kgraph:problem:token-wrong")
    done = (200, 201, 204, 404)
    for user in ("", "user", "ü", TOKEN):
        assert write(**basic(TOKEN, user=user)).status_code in done
    own = f"http://{guarded.base_url.netloc.decode()}"
    assert write(**basic(TOKEN), Origin=own).status_code in done
    for foreign in ("https://example.org", "null", f"{own}.example.org", f"{own}, {own}"):
        response = write(**basic(TOKEN), Origin=foreign)
        assert (response.status_code, response.json()["type"]) == (403, "urn:kgraph:problem:foreign-write")
    assert write(Authorization=f"Bearer {TOKEN}").status_code in (200, 201, 204, 404)
    assert write(Authorization=f"bearer {TOKEN}", Origin="https://example.org").status_code in (
        200,
        201,
        204,
        404,
    )


def test_a_refused_body_is_not_even_read(guarded: httpx.Client) -> None:
    response = guarded.put("/graph-store?default", content=b"#" * 70 * 2**20, headers=TURTLE)
    assert response.status_code == 401


def test_reading_takes_no_token(guarded: httpx.Client) -> None:
    assert guarded.get("/sparql?query=ASK{}").status_code == 200
    assert guarded.get("/graph-store?default").status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 204),
        ({"Host": "localhost"}, 204),
        ({"Host": "localhost:8000"}, 204),
        ({"Host": "[::1]:8000"}, 204),
        ({"Host": "kgraph.localhost"}, 204),
        ({"Origin": "http://localhost:3000"}, 204),
        ({"Origin": "http://127.0.0.1"}, 204),
        ({"Origin": "https://example.org"}, 403),
        ({"Origin": "https://[::1]:8000"}, 204),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "http://localhost http://example.org"}, 403),
        ({"Origin": "http://localhost, http://localhost"}, 403),
        ({"Origin": "http://example.org@localhost"}, 403),
        ({"Origin": r"http://example.org\@localhost"}, 403),
        ({"Origin": "http://localhost/x"}, 403),
        ({"Origin": "file://localhost"}, 403),
        ({"Origin": "localhost"}, 403),
        ({"Origin": "http://localhost.example.org"}, 403),
        ({"Origin": "http://127.0.0.1.example.org"}, 403),
        ({"Host": "rebound.example.org"}, 403),
        ({"Host": "10.0.0.1"}, 403),
    ],
)
def test_without_a_token_writes_come_from_the_same_machine(
    local: httpx.Client, headers: dict[str, str], status: int
) -> None:
    response = local.post("/sparql", data={"update": "CLEAR DEFAULT"}, headers=headers)
    assert response.status_code == status
    assert local.get("/sparql?query=ASK{}", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("host", "token", "good"),
    [
        ("127.0.0.1", "", True),
        ("127.1.2.3", "", True),
        ("::1", "", True),
        ("localhost", "", True),
        ("0.0.0.0", "", False),  # noqa: S104 - only asked about
        ("::", "", False),
        ("", "", False),
        ("192.168.0.1", "", False),
        ("example.org", "", False),
        ("0.0.0.0", TOKEN, True),  # noqa: S104
    ],
)
def test_a_server_that_others_reach_writes_with_a_token_alone(
    tmp_path: Path, host: str, token: str, good: bool
) -> None:
    settings: Settings = replace(load_settings(tmp_path, environ={}), host=host, token=token, writable=True)
    check_writing(replace(settings, writable=False))
    if good:
        check_writing(settings)
    else:
        with pytest.raises(SettingsError, match="needs a token"):
            check_writing(settings)


def test_the_token_is_never_logged(guarded: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="kgraph"):
        for token in (TOKEN, "guess-guess"):
            headers = {**UPDATE, "Authorization": f"Bearer {token}"}
            guarded.post("/sparql", content="CLEAR XYZ", headers=headers)
            guarded.post(f"/sparql?access_token={token}", content="CLEAR XYZ", headers=headers)
    assert TOKEN not in caplog.text
    assert "guess-guess" not in caplog.text


def test_a_trailer_says_nothing_about_who_writes(guarded: httpx.Client, local: httpx.Client) -> None:
    head = b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-update\r\n"
    body = b"Transfer-Encoding: chunked\r\n\r\nd\r\nCLEAR DEFAULT\r\n0\r\n"
    for client, trailer, status in (
        (guarded, f"Authorization: Bearer {TOKEN}", 401),
        (local, "Origin: https://example.org", 204),
        (local, "X: y", 204),
    ):
        said = say(client, head + body + trailer.encode() + b"\r\n\r\n")
        assert said is not None
        assert said.status == status
