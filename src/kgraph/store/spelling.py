"""How values were written.

Oxigraph keeps the value of a literal, not its spelling: ``"1.50"^^xsd:decimal`` comes back as ``1.5``, and
what has a type derived from xsd:integer as an xsd:integer. So a store has a hidden graph of notes, one for
each triple whose object comes back otherwise than it was written::

    the subject, the predicate, <<( its graph  urn:kgraph:spelled  "the object in N-Triples" )>>

Queries see values. What gives a graph as it is (an export, GET of a graph) looks up its notes. A value that a
graph has in two spellings is one triple of the store; its notes tell the spellings that are not the store's.

pyoxigraph and the standard library only: workers use it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from functools import lru_cache
from threading import Lock
from typing import IO, Any, Final, cast

import pyoxigraph as ox

from kgraph.store.manifest import DEFAULT_KEY, graph_key
from kgraph.vocab import SPELLING_GRAPH, XSD

__all__ = [
    "SPELLINGS",
    "Notebook",
    "is_kept",
    "key_of_note",
    "note_of",
    "notes_about",
    "notes_of_graphs",
    "restore",
    "stored",
    "stored_term",
]

SPELLINGS: Final = ox.NamedNode(SPELLING_GRAPH)
_SPELLED: Final = ox.NamedNode("urn:kgraph:spelled")
_DEFAULT: Final = ox.NamedNode("urn:kgraph:default")
_SUBJECT: Final = ox.NamedNode("urn:kgraph:subject")
_ANY_DATE: Final = r"(?:\d{4}-\d\d-\d\d|\d{4}(?:-\d\d)?|--\d\d(?:-\d\d)?|---\d\d)"
_ANY_TIME: Final = r"(?!24)\d\d:\d\d:\d\d(?:\.\d*[1-9])?"
_ZONE: Final = r"(?:Z|[+-](?!00:00)\d\d:\d\d)?"
_DATES: Final = re.compile(_ANY_DATE + _ZONE, re.ASCII)
_FLOATS: Final = re.compile(r"0|-?[1-9][0-9]{0,4}|-?(?:0|[1-9][0-9]{0,2})\.[0-9]{0,2}[1-9]|-?INF|NaN")
#: The types whose values Oxigraph keeps, with spellings that certainly are its own. Types without any always
#: come back as others, or have too many spellings to tell.
_OWN: Final[dict[str, re.Pattern[str] | None]] = {
    "boolean": re.compile("true|false"),
    "integer": re.compile("0|-?[1-9][0-9]*"),
    "decimal": re.compile(r"0|-?[1-9][0-9]*|-?(?:0|[1-9][0-9]*)\.[0-9]*[1-9]"),
    "double": _FLOATS,
    "float": _FLOATS,
    "dateTime": re.compile(rf"\d{{4}}-\d\d-\d\dT{_ANY_TIME}{_ZONE}", re.ASCII),
    "time": re.compile(_ANY_TIME + _ZONE, re.ASCII),
    **dict.fromkeys("date gYear gYearMonth gMonth gMonthDay gDay".split(), _DATES),
    **dict.fromkeys(
        "byte short int long unsignedByte unsignedShort unsignedInt unsignedLong positiveInteger "
        "negativeInteger nonPositiveInteger nonNegativeInteger dateTimeStamp duration yearMonthDuration "
        "dayTimeDuration".split()
    ),
}
_TYPES: Final = {XSD + name: own for name, own in _OWN.items()}
#: Where a line of N-Triples has a literal of one of these types, from its closing quotation mark on.
_TYPED: Final = re.compile(rb'"\^\^<' + re.escape(XSD.encode()) + b"(" + "|".join(_OWN).encode() + b")>")
_OWN_BYTES: Final = {
    name.encode(): None if own is None else re.compile(own.pattern.encode()) for name, own in _OWN.items()
}
_SPOOL_BYTES: Final = 16 << 20


def is_kept(term: Any) -> bool:
    """Whether a store certainly gives a term back as it is."""
    while isinstance(term, ox.Triple):
        term = term.object
    if not isinstance(term, ox.Literal) or (datatype := term.datatype.value) not in _TYPES:
        return True
    own = _TYPES[datatype]
    return own is not None and own.fullmatch(term.value) is not None


def stored(quad: ox.Quad) -> ox.Quad:
    """A quad as a store gives it back."""
    if is_kept(quad.object):
        return quad
    return ox.Quad(quad.subject, quad.predicate, _stored(quad.object), quad.graph_name)


def stored_term(term: Any) -> Any:
    """A term as a store gives it back."""
    return term if is_kept(term) else _stored(term)


@lru_cache(maxsize=4096)
def _stored(term: Any) -> Any:
    store = ox.Store()
    store.add(ox.Quad(_SUBJECT, _SPELLED, term))
    return next(iter(store)).object


def note_of(quad: ox.Quad) -> ox.Quad:
    """The note that a quad was written as it is."""
    spelling = ox.Triple(_graph(quad.graph_name), _SPELLED, ox.Literal(_text(quad.object)))
    return ox.Quad(quad.subject, quad.predicate, spelling, SPELLINGS)


def _text(term: Any) -> str:
    return f"<<( {term} )>>" if isinstance(term, ox.Triple) else str(term)


def key_of_note(note: ox.Quad) -> str:
    """The key of the graph that a note is about."""
    told: Any = note.object
    return DEFAULT_KEY if told.subject == _DEFAULT else graph_key(told.subject)


def notes_about(store: ox.Store, quad: ox.Quad) -> Iterator[tuple[ox.Quad, Any]]:
    """The notes about a quad of a store, each with the object as it was written."""
    term = quad.object
    while isinstance(term, ox.Triple):
        term = term.object
    if not isinstance(term, ox.Literal) or term.datatype.value not in _TYPES:
        return
    graph = _graph(quad.graph_name)
    for note in store.quads_for_pattern(quad.subject, quad.predicate, None, SPELLINGS):
        told: Any = note.object
        if told.subject == graph:
            written = _read(told.object.value)
            if _stored(written) == quad.object:
                yield note, written


def restore(store: ox.Store, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Quads of a store as they were written."""
    if next(store.quads_for_pattern(None, None, None, SPELLINGS), None) is None:
        yield from quads
        return
    for quad in quads:
        written = [term for _, term in notes_about(store, quad)]
        for term in written or (quad.object,):
            yield ox.Quad(quad.subject, quad.predicate, term, quad.graph_name)


