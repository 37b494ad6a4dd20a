"""Which types of the lexicon the words of a text evoke: verbs, nouns for what happens, and for things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kgraph.drafting.phrasing import hyphened, spelled
from kgraph.drafting.tree import Token, Tree
from kgraph.project import LexiconEntry

__all__ = ["Evocations", "evocations_of"]

_THINGS: Final = ("Actor", "Location", "Artefact")
_HAPPENINGS: Final = ("Event", "State")


@dataclass(frozen=True, slots=True)
class Evocations:
    """Types by the words that evoke them, verbs with their particle or preposition.

    ``happenings`` are those of events and states by nouns, ``offices`` those of states by what their bearers
    are called, ``things`` those of things, ``types`` all of them by their prefixed name.
    """

    verbs: Mapping[str, LexiconEntry]
    happenings: Mapping[str, LexiconEntry]
    offices: Mapping[str, LexiconEntry]
    things: Mapping[str, LexiconEntry]
    types: Mapping[str, LexiconEntry]

    def of_verb(self, tree: Tree, verb: Token) -> tuple[LexiconEntry | None, Token | None]:
        """The type that a verb evokes, and the preposition that is part of its phrase: "call on"."""
        particles = tree.children(verb.number, "prt")
        for particle in (*particles, *tree.children(verb.number, "advmod")):  # "go back"
            if entry := self.verbs.get(f"{verb.lemma} {particle.lemma}"):
                return entry, None
        has_object = tree.child(verb.number, "dobj") is not None
        for preposition in () if has_object else tree.children(verb.number, "prep"):
            if entry := self.verbs.get(f"{verb.lemma} {preposition.lemma}"):
                return entry, preposition
        return (None if particles else self.verbs.get(verb.lemma)), None

    def of_noun(self, tree: Tree, noun: Token) -> LexiconEntry | None:
        """The type of event or state that a common noun names, with the word before it first."""
        return _named(tree, noun, self.happenings)

    def of_thing(self, tree: Tree, noun: Token) -> LexiconEntry | None:
        """The type of thing that a common noun is called by; events are things too."""
        return _named(tree, noun, self.things) or _named(tree, noun, self.happenings)


def _named(tree: Tree, noun: Token, types: Mapping[str, LexiconEntry]) -> LexiconEntry | None:
    if noun.pos != "NOUN":
        return None
    before = [each for each in tree.children(noun.number, "compound", "amod") if each.number < noun.number]
    names = [f"{each.lemma} {noun.lemma}" for each in before[-1:]]
    names += [spelled(hyphened(tree, noun)).casefold(), noun.text.casefold(), noun.lemma]
    return next((types[name] for name in names if name in types), None)


def evocations_of(entries: Sequence[LexiconEntry]) -> Evocations:
    """The types that words evoke. A word of several types stands for the one that lists it first."""
    happening = [entry for entry in entries if entry.below in _HAPPENINGS]
    things = [entry for entry in entries if entry.below in _THINGS]
    return Evocations(
        verbs=_by_word(happening, labels=False),
        happenings=_by_word((replace(entry, words=_nouns(entry)) for entry in happening), labels=True),
        offices=_by_word((entry for entry in happening if entry.below == "State"), labels=False),
        things=_by_word(things, labels=True),
        types={entry.name: entry for entry in entries},
    )


def _nouns(entry: LexiconEntry) -> tuple[str, ...]:
    """The words of a type that are nouns: those from the first that looks like one, after the verbs."""
    words = entry.words
    first = next((n for n, word in enumerate(words) if word == entry.label or _is_nominal(word)), None)
    if first is not None:
        return words[first:]
    return () if _is_nominal(entry.label) else words


def _is_nominal(word: str) -> bool:
    return word.endswith(_NOMINAL) and " " not in word


#: Endings that make nouns of verbs.
_NOMINAL: Final = (
    "tion",
    "sion",
    "ment",
    "ance",
    "ence",
    "ing",
    "al",
    "ure",
    "ry",
    "ity",
    "ship",
    "cy",
    "age",
)


def _by_word(entries: Iterable[LexiconEntry], *, labels: bool) -> dict[str, LexiconEntry]:
    """Entries by their words, those that list a word earlier first; with ``labels``, by these before all."""
    ranked = [
        (rank, word.casefold(), entry)
        for entry in entries
        for rank, word in enumerate([entry.label, *entry.words] if labels else entry.words)
    ]
    found: dict[str, LexiconEntry] = {}
    for _, word, entry in sorted(ranked, key=lambda each: each[0]):
        found.setdefault(word, entry)
    return found
