"""What a decision does to files: edits that can be made again after a crash, and taken back.

An edit puts one entry into a file, replaces it or takes it out. Where an entry goes is said by its kind, not
by a position, so that what others wrote meanwhile stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from kgraph.errors import ReviewError
from kgraph.reviewing.sheet import TIMES, VOICES, Home, Sheet
from kgraph.store.whole import write_whole

__all__ = ["Edit", "Kind", "apply_edits", "inverted", "write_files"]


class Kind(StrEnum):
    """What an edit is of, which says where it goes."""

    FILE = "file"
    PREFIX = "prefix"
    THING = "thing"
    VOICE = "voice"
    TIME = "time"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of a file, whose path is relative to the project's folder.

    ``entry`` is the subject's IRI (of a prefix: the prefix); ``old`` and ``new`` are what is written of it
    before and after, empty where there is nothing. ``title`` and ``start`` are a claim's home, ``homes`` the
    homes of those around it; ``alike`` are the entities of a thing's kind.
    """

    file: str
    kind: Kind
    entry: str
    old: str = ""
    new: str = ""
    title: str = ""
    start: int = 0
    alike: tuple[str, ...] = ()

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> Self:
        """Read an edit from JSON.

        Raises:
            ValueError, KeyError, TypeError: it is none.
        """
        return cls(**{**value, "kind": Kind(value["kind"]), "alike": tuple(value.get("alike", ()))})

    @property
    def inverse(self) -> Edit:
        """What takes it back."""
        return replace(self, old=self.new, new=self.old)


def inverted(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """What takes edits back, in the order in which to do it."""
    return tuple(edit.inverse for edit in reversed(edits))


def apply_edits(
    files: Mapping[str, str], edits: Iterable[Edit], homes: Mapping[str, int], *, base_iri: str
) -> dict[str, str]:
    """The texts of files after some edits; an empty text stands for a file that is not there.

    Args:
        files: the text of each file that the edits are of.
        edits: the edits, in their order.
        homes: where in the article the sentence of each claim begins, by the claim's IRI.
        base_iri: the project's.

    Raises:
        ReviewError: an entry that is to be replaced or taken out is not what it was.
    """
    found = dict(files)
    for edit in edits:
        found[edit.file] = _applied(found.get(edit.file, ""), edit, homes, base_iri)
    return found


def _applied(text: str, edit: Edit, homes: Mapping[str, int], base_iri: str) -> str:
    if edit.kind is Kind.FILE:
        return _whole_file(text, edit)
    sheet = Sheet(text, base_iri=base_iri)
    if edit.kind is Kind.PREFIX:
        return _prefixed(sheet, edit).text
    if edit.old:
        if sheet.entry(edit.entry) != edit.old:
            raise ReviewError(
                f"{edit.file} says something else of {edit.entry} by now.",
                hint="Somebody has edited it by hand: change or remove it there.",
            )
        return (sheet.replaced(edit.entry, edit.new) if edit.new else sheet.without(edit.entry)).text
    if sheet.entry(edit.entry) is not None:
        raise ReviewError(
            f"{edit.file} has an entry {edit.entry} already.", hint="Reload, and decide once more."
        )
    if edit.kind is Kind.THING:
        return sheet.with_thing(edit.new, list(edit.alike)).text
    if edit.kind is Kind.CLAIM:
        return sheet.with_claim(edit.new, Home(edit.title, edit.start), homes).text
    return sheet.with_entry(edit.new, VOICES if edit.kind is Kind.VOICE else TIMES).text


def _whole_file(text: str, edit: Edit) -> str:
    """A file that is begun; taken back, it stays where there is more in it by now."""
    if edit.new:
        return text or edit.new
    return "" if text.strip() == edit.old.strip() else text


def _prefixed(sheet: Sheet, edit: Edit) -> Sheet:
    if edit.new:
        return sheet.with_prefix(edit.entry, edit.new)
    line = f"\n@prefix {edit.entry}: <{edit.old}> ."
    rest = sheet.text.replace(line, "", 1)
    return sheet if f"{edit.entry}:" in rest else Sheet(rest, base_iri="")


def write_files(root: Path, files: Mapping[str, str]) -> None:
    """Write each file entirely or not at all, and have it on disk; remove those whose text is empty.

    Raises:
        ReviewError: a file cannot be written.
    """
    for name, text in files.items():
        path = root / name
        try:
            _write(path, text)
        except OSError as error:
            raise ReviewError(
                f"{name} cannot be written: {error.strerror}.", hint="Check its rights, and the disk's room."
            ) from error


def _write(path: Path, text: str) -> None:
    if not text:
        path.unlink(missing_ok=True)
        return
    write_whole(path, text)
