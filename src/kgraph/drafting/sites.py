"""A verb in its sentence, with the cue that it may be: where content is looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kgraph.drafting.cues import Cue, Cues
from kgraph.drafting.tree import Token, Tree
from kgraph.text import Span

__all__ = ["Content", "Site"]

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
