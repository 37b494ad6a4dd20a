"""Errors: one shape on every route, a page for browsers, and nothing that a client sends comes to life."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus

import httpx
import pytest

from kgraph.errors import KgraphError, QuerySyntaxError
from kgraph.web.problems import STATUSES, HttpProblem, details

EVIL = "<script>alert('x')</script>"
ERRORS = [
    ("GET", "/nothing/here", 404),
    ("GET", "/queries/no-such-query", 404),
    ("GET", "/queries/typed.docx", 404),
    ("GET", "/static/nothing.css", 404),
    ("DELETE", "/sparql", 405),
    ("POST", "/queries", 405),
    ("PUT", "/queries/typed", 405),
    ("POST", "/static/kgraph.css", 405),
    ("POST", "/health", 405),
    ("PATCH", "/", 405),
    ("GET", "/queries/typed?nope=1", 400),
    ("GET", "/queries/typed?count=many", 400),
    ("GET", "/queries/typed?count=%ff", 400),
    ("GET", "/queries/needy", 400),
    ("GET", "/queries/typed.ttl?count=3", 406),
    ("GET", "/sparql?query=nonsense", 400),
    ("GET", "/sparql?query=ASK{}&format=x", 406),
    ("POST", "/sparql", 415),
]


@pytest.mark.parametrize(("method", "url", "status"), ERRORS)
def test_every_error_is_problem_details(small: httpx.Client, method: str, url: str, status: int) -> None:
    response = small.request(method, url)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert "Accept" in response.headers["vary"]
    problem = response.json()
    assert set(problem) - {"line", "column"} == {"type", "title", "status", "detail", "instance"}
    assert problem["type"].startswith("urn:kgraph:problem:")
    assert problem["title"] == HTTPStatus(status).phrase
    assert problem["status"] == status
    assert problem["instance"] == url.partition("?")[0]
    assert problem["detail"].endswith((".", "?"))


@pytest.mark.parametrize(("method", "url", "status"), ERRORS)
def test_a_browser_gets_every_error_as_a_page(
    small: httpx.Client, method: str, url: str, status: int
) -> None:
    response = small.request(method, url, headers={"Accept": "text/html,*/*;q=0.8"})
    if url == "/queries/needy":
        assert response.status_code == 200  # the form comes first
        return
    assert response.status_code == status
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert '<section class="problem"' in response.text
    assert "default-src 'none'" in response.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("/sparql", "GET, HEAD, OPTIONS, POST"),
        ("/queries/typed", "GET, HEAD, OPTIONS"),
        ("/static/kgraph.css", "GET, HEAD, OPTIONS"),
        ("/", "GET, HEAD, OPTIONS"),
    ],
)
def test_405_and_options_name_every_method(small: httpx.Client, url: str, allowed: str) -> None:
    assert small.request("DELETE", url).headers["allow"] == allowed
    options = small.options(url)
    assert (options.status_code, options.headers["allow"]) == (204, allowed)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/sparql", {"query": f'SELECT ("{EVIL}" AS ?x) (<urn:x:%3Cscript%3E> AS ?y) {{}}'}),
        ("/sparql", {"query": f"SELECT ?x {EVIL}"}),
        ("/sparql", {"query": f'CONSTRUCT {{ <urn:a> <urn:b> "{EVIL}" }} {{}}'}),
        ("/sparql", {"query": "ASK{}", "format": EVIL}),
        ("/sparql", {"query": "ASK{}", "default-graph-uri": EVIL}),
        ("/sparql", {"query": 'SELECT (<javascript:alert(1)> AS ?x) (<http://x/"onclick=1> AS ?y) {}'}),
        ("/queries/typed", {"words": EVIL}),
        ("/queries/typed", {"count": EVIL}),
        ("/queries/typed", {"count": '3" autofocus onfocus="alert(1)'}),
        ("/queries/typed", {EVIL: "1"}),
        (f"/queries/{EVIL}", {}),
        (f"/queries/typed.{EVIL}", {}),
        (f"/{EVIL}", {}),
    ],
)
def test_nothing_that_a_client_sends_comes_to_life_in_a_page(
    small: httpx.Client, path: str, params: dict[str, str]
) -> None:
    page = small.get(path, params=params, headers={"Accept": "text/html"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script" not in page.text.replace('<script type="module" src="/static/workbench.js">', "")
    assert 'href="javascript' not in page.text
    assert 'onfocus="' not in page.text


def test_each_error_has_a_status_and_a_syntax_error_its_place() -> None:
    def subclasses(cls: type[KgraphError]) -> Iterator[type[KgraphError]]:
        yield cls
        for each in cls.__subclasses__():
            yield from subclasses(each)

    assert all(any(base in STATUSES for base in cls.__mro__) for cls in subclasses(KgraphError))
    status, problem, _ = details(QuerySyntaxError("No.", line=3, column=7), instance="/x")
    assert (status, problem["line"], problem["column"]) == (400, 3, 7)


def test_an_internal_error_says_nothing_of_its_cause() -> None:
    status, problem, _ = details(RuntimeError("the password is hunter2"), instance="/x")
    assert status == 500
    assert "hunter2" not in str(problem)


def test_a_problem_passes_through_context_managers() -> None:
    @contextmanager
    def manager() -> Iterator[None]:
        yield

    problem = HttpProblem(HTTPStatus.BAD_REQUEST, "code", "Message.")
    with suppress(HttpProblem), manager():
        raise problem
    assert problem.__traceback__ is not None
