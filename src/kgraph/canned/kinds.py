"""What kind of thing the value of a parameter may name, in the project's own words.

A parameter that takes an IRI takes a name too: a label, an alternative label, for a type of event also a word
that evokes it, in small or capital letters. The header says what sort of thing it names, so that "order" is a
type of event for one parameter and a modality for another.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Kind"]


class Kind(StrEnum):
    """A kind of thing that can be named. The value completes "there is no … of that name"."""

    THING = "thing"
    ACTOR = "actor"
    PLACE = "place"
    EVENT = "event or state"
    TYPE = "type of event or state"
    CLASS = "class"
    PROPERTY = "property"
    ARTICLE = "article"
    TIME = "time"
    CONCEPT = "concept of a closed list"

    @property
    def article(self) -> str:
        """Its indefinite article."""
        return "an" if self.value[0] in "aeiou" else "a"

    @classmethod
    def of(cls, name: str) -> Kind | None:
        """The kind that a header calls by its first word (``actor``, ``event`` …); None: there is none."""
        return next((kind for kind in cls if kind.value.split()[0] == name), None)
