"""The claims of a project's articles: assertion nodes, read once into values.

A claim is an assertion's own triple (kg:subject, kg:predicate, kg:object or kg:value) with how it is put
(mode, polarity, modality) and whose it is (a chain of nested sources, the innermost first).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from kgraph.project.index import TripleIndex
from kgraph.rdf.terms import Term
from kgraph.vocab import KG, PROV

__all__ = ["Claim", "SourceChain", "read_claims", "source_chain"]


@dataclass(frozen=True, slots=True)
class SourceChain:
    """Whose words: agents from the innermost speaker out to the publication.

    ``cyclic`` is true where kg:embeddedIn leads back to where it came from; the chain then stops there.
    """

    sources: tuple[str, ...]
    agents: tuple[str, ...]
    cyclic: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """One atomic claim. A part that is missing in the data is None; SHACL says so."""

    iri: str
    subject: ox.NamedNode | ox.BlankNode | None
    predicate: ox.NamedNode | None
    object: Term | None
    mode: str | None
    polarity: str | None
    modality: str | None
    source: str | None
    attributed_to: tuple[str, ...]
    sentence: str | None
    evidence: tuple[str, ...]
    #: Whose identifications of things it rests on, besides those to whom it is attributed.
    identified_by: tuple[str, ...] = ()

    @property
    def triple(self) -> ox.Triple | None:
        """What is claimed, as a triple; None where a part of it is missing."""
        if self.subject is None or self.predicate is None or self.object is None:
            return None
        return ox.Triple(self.subject, self.predicate, self.object)


def source_chain(index: TripleIndex, source: str | None) -> SourceChain:
    """Follow kg:embeddedIn from a source outwards."""
    sources: list[str] = []
    while source is not None and source not in sources:
        sources.append(source)
        source = index.iri(source, KG + "embeddedIn")
    agents = tuple(agent for node in sources if (agent := index.iri(node, KG + "sourceAgent")))
    return SourceChain(tuple(sources), agents, cyclic=source is not None)


def read_claims(index: TripleIndex, *, drafted: bool = False) -> Iterator[Claim]:
    """The claims in the order of the files: every kg:Assertion, or every kg:DraftedAssertion."""
    for iri in index.instances(KG + ("DraftedAssertion" if drafted else "Assertion")):
        subject = next(iter(index.objects(iri, KG + "subject")), None)
        predicate = next(iter(index.objects(iri, KG + "predicate")), None)
        objects = [*index.objects(iri, KG + "object"), *index.objects(iri, KG + "value")]
        yield Claim(
            iri=iri,
            subject=subject if isinstance(subject, (ox.NamedNode, ox.BlankNode)) else None,
            predicate=predicate if isinstance(predicate, ox.NamedNode) else None,
            object=next(iter(objects), None),
            mode=index.iri(iri, KG + "mode"),
            polarity=index.iri(iri, KG + "polarity"),
            modality=index.iri(iri, KG + "modality"),
            source=index.iri(iri, KG + "source"),
            attributed_to=tuple(index.iris(iri, KG + "attributedTo")),
            sentence=index.iri(iri, KG + "inSentence"),
            evidence=tuple(index.iris(iri, KG + "evidence")),
            identified_by=tuple(
                dict.fromkeys(
                    curator
                    for identification in index.iris(iri, KG + "restsOn")
                    for curator in index.iris(identification, PROV + "wasAttributedTo")
                )
            ),
        )
