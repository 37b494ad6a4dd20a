"""A canned query: a question that someone has put well once, with parameters for whoever asks it next.

A value that a user types enters a query only as an RDF term, put in the place of the parameter's variable
wherever that stands (sub-selects, FILTER, aggregates). A term serialises to a single token, so no value can
become a part of the query's text. An optional parameter that is not given stays a variable. Names are made
IRIs before (:mod:`kgraph.canned.reading`), since only a generation knows them.

The rows that a query is known to give stand with it as examples. A cell is written as a person would: an IRI
with the project's prefixes, a literal as its bare text, nothing where a variable is unbound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import pyoxigraph as ox

from kgraph.canned.kinds import Kind
from kgraph.canned.spelling import did_you_mean
from kgraph.canned.values import ValueType
from kgraph.errors import ParameterError
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.sparql import profile_query, substitute
from kgraph.rdf.terms import Term, compact, render_term

__all__ = [
    "CannedQuery",
    "Column",
    "Example",
    "Parameter",
    "Row",
    "View",
    "render_row",
    "substitute_terms",
]

Row = tuple[str, ...]


class View(StrEnum):
    """How the answer is best looked at first."""

    TABLE = "table"
    GRAPH = "graph"
    MAP = "map"
    TIMELINE = "timeline"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that a canned query asks its user for.

    ``variable`` is what stands in the SPARQL, without its mark. ``default`` holds where no value is given;
    a parameter with neither default nor leave to be absent is required. ``choices``, if there are any, are
    all the values that it may have. ``kind`` is what an IRI names; without one it may name anything, what
    the project has never heard of included.
    """

    name: str
    variable: str
    type: ValueType
    optional: bool = False
    default: str | None = None
    description: str = ""
    example: str = ""
    choices: tuple[str, ...] = ()
    kind: Kind | None = None

    @property
    def takes_names(self) -> bool:
        """Whether a name of a thing will do."""
        return self.type.name == "iri"

    @property
    def required(self) -> bool:
        """Whether there is no query without a value for it."""
        return self.default is None and not self.optional

    @property
    def sample(self) -> str:
        """Some value that fits as it stands: the default, or an example that is no name."""
        example = "" if self.takes_names and ":" not in self.example else self.example
        return self.default or example or (self.choices[0] if self.choices else self.type.example)

    def parse(self, text: str, *, prefixes: Mapping[str, str]) -> ox.NamedNode | ox.Literal:
        """Read a value of this parameter as a term.

        Raises:
            ParameterError: it does not fit the type, or is none of the choices.
        """
        try:
            term = self.type.parse(text, prefixes=prefixes)
        except ValueError as error:
            raise self._error(text, f"must be {self.type.phrase}", prefixes) from error
        if self.choices and term not in {
            self.type.parse(choice, prefixes=prefixes) for choice in self.choices
        }:
            choices = ", ".join(compact(choice, prefixes) for choice in self.choices)
            raise self._error(text, f"must be one of: {choices}", prefixes)
        return term

    def _error(self, text: str, expectation: str, prefixes: Mapping[str, str]) -> ParameterError:
        return ParameterError(
            f"The value of {self.name!r} {expectation}; it is {_shown(text)}.",
            hint=f"Give for example {self.name}={compact(self.sample, prefixes)}.",
        )


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a canned query's rows."""

    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """The rows that a query gives for some values of its parameters; the order counts when ``ordered``."""

    values: Mapping[str, str]
    rows: tuple[Row, ...]
    ordered: bool = True

    def holds_for(self, rows: Iterable[Row]) -> bool:
        """Whether these are the expected rows."""
        got = list(rows)
        return got == list(self.rows) if self.ordered else sorted(got) == sorted(self.rows)


@dataclass(frozen=True, slots=True)
class CannedQuery:
    """A query with its documentation. ``sparql`` is the text of the file, header included, with the project's
    namespaces in it. A query that is not ``general`` means nothing on another project's articles.
    """

    slug: str
    path: str
    sparql: str
    kind: ResultKind
    summary: str
    description: str = ""
    tags: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    columns: tuple[Column, ...] = ()
    view: View = View.TABLE
    examples: tuple[Example, ...] = ()
    general: bool = True

    @property
    def defaults(self) -> Mapping[str, str]:
        """The values that hold where none are given, by parameter."""
        return MappingProxyType({p.name: p.default for p in self.parameters if p.default is not None})

    @property
    def services(self) -> tuple[str, ...]:
        """The endpoints that the query calls, as written."""
        return profile_query(self.sparql).services

    def bind(self, values: Mapping[str, str | Sequence[str]], *, prefixes: Mapping[str, str]) -> str:
        """The SPARQL text with terms in the place of its parameters.

        A value may come as a list, as query strings give it; it must then hold just one.

        Raises:
            ParameterError: an unknown parameter, one that is missing, or a value that does not fit.
        """
        self._refuse_unknown(values)
        terms: dict[str, ox.NamedNode | ox.Literal] = {}
        for parameter in self.parameters:
            text = self.given(parameter, values)
            if text is not None:
                terms[parameter.variable] = parameter.parse(text, prefixes=prefixes)
            elif parameter.required:
                raise ParameterError(
                    f"The query {self.slug!r} needs a value for {parameter.name!r}: {parameter.type.phrase}.",
                    hint=f"Give for example {parameter.name}={compact(parameter.sample, prefixes)}.",
                )
        return substitute_terms(self.sparql, terms)

    def given(self, parameter: Parameter, values: Mapping[str, str | Sequence[str]]) -> str | None:
        """The text that stands for a parameter: what is given, or else its default.

        Raises:
            ParameterError: several values are given.
        """
        if parameter.name not in values:
            return parameter.default
        return _single(parameter, values[parameter.name])

    def _refuse_unknown(self, values: Mapping[str, object]) -> None:
        names = [parameter.name for parameter in self.parameters]
        for name in values:
            if name not in names:
                raise ParameterError(
                    f"The query {self.slug!r} has no parameter {_shown(name)}.",
                    hint=did_you_mean(name, names, otherwise="It takes no parameters."),
                )


def substitute_terms(text: str, terms: Mapping[str, ox.NamedNode | ox.Literal]) -> str:
    """A query with terms in the place of some variables, given without their marks."""
    # Blanks keep a term from growing together with its neighbours ("" before "" would open a long string).
    return substitute(text, {variable: f" {term} " for variable, term in terms.items()})


def _single(parameter: Parameter, value: str | Sequence[str]) -> str:
    if isinstance(value, str):
        return value
    if len(value) == 1:
        return value[0]
    raise ParameterError(
        f"{parameter.name!r} takes one value; it was given {len(value)}.",
        hint=f"Give it once, for example {parameter.name}={parameter.sample}.",
    )


def _shown(text: str) -> str:
    """A user's text in a message: quoted, visible, and not too long."""
    return repr(text if len(text) <= 80 else f"{text[:79]}…") if text else "empty"


def render_row(terms: Iterable[Term | None], prefixes: Mapping[str, str]) -> Row:
    """A row of an answer as examples write it."""
    return tuple(render_term(term, prefixes) for term in terms)
