"""The options that commands share, made from the one table of settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from kgraph.errors import SettingsError
from kgraph.settings import SETTINGS, Setting, Settings, load_settings

__all__ = [
    "ENCODER_SETTINGS",
    "SERVICE_SETTINGS",
    "format_option",
    "has_project",
    "project_option",
    "read_settings",
    "require_project",
    "settings_options",
]

#: What makes a folder a project: any of these in it, or a store that has been built.
_PARTS: Final = ("kgraph.toml", "ontology", "data", "seeds", "queries", ".kgraph")

_DEFAULTS: Final = {field.name: field.default for field in fields(Settings)}
#: The settings of every command that compares meanings.
ENCODER_SETTINGS: Final = ("encoder", "encoder_model", "encoder_token")
#: The settings of every command that may call services.
SERVICE_SETTINGS: Final = (
    "allow_service",
    "service_mirror",
    "service_contact",
    "service_timeout",
    "service_size",
    "service_rate",
    "service_age",
    "offline",
)

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


def format_option(
    *formats: str,
    default: str | None = "text",
    help: str = "How to print.",  # noqa: A002 - as click has it
) -> Callable[[Command], Command]:
    """Add ``--format``, one of these formats; the command gets it as ``output``."""
    return click.option(
        "--format",
        "output",
        type=click.Choice(formats),
        default=default,
        show_default=default is not None,
        help=help,
    )


def settings_options(*keys: str) -> Callable[[Command], Command]:
    """Add ``--project`` and the flags of some settings; the command gets them as keyword arguments."""

    def decorate(command: Command) -> Command:
        for setting in reversed(SETTINGS):
            if setting.key in keys:
                command = _option(setting)(command)
        return project_option(command)

    return decorate


def _option(setting: Setting) -> Callable[[Command], Command]:
    if not setting.metavar:
        return click.option(setting.flag, setting.key, is_flag=True, default=None, help=setting.help)
    return click.option(
        setting.flag,
        setting.key,
        metavar=setting.metavar,
        help=setting.help + _default_of(setting),
        multiple=setting.repeated,
        callback=_given,
    )


def _default_of(setting: Setting) -> str:
    """What holds where a setting is not given, for the help."""
    default = _DEFAULTS.get(setting.key)
    if isinstance(default, bool) or not isinstance(default, int | float | str) or default == "":
        return ""
    if setting.metavar == "BYTES" and isinstance(default, int):
        mebibytes = default >> 20
        default = f"{mebibytes >> 10}GiB" if mebibytes % 1024 == 0 else f"{mebibytes}MiB"
    return f"  [default: {default:g}]" if isinstance(default, float) else f"  [default: {default}]"


def _given(context: click.Context, option: click.Parameter, value: Any) -> Any:
    """The value of a flag; None for one that was not given, also where it may be repeated."""
    del context, option
    return None if value == () else value


def has_project(folder: Path) -> bool:
    """Whether there is anything of a project in a folder."""
    return any((folder / part).exists() for part in _PARTS)


def require_project(project: Path) -> None:
    """Refuse to ask a folder that is no project: a question must not make one.

    Raises:
        SettingsError: the folder is not there, or has nothing of a project in it.
    """
    if not has_project(project):
        raise SettingsError(
            f"There is no project in {project.absolute()}.",
            hint="Name its folder with --project, or make a new one: kgraph init.",
        )


def read_settings(project: Path, flags: dict[str, Any]) -> Settings:
    """The settings in force for a command.

    Raises:
        SettingsError: a key is unknown or a value is impossible.
    """
    return load_settings(project, flags=flags)
