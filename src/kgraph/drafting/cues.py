"""The words that attribute: those of the lexicon's classes of saying, and those of ``cues.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from kgraph.drafting.tree import TIMES, Token, Tree

__all__ = ["SAYING", "Cue", "Cues", "load_cues"]

#: Verbs below which others say something: "let it be known".
_GIVING: Final = frozenset({"let", "give", "lead"})
#: The kind of a cue that leaves it to the content.
SAID: Final = "said"
#: Kinds of cues that may stand beside what is said: "…, she said, …".
SAYING: Final = frozenset({SAID, "claim", "estimate", "prediction", "promise", "possibility", "intention"})


@dataclass(frozen=True, slots=True)
class Cue:
    """What a word of saying does: the kind and the polarity of its content, and where the content stands."""

    group: str
    kind: str
    polarity: str
    frames: frozenset[str]
    prepositions: frozenset[str] = frozenset()
    #: Those of them that hold the content together with the object: "accused the firm of fraud".
    joint: frozenset[str] = frozenset()
    #: What must say it: ``documents``, ``people`` and bodies, ``courts`` to which it is said,
    #: ``nobody``; empty for anybody.
    subjects: str = ""
    #: What its object must be: ``words``, that is a noun for what was said, or ``things``, that is nobody;
    #: empty for anything.
    objects: str = ""

    @property
    def needs_document(self) -> bool:
        """Whether only what is written or found says it."""
        return self.subjects == "documents"


@dataclass(frozen=True, slots=True)
class Cues:
    """All cues by lemma, ``verb particle`` for phrases, and the nouns that a text's voices need."""

    verbs: Mapping[str, tuple[Cue, ...]]
    nouns: Mapping[str, Cue]
    documents: frozenset[str]
    courts: frozenset[str]
    media: frozenset[str]
    known_media: frozenset[str]
    bodies: frozenset[str]
    #: Those that are "the company".
    firms: frozenset[str]
    again: frozenset[str]
    people: frozenset[str]
    people_endings: tuple[str, ...]
    no_people: frozenset[str]
    groups: frozenset[str]
    attempts: frozenset[str]
    given: frozenset[str]
    rejecting: frozenset[str]
    accepting: frozenset[str]
    accepted: frozenset[str]
    accounts: frozenset[str]
    given_out: frozenset[str]
    proof: frozenset[str]
    possible: frozenset[str]
    likely: frozenset[str]
    about: frozenset[str]
    #: Verbs for what befalls somebody.
    chances: frozenset[str]
    #: Verbs of which "I am …ing" tells what one means to do.
    resolved: frozenset[str]
    #: Adjectives and participles with "that …", by their form: "convinced".
    attitudes: Mapping[str, tuple[Cue, ...]]
    #: Adverbs for what is said by nobody in particular: "reportedly".
    adverbs: Mapping[str, Cue]
    #: Verbs that say something below others, with these: "let it be known", "wanted to know".
    let: Mapping[str, str]
    #: Verbs with which a noun of saying is said: "expressed the hope that"; and those that take it back.
    light: frozenset[str]
    dropping: frozenset[str]
    #: ``m`` or ``f`` by given name.
    given_names: Mapping[str, str]

    @property
    def put_in(self) -> frozenset[str]:
        """The verbs that may stand between what somebody says: "…, he admitted, …"."""
        return frozenset(
            word
            for word, cues in self.verbs.items()
            if " " not in word and any("clause" in cue.frames and cue.kind in SAYING for cue in cues)
        )

    def is_person(self, noun: str) -> bool:
        """Whether a common noun is what a person is called."""
        is_called = noun in self.people or (noun.endswith(self.people_endings) and noun not in self.no_people)
        return is_called and noun not in self.bodies

    def is_account(self, noun: Token) -> bool:
        """Whether a noun names what somebody has said: "the account", "an order"."""
        return noun.lemma in self.accounts or (noun.pos == "NOUN" and noun.lemma in self.nouns)

    def fits(self, cue: Cue, noun: Token) -> bool:
        """Whether a noun may be what a cue is said of: the statement that somebody withdraws."""
        if cue.objects == "words":
            return (
                self.is_account(noun) or noun.lemma in self.documents or noun.lemma in ("this", "that", "it")
            )
        is_human = noun.pos == "PROPN" or self.is_person(noun.lemma) or noun.lemma in self.groups
        return cue.objects != "things" or not is_human

    def of_verb(self, tree: Tree, verb: Token) -> tuple[Cue, ...]:
        """The cues that a verb may be, those of its phrase with a particle first."""
        particles = [
            each
            for each in tree.children(verb.number, "prt", "prep", "dobj", "advmod", "ccomp")
            if not any(
                held.entity in TIMES or held.dep in ("advmod", "npadvmod")
                for held in tree.children(each.number, "pobj", "advmod", "npadvmod")
            )
        ]  # not "insisted on Tuesday", "turned upside down"
        phrases = [f"{verb.lemma} {particle.lemma}" for particle in particles]
        found = [cue for phrase in phrases for cue in self.verbs.get(phrase, ())]
        # Lemmas are guessed: "hopes" and "hoping" become "hop" for some pipelines.
        word = verb.text.lower()
        forms = (verb.lemma, word.rstrip("sd"), f"{verb.lemma}e", word.removesuffix("ed"))
        plain = next((self.verbs[form] for form in forms if form in self.verbs), ())
        if verb.lemma in self.let and tree.head(verb).lemma in self.let[verb.lemma].split():
            plain = self.verbs["say" if tree.head(verb).lemma in _GIVING else "ask"]
        return (*found, *plain)


