"""What a claim can answer: the kinds of question, and the roles and classes that answer them.

The only place of this room that names terms of the vocabulary's world. A predicate counts by its own name
or that of a property above it (rdfs:subPropertyOf); an end of a claim that its predicate says nothing of,
by its
class; anything else is an answer to *what*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final

import pyoxigraph as ox

from kgraph.project.index import TripleIndex
from kgraph.rdf.terms import Term, local_name
from kgraph.vocab import KG, RDF_TYPE, RDFS, XSD

__all__ = ["Kind", "kinds_of_object", "kinds_of_subject", "phrases", "role_of", "upwards"]


class Kind(StrEnum):
    """What a question asks for, and what an end of a claim answers."""

    WHO = "who"
    WHOM = "whom"
    WHERE = "where"
    WHEN = "when"
    COUNT = "count"
    DURATION = "duration"
    DISTANCE = "distance"
    WHY = "why"
    HOW = "how"
    ABOUT = "about"
    WHAT = "what"


#: By the local name of a predicate: the kinds of question that its objects answer, by their class where none
#: is given, and how people ask for them. The first of the phrases also puts a claim in words.
_ROLES: Final[dict[str, tuple[tuple[Kind, ...], str]]] = {
    "agent": ((Kind.WHO,), "who | who did it | by whom | which group | whose"),
    "participant": ((Kind.WHO,), "who takes part in | who takes part | who is involved"),
    "recipient": ((Kind.WHOM,), "to whom | who was told | who was asked | for whom"),
    "theme": ((), "what | whom | what was affected | what is it"),
    "content": ((Kind.ABOUT, Kind.WHAT), "what is | what is it | what exactly | what was said"),
    "topic": ((Kind.ABOUT, Kind.WHAT), "about what | on what topic"),
    "time": ((Kind.WHEN,), "when | on which day | in which year | what date"),
    "since": ((Kind.WHEN,), "since when"),
    "until": ((Kind.WHEN,), "until when | by when | what is the deadline"),
    "after": ((Kind.WHEN, Kind.WHAT), "after what | following what"),
    "coincidesWith": ((Kind.WHEN, Kind.WHAT), "at the same time as what | while what happened"),
    "duration": ((Kind.DURATION,), "how long | how many days"),
    "place": ((Kind.WHERE,), "where | in which place"),
    "origin": ((Kind.WHERE,), "from where | from which country | out of what"),
    "destination": ((Kind.WHERE,), "to where | where to | to which place"),
    "locatedIn": ((Kind.WHERE,), "where | where is it | in which country"),
    "basedIn": ((Kind.WHERE,), "where | where are they | where is it based"),
    "amount": ((Kind.COUNT, Kind.DISTANCE), "how many | how much | what number | how large"),
    "purpose": ((Kind.WHY,), "for what purpose | what for | why | what was the aim"),
    "cause": ((Kind.WHY,), "why | because of what | what was the reason | what led to it"),
    "condition": ((), "on what condition | depending on what | unless what"),
    "instrument": ((Kind.HOW,), "by what means | with what | how | through which medium | using what"),
    "partOf": ((), "part of what | what does it belong to"),
    "memberOf": ((), "member of what | which are among them"),
    "affiliatedWith": ((), "whose | belonging to whom"),
    "phase": ((), "how far is | is it still so | has it ended | does it go on"),
    "status": ((), "in what state | in what state is it | is it so"),
    "described": ((), "what kind of | what is it like | how is it described"),
    "type": ((), "what is | what is it | what kind of thing"),
    "altLabel": ((), "what is the name of | what is the name | how is it called"),
    "creator": ((), "who wrote | who wrote it | who is the author"),
}
_CLASSES: Final = {
    "Actor": Kind.WHO,
    "Location": Kind.WHERE,
    "TimeExpression": Kind.WHEN,
    "Time": Kind.WHEN,
    "Quantity": Kind.COUNT,
    "Artefact": Kind.HOW,
    "Medium": Kind.HOW,
}
_NUMBERS: Final = frozenset(XSD + name for name in ("integer", "decimal", "nonNegativeInteger"))


def upwards(index: TripleIndex, predicate: str) -> list[str]:
    """A property and those above it, the nearest first."""
    found = [predicate]
    for iri in found:
        found += [above for above in index.iris(iri, RDFS + "subPropertyOf") if above not in found]
    return found


def role_of(index: TripleIndex, predicate: str) -> str:
    """The role that a predicate gives its objects: its local name or that of a property above it; empty for
    none."""
    names = (local_name(iri) for iri in upwards(index, predicate))
    return next((name for name in names if name in _ROLES), "")


def phrases(role: str) -> list[str]:
    """How people ask for what has a role."""
    return _ROLES.get(role, _ROLES["theme"])[1].split(" | ")


def kinds_of_object(index: TripleIndex, term: Term | None, predicate: str) -> tuple[Kind, ...]:
    """What the object of a claim answers."""
    if kinds := _ROLES.get(role_of(index, predicate), ((),))[0]:
        return kinds
    if isinstance(term, ox.Literal) and term.datatype.value in _NUMBERS:
        return (Kind.COUNT,)
    return _by_class(index.iris(predicate, RDFS + "range")) or kinds_of_subject(index, term)


def kinds_of_subject(index: TripleIndex, term: Term | None) -> tuple[Kind, ...]:
    """What the subject of a claim answers, by its class."""
    classes = index.iris(term.value, RDF_TYPE) if isinstance(term, ox.NamedNode) else ()
    return _by_class(classes) or (Kind.WHAT,)


def _by_class(classes: Iterable[str]) -> tuple[Kind, ...]:
    local: Callable[[str], str] = lambda iri: iri.removeprefix(KG)  # noqa: E731
    return tuple(dict.fromkeys(_CLASSES[local(iri)] for iri in classes if local(iri) in _CLASSES))
