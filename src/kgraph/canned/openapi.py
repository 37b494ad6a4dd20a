"""The parameters of a canned query as OpenAPI 3.1 describes them (section 4.8.12, Parameter Object)."""

from __future__ import annotations

from typing import Any

from kgraph.canned.query import CannedQuery, Parameter

__all__ = ["openapi_parameters"]


def openapi_parameters(query: CannedQuery) -> list[dict[str, Any]]:
    """The parameter objects of a query, typed, in the order in which the query names them."""
    return [_parameter_object(parameter) for parameter in query.parameters]


def _parameter_object(parameter: Parameter) -> dict[str, Any]:
    kind = parameter.type
    schema: dict[str, Any] = dict(kind.schema)
    if kind.pattern is not None and kind.schema == {"type": "string"}:
        schema["pattern"] = f"^(?:{kind.pattern.pattern})$"
    if parameter.choices:
        schema["enum"] = [kind.json_value(choice) for choice in parameter.choices]
    if parameter.default is not None:
        schema["default"] = kind.json_value(parameter.default)
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.description or f"It must be {kind.phrase}.",
        "schema": schema,
        "example": kind.json_value(parameter.example or parameter.sample),
    }
