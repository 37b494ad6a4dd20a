"""What a clause claims, in the terms of the lexicon: an event or a state with its roles.

A verb whose word evokes a type of the lexicon becomes a node of that type, another one an event; its
arguments become roles. "X is Y" describes X. A title or an apposition that evokes a state ("Mayor Ana Holt",
"Ana Holt, the director") becomes that state. What nobody else is quoted with, the publication tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kgraph.drafting.candidates import Claim, Thing
from kgraph.drafting.mentions import mention_span
from kgraph.drafting.naming import Names, camel
from kgraph.drafting.tree import Token, Tree
from kgraph.drafting.voices import Cast
from kgraph.project import LexiconEntry

__all__ = ["Evocations", "Teller", "Told", "evocations_of"]

#: Roles of those that act.
_ACTING: Final = ("kg:agent", "kg:recipient")
#: Kinds of entities that play no part.
_AMOUNTS: Final = frozenset({"MONEY", "PERCENT", "QUANTITY", "CARDINAL"})
#: The role of a phrase by its preposition, if the type has that role or the phrase names a place.
_ROLES: Final = {
    "in": "kg:place",
    "at": "kg:place",
    "on": "kg:place",
    "near": "kg:place",
    "from": "kg:origin",
    "to": "kg:destination",
    "into": "kg:destination",
    "towards": "kg:destination",
    "over": "kg:topic",
    "about": "kg:topic",
    "with": "kg:participant",
    "for": "kg:recipient",
    "against": "kg:theme",
    "of": "kg:theme",
}
_WHERE: Final = frozenset({"kg:place", "kg:origin", "kg:destination"})
_TIMES: Final = {"since": "kg:since", "until": "kg:until", "till": "kg:until", "by": "kg:until"}
_PLACE_KINDS: Final = frozenset({"GPE", "LOC", "FAC"})
_DURATION: Final = re.compile(r"\b(?:second|minute|hour|day|week|month|year|decade)s\b", re.IGNORECASE)
_RELATIVE: Final = frozenset({"WDT", "WP", "EX"})
_LIGHT: Final = frozenset({"be", "have", "do", "get", "go", "let", "seem", "become"})


@dataclass(frozen=True, slots=True)
class Told:
    """What a clause claims: its tokens, its claim, what the claim names anew, and how it was read."""

    rule: str
    tokens: tuple[int, ...]
    head: int
    claim: Claim
    things: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class Evocations:
    """The types of events and states by the word, or the phrase of verb and particle, that evokes them; and
    the types of things by what these are called.
    """

    verbs: Mapping[str, LexiconEntry]
    nouns: Mapping[str, LexiconEntry]
    things: Mapping[str, LexiconEntry]


_THINGS: Final = ("Actor", "Location", "Artefact")


def evocations_of(entries: Sequence[LexiconEntry]) -> Evocations:
    """The types that words evoke. A word of several types stands for the one that lists it first."""
    verbs: dict[str, LexiconEntry] = {}
    nouns: dict[str, LexiconEntry] = {}
    ranked = [(entry.words.index(word), word, entry) for entry in entries for word in entry.words]
    for _, word, entry in sorted(ranked, key=lambda each: each[0]):
        if entry.below in ("Event", "State"):
            verbs.setdefault(word, entry)
        if entry.below == "State":
            nouns.setdefault(word, entry)
    # Words for events and states are mostly verbs, so of these the label alone is sure to be a noun.
    called = [(0, entry.label, entry) for entry in entries]
    called += [(1 + rank, word, entry) for rank, word, entry in ranked if entry.below in _THINGS]
    things: dict[str, LexiconEntry] = {}
    for _, word, entry in sorted(called, key=lambda each: (each[0], each[2].below not in _THINGS)):
        things.setdefault(word.casefold(), entry)
    return Evocations(verbs, nouns, things)


@dataclass(slots=True)
class _Gathered:
    """The roles of a node as they are found."""

    roles: list[tuple[str, str]] = field(default_factory=list)
    things: dict[str, Thing] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)


class Teller:
    """Reads claims off the clauses of a text."""

    def __init__(
        self, trees: Sequence[Tree], cast: Cast, evocations: Evocations, known: Mapping[str, str]
    ) -> None:
        self._trees = trees
        self._cast = cast
        self._evocations = evocations
        self._names = Names(known, cast, evocations.things)

    def tell(self, sentence: int, said: frozenset[int]) -> Iterator[Told]:
        """The facts of a sentence that the publication tells; ``said`` are the tokens that it quotes."""
        tree = self._trees[sentence]
        for token in tree.tokens:
            if token.number in said:
                continue
            if (token.is_verb and (told := self.clause(sentence, token.number, said))) or (
                token.pos == "PROPN" and (told := self._office(sentence, token))
            ):
                yield told

    def clause(self, sentence: int, head: int, left_out: frozenset[int] = frozenset()) -> Told | None:
        """What the clause of a verb claims; None where it is none, or has no arguments."""
        tree = self._trees[sentence]
        verb = tree.tokens[head]
        if not verb.is_verb:
            return None
        if verb.lemma == "be" and not tree.child(head, "auxpass"):
            return self._description(sentence, verb, left_out)
        particle = tree.child(head, "prt")
        phrases = ([f"{verb.lemma} {particle.lemma}"] if particle else []) + [verb.lemma]
        entry = next((self._evocations.verbs[p] for p in phrases if p in self._evocations.verbs), None)
        if verb.lemma in _LIGHT and entry is None:
            return None
        gathered = self._arguments(sentence, verb, entry, left_out)
        if not gathered.labels:
            return None
        name = entry.name if entry else "kg:Event"
        word = entry.label if entry else phrases[0]
        theme, agent = gathered.labels.get("kg:theme"), gathered.labels.get("kg:agent")
        label = f"{word} of {theme}" if theme else f"{word} by {agent}" if agent else word
        node = self._names.fresh(label)
        claim = Claim(node, "rdf:type", name, tuple(gathered.roles))
        things = (Thing(node, label, name), *gathered.things.values())
        return Told(
            "event" if entry else "other-event", _stretch(tree, gathered.used, left_out), head, claim, things
        )

    def _arguments(
        self, sentence: int, verb: Token, entry: LexiconEntry | None, left_out: frozenset[int]
    ) -> _Gathered:
        tree = self._trees[sentence]
        found = _Gathered(used={verb.number})
        found.used |= {
            child.number
            for child in tree.children(verb.number, "aux", "auxpass", "neg", "prt", "advmod", "agent")
        }
        acting = (
            "kg:agent" if not entry or not entry.roles or ("kg:agent" in dict(entry.roles)) else "kg:theme"
        )
        subject = tree.subject(verb.number)
        if subject and subject.dep == "nsubjpass":
            self._add(found, "kg:theme", sentence, subject, left_out)
        elif subject and subject.dep == "nsubj" and subject.tag not in _RELATIVE:
            self._add(found, acting, sentence, subject, left_out)
        elif verb.dep == "relcl" and subject:
            self._add(found, acting, sentence, tree.head(verb), left_out)
        elif verb.dep == "advcl" and not subject and (doer := tree.subject(tree.head(verb).number)):
            self._add(found, acting, sentence, doer, left_out)
        for child in tree.children(verb.number):
            held = tree.child(child.number, "pobj")
            if child.dep == "dobj" and child.entity not in ("DATE", "TIME"):
                is_told = entry is not None and "kgl:Statement" in (entry.name, *entry.above)
                self._add(found, "kg:recipient" if is_told else "kg:theme", sentence, child, left_out)
            elif child.dep == "agent" and held:
                self._add(found, "kg:agent", sentence, held, left_out)
            elif child.dep == "dative":
                self._add(found, "kg:recipient", sentence, held or child, left_out)
            elif child.dep in ("prep", "npadvmod"):
                self._phrase(found, sentence, child, entry, left_out)
        return found

    def _add(
        self, found: _Gathered, role: str, sentence: int, token: Token, left_out: frozenset[int]
    ) -> None:
        if token.number in left_out or token.pos not in ("NOUN", "PROPN", "PRON", "NUM"):
            return
        if token.pos == "PRON" and self._cast.voice_of(sentence, token) is None:
            return
        tree = self._trees[sentence]
        name, label, thing = self._names.of(sentence, tree, token)
        if role in _ACTING and self._names.is_passive(name):
            role = "kg:cause"  # things neither act nor receive: "the clock pays for the rest"
        if (role, name) in found.roles:
            return
        found.roles.append((role, name))
        found.labels.setdefault(role, label)
        if thing:
            found.things[thing.name] = thing
        words = mention_span(tree, token)
        found.used.update(part.number for part in tree.within(words))

    def _phrase(
        self,
        found: _Gathered,
        sentence: int,
        child: Token,
        entry: LexiconEntry | None,
        left_out: frozenset[int],
    ) -> None:
        """A phrase at a verb: a time, a duration, a place, or a role of the type."""
        tree = self._trees[sentence]
        held = child if child.dep == "npadvmod" else tree.child(child.number, "pobj")
        if held is None or child.number in left_out:
            return
        numbers = tree.subtree(child.number)
        if held.entity in ("DATE", "TIME"):
            numbers = _without_clauses(tree, child, held)
            self._time(found, tree, child, held, numbers)
            found.used.update(numbers)
            return
        role = _ROLES.get(child.lemma)
        if role is None or child.dep == "npadvmod" or held.entity in _AMOUNTS:
            return
        is_place = role in _WHERE and (held.entity in _PLACE_KINDS or held.pos == "PROPN")
        if is_place or (entry is not None and role in dict(entry.roles) and role not in _WHERE):
            self._add(found, role, sentence, held, left_out)
            found.used.add(child.number)

    @staticmethod
    def _time(found: _Gathered, tree: Tree, child: Token, held: Token, numbers: Sequence[int]) -> None:
        words = _words(tree, numbers)
        if child.lemma in ("for", "within") or (child.dep == "npadvmod" and _DURATION.search(words)):
            below = set(tree.subtree(held.number))
            found.roles.append(("kg:duration", f'"{_words(tree, [n for n in numbers if n in below])}"'))
            return
        name = f"a:{camel(words)}"
        found.roles.append((_TIMES.get(child.lemma, "kg:time"), name))
        found.things[name] = Thing(name, words, "kg:TimeExpression")

    def _description(self, sentence: int, verb: Token, left_out: frozenset[int]) -> Told | None:
        """ "X is Y", as printed."""
        tree = self._trees[sentence]
        subject = tree.child(verb.number, "nsubj")
        said = tree.child(verb.number, "attr", "acomp")
        if (
            subject is None
            or said is None
            or {subject.number, said.number} & left_out
            or subject.tag in _RELATIVE
        ):
            return None
        name, _, thing = self._names.of(sentence, tree, subject)
        numbers = [n for n in tree.subtree(said.number) if n not in left_out]
        words = _words(tree, numbers)
        used = {verb.number, *numbers, *(part.number for part in tree.within(mention_span(tree, subject)))}
        used |= {child.number for child in tree.children(verb.number, "neg", "aux")}
        escaped = words.replace("\\", "\\\\").replace('"', '\\"')
        claim = Claim(name, "kg:described", f'"{escaped}"@en')
        return Told(
            "description", _stretch(tree, used, left_out), verb.number, claim, (thing,) if thing else ()
        )

    def _office(self, sentence: int, name: Token) -> Told | None:
        """The state that a title or an apposition tells of: "Mayor Ana Holt", "Ana Holt, the director"."""
        tree = self._trees[sentence]
        voice = self._cast.voice_of(sentence, name)
        if voice is None or voice.kind != "person":
            return None
        nouns = tree.children(name.number, "compound", "appos", "nmod")
        if name.dep == "appos":
            nouns.append(tree.head(name))
        for noun in nouns:
            entry = self._evocations.nouns.get(noun.lemma.lower())
            if entry is None or noun.entity == "PERSON":
                continue
            found = _Gathered()
            self._add(found, "kg:agent", sentence, name, frozenset())
            of = tree.child(noun.number, "prep")
            body = tree.child(noun.number, "poss", "compound") or (
                tree.child(of.number, "pobj") if of and of.lemma in ("of", "for", "at") else None
            )
            if body is not None:
                self._add(found, "kg:theme", sentence, body, frozenset())
            label = f"{noun.text.lower()} {voice.name}"
            node = self._names.fresh(label)
            claim = Claim(node, "rdf:type", entry.name, (*found.roles, ("kg:phase", "kg:ongoing")))
            words = {noun.number, *tree.subtree(noun.number, without={name.number}), *found.used}
            numbers = tuple(range(min(words), max(words) + 1))
            return Told(
                "office",
                numbers,
                noun.number,
                claim,
                (Thing(node, label, entry.name), *found.things.values()),
            )
        return None


def _without_clauses(tree: Tree, child: Token, held: Token) -> list[int]:
    """The tokens of an expression of a time, without a clause that says more: "until tomorrow, when …"."""
    clauses = {each.number for each in tree.children(held.number, "relcl", "acl", "advcl")}
    numbers = tree.subtree(child.number, without=clauses)
    while len(numbers) > 1 and not tree.tokens[numbers[-1]].is_word:
        numbers.pop()
    return numbers


def _words(tree: Tree, numbers: Sequence[int]) -> str:
    """The words of tokens, as printed."""
    tokens = [tree.tokens[number] for number in numbers]
    return "".join(
        token.text + (" " if after and after.span.start > token.span.end else "")
        for token, after in zip(tokens, [*tokens[1:], None], strict=True)
    )


def _stretch(tree: Tree, used: set[int], left_out: frozenset[int]) -> tuple[int, ...]:
    """The tokens that a claim uses, with the small words and the marks between them."""
    small = ("DET", "ADP", "AUX", "PART", "ADV", "PUNCT", "ADJ", "NUM")
    wanted = sorted(used - left_out)
    kept = wanted[:1]
    for number in wanted[1:]:
        between = range(kept[-1] + 1, number)
        if all(tree.tokens[n].pos in small and n not in left_out for n in between):
            kept += between
        kept.append(number)
    return tuple(kept)
