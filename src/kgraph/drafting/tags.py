"""Who says a quotation by where it stands, whatever the verb: "“…,” she beamed", "“…” was how he put it"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kgraph.drafting.quoting import quoted
from kgraph.drafting.sources import owner_of_words
from kgraph.drafting.tree import FINITE, NOMINAL, SUBJECTS, Token, Tree
from kgraph.text import Span

__all__ = ["is_between_dashes", "summed_up", "tag_after", "takes_up"]

#: What a quotation ends with that a tag follows.
_ENDS: Final = frozenset(",?!…—–")
#: A tag has its verb among so many words.
_TAG: Final = 12
#: What may stand before a quotation at the beginning of a sentence: "But “…,” she said".
_JOINING: Final = frozenset({"CCONJ", "ADV", "INTJ", "SCONJ"})
_DASHES: Final = frozenset("—–")
_HOW: Final = frozenset({"how", "what", "all"})
_POINTING: Final = frozenset({"that", "this", "so"})


def tag_after(
    text: str, tree: Tree, quote: Span, quotes: Sequence[Span], *, runs_on: bool
) -> tuple[Token, Token] | None:
    """The speaker and the verb of a tag after a quotation: subject and verb, or verb and subject."""
    before = [token for token in tree.tokens if token.is_word and token.span.end <= quote.start]
    if not runs_on and any(token.pos not in _JOINING and quoted(token, quotes) is None for token in before):
        return None
    after = [token for token in tree.tokens if token.is_word and token.span.start > quote.end]
    if not after or any(quoted(token, quotes) is not None for token in after[:1]):
        return None
    if (found := summed_up(tree, after)) is not None:
        return found
    is_as = after[0].lemma == "as"  # "“…,” as she put it"
    after = after[is_as:]
    is_marked = text[quote.end - 1] in _ENDS or text[quote.end + 1 : quote.end + 2] == ","
    verb = next((token for token in after[:_TAG] if _is_predicate(tree, token, after, is_as)), None)
    if not is_marked or verb is None or verb.lemma in ("be", "have"):
        return None
    speaker = _subject(tree, verb, after)
    return None if speaker is None else (speaker, verb)


def _is_predicate(tree: Tree, token: Token, after: Sequence[Token], is_as: bool) -> bool:
    """Whether a token is the verb of a tag."""
    if (
        (token.dep == "advcl" and not is_as)
        or token.dep in ("relcl", "acl", "aux", "auxpass")
        or tree.child(token.number, "auxpass")
    ):
        return False
    own = [each for each in tree.children(token.number, *SUBJECTS) if each.number >= after[0].number]
    return token.tag in FINITE or bool(own)


def _subject(tree: Tree, verb: Token, after: Sequence[Token]) -> Token | None:
    """Who stands beside the verb of a tag, by the parser or by the order of words."""
    own = tree.subject(verb.number)
    if own is not None and own.number >= after[0].number:
        return own
    is_turned = verb is after[0]
    near = [token for token in after if (token.number > verb.number) == is_turned and token is not verb]
    heads = [
        token for token in near if token.pos in NOMINAL and token.dep not in ("compound", "nmod", "poss")
    ]
    return next(iter(heads), None) if is_turned else None


def summed_up(tree: Tree, after: Sequence[Token]) -> tuple[Token, Token] | None:
    """Whom a clause names that takes up a quotation: "… was how Holt put it", "That is all she said"."""
    verb = next((token for token in after[:2] if token.lemma == "be" and token.is_verb), None)
    if verb is None or (verb is not after[0] and after[0].lemma not in _POINTING):
        return None
    for held in tree.children(verb.number, "ccomp", "advcl", "attr", "csubj"):
        first = next((n for n in tree.subtree(held.number) if n > verb.number), held.number)
        if held.is_verb and tree.tokens[first].lemma in _HOW:
            subject = tree.child(held.number, "nsubj")
            return None if subject is None else (subject, held)
        if held.pos not in NOMINAL or held.number < verb.number:
            continue
        for clause in tree.children(held.number, "relcl"):
            subject = tree.child(clause.number, "nsubj")
            if subject is not None and subject.tag not in ("WP", "WDT"):
                return subject, clause
        owner = owner_of_words(tree, held)
        if owner is not None:
            return owner, held
    return None


def is_between_dashes(text: str, whole: Span) -> bool:
    """Whether a quotation is put in: "She would not say — “ask him” — but smiled"."""
    before, after = text[: whole.start - 1].rstrip(), text[whole.end + 1 :].lstrip()
    return before[-1:] in _DASHES and after[:1] in _DASHES


def takes_up(tree: Tree) -> bool:
    """Whether a sentence begins with what takes up a quotation: "With these words"."""
    words = [token.lemma for token in tree.tokens[:3]]
    return words[:1] == ["with"] and words[-1] in ("word", "that")
