"""What would hold if one believed somebody: the closure of the stated facts and of chosen speakers' claims.

To believe a speaker is to take for true what that speaker presents as holding: affirmative claims, as facts
or as characterisations. What is demanded, planned, predicted or conditional stays what it is. With
``only``, nothing is believed but these speakers: what follows then rests on their voice alone.

UNSAID: the result is a view in memory; it enters no graph that anybody else can ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kgraph.rdf.terms import Term
from kgraph.reasoning.closure import close
from kgraph.reasoning.evidence import Asking
from kgraph.reasoning.proof import Explanation
from kgraph.reasoning.saturation import Clash
from kgraph.reasoning.search import Explainer
from kgraph.reasoning.view import View
from kgraph.reasoning.world import is_reasoned_over
from kgraph.vocab import AFFIRMING, KG, POSITIVE, Names

__all__ = ["BELIEVED", "Belief", "believe"]

#: The graph of a view that holds what is believed beyond what is stated.
BELIEVED: Final = "believed"


@dataclass(frozen=True, slots=True)
class Belief:
    """What believing some speakers adds: their claims' triples, what follows from those, what contradicts."""

    speakers: tuple[str, ...]
    believed: tuple[ox.Triple, ...]
    inferred: tuple[ox.Triple, ...]
    contradictions: tuple[Clash, ...]
    _view: View
    _explainer: Explainer

    def explain(self, triple: ox.Triple, *, every: bool = False) -> Explanation:
        """Why a triple would hold."""
        return self._view.run(self._explainer.explain(triple, every=every))


def believe(
    speakers: Sequence[str], axioms: Sequence[ox.Triple], explainer: Explainer, *, only: bool = False
) -> Asking[Belief]:
    """Reason with what the speakers claim.

    Args:
        speakers: the IRIs of those to be believed.
        axioms: the ontology.
        explainer: of the generation that is asked.
        only: believe nobody else, not even what the articles state.
    """
    names = explainer.names
    graphs = yield from _graphs(names)
    stated, inferred = graphs.pop("stated", []), graphs.pop("inferred", [])
    claims = yield from _claims(speakers)
    kept = [] if only else stated
    believed = tuple(triple for triple in claims if triple not in set(kept))
    outside = [triple for name, triples in graphs.items() if is_reasoned_over(name) for triple in triples]
    asserted = [triple for triples in graphs.values() for triple in triples]
    without = close(axioms, outside, asserted).inferred if only else tuple(inferred)
    closure = close(axioms, [*outside, *kept, *believed], [*asserted, *kept, *believed])
    known = set(without)
    view = View({**graphs, "stated": kept, BELIEVED: believed, "inferred": closure.inferred}, names)
    return Belief(
        tuple(speakers),
        believed,
        tuple(triple for triple in closure.inferred if triple not in known),
        closure.contradictions,
        view,
        explainer,
    )


def _graphs(names: Names) -> Asking[dict[str, list[ox.Triple]]]:
    rows = yield "SELECT ?graph ?s ?p ?o WHERE { GRAPH ?graph { ?s ?p ?o } }"
    found: dict[str, list[ox.Triple]] = {}
    for row in rows:
        graph = row["graph"]
        assert isinstance(graph, ox.NamedNode)  # noqa: S101 - the builder names all graphs so
        found.setdefault(graph.value.removeprefix(names.graphs), []).append(
            _triple(row["s"], row["p"], row["o"])
        )
    return found


def _claims(speakers: Sequence[str]) -> Asking[list[ox.Triple]]:
    """What the speakers present as holding."""
    wanted = " ".join(str(ox.NamedNode(speaker)) for speaker in speakers)
    modalities = " ".join(f"<{modality}>" for modality in sorted(AFFIRMING))
    rows = yield (
        f"SELECT DISTINCT ?s ?p ?o WHERE {{ "
        f"VALUES ?speaker {{ {wanted} }} VALUES ?modality {{ {modalities} }} "
        f"?claim <{KG}attributedTo> ?speaker ; <{KG}polarity> <{POSITIVE}> ; <{KG}modality> ?modality ; "
        f"<{KG}subject> ?s ; <{KG}predicate> ?p ; <{KG}object>|<{KG}value> ?o }}"
    )
    return [_triple(row["s"], row["p"], row["o"]) for row in rows]


def _triple(subject: Term | None, predicate: Term | None, value: Term | None) -> ox.Triple:
    return ox.Triple(subject, predicate, value)  # type: ignore[arg-type]
