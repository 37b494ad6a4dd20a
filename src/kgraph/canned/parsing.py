"""Reading one query file: its header, its parameters, the rows it should give, and every fault of them.

The header is grlc's (``summary``, ``description``, ``tags``, ``defaults``, ``enumerate`` …), so that the same
file serves there; what grlc lacks stands in one block:

    #+ x-kgraph:
    #+   parameters:
    #+     speaker: {description: Only what this actor says., kind: actor, example: Slavisa Ristic}
    #+   columns:
    #+     words: The verbatim words.
    #+   view: table
    #+   scope: project
    #+   examples:
    #+     - values: {speaker: kgr:kfor}
    #+       ordered: false
    #+       rows: [["There will be no Kfor actions today"]]

``kind`` is what an IRI or a name means (:class:`kgraph.canned.kinds.Kind`, by its first word). A query whose
scope is the project means nothing elsewhere. Namespaces of the project are declared by their ends
(``PREFIX g: <graph/>``): which project's they are, its settings say.

A fault that makes the query wrong or its documentation untrue is an error. A gap in the documentation, and
what only grlc heeds, is a warning: a folder of plain grlc queries is served as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kgraph.canned.convention import CONVENTION, in_camel_case, match_variable
from kgraph.canned.decorators import Decorators
from kgraph.canned.grlc import DECORATORS, note_ignored
from kgraph.canned.header import Header, HeaderError, Key, Yaml, parse_header
from kgraph.canned.kinds import Kind
from kgraph.canned.query import CannedQuery, Column, Example, Parameter, Row, View, substitute_terms
from kgraph.canned.spelling import did_you_mean
from kgraph.canned.syntax import Syntax, check_syntax
from kgraph.canned.values import value_type
from kgraph.errors import ParameterError, QuerySyntaxError
from kgraph.problems import Problem, has_errors
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.sparql import iter_tokens, place_prefixes, profile_query
from kgraph.rdf.terms import parse_iri

__all__ = ["parse_canned"]

_BLOCK: Final = "x-kgraph"
_DECORATORS: Final = (*DECORATORS, _BLOCK)
_OF_THE_BLOCK: Final = ("parameters", "columns", "view", "scope", "examples")
_OF_A_PARAMETER: Final = ("description", "kind", "example")
_OF_AN_EXAMPLE: Final = ("values", "ordered", "rows")

#: As grlc takes them, as far as a path has no need to escape them (RFC 3986, section 2.3).
_SLUG: Final = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
#: The cells of an example's row where the query has no columns: a truth value, or a triple.
_WIDTHS: Final = {ResultKind.BOOLEAN: 1, ResultKind.GRAPH: 3}


def parse_canned(
    text: str, *, slug: str, path: str, prefixes: Mapping[str, str]
) -> tuple[CannedQuery | None, list[Problem]]:
    """Read a query file: the query, unless an error forbids it, and the problems found."""
    try:
        header, fault = parse_header(text), None
    except HeaderError as error:
        header, fault = Header({}, {(): 1}), error
    notes = Decorators(header, path)
    if not _SLUG.fullmatch(slug):
        notes.error(
            "slug",
            None,
            f"{slug!r} cannot be the name of a query.",
            "Name the file with letters, digits, hyphens, underscores and dots, as in who-said.rq.",
        )
    if fault is not None:
        notes.error(
            "header",
            fault.line,
            f"The header is not YAML: {fault}.",
            "Each of its lines begins with '#+ '; a value that holds ': ' or ' #' needs quotes.",
        )
    syntax = _check_query(text, notes)
    if fault is not None or syntax is None:
        return None, notes.problems
    query = _Reading(place_prefixes(text, prefixes), notes, prefixes, syntax).query(slug)
    return (None if has_errors(notes.problems) else query), notes.problems


def _check_query(text: str, notes: Decorators) -> Syntax | None:
    """The query's syntax, if it is one."""
    syntax: Syntax | QuerySyntaxError | None = None
    if next(iter_tokens(text), None) is None:
        notes.error("empty", None, "The file holds no query.", "Write a SELECT query below the header.")
    elif profile_query(text).is_update:
        notes.error("update", None, "This is an update.", "A canned query changes nothing: write a SELECT.")
    elif isinstance(syntax := check_syntax(text), QuerySyntaxError):
        hint = syntax.hint or "Correct the query at this place or just before it."
        notes.error("syntax", syntax.line, syntax.message, hint)
    return syntax if isinstance(syntax, Syntax) else None


