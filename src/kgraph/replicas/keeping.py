"""A server's process that follows, started again whenever it ends; and what a replica takes from what comes.

Copying and checking would take the server's time, and might take its memory. What that process says goes to
the log.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Final

from kgraph.search import open_encoder
from kgraph.settings import Settings
from kgraph.store import Manifest

__all__ = ["as_followed", "encoder_here", "follow_command_of", "following", "is_as_followed"]

_log: Final = logging.getLogger("kgraph.replica")
_PAUSE_S: Final = 2.0


def as_followed(settings: Settings, manifest: Manifest) -> Settings:
    """The settings with what the data says of itself: a replica has the title of what it follows."""
    return replace(
        settings,
        title=manifest.title,
        base_iri=manifest.base_iri,
        licence=manifest.licence or settings.licence,
    )


def is_as_followed(settings: Settings, manifest: Manifest) -> bool:
    """Whether a generation says the same of itself as the one that the settings were taken from."""
    return as_followed(settings, manifest) == settings


def encoder_here(settings: Settings, manifest: Manifest) -> str | None:
    """What is wrong with the sentence encoder here, for texts that were encoded elsewhere; None: nothing."""
    encoder = open_encoder(settings.encoder, settings.encoder_model, settings.encoder_token)
    name = encoder.name if encoder is not None else "none"
    if manifest.encoder in ("", name):
        return None
    return (
        f"The sentence encoder of the data is {manifest.encoder}, and here it is {name}: "
        "questions in other words find less than where the data come from."
    )


@asynccontextmanager
async def following(settings: Settings, manifest: Manifest) -> AsyncIterator[None]:
    """Follow for the length of a block, where the settings say so. ``manifest`` is of what there is now."""
    if not settings.follow:
        yield
        return
    if (problem := encoder_here(settings, manifest)) is not None:
        _log.warning("%s", problem)
    task = asyncio.create_task(_keep(settings))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep(settings: Settings) -> None:
    while True:
        try:
            await _run(settings)
        except OSError as error:
            _log.warning("the process that follows cannot be started: %s", error)
        await asyncio.sleep(_PAUSE_S)


def follow_command_of(settings: Settings) -> tuple[list[str], dict[str, str]]:
    """The command that follows for as long as this process lives, and its environment."""
    command = [sys.executable, "-m", "kgraph", "follow", f"--attached={os.getpid()}"]
    flags = settings.flags("store", "follow", "follow_interval")
    return [*command, *flags], {**os.environ, **settings.secrets()}


async def _run(settings: Settings) -> None:
    command, environment = follow_command_of(settings)
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    try:
        assert process.stderr is not None  # noqa: S101 - it is a pipe
        async for line in process.stderr:
            if said := line.decode(errors="replace").strip():
                is_usual = said.startswith(("Took ", "taking "))
                _log.log(logging.INFO if is_usual else logging.WARNING, "%s", said)
        code = await process.wait()
        _log.warning("the process that follows has ended with %s", code)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
