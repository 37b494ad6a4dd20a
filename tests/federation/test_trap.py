"""NOCALL: a server that is not on the list has no visitor, whatever a query or its endpoint tries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from bench.wikidata import publish, serving

from kgraph.federation.network import CheckedTransport, PrivateAddressError, is_public
from tests.federation.endpoint import Endpoint, Reply, Trap, trap

ALLOWED = "http://allowed.example/sparql"
REDIRECTS = "http://redirecting.example/sparql"
TOKEN = "let-me-write"

_TEXT = (Path(__file__).parent / "disguises.txt").read_text(encoding="utf-8")
DISGUISES = [line.replace("↵", "\n") for line in _TEXT.splitlines()[1:]]


@pytest.fixture(scope="module")
def caught() -> Iterator[Trap]:
    with trap() as waiting:
        yield waiting


@pytest.fixture(scope="module")
def server(caught: Trap, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Our server, which may call two endpoints; one of them sends everybody to the trap."""
    folder = tmp_path_factory.mktemp("trapped")
    there = f"http://127.0.0.1:{caught.port}/sparql"
    empty = json.dumps({"head": {"vars": []}, "results": {"bindings": []}}).encode()
    with (
        Endpoint(lambda _: Reply(empty)).listening() as allowed,
        Endpoint(lambda _: Reply(status=307, headers={"Location": there})).listening() as redirecting,
    ):
        (folder / "kgraph.toml").write_text(
            f'allow_service = ["{ALLOWED}", "{REDIRECTS}"]\nquery_timeout = 5\n'
            f'writable = true\ntoken = "{TOKEN}"\n'
            f'[service_mirror]\n"{ALLOWED}" = "{allowed.url}"\n"{REDIRECTS}" = "{redirecting.url}"\n'
        )
        publish(folder, {"urn:test:g": b'<urn:s> <urn:p> "x" .\n'})
        with serving(folder) as url:
            yield url


@pytest.mark.parametrize("by", ["form", "body", "address"])
def test_the_trap_has_no_visitor(by: str, server: str, caught: Trap) -> None:
    with httpx.Client(trust_env=False, timeout=30) as client:
        for disguise in DISGUISES:
            query = disguise.replace("TRAP", f"127.0.0.1:{caught.port}").replace("PORT", str(caught.port))
            if by == "form":
                name = "update" if re.search(r"^(LOAD|INSERT|DELETE|WITH)", query) else "query"
                response = client.post(
                    server, data={name: query}, headers={"Authorization": f"Bearer {TOKEN}"}
                )
            elif by == "body":
                response = client.post(
                    server, content=query, headers={"Content-Type": "application/sparql-query"}
                )
            else:
                response = client.get(server, params={"query": query})
            # Some name graphs, and some are silent about their failure.
            harmless = any(part in query for part in ("FROM", "GRAPH <http", "SILENT <http://red", "VICESIL"))
            assert (response.status_code == 200) == harmless, query
    assert caught.count() == 0


def test_an_allowed_endpoint_is_called_by_its_very_name(server: str) -> None:
    query = f"SELECT * {{ SERVICE <{ALLOWED}> {{ ?s ?p ?o }} }}"
    assert httpx.post(server, data={"query": query}, trust_env=False).status_code == 200


PRIVATE = """127.0.0.1 127.255.0.1 0.0.0.0 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1
192.0.0.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1
::ffff:127.0.0.1 ::ffff:10.0.0.1 fc00::1 fe80::1%lo
fec0::1 ff02::1 64:ff9b::7f00:1 2002:7f00:1:: 2001:db8::1""".split()


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_known_in_every_wrapping(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["208.80.154.224", "2620:0:861:ed1a::1", "::ffff:208.80.154.224"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.anyio
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433"])
async def test_a_name_that_leads_into_a_private_network_is_not_connected_to(host: str, caught: Trap) -> None:
    transport = CheckedTransport(any_address=False)
    async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
        with pytest.raises(PrivateAddressError):
            await client.post(f"http://{host}:{caught.port}/", data={"query": "ASK {}"})
    assert caught.count(wait_s=0.05) == 0


@pytest.mark.anyio
async def test_a_name_is_resolved_once_and_kept_for_the_host_header(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    async def resolve(loop: object, host: object, port: object, **options: object) -> list[object]:
        del loop, options
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", resolve)
    with Endpoint(lambda _: Reply(b"ok")).listening() as endpoint:
        port = int(endpoint.url.split(":")[2].split("/")[0])
        transport = CheckedTransport(any_address=True)
        async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
            response = await client.post(f"http://endpoint.test:{port}/", data={"query": "ASK {}"})
    assert (response.text, endpoint.headers[0]["host"]) == ("ok", f"endpoint.test:{port}")
    assert [host for host in asked if host == "endpoint.test"] == ["endpoint.test"]


@pytest.mark.anyio
async def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(loop: object, host: object, port: object, **options: object) -> list[object]:
        del loop, host, options
        return [(2, 1, 6, "", ("208.80.154.224", port)), (2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", resolve)
    async with httpx.AsyncClient(transport=CheckedTransport(any_address=False)) as client:
        with pytest.raises(PrivateAddressError):
            await client.get("http://endpoint.test/")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def test_settings_of_the_folder_are_those_of_the_server(tmp_path: Path) -> None:
    (tmp_path / "kgraph.toml").write_text("allow_service = []\n")
    publish(tmp_path, {"urn:test:g": b""})
    with serving(tmp_path) as url:
        query = "SELECT * { SERVICE <https://query.wikidata.org/sparql> { ?s ?p ?o } }"
        response = httpx.post(url, data={"query": query}, trust_env=False)
    assert response.status_code == 403
    assert response.json()["type"] == "urn:kgraph:problem:service-not-allowed"
