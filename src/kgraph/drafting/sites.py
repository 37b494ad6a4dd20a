"""A verb in its sentence with the cue that it may be, and the attribution that is found there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kgraph.drafting.cues import Cue, Cues
from kgraph.drafting.tree import Token, Tree
from kgraph.text import Span

__all__ = ["Attribution", "Content", "Site"]

#: The rule, the tokens, and the head of them.
Content = tuple[str, tuple[int, ...], int]


@dataclass(frozen=True, slots=True)
class Site:
    """A verb with the cue that it may be. ``own`` is the quotation that it stands in itself, if any."""

    tree: Tree
    verb: Token
    cue: Cue
    quotes: Sequence[Span]
    own: int | None
    cues: Cues


@dataclass(frozen=True, slots=True)
class Attribution:
    """An attribution within a sentence, by its tokens. ``content`` and ``root`` are numbers of tokens."""

    tree: Tree
    rule: str
    cue: Cue
    words: Span | None
    verb: int | None
    source: Token | None
    content: tuple[int, ...]
    root: int
    is_negated: bool = False
    is_rejoinder: bool = False
    recipient: Token | None = None
    #: Who passes the words on, as "Reuters quoted him as saying" tells.
    relayer: Token | None = None
