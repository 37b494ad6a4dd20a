"""An explanation as a notebook shows it: the proof as a list of lists, down to the quoted words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kgraph.rdf.cards import card, line, link, quotation
from kgraph.rdf.terms import compact, render_words
from kgraph.reasoning.account import nearest, summary
from kgraph.vocab import PREFIXES, RDF_TYPE

if TYPE_CHECKING:
    from kgraph.reasoning.proof import Explanation, Proof, Statement

__all__ = ["explanation_card"]

_DEEPEST: Final = 12


def explanation_card(explanation: Explanation) -> str:
    """The triple, the answer in a sentence, and the proofs or the claims that come nearest."""
    parts = [line(link(None, summary(explanation, PREFIXES)))]
    parts += [f"<ul>{_proof(proof)}</ul>" for proof in explanation.proofs]
    parts += [_statement(claim) for claim in explanation.claims]
    parts += [line(_triple(triple)) for triple in explanation.near]
    return card("Why?", line(_triple(explanation.triple)), *parts)


def _name(iri: str) -> str:
    short = compact(iri, PREFIXES)
    return short if short != iri else iri.rstrip("/").rpartition("/")[2] or iri


def _term(term: object) -> str:
    if isinstance(term, ox.NamedNode):
        return link(term.value, "a" if term.value == RDF_TYPE else _name(term.value))
    return link(None, f"“{term.value}”" if isinstance(term, ox.Literal) else str(term))


def _triple(triple: ox.Triple) -> str:
    return " ".join(_term(term) for term in (triple.subject, triple.predicate, triple.object))


def _proof(proof: Proof, depth: int = 0) -> str:
    if proof.step is None:
        grounds = [_statement(statement) for statement in proof.statements]
        grounds += [line(link(None, f"outside the article: {source}")) for source in proof.sources]
        if not grounds:
            grounds = [line(link(None, f"asserted in the graph {', '.join(proof.graphs)}"), quiet=True)]
        return f"<li>{_triple(proof.triple)}{''.join(grounds)}</li>"
    words = "; ".join(render_words(text, PREFIXES) for text in proof.step.words)
    because = line(link(None, f"because {words} ({', '.join(proof.step.rules)}), and"), quiet=True)
    if depth >= _DEEPEST:
        premises = "<li>…</li>"
    else:
        premises = "".join(_proof(premise, depth + 1) for premise in proof.step.premises)
    return f"<li>{_triple(proof.triple)}{because}<ul>{premises}</ul></li>"


def _statement(statement: Statement) -> str:
    words = nearest(statement, PREFIXES)
    for speaker in statement.speakers:
        words = words.replace(compact(speaker, PREFIXES), _name(speaker))
    quotes = quotation([(" … ".join(quote.text for quote in statement.quotes), True)])
    return line(link(statement.iri, words)) + (quotes if statement.quotes else "")
