"""How a content is put: its clauses, and the polarity and the kind of each.

Clauses that are put alike stay together; one that is denied, foreseen or conditional stands for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kgraph.drafting.cues import SAID, Cue, Cues
from kgraph.drafting.tree import SUBJECTS, Token, Tree

__all__ = ["Clause", "iter_clauses", "put"]

_NEGATIVE_WORDS: Final = frozenset({"no", "nobody", "none", "nothing", "neither", "nowhere"})
_REASONS: Final = frozenset({"as", "because", "since", "although", "though", "while", "whereas"})
_IF: Final = frozenset({"if", "unless", "provided"})
#: Complements through which "he does not want to say" is negative.
_OF_ONE_VERB: Final = frozenset({"xcomp"})
#: Kinds of cues with which "whether" leaves it open.
_LEFT_OPEN: Final = frozenset({SAID, "claim", "request"})
#: Verbs whose complement is a figure.
_MEASURING: Final = frozenset("be cost take number total stand reach amount last measure weigh come".split())
_JOINING: Final = frozenset({"and", "but", "or", "so", "yet"})
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
    heads = _heads(tree, root, inside, cues)
    shares = {head: _share(tree, head, heads, inside) for head in heads}
    found: list[Clause] = []
    for head in sorted(heads, key=lambda h: shares[h] or (h,)):
        tokens = shares[head]
        if not tokens:
            continue
        kind, polarity = _put(tree, head, inside, cue, cues, is_first_person)
        kind = _asked(tree, tokens) or kind
        stands_alone = kind == "conditional" or _begins_anew(tree, head, inside)
        if found and (found[-1].kind, found[-1].polarity) == (kind, polarity) and not stands_alone:
            last = found.pop()
            between = range(last.tokens[-1] + 1, tokens[0])
            joined = {*last.tokens, *tokens, *(n for n in between if n in inside)}
            found.append(Clause(tuple(sorted(joined)), last.head, polarity, kind))
        else:
            found.append(Clause(tokens, head, polarity, kind))
    for clause in found:
        if (said := _said_oneself(tree, clause, inside)) is not None and cue.kind == SAID:
            yield from iter_clauses(tree, said[0], said[1], cue, cues, is_first_person=is_first_person)
            continue
        yield _with_subject(tree, clause, inside, alone=len(found) == 1)


def _asked(tree: Tree, tokens: Sequence[int]) -> str:
    """The kind of a question, empty for others: yes-or-no leaves it open, the rest ask for something."""
    last = max(number for number in tokens if tree.tokens[number].is_word)
    after = next((token for token in tree.tokens[last + 1 :] if token.text not in ",\"'”’»"), None)
    if after is None or after.text != "?":
        return ""
    asks_what = any(tree.tokens[number].tag in ("WP", "WRB", "WDT", "WP$") for number in tokens[:2])
    return "request" if asks_what else "possibility"


def _begins_anew(tree: Tree, head: int, inside: frozenset[int]) -> bool:
    """Whether a clause has a subject, or a "that" or "to", of its own."""
    subject = tree.child(head, *SUBJECTS)
    has_mark = tree.child(head, "mark") or any(aux.tag == "TO" for aux in tree.children(head, "aux"))
    is_second = tree.tokens[head].dep == "conj"
    return (subject is not None and subject.number in inside) or (is_second and bool(has_mark))


def _said_oneself(tree: Tree, clause: Clause, inside: frozenset[int]) -> tuple[list[int], int] | None:
    """What follows "I say that" within a quotation: it is what is said."""
    head = tree.tokens[clause.head]
    subject = tree.child(clause.head, "nsubj")
    held = next((child for child in tree.children(clause.head, "ccomp") if child.number > clause.head), None)
    if (
        head.lemma not in ("say", "repeat", "insist")
        or head.tag != "VBP"
        or clause.polarity != "positive"
        or subject is None
        or held is None
    ):
        return None
    if subject.lemma not in ("i", "we") or held.number not in inside:
        return None
    marks = {child.number for child in tree.children(held.number, "mark")}
    return [n for n in tree.subtree(held.number) if n in clause.tokens and n not in marks], held.number


def _heads(tree: Tree, root: int, inside: frozenset[int], cues: Cues) -> list[int]:
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
                child.dep == "ccomp" and child.number < head and _is_parted(tree, child, head, cues)
            )
            if beside or _is_condition(tree, child) or _differs(tree, head, child, inside, cues):
                waiting.append(child.number)
        for child in tree.children(head, "prep"):
            # "Without new money we could be insolvent": a condition in other clothes
            hedged = {aux.text.lower() for aux in tree.children(head, "aux")} & {"could", "would", "might"}
            if child.lemma == "without" and child.number < head and hedged and child.number in inside:
                found.append(child.number)
    for number in sorted(inside - set(found)):
        token = tree.tokens[number]
        if not token.is_verb or token.dep not in ("advcl", "ccomp") or _is_relative(tree, token, found):
            continue
        if _is_condition(tree, token) or _differs(tree, root, token, inside, cues):
            found.append(number)
    # What a quotation holds besides: fragments with heads outside of it.
    outside = {token.number for token in tree.tokens} - inside
    covered: set[int] = set().union(*(tree.subtree(head, without=outside) for head in found))
    for number in sorted(inside - covered):
        token = tree.tokens[number]
        if token.is_verb and (token.head not in inside or token.head == number) and number not in covered:
            found.append(number)
            covered |= set(tree.subtree(number, without=outside))
    return found


def _is_parted(tree: Tree, left: Token, head: int, cues: Cues) -> bool:
    """Whether a mark stands between a clause and the one that it hangs at, which is no verb of saying."""
    last = tree.subtree(left.number)[-1]
    marks = {tree.tokens[n].text for n in range(last, head)}
    is_splice = (
        "," in marks and tree.tokens[head].lemma not in cues.verbs and tree.child(head, *SUBJECTS) is not None
    )
    return bool(marks & {";", "—", "–", ":"}) or is_splice


def _is_condition(tree: Tree, clause: Token) -> bool:
    """Whether a clause is a condition: after *if*, or turned round: "should it go ahead"."""
    if clause.dep == "advcl" and _mark(tree, clause) in _IF:
        return True
    if clause.dep not in ("advcl", "ccomp"):
        return False
    subject = tree.child(clause.number, *SUBJECTS)
    turned = _turned(tree, clause)
    return subject is not None and turned is not None and turned.number < subject.number


def _is_relative(tree: Tree, clause: Token, heads: Sequence[int]) -> bool:
    """Whether a clause is part of what is said of a noun, and not of what is said."""
    for above in tree.ancestors(clause.number):
        if above.number in heads:
            return False
        if above.dep == "relcl":
            return True
    return False


def _differs(tree: Tree, head: int, clause: Token, inside: frozenset[int], cues: Cues) -> bool:
    """Whether a reason or a contrast is put otherwise than the rest: "we go, as we cannot stay"."""
    if (
        clause.dep != "advcl"
        or _mark(tree, clause) not in _REASONS
        or tree.child(clause.number, *SUBJECTS) is None
    ):
        return False
    ways = [
        (_kind(tree, n, polarity_of(tree, n, inside), cues, frozenset()), polarity_of(tree, n, inside))
        for n in (head, clause.number)
    ]
    return ways[0] != ways[1]


def _turned(tree: Tree, clause: Token) -> Token | None:
    return next(
        (aux for aux in tree.children(clause.number, "aux") if aux.text.lower() in ("should", "had", "were")),
        None,
    )


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
    if token.dep in ("advcl", "ccomp") and len(heads) > 1:
        marks = {child.number for child in tree.children(head, "mark")}
        dropped = {number for number in tokens if any(number <= mark < head for mark in marks)} | marks
        if _is_condition(tree, token) and not dropped and (turned := _turned(tree, token)):
            dropped = {turned.number}
    if token.dep == "conj":
        dropped = {
            child.number
            for child in tree.children(head, "mark", "cc")
            if child.lemma in ("that", "and", "but")
        }
    joined = {
        child.number
        for child in tree.children(head, "cc", "punct")
        if others and any(child.number in range(head, other) for other in others)
    }
    kept = [number for number in tokens if number not in dropped and number not in joined]
    while len(kept) > 1 and tree.tokens[kept[0]].lemma in _JOINING:
        kept.pop(0)
    while kept and tree.tokens[kept[-1]].dep == "cc":
        kept.pop()
    while kept and not tree.tokens[kept[0]].is_word and tree.tokens[kept[0]].text not in '$€£(“"':
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
    if tree.tokens[head].pos == "NOUN" and any(word.lemma == "no" for word in tree.children(head, "det")):
        return "negative"
    adverbs = {child.lemma for child in tree.children(head, "advmod", "preconj", "cc")}
    is_undone = "yet" in adverbs and _is_infinitive_of(tree, head, "have", "has", "had")
    if is_undone or adverbs & {"never", "neither", "nor", "no"}:
        return "negative"
    for child in tree.children(head, *_OF_ONE_VERB):
        if tree.child(child.number, "neg"):
            return "negative"
    acomp = tree.child(head, "acomp")
    return "negative" if acomp and acomp.lemma in ("unable", "unlikely") else "positive"


def put(tree: Tree, head: int, inside: frozenset[int], cues: Cues) -> tuple[str, str]:
    """The kind and the polarity of a clause that nobody else says."""
    polarity = polarity_of(tree, head, inside)
    if _is_condition(tree, tree.tokens[head]):
        return "conditional", polarity
    if any(child.tag == "TO" for child in tree.children(head, "aux")):
        return _kind_of_infinitive(tree, head, cues), polarity
    return _kind(tree, head, polarity, cues, frozenset()), polarity


def _kind_of_infinitive(tree: Tree, head: int, cues: Cues) -> str:
    """What an infinitive is told as: never as done. "came to man", "tried to take", "were ordered to go"."""
    above = tree.head(tree.tokens[head])
    if above.lemma in cues.attempts:
        return "attempt"
    kinds = [cue.kind for cue in cues.verbs.get(above.lemma, ()) if "infinitive" in cue.frames]
    return kinds[0] if kinds and kinds[0] not in (SAID, "claim") else "intention"


def _put(
    tree: Tree, head: int, inside: frozenset[int], cue: Cue, cues: Cues, is_first_person: frozenset[int]
) -> tuple[str, str]:
    """The kind and the polarity of a clause under a cue."""
    polarity = polarity_of(tree, head, inside)
    token = tree.tokens[head]
    is_without = token.dep == "prep" and token.lemma == "without"
    if is_without or _is_condition(tree, token):
        return "conditional", "negative" if is_without else polarity
    if token.dep == "ccomp" and _mark(tree, token) in ("whether", "if") and cue.kind in _LEFT_OPEN:
        return "possibility", polarity
    if cue.kind not in (SAID, "claim"):
        if cue.polarity == "negative":
            return cue.kind, "negative" if polarity == "positive" else "positive"
        return cue.kind, polarity
    kind = _kind(tree, head, polarity, cues, is_first_person)
    if kind == "denial":
        return kind, "negative"
    return ("claim" if kind == "fact" and cue.kind == "claim" else kind), polarity


def _kind(tree: Tree, head: int, polarity: str, cues: Cues, is_first_person: frozenset[int]) -> str:
    """The kind that a clause has by its own words: the first that fits."""
    auxiliaries = {child.text.lower() for child in tree.children(head, "aux")}
    words = {child.lemma for child in tree.children(head)}
    subject = tree.subject(head)
    is_own = subject is not None and subject.number in is_first_person
    is_negative = polarity == "negative"
    is_future = _is_infinitive_of(tree, head, "going") or bool(auxiliaries & _FUTURE)
    is_arranged = subject is not None and subject.dep == "nsubjpass" and not is_negative
    verb = tree.tokens[head]
    has_infinitive = _is_infinitive_of(tree, head, "have", "has", "had", "need", "needs", "needed")
    is_due = has_infinitive or (bool(auxiliaries & _DUE) and verb.lemma != "like")
    is_undone = has_infinitive and not auxiliaries and "yet" in words
    is_likely = bool(words & cues.likely) and verb.lemma == "be"
    is_left_open = is_negative and verb.lemma == "rule" and tree.child(head, "prt") is not None
    is_unable = is_negative and bool(auxiliaries & {"can", "ca", "could"}) and "have" not in auxiliaries
    fitting = (
        ("fact", is_undone),
        ("possibility", is_left_open),  # "would not rule it out"
        ("possibility", "have" in auxiliaries and bool(auxiliaries & {"would", "could", "might"})),
        ("inability", is_unable),
        ("obligation", is_due),
        ("refusal", is_future and is_own and is_negative),
        ("intention", is_future and is_own and "be" not in auxiliaries),
        ("plan", is_future and is_arranged),
        ("prediction", is_future),
        ("possibility", bool(auxiliaries & _POSSIBLE or words & cues.possible)),
        ("prediction", is_likely),
        ("denial", not is_negative and _rejects(tree, head, cues)),
        ("estimate", _is_reckoned(tree, head, cues)),
    )
    return next((kind for kind, fits in fitting if fits), "fact")


def _is_infinitive_of(tree: Tree, head: int, *words: str) -> bool:
    """Whether a clause's verb is one of some words with an infinitive: "has to go", "going to go"."""
    clauses = tree.children(head, "xcomp")
    has_to = any(aux.tag == "TO" for clause in clauses for aux in tree.children(clause.number, "aux"))
    return has_to and tree.tokens[head].text.lower() in words


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
    if tree.tokens[head].lemma not in _MEASURING:
        return False
    subjects = {child.number for child in tree.children(head, *SUBJECTS)}
    below = tree.subtree(head, without=subjects)
    hedges = [number for number in below if tree.tokens[number].lemma in cues.about]
    return any(number + 1 in below and tree.tokens[number + 1].pos in ("NUM", "SYM") for number in hedges)
