"""An attribution within a sentence: what is put forward, by which words, and by whom."""

from __future__ import annotations

from dataclasses import dataclass

from kgraph.drafting.cues import Cue
from kgraph.drafting.tree import Token, Tree
from kgraph.text import Span

__all__ = ["Attribution"]


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
