"""Pages without an order: what LIMIT and OFFSET cut from rows that no ORDER BY puts in order.

The store on disk has its rows always in the same order, a store in memory in another. A page of one and the
next of the other would lose rows and repeat rows, so such a page is cut from the store on disk, unless it is
all there is. Where a query has an ORDER BY, rows that are equal in it have no order.

Like the worker, this imports the standard library only.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["is_cut", "pages_without_order"]

#: What may hold the letters of a keyword: IRIs, strings (closed or not), comments, variables and names.
_HIDING: Final = re.compile(
    r"""<[^<>"{}|^`\\\s]*+>|"(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?|\#[^\r\n]*+|[?$:]\w++|\w++:\w*+|(?P<word>\w++)""",
    re.DOTALL,
)
_WORD: Final = re.compile(r"\b(?:(order\s+by)|(offset)|limit(?:\s+(\d+))?)\b|([{}])", re.IGNORECASE)
#: What parts a row from the next, in a result of each format; values may have it too, which does no harm.
_BETWEEN_ROWS: Final = {"json": b"},{", "xml": b"<result>", "csv": b"\n", "tsv": b"\n"}


def pages_without_order(query: str) -> int | None:
    """The number of rows from which on a query's answer may be cut from a larger one in no order of its own;
    None for a query that gives all there is, or puts it in order; 0 where any answer may be cut.
    """
    lower = query.lower()
    if "limit" not in lower and "offset" not in lower:
        return None
    at_most: int | None = None
    depth, is_ordered = 0, False
    for order, offset, limit, brace in _WORD.findall(_HIDING.sub(lambda found: found["word"] or " ", query)):
        if brace:
            depth += 1 if brace == "{" else -1
            is_ordered = False
        elif order:
            is_ordered = True
        elif not is_ordered:
            # What is cut within may be fewer rows in the end.
            is_whole_page = at_most is None and depth == 0 and limit and not offset
            at_most = int(limit[:9]) if is_whole_page else 0
    return at_most


def is_cut(content: bytes, name: str, at_most: int) -> bool:
    """Whether a whole result in the format of a name may have as many rows as it may have at most."""
    between = _BETWEEN_ROWS.get(name)
    return between is None or content.count(between) + 1 >= at_most
