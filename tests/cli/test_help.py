"""The help of every command: a line that is not cut, defaults, and examples that the command takes."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest

from kgraph.cli.examples import EXAMPLES
from kgraph.cli.main import cli
from kgraph.settings import SETTINGS, Settings

CALLS = [(name, call) for name, shown in EXAMPLES.items() for call in shown.calls if "|" not in call]


def help_of(name: str) -> str:
    command = cli.commands[name]
    return command.get_help(click.Context(command, info_name=f"kgraph {name}", terminal_width=80))


def test_the_overview_has_a_whole_line_for_every_command() -> None:
    overview = cli.get_help(click.Context(cli, info_name="kgraph", terminal_width=80))
    assert set(EXAMPLES) == set(cli.commands)
    for shown in EXAMPLES.values():
        assert shown.line in overview


@pytest.mark.parametrize(("name", "call"), CALLS)
def test_an_example_is_one_that_the_command_takes(
    name: str, call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(call.partition(" <")[0])
    assert words.pop(0) == name
    for word in words:
        if "." in word and ":" not in word:
            Path(word).touch()
        elif word.endswith("/") and ":" not in word:
            Path(word).mkdir()
    context = cli.commands[name].make_context(name, words)  # refuses what it does not know
    assert context.params
    assert f"kgraph {call}" in help_of(name)


def test_defaults_are_told_and_no_secret_is() -> None:
    shown = " ".join(help_of("serve").split())
    for text in (
        "[default: 127.0.0.1]",
        "[default: 8000]",
        "[default: 30]",
        "[default: 1GiB]",
        "[default: 64MiB]",
    ):
        assert text in shown
    own = Settings(project=Path(), title="")
    assert all(getattr(own, setting.key) == "" for setting in SETTINGS if setting.is_secret)
