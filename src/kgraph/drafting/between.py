"""Clauses of saying that are put between commas or dashes, taken out before a sentence is parsed.

"Closing the ward, she assured him, would save nothing", "who built it and, he admitted, never paid": parsers
lose their way over them. Without them they find the clauses; the clause of saying is parsed by itself and
put back below the verb of the clause that it interrupts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from kgraph.drafting.complements import TELLING
from kgraph.drafting.tree import FINITE, FINITE_WORDS, NOMINAL, QUOTES, RELATIVE, SUBJECTS, TIMES, Token, Tree

__all__ = ["Between", "find_between", "put_between"]

_MARKS: Final = frozenset({",", "—", "–"})
_STOPS: Final = frozenset({";", ":"})
_CLOSE_BY: Final = QUOTES | frozenset("'‘’")
#: A clause that is put in has not more words than these before and after its verb.
_BEFORE: Final = 8
_AFTER: Final = 6
_AUXILIARIES: Final = frozenset("have would will do may might must".split())
#: What may begin its subject, and what may follow its verb.
_BEGINS: Final = frozenset("DT PRP PRP$ NNP NNPS NN NNS CD JJ JJS PDT".split())
_ANEW: Final = _BEGINS | {"CC", "IN", "WRB", "EX"}
_FOLLOWS: Final = frozenset("PRP DT NNP NNPS NNS NN PRP$ IN RB JJ CD".split())
_OBJECTS: Final = frozenset("him them me us".split())
#: What goes on with the clause before after "…, she said,".
_GOES_ON: Final = frozenset("unless if because although though since until provided".split())


@dataclass(frozen=True, slots=True)
class Between:
    """A clause of saying that is put in, by the numbers of its marks, its words and its verb."""

    marks: tuple[int, int]
    words: tuple[int, ...]
    verb: int
    #: Whether the sentence needs one of its commas without it: "If it rains, she said, we stay".
    needs_comma: bool


def find_between(tree: Tree, saying: Collection[str]) -> list[Between]:
    """The clauses of saying that are put into others. ``saying`` are verbs that may be so."""
    tokens = tree.tokens
    marks = [token.number for token in tokens if token.text in _MARKS]
    found: list[Between] = []
    for start, end in pairwise(marks):
        if start == 0 or tokens[start].text != tokens[end].text or (found and found[-1].marks[-1] == start):
            continue
        words = tokens[start + 1 : end]
        verb = _verb_of(words, saying)
        if verb is not None and _is_put_in(tokens, start, end, saying, is_turned=verb is words[0]):
            numbers = tuple(token.number for token in words)
            found.append(Between((start, end), numbers, verb.number, _needs_comma(tokens, start, end)))
    return found


def _verb_of(words: Sequence[Token], saying: Collection[str]) -> Token | None:
    """The verb of a clause that only tells who says something; None for other words."""
    if len(words) < 2 or any(word.text in QUOTES or word.tag in (*RELATIVE, "WRB", "CC") for word in words):
        return None
    verb = next((word for word in words if _says(word, saying) and word.tag in FINITE), None)
    had = any(word.lemma in _AUXILIARIES for word in words)
    last = next((word for word in reversed(words) if _says(word, saying) and word.tag in ("VBN", "VB")), None)
    if verb is None and last is not None and (had or last is words[-1]):
        verb = last  # not "the first mayor elected in Holm"
    if verb is None:
        return None
    before, after = words[: verb.number - words[0].number], words[verb.number - words[0].number + 1 :]
    if not before:
        is_one = verb.tag == "VBZ" and any(word.tag in ("NNS", "NNPS") for word in after)
        return verb if verb.tag in FINITE and _is_subject(after) and not is_one else None
    while len(before) > 1 and (before[-1].lemma in _AUXILIARIES or before[-1].tag == "RB"):
        before = before[:-1]
    return verb if _is_subject(before) and _may_follow(verb, after) else None


def _says(word: Token, saying: Collection[str]) -> bool:
    form = word.text.lower()
    return word.lemma in saying or form.removesuffix("s") in saying or form.removesuffix("ed") in saying


def _is_subject(words: Sequence[Token]) -> bool:
    """Whether some words are a noun, a name or a pronoun with what belongs to it, and no clause."""
    is_short = 0 < len(words) <= _BEFORE
    if not is_short or words[0].tag not in _BEGINS or words[0].text.lower() in _OBJECTS:
        return False
    is_clause = any(word.tag in FINITE_WORDS or word.tag in ("VB", "TO") for word in words)
    return not is_clause and any(word.pos in (*NOMINAL, "NUM", "DET") for word in words)


def _may_follow(verb: Token, after: Sequence[Token]) -> bool:
    """Whether words after a verb only tell who is told, and when or where."""
    if not after:
        return True
    first = after[0]
    if len(after) > _AFTER or first.tag not in _FOLLOWS or first.lemma in ("that", "like", "as", "if"):
        return False
    if any(word.tag.startswith("VB") or word.tag in ("MD", "TO") for word in after):
        return False
    is_when = first.tag in ("IN", "RB") or first.entity in TIMES or first.lemma in ("this", "last")
    return is_when or verb.lemma in TELLING


def _is_put_in(
    tokens: Sequence[Token], start: int, end: int, saying: Collection[str], *, is_turned: bool
) -> bool:
    """Whether what stands around some words is one clause, by what follows them."""
    before, following = tokens[start - 1], tokens[end + 1] if end + 1 < len(tokens) else None
    if following is None or {before.text[-1], following.text[0]} & _CLOSE_BY:
        return False
    if (following.lemma == "that" and following.tag == "IN") or following.tag == "VBG":
        return False
    begun = tokens[_first(tokens, start) : start]
    if not any(token.tag in FINITE_WORDS for token in begun):
        is_whole = begun[0].tag in ("VBN", "VBG", "WRB")  # "When asked, she said, …"
        return following.tag in FINITE_WORDS or not (is_turned or is_whole or following.tag == "CC")
    if following.tag == "CC":
        after = next((token for token in tokens[end + 2 :] if token.tag != "RB"), following)
        return not (_says(after, saying) and after.tag in FINITE)  # "…, she said, and added"
    if following.tag in ("IN", "WRB"):
        return following.lemma in _GOES_ON
    return not is_turned and following.tag not in RELATIVE


def _needs_comma(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether a clause or a phrase stands before, and another begins after."""
    first = _first(tokens, start)
    is_apart = tokens[first].tag in ("IN", "WRB", "RB", "TO", "VBN", "VBG")
    is_apart = is_apart or any(token.tag in FINITE_WORDS for token in tokens[first:start])
    return is_apart and tokens[start - 1].dep not in ("cc", "mark") and tokens[end + 1].tag in _ANEW


