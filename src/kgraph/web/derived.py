"""Files that are made from a sealed generation, once, by a command in a process of its own.

The server never opens a store (READER). The command writes beside the place and renames, so that nobody gets
half a file; what is of generations that are no more is swept away.
"""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import Final

from anyio.to_thread import run_sync
from fastapi import Request

from kgraph.errors import QueryFailedError, QueryTimeoutError
from kgraph.web.commands import run_command
from kgraph.web.sparql import graph_of

__all__ = ["made"]

#: How long a file may take to make, in seconds.
_PATIENCE_S: Final = 3600.0
#: What a file says of the dataset, beside what its generation does.
_SETTINGS: Final = ("title", "base_iri", "licence", "public_url", "store")


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
                await run_sync(partial(shutil.rmtree, other, ignore_errors=True))
        try:
            code, said = await run_command(
                *command, "--output", str(path), settings=settings, keys=_SETTINGS, seconds=_PATIENCE_S
            )
        except TimeoutError as error:
            raise QueryTimeoutError(
                "The file took too long to write.", hint=f"Write it with 'kgraph {command[0]}'."
            ) from error
    if code != 0:
        raise QueryFailedError(f"The file was not written: {' '.join(said.strip().splitlines()[-2:])}")
    return path
