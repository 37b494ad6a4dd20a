"""What a client of the Reconciliation API sends (version 0.2, sections 4.2 and 6): read and checked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from kgraph.errors import ParameterError

__all__ = ["Constraint", "ReconciliationQuery", "read_batch", "read_extension"]

#: How many queries a batch, and how many things an extension, may have.
MOST_QUERIES: Final = 100
MOST_IDS: Final = 1_000
_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Constraint:
    """A property that a candidate should have, with one of some values: texts or identifiers."""

    property: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReconciliationQuery:
    """A name to be matched, with what else is known of the thing."""

    name: str
    types: tuple[str, ...] = ()
    limit: int = 10
    constraints: tuple[Constraint, ...] = ()


def read_batch(text: str) -> dict[str, ReconciliationQuery]:
    """A batch of queries by their keys.

    Raises:
        ParameterError: it is none.
    """
    batch = _object(text, "queries")
    if len(batch) > MOST_QUERIES:
        raise ParameterError(f"A batch has {MOST_QUERIES} queries at most.", hint="Send several batches.")
    return {key: _query(key, value) for key, value in batch.items()}


def _query(key: str, value: Any) -> ReconciliationQuery:
    if isinstance(value, str):
        return ReconciliationQuery(value)
    if not isinstance(value, dict) or not isinstance(value.get("query", ""), str):
        raise ParameterError(f"{key[:40]!r} is no query.", hint='Write {"q0": {"query": "a name"}}.')
    types = value.get("type") or []
    limit = value.get("limit", 10)
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise ParameterError(f"The limit of {key[:40]!r} is no whole number from 1.", hint="Leave it out.")
    properties = value.get("properties") or []
    if not isinstance(properties, list):
        raise ParameterError(f"The properties of {key[:40]!r} are no list.", hint="Leave them out.")
    return ReconciliationQuery(
        name=value.get("query", ""),
        types=tuple(_texts(types if isinstance(types, list) else [types])),
        limit=min(limit, _MOST),
        constraints=tuple(_constraint(each) for each in properties),
    )


def _constraint(value: Any) -> Constraint:
    if not isinstance(value, dict) or not isinstance(value.get("pid"), str):
        raise ParameterError("A property has no pid.", hint='Write {"pid": "kg:locatedIn", "v": "Kosovo"}.')
    given = value.get("v")
    return Constraint(value["pid"], tuple(_texts(given if isinstance(given, list) else [given])))


def _texts(values: list[Any]) -> list[str]:
    found = [each.get("id", each.get("name", "")) if isinstance(each, dict) else each for each in values]
    return [str(each) for each in found if each not in (None, "")]


def read_extension(text: str) -> tuple[list[str], list[str]]:
    """The identifiers and the properties of a data extension query.

    Raises:
        ParameterError: it is none.
    """
    query = _object(text, "extend")
    ids, properties = query.get("ids"), query.get("properties")
    if not isinstance(ids, list) or not isinstance(properties, list) or len(ids) > MOST_IDS:
        raise ParameterError(
            f"An extension has a list of ids, {MOST_IDS} at most, and a list of properties.",
            hint='Write {"ids": ["kosovo"], "properties": [{"id": "kg:partOf"}]}.',
        )
    return _texts(ids), _texts(properties)


def _object(text: str, name: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParameterError(f"The value of {name!r} is no JSON.", hint="Send a JSON object.") from error
    if not isinstance(value, dict):
        raise ParameterError(f"The value of {name!r} is no JSON object.", hint="Send a JSON object.")
    return value
