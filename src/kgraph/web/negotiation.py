"""Choosing a representation by ``Accept`` (RFC 9110, section 12.5.1), as pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Final

from kgraph.rdf.formats import FORMATS, Format, ResultKind, formats_for

__all__ = [
    "HTML",
    "JSON",
    "Choice",
    "MediaRange",
    "by_format",
    "by_suffix",
    "choose",
    "choose_formats",
    "parse_accept",
    "parse_qualities",
]

JSON: Final = Format("json", ("application/json",), "json", frozenset())
HTML: Final = Format("html", ("text/html",), "html", frozenset(ResultKind))

#: As RFC 9110, section 12.4.2, or without its zero, as old Java clients send it.
_QUALITY: Final = re.compile(r"0?\.\d{1,3}|0\.?|1(?:\.0{0,3})?")
#: A member of the list, and a part of a member: what they are separated by may stand in quotes.
_MEMBER: Final = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*"?)+')
_PART: Final = re.compile(r'(?:[^";]|"(?:[^"\\]|\\.)*"?)+')
_TOKEN: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - RFC 9110, section 5.6.2
#: Clients send the same short header each time; longer ones are read anew.
_REMEMBERED_LENGTH: Final = 512
_RANGE: Final = re.compile(rf"({_TOKEN})/({_TOKEN})")


@dataclass(frozen=True, slots=True)
class MediaRange:
    """One member of an Accept header. ``precise`` ranks how specific it is: 0 ``*/*`` to 2 a media type."""

    type: str
    subtype: str
    quality: float

    @property
    def precise(self) -> int:
        """0 for ``*/*``, 1 for ``type/*``, 2 for a media type."""
        return (self.type != "*") + (self.subtype != "*")

    def matches(self, media_type: str) -> bool:
        """Whether a media type falls into the range."""
        kind, _, subtype = media_type.partition("/")
        return self.type in ("*", kind) and self.subtype in ("*", subtype)


def parse_accept(header: str) -> list[MediaRange]:
    """Read an Accept header. A member that cannot be read is left out, as if it had not been sent."""
    return [each for member in _MEMBER.findall(header) if (each := _parse_member(member)) is not None]


def _parse_member(member: str) -> MediaRange | None:
    name, quality = _parse_quality(member)
    # A lone * is what Java's HttpURLConnection sends.
    match = _RANGE.fullmatch("*/*" if name == "*" else name)
    if match is None or quality is None or (match[1] == "*" and match[2] != "*"):
        return None
    return MediaRange(match[1].lower(), match[2].lower(), quality)


def _parse_quality(member: str) -> tuple[str, float | None]:
    """What a member of a list names, and its weight (RFC 9110, section 12.4.2), if that can be read."""
    name, *parameters = (part.strip() for part in _PART.findall(member) or [""])
    quality = "1"
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            quality = value.strip()
    return name, float(quality) if _QUALITY.fullmatch(quality) else None


def parse_qualities(header: str) -> list[tuple[str, float]]:
    """The members of a list such as Accept-Encoding with their weights, in lower case."""
    members = (_parse_quality(member) for member in _MEMBER.findall(header))
    return [(name.lower(), quality) for name, quality in members if name and quality is not None]


@dataclass(frozen=True)
class Choice:
    """A format, and the one of its media types that the client asked for."""

    format: Format
    media_type: str

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers of an answer so written, Content-Type first; text is UTF-8."""
        charset = "; charset=utf-8" if self.media_type.startswith("text/") else ""
        return {
            "Content-Type": self.media_type + charset,
            "Vary": "Accept, Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
        }

    @cached_property
    def fields(self) -> tuple[tuple[bytes, bytes], ...]:
        """The same as they go out."""
        return tuple((name.lower().encode(), value.encode()) for name, value in self.headers.items())


def _quality(media_type: str, ranges: Iterable[MediaRange]) -> float:
    """The quality of the most specific range that the media type falls into.

    An old name that was never registered (RFC 6838, section 3.4) counts only where it is written out.
    """
    is_old = "/x-" in media_type
    fitting = [
        member for member in ranges if member.matches(media_type) and (member.precise == 2 or not is_old)
    ]
    if not fitting:
        return 0.0
    sharpest = max(member.precise for member in fitting)
    return max(member.quality for member in fitting if member.precise == sharpest)


def choose(header: str | None, formats: Sequence[Format]) -> Choice | None:
    """The format that the client likes best, the server's order deciding between equals; None for none.

    A header that is missing, or of which nothing can be read, accepts everything.
    """
    ranges = parse_accept(header or "")
    if not ranges:
        return Choice(formats[0], formats[0].media_type)
    best: Choice | None = None
    best_quality = 0.0
    for fmt in formats:
        for media_type in fmt.media_types:
            quality = _quality(media_type, ranges)
            if quality > best_quality:
                best, best_quality = Choice(fmt, media_type), quality
    return best


def choose_formats(header: str | None, *, html: bool) -> Mapping[ResultKind, Choice]:
    """A format for each kind of result that the client can take. ``html`` offers a page as well, last."""
    if header is not None and len(header) > _REMEMBERED_LENGTH:
        return _choose_formats(header, html=html)
    return _remembered_formats(header, html=html)


@lru_cache(maxsize=256)
def _remembered_formats(header: str | None, *, html: bool) -> Mapping[ResultKind, Choice]:
    return MappingProxyType(_choose_formats(header, html=html))


def _choose_formats(header: str | None, *, html: bool) -> dict[ResultKind, Choice]:
    chosen: dict[ResultKind, Choice] = {}
    for kind in ResultKind:
        offer = [*formats_for(kind), *([HTML] if html else [])]
        choice = choose(header, offer)
        if choice is not None:
            chosen[kind] = choice
    return chosen


def by_suffix(suffix: str) -> dict[ResultKind, Choice]:
    """The format that a suffix (``json``, ``csv`` …) names, for each kind of result that it can carry."""
    by_name: Mapping[str, Format] = {**{fmt.suffix: fmt for fmt in FORMATS.values()}, "html": HTML}
    fmt = by_name.get(suffix)
    return {} if fmt is None else {kind: Choice(fmt, fmt.media_type) for kind in fmt.carries}


#: What else clients call the formats in ``format=``.
_ALIASES: Final = {
    "turtle": "ttl",
    "n3": "ttl",
    "ntriples": "nt",
    "n-triples": "nt",
    "json-ld": "jsonld",
    "rdf+xml": "rdf",
    "rdfxml": "rdf",
    "nquads": "nq",
    "n-quads": "nq",
}
#: What a format of results is for a graph.
_FOR_GRAPHS: Final = {"json": "jsonld", "xml": "rdf"}


def by_format(text: str) -> dict[ResultKind, Choice]:
    """The format that a ``format=`` asks for: by name, by another name that clients have, or by media type.

    ``json`` and ``xml`` stand for JSON-LD and RDF/XML where the result is a graph.
    """
    name = text.strip().lower().replace(" ", "+")  # a plus sign that nobody encoded
    if "/" in name:
        return dict(choose_formats(name, html=True)) if parse_accept(name) else {}
    name = _ALIASES.get(name, name)
    graph = by_suffix(_FOR_GRAPHS[name]) if name in _FOR_GRAPHS else {}
    return {**graph, **by_suffix(name)}
