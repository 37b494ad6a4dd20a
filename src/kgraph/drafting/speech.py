"""Who attributes what within one sentence: a verb, a phrase or a noun, what it puts forward, and its source.

    rules:clause        said that …; … , said X        rules:parataxis   … , X said, …
    rules:quotation     “…,” said X                     rules:infinitive  ordered X to …, refused to …
    rules:object        promised buses                  rules:phrase      called for …, warned of …
    rules:according     according to X                  rules:noun        a demand by X to …
    rules:naming        called it “…”                   rules:condition   on condition of anonymity
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kgraph.drafting.cues import Cue, Cues
from kgraph.drafting.tree import SUBJECTS, Token, Tree
from kgraph.text import Span

__all__ = ["Attribution", "find_attributions", "iter_conjuncts"]

_SAID: Final = Cue("said", "said", "positive", frozenset({"clause"}))
_CONDITION: Final = Cue("condition", "conditional", "positive", frozenset({"object"}))
#: What of a clause may stand between its verb and a quotation.
_WHO_WAS_TOLD: Final = frozenset({"dobj", "dative", "iobj"})
_MARKS: Final = frozenset({"that", "if", "whether"})
_FIRST: Final = frozenset({"i", "we"})
#: Nouns whose content stands in the plural or after an adjective alike; what is asked is not what is said.
_UNASKED: Final = frozenset({"comment", "say", "speak", "answer", "discuss", "elaborate", "respond", "name", "give"})


@dataclass(frozen=True, slots=True)
class Attribution:
    """An attribution within a sentence, by its tokens. ``content`` and ``root`` are numbers of tokens."""

    tree: Tree
    rule: str
    cue: Cue
    words: Span | None
    verb: int | None
    source: Token | None
    content: tuple[int, ...]
    root: int
    is_negated: bool = False
    recipient: Token | None = None
    by_passive: bool = False


def iter_conjuncts(tree: Tree, number: int) -> Iterator[Token]:
    """The tokens coordinated with one and after it, whatever the chain."""
    for token in tree.children(number, "conj"):
        yield token
        yield from iter_conjuncts(tree, token.number)


def find_attributions(tree: Tree, quotes: Sequence[Span], cues: Cues) -> list[Attribution]:
    """The attributions of a sentence. ``quotes`` are the quotations in it, marks excluded, none in another."""
    found: list[Attribution] = []
    for token in tree.tokens:
        if token.is_verb:
            found += _of_verb(tree, token, quotes, cues)
        elif token.lemma == "according":
            found += _according(tree, token)
        elif token.pos == "NOUN":
            found += _of_noun(tree, token, cues)
            found += _on_condition(tree, token)
    return found


def quoted(token: Token, quotes: Sequence[Span]) -> int | None:
    """Which quotation a token stands in."""
    return next((number for number, span in enumerate(quotes) if token.span.within(span)), None)


# Verbs


def _of_verb(tree: Tree, verb: Token, quotes: Sequence[Span], cues: Cues) -> Iterator[Attribution]:
    source, is_passive = _source_of(tree, verb)
    own = quoted(verb, quotes)
    if own is not None and source is not None and source.lemma in _FIRST:
        return  # what a speaker says of their own saying is part of what they say
    for cue in cues.of_verb(tree, verb):
        if cue.needs_document and (source is None or not _is_document(tree, source, cues)):
            continue
        found = _content(tree, verb, cue, quotes, own)
        if found is None:
            continue
        rule, content, root = found
        if cue.kind == "refusal" and tree.tokens[root].lemma in _UNASKED:
            continue
        yield Attribution(
            tree,
            rule,
            cue,
            _cue_words(tree, verb, content),
            verb.number,
            source,
            content,
            root,
            is_negated=tree.child(verb.number, "neg") is not None,
            recipient=_recipient(tree, verb),
            by_passive=is_passive,
        )
        return


def _is_document(tree: Tree, source: Token, cues: Cues) -> bool:
    if source.lemma in ("which", "that", "it", "they", "this", "these"):
        return source.dep in SUBJECTS and source.lemma in ("which", "that") and any(
            above.lemma in cues.documents for above in tree.ancestors(source.number)
        )
    return source.lemma in cues.documents or source.entity in ("ORG", "WORK_OF_ART", "LAW")


def _source_of(tree: Tree, verb: Token) -> tuple[Token | None, bool]:
    """The head of who says it, and whether the verb is passive; None where nobody is named."""
    if tree.child(verb.number, "auxpass", "nsubjpass") or (verb.tag == "VBN" and verb.dep == "acl"):
        agent = tree.child(verb.number, "agent")
        return (tree.child(agent.number, "pobj") if agent else None), True
    if subject := tree.subject(verb.number):
        if subject.dep == "expl":
            return None, False
        return _antecedent(tree, subject), False
    if verb.dep in ("acl", "relcl"):
        return tree.head(verb), False
    if verb.dep in ("advcl", "xcomp", "pcomp", "conj", "ccomp"):
        for above in tree.ancestors(verb.number):
            if above.is_verb:
                above_source, _ = _source_of(tree, above)
                passive = tree.child(above.number, "nsubjpass")
                return (passive or above_source), False
            if above.dep in ("acl", "relcl", "appos") and above.pos in ("NOUN", "PROPN"):
                return above, False
    return None, False


def _antecedent(tree: Tree, subject: Token) -> Token:
    """What a relative pronoun stands for."""
    if subject.lemma in ("who", "which", "that") and subject.tag in ("WP", "WDT"):
        for above in tree.ancestors(subject.number):
            if above.pos in ("NOUN", "PROPN", "PRON"):
                return above
    return subject


def _recipient(tree: Tree, verb: Token) -> Token | None:
    for child in tree.children(verb.number, "dobj", "dative", "iobj"):
        if child.dep == "dative" and child.pos == "ADP":
            return tree.child(child.number, "pobj")
        return child
    for child in tree.children(verb.number, "prep"):
        if child.lemma in ("to", "with") and (heard := tree.child(child.number, "pobj")):
            return heard
    return None


def _cue_words(tree: Tree, verb: Token, content: tuple[int, ...]) -> Span:
    """The verb with its auxiliaries, negation and particle, as far as they stand together."""
    inside = set(content)
    parts = {verb.number} | {
        child.number
        for child in tree.children(verb.number, "aux", "auxpass", "neg", "prt")
        if child.number not in inside
    }
    start = end = verb.number
    while start - 1 in parts or (start > 1 and start - 2 in parts and tree.tokens[start - 1].pos == "ADV"):
        start -= 1
    while end + 1 in parts:
        end += 1
    return Span(tree.tokens[start].span.start, tree.tokens[end].span.end)


def _content(
    tree: Tree, verb: Token, cue: Cue, quotes: Sequence[Span], own: int | None
) -> tuple[str, tuple[int, ...], int] | None:
    """What a verb attributes: the rule, the tokens, and the head of them."""
    if "clause" in cue.frames or "naming" in cue.frames:
        if own is None and (found := _quotation(tree, verb, quotes, naming="naming" in cue.frames)):
            return found
        if "naming" in cue.frames:
            return None
    if "clause" in cue.frames:
        for clause in tree.children(verb.number, "ccomp"):
            if _is_clause(tree, clause):
                return "clause", _without_mark(tree, clause), clause.number
        if verb.dep in ("parataxis", "intj") and not tree.child(verb.number, "ccomp"):
            return _parataxis(tree, verb)
    if "infinitive" in cue.frames:
        for clause in tree.children(verb.number, "xcomp", "ccomp", "advcl"):
            if clause.number > verb.number and _is_infinitive(tree, clause):
                return "infinitive", _infinitive(tree, verb, clause), clause.number
    if "gerund" in cue.frames:
        for clause in tree.children(verb.number, "xcomp", "ccomp"):
            if clause.tag == "VBG" and clause.number > verb.number:
                return "infinitive", tuple(tree.subtree(clause.number)), clause.number
    for preposition in tree.children(verb.number, "prep", "prt"):
        if preposition.lemma in cue.prepositions:
            for held in tree.children(preposition.number, "pobj", "pcomp"):
                return "phrase", tuple(tree.subtree(held.number)), held.number
    if "object" in cue.frames:
        for held in tree.children(verb.number, "dobj"):
            if held.pos in ("NOUN", "PROPN") or (held.pos == "VERB"):
                return "object", tuple(_object(tree, verb, held)), held.number
        if cue.kind == "denial" and (claim := tree.child(verb.number, "ccomp")):
            return "clause", _without_mark(tree, claim), claim.number
    return None


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
        child.tag in ("VBZ", "VBD", "VBP", "MD") for child in tree.children(clause.number, "aux", "auxpass", "cop")
    )
    return finite and tree.child(clause.number, *SUBJECTS) is not None


def _is_infinitive(tree: Tree, clause: Token) -> bool:
    return any(child.tag == "TO" for child in tree.children(clause.number, "aux"))


def _without_mark(tree: Tree, clause: Token) -> tuple[int, ...]:
    marks = {child.number for child in tree.children(clause.number, "mark") if child.lemma in _MARKS}
    return tuple(number for number in tree.subtree(clause.number) if number not in marks)


def _infinitive(tree: Tree, verb: Token, clause: Token) -> tuple[int, ...]:
    """An infinitive; of what is to be done to something, that too: "ordered two villages to be cleared"."""
    numbers = tree.subtree(clause.number)
    held = tree.child(clause.number, *SUBJECTS) or tree.child(verb.number, "dobj")
    is_passive = tree.child(clause.number, "auxpass") is not None
    if held is None:
        return tuple(numbers)
    below = tree.subtree(held.number)
    if is_passive:
        return tuple(sorted({*numbers, *below}))
    return tuple(number for number in numbers if number not in set(below))


def _parataxis(tree: Tree, verb: Token) -> tuple[str, tuple[int, ...], int]:
    """The rest of the sentence: "If it rains, she said, we shall stay"."""
    subject = tree.child(verb.number, *SUBJECTS)
    first = min(verb.number, subject.number if subject else verb.number)
    spared = [child for child in tree.children(verb.number, "advcl", "prep") if child.number < first]
    own = set(tree.subtree(verb.number, without={child.number for child in spared}))
    root = tree.head(verb)
    content = [number for number in tree.subtree(root.number) if number not in own]
    return "parataxis", tuple(content), root.number


def _quotation(
    tree: Tree, verb: Token, quotes: Sequence[Span], *, naming: bool
) -> tuple[str, tuple[int, ...], int] | None:
    """The quotations that a verb outside them introduces or follows, with the clause that they are part of."""
    held = [number for number, quote in enumerate(quotes) if tree.within(quote)]
    clause = next((c for c in tree.children(verb.number, "ccomp") if _is_clause(tree, c)), None)
    inside = set(_without_mark(tree, clause)) if clause else set()
    taken: set[int] = set()
    for number in held:
        tokens = tree.within(quotes[number])
        numbers = {token.number for token in tokens}
        overlaps = len(inside & numbers) * 2 >= len(numbers)
        if naming:
            if numbers & set(tree.subtree(verb.number)) and min(numbers) > verb.number:
                taken |= numbers
        elif (overlaps and clause) or _is_next_to(tree, verb, numbers, clause):
            taken |= numbers
    if not taken:
        return None
    if naming:
        return "naming", tuple(sorted(taken)), _top(tree, taken)
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


def _is_next_to(tree: Tree, verb: Token, numbers: set[int], clause: Token | None) -> bool:
    """Whether a quotation stands beside the verb's clause: nothing but its own words and marks are between."""
    start, end = min(numbers), max(numbers)
    between = range(end + 1, verb.number) if end < verb.number else range(verb.number + 1, start)
    own = {verb.number}
    for child in tree.children(verb.number):
        if child.dep in {*SUBJECTS, *_WHO_WAS_TOLD, "aux", "neg", "prt", "mark", "agent", "auxpass"} or (
            child.dep in ("prep", "npadvmod", "advmod", "advcl", "dep", "cc")
        ):
            own |= set(tree.subtree(child.number))
    subject = tree.subject(verb.number)
    if subject:
        own |= set(tree.subtree(subject.number))
    others = [n for n in between if tree.tokens[n].is_word and n not in own and n not in numbers]
    if any(tree.tokens[n].is_verb for n in others) or len(others) > 2:
        return False
    if clause and clause.number not in numbers and start > verb.number:
        return False
    # The marks tell a quotation from quoted words: a comma or a colon before, a comma or a stop at its end.
    if end < verb.number:
        return True
    before = next((tree.tokens[n] for n in range(start - 2, start) if n >= 0 and tree.tokens[n].text in ",:"), None)
    return before is not None or start - verb.number <= 2 or len(numbers) > 3


