"""Of which class a thing is by what it is called, whether it acts, and whether it is a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kgraph.drafting.evocations import Evocations
from kgraph.drafting.phrasing import PLACES
from kgraph.drafting.tree import Token, Tree
from kgraph.drafting.voices import Cast, Voice
from kgraph.project import LexiconEntry

__all__ = ["CLASS_OF_VOICE", "Classes", "Kind"]

_CLASS_OF: Final = {
    "PERSON": "kg:Person",
    "GPE": "kg:GeopoliticalEntity",
    "LOC": "kg:Location",
    "FAC": "kg:Location",
    "ORG": "kg:Organization",
    "NORP": "kg:Group",
    "PRODUCT": "kg:Artefact",
    "WORK_OF_ART": "kg:Document",
    "LAW": "kg:Document",
}
CLASS_OF_VOICE: Final = {"person": "kg:Person", "document": "kg:Document", "body": "kg:Organization"}
_PLACE_KINDS: Final = frozenset({"GPE", "LOC", "FAC"})
#: Endings of nouns that name what happens, and what holds; so many letters stand before them.
_HAPPENING: Final = ("tion", "sion", "ment", "ance", "ence", "ing", "val", "sal", "ture", "ery")
_HOLDING: Final = ("ness", "ity", "ship", "cy", "ism", "hood", "dom", "th")
_STEM: Final = 3


@dataclass(frozen=True, slots=True)
class Kind:
    """A class as a prefixed name. ``acts``: such things act and receive; ``is_place``: they are where.

    ``is_open``: nothing tells the class; several that act upon others are people.
    """

    cls: str
    acts: bool = True
    is_place: bool = False
    is_open: bool = False


class Classes:
    """The classes of what a text names."""

    def __init__(self, cast: Cast, evocations: Evocations) -> None:
        self._cast = cast
        self._evocations = evocations

    def of(self, tree: Tree, token: Token, voice: Voice | None) -> Kind:
        """The kind of what a noun or a name means."""
        return self._of_noun(tree, token) if token.pos == "NOUN" else self._of_name(tree, token, voice)

    def _of_name(self, tree: Tree, name: Token, voice: Voice | None) -> Kind:
        cls = _CLASS_OF.get(name.entity) or (CLASS_OF_VOICE.get(voice.kind, "") if voice else "")
        beside = tree.children(name.number, "appos")
        beside += [tree.head(name)] if name.dep == "appos" else []
        for noun in beside if cls in ("", "kg:Organization") else ():
            typed = self._evocations.of_thing(tree, noun)
            if typed is not None and typed.below == "Actor":
                cls = typed.name  # "Tessaline, an investment firm"
        is_place = name.entity in _PLACE_KINDS
        return Kind(cls or "kg:Artefact", cls not in ("", "kg:Artefact", "kg:Location"), is_place)

    def _of_noun(self, tree: Tree, noun: Token) -> Kind:
        typed = self._evocations.of_thing(tree, noun)
        plural = noun.is_plural
        # "peacekeepers" are a force by this word; "mayors" are no mayoralty.
        is_by_word = typed is not None and (noun.text.casefold() in typed.words or not plural)
        is_thing = typed is not None and typed.below in ("Location", "Artefact")
        is_body = self._cast.is_body(noun)
        fitting = (
            (noun.lemma in PLACES, Kind("kg:Group" if plural else "kg:GeopoliticalEntity", True, not plural)),
            (
                is_thing,
                Kind(typed.name if typed else "", False, typed is not None and typed.below == "Location"),
            ),
            (
                self._cast.is_person(noun) and not (plural and is_by_word),
                Kind("kg:Group" if plural else "kg:Person"),
            ),
            (typed is not None and typed.below == "Actor", _actor(typed, is_many=not is_by_word)),
            (noun.entity == "NORP" or self._cast.is_group(noun), Kind("kg:Group")),
            (is_body, Kind("kg:Group" if plural else "kg:Organization")),
            (typed is not None, Kind(typed.name if typed else "", False)),
            (
                noun.entity in _CLASS_OF and noun.entity != "PERSON",
                Kind(_CLASS_OF.get(noun.entity, ""), True, noun.entity in _PLACE_KINDS),
            ),
            (_ends(noun.lemma, _HAPPENING), Kind("kg:Event", False)),
            (_ends(noun.lemma, _HOLDING), Kind("kg:State", False)),
        )
        return next(
            (kind for fits, kind in fitting if fits), Kind("kg:Artefact", False, is_open=noun.is_plural)
        )


def _actor(typed: LexiconEntry | None, *, is_many: bool) -> Kind:
    """An actor by its type; several of them are a group, and several texts are texts."""
    if typed is None:
        return Kind("kg:Group")
    above = {typed.name, *typed.above}
    cls = "kg:Group" if is_many and not {"kg:Document", "kg:Medium"} & above else typed.name
    return Kind(cls, True, "kg:GeopoliticalEntity" in above)


def _ends(noun: str, endings: Sequence[str]) -> bool:
    return any(noun.endswith(ending) and len(noun) > len(ending) + _STEM for ending in endings)
