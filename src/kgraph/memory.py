"""Giving memory back to the system."""

from __future__ import annotations

import ctypes
from contextlib import suppress

__all__ = ["trim_memory"]


def trim_memory() -> None:
    """Give back what has been freed and is kept for later, where the system's allocator can (malloc_trim(3)).

    Large pieces that came and went leave holes: an allocator by itself only gives back what lies above them.
    """
    with suppress(OSError, AttributeError):  # other systems have no such function
        ctypes.CDLL(None).malloc_trim(0)
