"""The quotations of a sentence that a verb of saying introduces or follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kgraph.drafting.complements import TELLING, all_of, governed_clauses
from kgraph.drafting.cues import Cues
from kgraph.drafting.tree import SUBJECTS, Token, Tree
from kgraph.text import Span

__all__ = ["OPENING", "quotation_of", "quoted"]

#: What of a clause may stand between its verb and a quotation.
_WHO_WAS_TOLD: Final = frozenset({"dobj", "dative", "iobj"})
#: Verbs that hold quoted words of any kind.
_PLAIN: Final = frozenset("say reply answer shout cry chant write respond add yell call".split())
_NEXT: Final = 2
#: Marks that may begin a quotation.
OPENING: Final = frozenset("“„\"«»‹›‘‚'")
#: Words of a title that need no capital.
_SHORT: Final = 3


def quoted(token: Token, quotes: Sequence[Span]) -> int | None:
    """Which quotation a token stands in."""
    return next((number for number, span in enumerate(quotes) if token.span.within(span)), None)


def quotation_of(
    tree: Tree, verb: Token, quotes: Sequence[Span], cues: Cues
) -> tuple[str, tuple[int, ...], int] | None:
    """The quotations that a verb introduces or follows, with the clause that they are part of."""
    held = [number for number, quote in enumerate(quotes) if _is_said(tree, tree.within(quote))]
    clauses = [] if _is_inverted(tree, verb, quotes) else governed_clauses(tree, verb)
    clause = clauses[0] if clauses else None
    inside = set(all_of(tree, clauses))
    taken: set[int] = set()
    for number in held:
        tokens = tree.within(quotes[number])
        numbers = {token.number for token in tokens}
        overlaps = len(inside & numbers) * 2 >= len(numbers)
        if (overlaps and clause) or _is_next_to(tree, verb, numbers, clause, cues):
            taken |= numbers
    if not taken:
        return None
    outside = inside - taken
    # A clause with quoted words is reported with them; else what is quoted is all that is.
    if clause and inside & taken and any(tree.tokens[number].is_word for number in outside):
        return "clause", tuple(sorted(inside | taken)), clause.number
    if clause and not inside & taken and inside:
        return None
    top = tree.top(taken)
    begun = _begun(tree, tree.tokens[top], taken)
    return "clause" if begun else "quotation", tuple(sorted(taken | begun)), top


def _begun(tree: Tree, top: Token, taken: set[int]) -> set[int]:
    """The subject right before a quotation that is a predicate: "The boats “were checked in March”"."""
    subject = tree.child(top.number, *SUBJECTS)
    if not top.is_verb or subject is None or subject.number > min(taken):
        return set()
    own = set(tree.subtree(subject.number))
    first, begun = min(taken), set()
    while first - 1 >= 0 and (first - 1 in own or tree.tokens[first - 1].head == top.number):
        first -= 1
        begun.add(first)
    return begun if own <= begun and not any(tree.tokens[n].text in ",;:" for n in begun - own) else set()


def _is_inverted(tree: Tree, verb: Token, quotes: Sequence[Span]) -> bool:
    """Whether a quotation is just before a verb without a subject: "“…,” said Holt, asked about it"."""
    if tree.child(verb.number, *SUBJECTS) or not verb.number or verb.tag == "VBG":
        return False
    before = tree.tokens[verb.number - 1].span.end
    ends = [quote for quote in quotes if quote.end <= before <= quote.end + 2]
    return any(not _goes_on_after(tree, verb, quote.start) for quote in ends)


def _goes_on_after(tree: Tree, verb: Token, start: int) -> bool:
    """Whether a verb goes on from one before a quotation: "called her “a thief,” threatened to quit and"."""
    first = tree.head(verb)
    while first.dep == "conj":
        first = tree.head(first)
    return verb.dep == "conj" and first.span.end <= start and not tree.child(verb.number, *SUBJECTS)


def _is_said(tree: Tree, tokens: Sequence[Token]) -> bool:
    """Whether quoted words may be said: they are no title within a phrase, as in "author of “Long Roads”"."""
    words = [token for token in tokens if token.is_word]
    if not words:
        return False
    top = tree.tokens[tree.top({token.number for token in tokens})]
    is_part = top.dep in ("pobj", "appos", "compound", "nmod", "poss", "conj") and top.pos != "VERB"
    return not is_part or not all(word.text[:1].isupper() or len(word.text) <= _SHORT for word in words)


def _is_next_to(tree: Tree, verb: Token, numbers: set[int], clause: Token | None, cues: Cues) -> bool:
    """Whether a quotation stands beside the verb's clause: only its own words are between."""
    start, end = min(numbers), max(numbers)
    between = range(end + 1, verb.number) if end < verb.number else range(verb.number + 1, start)
    subject = tree.subject(verb.number)
    # "called it “a mess” and urged them to go"; "the board, which spoke of “a mess”, said"
    is_joined = end < verb.number and any(tree.tokens[number].dep == "cc" for number in between)
    if subject and start > verb.number and _is_in_relative(tree, subject, start):
        return False
    goes_on = end < verb.number and _goes_on_after(tree, verb, tree.tokens[start].span.start)
    if (is_joined or goes_on) or (
        subject and subject.number not in numbers and numbers <= set(tree.subtree(subject.number))
    ):
        return False
    is_just_before = 0 < start - verb.number <= 3
    if (not is_just_before and _is_governed(tree, verb, numbers, cues)) or (
        verb.dep == "relcl" and end < verb.number
    ):
        return False
    own = {verb.number}
    for child in tree.children(verb.number):
        if child.dep in {*SUBJECTS, *_WHO_WAS_TOLD, "aux", "neg", "prt", "mark", "agent", "auxpass"} or (
            child.dep in ("prep", "npadvmod", "advmod", "dep", "cc")
            or (child.dep == "advcl" and child.lemma not in cues.verbs)
        ):
            below = tree.subtree(child.number)
            spoken = {n for n in below if tree.tokens[n].is_verb and tree.tokens[n].lemma in cues.verbs}
            own |= set(below) - (spoken if child.dep in ("prep", "dep") else set())
    if verb.dep == "xcomp" and subject is None:  # "a reporter wanted to know"
        own |= set(tree.subtree(verb.head, without=numbers))
    if subject:
        own |= set(tree.subtree(subject.number))
    others = [n for n in between if tree.tokens[n].is_word and n not in own and n not in numbers]
    if any(tree.tokens[n].is_verb for n in others) or len(others) > 2:
        return False
    held = [each for each in tree.children(verb.number, "dobj") if each.number not in numbers]
    if end < verb.number:  # not "“…”, highlighting the cost"
        has_subject = tree.child(verb.number, *SUBJECTS) is not None or verb.tag == "VBG"
        return not held or verb.lemma in TELLING or not has_subject
    # The marks tell a quotation from quoted words: a comma or a colon before.
    is_after_clause = clause is not None and clause.number not in numbers and verb.number < clause.number
    marks = [tree.tokens[n].text for n in range(max(0, start - 2), start)]
    is_marked = "," in marks or ":" in marks
    return not is_after_clause and (is_marked or _is_complement(tree, verb, numbers))


