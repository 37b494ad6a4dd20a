"""The constraint components of SHACL Core (SHACL, section 4): which values of a focus node are wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, Protocol, cast

import pyoxigraph as ox

from kgraph.checks.literals import is_well_typed
from kgraph.checks.shacl import NODE_KINDS, Constraint, Path, Shape
from kgraph.project.index import key
from kgraph.rdf.terms import Term
from kgraph.vocab import SH, XSD

__all__ = ["COMPONENTS", "OF_EACH_VALUE", "Reads", "Run"]


class Reads(Protocol):
    """What is said of things. A thing is named as :func:`kgraph.project.index.key` has it."""

    def objects(self, subject: str, predicate: str) -> list[Term]:
        """Every object of a predicate on a subject."""

    def predicates(self, subject: str) -> list[str]:
        """The predicates that a subject has."""


class Run(Protocol):
    """A validation under way, which components ask."""

    reads: Reads

    def values(self, node: Term, path: Path) -> list[Term]:
        """What a path leads to, each once."""

    def is_instance(self, node: Term, cls: str) -> bool:
        """Whether a node is of a class or of one below it."""

    def conforms(self, shape: Shape, node: Term) -> bool:
        """Whether nothing is wrong with a node by a shape."""


_Component = Callable[[Run, Constraint, Term, list[Term], Shape], Iterator[Term | None]]


def _each(test: Callable[[Run, Constraint, Term], bool]) -> _Component:
    """A component that looks at each value by itself."""

    def component(
        run: Run, constraint: Constraint, node: Term, values: list[Term], shape: Shape
    ) -> Iterator[Term | None]:
        del node, shape
        for value in values:
            if not test(run, constraint, value):
                yield value

    return component


def _counted(test: Callable[[int, int], bool]) -> _Component:
    def component(
        run: Run, constraint: Constraint, node: Term, values: list[Term], shape: Shape
    ) -> Iterator[Term | None]:
        del run, node, shape
        if not test(len(values), _number(constraint)):
            yield None

    return component


@lru_cache(maxsize=1_000)
def _number(constraint: Constraint) -> int:
    return int(getattr(constraint.value, "value", "0"))


def _is_of_kind(run: Run, constraint: Constraint, value: Term) -> bool:
    del run
    return isinstance(value, NODE_KINDS[key(constraint.value).removeprefix(SH)])


def _has_datatype(run: Run, constraint: Constraint, value: Term) -> bool:
    del run
    return (
        isinstance(value, ox.Literal)
        and value.datatype.value == key(constraint.value)
        and is_well_typed(value)
        and (value.datatype.value not in _CASTS or _can_be_cast(value))
    )


#: The other types whose values Oxigraph knows: a cast tells whether a literal is one.
_CASTS: Final = frozenset(
    XSD + name
    for name in (
        "date dateTime time gYear gYearMonth gMonth gMonthDay gDay duration yearMonthDuration dayTimeDuration"
    ).split()
)


@lru_cache(maxsize=10_000)
def _can_be_cast(literal: ox.Literal) -> bool:
    cast_text = f"{literal.datatype}({ox.Literal(literal.value)})"
    return bool(ox.Store().query(f"ASK {{ BIND({cast_text} AS ?value) FILTER(BOUND(?value)) }}"))


def _text(value: Term) -> str | None:
    """What the length and the pattern of a value are of: nothing of a blank node (section 4.4)."""
    return None if isinstance(value, (ox.BlankNode, ox.Triple)) else value.value


def _is_long(run: Run, constraint: Constraint, value: Term) -> bool:
    del run
    text = _text(value)
    return text is not None and len(text) >= _number(constraint)


def _is_short(run: Run, constraint: Constraint, value: Term) -> bool:
    del run
    text = _text(value)
    return text is not None and len(text) <= _number(constraint)


def _matches(run: Run, constraint: Constraint, value: Term) -> bool:
    del run
    text = _text(value)
    return text is not None and cast(re.Pattern[str], constraint.pattern).search(text) is not None


def _is_in_language(run: Run, constraint: Constraint, value: Term) -> bool:
    del run
    tag = (value.language or "").lower() if isinstance(value, ox.Literal) else ""
    ranges = [key(term).strip('"').lower() for term in constraint.terms]
    return bool(tag) and any(tag == each or tag.startswith(f"{each}-") for each in ranges)


def _compared(operator: str) -> Callable[[Run, Constraint, Term], bool]:
    def test(run: Run, constraint: Constraint, value: Term) -> bool:
        del run
        return _holds(value, operator, constraint.value)

    return test


@lru_cache(maxsize=10_000)
def _holds(one: Term, operator: str, other: Term) -> bool:
    """A comparison as SPARQL has it, which section 4.3 asks for; what cannot be compared does not hold."""
    if isinstance(one, ox.Literal) and isinstance(other, ox.Literal):
        begin, end = _whole(one), _whole(other)
        if begin is not None and end is not None:
            return _ORDERS[operator](begin, end)
        question = f"ASK {{ FILTER({one} {operator} {other}) }}"
        return bool(ox.Store().query(question))
    return False


_ORDERS: Final[dict[str, Callable[[int, int], bool]]] = {
    "<": int.__lt__,
    "<=": int.__le__,
    ">": int.__gt__,
    ">=": int.__ge__,
}
_WHOLE: Final = frozenset(XSD + name for name in ("integer", "nonNegativeInteger", "positiveInteger"))


def _whole(literal: ox.Literal) -> int | None:
    if literal.datatype.value in _WHOLE and is_well_typed(literal):
        return int(literal.value)
    return None


def _are_unique(
    run: Run, constraint: Constraint, node: Term, values: list[Term], shape: Shape
) -> Iterator[Term | None]:
    del run, node, shape
    if getattr(constraint.value, "value", "") not in ("true", "1"):
        return
    tags = [v.language.lower() for v in values if isinstance(v, ox.Literal) and v.language]
    for _ in {tag for tag in tags if tags.count(tag) > 1}:
        yield None


def _others(run: Run, constraint: Constraint, node: Term) -> list[Term]:
    return [] if isinstance(node, ox.Literal) else run.values(node, Path("predicate", key(constraint.value)))


def _equals(
    run: Run, constraint: Constraint, node: Term, values: list[Term], shape: Shape
) -> Iterator[Term | None]:
    del shape
    others = _others(run, constraint, node)
    yield from (value for value in values if value not in others)
    yield from (other for other in others if other not in values)


def _is_disjoint(
    run: Run, constraint: Constraint, node: Term, values: list[Term], shape: Shape
) -> Iterator[Term | None]:
    del shape
    others = _others(run, constraint, node)
    yield from (value for value in values if value in others)


def _is_less(operator: str) -> _Component:
    def component(
        run: Run, constraint: Constraint, node: Term, values: list[Term], shape: Shape
    ) -> Iterator[Term | None]:
        del shape
        for other in _others(run, constraint, node):
            yield from (value for value in values if not _holds(value, operator, other))

    return component


def _has_value(
    run: Run, constraint: Constraint, node: Term, values: list[Term], shape: Shape
) -> Iterator[Term | None]:
    del run, node, shape
    if constraint.value not in values:
        yield None


def _is_closed(
    run: Run, constraint: Constraint, node: Term, values: list[Term], shape: Shape
) -> Iterator[Term | None]:
    del node, shape
    if getattr(constraint.value, "value", "") not in ("true", "1"):
        return
    allowed = set(map(key, constraint.terms))
    for value in values:
        if not isinstance(value, ox.Literal):
            for predicate in run.reads.predicates(key(value)):
                if predicate not in allowed:
                    for told in run.reads.objects(key(value), predicate):
                        yield cast(Term, (predicate, told))


def _qualifies(
    run: Run, constraint: Constraint, node: Term, values: list[Term], shape: Shape
) -> Iterator[Term | None]:
    del node, shape
    count = sum(run.conforms(constraint.shapes[0], value) for value in values)
    if constraint.least is not None and count < constraint.least:
        yield None
    if constraint.most is not None and count > constraint.most:
        yield None


COMPONENTS: Final[dict[str, _Component]] = {
    "class": _each(lambda run, c, value: run.is_instance(value, key(c.value))),
    "datatype": _each(_has_datatype),
    "nodeKind": _each(_is_of_kind),
    "minCount": _counted(lambda count, limit: count >= limit),
    "maxCount": _counted(lambda count, limit: count <= limit),
    "minExclusive": _each(_compared(">")),
    "minInclusive": _each(_compared(">=")),
    "maxExclusive": _each(_compared("<")),
    "maxInclusive": _each(_compared("<=")),
    "minLength": _each(_is_long),
    "maxLength": _each(_is_short),
    "pattern": _each(_matches),
    "languageIn": _each(_is_in_language),
    "uniqueLang": _are_unique,
    "equals": _equals,
    "disjoint": _is_disjoint,
    "lessThan": _is_less("<"),
    "lessThanOrEquals": _is_less("<="),
    "not": _each(lambda run, c, value: not run.conforms(c.shapes[0], value)),
    "and": _each(lambda run, c, value: all(run.conforms(shape, value) for shape in c.shapes)),
    "or": _each(lambda run, c, value: any(run.conforms(shape, value) for shape in c.shapes)),
    "xone": _each(lambda run, c, value: sum(run.conforms(shape, value) for shape in c.shapes) == 1),
    "node": _each(lambda run, c, value: run.conforms(c.shapes[0], value)),
    "hasValue": _has_value,
    "in": _each(lambda run, c, value: value in c.terms),
    "closed": _is_closed,
    "qualifiedValueShape": _qualifies,
}
#: Those that look at each value by itself, so that nothing is wrong where there is none.
OF_EACH_VALUE: Final = frozenset(
    "class datatype nodeKind minExclusive minInclusive maxExclusive maxInclusive minLength maxLength pattern "
    "languageIn not and or xone node in".split()
)
