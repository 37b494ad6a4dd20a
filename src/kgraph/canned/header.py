"""The header of a query file: its ``#+`` lines, which together are one YAML document.

grlc's rule: every line that starts with ``#+`` belongs to it, wherever it stands. All scalars are read as
the text that was written (``2011-10`` is no date and ``no`` is no truth value): what a text means depends on
the type of the parameter or the column that it stands for. Anchors and aliases are refused, and so is the
same key twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

import yaml

__all__ = ["Header", "HeaderError", "Key", "Yaml", "parse_header"]

Yaml: TypeAlias = "str | list[Yaml] | dict[str, Yaml]"
Key: TypeAlias = "str | int"


class HeaderError(ValueError):
    """The header is no YAML that a header may be; ``line`` is the line in the file."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Header:
    """The decorators, and the line in the file on which each of their parts stands."""

    values: Mapping[str, Yaml]
    lines: Mapping[tuple[Key, ...], int]

    def line(self, *path: Key) -> int:
        """The line of the part at this path, or of the nearest part around it that is there."""
        return self.lines[path] if path in self.lines else self.line(*path[:-1])


#: libyaml's parser where the wheel has it: ten times as fast, on every project's every build.
_LOADER: Final[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_DEEPEST: Final = 32


def _compose(text: str) -> yaml.Node | None:
    """The document of text, lists and mappings, with nothing in it that refers to anything else."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if getattr(event, "anchor", None) or depth > _DEEPEST:
            fault = (
                "anchors and aliases are not for headers"
                if depth <= _DEEPEST
                else "this is nested too deeply"
            )
            mark = cast("yaml.Mark | None", event.start_mark)
            raise yaml.MarkedYAMLError(None, None, fault, mark)
    return yaml.compose(text, Loader=_LOADER)


def parse_header(text: str) -> Header:
    """Read the header of a query file.

    Raises:
        HeaderError: it is no YAML, no mapping, or says something twice.
    """
    rows = [(number, row[2:]) for number, row in enumerate(text.split("\n"), 1) if row.startswith("#+")]
    if not rows:
        return Header({}, {(): 1})

    def line_of(mark: yaml.Mark | None) -> int:
        return rows[min(mark.line, len(rows) - 1) if mark else 0][0]

    try:
        root = _compose("\n".join(row for _, row in rows))
    except yaml.MarkedYAMLError as error:
        raise HeaderError(error.problem or "it is not YAML", line_of(error.problem_mark)) from error
    except yaml.YAMLError as error:
        raise HeaderError(str(error).partition("\n")[0], line_of(None)) from error

    lines: dict[tuple[Key, ...], int] = {(): rows[0][0]}

    def build(node: yaml.Node, path: tuple[Key, ...]) -> Yaml:
        lines.setdefault(path, line_of(node.start_mark))
        if isinstance(node, yaml.SequenceNode):
            return [build(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return dict(entries(node, path))
        return str(node.value)

    def entries(node: yaml.MappingNode, path: tuple[Key, ...]) -> Iterator[tuple[str, Yaml]]:
        for key, value in node.value:
            name, line = str(key.value), line_of(key.start_mark)
            if not isinstance(key, yaml.ScalarNode):
                raise HeaderError("a key must be a word", line)
            if (*path, name) in lines:
                raise HeaderError(f"{name!r} stands there twice", line)
            lines[*path, name] = line
            yield name, build(value, (*path, name))

    values = {} if root is None else build(root, ())
    if not isinstance(values, dict):
        raise HeaderError("decorators have the form 'name: value'", rows[0][0])
    return Header(values, lines)
