"""Finding the dataset that a query describes by its own FROM clauses.

The graph of a clause may be a relative IRI or a prefixed name. Only the engine resolves those as it
resolves the rest of the query, so the clauses are turned into a question for the engine.
"""

from __future__ import annotations

from kgraph.rdf.sparql import iter_tokens

__all__ = ["clauses_question"]

_PROLOGUE = frozenset({"BASE", "PREFIX", "VERSION"})


def clauses_question(text: str) -> str | None:
    """A query whose single row holds the IRIs of ``text``'s dataset clauses; None where it has none.

    Variables ``d0``, ``d1`` … stand for FROM and ``n0``, ``n1`` … for FROM NAMED::

        PREFIX e: <http://e/> SELECT * FROM e:a FROM NAMED <b> {…}
        PREFIX e: <http://e/> SELECT (e:a AS ?d0) (<b> AS ?n0) {}
    """
    prologue: str | None = None
    clause: str | None = None
    graphs: list[str] = []
    for token in iter_tokens(text):
        word = token.text.upper() if token.kind == "word" else ""
        if prologue is None and word and word not in _PROLOGUE:
            prologue = text[: token.start]
        if clause is not None and token.kind in ("iri", "pname"):
            graphs.append(f"({token.text} AS ?{clause}{len(graphs)})")
        clause = "d" if word == "FROM" else "n" if clause == "d" and word == "NAMED" else None
    if prologue is None or not graphs:
        return None
    return f"{prologue}SELECT {' '.join(graphs)} {{}}"
