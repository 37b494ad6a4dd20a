"""The policy in code and in the ontology: for every way to put a claim, both say the same."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pyoxigraph as ox
import pytest

from kgraph.project import Claim, read_claims
from kgraph.project.index import TripleIndex
from kgraph.projection import is_stated, project_stated
from kgraph.reasoning import close
from kgraph.vocab import KG, RDF_TYPE

MODES = ("narrated", "byline", "direct-quotation", "indirect-speech", "editorial-insertion")
POLARITIES = ("positive", "negative")
MODALITIES = (
    "fact claim estimate degree framing denial refusal prediction possibility inability demand "
    "request order obligation promise plan intention attempt conditional"
).split()
WAYS = list(product(MODES, POLARITIES, MODALITIES))


def _facts() -> list[ox.Triple]:
    """One assertion for each way to put a claim."""
    kg = {name: ox.NamedNode(KG + name) for name in ("Assertion", "subject", "predicate", "object")}
    facts = []
    for way in WAYS:
        iri = ox.NamedNode("http://example.org/" + "/".join(way))
        facts += [
            ox.Triple(iri, ox.NamedNode(RDF_TYPE), kg["Assertion"]),
            ox.Triple(iri, kg["subject"], ox.NamedNode("http://example.org/s/" + "/".join(way))),
            ox.Triple(iri, kg["predicate"], ox.NamedNode(KG + "locatedIn")),
            ox.Triple(iri, kg["object"], ox.NamedNode("http://example.org/o")),
        ]
        facts += [
            ox.Triple(iri, ox.NamedNode(KG + name), ox.NamedNode(KG + value))
            for name, value in zip(("mode", "polarity", "modality"), way, strict=True)
        ]
    return facts


@pytest.fixture(scope="module")
def claims() -> dict[tuple[str, ...], Claim]:
    read = list(read_claims(TripleIndex(_facts())))
    return {tuple(claim.iri.rsplit("/", 3)[1:]): claim for claim in read}


def test_only_the_publications_own_affirmed_facts_are_stated(claims: dict[tuple[str, ...], Claim]) -> None:
    assert len(claims) == len(WAYS) == 190
    stated = {way for way, claim in claims.items() if is_stated(claim)}
    assert stated == {("narrated", "positive", "fact"), ("byline", "positive", "fact")}
    assert project_stated(claims.values()) == [claims[way].triple for way in claims if way in stated]


def test_the_ontology_classifies_every_way_as_the_code_does(
    claims: dict[tuple[str, ...], Claim], repository: Path
) -> None:
    axioms = [
        quad.triple
        for name in ("kgraph.ttl", "attribution.ttl")
        for quad in ox.parse(
            (repository / "ontology" / name).read_bytes(), ox.RdfFormat.TURTLE, rename_blank_nodes=True
        )
    ]
    closure = close(axioms, _facts(), _facts())
    assert closure.contradictions == ()
    classified = {
        cls: {
            tuple(str(triple.subject)[1:-1].rsplit("/", 3)[1:])
            for triple in closure.inferred
            if triple.predicate.value == RDF_TYPE and triple.object == ox.NamedNode(KG + cls)
        }
        for cls in ("StatedAssertion", "UnassertedClaim")
    }
    assert classified["StatedAssertion"] == {way for way, claim in claims.items() if is_stated(claim)}
    assert {way for way in claims if way[0] == "direct-quotation"} <= classified["UnassertedClaim"]
    between = set(claims) - classified["StatedAssertion"] - classified["UnassertedClaim"]
    # evaluated, or the desk's own insertion: neither stated nor disowned
    assert (
        between
        == {
            (mode, "positive", modality)
            for mode in ("narrated", "byline", "editorial-insertion")
            for modality in ("fact", "claim", "estimate", "degree", "framing")
        }
        - classified["StatedAssertion"]
    )


def test_a_triple_that_two_claims_state_is_stated_once(claims: dict[tuple[str, ...], Claim]) -> None:
    claim = claims["narrated", "positive", "fact"]
    assert project_stated([claim, claim]) == [claim.triple]
