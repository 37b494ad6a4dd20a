"""Where the content of a verb of saying stands: quotation, clause, infinitive, phrase or object.

Each frame of a cue is one way; the first that finds something counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from kgraph.drafting.cues import Cue, Cues
from kgraph.drafting.tree import SUBJECTS, Token, Tree
from kgraph.text import Span

__all__ = ["Content", "Site", "find_content", "is_infinitive", "quoted", "without_mark"]

#: What of a clause may stand between its verb and a quotation.
_WHO_WAS_TOLD: Final = frozenset({"dobj", "dative", "iobj"})
_MARKS: Final = frozenset({"that", "if", "whether"})
_FINITE: Final = frozenset({"VBZ", "VBD", "VBP", "MD"})

#: Kinds of cues that may stand beside what is said: "…, she said, …".
_SAYING: Final = frozenset({"said", "claim", "estimate", "prediction"})

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


def find_content(site: Site) -> Content | None:
    """What a verb attributes; None where it attributes nothing."""
    for frame, way in _WAYS:
        if frame in site.cue.frames and (found := way(site)):
            return found
    return _phrase(site) or (_object_frame(site) if "object" in site.cue.frames else None)


def quoted(token: Token, quotes: Sequence[Span]) -> int | None:
    """Which quotation a token stands in."""
    return next((number for number, span in enumerate(quotes) if token.span.within(span)), None)


def _clause_frame(site: Site) -> Content | None:
    tree, verb = site.tree, site.verb
    if any(_is_bare(tree, clause, site.cues) for clause in tree.children(verb.number, "ccomp")):
        return None
    governed = _clauses(tree, verb)
    clauses = [clause for clause in governed if not _is_told_elsewhere(tree, clause, site.cues)]
    if governed and not clauses:
        return None
    is_beside = verb.dep in ("parataxis", "intj") or _is_tail(tree, verb) or _is_bare(tree, verb, site.cues)
    is_beside = is_beside and site.cue.kind in _SAYING
    if is_beside and not tree.child(verb.number, "ccomp"):
        return _parataxis(tree, verb, site.quotes)
    if site.own is None and (found := _quotation(tree, verb, site.quotes, site.cues)):
        return found
    if clauses:
        return "clause", _all_of(tree, clauses), clauses[0].number
    return _small_clause(tree, verb)


def _is_bare(tree: Tree, clause: Token, cues: Cues) -> bool:
    """Whether a clause is nothing but "it states", put into what it says."""
    number = clause.number
    if (
        clause.dep != "ccomp"
        or clause.lemma not in cues.verbs
        or tree.tokens[tree.subtree(number)[0] - 1].text != ","
    ):
        return False
    others = [
        child for child in tree.children(number) if child.dep not in {*SUBJECTS, "aux", "punct", "advmod"}
    ]
    beside = [other for other in tree.children(clause.head, "ccomp") if other.number != number]
    return not others and bool(beside) and tree.child(number, *SUBJECTS) is not None


def _small_clause(tree: Tree, verb: Token) -> Content | None:
    """A clause whose subject the parser took for an object: "believed the talks helped"."""
    held, clause = tree.child(verb.number, "dobj"), tree.child(verb.number, "ccomp")
    if held is None or clause is None or not verb.number < held.number < clause.number:
        return None
    if is_infinitive(tree, clause) or tree.subtree(held.number)[-1] + 1 < tree.subtree(clause.number)[0]:
        return None
    numbers = {*tree.subtree(held.number), *tree.subtree(clause.number)}
    return "clause", tuple(sorted(numbers)), clause.number


def _is_tail(tree: Tree, verb: Token) -> bool:
    """Whether a clause ends the sentence after a comma as "…, X told Y" does, whatever it was taken for."""
    if verb.dep not in ("relcl", "acl", "advcl", "dep", "conj") or tree.child(verb.number, "mark", "cc"):
        return False
    if any(child.tag in ("WDT", "WP") for child in tree.children(verb.number)):
        return False
    subject = tree.child(verb.number, "nsubj")
    numbers = tree.subtree(verb.number)
    first = next(number for number in numbers if tree.tokens[number].is_word)
    last = numbers[-1]
    numbers = [number for number in numbers if number >= first]
    if subject is None or first < 2:
        return False
    if "," not in (tree.tokens[first - 1].text, tree.tokens[first - 2].text):
        return False
    return not any(token.is_word for token in tree.tokens[last + 1 :]) and len(numbers) == last - first + 1


def _clauses(tree: Tree, verb: Token) -> list[Token]:
    """The clauses that a verb governs: those on one side of it, "that … and that …"."""
    found = [clause for clause in tree.children(verb.number, "ccomp") if _is_clause(tree, clause)]
    found = [clause for clause in found if not _is_parted(tree, clause, verb)] or _in_a_letter(tree, verb)
    found += [
        each for each in tree.children(verb.number, "conj") if found and tree.child(each.number, "mark")
    ]
    return [clause for clause in found if (clause.number > verb.number) == (found[0].number > verb.number)]


def _is_parted(tree: Tree, clause: Token, verb: Token) -> bool:
    """Whether a semicolon parts a clause from a verb after it: "The one says yes; the other says no"."""
    return any(tree.tokens[number].text == ";" for number in range(clause.number, verb.number))


def _in_a_letter(tree: Tree, verb: Token) -> list[Token]:
    """The clause that the parser hung at what it stands in: "told parents in a letter that …"."""
    held = [tree.child(preposition.number, "pobj") for preposition in tree.children(verb.number, "prep")]
    nouns = [*tree.children(verb.number, "dobj"), *(noun for noun in held if noun is not None)]
    clauses = (clause for noun in nouns for clause in tree.children(noun.number, "acl", "relcl", "ccomp"))
    return [
        clause
        for clause in clauses
        if any(mark.lemma == "that" for mark in tree.children(clause.number, "mark"))
        and _is_clause(tree, clause)
    ]


def _all_of(tree: Tree, clauses: Sequence[Token]) -> tuple[int, ...]:
    return tuple(sorted({number for clause in clauses for number in without_mark(tree, clause)}))


def _infinitive_frame(site: Site) -> Content | None:
    tree, verb = site.tree, site.verb
    for clause in tree.children(verb.number, "xcomp", "ccomp", "advcl"):
        if clause.number > verb.number and is_infinitive(tree, clause):
            return "infinitive", _infinitive(tree, verb, clause), clause.number
    return None


def _infinitive_of_another(site: Site) -> Content | None:
    for clause in site.tree.children(site.verb.number, "ccomp"):
        if is_infinitive(site.tree, clause) and site.tree.child(clause.number, *SUBJECTS):
            return "infinitive", tuple(site.tree.subtree(clause.number)), clause.number
    return None


def _gerund_frame(site: Site) -> Content | None:
    for clause in site.tree.children(site.verb.number, "xcomp", "ccomp"):
        if clause.tag == "VBG" and clause.number > site.verb.number:
            return "infinitive", tuple(site.tree.subtree(clause.number)), clause.number
    return None


def _phrase(site: Site) -> Content | None:
    tree = site.tree
    whom = tree.child(site.verb.number, "dobj")  # "accused the chain of hiding …"
    beside = tree.children(whom.number, "prep") if whom else []
    for preposition in [*tree.children(site.verb.number, "prep", "prt"), *beside]:
        if preposition.lemma in site.cue.prepositions:
            for held in tree.children(preposition.number, "pobj", "pcomp"):
                return "phrase", tuple(tree.subtree(held.number)), held.number
    return None


def _quotation_frame(site: Site) -> Content | None:
    return None if site.own is not None else _quotation(site.tree, site.verb, site.quotes, site.cues)


def _object_frame(site: Site) -> Content | None:
    tree, verb, cue = site.tree, site.verb, site.cue
    is_negative = cue.polarity == "negative"
    if is_negative and tree.child(verb.number, "dative", "nsubjpass"):
        return None  # "was denied a visa"
    for held in tree.children(verb.number, "dobj"):
        if is_negative and held.lemma in site.cues.given:
            continue
        is_claim = is_negative and held.lemma in ("that", "this")
        if held.pos in ("NOUN", "PROPN", "VERB") or is_claim:
            return "object", tuple(_object(tree, verb, held)), held.number
    claim = tree.child(verb.number, "ccomp") if cue.kind == "denial" else None
    return ("clause", without_mark(tree, claim), claim.number) if claim else None


def _naming_frame(site: Site) -> Content | None:
    return _naming(site.tree, site.verb, site.quotes)


def _is_told_elsewhere(tree: Tree, clause: Token, cues: Cues) -> bool:
    """Whether another cue stands within a clause: "says otherwise: the road, it states, is shut"."""
    return any(
        child.lemma in cues.verbs and tree.child(child.number, *SUBJECTS)
        for child in tree.children(clause.number, "parataxis")
    )


def _naming(tree: Tree, verb: Token, quotes: Sequence[Span]) -> tuple[str, tuple[int, ...], int] | None:
    """What somebody is called: "the deal as settled", "it “a disgrace”"."""
    named = tree.child(verb.number, "dobj", "nsubjpass")
    numbers = set(tree.subtree(named.number)) if named and named.number > verb.number else set()
    as_what = next((child for child in tree.children(verb.number, "prep") if child.lemma == "as"), None)
    if as_what:
        numbers |= set(tree.subtree(as_what.number)) - ({as_what.number} if not numbers else set())
    for child in tree.children(verb.number, "oprd", "ccomp", "xcomp", "attr", "acomp"):
        if child.number > verb.number:
            numbers |= set(tree.subtree(child.number))
    has_quotation = any(quoted(tree.tokens[number], quotes) is not None for number in numbers)
    if not numbers or not (as_what or has_quotation) or (named is None and not has_quotation):
        return None
    root = as_what or named
    return (
        "naming",
        tuple(sorted(numbers)),
        (tree.child(root.number, "pobj") or root).number if root else min(numbers),
    )


def _object(tree: Tree, verb: Token, held: Token) -> list[int]:
    """An object with the phrases that the parser may have hung at the verb: "promised buses to anyone"."""
    numbers = tree.subtree(held.number)
    for child in tree.children(verb.number, "dative", "prep"):
        if child.number == numbers[-1] + 1 and not any(
            token.entity in ("DATE", "TIME") for token in tree.children(child.number)
        ):
            numbers += tree.subtree(child.number)
    return numbers


def _is_clause(tree: Tree, clause: Token) -> bool:
    """Whether a complement is a clause that says something: it has a subject and a finite verb, or "that"."""
    if tree.child(clause.number, "mark"):
        return True
    finite = clause.tag in ("VBZ", "VBD", "VBP", "MD") or any(
        child.tag in ("VBZ", "VBD", "VBP", "MD")
        for child in tree.children(clause.number, "aux", "auxpass", "cop")
    )
    return finite and tree.child(clause.number, *SUBJECTS) is not None


def is_infinitive(tree: Tree, clause: Token) -> bool:
    """Whether a clause is an infinitive with "to"."""
    return any(child.tag == "TO" for child in tree.children(clause.number, "aux"))


def without_mark(tree: Tree, clause: Token) -> tuple[int, ...]:
    """The tokens of a clause without the "that", "if" or "whether" that begins it."""
    marks = {child.number for child in tree.children(clause.number, "mark") if child.lemma in _MARKS}
    return tuple(number for number in tree.subtree(clause.number) if number not in marks)


def _infinitive(tree: Tree, verb: Token, clause: Token) -> tuple[int, ...]:
    """An infinitive; of what is to be done to something, that too: "ordered two villages to be cleared"."""
    numbers = tree.subtree(clause.number)
    for preposition in tree.children(verb.number, "prep"):
        called = tree.child(preposition.number, "pobj")
        if called and preposition.number == verb.number + 1 and called.number < clause.number:
            return tuple(sorted({*numbers, *tree.subtree(called.number)}))
    held = tree.child(clause.number, *SUBJECTS) or tree.child(verb.number, "dobj")
    is_passive = tree.child(clause.number, "auxpass") is not None
    if held is None:
        return tuple(numbers)
    below = tree.subtree(held.number)
    if is_passive:
        return tuple(sorted({*numbers, *below}))
    return tuple(number for number in numbers if number not in set(below))


def _parataxis(tree: Tree, verb: Token, quotes: Sequence[Span]) -> tuple[str, tuple[int, ...], int]:
    """The rest of the sentence: "If it rains, she said, we shall stay"."""
    subject = tree.child(verb.number, *SUBJECTS)
    first = min(verb.number, subject.number if subject else verb.number)
    spared = [child for child in tree.children(verb.number, "advcl", "prep") if child.number < first]
    own = set(tree.subtree(verb.number, without={child.number for child in spared}))
    root = next((above for above in tree.ancestors(verb.number) if above.is_verb), tree.head(verb))
    if verb.dep == "ccomp":
        root = next(other for other in tree.children(verb.head, "ccomp") if other.number != verb.number)
    content = [number for number in tree.subtree(root.number) if number not in own]
    words = [number for number in content if tree.tokens[number].is_word]
    if words and all(quoted(tree.tokens[number], quotes) is not None for number in words):
        return (
            "quotation",
            tuple(number for number in content if quoted(tree.tokens[number], quotes) is not None),
            root.number,
        )
    return "parataxis", tuple(content), root.number


def _quotation(
    tree: Tree, verb: Token, quotes: Sequence[Span], cues: Cues
) -> tuple[str, tuple[int, ...], int] | None:
    """The quotations that a verb introduces or follows, with the clause that they are part of."""
    held = [number for number, quote in enumerate(quotes) if tree.within(quote)]
    clauses = _clauses(tree, verb)
    clause = clauses[0] if clauses else None
    inside = set(_all_of(tree, clauses))
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
    return "quotation", tuple(sorted(taken)), _top(tree, taken)


def _top(tree: Tree, numbers: set[int]) -> int:
    """The token of some whose head is not among them; a verb if there is one."""
    tops = [n for n in sorted(numbers) if tree.tokens[n].head not in numbers or tree.tokens[n].head == n]
    verbs = [number for number in tops if tree.tokens[number].is_verb]
    words = [number for number in tops if tree.tokens[number].is_word]
    return next(iter([*verbs, *words, *tops]))


def _is_next_to(tree: Tree, verb: Token, numbers: set[int], clause: Token | None, cues: Cues) -> bool:
    """Whether a quotation stands beside the verb's clause: only its own words are between."""
    start, end = min(numbers), max(numbers)
    between = range(end + 1, verb.number) if end < verb.number else range(verb.number + 1, start)
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
    subject = tree.subject(verb.number)
    if subject:
        own |= set(tree.subtree(subject.number))
    others = [n for n in between if tree.tokens[n].is_word and n not in own and n not in numbers]
    if any(tree.tokens[n].is_verb for n in others) or len(others) > 2:
        return False
    if clause and clause.number not in numbers and start > verb.number < clause.number:
        return False
    # The marks tell a quotation from quoted words: a comma or a colon before, a comma or a stop at its end.
    if end < verb.number:
        return True
    before = next(
        (tree.tokens[n] for n in range(start - 2, start) if n >= 0 and tree.tokens[n].text in ",:"), None
    )
    return before is not None or start - verb.number <= 2 or len(numbers) > 3


def _is_governed(tree: Tree, verb: Token, numbers: set[int], cues: Cues) -> bool:
    """Whether a quotation is part of a clause that another verb of saying governs."""
    below = tree.tokens[_top(tree, numbers)]
    for above in tree.ancestors(below.number):
        if above.number not in numbers and above.lemma in cues.verbs and above.is_verb:
            return above.number != verb.number and below.dep == "ccomp" and below.number > above.number
        below = above
    return False


_WAYS: Final[tuple[tuple[str, Callable[[Site], Content | None]], ...]] = (
    ("naming", _naming_frame),
    ("clause", _clause_frame),
    ("quotation", _quotation_frame),
    ("infinitive", _infinitive_frame),
    ("infinitive of another", _infinitive_of_another),
    ("gerund", _gerund_frame),
)
