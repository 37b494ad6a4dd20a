"""How things look in a terminal: problems, progress, reports and tables."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from rich.console import Console, ConsoleDimensions
from rich.table import Table as RichTable
from rich.text import Text

from kgraph.errors import KgraphError
from kgraph.problems import Problem, Severity

if TYPE_CHECKING:
    from kgraph.rdf.table import Table

__all__ = [
    "ERRORS",
    "OUTPUT",
    "print_columns",
    "print_error",
    "print_notice",
    "print_problems",
    "print_table",
    "progress",
    "quantity",
    "render_problems_json",
]


#: How long a line may be that no terminal shows.
_WIDE: Final = 1 << 20


class _Console(Console):
    """A console that leaves it to the entry point what becomes of a reader that goes away, and that breaks
    lines for people only: a program gets a row of a table on one line, unless COLUMNS says how long lines
    may be.
    """

    @property
    def size(self) -> ConsoleDimensions:
        """How many columns and lines there are."""
        size = super().size
        return size if self.is_terminal or "COLUMNS" in os.environ else ConsoleDimensions(_WIDE, size.height)

    @size.setter
    def size(self, new_size: tuple[int, int]) -> None:
        self._width, self._height = new_size

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


#: Results go here …
OUTPUT: Final = _Console(highlight=False, soft_wrap=True)
#: … and all else here.
ERRORS: Final = _Console(stderr=True, highlight=False, soft_wrap=True)

_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}


def print_error(error: KgraphError) -> None:
    """One error: what is wrong, and what to do."""
    ERRORS.print(Text.assemble(("error: ", "bold red"), error.message))
    if error.hint:
        ERRORS.print(Text(f"  {error.hint}", style="dim"))


def print_notice(notice: str) -> None:
    """What the author of a query is to know."""
    ERRORS.print(Text.assemble(("notice: ", "yellow"), notice))


def print_problems(problems: Iterable[Problem], *, to: Console = ERRORS) -> None:
    """Problems, one a paragraph: where, what, and what to do."""
    for problem in problems:
        to.print(
            Text.assemble(
                (problem.place, "bold"),
                ": ",
                (str(problem.severity), _STYLES[problem.severity]),
                f": {problem.message}",
                (f" [{problem.code}]", "dim"),
            )
        )
        to.print(Text(f"  {problem.hint}", style="dim"))
        if problem.more:
            to.print(Text(f"  … and {quantity(problem.more, 'other')} of this kind.", style="dim"))


def render_problems_json(problems: Iterable[Problem]) -> str:
    """Problems as a JSON list, for other programs."""
    told = [
        {name: value for name, value in asdict(each).items() if name != "more" or value} for each in problems
    ]
    return json.dumps(told, indent=2, ensure_ascii=False)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show what a long work is at: a moving line in a terminal, one line a step elsewhere."""
    if not ERRORS.is_terminal:
        yield lambda step: ERRORS.print(Text(f"{step} …"))
        return
    with ERRORS.status("starting …") as status:
        yield lambda step: status.update(f"{step} …")


def print_table(table: Table, names: Mapping[str, str] | None = None) -> None:
    """The rows of an answer, with names for IRIs; a long cell is wrapped, not cut."""
    view = RichTable(box=None, pad_edge=False, header_style="bold", show_lines=False, padding=(0, 2, 0, 0))
    for name in table.columns:
        view.add_column(name, overflow="fold")
    for row in table.render(names):
        view.add_row(*(Text(cell) for cell in row))
    OUTPUT.print(view, soft_wrap=False)
    ERRORS.print(Text(quantity(len(table), "row"), style="dim"))


def quantity(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it is one."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def print_columns(rows: Sequence[Sequence[str]], *headings: str) -> None:
    """A plain table of texts."""
    view = RichTable(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in headings:
        view.add_column(heading, overflow="fold")
    for row in rows:
        view.add_row(*(Text(cell) for cell in row))
    OUTPUT.print(view, soft_wrap=False)
