"""The clauses of a content, each with the way it is put.

Clauses that are put alike stay together; one that is denied, foreseen or conditional stands for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kgraph.drafting.complements import TELLING, is_comment
from kgraph.drafting.conditions import is_condition, is_phrase_of_condition, mark_of, turned_of
from kgraph.drafting.cues import SAID, Cue, Cues
from kgraph.drafting.going_on import finite_tag
from kgraph.drafting.kinds import (
    is_nothing,
    kind_of_question,
    put_under,
    way_of,
)
from kgraph.drafting.tree import FINITE_WORDS, RELATIVE, SUBJECTS, Token, Tree

__all__ = ["Clause", "iter_clauses", "without_contrast"]

_REASONS: Final = frozenset({"so", "as", "because", "since", "although", "though", "while", "whereas"})
#: What a verb holds that says something.
_HELD: Final = ("acomp", "attr", "dobj", "ccomp", "xcomp", "prep", "advcl", "oprd")
#: What begins a reason or a contrast that is a claim of its own after a comma.
_ADDED: Final = frozenset({"because", "although", "though", "whereas"})
#: What "not" goes with where it says of nothing that it is not so: "not least", "not until May".
_NOT_SO: Final = frozenset("only least just even yet to unlike until before long surprisingly".split())
#: What is not so is told in no more words.
_LONGEST: Final = 9
_JOINING: Final = frozenset({"and", "but", "or", "so", "yet"})


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
    if cue.kind in (SAID, "claim"):
        heads += [n for n in sorted(inside - set(heads)) if _is_added(tree, tree.tokens[n], heads)]
    below = _shares(tree, heads, inside)
    shares = {head: _share(tree, head, heads, below[head]) for head in heads}
    found: list[Clause] = []
    for head in sorted(heads, key=lambda h: shares[h] or (h,)):
        tokens = shares[head]
        if not tokens:
            continue
        kind, polarity = put_under(tree, head, inside, cue, cues, is_first_person)
        kind = kind_of_question(tree, tokens) or kind
        stands_alone = kind == "conditional" or _begins_anew(tree, head, inside) or _tells(tree, head, cues)
        stands_alone = stands_alone and not (found and _goes_with(tree, found[-1], head, tokens))
        if found and (found[-1].kind, found[-1].polarity) == (kind, polarity) and not stands_alone:
            last = found.pop()
            between = range(last.tokens[-1] + 1, tokens[0])
            joined = {
                *last.tokens,
                *tokens,
                *(n for n in between if n in inside or tree.tokens[n].dep == "cc"),
            }
            found.append(Clause(tuple(sorted(joined)), last.head, polarity, kind))
        else:
            found.append(Clause(tokens, head, polarity, kind))
    for clause in found:
        if (said := _said_oneself(tree, clause, inside)) is not None and cue.kind == SAID:
            yield from iter_clauses(tree, said[0], said[1], cue, cues, is_first_person=is_first_person)
            continue
        for part in without_contrast(tree, clause):
            yield _with_subject(tree, part, inside, alone=len(found) == 1)
            yield from _held_relatives(tree, part, cue, cues)


def _tells(tree: Tree, head: int, cues: Cues) -> bool:
    """Whether a second verb tells what else somebody said: "had rung him and warned that it was late"."""
    token = tree.tokens[head]
    held = tree.children(head, "ccomp") if token.dep == "conj" and token.lemma in cues.verbs else ()
    return any(mark.lemma == "that" for each in held for mark in tree.children(each.number, "mark"))


def _is_added(tree: Tree, clause: Token, heads: Sequence[int]) -> bool:
    """Whether a reason or a contrast is added after a comma: "It is shut, because the roof leaks"."""
    first = tree.subtree(clause.number)[0]
    is_beside = clause.head in heads or tree.tokens[clause.head].dep == "parataxis"  # "…, she said, though"
    is_apart = is_beside and clause.head < first and tree.tokens[first - 1].text == ","
    is_clause = clause.dep == "advcl" and tree.child(clause.number, *SUBJECTS) is not None
    return is_apart and is_clause and mark_of(tree, clause) in _ADDED


def without_contrast(tree: Tree, clause: Clause) -> list[Clause]:
    """A clause, and what it says is not so: "The number is 12, not 30"."""
    tokens = clause.tokens
    place = next((n for n, number in enumerate(tokens) if n and tree.tokens[number].text == "not"), 0)
    rest = [tree.tokens[number] for number in tokens[place:]]
    is_apart = place > 1 and tree.tokens[tokens[place - 1]].text == "," and len(rest) > 1
    is_short = len(rest) <= _LONGEST and not any(each.tag in FINITE_WORDS for each in rest)
    words = {tree.tokens[number].text for number in tokens[:place]}
    if not is_apart or not is_short or rest[1].lemma in _NOT_SO or words & {"not", "never", "no", "n’t"}:
        return [clause]
    return [
        replace(clause, tokens=tokens[: place - 1], polarity="positive"),
        Clause(tokens[place:], rest[1].number, "negative", clause.kind),
    ]


def _begins_anew(tree: Tree, head: int, inside: frozenset[int]) -> bool:
    """Whether a clause has a subject, or a "that" or "to", of its own."""
    subject = tree.child(head, *SUBJECTS)
    has_mark = tree.child(head, "mark") or any(aux.tag == "TO" for aux in tree.children(head, "aux"))
    is_second = tree.tokens[head].dep == "conj"
    return (subject is not None and subject.number in inside) or (is_second and bool(has_mark))


def _goes_with(tree: Tree, last: Clause, head: int, tokens: Sequence[int]) -> bool:
    """Whether a clause says nothing by itself: "and I still do"; or is set beside one of its subject."""
    if tree.tokens[head].lemma in ("do", "be", "have") and not tree.children(head, *_HELD):
        return True
    between = tree.tokens[last.tokens[-1] + 1 : tokens[0]]
    is_joined = [token.dep for token in between] == ["cc"] and tree.tokens[between[0].number - 1].is_word
    is_plain = tree.child(head, *SUBJECTS) is not None and not tree.child(head, "mark")
    if tree.tokens[head].dep == "conj" and is_joined and is_plain:
        return tree.child(last.head, "ccomp") is None  # "the ice is thin and the boats are old"
    subjects = [tree.child(number, *SUBJECTS) for number in (last.head, head)]
    words = {None if subject is None else subject.text.lower() for subject in subjects}
    # "I am tired, I am cold"
    return len(words) == 1 and None not in words and all(token.text == "," for token in between)


def _said_oneself(tree: Tree, clause: Clause, inside: frozenset[int]) -> tuple[list[int], int] | None:
    """What follows "I say that" within a quotation: it is what is said."""
    head = tree.tokens[clause.head]
    subject = tree.child(clause.head, "nsubj")
    held = next((child for child in tree.children(clause.head, "ccomp") if child.number > clause.head), None)
    auxiliaries = {aux.tag for aux in tree.children(clause.head, "aux")}
    is_now = head.tag == "VBP" or (head.tag == "VBG" and auxiliaries == {"VBP"})
    if (
        head.lemma not in ("say", "repeat", "insist", "tell", "assure", "promise")
        or not is_now
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
            if child.dep == "conj" and is_condition(tree, tree.tokens[head]) and not _is_main(tree, child):
                continue  # "if it rains and blows"
            beside = child.dep in ("conj", "parataxis") or (
                child.dep == "ccomp" and child.number < head and _is_parted(tree, child, head, cues)
            )
            if beside or is_condition(tree, child) or _differs(tree, head, child, inside, cues):
                waiting.append(child.number)
        found += [clause.number for clause in _relatives(tree, head, inside, cues)]
        for child in tree.children(head, "prep"):
            if child.number in inside and is_phrase_of_condition(tree, child):
                found.append(child.number)
    for number in sorted(inside - set(found)):
        if _differs_below(tree, tree.tokens[number], root, found, inside, cues):
            found.append(number)
    found += [n for n in sorted(inside - set(found)) if _stands_apart(tree, tree.tokens[n])]
    # What a quotation holds besides: fragments with heads outside of it.
    outside = {token.number for token in tree.tokens} - inside
    covered: set[int] = set().union(*(tree.subtree(head, without=outside) for head in found))
    for number in sorted(inside - covered):
        token = tree.tokens[number]
        is_top = token.head not in inside or token.head == number
        is_let_alone = token.lemma == "let" and "alone" in [each.text for each in tree.children(number)]
        is_let_alone = is_let_alone or mark_of(tree, token) == "once"  # "a vote once the count is done"
        if token.is_verb and is_top and token.dep != "oprd" and number not in covered and not is_let_alone:
            found.append(number)
            covered |= set(tree.subtree(number, without=outside))
    return found


def _is_main(tree: Tree, clause: Token) -> bool:
    """Whether a clause is no second condition: "if it rains, and we will go home if it does not"."""
    is_future = finite_tag(tree, clause) == "MD" and finite_tag(tree, tree.head(clause)) != "MD"
    return is_future and tree.child(clause.number, *SUBJECTS) is not None


def _differs_below(
    tree: Tree, token: Token, root: int, found: Sequence[int], inside: frozenset[int], cues: Cues
) -> bool:
    """Whether a clause somewhere in a content is a condition, a comment, or a reason put otherwise."""
    if token.dep == "conj":
        return token.is_verb and _is_second_reason(tree, token, inside, cues)
    if not token.is_verb or token.dep not in ("advcl", "ccomp") or _is_within(tree, token, found, cues):
        return False
    is_apart = token.dep == "ccomp" and is_comment(tree, token)
    return is_apart or is_condition(tree, token) or _differs(tree, root, token, inside, cues)


def _is_second_reason(tree: Tree, clause: Token, inside: frozenset[int], cues: Cues) -> bool:
    """Whether a clause goes on from a reason and is put otherwise: "because it rains and nobody came"."""
    reason = tree.head(clause)
    is_reason = reason.dep == "advcl" and mark_of(tree, reason) in _REASONS and reason.number in inside
    is_whole = is_reason and tree.child(clause.number, *SUBJECTS) is not None
    return is_whole and way_of(tree, clause.number, inside, cues) != way_of(tree, reason.number, inside, cues)


def _relatives(tree: Tree, head: int, inside: frozenset[int], cues: Cues) -> Iterator[Token]:
    """Relative clauses between commas about a subject, put otherwise: "her aunt, who knew it, may go"."""
    for subject in tree.children(head, *SUBJECTS):
        for clause in tree.children(subject.number, "relcl"):
            below = tree.subtree(clause.number)
            is_between = below[0] > 0 and tree.tokens[below[0] - 1].text == "," and below[-1] < head
            is_about = any(tree.tokens[number].tag == "WP" for number in below[:2])
            ways = {way_of(tree, number, inside, cues) for number in (head, clause.number)}
            if clause.number in inside and is_between and is_about and len(ways) > 1:
                yield clause


def _held_relatives(tree: Tree, clause: Clause, cue: Cue, cues: Cues) -> Iterator[Clause]:
    """What a clause says of a noun that is not so or is due: "paid for a road that nobody built"."""
    inside = frozenset(clause.tokens)
    is_statement = cue.kind in (SAID, "claim") and tree.tokens[clause.head].is_verb
    for number in clause.tokens if is_statement else ():
        verb = tree.tokens[number]
        if verb.dep not in ("relcl", "ccomp", "pcomp"):
            continue
        below = tree.subtree(number)
        first = tree.tokens[below[0]]
        is_what = verb.dep != "relcl" and first.text.lower() == "what"
        is_what = is_what and clause.polarity == "positive"  # not "cannot guard what it cannot see"
        ends = sorted((clause.head, number))
        is_apart = any(token.text in "—–" for token in tree.tokens[slice(*ends)])
        is_apart = is_apart or not first.is_word or not tree.tokens[first.number - 1].is_word
        is_other = (
            is_apart or is_nothing(tree, tree.head(verb)) or _is_within(tree, verb, [clause.head], cues)
        )
        if not (verb.dep == "relcl" or is_what) or is_other or not inside.issuperset(below):
            continue
        kind, polarity = way_of(tree, number, inside, cues)
        if polarity == "negative" or kind == "obligation":
            is_whole = is_what or (first.tag in RELATIVE and first.dep in SUBJECTS)
            noun = [] if is_whole else tree.subtree(verb.head, without={number})
            yield Clause((*(n for n in noun if n < below[0]), *below), number, polarity, kind)


def _stands_apart(tree: Tree, verb: Token) -> bool:
    """Whether a clause was joined to one that is none: a noun taken for a verb, without a subject."""
    above = tree.head(verb)
    is_clause = verb.is_verb and verb.dep == "conj" and tree.child(verb.number, *SUBJECTS) is not None
    is_odd = above.tag in ("VBZ", "VBP", "VBD") and above.dep in ("advcl", "ccomp", "dep")
    return is_clause and is_odd and tree.child(above.number, *SUBJECTS, "mark", "aux") is None


def _is_parted(tree: Tree, left: Token, head: int, cues: Cues) -> bool:
    """Whether a mark stands between a clause and the one that it hangs at, which is no verb of saying."""
    last = tree.subtree(left.number)[-1]
    marks = {tree.tokens[n].text for n in range(last, head)}
    verb = tree.tokens[head]
    has_object = tree.child(head, "dobj") is not None and verb.lemma not in TELLING
    is_clause = tree.child(head, *SUBJECTS) is not None or verb.tag == "VB"
    is_splice = "," in marks and is_clause and (verb.lemma not in cues.verbs or has_object)
    return bool(marks & {";", "—", "–", ":"}) or is_splice


def _is_within(tree: Tree, clause: Token, heads: Sequence[int], cues: Cues) -> bool:
    """Whether a clause is part of what is said of a noun, or of what another says."""
    for above in tree.ancestors(clause.number):
        if above.number in heads:
            return False
        saying = tree.head(above)
        subject = tree.child(saying.number, *SUBJECTS)
        is_other = subject is not None and subject.lemma not in ("i", "we", "you")
        if above.dep == "relcl" or (above.dep == "ccomp" and saying.lemma in cues.verbs and is_other):
            return True
    return False


def _differs(tree: Tree, head: int, clause: Token, inside: frozenset[int], cues: Cues) -> bool:
    """Whether a reason or a contrast is put otherwise than the rest: "we go, as we cannot stay"."""
    if (
        clause.dep != "advcl"
        or tree.head(clause).pos == "ADV"  # "as soon as it can"
        or mark_of(tree, clause) not in _REASONS
        or tree.child(clause.number, *SUBJECTS) is None
    ):
        return False
    return way_of(tree, head, inside, cues) != way_of(tree, clause.number, inside, cues)


def _shares(tree: Tree, heads: Sequence[int], inside: frozenset[int]) -> dict[int, list[int]]:
    """The tokens below each head and no other; what hangs elsewhere goes with the clause that it follows."""
    if len(heads) == 1:
        return {heads[0]: sorted(inside)}
    owner: dict[int, int] = {}
    for head in heads:
        others = {other for other in heads if other != head}
        owner |= {number: head for number in tree.subtree(head, without=others) if number in inside}
    infinitives = [head for head in heads if any(aux.tag == "TO" for aux in tree.children(head, "aux"))]
    # Who is told to do two things belongs to neither.
    last = owner.get(min(owner, default=0)) if len(infinitives) < len(heads) else None
    for number in sorted(inside):
        last = owner.get(number, last)
        if number not in owner and last is not None:
            owner[number] = last
    return {head: sorted(number for number, whose in owner.items() if whose == head) for head in heads}


def _share(tree: Tree, head: int, heads: Sequence[int], tokens: Sequence[int]) -> tuple[int, ...]:
    """The tokens of one clause, without what joins it to the others."""
    others = {other for other in heads if other != head}
    token = tree.tokens[head]
    dropped = set()
    if token.dep in ("advcl", "ccomp") and len(heads) > 1:
        marks = {child.number for child in tree.children(head, "mark")}
        dropped = {number for number in tokens if any(number <= mark < head for mark in marks)} | marks
        turned = turned_of(tree, token) if is_condition(tree, token) else None
        if turned is not None and mark_of(tree, token) in ("", "that"):
            dropped |= {turned.number}
    if token.dep == "conj":
        dropped = {
            child.number
            for child in tree.children(head, "mark", "cc")
            if child.lemma in ("that", "and", "but")
        }
    mine = set(tokens)
    joined = {
        child.number
        for child in tree.children(head, "cc", "punct")
        if others and not mine & set(range(child.number + 1, child.number + 3))
    }
    kept = [number for number in tokens if number not in dropped and number not in joined]
    while len(kept) > 1 and tree.tokens[kept[0]].lemma in _JOINING and tree.tokens[kept[0]].head != kept[1]:
        kept.pop(0)  # not in "so far"
    if len(kept) > 1 and tree.tokens[kept[0]].lemma == "however" and tree.tokens[kept[1]].text == ",":
        kept.pop(0)
    while len(kept) > 1 and tree.tokens[kept[0]].text == "that" and _is_that(tree, kept[0]):
        kept.pop(0)
    while kept and tree.tokens[kept[-1]].dep == "cc":
        kept.pop()
    while kept and not tree.tokens[kept[0]].is_word and tree.tokens[kept[0]].text not in '$€£(“"':
        kept.pop(0)
    return tuple(kept)


def _is_that(tree: Tree, number: int) -> bool:
    """Whether a "that" at the beginning only begins a clause: it is no subject, nor is it of a noun."""
    that, following = tree.tokens[number], tree.tokens[number + 1]
    return that.tag == "IN" or (that.tag == "DT" and following.tag in ("NNS", "NNPS", "DT", "PRP", "PRP$"))


def _with_subject(tree: Tree, clause: Clause, inside: frozenset[int], *, alone: bool) -> Clause:
    """The clause with the subject that it shares: "the memo … did not reflect her opinion"."""
    head = tree.tokens[clause.head]
    if (
        alone
        or clause.kind == "request"
        or (head.dep != "relcl" and (head.dep != "conj" or tree.child(clause.head, *SUBJECTS)))
    ):
        return clause
    if head.dep == "relcl":
        about = tree.subtree(head.head, without={clause.head})
        tokens = sorted({*clause.tokens, *(n for n in about if n in inside and n < clause.head)})
        return Clause(tuple(tokens), clause.head, clause.polarity, clause.kind)
    subject = tree.subject(clause.head)
    if subject is None or subject.number not in inside:
        return clause
    tokens = sorted({*clause.tokens, *(n for n in tree.subtree(subject.number) if n in inside)})
    return Clause(tuple(tokens), clause.head, clause.polarity, clause.kind)
