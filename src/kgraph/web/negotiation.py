"""Choosing a representation by ``Accept`` (RFC 9110, section 12.5.1), as pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kgraph.rdf.formats import FORMATS, Format, ResultKind, formats_for

__all__ = ["HTML", "Choice", "MediaRange", "choose", "choose_formats", "parse_accept"]

HTML: Final = Format("html", ("text/html", "application/xhtml+xml"), "html", frozenset(ResultKind))

_QUALITY: Final = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
_TOKEN: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - RFC 9110, section 5.6.2
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
    """Read an Accept header. What cannot be read is left out, as if it had not been sent."""
    ranges: list[MediaRange] = []
    for member in header.split(","):
        name, *parameters = (part.strip() for part in member.split(";"))
        match = _RANGE.fullmatch(name)
        if match is None or (match[1] == "*" and match[2] != "*"):
            continue
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip().lower() == "q":
                quality = float(value) if _QUALITY.fullmatch(value.strip()) else 0.0
        ranges.append(MediaRange(match[1].lower(), match[2].lower(), quality))
    return ranges


@dataclass(frozen=True, slots=True)
class Choice:
    """A format, and the one of its media types that the client asked for."""

    format: Format
    media_type: str


def _quality(media_type: str, ranges: Iterable[MediaRange]) -> float:
    """The quality of the most specific range that the media type falls into."""
    fitting = [member for member in ranges if member.matches(media_type)]
    if not fitting:
        return 0.0
    sharpest = max(member.precise for member in fitting)
    return max(member.quality for member in fitting if member.precise == sharpest)


def choose(header: str | None, formats: Sequence[Format]) -> Choice | None:
    """The format that the client likes best, the server's order deciding between equals; None for none."""
    if header is None or not header.strip():
        return Choice(formats[0], formats[0].media_type)
    ranges = parse_accept(header)
    best: Choice | None = None
    best_quality = 0.0
    for fmt in formats:
        for media_type in fmt.media_types:
            quality = _quality(media_type, ranges)
            if quality > best_quality:
                best, best_quality = Choice(fmt, media_type), quality
    return best


def choose_formats(header: str | None, *, html: bool) -> dict[ResultKind, Choice]:
    """A format for each kind of result that the client can take. ``html`` offers a page as well, last."""
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