class _Reading:
    """A file with a header that is YAML and a body that is a query. Each method reads one part."""

    def __init__(self, text: str, notes: Decorators, prefixes: Mapping[str, str], syntax: Syntax) -> None:
        self.text = text
        self.notes = notes
        self.prefixes = prefixes
        self.syntax = syntax
        self.kind = profile_query(text).form or ResultKind.SOLUTIONS

    def query(self, slug: str) -> CannedQuery:
        names = (name for name in self.notes.mapping() if name == _BLOCK or not name.startswith("x-"))
        self.notes.check_keys(names, _DECORATORS)
        self.notes.check_keys(self.notes.mapping(_BLOCK), _OF_THE_BLOCK, _BLOCK)
        note_ignored(self.notes)
        parameters = self.parameters()
        return CannedQuery(
            slug=slug,
            path=self.notes.path,
            sparql=self.text,
            kind=self.kind,
            summary=self.summary() or slug,
            description=self.notes.text("description"),
            tags=self.notes.texts("tags"),
            parameters=tuple(parameters.values()),
            columns=tuple(self.columns()),
            view=self.view(),
            examples=tuple(self.examples(parameters)),
            general=self.scope() != "project",
        )

    def summary(self) -> str:
        summary = self.notes.text("summary")
        if not summary:
            self.notes.warn(
                "summary",
                self.notes.line("summary"),
                "The query has no summary.",
                "Add '#+ summary: the question that it answers'.",
            )
        return summary

    def scope(self) -> str:
        scope = self.notes.text(_BLOCK, "scope")
        if scope not in ("", "project"):
            self.notes.expected("'project', or nothing", _BLOCK, "scope")
        return scope

    # Parameters

    def parameters(self) -> dict[str, Parameter]:
        parameters = {parameter.name: parameter for parameter in self.variables()}
        for name in self.notes.mapping(_BLOCK, "parameters"):
            self.known(parameters, name, self.notes.line(_BLOCK, "parameters", name))
        for name, values, line in self.pairs("enumerate"):
            if isinstance(values, list) and self.known(parameters, name, line):
                choices = [value for value in values if self.fits(parameters[name], value, line, "choice")]
                parameters[name] = replace(parameters[name], choices=tuple(map(str, choices)))
        for name, value, line in self.pairs("defaults"):
            if self.known(parameters, name, line) and self.fits(parameters[name], value, line, "default"):
                parameters[name] = self.defaulting(parameters[name], str(value), line)
        for name, parameter in parameters.items():
            parameters[name] = self.documented(parameter)
            self.check_positions(parameters[name])
        return parameters

    def variables(self) -> Iterator[Parameter]:
        """The parameters in the text, in its order."""
        seen: list[Parameter] = []
        for variable, line in self.underscored().items():
            match = match_variable(variable)
            kind = value_type(match["suffix"] or "") if match else None
            if match is None or kind is None:
                self.notes.error(
                    "parameter",
                    line,
                    f"?{variable} is no parameter of a known type.",
                    f"Write ?{in_camel_case(variable)}. {CONVENTION}",
                )
                continue
            parameter = Parameter(match["name"], variable, kind, optional=match["marks"] == "__")
            for other in seen:
                self.check_names(other, parameter, line)
            if parameter.name not in (other.name for other in seen):
                seen.append(parameter)
                yield parameter

    def underscored(self) -> dict[str, int]:
        """The variables that are parameters, or are meant to be, with the first line of each."""
        lines: dict[str, int] = {}
        for token in iter_tokens(self.text):
            if token.kind == "variable" and token.text[1] == "_":
                lines.setdefault(token.text[1:], self.text.count("\n", 0, token.start) + 1)
        return lines

    def check_names(self, one: Parameter, other: Parameter, line: int) -> None:
        if one.name == other.name:
            self.notes.error(
                "parameter",
                line,
                f"?{one.variable} and ?{other.variable} are one parameter in two ways.",
                "Write the same variable in both places, or give them different names.",
            )
        elif one.variable.startswith(other.variable) or other.variable.startswith(one.variable):
            self.notes.warn(
                "parameter",
                line,
                f"?{one.variable} and ?{other.variable} begin alike, and grlc replaces plain text.",
                "Rename one of the two, so that neither begins the other.",
            )

    def pairs(self, decorator: str) -> Iterator[tuple[str, Yaml, int]]:
        """The entries of one of grlc's lists of single-entry mappings, with their lines."""
        for index, entry in enumerate(self.notes.items(decorator)):
            if isinstance(entry, dict):
                for name, value in entry.items():
                    yield name, value, self.notes.line(decorator, index, name)
            elif decorator != "enumerate":  # there, a bare name asks grlc to find the values itself
                self.notes.expected("'name: value'", decorator, index)

    def known(self, parameters: Mapping[str, Parameter], name: str, line: int) -> bool:
        if name not in parameters:
            self.notes.error(
                "parameter",
                line,
                f"The query has no parameter {name!r}.",
                did_you_mean(name, parameters, otherwise=f"Use ?_{name} in its text, or remove this line."),
            )
        return name in parameters

    def fits(self, parameter: Parameter, value: Yaml, line: int, what: str) -> bool:
        if parameter.takes_names and what != "choice" and self.is_name(str(value)):
            return True  # what it means, only a generation knows
        try:
            parameter.parse(str(value), prefixes=self.prefixes)
        except ParameterError as error:
            self.notes.error("value", line, f"This {what} does not fit. {error.message}", error.hint)
            return False
        return True

    def is_name(self, value: str) -> bool:
        try:
            parse_iri(value, prefixes=self.prefixes)
        except ValueError:
            return bool(value.strip())
        return False

    def defaulting(self, parameter: Parameter, default: str, line: int) -> Parameter:
        if parameter.optional:
            self.notes.error(
                "parameter",
                line,
                f"{parameter.name!r} is optional and has a default, so that it can never be absent.",
                f"Write ?{parameter.variable[1:]}, with one underscore, or remove the default.",
            )
        return replace(parameter, default=default)

    def documented(self, parameter: Parameter) -> Parameter:
        path = (_BLOCK, "parameters", parameter.name)
        self.notes.check_keys(self.notes.mapping(*path), _OF_A_PARAMETER, *path)
        description = self.notes.text(*path, "description")
        example = self.notes.text(*path, "example")
        if not description:
            self.notes.warn(
                "parameter",
                self.underscored()[parameter.variable],
                f"The parameter {parameter.name!r} is not described.",
                f"Say under {', '.join(path)}, description what it is for.",
            )
        if example and not self.fits(parameter, example, self.notes.line(*path, "example"), "example"):
            example = ""
        return replace(parameter, description=description, example=example, kind=self.kind_of(parameter))

    def kind_of(self, parameter: Parameter) -> Kind | None:
        path = (_BLOCK, "parameters", parameter.name, "kind")
        name = self.notes.text(*path)
        kind = Kind.of(name)
        if name and (kind is None or not parameter.takes_names):
            self.notes.error(
                "parameter",
                self.notes.line(*path),
                f"{parameter.name!r} cannot be of the kind {name!r}.",
                did_you_mean(name, (kind.value.split()[0] for kind in Kind))
                if kind is None
                else f"Only an IRI is of a kind: write ?_{parameter.name}_iri.",
            )
        return kind

    def check_positions(self, parameter: Parameter) -> None:
        """A term must be able to stand wherever the variable does, which it cannot in a projection."""
        term = parameter.parse(parameter.sample, prefixes=self.prefixes)
        fault = check_syntax(substitute_terms(self.text, {parameter.variable: term}))
        if isinstance(fault, QuerySyntaxError):
            self.notes.error(
                "parameter",
                fault.line or self.underscored()[parameter.variable],
                f"?{parameter.variable} stands where no value can.",
                "A value is put in its place as a term: keep it out of the SELECT clause, AS, BOUND, VALUES, "
                f"GROUP BY and ORDER BY. To show it, BIND(?{parameter.variable} AS ?shown).",
            )

    # The answer

    def columns(self) -> Iterator[Column]:
        path = (_BLOCK, "columns")
        for name in self.notes.mapping(*path):
            if name not in self.syntax.columns:
                self.notes.error(
                    "columns",
                    self.notes.line(*path, name),
                    f"The query gives no column {name!r}.",
                    did_you_mean(
                        name, self.syntax.columns, otherwise="Only the rows of a SELECT have columns."
                    ),
                )
        for name in self.syntax.columns:
            description = self.notes.text(*path, name)
            if not description:
                self.notes.warn(
                    "columns",
                    self.notes.line(*path),
                    f"The column {name!r} is not described.",
                    f"Say under {', '.join(path)}, {name} what stands in it.",
                )
            yield Column(name, description)

    def view(self) -> View:
        name = self.notes.text(_BLOCK, "view")
        if name in list(View):
            return View(name)
        if name:
            line = self.notes.line(_BLOCK, "view")
            self.notes.error("view", line, f"There is no view {name!r}.", did_you_mean(name, View))
        return View.GRAPH if self.kind is ResultKind.GRAPH else View.TABLE

    def examples(self, parameters: Mapping[str, Parameter]) -> Iterator[Example]:
        for index in range(len(self.notes.items(_BLOCK, "examples"))):
            path = (_BLOCK, "examples", index)
            self.notes.check_keys(self.notes.mapping(*path), _OF_AN_EXAMPLE, *path)
            ordered = self.notes.text(*path, "ordered") or "true"
            if ordered not in ("true", "false"):
                self.notes.expected("true or false", *path, "ordered")
            rows = tuple(self.rows(*path, "rows"))
            yield Example(self.values(parameters, *path), rows, ordered == "true")

    def values(self, parameters: Mapping[str, Parameter], *path: Key) -> Mapping[str, str]:
        """The values that an example's rows hold for."""
        values = {
            name: self.notes.text(*path, "values", name) for name in self.notes.mapping(*path, "values")
        }
        for name, value in values.items():
            line = self.notes.line(*path, "values", name)
            if self.known(parameters, name, line):
                self.fits(parameters[name], value, line, "value")
        for name, parameter in parameters.items():
            if parameter.required and name not in values:
                self.notes.error(
                    "value",
                    self.notes.line(*path),
                    f"The example has no value for {name!r}, which is required.",
                    f"Add 'values: {{{name}: {parameter.sample}}}'.",
                )
        return MappingProxyType(values)

    def rows(self, *path: Key) -> Iterator[Row]:
        width = _WIDTHS.get(self.kind, len(self.syntax.columns))
        for index in range(len(self.notes.items(*path))):
            row = self.notes.texts(*path, index)
            if len(row) != width:
                self.notes.error(
                    "rows",
                    self.notes.line(*path, index),
                    f"The row has {len(row)} cells, and the query gives {width}: {self.shape()}.",
                    'Write one cell for each, "" for what is unbound, and quote a text that holds a comma.',
                )
            yield row

    def shape(self) -> str:
        match self.kind:
            case ResultKind.BOOLEAN:
                return "true or false"
            case ResultKind.GRAPH:
                return "subject, predicate, object"
            case _:
                return ", ".join(self.syntax.columns)
