"""What a service is asked: the pattern of a SERVICE as a query of its own, with what is known beside it.

    PREFIX …  SELECT ?item ?label WHERE { VALUES ?item { wd:Q403 wd:Q1246 } ?item rdfs:label ?label }

The solutions that are sent along bind variables that every solution of the pattern binds too, and each of
them wholly, so a solution of the pattern agrees with one of them at most: what comes back are the pattern's
own solutions, as often as they are, and fewer of them.

Two properties in a SERVICE are for kgraph itself and are not sent:

    SERVICE <…> { ?item rdfs:label ?label . [] kg:retrievedFrom ?endpoint ; kg:retrievedAt ?time }

Wikidata's label service (``SERVICE wikibase:label``, within the SERVICE) binds variables that stand nowhere
in it: ?itemLabel for ?item. They are asked for where the query names them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import pyoxigraph as ox

from kgraph.errors import QuerySyntaxError
from kgraph.federation.endpoints import LABELS
from kgraph.federation.source import Source
from kgraph.rdf.pattern import JOINING, Element, Group, Kind
from kgraph.rdf.scope import certain, has_words, named, visible
from kgraph.rdf.sparql import Token, iri_of, namespaces_of
from kgraph.vocab import KG

__all__ = ["RETRIEVED_AT", "RETRIEVED_FROM", "Known", "Question", "read_question"]

RETRIEVED_FROM: Final = KG + "retrievedFrom"
RETRIEVED_AT: Final = KG + "retrievedAt"
#: What Wikidata's label service binds for a variable, by the end of a name.
_LABELLED: Final = ("Label", "AltLabel", "Description")
_ABSOLUTE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:")


@dataclass(frozen=True, slots=True)
class Known:
    """Solutions, with terms as SPARQL writes them."""

    names: tuple[str, ...]
    rows: Sequence[Sequence[str]]

    @property
    def text(self) -> str:
        """A VALUES block."""
        heads = " ".join(f"?{name}" for name in self.names)
        return f"VALUES ({heads}) {{ {' '.join('(' + ' '.join(row) + ')' for row in self.rows)} }}"


@dataclass(frozen=True, slots=True)
class Question:
    """The pattern of a SERVICE.

    ``variables`` are asked for; ``bindable`` are those that every solution has, so that known values may be
    sent along. ``source_variable`` and ``time_variable`` are to hold where and when a solution was retrieved.
    """

    prologue: str
    pattern: str
    variables: tuple[str, ...]
    bindable: frozenset[str]
    takes_values_inside: bool
    source_variable: str | None
    time_variable: str | None

    @property
    def columns(self) -> tuple[str, ...]:
        """The variables of the solutions that stand for the SERVICE."""
        ours = (self.source_variable, self.time_variable)
        return (*self.variables, *(name for name in ours if name is not None))

    def text(self, known: Iterable[Known] = ()) -> str:
        """The query to send, with known solutions for some of the bindable variables."""
        # Every query needs a column, even for a pattern without variables.
        select = " ".join(f"?{name}" for name in self.variables) or "(1 AS ?solution)"
        values = "".join(f"{block.text} " for block in known)
        pattern = self.pattern if self.takes_values_inside or not values else f"{{ {self.pattern} }}"
        return f"{self.prologue}SELECT {select} WHERE {{ {values}{pattern} }}"


def read_question(service: Element, source: Source) -> Question:
    """What a SERVICE asks for, as far as the rest of the query needs it.

    Raises:
        QuerySyntaxError: kg:retrievedFrom or kg:retrievedAt is used in a way that it cannot be.
    """
    tokens = source.tokens
    (group,) = service.groups
    stamps = list(_stamps(group, source))
    gone = {index for stamp in stamps for index in range(stamp.start, stamp.end)}
    ours = {name: stamp.variables[name] for stamp in stamps for name in stamp.variables}
    shown = visible(group, tokens) - set(ours.values())
    prefixes = namespaces_of(source.tokens)
    if any(iri_of(token, prefixes) == LABELS for token in tokens[group.start : group.end]):
        labels = {f"{name}{suffix}" for name in shown for suffix in _LABELLED}
        shown |= labels & named(tokens, 0, len(tokens))
    if not _shows_all(tokens):
        shown = {name for name in shown if source.is_named_elsewhere(name, service.start, service.end)}
    kept = [index for index in range(group.start + 1, group.end - 1) if index not in gone]
    # A solution of a limited pattern may be another one each time, so it is asked for once and whole.
    limited = has_words(tokens[group.start : group.end], {"LIMIT", "OFFSET"})
    bindable = frozenset() if limited else frozenset((certain(group, tokens) & shown) - set(ours.values()))
    return Question(
        prologue=_prologue(source, kept),
        pattern=_text(source, kept),
        variables=tuple(sorted(shown)),
        bindable=bindable,
        takes_values_inside=_takes_values_inside(group, bindable, tokens),
        source_variable=ours.get(RETRIEVED_FROM),
        time_variable=ours.get(RETRIEVED_AT),
    )


def _shows_all(tokens: Sequence[Token]) -> bool:
    """Whether some part of a query shows all its variables (``SELECT *``)."""
    words = ("SELECT", "DISTINCT", "REDUCED", "DESCRIBE")
    return any(
        star.text == "*" and before.kind == "word" and before.text.upper() in words
        for before, star in pairwise(tokens)
    )


def _takes_values_inside(group: Group, bindable: frozenset[str], tokens: Sequence[Token]) -> bool:
    """Whether solutions may stand first in the group itself, where engines use them best.

    Joined there they must be the same as joined with the whole group: what is not a join must come after
    all of the variables are bound.
    """
    if group.select is not None:
        return False
    bound: set[str] = set()
    for element in group.elements:
        if element.kind is not Kind.FILTER and element.kind not in JOINING:
            return bindable <= bound
        bound |= certain(element, tokens)
    return True


def _text(source: Source, indexes: Sequence[int]) -> str:
    """The text of some tokens, with one blank for whatever stood between two of them."""
    pieces: list[str] = []
    for before, index in pairwise([None, *indexes]):
        token = source.tokens[index]  # type: ignore[index]
        if before is not None and source.tokens[before].end < token.start:
            pieces.append(" ")
        pieces.append(token.text)
    return "".join(pieces)


def _prologue(source: Source, indexes: Sequence[int]) -> str:
    """BASE where an IRI is relative to it, and the prefixes that some tokens use."""
    tokens = [source.tokens[index] for index in indexes]
    used = {token.text.partition(":")[0] for token in tokens if token.kind == "pname"}
    declared = source.tokens[: source.query.start]
    lines = [] if source.base_iri is None else [f"BASE {ox.NamedNode(source.base_iri)}"]
    is_relative = any(token.kind == "iri" and not _ABSOLUTE.match(token.text) for token in tokens)
    for index, token in enumerate(declared):
        word = token.text.upper() if token.kind == "word" else ""
        if word == "BASE":
            lines.append(f"BASE {declared[index + 1].text}")
        elif word == "PREFIX" and declared[index + 1].text.removesuffix(":") in used:
            lines.append(f"PREFIX {declared[index + 1].text} {declared[index + 2].text}")
            is_relative = is_relative or not _ABSOLUTE.match(declared[index + 2].text)
    return "".join(f"{line}\n" for line in lines if is_relative or not line.startswith("BASE"))


@dataclass(frozen=True, slots=True)
class _Stamp:
    """A statement that asks where and when; ``variables`` by property."""

    start: int
    end: int
    variables: dict[str, str]


def _stamps(group: Group, source: Source) -> Iterator[_Stamp]:
    """The statements of a SERVICE that ask where and when its solutions were retrieved."""
    tokens = source.tokens
    prefixes = namespaces_of(source.tokens)
    asked = [i for i in range(group.start, group.end) if iri_of(tokens[i], prefixes) in _PROPERTIES]
    while asked:
        start = asked[0] - 2
        texts = [token.text for token in tokens[start : asked[0]]]
        at_top = any(
            element.kind is Kind.TRIPLES
            and element.start <= start < element.end
            and (element.start == start or tokens[start - 1].text.endswith("."))
            for element in group.elements
        )
        if texts != ["[", "]"] or not at_top:
            raise _fault(tokens[asked[0]], source)
        variables: dict[str, str] = {}
        index = asked[0]
        while True:
            name = iri_of(tokens[index], prefixes)
            value = tokens[index + 1]
            if name not in _PROPERTIES or name in variables or value.kind != "variable":
                raise _fault(tokens[index], source)
            variables[name] = value.text[1:]
            index += 2
            if tokens[index].text != ";":
                break
            index += 1
            if tokens[index].text in (".", "}"):
                break
        if tokens[index].text not in (".", "}"):
            raise _fault(tokens[index], source)
        end = index + (tokens[index].text == ".")
        yield _Stamp(start, end, variables)
        asked = [i for i in asked if i >= end]


_PROPERTIES: Final = frozenset({RETRIEVED_FROM, RETRIEVED_AT})


def _fault(token: Token, source: Source) -> QuerySyntaxError:
    line = source.text.count("\n", 0, token.start) + 1
    column = token.start - source.text.rfind("\n", 0, token.start)
    return QuerySyntaxError(
        "kg:retrievedFrom and kg:retrievedAt ask where and when a service's solutions were retrieved, "
        f"and stand by themselves in its group; at line {line}, column {column}.",
        hint="Write [] kg:retrievedFrom ?endpoint ; kg:retrievedAt ?time .",
        line=line,
        column=column,
    )
