"""How a content is put: its clauses, and the polarity, the kind and the time of each.

Clauses that are put alike stay together; one that is denied, foreseen or conditional stands for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kgraph.drafting.cues import SAID, Cue, Cues
from kgraph.drafting.tree import SUBJECTS, Token, Tree
from kgraph.text import Span

__all__ = ["Clause", "find_time", "iter_clauses", "polarity_of"]

_NEGATIVE_WORDS: Final = frozenset({"no", "nobody", "none", "nothing", "neither", "nowhere"})
_IF: Final = frozenset({"if", "unless", "provided"})
#: Complements through which "he does not want to say" is negative.
_OF_ONE_VERB: Final = frozenset({"xcomp"})
_POSSIBLE: Final = frozenset({"may", "might", "could"})
_DUE: Final = frozenset({"should", "must", "ought"})
_FUTURE: Final = frozenset({"will", "would", "shall", "wo", "'ll", "’ll", "’d", "'d"})


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of content with one polarity and one kind, by its tokens."""

    tokens: tuple[int, ...]
    head: int
    polarity: str
    kind: str


def iter_clauses(
    tree: Tree, content: Sequence[int], root: int, cue: Cue, cues: Cues, *, is_first_person: frozenset[int]
) -> Iterator[Clause]:
    """The clauses of a content. ``is_first_person`` are the tokens that stand for the speaker."""
    inside = frozenset(content)
    heads = _heads(tree, root, inside, cue)
    shares = {head: _share(tree, head, heads, inside) for head in heads}
    found: list[Clause] = []
    for head in sorted(heads, key=lambda h: shares[h] or (h,)):
        tokens = shares[head]
        if not tokens:
            continue
        kind, polarity = _put(tree, head, inside, cue, cues, is_first_person)
        if found and (found[-1].kind, found[-1].polarity) == (kind, polarity) and kind != "conditional":
            last = found.pop()
            between = range(last.tokens[-1] + 1, tokens[0])
            joined = {*last.tokens, *tokens, *(n for n in between if n in inside)}
            found.append(Clause(tuple(sorted(joined)), last.head, polarity, kind))
        else:
            found.append(Clause(tokens, head, polarity, kind))
    for clause in found:
        yield _with_subject(tree, clause, inside, alone=len(found) == 1)


def _heads(tree: Tree, root: int, inside: frozenset[int], cue: Cue) -> list[int]:
    """The heads of the clauses: the root, what is coordinated with it, and conditions."""
    found: list[int] = []
    waiting = [root]
    while waiting:
        head = waiting.pop()
        found.append(head)
        for child in tree.children(head):
            if child.number not in inside or not child.is_verb:
                continue
            beside = child.dep in ("conj", "parataxis") or (
                child.dep == "ccomp" and child.number < head and _is_parted(tree, child, head)
            )
            is_condition = child.dep == "advcl" and _mark(tree, child) in _IF and cue.kind in (SAID, "claim")
            if beside or is_condition:
                waiting.append(child.number)
    # What a quotation holds besides: fragments with heads outside of it.
    covered: set[int] = set().union(*(tree.subtree(head) for head in found))
    for number in sorted(inside - covered):
        token = tree.tokens[number]
        if token.is_verb and token.head not in inside and number not in covered:
            found.append(number)
            covered |= set(tree.subtree(number))
    return found


def _is_parted(tree: Tree, left: Token, head: int) -> bool:
    """Whether a semicolon or a dash stands between a clause and the one that it hangs at."""
    last = tree.subtree(left.number)[-1]
    return any(tree.tokens[n].text in (";", "—", "–", ":") for n in range(last, head))


def _mark(tree: Tree, token: Token) -> str:
    mark = tree.child(token.number, "mark")
    return mark.lemma if mark else ""


def _share(tree: Tree, head: int, heads: Sequence[int], inside: frozenset[int]) -> tuple[int, ...]:
    """The tokens of one clause, without those of the others and without what joins them."""
    others = {other for other in heads if other != head}
    tokens = [number for number in tree.subtree(head, without=others) if number in inside]
    if len(heads) == 1:
        tokens = sorted(inside)
    token = tree.tokens[head]
    dropped = set()
    if token.dep == "advcl":
        dropped = {child.number for child in tree.children(head, "mark")}
    if token.dep == "conj":
        dropped = {
            child.number for child in tree.children(head, "mark", "cc") if child.lemma in ("that", "and", "but")
        }
    joined = {
        child.number
        for child in tree.children(head, "cc", "punct")
        if others and any(child.number in range(head, other) for other in others)
    }
    kept = [number for number in tokens if number not in dropped and number not in joined]
    while kept and not tree.tokens[kept[0]].is_word and tree.tokens[kept[0]].text not in "$€£(“\"":
        kept.pop(0)
    return tuple(kept)


def _with_subject(tree: Tree, clause: Clause, inside: frozenset[int], *, alone: bool) -> Clause:
    """The clause with the subject that it shares: "the memo … did not reflect her opinion"."""
    head = tree.tokens[clause.head]
    if alone or head.dep != "conj" or tree.child(clause.head, *SUBJECTS):
        return clause
    subject = tree.subject(clause.head)
    if subject is None or subject.number not in inside:
        return clause
    tokens = sorted({*clause.tokens, *(n for n in tree.subtree(subject.number) if n in inside)})
    return Clause(tuple(tokens), clause.head, clause.polarity, clause.kind)


# Polarity and kind


