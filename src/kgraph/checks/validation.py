"""Validation: running compiled SHACL shapes over triples (SHACL, section 3).

All that it looks at beyond a focus node it asks of whoever has the triples, who therefore knows what a
result depends on. The results are those of pySHACL, which judges this module in the tests: the same focus
nodes, paths, values and severities, though other words where a shape has no message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast

import pyoxigraph as ox

from kgraph.checks.components import COMPONENTS, OF_EACH_VALUE, Reads
from kgraph.checks.shacl import Constraint, Path, Shape, Target
from kgraph.project.index import TripleIndex, key
from kgraph.rdf.terms import Term
from kgraph.vocab import RDF_TYPE, RDFS

__all__ = ["Reads", "Result", "validate"]


@dataclass(frozen=True, slots=True)
class Result:
    """A validation result (section 3.6.2): ``path`` only where it is one predicate."""

    focus: Term
    path: Path | None
    value: Term | None
    message: str
    severity: str
    component: str


def validate(shapes: list[tuple[Target, Shape]], focus: TripleIndex, reads: Reads) -> Iterator[Result]:
    """The results for all focus nodes that the triples of ``focus`` make (section 2.1.3)."""
    run = _Run(reads)
    nodes = _focus_nodes(shapes, focus, run)
    done: set[tuple[int, str]] = set()
    for target, shape in shapes:
        chosen: Mapping[str, Term]
        if target.kind == "node":
            name = key(target.value)
            chosen = {name: target.value} if name in focus else {}
        else:
            chosen = nodes.get((target.kind, key(target.value)), {})
        for name, node in chosen.items():
            if (id(shape), name) not in done:
                done.add((id(shape), name))
                yield from run.results(shape, node)


def _focus_nodes(
    shapes: list[tuple[Target, Shape]], focus: TripleIndex, run: _Run
) -> dict[tuple[str, str], dict[str, Term]]:
    """The nodes of each target but named ones, by the target's kind and value."""
    nodes: dict[tuple[str, str], dict[str, Term]] = {}
    classes = {key(target.value) for target, _ in shapes if target.kind == "class"}
    kinds: dict[str, list[str]] = {}
    for target, _ in shapes:
        if target.kind in ("subjectsOf", "objectsOf"):
            kinds.setdefault(key(target.value), []).append(target.kind)
    for subject, predicate, values in focus.statements():
        for kind in kinds.get(predicate, ()):
            terms = [_term(subject)] if kind == "subjectsOf" else values
            nodes.setdefault((kind, predicate), {}).update((key(term), term) for term in terms)
        if predicate == RDF_TYPE:
            for cls in {cls for value in values for cls in run.ancestors(key(value)) & classes}:
                nodes.setdefault(("class", cls), {})[subject] = _term(subject)
    return nodes


def _term(name: str) -> Term:
    return ox.BlankNode(name[2:]) if name.startswith("_:") else ox.NamedNode(name)


class _Run:
    def __init__(self, reads: Reads) -> None:
        self.reads = reads
        self._ancestors: dict[str, frozenset[str]] = {}
        self._classes: dict[Term, frozenset[str]] = {}

    def ancestors(self, cls: str) -> frozenset[str]:
        """A class and all that it is a subclass of."""
        found = self._ancestors.get(cls)
        if found is None:
            seen, waiting = {cls}, [cls]
            while waiting:
                for above in self.reads.objects(waiting.pop(), RDFS + "subClassOf"):
                    if (name := key(above)) not in seen:
                        seen.add(name)
                        waiting.append(name)
            found = self._ancestors[cls] = frozenset(seen)
        return found

    def is_instance(self, node: Term, cls: str) -> bool:
        if isinstance(node, ox.Literal):
            return False
        if (classes := self._classes.get(node)) is None:
            kinds = self.reads.objects(key(node), RDF_TYPE)
            classes = self._classes[node] = frozenset().union(*(self.ancestors(key(kind)) for kind in kinds))
        return cls in classes

    def values(self, node: Term, path: Path) -> list[Term]:
        """What a path leads to, each once (section 2.3.1)."""
        if path.kind == "predicate":
            if isinstance(node, ox.Literal):
                return []
            return self.reads.objects(key(node), path.predicate)
        if path.kind == "sequence":
            nodes = [node]
            for part in path.parts:
                nodes = list(dict.fromkeys(v for each in nodes for v in self.values(each, part)))
            return nodes
        if path.kind == "alternative":
            return list(dict.fromkeys(v for part in path.parts for v in self.values(node, part)))
        (part,) = path.parts
        if path.kind == "zeroOrOne":
            return list(dict.fromkeys([node, *self.values(node, part)]))
        found = dict.fromkeys([node] if path.kind == "zeroOrMore" else [])
        waiting = [node]
        while waiting:
            for value in self.values(waiting.pop(), part):
                if value not in found:
                    found[value] = None
                    waiting.append(value)
        return list(found)

    def conforms(self, shape: Shape, node: Term) -> bool:
        return next(self.results(shape, node), None) is None

    def results(self, shape: Shape, node: Term) -> Iterator[Result]:
        """What is wrong with a node by a shape."""
        if not shape.constraints:
            return
        values = [node] if shape.path is None else self.values(node, shape.path)
        if len(values) > 1:
            values = list(dict.fromkeys(values))
        for constraint in shape.constraints:
            if constraint.name == "property":
                for value in values:
                    yield from self.results(constraint.shapes[0], value)
                continue
            if not values and constraint.name in OF_EACH_VALUE:
                continue
            found = COMPONENTS[constraint.name](self, constraint, node, values, shape)
            for wrong in found:
                message = shape.message or _message(constraint)
                result = Result(node, shape.path, wrong, message, shape.severity, constraint.name)
                yield _placed(result) if constraint.name == "closed" else result


def _placed(result: Result) -> Result:
    """The result of a closed shape: its value comes with the predicate that leads to it (section 4.8.1)."""
    predicate, value = cast(tuple[str, Term], result.value)
    return replace(result, path=Path("predicate", predicate), value=value)


def _message(constraint: Constraint) -> str:
    return f"sh:{constraint.name} {constraint.value} does not hold."