def _first(tokens: Sequence[Token], end: int) -> int:
    """The first token after the last semicolon or colon before some place."""
    return max((token.number + 1 for token in tokens[:end] if token.text in _STOPS), default=0)


def put_between(tokens: Sequence[Token], each: Between, own: Sequence[Token]) -> Iterator[Token]:
    """The tokens of a clause that was taken out, and its marks, below the verb that it interrupts.

    ``tokens`` are those of the whole sentence, ``own`` those of the clause as it was parsed alone.
    """
    verb = tokens[each.verb]
    head = _interrupted(tokens, each)
    for token in _as_clause(own, verb):
        known = tokens[token.number]
        if known.pos == "PROPN":
            token = replace(token, pos=known.pos, tag=known.tag, lemma=known.lemma, entity=known.entity)  # noqa: PLW2901
        yield replace(token, dep="parataxis", head=head) if token.number == verb.number else token
    for mark in each.marks:
        yield replace(tokens[mark], dep="punct", head=verb.number)


def _as_clause(own: Sequence[Token], verb: Token) -> Iterator[Token]:
    """The tokens of a clause with its verb at the top, and its subject beside it."""
    root = next(token for token in own if token.head == token.number)
    subjects = [token for token in own if token.head == root.number and token.dep in SUBJECTS]
    if root.number == verb.number and subjects and root.is_verb:
        yield from own
        return
    before = [token for token in own if token.number < verb.number] or list(own[1:])
    nouns = [token for token in before if token.pos in NOMINAL]
    last = nouns[-1] if nouns else before[-1]
    for token in own:
        if token.number == verb.number:
            tag = token.tag if token.tag in FINITE else "VBZ" if token.text.endswith("s") else "VBD"
            yield replace(token, pos="VERB", tag=tag, dep="ROOT", head=token.number)
        elif token.number == last.number:
            yield replace(token, dep="nsubj", head=verb.number)
        elif token in before:
            dep = token.dep if token.dep in ("det", "poss", "amod") else "compound"
            yield replace(token, dep=dep, head=last.number)
        else:
            yield (
                token
                if token.head in range(verb.number + 1, own[-1].number + 1)
                else replace(token, head=verb.number)
            )


def _interrupted(tokens: Sequence[Token], each: Between) -> int:
    """The verb of the clause that goes on after some words.

    It is the whole one, unless that is joined right before: "who built it and, he admitted, never paid".
    """
    tree = Tree(tokens[0].span, tuple(tokens))
    start, end = each.marks
    following = next((token for token in tokens[end + 1 :] if token.is_word), tokens[start - 1])
    line = [following, *tree.ancestors(following.number)]
    verbs = [token for token in line if token.is_verb]
    if not verbs:
        return line[-1].number
    is_joined = tokens[start - 1].dep in ("cc", "mark")
    for verb in verbs:
        begins = tree.subtree(verb.number)[0]
        if verb.dep == "advcl" and verb.head > end and not is_joined:
            continue  # "If it rains, she said, and the wind stays, we wait": it is said of all
        if begins < start or (is_joined and verb.dep in ("conj", "advcl", "ccomp")):
            return verb.number
    return verbs[-1].number
