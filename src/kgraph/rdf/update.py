"""Reading a SPARQL update as a list of operations, each of which says what it removes and adds.

Oxigraph could carry an update out by itself, but shows nothing of what it changes, takes no dataset, and
would write to any graph. Here it keeps the grammar and the terms, and nothing else: the tokens show where
operations, templates and patterns begin and end, Oxigraph parses each operation, and then is given its
pieces in a form that it answers with quads or solutions:

- the data of INSERT DATA and DELETE DATA, and every template, become an INSERT DATA on an empty store, with
  marker IRIs in the place of variables;
- a WHERE clause becomes a SELECT of the templates' variables.

So a text that these tokens might ever misread could change other things than its author meant, but nothing
that the writer of the quads does not allow.
"""

from __future__ import annotations

import re
import secrets
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, cast

import pyoxigraph as ox

from kgraph.errors import QueryRefusedError, ServiceNotAllowedError
from kgraph.rdf.literals import mark_datatypes, with_datatypes
from kgraph.rdf.operations import Change, Data, Dataset, Management, Operation, Scope, Template
from kgraph.rdf.sparql import Token, iter_tokens, substitute
from kgraph.rdf.spelling import read_spelled
from kgraph.rdf.syntax import explain_syntax_error

__all__ = ["parse_update", "read_template"]

_DECLARATIONS: Final = {"BASE": 2, "PREFIX": 3, "VERSION": 2}
#: The operations on whole graphs, and how many graphs each names.
_MANAGEMENT: Final = {"CREATE": 1, "CLEAR": 1, "DROP": 1, "ADD": 2, "MOVE": 2, "COPY": 2}
_REFUSED: Final = {
    "LOAD": "The update loads a document from elsewhere, and this service does not.",
    "SERVICE": "The update calls another endpoint, and this service does not.",
}
#: What is put before an operation so that Oxigraph parses it and then does nothing of it.
_HALT: Final = "CREATE GRAPH <urn:x>; CREATE GRAPH <urn:x>; "
_POSITION: Final = re.compile(r"error at (\d+):(\d+):")


def parse_update(text: str, *, base_iri: str | None = None, using: Dataset | None = None) -> list[Operation]:
    """The operations of an update request.

    Args:
        text: the request.
        base_iri: what its relative IRIs are resolved against.
        using: the dataset of the protocol's ``using-graph-uri`` and ``using-named-graph-uri``.

    Raises:
        QuerySyntaxError: it is no SPARQL 1.1 update.
        ServiceNotAllowedError: it would fetch something, and not be silent about its failure.
        QueryRefusedError: it has USING or WITH besides the protocol's parameters (SPARQL 1.1 Protocol,
            section 2.2.3).
    """
    pieces = list(_split(text, base_iri))
    for piece in pieces:
        piece.require_syntax(base_iri)
    _require_own_labels(text, pieces)
    for piece in pieces:
        piece.refuse_calls()
    read = [piece for piece in pieces if piece.tokens and not piece.begins("LOAD", "SILENT")]
    try:
        return [_Reader(piece, base_iri, using).read() for piece in read]
    except (IndexError, KeyError, StopIteration, SyntaxError, ValueError) as error:
        # Where tokens stand close, as in ?a<?b&&?c>?d, the engine may see others than the scanner.
        raise QueryRefusedError(
            "The update cannot be taken apart, though it is well formed.",
            hint="Put blanks around operators and between terms.",
        ) from error


