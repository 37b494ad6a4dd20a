"""What somebody would not say, and on what condition they speak.

"would not discuss the letter", "will not be drawn on the date", "on the understanding that …"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from kgraph.drafting.complements import without_mark
from kgraph.drafting.cues import Cue, Cues
from kgraph.drafting.quoting import quoted
from kgraph.drafting.sites import Attribution
from kgraph.drafting.sources import can_speak, source_of
from kgraph.drafting.tree import Token, Tree
from kgraph.text import Span

__all__ = ["is_on_condition", "of_condition", "of_withholding"]

_REFUSED: Final = Cue("refused", "refusal", "positive", frozenset({"infinitive"}))
_CONDITION: Final = Cue("condition", "conditional", "positive", frozenset({"object"}))
_CONDITIONS: Final = frozenset({"condition", "understanding"})
#: Verbs of saying that somebody "would not", by whatever noun they are called; and those of things as well.
_SPEAKING: Final = frozenset("say comment discuss elaborate disclose".split())
_SAYING: Final = _SPEAKING | frozenset("specify name reveal identify confirm answer explain".split())


def of_withholding(tree: Tree, verb: Token, quotes: Sequence[Span], cues: Cues) -> Iterator[Attribution]:
    """A verb of saying with "would not" or "will not", and what is not said."""
    is_drawn = verb.lemma == "draw" and tree.child(verb.number, "auxpass") is not None
    will = next((a for a in tree.children(verb.number, "aux") if a.lemma in ("would", "will")), None)
    negation = tree.child(verb.number, "neg")
    source = tree.subject(verb.number)
    beside_it = [] if source is None else tree.children(source.number, "det", "preconj", "cc")
    if any(word.lemma == "neither" for word in beside_it):
        negation = will  # "Neither side would say why"
    if not (is_drawn or verb.lemma in _SAYING) or will is None or negation is None or source is None:
        return
    is_somebody = can_speak(source, cues) or (verb.lemma in _SPEAKING and source.pos == "NOUN")
    is_told = quoted(verb, quotes) is not None or verb.dep == "ccomp"
    if is_told or not is_somebody or negation.number > will.number + 1:
        return
    beside = {each.number for each in tree.children(verb.number, "conj", "cc", "parataxis")}
    below = tree.subtree(verb.number, without=beside)
    ends = (n for n in below if tree.tokens[n].text in ":;—–" or quoted(tree.tokens[n], quotes) is not None)
    last = next(ends, below[-1] + 1)
    content = tuple(number for number in below if negation.number < number < last)
    words = Span(will.span.start, negation.span.end)
    yield Attribution(tree, "infinitive", _REFUSED, words, verb.number, source, content, verb.number)


def of_condition(tree: Tree, noun: Token) -> Iterator[Attribution]:
    """On what condition somebody speaks."""
    on = tree.head(noun)
    verb = tree.head(on)
    if noun.lemma not in _CONDITIONS or on.lemma != "on" or not verb.is_verb:
        return
    source, _ = source_of(tree, verb)
    of = tree.child(noun.number, "prep")
    held = tree.child(of.number, "pobj") if of and of.lemma == "of" else None
    last, content = of, tuple(tree.subtree(held.number)) if held else ()
    if held is None:
        clauses = [*tree.children(noun.number, "acl", "relcl", "ccomp"), *tree.children(verb.number, "ccomp")]
        held = next((each for each in clauses if _is_that(tree, each) and each.number > noun.number), None)
        last, content = noun, without_mark(tree, held) if held else ()
    if source and held and last:
        words = Span(on.span.start, last.span.end)
        yield Attribution(tree, "condition", _CONDITION, words, noun.number, source, content, held.number)


def is_on_condition(tree: Tree, verb: Token) -> bool:
    """Whether what a verb holds is the condition on which somebody speaks."""
    phrases = [each for each in tree.children(verb.number, "prep") if each.lemma == "on"]
    held = [tree.child(each.number, "pobj") for each in phrases] if verb.is_verb else []
    return any(each is not None and each.lemma in _CONDITIONS for each in held)


def _is_that(tree: Tree, clause: Token) -> bool:
    return any(mark.lemma == "that" for mark in tree.children(clause.number, "mark"))
