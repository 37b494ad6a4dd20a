"""What the exchanges of the W3C's protocol suites are made of."""

from __future__ import annotations

from urllib.parse import quote

__all__ = ["DATA", "FORM", "QUERY", "UPDATE", "iri", "using"]

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
QUERY = {"Content-Type": "application/sparql-query"}
UPDATE = {"Content-Type": "application/sparql-update"}
#: Each document says of itself that it is a document.
DATA = {number: f"http://kasei.us/2009/09/sparql/data/data{number}.rdf" for number in range(4)}


def iri(number: int) -> str:
    """The IRI of a data set's graph, escaped for a URL."""
    return quote(DATA[number], safe="")


def using(**graphs: list[int]) -> str:
    """A query string that names graphs by their numbers: ``default=[1]``, ``using_named=[1, 2]``."""
    pairs = [
        f"{name.replace('_', '-')}-graph-uri={iri(number)}"
        for name, numbers in graphs.items()
        for number in numbers
    ]
    return "?" + "&".join(pairs)