@dataclass(frozen=True, slots=True)
class _Piece:
    """One operation: its tokens, and the declarations before it that hold for it.

    The standard lets every operation have declarations of its own, which hold for all that follow
    (grammar rule 29); Oxigraph only knows those at the beginning, and so gets one operation at a time.
    ``prologue`` are the places of the declarations in the request, ``declared`` is what they declare of what
    the operation uses.
    """

    text: str
    prologue: Sequence[tuple[int, int]]
    declared: str
    tokens: tuple[Token, ...]
    end: int

    def begins(self, *words: str) -> bool:
        """Whether these are its first words."""
        return tuple(token.text.upper() for token in self.tokens[: len(words)]) == words

    def refuse_calls(self) -> None:
        """A load that fails silently changes nothing (section 3.1.4), so that one may be asked for."""
        if self.begins("LOAD", "SILENT"):
            return
        for token in self.tokens:
            sentence = _REFUSED.get(token.text.upper()) if token.kind == "word" else None
            if sentence is not None:
                raise ServiceNotAllowedError(
                    sentence, hint="Fetch the data yourself, and send it as INSERT DATA or as a graph."
                )

    def require_syntax(self, base_iri: str | None) -> None:
        """Have Oxigraph parse the operation."""
        start = self.tokens[0].start if self.tokens else self.end
        try:
            _carry_out(f"{self.declared}{_HALT}{self.text[start : self.end]}", base_iri)
        except SyntaxError:
            self._place_fault(base_iri, start)
        except RuntimeError:
            return  # the halt

    def _place_fault(self, base_iri: str | None, start: int) -> None:
        """Have Oxigraph parse it once more, with all else blanked so that it stays in its place."""
        before = _only(self.text, [place for place in self.prologue if place[1] <= start], start)
        rest = self.text[start : self.end]
        try:
            _carry_out(f"{before}{_HALT}{rest}", base_iri)
        except SyntaxError as error:
            line, column = before.count("\n") + 1, start - (before.rfind("\n") + 1) + 1

            def shift(match: re.Match[str]) -> str:
                shifted = int(match[1]) == line and int(match[2]) > column
                return f"error at {match[1]}:{int(match[2]) - len(_HALT) * shifted}:"

            message = _POSITION.sub(shift, error.msg or str(error), count=1)
            raise explain_syntax_error(before + rest, message, noun="update") from error
        except RuntimeError:
            return


def _carry_out(text: str, base_iri: str | None) -> ox.Store:
    """What an update makes of an empty store."""
    store = ox.Store()
    read_spelled(text, lambda spelled: store.update(spelled, base_iri=base_iri))
    return store


def _first(question: str, base_iri: str | None) -> ox.NamedNode:
    """The IRI that is the first row of a query about no data."""
    rows = read_spelled(question, lambda text: ox.Store().query(text, base_iri=base_iri))
    return cast(ox.NamedNode, next(cast(ox.QuerySolutions, rows))["iri"])


class _Prologue:
    """The declarations so far. Each operation gets those that it uses, so that many of each stay linear."""

    def __init__(self, base_iri: str | None) -> None:
        self.places: list[tuple[int, int]] = []
        self._base = base_iri
        self._own_base = ""
        self._prefixes: dict[str, str] = {}
        self._version = ""
        self._faulty = ""

    def add(self, declaration: Sequence[Token]) -> None:
        """Take in one more, which holds from now on."""
        self.places += ((token.start, token.end) for token in declaration)
        word, *rest = (token.text for token in declaration)
        if word.upper() == "VERSION":
            self._version = f"VERSION {' '.join(rest)} "
        elif not rest or declaration[-1].kind != "iri":
            self._faulty = " ".join((word, *rest, ""))  # the engine will say what is wrong with it
        elif word.upper() == "BASE":
            self._own_base = f"BASE {self._resolved(rest[0])} "
        else:
            self._prefixes[rest[0]] = f"PREFIX {rest[0]} {self._resolved(rest[-1])} "

    def of(self, tokens: Iterable[Token]) -> str:
        """What is declared for some tokens."""
        used = dict.fromkeys(f"{token.text.partition(':')[0]}:" for token in tokens if token.kind == "pname")
        prefixes = (self._prefixes[name] for name in used if name in self._prefixes)
        return "".join((self._version, self._faulty, self._own_base, *prefixes))

    def _resolved(self, iri: str) -> str:
        """An IRI as the engine resolves it; as it is written where that does not work, which is a fault."""
        try:
            question = f"{self._own_base}SELECT ({iri} AS ?iri) {{}}"
            return str(_first(question, self._base))
        except SyntaxError:
            self._faulty = f"BASE {iri} "
            return iri