def _cue(name: str, group: Mapping[str, Any]) -> Cue:
    frames = [frame.partition(":")[::2] for frame in group["frames"]]
    return Cue(
        name,
        group["kind"],
        group.get("polarity", "positive"),
        frozenset(frame for frame, word in frames if not word),
        frozenset(word for _, word in frames if word),
        frozenset(word for frame, word in frames if frame == "with"),
        group.get("subjects", ""),
        group.get("objects", ""),
    )


def load_cues(entries: Iterable[tuple[Sequence[str], Sequence[str]]]) -> Cues:
    """The cues. ``entries`` are the lexicon's: a class with those above it, the nearest first, and words.

    A word belongs to the group of the nearest class that a group names.
    """
    tables = _table("cues")
    claimed = {cls for group in tables.values() for cls in group.get("classes", ())}
    evoked: dict[str, list[str]] = {}
    kept = [word for name in ("required", "committed") for word in tables[name]["verbs"].split()]
    for classes, words in entries:
        if nearest := next((cls for cls in classes if cls in claimed), None):
            evoked.setdefault(nearest, []).extend(word for word in words if word not in kept)
    verbs: dict[str, list[Cue]] = {}
    nouns: dict[str, Cue] = {}
    attitudes: dict[str, tuple[Cue, ...]] = {}
    adverbs: dict[str, Cue] = {}
    for name, group in tables.items():
        if "kind" not in group:
            continue
        cue = _cue(name, group)
        lexical = [word for cls in group.get("classes", ()) for word in evoked.get(cls, ())]
        for word in [*_phrases(group.get("verbs", "")), *lexical]:
            known = verbs.setdefault(word, [])
            # A word of the lexicon does not change what a group says of it.
            ways = (cue.frames, cue.prepositions)
            if all((other.frames, other.prepositions) != ways or other.subjects for other in known):
                known.append(cue)
        for word in [*group.get("nouns", "").split(), *lexical]:
            nouns.setdefault(word, cue)
        adverbs |= dict.fromkeys(group.get("adverbs", "").split(), cue)
        for word in group.get("adjectives", "").split():
            attitudes[word] = (*attitudes.get(word, ()), cue)
    return Cues(
        {word: tuple(found) for word, found in verbs.items()},
        nouns,
        frozenset(tables["documents"]["nouns"].split()),
        frozenset(tables["courts"]["nouns"].split()),
        frozenset(tables["media"]["nouns"].split()),
        frozenset(tables["media"]["names"]),
        frozenset(f"{tables['bodies']['nouns']} {tables['bodies']['firms']}".split()),
        frozenset(tables["bodies"]["firms"].split()),
        frozenset(tables["again"]["nouns"].split()),
        frozenset(tables["people"]["nouns"].split()),
        tuple(tables["people"]["endings"].split()),
        frozenset(tables["people"]["others"].split()),
        frozenset(tables["groups"]["nouns"].split()),
        frozenset(tables["attempts"]["verbs"].split()),
        frozenset(tables["given"]["nouns"].split()),
        frozenset(tables["rejecting"]["words"].split()),
        frozenset(tables["accepting"]["words"].split()),
        frozenset(tables["accepting"]["verbs"].split()),
        frozenset(tables["accounts"]["nouns"].split()),
        frozenset(tables["accounts"]["given"].split()),
        frozenset(tables["accounts"]["proof"].split()),
        frozenset(tables["hedges"]["possible"].split()),
        frozenset(tables["hedges"]["likely"].split()),
        frozenset(tables["hedges"]["about"].split()),
        frozenset(tables["hedges"]["chances"].split()),
        frozenset(tables["hedges"]["resolved"].split()),
        attitudes,
        adverbs,
        tables["below"],
        frozenset(tables["light"]["verbs"].split()),
        frozenset(tables["dropping"]["verbs"].split()),
        {name: sex[0] for sex, names in _table("given").items() for name in names.split()},
    )


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files("kgraph.drafting").joinpath(f"{name}.toml").read_text(encoding="utf-8"))


_PARTICLES: Final = frozenset("out on upon to it down aside away back off short slip".split())


def _phrases(words: str) -> list[str]:
    """The words of a list, each with the particle that follows it."""
    found: list[str] = []
    for word in words.split():
        if word in _PARTICLES and found:
            found[-1] += " " + word
        else:
            found.append(word.replace("_", " "))
    return found
