"""What is said of contradictions, and of axioms that nothing reads, whichever way a project is examined."""

from __future__ import annotations

from typing import Final

from kgraph.rdf.terms import compact, render_words
from kgraph.reasoning import Clash, Explainer, View
from kgraph.reasoning.account import render_premise
from kgraph.vocab import Names

__all__ = ["CLASH_HINT", "UNREAD_HINT", "tell_clash", "tell_unread"]

CLASH_HINT: Final = (
    "Correct one of the assertions, or an entity's type; the ontology says what excludes what."
)
UNREAD_HINT: Final = (
    "Say it in the terms of OWL 2 RL, in ontology/: an axiom among the data is not reasoned with."
)


def tell_clash(clash: Clash, explainer: Explainer, view: View, names: Names) -> tuple[str, str]:
    """A contradiction with its proof: what to look at, and the assertions that cannot all hold with the
    axiom that says so.
    """
    proofs = [view.run(explainer.prove(triple)) for triple in clash.premises]
    leaves = [leaf for proof in proofs for leaf in proof.leaves()]
    places = [statement.iri for leaf in leaves for statement in leaf.statements]
    places += [str(leaf.triple.subject)[1:-1] for leaf in leaves]
    words = render_words("; ".join(clash.clause.words), names.prefixes)
    message = (
        f"The facts contradict the ontology: {words} ({', '.join(clash.clause.rules)}), but "
        + "; and ".join(render_premise(proof, names.prefixes) for proof in proofs)
        + "."
    )
    return next(iter(places), ""), message


def tell_unread(term: str, uses: int, names: Names) -> str:
    """That nothing is inferred from some axioms of a term."""
    name = compact(term, names.prefixes)
    return f"Nothing is inferred from {uses} use{'s' if uses > 1 else ''} of {name} here."