def _only(text: str, places: Iterable[tuple[int, int]], end: int) -> str:
    """A text up to its ``end`` with blanks in the place of all but some places."""
    kept: list[str] = []
    position = 0
    for start, stop in places:
        kept += _BLANKED.sub(" ", text[position:start]), text[start:stop]
        position = stop
    return "".join([*kept, _BLANKED.sub(" ", text[position:end])])


_BLANKED: Final = re.compile(r"[^\n]")


def _split(text: str, base_iri: str | None) -> Iterator[_Piece]:
    """The operations of a request; the last is empty where it ends in a semicolon, or has nothing at all."""
    prologue = _Prologue(base_iri)
    operation: list[Token] = []
    depth = 0

    def piece(end: int) -> _Piece:
        tokens = tuple(operation)
        return _Piece(text, prologue.places, prologue.of(tokens), tokens, end)

    tokens = iter_tokens(text)
    for token in tokens:
        count = 0 if operation or token.kind != "word" else _DECLARATIONS.get(token.text.upper(), 0)
        if count:
            prologue.add([token, *islice(tokens, count - 1)])
            continue
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        if token.text == ";" and depth <= 0 and operation:
            yield piece(token.start)
            operation, depth = [], 0
        else:
            operation.append(token)
    yield piece(len(text))


def _require_own_labels(text: str, pieces: Iterable[_Piece]) -> None:
    """A label of a blank node belongs to one INSERT DATA (section 19.6 of the query language, rule 11)."""
    used: dict[str, int] = {}
    for number, piece in enumerate(pieces):
        for token in piece.tokens if piece.begins("INSERT", "DATA") else ():
            if token.kind == "blank" and used.setdefault(token.text, number) != number:
                raise explain_syntax_error(
                    text, f"the blank node {token.text} stands in two operations", noun="update"
                )


