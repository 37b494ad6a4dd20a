"""The policy that turns assertions into the stated graph: one rule, in one place.

    stated = { (s, p, o) | mode is narrated or byline, polarity is positive, modality is fact }

What a source is quoted as saying, what is denied, demanded, planned, attempted or evaluated stays a claim.
What each article states is a graph of its own, and the stated graph is the union of these. The ontology says
the same in OWL (kg:StatedAssertion), and a test demands that both agree.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from kgraph.project import Article
from kgraph.project.claims import Claim
from kgraph.project.index import TripleIndex
from kgraph.rdf.terms import Term
from kgraph.vocab import DCTERMS, FACT, MODES_OF_THE_PUBLICATION, POSITIVE, STATED_BY, Names

__all__ = ["is_stated", "project_articles", "project_stated", "project_voices"]


def is_stated(claim: Claim) -> bool:
    """Whether the publication itself asserts the claim's triple, as a fact and not as a judgement."""
    return claim.mode in MODES_OF_THE_PUBLICATION and claim.polarity == POSITIVE and claim.modality == FACT


def project_stated(claims: Iterable[Claim]) -> list[ox.Triple]:
    """The triples of all stated claims, each once, in the order of the claims."""
    triples = (claim.triple for claim in claims if is_stated(claim))
    return list(dict.fromkeys(triple for triple in triples if triple is not None))


def project_articles(
    articles: Iterable[Article], claims: Iterable[Claim], index: TripleIndex, names: Names
) -> tuple[dict[str, list[ox.Triple]], list[ox.Triple]]:
    """What each article states, by the short name of its graph; and of each of these graphs, whose
    statements it holds, by whom published and on which day.
    """
    known = list(articles)
    homes = {part.iri: each.slug for each in known for part in (*each.sentences, *each.parts)}
    found: dict[str, dict[ox.Triple, None]] = {}
    for claim in claims:
        slug = homes.get(claim.sentence or "")
        if slug is not None and is_stated(claim) and claim.triple is not None:
            found.setdefault(STATED_BY + slug, {})[claim.triple] = None
    described: list[ox.Triple] = []
    for article in known:
        if STATED_BY + article.slug in found:
            graph = ox.NamedNode(names.graph(STATED_BY + article.slug))
            said: list[tuple[str, Term]] = [(DCTERMS + "source", ox.NamedNode(article.iri))]
            for predicate in (DCTERMS + "publisher", DCTERMS + "issued"):
                said += [(predicate, value) for value in index.objects(article.iri, predicate)]
            described += [ox.Triple(graph, ox.NamedNode(predicate), value) for predicate, value in said]
    return {graph: list(triples) for graph, triples in found.items()}, described


def project_voices(claims: Iterable[Claim]) -> dict[ox.Triple, set[frozenset[str]]]:
    """Whose word each stated triple is: for each of the claims that state it, to whom it is attributed,
    with whoever identified the things that it is about.
    """
    voices: dict[ox.Triple, set[frozenset[str]]] = {}
    for claim in claims:
        if is_stated(claim) and claim.triple is not None:
            voices.setdefault(claim.triple, set()).add(
                frozenset((*claim.attributed_to, *claim.identified_by))
            )
    return voices
