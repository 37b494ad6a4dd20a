"""Reading what a service answers: SPARQL 1.1 Query Results JSON, whole or not at all.

Wikidata's service that runs out of time after its first bytes ends with status 200 and a Java trace within
the JSON, and a proxy may cut an answer off: only a text that is JSON to its end, and results in every part,
counts.

A blank node cannot stand in a VALUES block. It becomes an IRI (RDF 1.1 Concepts, section 3.5) that is the
same for the same node of one answer, and shared by no two answers:
``urn:kgraph:remote-node:<answer>:<label>``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

import pyoxigraph as ox

__all__ = ["REMOTE_NODE", "UNDEFINED", "MalformedResults", "StrangeTerm", "read_solutions"]

REMOTE_NODE: Final = "urn:kgraph:remote-node:"
#: What stands in VALUES for a variable without a value.
UNDEFINED: Final = "UNDEF"
#: RFC 3987, section 2.2: characters without a place in an IRI, and a percent sign that encodes nothing.
_FORBIDDEN: Final = re.compile(r"""[\x00-\x20<>"{}|\\^`\x7f]|%(?![0-9A-Fa-f]{2})""")


class MalformedResults(ValueError):  # noqa: N818 - it is translated by the caller
    """The bytes are not the whole results of a SELECT."""


class StrangeTerm(MalformedResults):
    """They are whole, but something in them is no term of RDF; says what."""


def read_solutions(content: bytes, variables: Sequence[str], *, answer: str) -> list[tuple[str, ...]]:
    """The solutions, each with the terms of some variables as SPARQL writes them.

    Args:
        content: the body of the response.
        variables: the variables wanted, in this order.
        answer: a name for the answer, which its blank nodes are known by.

    Raises:
        StrangeTerm: they hold what is no term.
        MalformedResults: they are not whole, or not results.
    """
    try:
        document = json.loads(content)
        bindings = document["results"]["bindings"]
        document["head"]["vars"]  # required (section 3.1.1), so a sign of being results
        if not isinstance(bindings, list):
            raise TypeError("there are no bindings")  # noqa: TRY301 - as if Python had said it
        return [
            tuple(_term(row[name], answer) if name in row else UNDEFINED for name in variables)
            for row in bindings
        ]
    except MalformedResults:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise MalformedResults(str(error) or type(error).__name__) from error


def _term(value: dict[str, Any], answer: str) -> str:
    kind, text = value["type"], value["value"]
    try:
        return _written(kind, text, value, answer)
    except ValueError as error:
        if isinstance(error, MalformedResults):
            raise
        raise StrangeTerm(f"{str(value)[:300]} ({error})") from error


def _written(kind: str, text: str, value: dict[str, Any], answer: str) -> str:
    if kind == "uri":
        return str(_iri(text))
    if kind == "bnode":
        return f"<{REMOTE_NODE}{answer}:{quote(text, safe='')}>"
    if kind in ("literal", "typed-literal"):  # the latter of the drafts, and of some servers still
        if "xml:lang" in value:
            return str(ox.Literal(text, language=value["xml:lang"]))
        if "datatype" in value:
            return str(ox.Literal(text, datatype=_iri(value["datatype"])))
        return str(ox.Literal(text))
    raise StrangeTerm(f"a term of the kind {str(kind)[:40]!r}")


def _iri(text: str) -> ox.NamedNode:
    """An IRI. Characters that no IRI has, as some datasets have them, are percent-encoded as in browsers."""
    try:
        return ox.NamedNode(text)
    except ValueError:
        return ox.NamedNode(_FORBIDDEN.sub(lambda found: quote(found[0], safe=""), text))
