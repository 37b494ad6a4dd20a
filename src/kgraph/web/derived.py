"""Files that are made from a sealed generation, once, by a command in a process of its own.

The server never opens a store (READER). The command writes beside the place and renames, so that nobody gets
half a file; what is of generations that are no more is swept away.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Final

from fastapi import Request

from kgraph.errors import QueryFailedError, QueryTimeoutError
from kgraph.settings import Settings
from kgraph.web.sparql import graph_of

__all__ = ["made"]

#: How long a file may take to make, in seconds.
_PATIENCE_S: Final = 3600.0


async def made(request: Request, generation: str, name: str, *command: str) -> Path:
    """The file of that name of a generation; where it is not there yet, what a command of kgraph writes.

    Raises:
        QueryFailedError: the command fails.
        QueryTimeoutError: it takes too long.
    """
    settings = graph_of(request).settings
    folder = settings.store_path / "derived" / generation
    path = folder / name
    async with request.app.deriving:
        if path.is_file():
            return path
        folder.mkdir(parents=True, exist_ok=True)
        for other in folder.parent.iterdir():
            if not (settings.store_path / "generations" / other.name).exists():
                shutil.rmtree(other, ignore_errors=True)
        await _run(*command, "--output", str(path), *_flags(settings))
    return path


def _flags(settings: Settings) -> list[str]:
    flags = ["--project", str(settings.project), "--store", str(settings.store_path)]
    flags += ["--base-iri", settings.base_iri, "--title", settings.title]
    flags += ["--licence", settings.licence] if settings.licence else []
    return flags + (["--public-url", settings.public_url] if settings.public_url else [])


async def _run(*arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kgraph", *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(_PATIENCE_S):
            _, said = await process.communicate()
    except TimeoutError as error:
        raise QueryTimeoutError(
            "The file took too long to write.", hint=f"Write it with 'kgraph {arguments[0]}'."
        ) from error
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode != 0:
        told = said.decode(errors="replace").strip().splitlines()[-2:]
        raise QueryFailedError(f"The file was not written: {' '.join(told)}")