# Phrases and nouns


def _according(tree: Tree, token: Token) -> Iterator[Attribution]:
    to = next((child for child in tree.children(token.number, "prep") if child.lemma == "to"), None)
    source = tree.child(to.number, "pobj") if to else None
    if to is None or source is None:
        return
    root = next((above for above in tree.ancestors(token.number) if above.is_verb), None) or tree.head(token)
    if root.number == token.number:
        return
    own = set(tree.subtree(token.number))
    marks = {child.number for child in tree.children(root.number, "mark", "cc")}
    content = [number for number in tree.subtree(root.number) if number not in own and number not in marks]
    if content:
        words = Span(token.span.start, to.span.end)
        yield Attribution(tree, "according", _SAID, words, None, source, tuple(content), root.number)


def _of_noun(tree: Tree, noun: Token, cues: Cues) -> Iterator[Attribution]:
    cue = cues.nouns.get(noun.lemma)
    if cue is None:
        return
    content: tuple[int, ...] = ()
    root = noun.number
    for clause in tree.children(noun.number, "acl", "ccomp", "relcl"):
        wanted = _is_infinitive(tree, clause) if clause.dep == "acl" else tree.child(clause.number, "mark")
        if wanted:
            content, root = _without_mark(tree, clause), clause.number
    source, between = _noun_source(tree, noun)
    if not content and source is not None:
        for preposition in tree.children(noun.number, "prep"):
            held = tree.child(preposition.number, "pobj", "pcomp")
            if preposition.lemma in ("for", "of") and held and held.number != source.number:
                content, root = tuple(tree.subtree(held.number)), held.number
    if not content or source is None:
        return
    last = between or noun
    first = tree.child(noun.number, "det") or noun
    own = {number for number in tree.subtree(source.number) if number not in content}
    yield Attribution(
        tree,
        "noun",
        cue,
        Span(min(first, noun, key=lambda t: t.number).span.start, last.span.end),
        noun.number,
        source,
        tuple(number for number in content if number not in own),
        root,
    )


def _noun_source(tree: Tree, noun: Token) -> tuple[Token | None, Token | None]:
    """Whose a demand is, and the preposition that says so."""
    for child in tree.children(noun.number, "prep", "agent"):
        if child.lemma in ("by", "from") and (held := tree.child(child.number, "pobj")):
            return held, child
    owner = tree.child(noun.number, "poss")
    return owner, None


def _on_condition(tree: Tree, noun: Token) -> Iterator[Attribution]:
    on = tree.head(noun)
    if noun.lemma != "condition" or on.lemma != "on":
        return
    verb = tree.head(on)
    source, _ = _source_of(tree, verb) if verb.is_verb else (None, False)
    of = tree.child(noun.number, "prep")
    held = tree.child(of.number, "pobj") if of else None
    if source and of and held:
        words = Span(on.span.start, of.span.end)
        content = tuple(tree.subtree(held.number))
        yield Attribution(tree, "condition", _CONDITION, words, noun.number, source, content, held.number)
