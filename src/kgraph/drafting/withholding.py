"""What somebody would not say: "would not discuss the letter", "will not be drawn on the date"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from kgraph.drafting.cues import Cue, Cues
from kgraph.drafting.quoting import quoted
from kgraph.drafting.sites import Attribution
from kgraph.drafting.sources import can_speak
from kgraph.drafting.tree import Token, Tree
from kgraph.text import Span

__all__ = ["of_withholding"]

_REFUSED: Final = Cue("refused", "refusal", "negative", frozenset({"infinitive"}))
#: Verbs of saying that somebody "would not".
_SAYING: Final = frozenset(
    "say comment discuss elaborate specify name disclose reveal identify confirm answer explain address".split()
)


def of_withholding(tree: Tree, verb: Token, quotes: Sequence[Span], cues: Cues) -> Iterator[Attribution]:
    """A verb of saying with "would not" or "will not", and what is not said."""
    is_drawn = verb.lemma == "draw" and tree.child(verb.number, "auxpass") is not None
    will = next((a for a in tree.children(verb.number, "aux") if a.lemma in ("would", "will")), None)
    negation = tree.child(verb.number, "neg")
    source = tree.subject(verb.number)
    if not (is_drawn or verb.lemma in _SAYING) or will is None or negation is None or source is None:
        return
    is_told = quoted(verb, quotes) is not None or not can_speak(source, cues) or verb.dep == "ccomp"
    if is_told or negation.number != will.number + 1:
        return
    content = tuple(number for number in tree.subtree(verb.number) if number > negation.number)
    words = Span(will.span.start, negation.span.end)
    yield Attribution(tree, "infinitive", _REFUSED, words, verb.number, source, content, verb.number)