def _is_in_relative(tree: Tree, subject: Token, start: int) -> bool:
    """Whether quoted words end a relative clause about who speaks: "said Holt, who counts on “a draw”"."""
    clauses = [each for number in tree.subtree(subject.number) for each in tree.children(number, "relcl")]
    before = next((token for token in reversed(tree.tokens[:start]) if token.text not in OPENING), None)
    is_apart = before is not None and before.text in (",", ":", "—", "–")
    return not is_apart and any(subject.number < clause.number < start for clause in clauses)


def _is_complement(tree: Tree, verb: Token, numbers: set[int]) -> bool:
    """Whether quoted words after a verb, without a mark between, are what it holds: "said “no”"."""
    top = tree.tokens[tree.top(numbers)]
    if verb.lemma not in _PLAIN and not any(tree.tokens[number].is_verb for number in numbers):
        return False
    return top.head == verb.number or (top.dep in ("ccomp", "nsubj") and min(numbers) - verb.number <= _NEXT)


def _is_governed(tree: Tree, verb: Token, numbers: set[int], cues: Cues) -> bool:
    """Whether a quotation is part of a clause that another verb of saying governs."""
    below = tree.tokens[tree.top(numbers)]
    for above in tree.ancestors(below.number):
        if above.number not in numbers and above.lemma in cues.verbs and above.is_verb:
            return above.number != verb.number and below.dep == "ccomp" and below.number > above.number
        below = above
    return False
