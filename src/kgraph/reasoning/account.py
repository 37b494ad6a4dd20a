"""An explanation as text, as JSON and as RDF (PROV-O): a proof tree down to its quoted sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any, Final

import pyoxigraph as ox

from kgraph.rdf.terms import compact, render_triple, render_words
from kgraph.reasoning.proof import Explanation, Proof, Reading, Statement, Verdict
from kgraph.vocab import KG, POSITIVE, PROV, RDF, RDF_TYPE, RDFS, XSD

__all__ = ["describe_explanation", "render_explanation", "render_premise", "summary", "to_prov"]

#: The rules' home (OWL 2 Profiles, section 4.3).
_STANDARD: Final = "https://www.w3.org/TR/owl2-profiles/#"

#: What a negative claim is called, where the modality does not say it, or says it alone.
_NEGATIVE: Final = {
    "fact": "negative claim",
    "claim": "negative claim",
    "denial": "denial",
    "refusal": "refusal",
    "inability": "claim of inability",
}

_Prefixes = Mapping[str, str]


def summary(explanation: Explanation, prefixes: _Prefixes) -> str:
    """The answer in one sentence."""
    if explanation.verdict is Verdict.STATED:
        return "Stated."
    if explanation.verdict is Verdict.RECORDED:
        graphs = ", ".join(explanation.proofs[0].graphs)
        return f"Not said by an article: recorded in {graphs}."
    if explanation.verdict is Verdict.INFERRED:
        if not explanation.proofs:
            return "Inferred; no proof was found."
        articles = explanation.proofs[0].articles
        together = f" from {len(articles)} articles together" if len(articles) > 1 else ""
        return f"Inferred{together}; {_others(explanation)}."
    if explanation.verdict is Verdict.CLAIMED:
        return f"No: {' and '.join(nearest(claim, prefixes) for claim in explanation.claims)}."
    near = "; and ".join(render_triple(triple, prefixes) for triple in explanation.near)
    return "Not stated in the articles; that does not mean no." + (
        f" What does hold: {near}." if near else ""
    )


def _others(explanation: Explanation) -> str:
    at_least = "" if explanation.exact else "at least "
    if not explanation.others:
        return "no other way leads there" if explanation.exact else "there may be other ways"
    return f"{at_least}{explanation.others} other way{'s' if explanation.others > 1 else ''} to derive it"


def nearest(claim: Statement, prefixes: _Prefixes) -> str:
    """A claim in a few words: ``a demand of kgr:kfor, sentence 1``."""
    speakers = " and ".join(compact(who, prefixes) for who in claim.speakers) or "somebody"
    if claim.is_stated:
        return f"stated by {speakers}{_place(claim)}"
    kind = (claim.modality or "a claim").removeprefix(KG)
    if claim.polarity not in (POSITIVE, None):
        kind = _NEGATIVE.get(kind, f"negative {kind}")
    elif kind == "fact":
        kind = "claim"
    article = "an" if kind[0] in "aeiou" else "a"
    return f"{article} {kind} of {speakers}{_place(claim)}"


def _place(claim: Statement) -> str:
    if claim.sentence is None:
        return ""
    return f", sentence {claim.number}" if claim.number is not None else f", {claim.part or 'byline'}"


def words_of(reading: Reading, prefixes: _Prefixes) -> str:
    """An identification in words: ``as kgr:curator reads “Serbs”: kgr:serbsOfNorthKosovo``."""
    who = " and ".join(compact(curator, prefixes) for curator in reading.curators) or "somebody"
    quoted = " … ".join(f"“{quote.text}”" for quote in reading.quotes)
    things = " and ".join(compact(thing, prefixes) for thing in reading.things)
    return f"as {who} reads {quoted or 'the words'}: {things}"


def render_explanation(explanation: Explanation, prefixes: _Prefixes) -> str:
    """The explanation as indented text."""
    lines = [render_triple(explanation.triple, prefixes), f"  {summary(explanation, prefixes)}"]
    for proof in explanation.proofs:
        lines += ["", *_lines(proof, prefixes)]
    if explanation.claims:
        lines += ["", "Claimed, but not stated:"]
        lines += [line for claim in explanation.claims for line in _statement_lines(claim, prefixes, "  ")]
    if explanation.near:
        lines += ["", "What does hold:"]
        lines += [f"  {render_triple(triple, prefixes)}" for triple in explanation.near]
    return "\n".join(lines) + "\n"


def _lines(proof: Proof, prefixes: _Prefixes, indent: str = "") -> Iterator[str]:
    yield indent + render_triple(proof.triple, prefixes)
    inner = indent + "  "
    if proof.step is not None:
        words = "; ".join(render_words(text, prefixes) for text in proof.step.words)
        yield f"{inner}because {words} ({', '.join(proof.step.rules)}), and"
        for premise in proof.step.premises:
            yield from _lines(premise, prefixes, inner + "  ")
        return
    for statement in proof.statements:
        yield from _statement_lines(statement, prefixes, inner)
    for source in proof.sources:
        yield f"{inner}outside the article: {source}"
    if not proof.statements and not proof.sources:
        yield f"{inner}asserted in the graph {', '.join(proof.graphs)}"


def _statement_lines(statement: Statement, prefixes: _Prefixes, indent: str) -> Iterator[str]:
    via = "".join(f", through {compact(who, prefixes)}" for who in statement.relayed_by)
    name = compact(statement.iri, prefixes)
    yield f"{indent}{nearest(statement, prefixes)}{via} [{name}]"
    for quote in statement.quotes:
        span = f" [{quote.start}, {quote.end})" if quote.start is not None else ""
        yield f"{indent}  “{quote.text}”{span}"
    for reading in statement.readings:
        yield f"{indent}  {words_of(reading, prefixes)} [{compact(reading.iri, prefixes)}]"


def render_premise(proof: Proof, prefixes: _Prefixes) -> str:
    """A proof in one line: the triple, and what it rests on."""
    leaves = list(dict.fromkeys(proof.leaves()))
    via = "" if proof.step is None else " by " + ", ".join(proof.rules)
    grounds = "; ".join(_ground(leaf, prefixes, named=proof.step is not None) for leaf in leaves)
    return f"{render_triple(proof.triple, prefixes)}{via} ({grounds})"


def _ground(leaf: Proof, prefixes: _Prefixes, *, named: bool) -> str:
    what = f"{render_triple(leaf.triple, prefixes)}, " if named else ""
    if leaf.statements:
        statement = leaf.statements[0]
        quote = f": “{statement.quotes[0].text}”" if statement.quotes else ""
        return f"{what}{nearest(statement, prefixes)} [{compact(statement.iri, prefixes)}]{quote}"
    return what + (", ".join(leaf.sources) or f"asserted in {', '.join(leaf.graphs) or 'the data'}")


def describe_explanation(explanation: Explanation, prefixes: _Prefixes) -> dict[str, Any]:
    """The explanation as JSON."""
    return {
        "triple": _triple(explanation.triple),
        "holds": explanation.holds,
        "verdict": str(explanation.verdict),
        "answer": summary(explanation, prefixes),
        "others": explanation.others,
        "exact": explanation.exact,
        "proofs": [_proof(proof, prefixes) for proof in explanation.proofs],
        "claims": [_statement(claim, prefixes) for claim in explanation.claims],
        "near": [_triple(triple) for triple in explanation.near],
    }


def _triple(triple: ox.Triple) -> dict[str, Any]:
    value: dict[str, Any] = {"type": "iri", "value": str(triple.object)[1:-1]}
    if isinstance(triple.object, ox.Literal):
        value = {"type": "literal", "value": triple.object.value, "datatype": triple.object.datatype.value}
        if triple.object.language:
            value["language"] = triple.object.language
    return {
        "subject": str(triple.subject)[1:-1],
        "predicate": triple.predicate.value,
        "object": value,
    }


def _proof(proof: Proof, prefixes: _Prefixes) -> dict[str, Any]:
    described: dict[str, Any] = {"triple": _triple(proof.triple), "speakers": list(proof.speakers)}
    if proof.step is None:
        return described | {
            "graphs": list(proof.graphs),
            "statements": [_statement(statement, prefixes) for statement in proof.statements],
            "sources": list(proof.sources),
        }
    return described | {
        "rules": list(proof.step.rules),
        "axiom": "; ".join(render_words(text, prefixes) for text in proof.step.words),
        "premises": [_proof(premise, prefixes) for premise in proof.step.premises],
    }


def _statement(statement: Statement, prefixes: _Prefixes) -> dict[str, Any]:
    return {
        "words": nearest(statement, prefixes),
        "assertion": statement.iri,
        "speakers": list(statement.speakers),
        "relayedBy": list(statement.relayed_by),
        "mode": statement.mode,
        "polarity": statement.polarity,
        "modality": statement.modality,
        "stated": statement.is_stated,
        "article": statement.article,
        "sentence": statement.sentence,
        "sentenceNumber": statement.number,
        "quotes": [
            {"iri": quote.iri, "text": quote.text, "start": quote.start, "end": quote.end}
            for quote in statement.quotes
        ],
        "readings": [
            {
                "words": words_of(reading, prefixes),
                "identification": reading.iri,
                "curators": list(reading.curators),
                "things": list(reading.things),
            }
            for reading in statement.readings
        ],
    }


def to_prov(explanation: Explanation, prefixes: _Prefixes) -> bytes:
    """The explanation as Turtle: each triple a prov:Entity, each step a prov:Activity (PROV-O, section 3).

    A triple is written as an rdf:Statement, which asserts nothing (RDF 1.1 Semantics, appendix D.1).
    """
    builder = _Prov(prefixes)
    for proof in explanation.proofs:
        builder.add_proof(proof)
    if not explanation.proofs:
        node = builder.add_triple(explanation.triple)
        for claim in explanation.claims:
            builder.add_statement(node, claim, PROV + "wasInfluencedBy")
    triples = sorted(builder.triples, key=str)
    content = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=dict(prefixes))
    return content or b""


class _Prov:
    """Collects the triples of a description in PROV-O."""

    def __init__(self, prefixes: _Prefixes) -> None:
        self.triples: dict[ox.Triple, None] = {}
        self._prefixes = prefixes
        self._nodes: dict[Proof, ox.BlankNode] = {}
        self._count = count(1)
        self._reasoner = self._blank()
        self._say(self._reasoner, RDF_TYPE, PROV + "SoftwareAgent")
        self._say(self._reasoner, RDFS + "label", ox.Literal("kgraph"))

    def _say(
        self,
        subject: ox.NamedNode | ox.BlankNode,
        predicate: str,
        value: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | str,
    ) -> None:
        term = ox.NamedNode(value) if isinstance(value, str) else value
        self.triples[ox.Triple(subject, ox.NamedNode(predicate), term)] = None

    def _blank(self) -> ox.BlankNode:
        return ox.BlankNode(f"n{next(self._count)}")

    def add_triple(self, triple: ox.Triple) -> ox.BlankNode:
        node = self._blank()
        self._say(node, RDF_TYPE, PROV + "Entity")
        self._say(node, RDF_TYPE, RDF + "Statement")
        for name in ("subject", "predicate", "object"):
            self._say(node, RDF + name, getattr(triple, name))
        return node

    def add_proof(self, proof: Proof) -> ox.BlankNode:
        if proof in self._nodes:
            return self._nodes[proof]
        node = self._nodes[proof] = self.add_triple(proof.triple)
        if proof.step is not None:
            step = self._blank()
            self._say(step, RDF_TYPE, PROV + "Activity")
            words = "; ".join(render_words(text, self._prefixes) for text in proof.step.words)
            self._say(step, RDFS + "label", ox.Literal(words, language="en"))
            for rule in proof.step.rules:
                association = self._blank()
                self._say(step, PROV + "qualifiedAssociation", association)
                self._say(association, RDF_TYPE, PROV + "Association")
                self._say(association, PROV + "agent", self._reasoner)
                home = KG if rule.startswith("kg-") else _STANDARD
                self._say(association, PROV + "hadPlan", home + rule)
            self._say(node, PROV + "wasGeneratedBy", step)
            for premise in proof.step.premises:
                used = self.add_proof(premise)
                self._say(step, PROV + "used", used)
                self._say(node, PROV + "wasDerivedFrom", used)
        for statement in proof.statements:
            self.add_statement(node, statement, PROV + "hadPrimarySource")
        for source in proof.sources:
            record = self._blank()
            self._say(record, RDF_TYPE, PROV + "Entity")
            self._say(record, RDFS + "label", ox.Literal(source))
            self._say(node, PROV + "hadPrimarySource", record)
        for graph in proof.graphs:
            self._say(node, PROV + "atLocation", self._prefixes.get("g", "urn:kgraph:graph:") + graph)
        return node

    def add_statement(self, node: ox.BlankNode, statement: Statement, link: str) -> None:
        claim = ox.NamedNode(statement.iri)
        self._say(node, link, claim)
        self._say(claim, RDF_TYPE, PROV + "Entity")
        for speaker in statement.speakers:
            self._say(claim, PROV + "wasAttributedTo", speaker)
        for name, value in (("modality", statement.modality), ("polarity", statement.polarity)):
            if value is not None:
                self._say(claim, KG + name, value)
        if statement.sentence is not None:
            self._say(claim, KG + "inSentence", statement.sentence)
        for reading in statement.readings:
            self._say(claim, PROV + "wasInfluencedBy", reading.iri)
            for curator in reading.curators:
                self._say(ox.NamedNode(reading.iri), PROV + "wasAttributedTo", curator)
        for quote in statement.quotes:
            span = ox.NamedNode(quote.iri)
            self._say(claim, PROV + "wasQuotedFrom", span)
            self._say(span, PROV + "value", ox.Literal(quote.text))
            for name, number in (("beginIndex", quote.start), ("endIndex", quote.end)):
                if number is not None:
                    count = ox.Literal(str(number), datatype=ox.NamedNode(XSD + "nonNegativeInteger"))
                    self._say(span, KG + name, count)
