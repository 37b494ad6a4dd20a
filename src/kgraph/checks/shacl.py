"""SHACL shapes, compiled: from the triples of shapes graphs to what :mod:`kgraph.checks.validation` runs.

SHACL Core (W3C Recommendation of 20 July 2017) without inverse paths: whatever a shape looks at is reached
forwards from its focus node, so that what a node's validation has read can be told and kept. Shapes that use
more than this are left to pySHACL: see :class:`Unsupported`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kgraph.project.index import TripleIndex, key
from kgraph.rdf.terms import Term
from kgraph.vocab import OWL, RDF, RDF_TYPE, RDFS, SH

__all__ = [
    "NODE_KINDS",
    "Constraint",
    "Path",
    "Shape",
    "Target",
    "Unsupported",
    "compile_shapes",
    "render_path",
]

#: The parameters of the constraint components that are known (section 4), by local name.
_PARAMETERS: Final = frozenset(
    "class datatype nodeKind minCount maxCount minExclusive minInclusive maxExclusive maxInclusive minLength "
    "maxLength pattern languageIn uniqueLang equals disjoint lessThan lessThanOrEquals not and or xone node "
    "property hasValue in closed qualifiedValueShape".split()
)
#: What belongs to a parameter, or to the shape itself.
_BESIDE: Final = frozenset(
    "path targetClass targetNode targetSubjectsOf targetObjectsOf name description message severity order "
    "group deactivated defaultValue flags ignoredProperties qualifiedMinCount qualifiedMaxCount "
    "qualifiedValueShapesDisjoint".split()
)
_LISTS_OF_SHAPES: Final = frozenset({"and", "or", "xone"})
_LISTS: Final = frozenset({"languageIn", "in"})
_SHAPES: Final = frozenset({"not", "node", "property", "qualifiedValueShape"})


#: What sh:nodeKind can ask for, as the kinds of terms that meet it.
NODE_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "IRI": (ox.NamedNode,),
    "BlankNode": (ox.BlankNode,),
    "Literal": (ox.Literal,),
    "BlankNodeOrIRI": (ox.BlankNode, ox.NamedNode),
    "BlankNodeOrLiteral": (ox.BlankNode, ox.Literal),
    "IRIOrLiteral": (ox.NamedNode, ox.Literal),
}


class Unsupported(Exception):  # noqa: N818 - it is no error of anybody's
    """A shape uses something that is not compiled."""


@dataclass(frozen=True, slots=True)
class Path:
    """A property path (section 2.3.1) without inverse steps.

    ``kind`` is ``predicate``, ``sequence``, ``alternative``, ``zeroOrMore``, ``oneOrMore`` or ``zeroOrOne``.
    """

    kind: str
    predicate: str = ""
    parts: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """What a shape is for: ``class``, ``node``, ``subjectsOf`` or ``objectsOf``, and its value."""

    kind: str
    value: Term


@dataclass(frozen=True, slots=True, eq=False)
class Constraint:
    """A constraint component's parameter by its local name, with its value and what goes with it."""

    name: str
    value: Term
    terms: tuple[Term, ...] = ()
    shapes: tuple[Shape, ...] = ()
    pattern: re.Pattern[str] | None = None
    least: int | None = None
    most: int | None = None


@dataclass(slots=True, eq=False)
class Shape:
    """A node shape, or with a path a property shape. ``severity`` is an IRI."""

    name: str
    path: Path | None = None
    constraints: tuple[Constraint, ...] = ()
    severity: str = SH + "Violation"
    message: str | None = None


def render_path(path: Path | None) -> str | None:
    """The IRI of a path that is one predicate; None of any other."""
    return path.predicate if path is not None and path.kind == "predicate" else None


def compile_shapes(triples: Iterable[ox.Triple]) -> list[tuple[Target, Shape]]:
    """The shapes with a target, once for each of their targets.

    Raises:
        Unsupported: one of them uses what is not compiled.
    """
    return _Compiler(TripleIndex(triples)).targeted()


