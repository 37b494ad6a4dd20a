"""What stands after a colon without quotation marks: "Her verdict: a waste", "He put it so: we go"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from kgraph.drafting.cues import SAID, Cue, Cues
from kgraph.drafting.quoting import OPENING, quoted
from kgraph.drafting.sites import Attribution
from kgraph.drafting.sources import can_speak, owner_of_words, source_of
from kgraph.drafting.tree import SUBJECTS, Token, Tree
from kgraph.text import Span

__all__ = ["of_colon"]

_TOLD: Final = Cue("said", SAID, "positive", frozenset({"clause"}))
#: Fewer words are no content.
_SHORTEST: Final = 2


def of_colon(tree: Tree, quotes: Sequence[Span], cues: Cues) -> Iterator[Attribution]:
    """What a noun or a verb of saying before a colon introduces. Quotations are hosted elsewhere."""
    colon = next((t for t in tree.tokens if t.text == ":" and quoted(t, quotes) is None), None)
    if colon is None or not 0 < colon.number < len(tree.tokens) - _SHORTEST:
        return
    content = [token for token in tree.tokens[colon.number + 1 :] if token.text != ";"]
    if content[0].text in OPENING or content[0].pos == "NUM":
        return
    for token in reversed(tree.tokens[: colon.number]):
        cue, source = (
            _of_verb(tree, token, colon, cues) if token.is_verb else _of_noun(tree, token, colon, cues)
        )
        if cue is not None and source is not None:
            numbers = tuple(each.number for each in content)
            root = tree.top(numbers)
            yield Attribution(tree, "introduced", cue, token.span, token.number, source, numbers, root)
            return


def _of_noun(tree: Tree, noun: Token, colon: Token, cues: Cues) -> tuple[Cue | None, Token | None]:
    """The cue of a noun that a colon explains, and whose it is."""
    cue = cues.nouns.get(noun.lemma, _TOLD if noun.lemma in cues.accounts else None)
    cue = cue if noun.pos == "NOUN" else None
    verb = tree.head(noun)
    judged = tree.child(verb.number, "acomp") if noun.dep in SUBJECTS and verb.lemma == "be" else None
    end = judged or (tree.tokens[tree.subtree(noun.number)[-1]] if noun.number < colon.number else noun)
    is_last = tree.tokens[colon.number - 1].number in (end.number, noun.number) or colon.head == noun.number
    if cue is None or not is_last:
        return None, None
    owner = owner_of_words(tree, noun)
    above = verb if verb.is_verb else tree.head(verb)  # "came to the conclusion:"
    if owner is None and above.is_verb and noun.dep in ("dobj", "pobj"):
        owner = source_of(tree, above)[0]
    return cue, owner


def _of_verb(tree: Tree, verb: Token, colon: Token, cues: Cues) -> tuple[Cue | None, Token | None]:
    """The cue of a verb with nothing but "it" and an adverb before a colon, and its subject."""
    found = [
        cue for cue in cues.of_verb(tree, verb) if cue.kind in (SAID, "claim") and "clause" in cue.frames
    ]
    held = [
        each
        for each in tree.children(verb.number, "dobj", "ccomp", "xcomp")
        if verb.number < each.number < colon.number
    ]
    is_bare = all(each.lemma == "it" for each in held)
    source = tree.child(verb.number, *SUBJECTS)
    own = set(tree.subtree(source.number)) if source is not None else set()
    between = [token for token in tree.tokens[verb.number + 1 : colon.number] if token.number not in own]
    is_close = not any(token.is_verb or token.pos in ("NOUN", "PROPN", "ADP") for token in between)
    if source is None or source.lemma in ("one", "you") or not can_speak(source, cues):
        return None, None  # "it is cheap, if one asks:"
    if not found or not is_bare or not is_close:
        return None, None
    return found[0], source
