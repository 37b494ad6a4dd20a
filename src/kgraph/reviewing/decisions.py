"""The decisions of reviewers on an article's candidates: a log that is only ever appended to.

    data/reviews/<slug>.jsonl     one JSON object a line, one line a decision

A decision is acknowledged when its line is on disk and the files say what it says. A line that a crash has
cut off was never acknowledged, and is taken away by the next who writes. Decisions are kept apart from the
candidates, so that drafting again keeps them: a candidate that comes back under another id is known by its
words, its speaker and its tool.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

from kgraph.drafting import Candidate, Mode
from kgraph.errors import ReviewError
from kgraph.reviewing.edits import Edit
from kgraph.reviewing.proposal import Proposal
from kgraph.store.sealing import sync_folder
from kgraph.text import digest

__all__ = ["Decision", "DecisionLog", "Verdict", "likeness", "parse_decisions", "review_path", "standing"]


class Verdict(StrEnum):
    """What a reviewer does with a candidate; ``ADD`` is a claim that no candidate has."""

    ACCEPT = "accept"
    CHANGE = "change"
    REJECT = "reject"
    ADD = "add"
    UNDO = "undo"

    @property
    def keeps(self) -> bool:
        """Whether a claim comes of it."""
        return self in (Verdict.ACCEPT, Verdict.CHANGE, Verdict.ADD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision. ``at`` is UTC in ISO 8601, ``reviewer`` an IRI.

    ``candidate`` is the id of the candidate, empty for a claim that was added; ``like`` is what it is known
    by when it is drafted again. ``claim`` is the claim as it was written, and ``entry`` the IRI that it was
    written under; ``edits`` are what was done to files, and ``before`` are their digests before it was done.
    ``undoes`` is the number of the decision that an undo takes back.
    """

    number: int
    at: str
    reviewer: str
    decision: Verdict
    candidate: str = ""
    like: str = ""
    claim: Proposal | None = None
    entry: str = ""
    edits: tuple[Edit, ...] = ()
    before: Mapping[str, str] = field(default_factory=dict)
    undoes: int | None = None

    @property
    def key(self) -> str:
        """What is decided on: the candidate, or a claim that was added, by its number."""
        return self.candidate or f"+{self.number}"

    def render(self) -> str:
        """The decision as a line of the log, without its line end. What is empty is left out."""
        values = {key: value for key, value in asdict(self).items() if value not in ("", None, (), {})}
        return json.dumps(values, ensure_ascii=False)

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> Self:
        """Read what :meth:`render` wrote.

        Raises:
            ValueError, KeyError, TypeError: it is no decision.
        """
        claim = value.get("claim")
        return cls(
            **{
                **value,
                "decision": Verdict(value["decision"]),
                "claim": None if claim is None else Proposal.parse(claim),
                "edits": tuple(Edit.parse(each) for each in value.get("edits", ())),
            }
        )


def likeness(candidate: Candidate) -> str:
    """What a candidate is known by wherever its words have moved to."""
    key = [candidate.words, candidate.speaker, candidate.by.partition(":")[0]]
    if candidate.mode is Mode.NARRATED and candidate.claim is not None:
        key.append(candidate.claim.object)
    return digest("\n".join(key).encode())[:16]


def review_path(project: Path, slug: str) -> Path:
    """Where the decisions on an article are kept."""
    return project / "data" / "reviews" / f"{slug}.jsonl"


def parse_decisions(content: bytes, *, where: str = "The log of decisions") -> list[Decision]:
    """Read a log. A last line without a line end was cut off by a crash, and is left out.

    Raises:
        ReviewError: another line is no decision.
    """
    found = []
    for number, line in enumerate(content.split(b"\n")[:-1], 1):
        if not line.strip():
            continue
        try:
            found.append(Decision.parse(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ReviewError(
                f"{where} has no decision in line {number}: {type(error).__name__}: {error}.",
                hint="Restore the file from its last commit; every line of it is one JSON object.",
            ) from error
    return found


def standing(decisions: Sequence[Decision], *, reviewer: str | None = None) -> dict[str, Decision]:
    """The decisions that stand, by what they decide on: the last on each that was not undone.

    ``reviewer`` limits them to one's own, whatever others have decided since.
    """
    undone = {each.undoes for each in decisions if each.decision is Verdict.UNDO}
    return {
        each.key: each
        for each in decisions
        if each.decision is not Verdict.UNDO
        and each.number not in undone
        and (reviewer is None or each.reviewer == reviewer)
    }


class DecisionLog:
    """The log of one article, open for writing by one at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[Decision]:
        """The decisions so far; none where there is no log.

        Raises:
            ReviewError: the log cannot be read.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise ReviewError(
                f"{self.path} cannot be read: {error.strerror}.", hint="Check its rights."
            ) from error
        return parse_decisions(content, where=str(self.path))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep others from deciding meanwhile, in this process and in any other: on this article or another,
        since they share the file of the entities.

        Raises:
            ReviewError: the log cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            _cut_torn_line(self.path)
            yield
        finally:
            os.close(folder)

    def append(self, decision: Decision) -> None:
        """Put a decision on disk. Call it while :meth:`writing`.

        Raises:
            ReviewError: it cannot be written; then it was not.
        """
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        size = os.fstat(handle).st_size
        try:
            line = decision.render().encode() + b"\n"
            while line:
                line = line[os.write(handle, line) :]
            os.fsync(handle)
            sync_folder(self.path.parent)
        except OSError as error:
            os.ftruncate(handle, size)
            raise _unwritable(self.path, error) from error
        finally:
            os.close(handle)


def _unwritable(path: Path, error: OSError) -> ReviewError:
    return ReviewError(
        f"{path} cannot be written: {error.strerror}.", hint="Check the rights of the folder, and its disk."
    )


_BLOCK: Final = 1 << 16


def _cut_torn_line(path: Path) -> None:
    """Take away what stands behind the last line end."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        size = end = os.fstat(handle).st_size
        while end:
            start = max(0, end - _BLOCK)
            found = os.pread(handle, end - start, start).rfind(b"\n")
            end = start + found + 1 if found >= 0 else start
            if found >= 0:
                break
        if end < size:
            os.ftruncate(handle, end)
            os.fsync(handle)
    finally:
        os.close(handle)
