"""Names for what a draft claims of: the project's own where it knows them, else made of labels.

One thing has one name: what is called the same, what a pronoun or a definite noun means ("the gates", after
"two border gates"), and what a voice says or does under any of its names.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kgraph.drafting.candidates import Thing
from kgraph.drafting.classing import CLASS_OF_VOICE, Classes, Kind
from kgraph.drafting.evocations import Evocations
from kgraph.drafting.phrasing import is_definite, modifiers, of_name, phrase, spelled
from kgraph.drafting.tree import Token, Tree
from kgraph.drafting.voices import Cast, Voice

__all__ = ["Named", "Names", "camel"]

_PLACE_KINDS: Final = frozenset({"GPE", "LOC", "FAC"})
#: Classes of places that people govern.
_GROUND: Final = ("kg:Location", "kgl:Region", "kgl:Settlement", "kgl:Town", "kgl:City", "kgl:Village")
_LONGEST: Final = 6


def camel(label: str) -> str:
    """A label as a local name: "evacuation of two villages" is ``evacuationOfTwoVillages``."""
    words = re.findall(r"[^\W_]+", label.replace("’s", "").replace("'s", ""))
    joined = "".join(word[:1].upper() + word[1:] for word in words[:_LONGEST])
    name = joined[:1].lower() + joined[1:]
    return name if name[:1].isalpha() else f"n{name}"


@dataclass(frozen=True, slots=True)
class Named:
    """What words name: its name and label, and the thing where the project lacks it.

    ``acts``: it can act and receive; ``is_place``: things happen there.
    """

    name: str
    label: str
    thing: Thing | None = None
    acts: bool = True
    is_place: bool = False
    is_open: bool = False


class Names:
    """The names of a draft.

    Args:
        known: the project's prefixed names, by labels in lower case.
        trees: the sentences of the text.
        cast: the voices of the text.
        evocations: the lexicon's types, by the words that evoke them.
        speakers: the identities of the voices that say something: these keep their label.
    """

    def __init__(
        self,
        known: Mapping[str, str],
        trees: Sequence[Tree],
        cast: Cast,
        evocations: Evocations,
        speakers: Collection[int] = (),
    ) -> None:
        self._trees = trees
        self._known = dict(known)
        self._taken = {name.partition(":")[2] for name in known.values()}
        self._cast = cast
        self._evocations = evocations
        self._classes = Classes(cast, evocations)
        self._speakers = frozenset(speakers)
        self._labels = set(known)
        self._by_label: dict[str, Named] = {}
        self._by_voice: dict[int, Named] = {}
        #: What has a type by its noun, with the words that tell it apart.
        self._typed: dict[tuple[str, str, bool], list[tuple[frozenset[str], Named]]] = {}

    def unlike(self, label: str, *more: str) -> str:
        """A label that nothing has yet: with what else is told, else with a number."""
        tried = [label, *(f"{label} {each}" for each in more if each)]
        found = next((each for each in tried if each.casefold() not in self._labels), "")
        number = 2
        while not found:
            again = f"{label} ({number})"
            found = again if again.casefold() not in self._labels else ""
            number += 1
        self._labels.add(found.casefold())
        return found

    def fresh(self, label: str) -> str:
        """A name that nothing has yet."""
        stem = camel(label)
        name, number = stem, 1
        while name in self._taken:
            number += 1
            name = f"{stem}{number}"
        self._taken.add(name)
        return f"kgr:{name}"

    def of_voice(self, voice: Voice) -> Named:
        """What a voice is named, wherever it is spoken of."""
        if found := self._by_voice.get(id(voice)):
            return found
        if voice.first is not None:
            for number, tree in enumerate(self._trees):
                for token in tree.within(voice.first) if voice.first.within(tree.span) else ():
                    if token.pos in ("NOUN", "PROPN") and self._cast.voice_of(number, token) is voice:
                        return self.of(number, tree, token)
        cls = CLASS_OF_VOICE.get(voice.kind) or ("kg:Group" if voice.is_plural else "kg:Person")
        return self._kept(voice, voice.name, Kind(cls))

    def of(self, sentence: int, tree: Tree, token: Token) -> Named:
        """What a noun, a name or a pronoun means."""
        voice = self._cast.voice_of(sentence, token)
        if token.pos == "PRON" and voice is not None:
            return self.of_voice(voice)
        if (other := of_name(tree, token)) is not None:  # "the town of Sarrow"
            return self._of_name(sentence, tree, other, token)
        if token.pos == "PROPN" and (side := _side(tree, token)):  # "northern Kosovo" is not Kosovo
            label = f"{side.text.removesuffix('ern')} {voice.name if voice else token.text}"
            return self._kept(None, label, Kind("kgl:Region", acts=False, is_place=True))
        if voice is not None and (found := self._by_voice.get(id(voice))):
            return found
        is_unnamed = voice is None or voice.kind == "unnamed" or token.pos == "NOUN"
        if voice is not None and (not is_unnamed or id(voice) in self._speakers):
            label = voice.name
        else:
            label = self._phrase(sentence, tree, token)
        typed = self._evocations.of_thing(tree, token)
        if typed is not None and (found := self._again(tree, token, typed.name)):
            if voice is not None:
                self._by_voice.setdefault(id(voice), found)
            return found
        named = self._kept(voice, label, self._classes.of(tree, token, voice))
        if typed is not None:
            for word in _words(tree, token):
                told = self._typed.setdefault((typed.name, word, token.is_plural), [])
                told.append((modifiers(tree, token), named))
        return named

    def _of_name(self, sentence: int, tree: Tree, name: Token, noun: Token) -> Named:
        """What "the town of Sarrow" names: its class is that of the noun."""
        voice = self._cast.voice_of(sentence, name)
        if voice is not None and (found := self._by_voice.get(id(voice))):
            return found
        typed = self._evocations.of_thing(tree, noun)
        cls = typed.name if typed is not None else "kg:GeopoliticalEntity"
        is_state = typed is None or "kg:GeopoliticalEntity" in (typed.name, *typed.above)
        label = voice.name if voice else spelled(phrase(tree, name))
        return self._kept(voice, label, Kind(cls, acts=is_state, is_place=True))

    def _again(self, tree: Tree, token: Token, cls: str) -> Named | None:
        """The one thing of a type that a definite noun can mean: no word tells it apart from that."""
        if not is_definite(tree, token):
            return None
        own = modifiers(tree, token)
        fitting = {
            named.name: named
            for word in _words(tree, token)
            for words, named in self._typed.get((cls, word, token.is_plural), ())
            if own <= words or not own
        }
        return next(iter(fitting.values())) if len(fitting) == 1 else None

    def _kept(self, voice: Voice | None, label: str, kind: Kind) -> Named:
        folded = label.casefold()
        found = self._by_label.get(folded)
        if found is None:
            known = self._known.get(folded)
            name = known or self.fresh(label)
            thing = None if known else Thing(name, label, kind.cls)
            found = Named(name, label, thing, kind.acts, kind.is_place, kind.is_open)
            self._by_label[folded] = found
            self._labels.add(folded)
        if voice is not None:
            self._by_voice[id(voice)] = found
        return found

    def acting(self, named: Named) -> Named:
        """What acts by what it does: not the ground, but who governs it; not things, but people."""
        is_ground = named.thing is not None and named.thing.type in _GROUND
        if named.thing is None or not (is_ground or named.is_open):
            return named
        thing = replace(named.thing, type="kg:GeopoliticalEntity" if is_ground else "kg:Group")
        found = replace(named, thing=thing, acts=True)
        self._by_label[named.label.casefold()] = found
        for voice, known in self._by_voice.items():
            if known.name == named.name:
                self._by_voice[voice] = found
        return found

    def _phrase(self, sentence: int, tree: Tree, token: Token) -> str:
        """The words of a common noun as a label; whose it is, by name: "its convoy" is "Nato's convoy"."""
        words = phrase(tree, token)
        first = words[0]
        is_name = first.pos == "PROPN" or first.text[1:] != first.text[1:].lower() or bool(first.entity)
        if first.number == 0 and first.text[:1].isupper() and not is_name:
            words = [replace(first, text=first.text.lower()), *words[1:]]  # a capital that begins a sentence
        owner = tree.child(token.number, "poss")
        if owner is None or owner.pos != "PRON" or owner.tag == "WP$":
            return spelled(words)
        voice = self._cast.voice_of(sentence, owner)
        rest = spelled([word for word in words if word.number != owner.number])
        return f"{self.of_voice(voice).label}’s {rest}" if voice is not None else rest


def _words(tree: Tree, noun: Token) -> list[str]:
    """What a noun is known by again: itself, or the word that makes a type of it ("border gate")."""
    before = tree.children(noun.number, "compound")
    return [noun.lemma, *(f"{each.lemma} …" for each in before[-1:])]


_SIDES: Final = re.compile(r"(?:north|south|east|west)(?:ern|east|west|eastern|western)?|central|upper|lower")


def _side(tree: Tree, name: Token) -> Token | None:
    """The word that makes a part of a place out of its name, if it is no part of the name itself."""
    before = tree.tokens[name.number - 1] if name.number else None
    is_side = before is not None and _SIDES.fullmatch(before.text) and name.entity in _PLACE_KINDS
    return before if is_side else None
