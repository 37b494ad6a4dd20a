"""Answers whose bytes are kept, and the tee that keeps them while they pass."""

from __future__ import annotations

from collections.abc import Callable
from sys import getsizeof
from typing import Final, Self

from kgraph.engine import Answer
from kgraph.rdf.formats import Format, ResultKind

__all__ = ["KeptAnswer", "KeptReader", "TeeAnswer"]

#: What an entry costs beside its query and its bytes, roughly.
_OVERHEAD_BYTES: Final = 1024


class KeptAnswer:
    """An answer that is all there: an :class:`kgraph.engine.Answer` for any number of readers.

    ``encoded`` holds its content codings (gzip) once somebody has asked for them; ``on_growth`` hears what
    they take in memory. ``query`` is what it is kept under, which takes room too.
    """

    __slots__ = ("content", "encoded", "format", "kind", "on_growth", "query", "variables")

    def __init__(
        self,
        kind: ResultKind,
        format: Format,  # noqa: A002
        variables: tuple[str, ...],
        content: bytes,
        query: str = "",
    ) -> None:
        self.kind = kind
        self.format = format
        self.variables = variables
        self.content = content
        self.query = query
        self.encoded: dict[str, bytes] = {}
        self.on_growth: Callable[[int], None] | None = None

    @property
    def size_bytes(self) -> int:
        """What it takes in memory."""
        return (
            _OVERHEAD_BYTES + getsizeof(self.query) + len(self.content) + sum(map(len, self.encoded.values()))
        )

    def add_encoding(self, coding: str, content: bytes) -> None:
        """Keep a content coding of it as well."""
        self.encoded[coding] = content
        if self.on_growth is not None:
            self.on_growth(len(content))

    def reader(self) -> KeptReader:
        """The answer for one more reader."""
        return KeptReader(self)


class KeptReader:
    """One reading of a kept answer."""

    complete = True
    notices: tuple[str, ...] = ()

    def __init__(self, kept: KeptAnswer) -> None:
        self.kept = kept
        self._read = False

    @property
    def kind(self) -> ResultKind:
        """What the query gave."""
        return self.kept.kind

    @property
    def format(self) -> Format:
        """How it is written."""
        return self.kept.format

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self.kept.variables

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._read or not self.kept.content:
            raise StopAsyncIteration
        self._read = True
        return self.kept.content

    async def read(self) -> bytes:
        """All bytes that are still to come."""
        if self._read:
            return b""
        self._read = True
        return self.kept.content

    async def aclose(self) -> None:
        """Want no more of it."""
        self._read = True


class TeeAnswer:
    """An answer on its way to one reader; it is kept when its end arrives and it is small enough."""

    notices: tuple[str, ...] = ()

    def __init__(self, answer: Answer, limit_bytes: int, keep: Callable[[bytes], None]) -> None:
        self._answer = answer
        self._limit_bytes = limit_bytes
        self._keep = keep
        self._pieces: list[bytes] | None = []
        self._size = 0

    @property
    def kind(self) -> ResultKind:
        """What the query gave."""
        return self._answer.kind

    @property
    def format(self) -> Format:
        """How it is written."""
        return self._answer.format

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self._answer.variables

    @property
    def complete(self) -> bool:
        """Whether every byte has arrived."""
        return self._answer.complete

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        try:
            piece = await anext(self._answer)
        except StopAsyncIteration:
            if self._pieces is not None:
                self._keep(b"".join(self._pieces))
                self._pieces = None
            raise
        if self._pieces is not None:
            self._size += len(piece)
            self._pieces.append(piece)
            if self._size > self._limit_bytes:
                self._pieces = None
        return piece

    async def read(self) -> bytes:
        """All bytes that are still to come."""
        return b"".join([piece async for piece in self])

    async def aclose(self) -> None:
        """Want no more of it."""
        self._pieces = None
        await self._answer.aclose()
