"""The options that commands share, made from the one table of settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from kgraph.settings import SETTINGS, Settings, load_settings

__all__ = ["project_option", "read_settings", "settings_options"]

Command = TypeVar("Command", bound=Callable[..., Any])


def project_option(command: Command) -> Command:
    """Add ``--project``."""
    return click.option(
        "--project",
        type=click.Path(path_type=Path),
        default=Path(),
        metavar="DIR",
        help="The project's folder (default: here).",
    )(command)


def settings_options(*keys: str) -> Callable[[Command], Command]:
    """Add ``--project`` and the flags of some settings; the command gets them as keyword arguments."""

    def decorate(command: Command) -> Command:
        for setting in reversed(SETTINGS):
            if setting.key in keys:
                # A switch that is not given leaves it to the environment and the file.
                kind = {"metavar": setting.metavar} if setting.metavar else {"is_flag": True, "default": None}
                command = click.option(setting.flag, setting.key, help=setting.help, **kind)(command)
        return project_option(command)

    return decorate


def read_settings(project: Path, flags: dict[str, Any]) -> Settings:
    """The settings in force for a command.

    Raises:
        SettingsError: a key is unknown or a value is impossible.
    """
    return load_settings(project, flags=flags)