def polarity_of(tree: Tree, head: int, inside: frozenset[int]) -> str:
    """``negative`` where the clause is negated: by *not*, *never*, or *no* in its subject or its object."""
    if any(child.number in inside or child.dep == "neg" for child in tree.children(head, "neg")):
        return "negative"
    for child in tree.children(head, *SUBJECTS, "dobj", "attr"):
        words = [child, *tree.children(child.number, "det", "preconj", "neg")]
        if any(word.lemma in _NEGATIVE_WORDS for word in words):
            return "negative"
    if any(child.lemma in ("never", "neither", "nor", "no") for child in tree.children(head, "advmod", "preconj")):
        return "negative"
    for child in tree.children(head, *_OF_ONE_VERB):
        if tree.child(child.number, "neg"):
            return "negative"
    acomp = tree.child(head, "acomp")
    return "negative" if acomp and acomp.lemma in ("unable", "unlikely") else "positive"


def _put(
    tree: Tree, head: int, inside: frozenset[int], cue: Cue, cues: Cues, is_first_person: frozenset[int]
) -> tuple[str, str]:
    """The kind and the polarity of a clause under a cue."""
    polarity = polarity_of(tree, head, inside)
    token = tree.tokens[head]
    if token.dep == "advcl" and _mark(tree, token) in _IF:
        return "conditional", polarity
    if cue.kind not in (SAID, "claim"):
        if cue.polarity == "negative":
            return cue.kind, "negative" if polarity == "positive" else "positive"
        return cue.kind, polarity
    kind = _kind(tree, head, polarity, cues, is_first_person)
    if kind == "denial":
        return kind, "negative"
    return ("claim" if kind == "fact" and cue.kind == "claim" else kind), polarity


def _kind(tree: Tree, head: int, polarity: str, cues: Cues, is_first_person: frozenset[int]) -> str:
    auxiliaries = {child.text.lower() for child in tree.children(head, "aux")}
    subject = tree.subject(head)
    is_own = subject is not None and subject.number in is_first_person
    is_negative = polarity == "negative"
    words = {child.lemma for child in tree.children(head)} | {
        grandchild.lemma for child in tree.children(head, "acomp", "xcomp") for grandchild in [child]
    }
    if auxiliaries & {"can", "ca", "could"} and is_negative:
        return "inability"
    if auxiliaries & _DUE or _has_to(tree, head):
        return "obligation"
    if _goes_to(tree, head) or auxiliaries & _FUTURE:
        if is_own:
            return "refusal" if is_negative else "intention"
        planned = tree.child(head, "auxpass") is not None and not is_negative
        return "plan" if planned and "will" in {"will", *auxiliaries} and tree.child(head, "nsubjpass") else "prediction"
    if auxiliaries & _POSSIBLE or words & cues.possible:
        return "possibility"
    if words & cues.likely and tree.tokens[head].lemma == "be":
        return "prediction"
    if is_negative is False and _rejects(tree, head, cues):
        return "denial"
    return "estimate" if _is_reckoned(tree, head, cues) else "fact"


def _has_to(tree: Tree, head: int) -> bool:
    token = tree.tokens[head]
    return token.lemma in ("have", "need") and any(
        aux.tag == "TO" for clause in tree.children(head, "xcomp") for aux in tree.children(clause.number, "aux")
    )


def _goes_to(tree: Tree, head: int) -> bool:
    token = tree.tokens[head]
    return token.text.lower() == "going" and any(
        aux.tag == "TO" for clause in tree.children(head, "xcomp") for aux in tree.children(clause.number, "aux")
    )


def _rejects(tree: Tree, head: int, cues: Cues) -> bool:
    """Whether a clause rejects what was said: "That is false"."""
    subject = tree.child(head, "nsubj")
    said = tree.child(head, "acomp", "attr")
    return (
        subject is not None
        and said is not None
        and said.lemma in cues.rejecting
        and (subject.lemma in ("that", "this", "it", "these", "those", "they") or subject.lemma in cues.nouns)
    )


def _is_reckoned(tree: Tree, head: int, cues: Cues) -> bool:
    """Whether the clause says a figure that is hedged: "is roughly two kilometers down"."""
    if tree.tokens[head].lemma != "be":
        return False
    near = [*tree.children(head)]
    below = [grandchild for child in near for grandchild in tree.children(child.number)]
    hedges = {
        token.number for each in below for token in (each, *tree.children(each.number)) if token.lemma in cues.about
    }
    return any(tree.tokens[number + 1].pos == "NUM" for number in hedges if number + 1 < len(tree.tokens))


# Times


def find_time(tree: Tree, tokens: Sequence[int]) -> Span | None:
    """The first expression of a time in some tokens, with its preposition: "by 6 p.m. on Friday"."""
    inside = set(tokens)
    runs: list[list[Token]] = []
    for number in sorted(inside):
        token = tree.tokens[number]
        if token.entity not in ("DATE", "TIME"):
            continue
        if runs and all(
            tree.tokens[n].pos in ("ADP", "PUNCT", "DET") for n in range(runs[-1][-1].number + 1, number)
        ) and number - runs[-1][-1].number <= 2:
            runs[-1].append(token)
        else:
            runs.append([token])
    for run in runs:
        if run[-1].lemma in ("old", "-", "year-old") or any(token.lemma == "old" for token in run):
            continue
        start = run[0].number
        while start - 1 in inside and tree.tokens[start - 1].pos in ("ADP", "SCONJ", "DET"):
            start -= 1
            if tree.tokens[start].pos != "DET":
                break
        if tree.tokens[start].lemma == "of" and start != run[0].number:
            start = run[0].number
        return Span(tree.tokens[start].span.start, run[-1].span.end)
    return None
