"""Behind a proxy: every link, header and document leads to where the world sees the server."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from kgraph.errors import SettingsError
from kgraph.settings import load_settings
from tests.conftest import ARTICLE

from .conftest import Serve

PUBLIC = "https://data.example.org/a/kg"
ROOT = "/a/kg"
HTML = {"Accept": "text/html"}
PATHS = (
    "/",
    "/queries",
    "/queries/find",
    "/queries/find?name=Kfor",
    "/sparql",
    "/sparql?query=SELECT+*+{?s+?p+?o}+LIMIT+3",
    "/who-said",
    "/who-said?q=Kfor",
    "/explain",
    "/explain?subject=kgr:kfor&predicate=a&object=kg:Organization",
    "/docs",
    "/ontology",
    "/id/kfor",
    "/id/nobody",
    "/id/kosovo?page=2",
    "/graph/stated",
    "/.well-known/void",
    "/.well-known/sparql-examples",
    "/" + ARTICLE.removeprefix("https://w3id.org/kgraph/"),
)
LINK = re.compile(r'\b(?:href|action|src)="([^"]*)"')
ADDRESS = re.compile(r"<([^>]*)>")


@pytest.fixture(scope="module")
def proxied(serve: Serve, project: Path) -> httpx.Client:
    return serve(project, public_url=f"{PUBLIC}/", writable=True)


def _behind(url: str) -> str | None:
    """What the proxy asks for where a client asks for a URL; None where that leads elsewhere."""
    if not url.startswith(PUBLIC + "/"):
        assert not url.startswith("https://data.example.org"), url
        return None
    return url.removeprefix(PUBLIC)


def _addresses(response: httpx.Response) -> Iterator[str]:
    for name in ("content-location", "location"):
        if name in response.headers:
            yield response.headers[name]
    for link in response.headers.get_list("link"):
        yield from ADDRESS.findall(link)


@pytest.mark.parametrize("path", PATHS)
def test_links_and_headers_lead_below_the_public_url(proxied: httpx.Client, path: str) -> None:
    here = PUBLIC + path
    followed: set[str] = set()
    for accept in ("text/html", "text/turtle", "application/json", "*/*"):
        response = proxied.get(path, headers={"Accept": accept})
        found = [urljoin(here, address) for address in _addresses(response)]
        if response.headers.get("content-type", "").startswith("text/html"):
            found += [urljoin(here, html.unescape(link)) for link in LINK.findall(response.text)]
            assert 'href="/static' not in response.text
        followed |= {behind for url in found if (behind := _behind(url)) is not None}
        assert "http://127.0.0.1" not in response.text
    assert followed
    for behind in sorted(followed)[:40]:
        if behind.startswith(f"{path}#"):  # the page itself
            continue
        answer = proxied.get(behind.partition("#")[0], headers=HTML)
        # A form's address answers too, be it to say that something is missing in it.
        assert answer.status_code in (200, 400), behind


@pytest.mark.parametrize("path", [path for path in PATHS if "page=2" not in path])
def test_a_proxy_may_leave_the_path_of_the_public_url_or_take_it_off(
    proxied: httpx.Client, path: str
) -> None:
    for accept in ("text/html", "text/turtle", "*/*"):
        off, left = (proxied.get(root + path, headers={"Accept": accept}) for root in ("", ROOT))
        assert (left.status_code, left.text) == (off.status_code, off.text)
        assert list(_addresses(left)) == list(_addresses(off))
    assert proxied.get(ROOT).text == proxied.get("/").text
    assert proxied.get(f"{ROOT}x{path}").status_code == 404


def test_documents_name_the_public_url(proxied: httpx.Client) -> None:
    robots = proxied.get("/robots.txt").text
    assert f"Sitemap: {PUBLIC}/sitemap.xml" in robots
    assert f"Disallow: {ROOT}/sparql?" in robots
    pages = re.findall("<loc>([^<]*)</loc>", proxied.get("/sitemap.xml").text)
    assert len(pages) > 100
    assert all(page.startswith(PUBLIC + "/") for page in pages)
    assert proxied.get("/openapi.json").json()["servers"] == [{"url": PUBLIC}]
    assert all(
        query["url"].startswith(PUBLIC)
        for query in proxied.get("/queries", headers={"Accept": "application/json"}).json()
    )
    assert f"<{PUBLIC}/sparql>" in proxied.get("/sparql", headers={"Accept": "text/turtle"}).text


def test_redirects_and_new_graphs_are_below_the_public_url(proxied: httpx.Client) -> None:
    assert proxied.get("/queries/", follow_redirects=False).headers["location"] == f"{ROOT}/queries"
    created = proxied.post(
        "/graph-store", content="<urn:a> <urn:b> <urn:c> .", headers={"Content-Type": "text/turtle"}
    )
    place = created.headers["location"]
    assert place.startswith(f"{PUBLIC}/graph-store/")
    assert proxied.get(place.removeprefix(PUBLIC)).status_code == 200
    assert proxied.delete("/graph-store", params={"graph": place}).is_success


@pytest.mark.parametrize(
    "url",
    [
        "https://data.example.org/kg?x=1",
        "https://data.example.org/kg#x",
        'https://data.example.org/"kg',
        "https://data.example.org/<kg>",
        "https://data.example.org//kg",
        "https://data.example.org/k g",
        "https://data.example.org/kg\r\nX: y",
        "https://data.example.org/ķg",
        "/kg",
        "ftp://data.example.org/kg",
    ],
)
def test_what_is_no_address_for_every_link_is_refused(project: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="public-url"):
        load_settings(project, flags={"public_url": url}, environ={})


def test_only_the_scheme_is_believed_of_a_proxy_on_the_same_machine(client: httpx.Client) -> None:
    """A host or a path that anybody can send would be in links that others get."""
    sent = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"}
    turtle = client.get("/.well-known/void.nt", headers=sent).text
    assert "evil" not in turtle
    host = urlsplit(str(client.base_url)).netloc
    assert f"<https://{host}/sparql>" in turtle
    assert f"<http://{host}/sparql>" in client.get("/.well-known/void.nt").text
    page = client.get("/id/kfor.html", headers={**sent, "Forwarded": "host=evil.example"})
    assert "evil" not in page.text + str(page.headers)


def test_no_header_overrides_the_public_url(proxied: httpx.Client) -> None:
    sent = {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example", "Host": "evil.example"}
    assert "evil.example" not in proxied.get("/.well-known/void.nt", headers=sent).text


# HEAD and ranges of media types, everywhere.

PLACES = (
    *PATHS,
    "/health",
    "/metrics",
    "/openapi.json",
    "/robots.txt",
    "/sitemap.xml",
    "/static/kgraph.css",
    "/graph-store?default",
    "/id/kfor.ttl",
    "/queries/find.csv?name=Kfor",
    "/who-said.json?q=Kfor",
)


@pytest.mark.parametrize("path", PLACES)
def test_head_is_get_without_its_content(client: httpx.Client, path: str) -> None:
    for accept in ("text/html", "*/*"):
        get = client.get(path, headers={"Accept": accept})
        head = client.head(path, headers={"Accept": accept})
        assert head.status_code == get.status_code
        assert head.content == b""
        own = ("content-type", "etag", "link", "content-location", "vary", "x-generation")
        assert {name: head.headers.get(name) for name in own} == {name: get.headers.get(name) for name in own}


def test_every_route_that_takes_get_takes_head(client: httpx.Client) -> None:
    methods: dict[str, set[int]] = {}
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        if "get" in operations and "{" not in path:
            methods[path] = {client.head(path).status_code, client.get(path).status_code}
    assert len(methods) > 10
    assert all(len(codes) == 1 for codes in methods.values()), methods


@pytest.mark.parametrize("path", ["/id/kfor", "/ontology", "/graph/stated", "/.well-known/void"])
@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/*", "text/turtle"),
        ("application/*", "application/ld+json"),
        ("text/*;q=0.2, application/*;q=0.3", "application/ld+json"),
        ("application/*, application/ld+json;q=0", "application/json"),
        ("*/*, text/turtle;q=0.1", "application/ld+json"),
        ("text/html;q=0.5, */*;q=0.1", "text/html"),
        ("text/html, application/xhtml+xml, */*;q=0.8", "text/html"),
        ("application/rdf+xml;q=0.9, text/*;q=0.3, */*;q=0", "application/rdf+xml"),
        ("image/*", None),
        ("*/*;q=0", None),
    ],
)
def test_ranges_choose_among_all_representations(
    client: httpx.Client, path: str, accept: str, expected: str | None
) -> None:
    response = client.get(path, headers={"Accept": accept})
    if expected is None:
        assert response.status_code == 406
    else:
        assert response.headers["content-type"].partition(";")[0] == expected
