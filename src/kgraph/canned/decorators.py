"""The decorators of one query file being read: their shapes, and the problems found on the way.

Every accessor takes the path of a part of the header and gives it in the shape asked for, empty where
nothing stands there or where something of another shape does, which is then a problem.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kgraph.canned.header import Header, Key, Yaml
from kgraph.canned.spelling import did_you_mean
from kgraph.problems import Problem, Severity

__all__ = ["Decorators"]


class Decorators:
    """A header and what is wrong with its file so far."""

    def __init__(self, header: Header, path: str) -> None:
        self.header = header
        self.path = path
        self.problems: list[Problem] = []

    def error(self, code: str, line: int | None, message: str, hint: str) -> None:
        """Note a fault that forbids a build."""
        self._note(Severity.ERROR, code, line, message, hint)

    def warn(self, code: str, line: int | None, message: str, hint: str) -> None:
        """Note a gap."""
        self._note(Severity.WARNING, code, line, message, hint)

    def _note(self, severity: Severity, code: str, line: int | None, message: str, hint: str) -> None:
        problem = Problem(severity, f"canned-{code}", self.path, line, message, hint)
        if problem not in self.problems:
            self.problems.append(problem)

    def line(self, *path: Key) -> int:
        """The line of a part, or of what is nearest around it."""
        return self.header.line(*path)

    def text(self, *path: Key) -> str:
        """A text, without the white space around it."""
        value = self._at(*path)
        if isinstance(value, str):
            return value.strip()
        self.expected("a text", *path)
        return ""

    def items(self, *path: Key) -> list[Yaml]:
        """A list."""
        value = self._at(*path)
        if isinstance(value, list):
            return value
        if value:
            self.expected("a list, one '- …' a line", *path)
        return []

    def mapping(self, *path: Key) -> dict[str, Yaml]:
        """Entries by name."""
        value = self._at(*path)
        if isinstance(value, dict):
            return value
        if value:
            self.expected("entries of the form 'name: value'", *path)
        return {}

    def texts(self, *path: Key) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(self.text(*path, index) for index in range(len(self.items(*path))))

    def expected(self, shape: str, *path: Key) -> None:
        """Note that a part has another shape than it should."""
        where = ", ".join(str(key + 1) if isinstance(key, int) else key for key in path)
        self.error(
            "header",
            self.line(*path),
            f"What stands under {where} is not {shape}.",
            "The other files of queries/ show the layout.",
        )

    def check_keys(self, keys: Iterable[str], known: Sequence[str], *path: Key) -> None:
        """Note the keys that mean nothing here."""
        for key in keys:
            if key not in known:
                self.warn(
                    "decorator",
                    self.line(*path, key),
                    f"There is no decorator {key!r} here.",
                    did_you_mean(key, known),
                )

    def _at(self, *path: Key) -> Yaml:
        value: Yaml = dict(self.header.values)
        for key in path:
            if isinstance(value, dict) and isinstance(key, str):
                value = value.get(key, "")
            elif isinstance(value, list) and isinstance(key, int):
                value = value[key]
            else:
                return ""
        return value
