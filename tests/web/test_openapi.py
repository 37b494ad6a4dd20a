"""The OpenAPI description under schemathesis: what the server answers is what the description says.

One check is left out: that whatever fits the schema is accepted. A text is a query by SPARQL's grammar, which
no JSON Schema knows.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from .conftest import Serve

EXAMPLES = 10
SETTINGS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def described(serve: Serve, small_project: Path) -> httpx.Client:
    """A server of few canned queries, one for each type of result."""
    return serve(small_project, writable=True, query_timeout=5)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_server_answers_as_its_description_says(described: httpx.Client, mode: GenerationMode) -> None:
    base = str(described.base_url).rstrip("/")
    schema = schemathesis.openapi.from_url(f"{base}/openapi.json")
    tried = set()
    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]

        @SETTINGS
        @given(operation.as_strategy(generation_mode=mode))
        def check(case: Case[Any]) -> None:
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        with suppress(Unsatisfiable):  # what takes nothing can be given nothing wrong
            check()
        tried.add(operation.label)
    assert {"GET /sparql", "POST /sparql", "PUT /graph-store", "GET /queries/typed"} <= tried
