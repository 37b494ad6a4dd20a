"""Where IRIs live: the path at which this server answers for one of the project's, and the other way round.

The project's base IRI stands for the root of the server, wherever that is deployed; and what describes the
data, the ontology and its lexicon, is at ``/ontology`` and ``/lexicon``, even where their namespaces are not
below the base. Pure functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final
from urllib.parse import quote, unquote

import pyoxigraph as ox

from kgraph.vocab import LEXICON, ONTOLOGY, Names
from kgraph.who_said import Attribution

__all__ = ["DEFAULT_GRAPH", "href", "in_text", "iris_at", "local_path", "split_suffix"]

#: What a URL keeps of an IRI as it is: RFC 3986's reserved and unreserved characters, and escapes.
_KEPT: Final = "%/:?#[]@!$&'()*+,;=-._~"
#: Where the default graph can be read, which has no name of its own.
DEFAULT_GRAPH: Final = "/graph-store?default"
#: What comes with kgraph, and its path below the root.
_BROUGHT: Final = {ONTOLOGY: "ontology", LEXICON: "lexicon"}


def local_path(iri: str, names: Names) -> str | None:
    """The path (and fragment) at which this server describes an IRI; None for what is not the project's."""
    if iri.startswith(names.base):
        return _rooted(iri[len(names.base) :])
    for brought, name in _BROUGHT.items():
        if iri == brought or iri.startswith((f"{brought}#", f"{brought}/")):
            return _rooted(name + iri[len(brought) :])
    return None


def _rooted(rest: str) -> str:
    # What begins with two slashes would be another host's address (RFC 3986, section 4.2).
    return ("/." if rest.startswith("/") else "") + "/" + quote(rest, safe=_KEPT)


def href(iri: str | None, names: Names) -> str | None:
    """Where a link to an IRI leads: here for the project's own, out into the web for others, else nowhere."""
    if iri is None:
        return None
    own = local_path(iri, names)
    return own if own is not None else iri if iri.startswith(("http://", "https://")) else None


def in_text(claim: Attribution, names: Names) -> str:
    """Where the words of a claim stand in the reader, marked; the claim itself where they stand nowhere."""
    if claim.article is None or not claim.passages:
        return href(claim.iri, names) or "/"
    at = ";".join(f"{passage.start},{passage.end}" for passage in claim.passages)
    first = claim.passages[0]
    return f"{href(claim.article.iri, names)}?at={at}#char={first.start},{first.end}"


def iris_at(path: str, query: str, names: Names) -> list[str]:
    """The IRIs that a request may mean, the likeliest first.

    A path comes percent-encoded, and so may an IRI be: it is taken as it stands, with the characters that
    only an IRI has (RFC 3987, section 3.2), and with none left encoded. An IRI may have a query, too.
    """
    found: dict[str, None] = {}
    for spelled in _spellings(path.removeprefix("/.")[1:] if path.startswith("/.//") else path[1:]):
        for tail in [f"{spelled}?{query}", spelled] if query else [spelled]:
            found |= dict.fromkeys(_valid(_below(tail, names)))
    return list(found)


def _spellings(rest: str) -> Iterator[str]:
    yield rest
    with suppress(UnicodeDecodeError):
        plain = unquote(rest, errors="strict")
        yield "".join(c if ord(c) >= 0x80 else quote(c, safe=_KEPT) for c in plain)
        yield plain


def _below(tail: str, names: Names) -> Iterator[str]:
    yield names.base + tail
    for brought, name in _BROUGHT.items():
        if tail == name or tail.startswith(name + "/"):
            yield brought + tail[len(name) :]


def _valid(iris: Iterable[str]) -> Iterator[str]:
    for iri in iris:
        with suppress(ValueError):
            yield ox.NamedNode(iri).value


def split_suffix(path: str, suffixes: Iterable[str]) -> tuple[str, str] | None:
    """A path that ends in the suffix of a format, without it, and the suffix; None for any other."""
    stem, dot, suffix = path.rpartition(".")
    return (stem, suffix) if dot and suffix in suffixes and not stem.endswith("/") else None
