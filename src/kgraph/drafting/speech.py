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
from kgraph.drafting.frames import Site, find_content, is_infinitive, quoted, without_mark
from kgraph.drafting.tree import SUBJECTS, Token, Tree
from kgraph.text import Span

__all__ = ["Attribution", "find_attributions", "iter_conjuncts"]

_SAID: Final = Cue("said", "said", "positive", frozenset({"clause"}))
#: Kinds of entities that say nothing.
_FIGURES: Final = frozenset({"DATE", "TIME", "CARDINAL", "ORDINAL", "MONEY", "PERCENT", "QUANTITY"})
#: A noun further from its verb is not beside it.
_NEAR: Final = 6
_DENIED: Final = Cue("denied", "denial", "negative", frozenset({"object"}))
_CONDITION: Final = Cue("condition", "conditional", "positive", frozenset({"object"}))
_FIRST: Final = frozenset({"i", "we"})
#: Verbs with which "to say" is to say: "went on to say".
_GOING_ON: Final = frozenset({"go", "continue", "proceed", "rush"})
#: Nouns whose content stands in the plural or after an adjective alike; what is asked is not what is said.
_UNASKED: Final = frozenset(
    {"comment", "say", "speak", "answer", "discuss", "elaborate", "respond", "name", "give"}
)


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
    is_rejoinder: bool = False
    recipient: Token | None = None
    #: Who passes the words on, as "Reuters quoted him as saying" tells.
    relayer: Token | None = None
    by_passive: bool = False


def iter_conjuncts(tree: Tree, number: int) -> Iterator[Token]:
    """The tokens coordinated with one and after it, whatever the chain."""
    for token in tree.children(number, "conj"):
        yield token
        yield from iter_conjuncts(tree, token.number)


def find_attributions(tree: Tree, quotes: Sequence[Span], cues: Cues) -> list[Attribution]:
    """The attributions of a sentence. ``quotes`` are the quotations in it, none within another."""
    found: list[Attribution] = []
    for token in tree.tokens:
        if token.text.lower() == "according":
            found += _according(tree, token)
        elif token.is_verb:
            found += _of_verb(tree, token, quotes, cues)
        elif token.pos == "NOUN":
            found += _of_noun(tree, token, cues)
            found += _on_condition(tree, token)
    return found


# Verbs


def _of_verb(tree: Tree, verb: Token, quotes: Sequence[Span], cues: Cues) -> Iterator[Attribution]:
    source, is_passive = _source_of(tree, verb)
    quoting = _quoting(tree, verb)
    if quoting is not None:
        source = quoting[0]
    own = quoted(verb, quotes)
    if own is None and source is not None and quoted(source, quotes) is not None:
        source = _beside(tree, verb, quotes)  # the parser took quoted words for the subject
    if source is not None and source.lemma in ({"you"} if own is None else {"you", *_FIRST}):
        return  # what a speaker says of their own saying is part of what they say
    if _is_beside_the_point(tree, verb):
        return
    for cue in cues.of_verb(tree, verb):
        if cue.needs_document and (source is None or not _is_document(tree, source, cues)):
            continue
        found = find_content(Site(tree, verb, cue, quotes, own, cues))
        if found is None:
            continue
        rule, content, root = found
        if cue.kind == "refusal" and tree.tokens[root].lemma in _UNASKED:
            continue
        if source is None and rule == "quotation" and not is_passive:
            source = _beside(tree, verb, quotes)
        if source is None and (rule not in ("clause", "quotation", "parataxis") or verb.dep == "advcl"):
            continue
        if rule == "object" and cue.kind == "refusal" and _is_allegation(tree.tokens[root], cues):
            cue = _DENIED  # noqa: PLW2901 - to reject what was said is to deny it
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
            is_rejoinder=verb.dep == "advcl" and _rejects(tree.head(verb), cues),
            recipient=_recipient(tree, verb),
            relayer=quoting[1] if quoting else None,
            by_passive=is_passive,
        )
        return


def _beside(tree: Tree, verb: Token, quotes: Sequence[Span]) -> Token | None:
    """The noun or pronoun next to a verb, outside of quotations."""
    for step in (1, -1):
        number = verb.number + step
        while 0 <= number < len(tree.tokens) and abs(number - verb.number) <= _NEAR:
            token = tree.tokens[number]
            if quoted(token, quotes) is not None or token.text in ",;:":
                break
            is_last = number + 1 == len(tree.tokens) or tree.tokens[number + 1].pos != "PROPN"
            if token.pos in ("NOUN", "PRON") or (token.pos == "PROPN" and is_last):
                return token
            number += step
    named = [t for t in tree.tokens if t.pos == "PROPN" and t.dep != "compound" and quoted(t, quotes) is None]
    subjects = [t for t in tree.tokens if t.dep in SUBJECTS and t.tag not in ("WP", "WDT")]
    others = [t for t in subjects if quoted(t, quotes) is None and t.number != verb.number]
    near = [t for t in [*named, *others] if t.entity not in _FIGURES]
    return min(near, key=lambda t: abs(t.number - verb.number), default=None)


