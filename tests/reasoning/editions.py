"""Random ontologies, and small invented projects over them: claims by speakers, records, entities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox
from hypothesis import strategies as st

from kgraph.reasoning import View, close
from kgraph.reasoning.closure import Closure
from kgraph.reasoning.support import Ways
from kgraph.reasoning.support_graph import describe_support
from kgraph.vocab import FACT, KG, POSITIVE, Names
from tests.reasoning.oracle import parse
from tests.reasoning.test_closure import AXIOMS, DECLARATIONS, FACTS, filled

NAMES = Names("https://w3id.org/kgraph/")
SPEAKERS = ("urn:t:reuters", "urn:t:ristic", "urn:t:kfor")
GAZETTEER = NAMES.graph("gazetteer")

#: (what is claimed, by whom, whether in the article's own voice), and facts of other graphs: (graph, fact).
Claims = Sequence[tuple[str, str, bool]]
Facts = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Edition:
    """The state of an invented project."""

    graphs: Mapping[str, list[ox.Triple]]
    told: Mapping[ox.Triple, Ways]

    @property
    def facts(self) -> list[ox.Triple]:
        """What is reasoned with."""
        return [t for name, triples in self.graphs.items() if name != "links" for t in triples]

    def close(self, axioms: Sequence[ox.Triple]) -> Closure:
        """Everything that follows, computed in full."""
        asserted = [triple for triples in self.graphs.values() for triple in triples]
        return close(axioms, self.facts, asserted, told=self.told)

    def publish(self, axioms: Sequence[ox.Triple], closure: Closure) -> View:
        """A generation, with all that a build puts into it."""
        support = list(describe_support(closure.support, NAMES))
        graphs = {**self.graphs, "ontology": axioms, "inferred": closure.inferred, "support": support}
        return View(graphs, NAMES)


def edition(claims: Claims, facts: Facts) -> Edition:
    """A project with some claims, and some facts of other graphs."""
    graphs: dict[str, list[ox.Triple]] = {"assertions": [], "stated": []}
    for name, text in facts:
        graphs.setdefault(name, []).extend(parse(text))
    told: dict[ox.Triple, set[frozenset[str]]] = {}
    for number, (text, speaker, is_stated) in enumerate(dict.fromkeys(claims)):
        (content,) = parse(text)
        parts = {
            "subject": content.subject,
            "predicate": content.predicate,
            "value" if isinstance(content.object, ox.Literal) else "object": content.object,
            "attributedTo": ox.NamedNode(speaker),
            "mode": ox.NamedNode(KG + ("narrated" if is_stated else "direct-quotation")),
            "polarity": ox.NamedNode(POSITIVE),
            "modality": ox.NamedNode(FACT),
        }
        claim = ox.NamedNode(f"urn:t:claim{number}")
        graphs["assertions"] += [
            ox.Triple(claim, ox.NamedNode(KG + name), part) for name, part in parts.items()
        ]
        if is_stated:
            graphs["stated"].append(content)
            told.setdefault(content, set()).add(frozenset({speaker}))
    for triple in graphs.get("gazetteer", ()):
        told.setdefault(triple, set()).add(frozenset({GAZETTEER}))
    free = {triple for name in ("entities", "document") for triple in graphs.get(name, ())}
    return Edition(
        {name: list(dict.fromkeys(triples)) for name, triples in graphs.items()},
        {triple: frozenset(ways) for triple, ways in told.items() if triple not in free},
    )


ontologies = st.lists(filled(AXIOMS), min_size=1, max_size=6).map(
    lambda some: parse(DECLARATIONS + "\n".join(some))
)
contents = filled([fact for fact in FACTS if "differentFrom" not in fact])
claims = st.lists(st.tuples(contents, st.sampled_from(SPEAKERS), st.booleans()), max_size=8)


def recorded(templates: list[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
    graphs = st.sampled_from(["entities", "gazetteer", "document", "links"])
    return st.lists(st.tuples(graphs, filled(templates)), min_size=1, max_size=6)


facts = recorded(FACTS)
facts_with_blank_nodes = recorded([*FACTS, "_:b {p} {i} .", "{i} {p} _:b .", "_:b a {c} ."])
