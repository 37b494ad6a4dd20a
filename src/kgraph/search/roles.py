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
from kgraph.rdf.terms import Term
from kgraph.vocab import KG, RDF_TYPE, RDFS, XSD

__all__ = ["Kind", "kinds_of_object", "kinds_of_subject", "upwards"]


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


#: By the local name of a predicate; the value of several kinds answers each.
_ROLES: Final = {
    **dict.fromkeys(("agent", "participant"), (Kind.WHO,)),
    "recipient": (Kind.WHOM,),
    **dict.fromkeys(("topic", "content"), (Kind.ABOUT, Kind.WHAT)),
    **dict.fromkeys(("time", "since", "until"), (Kind.WHEN,)),
    **dict.fromkeys(("after", "coincidesWith"), (Kind.WHEN, Kind.WHAT)),
    **dict.fromkeys(("place", "origin", "destination", "locatedIn", "basedIn"), (Kind.WHERE,)),
    "duration": (Kind.DURATION,),
    "amount": (Kind.COUNT, Kind.DISTANCE),
    **dict.fromkeys(("purpose", "cause"), (Kind.WHY,)),
    "instrument": (Kind.HOW,),
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


def kinds_of_object(index: TripleIndex, term: Term | None, predicate: str) -> tuple[Kind, ...]:
    """What the object of a claim answers."""
    names = (iri.removeprefix(KG) for iri in upwards(index, predicate))
    if (kinds := next((_ROLES[name] for name in names if name in _ROLES), None)) is not None:
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