def _is_allegation(token: Token, cues: Cues) -> bool:
    """Whether a noun names something that was said: "the claim", "that"."""
    cue = cues.nouns.get(token.lemma)
    return token.lemma in ("that", "this", "it") or (cue is not None and cue.kind == "claim")


def _rejects(verb: Token, cues: Cues) -> bool:
    """Whether a verb denies or rejects: what is said with it, if negative, denies too."""
    return any(cue.kind in ("denial", "refusal") for cue in cues.verbs.get(verb.lemma, ()))


def _is_beside_the_point(tree: Tree, verb: Token) -> bool:
    """Whether nobody says anything: "it is reasonable to assume", "declined to say"."""
    if not is_infinitive(tree, verb):
        return False
    return tree.head(verb).lemma not in _GOING_ON


def _is_document(tree: Tree, source: Token, cues: Cues) -> bool:
    if source.lemma in ("which", "that", "it", "they", "this", "these"):
        return (
            source.dep in SUBJECTS
            and source.lemma in ("which", "that")
            and any(above.lemma in cues.documents for above in tree.ancestors(source.number))
        )
    return source.lemma in cues.documents or source.entity in ("ORG", "WORK_OF_ART", "LAW")


def _source_of(tree: Tree, verb: Token) -> tuple[Token | None, bool]:
    """The head of who says it, and whether the verb is passive; None where nobody is named."""
    if tree.child(verb.number, "auxpass", "nsubjpass") or (verb.tag == "VBN" and verb.dep == "acl"):
        agent = tree.child(verb.number, "agent")
        return (tree.child(agent.number, "pobj") if agent else None), True
    if subject := tree.subject(verb.number):
        return (None if subject.dep == "expl" else _antecedent(tree, subject)), False
    if verb.dep in ("acl", "relcl") and verb.tag == "VBG":
        return tree.head(verb), False
    has_none = verb.dep in ("advcl", "xcomp", "pcomp", "conj", "ccomp") and verb.tag != "VBN"
    if verb.dep == "pcomp" and tree.head(verb).lemma not in (
        "by",
        "in",
        "while",
        "as",
        "without",
        "after",
        "before",
    ):
        return None, False  # "accused her of lying"
    return (_governing_source(tree, verb) if has_none else None), False


def _quoting(tree: Tree, verb: Token) -> tuple[Token | None, Token | None] | None:
    """Whom somebody quotes as saying something, and who quotes; None for other verbs."""
    preposition = tree.head(verb)
    above = tree.head(preposition)
    if verb.dep != "pcomp" or preposition.lemma != "as" or above.lemma not in ("quote", "cite"):
        return None
    if passive := tree.child(above.number, "nsubjpass"):
        agent = tree.child(above.number, "agent")
        return passive, (tree.child(agent.number, "pobj") if agent else None)
    return tree.child(above.number, "dobj"), tree.subject(above.number)


def _governing_source(tree: Tree, verb: Token) -> Token | None:
    """The source of a verb without a subject: that of the verb above it, or the noun that it says more of."""
    for above in tree.ancestors(verb.number):
        if above.is_verb:
            return tree.child(above.number, "nsubjpass") or _source_of(tree, above)[0]
        if above.dep in ("acl", "relcl", "appos") and above.pos in ("NOUN", "PROPN"):
            return above
    return None


def _antecedent(tree: Tree, subject: Token) -> Token:
    """What a relative pronoun stands for."""
    if subject.lemma in ("who", "which", "that") and subject.tag in ("WP", "WDT"):
        for above in tree.ancestors(subject.number):
            if above.pos in ("NOUN", "PROPN", "PRON"):
                named = tree.head(above)
                return named if above.dep == "appos" and named.pos == "PROPN" else above
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
    if token.number <= 1:  # "According to X, …": all the rest
        rest = [
            other.number for other in tree.tokens if other.number not in own and other.number > token.number
        ]
        if any(tree.tokens[number].is_word for number in rest):
            words = Span(token.span.start, to.span.end)
            yield Attribution(tree, "according", _SAID, words, None, source, tuple(rest), root.number)
        return
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
        if is_infinitive(tree, clause) or tree.child(clause.number, "mark"):
            content, root = without_mark(tree, clause), clause.number
    source, between = _noun_source(tree, noun)
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
