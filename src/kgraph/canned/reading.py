"""Reading what a user names: a label, an IRI or a prefixed name as the thing that it means in one generation.

Names are those of the project's graphs; what clients add may be asked about by its IRI.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import pyoxigraph as ox

from kgraph.canned.kinds import Kind
from kgraph.canned.naming import KINDS, LABELS, Naming
from kgraph.canned.query import CannedQuery
from kgraph.canned.spelling import did_you_mean
from kgraph.errors import ParameterError
from kgraph.rdf.table import Table
from kgraph.rdf.terms import Term, compact, is_literal, parse_iri, parse_term, read_term
from kgraph.vocab import RDF_TYPE

__all__ = ["Reader", "read_naming"]


async def read_naming(select: Callable[[str], Awaitable[Table]]) -> Naming:
    """The names of a generation, given what answers a SELECT query on the project's graphs."""
    labels, kinds = await select(LABELS), await select(KINDS)
    return Naming.of(
        ((_value(row["thing"]), _value(row["property"]), _value(row["label"])) for row in labels),
        ((_value(row["thing"]), _value(row["kind"])) for row in kinds),
    )


def _value(term: Term | None) -> str:
    return cast(ox.NamedNode | ox.Literal, term).value


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads names in one generation. ``ask`` answers an ASK query on all of its graphs."""

    names: Naming
    prefixes: Mapping[str, str]
    ask: Callable[[str], Awaitable[object]]

    async def bind(self, query: CannedQuery, values: Mapping[str, str | Sequence[str]]) -> str:
        """The SPARQL of a canned query with values for its parameters, which may be names.

        Raises:
            ParameterError: a value is missing, does not fit, or names nothing or several things.
        """
        terms = dict(values)
        for parameter in query.parameters:
            text = query.given(parameter, values) if parameter.name in values else None
            if parameter.takes_names and text is not None:
                terms[parameter.name] = str(await self.read(parameter.name, text, parameter.kind))
        return query.bind(terms, prefixes=self.prefixes)

    async def read(self, part: str, text: str, kind: Kind | None) -> ox.NamedNode:
        """The thing that a label, an IRI or a prefixed name means.

        Args:
            part: what it is given for, in messages.
            text: what is given.
            kind: what it may mean. Without one, an IRI is taken as it is.

        Raises:
            ParameterError: it means nothing, or several things.
        """
        wanted = kind or Kind.THING
        found = self.names.bearers(text, wanted)
        if len(found) > 1:
            listed = "; ".join(self.names.describe(iri, self.prefixes) for iri in found)
            raise ParameterError(
                f"{text!r}, the value of {part!r}, names {len(found)} things: {listed}.",
                hint=f"Give one of them, for example {part}={compact(found[0], self.prefixes)}.",
            )
        if found:
            return ox.NamedNode(found[0])
        try:
            node = parse_iri(text, prefixes=self.prefixes)
        except ValueError as error:
            raise ParameterError(
                f"The value of {part!r} must be {wanted.article} {wanted}; there is none {text[:80]!r}.",
                hint=self.names.explain_unknown(text, wanted, self.prefixes),
            ) from error
        if kind is None or await self._is_known(node):
            return node
        name = compact(node.value, self.prefixes)
        known = [compact(iri, self.prefixes) for iri in self.names.shown]
        raise ParameterError(
            f"There is no {name} in this project, for {part!r}.",
            hint=did_you_mean(name, known, otherwise="This project names nothing."),
        )

    async def read_speakers(self, names: Sequence[str]) -> list[str]:
        """The IRIs of some actors.

        Raises:
            ParameterError: a name means nothing or several actors.
        """
        return [(await self.read("speaker", name, Kind.ACTOR)).value for name in names]

    async def read_triple(self, subject: str, predicate: str, value: str) -> ox.Triple:
        """A triple whose terms are names; ``a`` is the type, an object may be a literal as Turtle writes it.

        Raises:
            ParameterError: a term cannot be read, or means nothing or several things.
        """
        is_type = predicate.strip() in ("a", "rdf:type", RDF_TYPE)
        return ox.Triple(
            await self.read("subject", subject, Kind.THING),
            ox.NamedNode(RDF_TYPE) if is_type else await self.read("predicate", predicate, Kind.PROPERTY),
            read_term("object", value, parse_term, prefixes=self.prefixes)
            if is_literal(value)
            else await self.read("object", value, Kind.CLASS if is_type else Kind.THING),
        )

    async def _is_known(self, node: ox.NamedNode) -> bool:
        patterns = (f"{node} ?p ?o", f"?s ?p {node}", f"?s {node} ?o", f"GRAPH {node} {{ ?s ?p ?o }}")
        return bool(await self.ask(f"ASK {{ {{ {' } UNION { '.join(patterns)} }} }}"))
