"""A query as another engine is to be asked it: read, mended and taken apart in a worker.

What comes of it says the same to every engine that keeps to SPARQL 1.1: comments are gone, the base IRI is
written out, constants are spelled as the store spells values, ``SELECT *`` names its columns, and a CONSTRUCT
is the SELECT of its template's variables, since rows in JSON have an end that shows whether all have arrived,
and triples have none. Its ``features`` are what not every engine has or does alike; whoever asks knows what a
certain one does (:mod:`kgraph.remote.profile`).

Like the worker, this imports pyoxigraph and the standard library only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import cache
from typing import Final, Self, cast

import pyoxigraph as ox

from kgraph.engine.asking import evaluation, mended_for
from kgraph.engine.constants import constant_edits
from kgraph.engine.opened import OpenGeneration
from kgraph.engine.protocol import QueryFields
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.operations import Template
from kgraph.rdf.pattern import bracket_ends, parse_query
from kgraph.rdf.sparql import Token, iri_of, iter_tokens, namespaces_of, prologue_of
from kgraph.rdf.spelling import edited
from kgraph.rdf.update import read_template

__all__ = ["Feature", "PortableQuery", "read_portably"]


class Feature(StrEnum):
    """What a query asks of an engine beyond what all have alike."""

    DESCRIBE = "describe"
    ESCAPES = "escapes"
    EXTENSIONS = "extensions"
    FUNCTIONS = "functions"
    MERGE = "merge"
    PATHS = "paths"
    SPELLINGS = "spellings"
    TRIPLE_TERMS = "triple terms"


#: Where engines keep properties and functions that do what no data says.
_EXTENSIONS: Final = re.compile(
    r"(?:https?://(?:jena\.(?:apache\.org|hpl\.hp\.com)|www\.openlinksw\.com|oxigraph\.org)/|java:|bif:|sql:)",
    re.IGNORECASE,
)
_UNKNOWN_FUNCTION: Final = "custom function"
#: What reifiers, annotations and triple terms begin with (SPARQL 1.2), as two tokens.
_OF_RDF_12: Final = frozenset({"<<", "{|"})
_WORDS_OF_12: Final = frozenset({"TRIPLE", "ISTRIPLE", "LANGDIR", "STRLANGDIR", "HASLANGDIR", "VERSION"})
_SELECT_STAR: Final = frozenset({"DISTINCT", "REDUCED"})


@dataclass(frozen=True, slots=True)
class PortableQuery:
    """A query for another engine, and its dataset: the keys of the graphs of the default graph, and the IRIs
    of the named graphs. ``variables`` are its columns. Where it was a CONSTRUCT, ``template`` is that, in
    N-Triples, with the IRIs that ``markers`` maps to variables.
    """

    text: str
    kind: ResultKind
    variables: tuple[str, ...]
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    features: frozenset[Feature]
    template: str = ""
    markers: dict[str, str] = field(default_factory=dict)

    def render(self) -> bytes:
        """The query as JSON."""
        return json.dumps({**asdict(self), "features": sorted(self.features)}).encode()

    @classmethod
    def read(cls, content: bytes) -> Self:
        """What :meth:`render` gives, as a query again."""
        values = json.loads(content)
        for name in ("variables", "default_graphs", "named_graphs"):
            values[name] = tuple(values[name])
        values["kind"] = ResultKind(values["kind"])
        return cls(**{**values, "features": frozenset(map(Feature, values["features"]))})

    def parsed_template(self) -> Template:
        """The template of a CONSTRUCT."""
        return Template(tuple(ox.parse(self.template, ox.RdfFormat.N_TRIPLES)), self.markers)


def read_portably(generation: OpenGeneration, query: str, fields: QueryFields) -> PortableQuery:
    """Read a query that is to be asked of another engine, which holds this generation.

    Raises:
        SyntaxError: it is no query; the message tells the place in it.
        QueryRefusedError: it would have to be written out at too great a length.
    """
    base_iri = fields["base_iri"]
    described = generation.described(fields)
    if described is None:
        default, named = generation.own(query, fields)
    else:
        default, named = ([name.value for name in described[0]], [*described[1]])
    view = cache(lambda: generation.view(query, fields))
    features: set[Feature] = set()

    def parsed(text: str) -> tuple[str, ResultKind, tuple[str, ...]]:
        try:
            results = ox.Store().query(text, base_iri=base_iri)
        except RuntimeError as error:
            if _UNKNOWN_FUNCTION not in str(error):
                raise
            features.add(Feature.FUNCTIONS)
            return text, ResultKind.SOLUTIONS, ()
        if isinstance(results, ox.QuerySolutions):
            return text, ResultKind.SOLUTIONS, tuple(each.value for each in results.variables)
        return text, ResultKind.BOOLEAN if isinstance(results, ox.QueryBoolean) else ResultKind.GRAPH, ()

    text, kind, variables = mended_for(view, query, base_iri, evaluation(view, base_iri), parsed)
    tokens = list(iter_tokens(text))
    features.update(_features(tokens))
    if described is not None and len(default) > 1:
        features.add(Feature.MERGE)
    template: Template | None = None
    if kind is ResultKind.GRAPH and Feature.DESCRIBE not in features:
        text, template = _selected(text, tokens, base_iri)
    elif kind is ResultKind.SOLUTIONS:
        text = _with_columns(text, tokens, variables)
    constants = constant_edits(list(iter_tokens(text)))
    if constants is None:
        features.add(Feature.SPELLINGS)
    return PortableQuery(
        f"{f'BASE <{base_iri}> ' if base_iri else ''}{_without_comments(edited(text, constants or []))}",
        kind,
        variables if template is None else template.variables,
        tuple(default),
        tuple(cast(ox.NamedNode, name).value for name in named),
        frozenset(features),
        ""
        if template is None
        else (ox.serialize(_triples(template), format=ox.RdfFormat.N_TRIPLES) or b"").decode(),
        {} if template is None else dict(template.markers),
    )


def _triples(template: Template) -> list[ox.Triple]:
    return [quad.triple for quad in template.quads]


def _features(tokens: Sequence[Token]) -> Iterator[Feature]:
    namespaces = namespaces_of(tokens)
    for index, token in enumerate(tokens):
        kind, text = token.kind, token.text
        if "\\u" in text or "\\U" in text:
            yield Feature.ESCAPES
        if _sees_spellings(tokens, index):
            yield Feature.SPELLINGS
        if _EXTENSIONS.match(iri_of(token, namespaces).replace("\\", "")):
            yield Feature.EXTENSIONS
        if kind in {"iri", "pname"}:
            continue
        if kind == "word" and text.upper() == "DESCRIBE":
            yield Feature.DESCRIBE
        elif kind == "word" and text.upper() in _WORDS_OF_12:
            yield Feature.TRIPLE_TERMS
        elif text in {"*", "+"} and index and _ends_step(tokens[index - 1]):
            yield Feature.PATHS
        elif text + "".join(each.text for each in tokens[index + 1 : index + 2]) in _OF_RDF_12:
            yield Feature.TRIPLE_TERMS


def _sees_spellings(tokens: Sequence[Token], index: int) -> bool:
    """Whether sameTerm, or a cast to a string, tells how a value is written. STR is another matter."""
    name = tokens[index].text.rstrip(">").lower()
    is_called = index + 1 < len(tokens) and tokens[index + 1].text == "("
    return is_called and (name == "sameterm" or name.endswith(("#string", ":string")))


def _ends_step(token: Token) -> bool:
    """Whether the step of a path may end here."""
    return token.kind in {"iri", "pname"} or token.text in {")", "a"}


def _with_columns(text: str, tokens: Sequence[Token], variables: Sequence[str]) -> str:
    """A query with the names of its columns in the place of ``*``."""
    select = next((i for i, token in enumerate(tokens) if token.text.upper() == "SELECT"), None)
    if select is None or not variables:
        return text
    index = select + 1
    while tokens[index].text.upper() in _SELECT_STAR:
        index += 1
    star = tokens[index]
    if star.text != "*":
        return text
    return f"{text[: star.start]} {' '.join(f'?{name}' for name in variables)} {text[star.end :]}"


def _selected(text: str, tokens: Sequence[Token], base_iri: str | None) -> tuple[str, Template]:
    """A CONSTRUCT as the SELECT of what its template needs (SPARQL 1.1 Query, section 16.2), and that."""
    start = next(i for i, token in enumerate(tokens) if token.text.upper() == "CONSTRUCT")
    rest = tokens[start].end
    if tokens[start + 1].text == "{":
        first, last = start + 1, bracket_ends(tokens)[start + 1] - 1
        rest = tokens[last].end
    else:
        where = parse_query(tokens).where
        first, last = where.start, where.end - 1
    prologue = prologue_of(text, iter(tokens))
    group = text[tokens[first].start : tokens[last].end]
    template = read_template(group, prologue, base_iri)
    columns = " ".join(f"?{name}" for name in template.variables) or "(1 AS ?kgraph_row)"
    return f"{prologue}SELECT {columns} {text[rest:]}", template


def _without_comments(text: str) -> str:
    pieces: list[str] = []
    position = 0
    for token in iter_tokens(text):
        gap = text[position : token.start]
        pieces += ("\n" if "#" in gap else gap), token.text
        position = token.end
    return "".join(pieces)
