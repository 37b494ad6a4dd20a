"""What a connection may ask for: sizes, times, and how many there may be."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of connections. Times are whole seconds, which a sweep over all connections counts.

    A URL may be as long as what a federating client writes into a GET. A request's head is to arrive within
    ``head_s``, a body at ``body_bytes_per_s`` or faster once ``body_grace_s`` are over. A client that reads
    nothing of an answer for ``reading_s`` is cut off. ``idle_s`` is how long a connection is kept for a next
    request, and ``linger_s`` how long a refused client may go on sending.
    """

    url_bytes: int = 64 * 1024
    head_bytes: int = 128 * 1024
    head_fields: int = 200
    head_s: int = 10
    body_grace_s: int = 10
    body_bytes_per_s: int = 1024
    reading_s: int = 30
    idle_s: int = 20
    linger_s: int = 5
    connections: int = 1000
