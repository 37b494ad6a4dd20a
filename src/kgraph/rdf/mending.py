"""Queries that the engine would answer wrongly, put in a way in which it answers them as the standard says.

Oxigraph's evaluation differs from SPARQL 1.1 in some places. What stands there is rewritten, on the tokens
and the structure of the query, to what means the same and is evaluated right:

- zero-length paths of terms that no graph has (:mod:`kgraph.rdf.reflexive`);
- ``GRAPH ?g`` over what names no graph in its answers (:mod:`kgraph.rdf.graphwise`);
- language tags that are compared with texts (:mod:`kgraph.rdf.language`);
- GROUP_CONCAT of what is no string (:mod:`kgraph.rdf.concatenation`);
- aliases of aggregates in HAVING and in later expressions (:mod:`kgraph.rdf.aliases`);
- the order of the columns of ``SELECT *``.

A query of which the structure cannot be read stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from kgraph.errors import QueryRefusedError
from kgraph.rdf.aliases import alias_edits
from kgraph.rdf.concatenation import concatenation_edits
from kgraph.rdf.graphwise import written_out
from kgraph.rdf.language import language_edits
from kgraph.rdf.pattern import Block, Group, bracket_ends, parse_query
from kgraph.rdf.reflexive import Asks, path_edits
from kgraph.rdf.sparql import Token, iter_tokens
from kgraph.rdf.spelling import edited

__all__ = ["in_order", "mend"]

#: What every query has that is to be mended, and some others have too.
_SUSPICIOUS: Final = re.compile(
    r"\bGRAPH\s*+[?$]|\bLANG\s*+\(|\bHAVING\b|\bGROUP_CONCAT\b|\(\s*+[?$]\w++\s++AS\b|\bAS\s*+[?$]\w++\s*+\)\s*+\("
    r"|[)>\w\-]\s*+\*\s*+(?![\s*{(?$]|FROM\b|WHERE\b)|[)>\w\-]\s*+\*\s*+[?$(]|[)>\w\-]\s*+\?(?!\w)",
    re.IGNORECASE,
)
_STAR: Final = re.compile(
    r"(?:\s++|\#[^\r\n]*+|(?:PREFIX\s++[^\s<]*+|BASE)\s*+<[^<>]*+>)*+"
    r"SELECT\b(?:\s++|\#[^\r\n]*+|DISTINCT\b|REDUCED\b)*+(\*)",
    re.IGNORECASE,
)


def mend(text: str, asks: Asks, graphs: Callable[[], Sequence[str] | None]) -> str:
    """The query in a way in which the engine answers it right; itself where it does so anyway.

    Args:
        text: a query that calls no services.
        asks: has the engine answer an ASK query about the same dataset.
        graphs: the IRIs of the dataset's named graphs, as SPARQL; None where not all of them have one.

    Raises:
        QueryRefusedError: it would have to be written out at too great a length.
    """
    if _SUSPICIOUS.search(text) is None:
        return text
    try:
        mended = _mended_in_place(text, asks)
        while (written := _written_out(mended, graphs)) is not None:
            mended = written
    except (_UnreadableError, RecursionError, ValueError, LookupError):
        return text
    return mended


def in_order(text: str, written: str, columns: Callable[[str], Sequence[str]]) -> str:
    """The query with its ``*`` replaced by the variables that it stands for, in the order of the query
    as it was ``written``. ``columns`` has the engine say which these are.
    """
    star = _STAR.match(text)
    variables = [] if star is None else columns(text)
    if star is None or len(variables) < 2:
        return text
    seen = dict.fromkeys(token.text[1:] for token in iter_tokens(written) if token.kind == "variable")
    ordered = [name for name in seen if name in set(variables)]
    if ordered == list(variables) or len(ordered) < len(variables):
        return text
    names = " ".join(f"?{name}" for name in ordered)
    return f"{text[: star.start(1)]} {names} {text[star.end(1) :]}"


class _UnreadableError(Exception):
    """The query has something that is not of SPARQL 1.1, or is none."""


def _mended_in_place(text: str, asks: Asks) -> str:
    tokens = list(iter_tokens(text))
    for edits_of in (language_edits, concatenation_edits):
        if edits := edits_of(text, tokens, bracket_ends(tokens)):
            text = edited(text, edits)
            tokens = list(iter_tokens(text))
    query = _structure(tokens)
    edits = path_edits(text, tokens, bracket_ends(tokens), query, asks)
    for block in _blocks(query):
        edits += alias_edits(text, tokens, block)
    return edited(text, edits)


def _written_out(text: str, graphs: Callable[[], Sequence[str] | None]) -> str | None:
    tokens = list(iter_tokens(text))
    return written_out(text, tokens, _structure(tokens), graphs)


def _structure(tokens: Sequence[Token]) -> Block:
    try:
        return parse_query(tokens)
    except QueryRefusedError as error:
        raise _UnreadableError from error


def _blocks(block: Block) -> Iterator[Block]:
    yield block
    for group in (block.where, *block.loose):
        yield from _blocks_within(group)


def _blocks_within(group: Group) -> Iterator[Block]:
    if group.select is not None:
        yield from _blocks(group.select)
    for element in group.elements:
        for inner in element.groups:
            yield from _blocks_within(inner)
