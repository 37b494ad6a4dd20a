"""The policy that turns assertions into the stated graph: one rule, in one place.

    stated = { (s, p, o) | mode is narrated or byline, polarity is positive, modality is fact }

What a source is quoted as saying, what is denied, demanded, planned, attempted or evaluated stays a claim.
What each article states is a graph of its own, and the stated graph is the union of these. The ontology says
the same in OWL (kg:StatedAssertion), and a test demands that both agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from kgraph.project.claims import Claim
from kgraph.vocab import FACT, MODES_OF_THE_PUBLICATION, POSITIVE

__all__ = ["is_stated", "project_articles", "project_stated", "project_voices"]


def is_stated(claim: Claim) -> bool:
    """Whether the publication itself asserts the claim's triple, as a fact and not as a judgement."""
    return claim.mode in MODES_OF_THE_PUBLICATION and claim.polarity == POSITIVE and claim.modality == FACT


def project_stated(claims: Iterable[Claim]) -> list[ox.Triple]:
    """The triples of all stated claims, each once, in the order of the claims."""
    triples = (claim.triple for claim in claims if is_stated(claim))
    return list(dict.fromkeys(triple for triple in triples if triple is not None))


def project_articles(claims: Iterable[Claim], articles: Mapping[str, str]) -> dict[str, list[ox.Triple]]:
    """The stated triples of each article by its slug. ``articles`` maps sentences and parts to slugs."""
    found: dict[str, dict[ox.Triple, None]] = {}
    for claim in claims:
        slug = articles.get(claim.sentence or "")
        if slug is not None and is_stated(claim) and claim.triple is not None:
            found.setdefault(slug, {})[claim.triple] = None
    return {slug: list(triples) for slug, triples in found.items()}


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
