"""Paths of no step: ``path?`` and ``path*`` lead from a term to itself, also where no graph has the term.

SPARQL 1.1 Query, section 18.4, says so where the term is written at an end of the path; Oxigraph asks the
active graph for the term first. A triple whose term is unknown there has no other solutions, so it gives way
to these; in ``GRAPH ?g`` they are added for each graph that does not know it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from kgraph.rdf.paths import Path, Span, Statement, empty_ways, read_statements
from kgraph.rdf.pattern import Block, Element, Group, Kind
from kgraph.rdf.sparql import Token, prologue_of
from kgraph.rdf.spelling import Edit

__all__ = ["Asks", "path_edits"]

#: Has the engine answer an ASK query about the dataset of the whole query.
Asks: TypeAlias = Callable[[str], bool]

#: A property that no graph has.
_NEVER: Final = "<urn:x-kgraph:never>"
_CONSTANTS: Final = frozenset({"iri", "pname", "string", "number"})
_MOST_WAYS: Final = 100


def path_edits(
    text: str, tokens: Sequence[Token], ends: Mapping[int, int], query: Block, asks: Asks
) -> list[Edit]:
    """What is to be changed of a query's triples.

    Raises:
        ValueError: a block of triples has something that SPARQL 1.1 does not have.
    """
    mending = _Mending(text, tokens, ends, asks, prologue_of(text, tokens), {}, [])
    mending.block(query, None)
    return mending.edits


@dataclass(frozen=True, slots=True)
class _Mending:
    text: str
    tokens: Sequence[Token]
    ends: Mapping[int, int]
    asks: Asks
    prologue: str
    known: dict[str, bool]
    edits: list[Edit]

    def block(self, block: Block, graph: Token | None) -> None:
        for group in (block.where, *block.loose):
            self._group(group, graph)

    def _group(self, group: Group, graph: Token | None) -> None:
        if group.select is not None:
            self.block(group.select, graph)
        for element in group.elements:
            if element.kind is Kind.TRIPLES:
                self._triples(element, graph)
            inner = self.tokens[element.start + 1] if element.kind is Kind.GRAPH else graph
            for each in element.groups:
                self._group(each, inner)

    def _triples(self, element: Element, graph: Token | None) -> None:
        """Write a block of triples anew where some of them give way."""
        block = self.tokens[element.start : element.end]
        if not any(token.text in ("*", "?") for token in block):
            return
        kept: list[str] = []
        added: list[str] = []
        for statement in read_statements(self.tokens, element.start, element.end, self.ends):
            verbs: list[str] = []
            for verb in statement.verbs:
                objects: list[str] = []
                for value in verb.objects:
                    instead = verb.path and self._instead(statement, verb.span, verb.path, value, graph)
                    if instead:
                        added.append(instead)
                    else:
                        objects.append(self._written(value))
                if objects:
                    verbs.append(f"{self._written(verb.span)} {' , '.join(objects)}")
            if verbs or not statement.verbs:
                kept.append(f"{self._written(statement.subject)} {' ; '.join(verbs)} .")
        if added:
            self.edits.append(Edit(block[0].start, block[-1].end, " ".join((*kept, *added))))

    def _instead(
        self, statement: Statement, verb: Span, path: Path, value: Span, graph: Token | None
    ) -> str | None:
        """What stands for a triple that the engine would give too few solutions; None for any other."""
        subject, object_ = self._written(statement.subject), self._written(value)
        ends = self._is_constant(statement.subject), self._is_constant(value)
        free = [self.tokens[span[0]].kind == "variable" for span in (statement.subject, value)]
        if not ((ends[0] and (ends[1] or free[1])) or (free[0] and ends[1])):
            return None
        term = subject if ends[0] else object_
        variable = None if all(ends) else subject if free[0] else object_
        ways = empty_ways(path, both_ends=variable is None)
        if ways > _MOST_WAYS:
            raise ValueError("the path is too long")
        if not ways or (variable is None and not self._holds(f"FILTER(sameTerm({subject}, {object_}))")):
            return None
        itself = f"{term} {_NEVER}? {term}"
        if graph is not None and graph.kind == "variable":
            empty = f"FILTER NOT EXISTS {{ {itself} }}"
            bound = "" if variable is None else f"BIND({term} AS {variable}) "
            alternatives = f" UNION {{ {bound}{empty} }}" * ways
            return f"{{ {subject} {self._written(verb)} {object_} }}{alternatives}"
        if self._holds(itself if graph is None else f"GRAPH {graph.text} {{ {itself} }}"):
            return None
        if variable is None:
            return f"VALUES () {{ {'() ' * ways}}}"
        return f"VALUES {variable} {{ {f'{term} ' * ways}}}"

    def _holds(self, pattern: str) -> bool:
        if pattern not in self.known:
            self.known[pattern] = self.asks(f"{self.prologue}ASK {{ {pattern} }}")
        return self.known[pattern]

    def _is_constant(self, span: Span) -> bool:
        token = self.tokens[span[0]]
        return token.kind in _CONSTANTS or token.text.lower() in ("true", "false", "+", "-")

    def _written(self, span: Span) -> str:
        last = self.tokens[span[1] - 1]
        text = self.text[self.tokens[span[0]].start : last.end]
        return text.removesuffix(".") if last.kind == "number" else text
