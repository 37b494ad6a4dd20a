"""Values of this package as plain JSON and back: dataclasses, enums, tuples, days and RDF terms.

A term is written as N-Triples writes it, a triple as its three terms. What is read is checked against the
annotations of the dataclasses, so that a server of another edition is an error and not a strange value.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import pyoxigraph as ox

__all__ = ["from_plain", "to_plain"]

_T = TypeVar("_T")
_TERMS = (ox.NamedNode, ox.BlankNode, ox.Literal, ox.Triple)


def to_plain(value: object) -> Any:
    """A value as JSON has it."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str | date | ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple):
        return str(value)
    if is_dataclass(value):
        return {each.name: to_plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(each) for each in value]
    raise TypeError(f"{type(value).__name__} has no plain form")


def from_plain(kind: type[_T], value: Any) -> _T:
    """The value of a type that :func:`to_plain` gave.

    Raises:
        ValueError: it is none of that type.
    """
    return cast(_T, _read(kind, value))


def _read(kind: Any, value: Any) -> Any:  # noqa: PLR0911 - one line a kind
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _either(get_args(kind), value)
    if origin is tuple:
        (inner, *_) = get_args(kind)
        return tuple(_read(inner, each) for each in _expect(list, value))
    if origin in (dict, Mapping):
        inner = get_args(kind)[1]
        return {key: _read(inner, each) for key, each in _expect(dict, value).items()}
    if kind is Any:
        return value
    if kind in _TERMS:
        return _term(kind, _expect(str, value))
    if kind is date:
        return date.fromisoformat(_expect(str, value))
    if is_dataclass(kind):
        hints = _hints(cast(type, kind))
        given = _expect(dict, value)
        if given.keys() != hints.keys():
            raise ValueError(f"{getattr(kind, '__name__', kind)} has other fields here")
        return cast(Any, kind)(**{name: _read(hints[name], each) for name, each in given.items()})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if kind is float and isinstance(value, int):
        return float(value)
    return _expect(kind, value)


def _either(kinds: tuple[Any, ...], value: Any) -> Any:
    for kind in kinds:
        if kind is type(None):
            if value is None:
                return None
            continue
        try:
            return _read(kind, value)
        except ValueError:
            continue
    raise ValueError(f"{value!r} is none of {kinds}")


def _expect(kind: type[_T], value: Any) -> _T:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{str(value)[:80]!r} is no {kind.__name__}")
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    names = {each.name for each in fields(cast(Any, kind))}
    return {name: hint for name, hint in get_type_hints(kind).items() if name in names}


def _term(kind: type, text: str) -> Any:
    triple = text if kind is ox.Triple else f"<urn:x> <urn:x> {text}"
    try:
        (quad,) = ox.parse(f"{triple} .", ox.RdfFormat.N_TRIPLES)
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"{text[:80]!r} is no term") from error
    found = quad.triple if kind is ox.Triple else quad.object
    return _expect(kind, found)
