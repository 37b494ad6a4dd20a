"""What occurs together in a dataset, and how often.

VoID's class and property partitions (VoID, section 4.5), with the classes and datatypes of the values as
void-ext has them.

They are a part of the graph ``metadata``, and are counted once and carried on. Nodes are URNs, so that the
dataset's canonical hash stays cheap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import pyoxigraph as ox

from kgraph.vocab import RDF_TYPE, XSD

__all__ = ["Occurrences", "Use", "classes_of", "describe_occurrences"]

_VOID: Final = "http://rdfs.org/ns/void#"
_VOID_EXT: Final = "http://ldf.fi/void-ext#"
_URN: Final = "urn:kgraph:"

#: A way to use a property: the classes of its subject, its IRI, and the datatype or the classes of its value.
Use = tuple[tuple[str, ...], str, str | tuple[str, ...]]


@dataclass(slots=True)
class Occurrences:
    """How often what occurs: triples, things of a class, uses of a property on them, and with which values.

    A thing's part of it depends on its own triples and on the classes of their objects, so that it can be
    taken out and put in again.
    """

    triples: int = 0
    things: Counter[str] = field(default_factory=Counter)
    uses: Counter[tuple[str, str]] = field(default_factory=Counter)
    values: dict[tuple[str, str], Counter[tuple[str, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, triples: Iterable[ox.Triple]) -> Occurrences:
        """Those of a set of triples."""
        said: dict[object, list[ox.Triple]] = {}
        for triple in dict.fromkeys(triples):
            said.setdefault(triple.subject, []).append(triple)
        found = cls()
        found.count(said.values(), lambda node: tuple(classes_of(said.get(node, ()))))
        return found

    def count(
        self,
        things: Iterable[Iterable[ox.Triple | ox.Quad]],
        classes: Callable[[object], tuple[str, ...]],
        times: int = 1,
    ) -> None:
        """Put in what is said of some things, all of it; with ``times`` -1, take it out.

        Args:
            things: what is said of each.
            classes: tells the classes of a node.
            times: how often it is to count.
        """
        seen: Counter[Use] = Counter()
        for said in things:
            known = list(said)
            own = tuple(classes_of(known))
            self.triples += times * len(known)
            for cls in own:
                self.things[cls] += times
            for triple in known if own else ():
                value = triple.object
                kinds = value.datatype.value if isinstance(value, ox.Literal) else classes(value)
                seen[own, triple.predicate.value, kinds] += times
        self.add(seen)

    def add(self, seen: Mapping[Use, int]) -> None:
        """Put in how often properties are used in which way."""
        for (own, predicate, kinds), count in seen.items():
            for key in ((cls, predicate) for cls in own):
                self.uses[key] += count
                counted = self.values.setdefault(key, Counter())
                for kind in (
                    [("datatype", kinds)] if isinstance(kinds, str) else [("class", k) for k in kinds]
                ):
                    counted[kind] += count

    def merge(self, other: Occurrences) -> None:
        """Put in what occurs in another part of the same dataset."""
        self.triples += other.triples
        self.things.update(other.things)
        self.uses.update(other.uses)
        for key, counted in other.values.items():
            self.values.setdefault(key, Counter()).update(counted)

    def settled(self) -> Occurrences:
        """The same without what does not occur any more."""
        values = {key: +some for key, some in self.values.items() if +some}
        return Occurrences(self.triples, +self.things, +self.uses, values)


def classes_of(triples: Iterable[ox.Triple | ox.Quad]) -> list[str]:
    """The classes that triples give to their subject."""
    return [
        triple.object.value
        for triple in triples
        if triple.predicate.value == RDF_TYPE and isinstance(triple.object, ox.NamedNode)
    ]


def describe_occurrences(occurrences: Occurrences, but: Occurrences | None = None) -> Iterator[ox.Triple]:
    """The metadata of what occurs in a dataset; ``but`` for what occurs as often in another."""
    things, uses, values = occurrences.things, occurrences.uses, occurrences.values
    known = but or Occurrences()
    dataset = ox.NamedNode(_URN + "dataset")
    yield _iri(dataset, RDF_TYPE, _VOID + "Dataset")
    yield _count(dataset, "triples", occurrences.triples)
    for cls, count in sorted(things.items() - known.things.items()):
        node = _node("class", cls)
        yield _iri(dataset, _VOID + "classPartition", node.value)
        yield _iri(node, _VOID + "class", cls)
        yield _count(node, "entities", count)
    changed = uses.items() - known.uses.items()
    changed |= {(key, uses[key]) for key, some in values.items() if some != known.values.get(key, Counter())}
    for (cls, prop), count in sorted(changed):
        node = _node("property", cls, prop)
        yield _iri(_node("class", cls), _VOID + "propertyPartition", node.value)
        yield _iri(node, _VOID + "property", prop)
        yield _count(node, "triples", count)
        for (kind, value), number in sorted(values.get((cls, prop), Counter()).items()):
            part = _node(kind, cls, prop, value)
            namespace = _VOID if kind == "class" else _VOID_EXT
            yield _iri(node, f"{namespace}{kind}Partition", part.value)
            yield _iri(part, namespace + kind, value)
            yield _count(part, "triples", number)


def _node(kind: str, *parts: str) -> ox.NamedNode:
    digest = sha256("\n".join(parts).encode()).hexdigest()[:20]
    return ox.NamedNode(f"{_URN}partition:{kind}-{digest}")


def _iri(subject: ox.NamedNode, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), ox.NamedNode(value))


def _count(subject: ox.NamedNode, name: str, number: int) -> ox.Triple:
    value = ox.Literal(str(number), datatype=ox.NamedNode(XSD + "integer"))
    return ox.Triple(subject, ox.NamedNode(_VOID + name), value)
