"""Maps of places as SVG: points on borders cut from Natural Earth. Pure functions; nothing is fetched."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import cos, radians
from pathlib import Path
from typing import Final

from markupsafe import Markup, escape

__all__ = ["Point", "draw_map"]

_BORDERS: Final = Path(__file__).parent / "shapes" / "borders.json.gz"
_WIDTH: Final = 720
#: The least that a map shows, in degrees, and how much it leaves around its points.
_LEAST_DEGREES: Final = 1.2
_AROUND: Final = 0.18
_LABEL: Final = 17
_MOST_LABELS: Final = 60


@dataclass(frozen=True, slots=True)
class Point:
    """A place on a map, in degrees (WGS 84), and where its name leads."""

    name: str
    latitude: float
    longitude: float
    href: str | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """A border: points in degrees, and the box around them (west, south, east, north)."""

    points: tuple[tuple[float, float], ...]
    box: tuple[float, float, float, float]


@cache
def _borders() -> tuple[_Line, ...]:
    data = json.loads(gzip.decompress(_BORDERS.read_bytes()))
    per_degree = data["per_degree"]
    return tuple(_line(steps, per_degree) for steps in data["lines"])


def _line(steps: Sequence[int], per_degree: int) -> _Line:
    x = y = 0
    points = []
    for step_x, step_y in zip(steps[::2], steps[1::2], strict=True):
        x, y = x + step_x, y + step_y
        points.append((x / per_degree, y / per_degree))
    longitudes, latitudes = [p[0] for p in points], [p[1] for p in points]
    return _Line(tuple(points), (min(longitudes), min(latitudes), max(longitudes), max(latitudes)))


def draw_map(points: Sequence[Point], *, title: str) -> Markup:
    """A map of some points, as an SVG element; empty where there are none.

    Plate carrée with the middle latitude as its standard parallel: small regions keep their shapes.
    """
    if not points:
        return Markup()
    west, south, east, north = _frame(points)
    squeeze = max(0.1, cos(radians((south + north) / 2)))
    scale = _WIDTH / ((east - west) * squeeze)
    height = round((north - south) * scale)

    def place(longitude: float, latitude: float) -> tuple[float, float]:
        return (longitude - west) * squeeze * scale, (north - latitude) * scale

    paths = [
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (place(*point) for point in piece))
        for line in _borders()
        if line.box[0] < east and west < line.box[2] and line.box[1] < north and south < line.box[3]
        for piece in _visible(line.points, (west, south, east, north))
    ]
    marks = list(_marks([(p, *place(p.longitude, p.latitude)) for p in points], height))
    return Markup(  # noqa: S704 - numbers, and names that are escaped
        f'<svg class="map" role="group" aria-label="{escape(title)}" viewBox="0 0 {_WIDTH} {height}">'
        f'<path class="border" d="{"".join(paths)}"/>{"".join(marks)}</svg>'
    )


def _visible(
    points: Sequence[tuple[float, float]], frame: tuple[float, float, float, float]
) -> Iterator[list[tuple[float, float]]]:
    """The pieces of a line that can be seen: runs of its steps that begin or end within the frame."""
    west, south, east, north = frame
    inside = [west <= x <= east and south <= y <= north for x, y in points]
    piece: list[tuple[float, float]] = []
    for number, point in enumerate(points):
        if any(inside[max(0, number - 1) : number + 2]):
            piece.append(point)
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def _frame(points: Sequence[Point]) -> tuple[float, float, float, float]:
    longitudes = [point.longitude for point in points]
    latitudes = [point.latitude for point in points]
    middle = (min(longitudes) + max(longitudes)) / 2, (min(latitudes) + max(latitudes)) / 2
    wide = max((max(longitudes) - min(longitudes)) * (1 + 2 * _AROUND), _LEAST_DEGREES * 1.6)
    high = max((max(latitudes) - min(latitudes)) * (1 + 2 * _AROUND), _LEAST_DEGREES)
    squeeze = max(0.1, cos(radians(middle[1])))
    wide = max(wide, high * 1.5 / squeeze)  # names need room to the right
    high = max(high, wide * squeeze / 2.4)
    south, north = max(-90.0, middle[1] - high / 2), min(90.0, middle[1] + high / 2)
    return middle[0] - wide / 2, south, middle[0] + wide / 2, north


def _marks(spots: Sequence[tuple[Point, float, float]], height: float) -> Iterator[str]:
    """The points with their names, each name moved down until it covers no other."""
    taken: list[tuple[float, float, float]] = []
    for number, (point, x, y) in enumerate(sorted(spots, key=lambda spot: (spot[2], spot[1]))):
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
        if number >= _MOST_LABELS:
            continue
        wide = 7.2 * len(point.name) + 12
        left = x + 9 if x + 9 + wide < _WIDTH else x - 9 - wide
        line = y + 5
        right = left + wide
        while any(abs(line - at) < _LABEL and left < end and start < right for start, end, at in taken):
            line += _LABEL
        if line > height:
            continue
        taken.append((left, right, line))
        anchor = "" if left > x else ' text-anchor="end"'
        at = f'x="{left if not anchor else x - 9:.1f}" y="{line:.1f}"'
        text = f"<text {at}{anchor}>{escape(point.name)}</text>"
        yield f'<a href="{escape(point.href)}">{text}</a>' if point.href else text
