"""Asking the engine a query, so that it understands it and answers as the standard says.

What it cannot read as it is written it gets in another spelling (:mod:`kgraph.rdf.spelling`), what it would
answer wrongly in another way (:mod:`kgraph.rdf.mending`), and what would take it too long in yet another
(:mod:`kgraph.rdf.narrowing`). A function that it does not know has no
value: the expression that calls it is an error, as any that cannot be evaluated (SPARQL 1.1, section 17).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Protocol, TypeAlias, TypeVar

import pyoxigraph as ox

from kgraph.engine.opened import View
from kgraph.rdf.aliases import AGGREGATES
from kgraph.rdf.mending import in_order, mend
from kgraph.rdf.narrowing import narrowed
from kgraph.rdf.rules import forbidden
from kgraph.rdf.sparql import iter_tokens
from kgraph.rdf.spelling import read_spelled

__all__ = ["Results", "ask_engine", "evaluation", "mended_for"]

_UNKNOWN_FUNCTION: Final = re.compile(r"custom function <([^<>]*+)> is not supported")
_AGGREGATE: Final = re.compile(rf"\b(?:{'|'.join(sorted(AGGREGATES))})\b", re.IGNORECASE)
#: Each is only known once the query has been tried without it.
_MOST_FUNCTIONS: Final = 64

Value: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Results: TypeAlias = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
_T = TypeVar("_T")


def ask_engine(view: View, query: str, *, base_iri: str | None) -> Results:
    """What a dataset gives for a query that calls no services.

    Raises:
        SyntaxError: it is no query; the message tells the place in it.
        QueryRefusedError: the engine would need it at too great a length.
        RuntimeError: it asks for what the engine does not have.
    """
    evaluate = evaluation(lambda: view, base_iri)

    def answer(text: str) -> Results:
        narrow = _narrowed(text, view)
        return evaluate(text) if narrow is None else evaluate(narrow, everywhere=True)

    return mended_for(lambda: view, query, base_iri, evaluate, answer)


class _Evaluate(Protocol):
    def __call__(self, text: str, *, everywhere: bool = False) -> Results: ...


def evaluation(view: Callable[[], View], base_iri: str | None) -> _Evaluate:
    """What has the engine evaluate a text on a dataset as it stands; ``everywhere``: on all named graphs of
    its store."""
    functions: dict[ox.NamedNode, Callable[..., Value | None]] = {}

    def evaluate(text: str, *, everywhere: bool = False) -> Results:
        dataset = view()
        while True:
            try:
                return dataset.store.query(
                    text,
                    base_iri=base_iri,
                    default_graph=dataset.default_graph,
                    named_graphs=None if everywhere else dataset.named_graphs,
                    custom_functions=functions,
                )
            except RuntimeError as error:
                unknown = _UNKNOWN_FUNCTION.search(str(error))
                if unknown is None or len(functions) >= _MOST_FUNCTIONS:
                    raise
                functions[ox.NamedNode(unknown[1])] = _no_value

    return evaluate


def mended_for(
    view: Callable[[], View],
    query: str,
    base_iri: str | None,
    evaluate: Callable[[str], Results],
    answer: Callable[[str], _T],
) -> _T:
    """What ``answer`` makes of a query as the engine is to be asked it. ``evaluate`` asks it about the
    dataset that ``view`` gives, where that matters to the wording.

    Raises:
        SyntaxError: it is no query; the message tells the place in it.
        QueryRefusedError: the engine would need it at too great a length.
    """

    def holds(text: str) -> bool:
        try:
            return bool(evaluate(text))
        except SyntaxError as error:
            raise ValueError("the query is no query") from error

    def graphs() -> list[str] | None:
        named = view().named_graphs
        names = [str(name) for name in named if isinstance(name, ox.NamedNode)]
        return names if len(names) == len(named) else None

    def columns(text: str) -> list[str]:
        try:
            results = ox.Store().query(text, base_iri=base_iri)
        except (SyntaxError, RuntimeError, OSError):
            return []
        return [each.value for each in results.variables] if isinstance(results, ox.QuerySolutions) else []

    def read(text: str) -> _T:
        _require_grammar(text)
        mended = mend(text, holds, graphs)
        try:
            return answer(in_order(mended, text, columns))
        except SyntaxError:
            if mended == text:
                raise
            return answer(text)  # its own fault, or something that only this engine reads

    return read_spelled(query, read)


def _narrowed(text: str, view: View) -> str | None:
    """The query as all named graphs of the store are asked; None where it is asked of some of them."""
    if view.others is None or len(view.others) > len(view.named_graphs):
        return None
    if not all(isinstance(name, ox.NamedNode) for name in view.others):
        return None
    return narrowed(text, {name.value for name in view.named_graphs}, [name.value for name in view.others])


def _require_grammar(text: str) -> None:
    """Refuse what this engine alone takes for a query.

    Raises:
        SyntaxError: as the engine would raise it.
    """
    if "<<(" not in text and len(_AGGREGATE.findall(text)) < 2:
        return
    breach = forbidden(list(iter_tokens(text)))
    if breach is not None:
        line = text.count("\n", 0, breach.offset) + 1
        column = breach.offset - text.rfind("\n", 0, breach.offset)
        raise SyntaxError(f"error at {line}:{column}: expected {breach.what}")


def _no_value(*arguments: object) -> None:
    """What a function gives that nobody knows."""
    del arguments
