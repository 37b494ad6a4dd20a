"""Commands of kgraph in processes of their own, for what the server does not do itself: it opens no store."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable

from kgraph.settings import Settings

__all__ = ["run_command"]


async def run_command(
    *arguments: str, settings: Settings, keys: Iterable[str], seconds: float | None = None
) -> tuple[int, str]:
    """Run a command on the project that is served: its exit code, and what it said.

    Args:
        arguments: the command with its arguments.
        settings: those of the server.
        keys: which of them the command has too.
        seconds: how long it may take; any time if there is none. It ends with whoever waits for it.

    Raises:
        TimeoutError: it takes longer.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kgraph", *arguments, *settings.flags(*keys)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **settings.secrets()},
    )
    try:
        async with asyncio.timeout(seconds):
            _, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return process.returncode or 0, said.decode(errors="replace")