class _Compiler:
    def __init__(self, index: TripleIndex) -> None:
        self._index = index
        self._known: dict[str, Shape] = {}
        self._under_way: set[str] = set()

    def targeted(self) -> list[tuple[Target, Shape]]:
        found: list[tuple[Target, Shape]] = []
        for name in self._index:
            targets = [
                Target(kind, value)
                for kind, predicate in (
                    ("class", "targetClass"),
                    ("node", "targetNode"),
                    ("subjectsOf", "targetSubjectsOf"),
                    ("objectsOf", "targetObjectsOf"),
                )
                for value in self._objects(name, predicate)
            ]
            types = self._index.iris(name, RDF_TYPE)
            is_shape = SH + "NodeShape" in types or SH + "PropertyShape" in types
            if is_shape and (RDFS + "Class" in types or OWL + "Class" in types):  # section 2.1.3.3
                targets.append(Target("class", ox.NamedNode(name)))
            if self._objects(name, "target"):
                raise Unsupported("sh:target")
            if targets and not self._is_deactivated(name):
                shape = self._shape(name)
                found += [(target, shape) for target in targets]
        return found

    def _objects(self, name: str, local: str) -> list[Term]:
        return self._index.objects(name, SH + local)

    def _first(self, name: str, local: str) -> Term | None:
        return next(iter(self._objects(name, local)), None)

    def _is_deactivated(self, name: str) -> bool:
        return getattr(self._first(name, "deactivated"), "value", "") in ("true", "1")

    def _shape(self, name: str) -> Shape:
        if name in self._known:
            return self._known[name]
        if name in self._under_way:
            raise Unsupported("a shape that refers to itself")
        if name.startswith('"'):
            raise Unsupported("a literal in the place of a shape")
        self._under_way.add(name)
        for predicate in self._index.predicates(name):
            local = predicate.removeprefix(SH)
            if predicate.startswith(SH) and local not in _PARAMETERS and local not in _BESIDE:
                raise Unsupported(f"sh:{local}")
        path = self._first(name, "path")
        severity, message = self._first(name, "severity"), self._first(name, "message")
        shape = Shape(
            name,
            None if path is None else self._path(path),
            () if self._is_deactivated(name) else tuple(self._constraints(name)),
            severity.value if isinstance(severity, ox.NamedNode) else SH + "Violation",
            message.value if isinstance(message, ox.Literal) else None,
        )
        self._under_way.discard(name)
        self._known[name] = shape
        return shape

    def _constraints(self, name: str) -> Iterable[Constraint]:
        flags = getattr(self._first(name, "flags"), "value", "")
        for local in sorted(_PARAMETERS):
            for value in self._objects(name, local):
                if local in _LISTS_OF_SHAPES:
                    shapes = tuple(self._shape(key(member)) for member in self._members(value))
                    yield Constraint(local, value, shapes=shapes)
                elif local in _LISTS:
                    yield Constraint(local, value, terms=tuple(self._members(value)))
                elif local == "qualifiedValueShape":
                    yield self._qualified(name, value)
                elif local in _SHAPES:
                    shape = self._shape(key(value))
                    if local == "property" and shape.path is None:
                        raise Unsupported("a property shape without a path")  # pySHACL says it better
                    yield Constraint(local, value, shapes=(shape,))
                elif local == "pattern":
                    yield Constraint(local, value, pattern=_pattern(value, flags))
                elif local == "closed":
                    yield self._closed(name, value)
                elif _is_possible(local, value):
                    yield Constraint(local, value)
                else:
                    raise Unsupported(f"sh:{local} {value}")

    def _qualified(self, name: str, value: Term) -> Constraint:
        if self._objects(name, "qualifiedValueShapesDisjoint"):
            raise Unsupported("sh:qualifiedValueShapesDisjoint")
        least, most = (
            int(term.value) if isinstance(term, ox.Literal) else None
            for term in (self._first(name, "qualifiedMinCount"), self._first(name, "qualifiedMaxCount"))
        )
        return Constraint("qualifiedValueShape", value, (), (self._shape(key(value)),), None, least, most)

    def _closed(self, name: str, value: Term) -> Constraint:
        ignored = [t for head in self._objects(name, "ignoredProperties") for t in self._members(head)]
        inner = (
            path for each in self._objects(name, "property") for path in self._objects(key(each), "path")
        )
        return Constraint("closed", value, (*ignored, *(t for t in inner if isinstance(t, ox.NamedNode))))

    def _members(self, head: Term) -> list[Term]:
        found: list[Term] = []
        node, seen = key(head), set[str]()
        while node != RDF + "nil":
            first, rest = self._index.objects(node, RDF + "first"), self._index.objects(node, RDF + "rest")
            if node in seen or len(first) != 1 or len(rest) != 1:
                raise Unsupported("a list that is none")
            seen.add(node)
            found.append(first[0])
            node = key(rest[0])
        return found

    def _path(self, term: Term) -> Path:
        if isinstance(term, ox.NamedNode):
            return Path("predicate", term.value)
        node = key(term)
        if self._index.objects(node, RDF + "first"):
            return Path("sequence", parts=tuple(map(self._path, self._members(term))))
        for kind in ("alternative", "zeroOrMore", "oneOrMore", "zeroOrOne"):
            for value in self._objects(node, f"{kind}Path"):
                members = self._members(value) if kind == "alternative" else [value]
                return Path(kind, parts=tuple(map(self._path, members)))
        raise Unsupported("an inverse path")


def _is_possible(local: str, value: Term) -> bool:
    """Whether a parameter has a value that its component knows."""
    if local in ("minCount", "maxCount", "minLength", "maxLength"):
        return isinstance(value, ox.Literal) and value.value.isdecimal()
    if local == "nodeKind":
        return key(value).removeprefix(SH) in NODE_KINDS
    return True


def _pattern(value: Term, flags: str) -> re.Pattern[str]:
    options = 0
    for flag in flags:
        if flag not in "ismx":
            raise Unsupported(f"the flag {flag}")
        options |= {"i": re.IGNORECASE, "s": re.DOTALL, "m": re.MULTILINE, "x": re.VERBOSE}[flag]
    try:
        return re.compile(getattr(value, "value", ""), options)
    except re.error as error:
        raise Unsupported(f"the pattern {value}") from error
