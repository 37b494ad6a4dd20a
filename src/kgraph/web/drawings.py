"""Timelines and networks as SVG. Each stands beside a table that says the same. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

__all__ = ["Edge", "Moment", "draw_network", "draw_timeline"]

_ROW: Final = 34
_WIDTH: Final = 760
_NAME_AT_MOST: Final = 42


@dataclass(frozen=True, slots=True)
class Moment:
    """Something at a time. ``is_printed`` says that the text dates it itself, and not a curator."""

    when: str
    what: str
    is_printed: bool
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from one name to another, and how much weight it has."""

    start: str
    end: str
    weight: int


def _short(text: str, most: int = _NAME_AT_MOST) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def draw_timeline(moments: Sequence[Moment], *, title: str) -> Markup:
    """Moments from top to bottom in the given order: solid where printed, dashed where read."""
    if not moments:
        return Markup()
    height = _ROW * len(moments) + 16
    parts = []
    for number, moment in enumerate(moments):
        y = _ROW * number + 24
        kind = "printed" if moment.is_printed else "read"
        if number:
            parts.append(f'<path class="{kind}" d="M170 {y - _ROW}V{y}"/>')
        first = not number or moments[number - 1].when != moment.when
        when = f'<text x="155" y="{y + 5}" text-anchor="end" class="when">{escape(moment.when)}</text>'
        what = f'<text x="188" y="{y + 5}">{escape(_short(moment.what, 70))}</text>'
        parts.append(when if first else "")
        parts.append(f'<circle class="{kind}" cx="170" cy="{y}" r="6"/>')
        parts.append(f'<a href="{escape(moment.href)}">{what}</a>' if moment.href else what)
    return Markup(  # noqa: S704 - numbers, and texts that are escaped
        f'<svg class="timeline" role="img" aria-label="{escape(title)}" viewBox="0 0 {_WIDTH} {height}">'
        f"{''.join(parts)}</svg>"
    )


def draw_network(edges: Sequence[Edge], *, title: str, start: str, end: str) -> Markup:
    """Lines from the names on the left to those on the right, the wider the heavier."""
    if not edges:
        return Markup()
    left = list(dict.fromkeys(edge.start for edge in edges))
    right = list(dict.fromkeys(edge.end for edge in edges))
    rows = max(len(left), len(right))
    height = _ROW * rows + 44
    most = max(edge.weight for edge in edges)

    def places(names: Sequence[str]) -> dict[str, float]:
        gap = _ROW * rows / len(names)
        return {name: 40 + gap * (number + 0.5) for number, name in enumerate(names)}

    from_left, from_right = places(left), places(right)
    parts = [
        f'<text x="270" y="20" text-anchor="end" class="when">{escape(start)}</text>',
        f'<text x="490" y="20" class="when">{escape(end)}</text>',
    ]
    for edge in edges:
        y1, y2 = from_left[edge.start], from_right[edge.end]
        wide = 1 + 7 * edge.weight / most
        course = f"M280 {y1:.1f}C380 {y1:.1f} 380 {y2:.1f} 480 {y2:.1f}"
        parts.append(
            f'<path class="edge" stroke-width="{wide:.1f}" d="{course}">'
            f"<title>{escape(edge.start)} → {escape(edge.end)}: {edge.weight}</title></path>"
        )
    parts += [
        f'<text x="270" y="{y + 5:.1f}" text-anchor="end">{escape(_short(name, 34))}</text>'
        for name, y in from_left.items()
    ]
    parts += [
        f'<text x="490" y="{y + 5:.1f}">{escape(_short(name, 34))}</text>' for name, y in from_right.items()
    ]
    return Markup(  # noqa: S704 - numbers, and texts that are escaped
        f'<svg class="network" role="img" aria-label="{escape(title)}" viewBox="0 0 {_WIDTH} {height}">'
        f"{''.join(parts)}</svg>"
    )