class _Reader:
    """Takes one operation apart."""

    def __init__(self, piece: _Piece, base_iri: str | None, using: Dataset | None) -> None:
        self._text = piece.text
        self._prologue = piece.declared
        self._base_iri = base_iri
        self._using = using
        self._tokens = deque(piece.tokens)

    def read(self) -> Operation:
        """The operation, which is known to be well formed."""
        word = self._word()
        if word in ("INSERT", "DELETE") and self._peek() == "DATA":
            self._word()
            return Data(self._template(self._group()).quads, is_insertion=word == "INSERT")
        if word == "DELETE" and self._peek() == "WHERE":
            self._word()
            group = self._group()
            return self._change(group, self._template(group), Template(), scope=None, using=self._using)
        if word in ("WITH", "DELETE", "INSERT"):
            return self._modify(word)
        if word not in _MANAGEMENT:  # as in COPY:a, which the engine takes for a keyword and a name
            raise ValueError(word)
        is_silent = self._peek() == "SILENT"
        names = [token for token in self._tokens if token.text.upper() not in ("SILENT", "GRAPH", "TO")]
        if len(names) != _MANAGEMENT[word]:
            raise ValueError(word)
        return Management(word, tuple(self._graph(name) for name in names), is_silent)

    def _modify(self, word: str) -> Change:
        scope: ox.NamedNode | None = None
        if word == "WITH":
            scope = self._iri(self._tokens.popleft())
            word = self._word()
        templates = {"DELETE": Template(), "INSERT": Template()}
        while word in templates:
            templates[word] = self._template(self._group(), scope)
            word = self._word()
        default: list[ox.NamedNode] = []
        named: list[ox.NamedNode] = []
        has_using = word == "USING"
        while word == "USING":
            is_named = self._peek() == "NAMED"
            if is_named:
                self._word()
            (named if is_named else default).append(self._iri(self._tokens.popleft()))
            word = self._word()
        if word != "WHERE":
            raise ValueError(word)
        if self._using is not None and (scope is not None or has_using):
            raise QueryRefusedError(
                "The update has USING or WITH, and the request names graphs in its parameters too.",
                hint="Leave out using-graph-uri and using-named-graph-uri, or USING and WITH.",
            )
        using = Dataset(tuple(default), tuple(named)) if has_using else self._using
        return self._change(self._group(), templates["DELETE"], templates["INSERT"], scope=scope, using=using)

    def _change(
        self,
        pattern: str,
        removed: Template,
        added: Template,
        *,
        scope: ox.NamedNode | None,
        using: Dataset | None,
    ) -> Change:
        variables = " ".join(f"?{name}" for name in dict.fromkeys([*removed.variables, *added.variables]))
        if added.has_blank_nodes:
            form, end = f"SELECT {variables or '*'}", ""
        elif variables:
            form, end = f"SELECT DISTINCT {variables}", ""
        else:
            form, end = "SELECT *", "LIMIT 1"  # every solution would give the same
        return Change(f"{self._prologue}{form} WHERE {pattern} {end}", removed, added, scope, using)

    def _word(self) -> str:
        return self._tokens.popleft().text.upper()

    def _peek(self) -> str:
        return self._tokens[0].text.upper()

    def _group(self) -> str:
        """The text of the group that begins here, with its braces."""
        if self._peek() != "{":
            raise ValueError(self._peek())
        start, depth = self._tokens[0].start, 0
        while True:
            token = self._tokens.popleft()
            depth += {"{": 1, "}": -1}.get(token.text, 0)
            if depth == 0:
                return self._text[start : token.end]

    def _template(self, group: str, scope: ox.NamedNode | None = None) -> Template:
        """The quads of a group, with markers for its variables."""
        template = read_template(group, self._prologue, self._base_iri)
        quads = tuple(_within(quad, scope) for quad in template.quads)
        return Template(quads, template.markers)

    def _graph(self, token: Token) -> ox.NamedNode | ox.DefaultGraph | Scope:
        word = token.text.upper() if token.kind == "word" else ""
        if word == "DEFAULT":
            return ox.DefaultGraph()
        return Scope(word) if word else self._iri(token)

    def _iri(self, token: Token) -> ox.NamedNode:
        return self._resolve(token.text)

    def _resolve(self, name: str) -> ox.NamedNode:
        """An IRI or a prefixed name, resolved as the engine resolves it."""
        question = f"{self._prologue}SELECT ({name} AS ?iri) {{}}"
        return _first(question, self._base_iri)


def read_template(group: str, prologue: str, base_iri: str | None) -> Template:
    """The template that stands in braces, also that of a CONSTRUCT.

    Args:
        group: its text, with the braces.
        prologue: the declarations that it uses.
        base_iri: what its relative IRIs are resolved against.

    Raises:
        SyntaxError: it is none.
    """
    names = dict.fromkeys(token.text[1:] for token in iter_tokens(group) if token.kind == "variable")
    nonce = secrets.token_hex(8)
    markers = {f"urn:kgraph:variable:{nonce}:{number}": name for number, name in enumerate(names)}
    marked = substitute(group, {name: f"<{marker}>" for marker, name in markers.items()})
    marked, written = mark_datatypes(marked, nonce)
    datatypes = {
        marker: _first(f"{prologue}SELECT ({datatype} AS ?iri) {{}}", base_iri)
        for marker, datatype in written.items()
    }
    store = _carry_out(f"{prologue}INSERT DATA {marked}", base_iri)
    return Template(tuple(with_datatypes(quad, datatypes) for quad in store), markers)


def _within(quad: ox.Quad, scope: ox.NamedNode | None) -> ox.Quad:
    """A quad of a template; what names no graph is in that of WITH (section 3.1.3)."""
    if scope is None or not isinstance(quad.graph_name, ox.DefaultGraph):
        return quad
    return ox.Quad(quad.subject, quad.predicate, quad.object, scope)
