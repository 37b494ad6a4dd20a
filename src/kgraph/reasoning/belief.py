"""What would hold if one believed somebody: the closure of the stated facts and of chosen speakers' claims.

To believe a speaker is to take for true what that speaker presents as holding: affirmative claims, as facts
or as characterisations. What is demanded, planned, predicted or conditional stays what it is. With
``only``, nothing is believed but these speakers: what follows then rests on their voice alone.

Nothing is computed that does not depend on the claims: what holds already stands in the generation, which
knows of each conclusion whose word it rests on.

UNSAID: the result is a world above the generation; it enters no graph that anybody else can ask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kgraph.rdf.terms import Term
from kgraph.reasoning.change import alter
from kgraph.reasoning.closure import Selection
from kgraph.reasoning.evidence import BELIEVED, Asking, Rows
from kgraph.reasoning.proof import Explanation
from kgraph.reasoning.remainder import Remainder
from kgraph.reasoning.saturation import Clash
from kgraph.reasoning.search import Explainer
from kgraph.reasoning.support import FREE, Ways
from kgraph.reasoning.support_graph import find_resting_on, find_stored_support
from kgraph.reasoning.world import GAZETTEER, INFERRED, ONTOLOGY, Altered
from kgraph.vocab import AFFIRMING, FACT, KG, MODES_OF_THE_PUBLICATION, POSITIVE, Names

__all__ = ["Belief", "believe"]

_STATED: Final = "stated"


@dataclass(frozen=True, slots=True)
class Belief:
    """What believing some speakers adds: their claims' triples, what follows from those, what contradicts."""

    speakers: tuple[str, ...]
    believed: tuple[ox.Triple, ...]
    inferred: tuple[ox.Triple, ...]
    contradictions: tuple[Clash, ...]
    _explainer: Explainer

    def explain(self, triple: ox.Triple, *, every: bool = False) -> Asking[Explanation]:
        """Why a triple would hold."""
        return self._explainer.explain(triple, every=every)


def believe(
    speakers: Sequence[str],
    axioms: Sequence[ox.Triple],
    remainder: Remainder,
    explainer: Explainer,
    *,
    only: bool = False,
) -> Asking[Belief]:
    """Reason with what the speakers claim.

    Args:
        speakers: the IRIs of those to be believed.
        axioms: the ontology.
        remainder: what the generation's closure has besides its graphs.
        explainer: of the generation that is asked.
        only: believe nobody else, not even what the articles state.
    """
    names = explainer.names
    claims = yield from _claims(speakers)
    inferred: set[ox.Triple] = set()
    believed = list(claims)
    if only:
        # What they state is believed from the start, and the generation knows what rests on it.
        outside = frozenset({names.graph(GAZETTEER)})
        world: Altered = _Doubting(names, axioms, remainder, outside.union(speakers))
        world.add((triple for triple, is_stated in claims.items() if is_stated), BELIEVED)
        inferred |= set((yield from find_resting_on(speakers, outside, names)))
    else:
        world = Altered(names, {ONTOLOGY: axioms, INFERRED: remainder.conclusions})
        graphs = yield from world.graphs(list(claims))
        believed = [triple for triple in claims if _STATED not in graphs[triple]]
    graphs = yield from world.graphs(believed)
    change = yield from alter(
        world, explainer.rules, {triple: {*graphs[triple], BELIEVED} for triple in believed}
    )
    inferred |= change.new
    graphs = yield from world.graphs(list(inferred))
    selection = Selection(axioms, believed)
    return Belief(
        tuple(speakers),
        tuple(believed),
        tuple(sorted((t for t in inferred if graphs[t] == {INFERRED} and selection.keeps(t)), key=str)),
        change.clashes,
        explainer.within(world, speakers),
    )


class _Doubting(Altered):
    """A world in which nobody is believed but some sources."""

    def __init__(
        self, names: Names, axioms: Sequence[ox.Triple], remainder: Remainder, believed: frozenset[str]
    ) -> None:
        self._believed = believed
        rest = [t for t in remainder.conclusions if self._is_enough(remainder.support.get(t, FREE))]
        super().__init__(names, {ONTOLOGY: axioms, INFERRED: rest}, hidden={_STATED})

    def _is_enough(self, ways: Ways) -> bool:
        return any(way <= self._believed for way in ways)

    def _learn(self, found: Mapping[ox.Triple, set[str]]) -> Asking[None]:
        """Take for inferred what would follow, as the generation has it, and nothing else."""
        in_question = [triple for triple, graphs in found.items() if graphs & {INFERRED, _STATED}]
        ways = yield from find_stored_support(in_question, self.names)
        for triple in in_question:
            graphs = found[triple]
            follows = self._is_enough(ways[triple] or (FREE if INFERRED in graphs else frozenset()))
            found[triple].discard(INFERRED)
            if follows:
                found[triple].add(INFERRED)


def _claims(speakers: Sequence[str]) -> Asking[dict[ox.Triple, bool]]:
    """What the speakers present as holding, and whether that is stated."""
    wanted = " ".join(str(ox.NamedNode(speaker)) for speaker in speakers)
    modalities = " ".join(f"<{modality}>" for modality in sorted(AFFIRMING))
    rows = yield (
        f"SELECT DISTINCT ?s ?p ?o ?mode ?modality WHERE {{ "
        f"VALUES ?speaker {{ {wanted} }} VALUES ?modality {{ {modalities} }} "
        f"?claim <{KG}attributedTo> ?speaker ; <{KG}polarity> <{POSITIVE}> ; <{KG}modality> ?modality ; "
        f"<{KG}mode> ?mode ; <{KG}subject> ?s ; <{KG}predicate> ?p ; <{KG}object>|<{KG}value> ?o }}"
    )
    return _by_triple(rows)


def _by_triple(rows: Rows) -> dict[ox.Triple, bool]:
    found: dict[ox.Triple, bool] = {}
    stating = {ox.NamedNode(mode) for mode in MODES_OF_THE_PUBLICATION}
    for row in rows:
        triple = _triple(row["s"], row["p"], row["o"])
        is_stated = row["mode"] in stating and row["modality"] == ox.NamedNode(FACT)
        found[triple] = found.get(triple, False) or is_stated
    return found


def _triple(subject: Term | None, predicate: Term | None, value: Term | None) -> ox.Triple:
    return ox.Triple(subject, predicate, value)  # type: ignore[arg-type]
