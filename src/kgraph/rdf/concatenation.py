"""GROUP_CONCAT of whatever there is, as whoever writes it means it.

    SELECT (GROUP_CONCAT(?f; separator="|") AS ?all) { ?room a :Room OPTIONAL { ?room :has ?f } }

It is defined for strings (SPARQL 1.1 Query, section 18.5.1.7). The engine gives no value at all where one is
an IRI, a number or unbound, and keeps a language that all have in common. Here each value is taken as ``STR``
gives it, those that have none are left out, as other engines do, and the result is a simple literal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from kgraph.rdf.sparql import Token
from kgraph.rdf.spelling import Edit

__all__ = ["concatenation_edits"]

#: What tells literals of one text apart while values are compared, and is taken away again.
_MARK: Final = r'"\u0001\u0002"'
_MARKED: Final = r'"\u0001\u0002[^\u0002]*\u0002"'
_VOLATILE: Final = frozenset("RAND UUID STRUUID BNODE NOW".split())


def concatenation_edits(text: str, tokens: Sequence[Token], ends: Mapping[int, int]) -> list[Edit]:
    """What is to be changed of a query. ``ends`` are those of its brackets."""
    edits: list[Edit] = []
    for index, token in enumerate(tokens):
        end = ends.get(index + 1) if token.kind == "word" and token.text.upper() == "GROUP_CONCAT" else None
        if end is not None:
            edits += _edits(text, tokens, index, end)
    return edits


def _edits(text: str, tokens: Sequence[Token], start: int, end: int) -> list[Edit]:
    """Those of one aggregate. It may stand in another's argument no more than any may."""
    first = start + 2
    is_distinct = tokens[first].text.upper() == "DISTINCT"
    first += is_distinct
    last = next((i for i in range(first, end - 1) if tokens[i].text == ";"), end - 1)
    if first == last:
        return []
    strings = [token for token in tokens[last : end - 1] if token.kind == "string"]
    separator = strings[0].text if strings else '" "'
    argument = text[tokens[first].start : tokens[last - 1].end]
    pieces = [separator, f"STR({argument})"]
    if marks := is_distinct and _needs_marks(tokens[first:last]):
        kind = f'CONCAT({_MARK}, LANG({argument}), STR(DATATYPE({argument})), "\\u0002")'
        pieces.append(f'IF(isLITERAL({argument}), {kind}, "")')
    distinct = "DISTINCT " if is_distinct else ""
    values = f'COALESCE(CONCAT({", ".join(pieces)}), "")'
    whole = f'GROUP_CONCAT({distinct}{values}; separator="")'
    if marks:
        whole = f'REPLACE({whole}, {_MARKED}, "")'
    whole = f"SUBSTR({whole}, STRLEN({separator}) + 1)"
    return [Edit(tokens[start].start, tokens[end - 1].end, whole)]


def _needs_marks(argument: Sequence[Token]) -> bool:
    """Whether values of one text may differ, and can be asked how."""
    words = {token.text.upper() for token in argument if token.kind == "word"}
    is_text = argument[0].text.upper() == "STR" and argument[-1].text == ")" and len(argument) == 4
    return not is_text and not words & _VOLATILE and all(token.text != "{" for token in argument)