def notes_of_graphs(store: ox.Store, graphs: Iterable[Any]) -> Iterator[ox.Quad]:
    """All notes about quads of some graphs."""
    wanted = {_graph(name) for name in graphs}
    for note in store.quads_for_pattern(None, None, None, SPELLINGS):
        told: Any = note.object
        if told.subject in wanted:
            yield note


@lru_cache(maxsize=4096)
def _read(text: str) -> Any:
    (quad,) = ox.parse(f"{_SUBJECT} {_SPELLED} {text} .", ox.RdfFormat.N_TRIPLES)
    return quad.object


def _graph(name: Any) -> ox.NamedNode | ox.BlankNode:
    return _DEFAULT if isinstance(name, ox.DefaultGraph) else name


class Notebook:
    """Notes that are taken while a document is loaded, and put into the store when all of it is there.

    Quads are looked at where they pass; lines of N-Triples and N-Quads that are loaded by other means, by
    several threads even, where they have no blank nodes, whose labels would not be the store's.
    """

    def __init__(self) -> None:
        self._notes: IO[bytes] | None = None
        self._lock = Lock()

    def pass_on(self, quads: Iterable[ox.Quad], graph: Any) -> Iterator[ox.Quad]:
        """The same quads, those of no graph in the one that is named. Blank nodes have their final labels."""
        for quad in quads:
            subject, predicate, term, home = quad
            if isinstance(home, ox.DefaultGraph):
                home = graph
            if not is_kept(term):
                self._take(quad, home)
            yield ox.Quad(subject, predicate, term, home)

    def look_at(self, lines: bytes, graph: Any) -> None:
        """Take notes of a document of lines."""
        odd = []
        end = 0
        for found in _TYPED.finditer(lines):
            if (mark := found.start()) < end:
                continue
            own = _OWN_BYTES[found[1]]
            if own is not None and own.fullmatch(lines, lines.rfind(b'"', end, mark) + 1, mark):
                continue
            begin = max(end, lines.rfind(b"\n", end, mark) + 1)
            end = lines.find(b"\n", found.end()) + 1 or len(lines)
            odd.append(lines[begin:end])
        for quad in ox.parse(b"".join(odd), ox.RdfFormat.N_QUADS):
            if not is_kept(quad.object):
                self._take(quad, graph if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name)

    def settle(self, store: ox.Store) -> None:
        """Put the notes into a store, and forget them."""
        if self._notes is not None:
            self._notes.seek(0)
            store.bulk_extend(ox.parse(self._notes, ox.RdfFormat.N_QUADS))
            self.close()

    def close(self) -> None:
        """Forget all notes."""
        if self._notes is not None:
            self._notes.close()
            self._notes = None

    def _take(self, quad: ox.Quad, graph: Any) -> None:
        told = f"<<( {_graph(graph)} {_SPELLED} {ox.Literal(_text(quad.object))} )>>"
        note = f"{quad.subject} {quad.predicate} {told} {SPELLINGS} .\n".encode()
        with self._lock:
            if self._notes is None:
                file = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 - see close
                self._notes = cast(IO[bytes], file)
            self._notes.write(note)
