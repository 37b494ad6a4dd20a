"""Claims, proofs and rows as small JSON: prefixed names, no value that is empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyoxigraph as ox

from kgraph.agents.budget import cut
from kgraph.rdf.terms import compact, render_triple, render_words
from kgraph.reasoning import Proof
from kgraph.reasoning.account import nearest
from kgraph.reasoning.proof import Statement
from kgraph.who_said import Answer, Attribution, Inferred
from kgraph.who_said.citation import cite

__all__ = ["as_claim", "as_inferred", "as_proof", "as_statement", "as_term"]

Prefixes = Mapping[str, str]


def _full(value: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in value.items() if each not in (None, "", [], {})}


def as_claim(claim: Attribution, prefixes: Prefixes, answer: Answer | None = None) -> dict[str, Any]:
    """A claim with whose it is, how it stands and the words."""
    sentence, article = claim.sentence, claim.article
    return _full(
        {
            "claim": claim.claim,
            "level": str(claim.level),
            "verdict": claim.verdict,
            "speaker": claim.speaker.label,
            "through": [voice.agent.label for voice in claim.relayers],
            "kind": claim.modality.label,
            "quote": cut(claim.quote),
            "sentence": cut(sentence.text) if sentence else "",
            "sentence_number": sentence.number if sentence else None,
            "article": article.title if article else "",
            "begin": claim.passages[0].start if claim.passages else None,
            "end": claim.passages[-1].end if claim.passages else None,
            "times": [
                {"printed": time.printed, "readings": sorted({each.edtf for each in time.readings})}
                for time in claim.times
            ],
            "contrasting": [
                {"verdict": each.verdict, "speaker": each.speaker.label, "quote": cut(each.quote)}
                for each in claim.contrasting
            ],
            "score": None if claim.score is None else round(claim.score, 3),
            "iri": compact(claim.iri, prefixes),
            "cite": cite(claim, answer).text if answer is not None else "",
        }
    )


def as_inferred(conclusion: Inferred, prefixes: Prefixes) -> dict[str, Any]:
    """A conclusion with the claims that it rests on."""
    return _full(
        {
            "claim": conclusion.claim,
            "level": "inferred",
            "rules": list(conclusion.rules),
            "rests_on": [as_claim(each, prefixes) for each in conclusion.attributions[:5]],
            "triple": render_triple(conclusion.triple, prefixes),
        }
    )


def as_proof(proof: Proof, prefixes: Prefixes, *, depth: int = 8) -> dict[str, Any]:
    """A proof, down to quoted words."""
    fields: dict[str, Any] = {"triple": render_triple(proof.triple, prefixes)}
    if proof.step is None:
        fields["said"] = [as_statement(each, prefixes) for each in proof.statements]
        fields["outside_sources"] = list(proof.sources)
        if not proof.statements and not proof.sources:
            fields["graphs"] = list(proof.graphs)
        return _full(fields)
    fields["because"] = "; ".join(render_words(text, prefixes) for text in proof.step.words)
    fields["rules"] = list(proof.step.rules)
    if depth:
        fields["from"] = [as_proof(each, prefixes, depth=depth - 1) for each in proof.step.premises]
    else:
        fields["from"] = "cut: explain one of these triples"
    return _full(fields)


def as_statement(statement: Statement, prefixes: Prefixes) -> dict[str, Any]:
    """What somebody says, that a proof rests on."""
    return _full(
        {
            "words": nearest(statement, prefixes),
            "quote": cut(" … ".join(quote.text for quote in statement.quotes)),
            "sentence_number": statement.number,
            "iri": compact(statement.iri, prefixes),
        }
    )


def as_term(term: object, prefixes: Prefixes) -> Any:
    """A term of a row: a prefixed name, a bare text or number, or None."""
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return compact(term.value, prefixes)
    if isinstance(term, ox.Literal):
        return cut(f"{term.value}@{term.language}" if term.language else term.value)
    return cut(str(term))
