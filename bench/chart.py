"""A bar chart as SVG: how many times as fast as a peer each thing is, on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

__all__ = ["render_chart"]

_LEFT, _WIDTH, _ROW, _TOP = 330, 420, 26, 56
_COLOURS = ("#2f6f8f", "#c8842c")


def render_chart(title: str, rows: Sequence[tuple[str, dict[str, float]]]) -> str:
    """The ratios of each row by the name of the peer; the line at 1 says "as fast as that"."""
    peers = list(dict.fromkeys(peer for _, ratios in rows for peer in ratios))
    values = [ratio for _, ratios in rows for ratio in ratios.values()] or [1.0]
    low = math.floor(math.log10(min(0.1, *values)))
    high = math.ceil(math.log10(max(10.0, *values)))

    def x_of(ratio: float) -> float:
        return _LEFT + _WIDTH * (math.log10(ratio) - low) / (high - low)

    height = _TOP + _ROW * len(rows) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 70} {height}" '
        'font-family="sans-serif" font-size="12">',
        f'<title>{escape(title)}</title><rect width="100%" height="100%" fill="white"/>',
        f'<text x="10" y="20" font-size="14" font-weight="bold">{escape(title)}</text>',
    ]
    for number, peer in enumerate(peers):
        left = _LEFT + 150 * number
        parts.append(f'<rect x="{left}" y="32" width="10" height="10" fill="{_COLOURS[number % 2]}"/>')
        parts.append(f'<text x="{left + 15}" y="41">to {escape(peer)}</text>')
    for power in range(low, high + 1):
        x = x_of(10.0**power)
        colour = "#555" if power == 0 else "#ddd"
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{height - 24}" stroke="{colour}"/>')
        parts.append(f'<text x="{x:.1f}" y="{height - 8}" text-anchor="middle">{10.0**power:g}</text>')
    for row, (name, ratios) in enumerate(rows):
        y = _TOP + _ROW * row
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 16}" text-anchor="end">{escape(name)}</text>')
        bar = (_ROW - 6) / max(1, len(ratios))
        for place, (peer, ratio) in enumerate(ratios.items()):
            start, end = sorted((x_of(1.0), x_of(ratio)))
            top = y + 3 + place * bar
            parts.append(
                f'<rect x="{start:.1f}" y="{top:.1f}" width="{max(1.0, end - start):.1f}" height="{bar:.1f}" '
                f'fill="{_COLOURS[peers.index(peer) % 2]}"/>'
            )
            parts.append(f'<text x="{end + 4:.1f}" y="{top + bar - 1:.1f}" font-size="10">{ratio:.2g}</text>')
    return "\n".join([*parts, "</svg>\n"])
