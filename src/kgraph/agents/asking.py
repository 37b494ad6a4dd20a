"""What each tool does: arguments as a model writes them in, a small JSON value out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyoxigraph as ox

from kgraph.agents.budget import cut, fitting
from kgraph.agents.wording import as_claim, as_inferred, as_proof, as_statement, as_term
from kgraph.api import AsyncKnowledgeGraph
from kgraph.canned import CannedQuery, find_canned
from kgraph.errors import ParameterError, QueryRefusedError
from kgraph.rdf.formats import ResultKind
from kgraph.rdf.table import Table, read_values
from kgraph.rdf.terms import compact, render_triple
from kgraph.reasoning.account import summary
from kgraph.search.words import read_words, stem
from kgraph.vocab import PREFIXES
from kgraph.who_said import Question, parse_question

__all__ = ["Asker"]

#: How many rows one call may ask for, and how many bytes of them are read at most.
_MOST_ROWS: Final = 500
_MOST_BYTES: Final = 8 << 20
_FORMATS: Final = {ResultKind.SOLUTIONS: "tsv", ResultKind.BOOLEAN: "json", ResultKind.GRAPH: "nt"}
#: The terms of the ontology with how often each is used; a class by its things, a property by its triples.
_TERMS: Final = """
SELECT ?term ?kind (SAMPLE(?name) AS ?label) (SAMPLE(?said) AS ?definition) {
  GRAPH ?ontology {
    VALUES (?type ?kind) {
      (owl:Class "class") (owl:ObjectProperty "property") (owl:DatatypeProperty "property")
    }
    ?term a ?type . FILTER (isIRI(?term))
    OPTIONAL { ?term rdfs:label|skos:prefLabel ?name . FILTER (lang(?name) IN ("", "en")) }
    OPTIONAL { ?term skos:definition|rdfs:comment ?said . FILTER (lang(?said) IN ("", "en")) }
  }
} GROUP BY ?term ?kind ORDER BY ?term
"""
_CLASSES: Final = "SELECT ?term (COUNT(DISTINCT ?s) AS ?n) { ?s a ?term } GROUP BY ?term"
_PROPERTIES: Final = "SELECT ?term (COUNT(*) AS ?n) { ?s ?term ?o } GROUP BY ?term"


class Asker:
    """Answers tools from a knowledge graph."""

    def __init__(self, graph: AsyncKnowledgeGraph) -> None:
        self.graph = graph
        self._schema: tuple[str, list[dict[str, Any]]] | None = None

    @property
    def _prefixes(self) -> dict[str, str]:
        return self.graph.prefixes

    async def who_said(self, given: Mapping[str, str], *, limit: int, offset: int) -> dict[str, Any]:
        """Who said some words, or a fact."""
        question: Question = parse_question({**given, "limit": str(limit), "offset": str(offset)})
        answer = await self.graph.who_said(question)
        claims = [as_claim(each, self._prefixes, answer) for each in answer.attributions]
        shown = fitting(claims)
        inferred = fitting([as_inferred(each, self._prefixes) for each in answer.inferred], 8_000)
        more = answer.more or len(shown) < len(claims)
        return {
            "answer": answer.answer or answer.summary,
            "level": str(answer.level),
            "claims": shown,
            "inferred": inferred,
            "notes": list(answer.notes),
            "dataset": {"title": answer.title, "sha256": answer.canonical_hash},
            **_going_on(more, offset=offset + len(shown)),
        }

    async def explain(self, terms: Sequence[str], believing: Sequence[str]) -> dict[str, Any]:
        """Why a triple holds."""
        found = await self.graph.explain(*_three(terms), believing=believing)
        return {
            "triple": render_triple(found.triple, self._prefixes),
            "holds": found.holds,
            "answer": summary(found, self._prefixes),
            "proofs": fitting([_shallow(each, self._prefixes) for each in found.proofs], 30_000),
            "claims_that_come_nearest": fitting(
                [as_statement(each, self._prefixes) for each in found.claims], 15_000
            ),
            "what_does_hold": [render_triple(each, self._prefixes) for each in found.near[:20]],
        }

    async def describe(self, thing: str, *, page: int, offset: int) -> dict[str, Any]:
        """What is known of a thing."""
        iri = await self.graph.read_name(thing)
        found = await self.graph.describe(iri, page=page)
        if not (found.is_known or found.added.facts):
            raise ParameterError(
                f"Nothing is known of {compact(iri, self._prefixes)}.",
                hint="Find its name with who_said, or with the question named by search_questions.",
            )
        said = [as_claim(each, self._prefixes) for each in found.said]
        about = [as_claim(each, self._prefixes) for each in (*found.stated, *found.claimed)]
        claims = [*about, *({**each, "said_by_it": True} for each in said)]
        shown = fitting(claims[offset:], 40_000) if claims[offset:] else []
        records = [
            f"{render_triple(triple, self._prefixes)} [{graph}]"
            for graph, triples in found.records.items()
            for triple in triples
        ]
        left = offset + len(shown) < len(claims)
        going_on = _going_on(left, page=page, offset=offset + len(shown))
        return {
            "thing": compact(iri, self._prefixes),
            "name": found.name(iri).text,
            "types": [found.name(each).text for each in found.types],
            "definition": cut(found.definition.value) if found.definition is not None else "",
            "claims": shown,
            "inferred": fitting([render_triple(each, self._prefixes) for each in found.inferred], 6_000)
            if found.inferred
            else [],
            "records": fitting(records, 6_000) if records else [],
            **(going_on if left else _going_on(found.more, page=page + 1, offset=0)),
        }

    async def article(self, article: str, *, first: int) -> dict[str, Any]:
        """The text of an article, with its claims on their sentences."""
        with self.graph.describing() as describer:
            listed = await describer.articles(limit=200)
            if not article.strip():
                titles = [
                    {"article": compact(each.iri, self._prefixes), "title": each.title} for each in listed
                ]
                return {"articles": fitting(titles) if titles else []}
            iri = next((each.iri for each in listed if each.title == article.strip()), "")
            iri = iri or await self.graph.read_name(article)
            description = await describer.describe(iri)
            text = await describer.article(description)
        parts = [
            {
                "sentence_number": sentence.number,
                "part": sentence.part or "",
                "text": cut(sentence.text),
                "begin": sentence.start,
                "claims": [_brief(each.claim, self._prefixes) for each in sentence.claims],
            }
            for sentence in text.sentences
        ]
        if not parts:
            raise ParameterError(
                f"{compact(iri, self._prefixes)} is no article with a text.",
                hint="Call article without an argument for the list of articles.",
            )
        shown = fitting(parts[first:]) if parts[first:] else []
        return {
            "article": compact(iri, self._prefixes),
            "title": description.name(iri).text,
            "of_sentences": len(parts),
            "sentences": shown,
            **_going_on(first + len(shown) < len(parts), first=first + len(shown)),
        }

    def search_questions(self, words: str, *, offset: int) -> dict[str, Any]:
        """The canned questions that have some words, the likeliest first."""
        asked = {stem(word) for word in read_words(words)}
        scored = []
        for query in self.graph.canned_queries().values():
            heading = {stem(word) for word in read_words(f"{query.slug} {query.summary}")}
            rest = {stem(word) for word in read_words(f"{query.description} {' '.join(query.tags)}")}
            score = 3 * len(asked & heading) + len(asked & rest)
            if score or not asked:
                scored.append((-score, query.slug, query))
        found = [_question(query) for *_, query in sorted(scored, key=lambda each: each[:2])]
        shown = fitting(found[offset:], 30_000) if found[offset:] else []
        hint = {} if found else {"hint": "No question has these words. Leave words empty for all of them."}
        return {
            "questions": shown,
            **hint,
            **_going_on(offset + len(shown) < len(found), offset=offset + len(shown)),
        }

    async def run_question(
        self, name: str, values: Mapping[str, str], *, limit: int, offset: int
    ) -> dict[str, Any]:
        """The rows of a canned question."""
        generation = self.graph.generation
        query = find_canned(self.graph.canned_queries(generation), name)
        text = await self.graph.bind(query, dict(values), generation=generation)
        return {"question": query.summary, **await self.sparql(text, limit=limit, offset=offset)}

    async def sparql(self, text: str, *, limit: int, offset: int) -> dict[str, Any]:
        """The rows, the truth value or the triples of a query, some at a time."""
        if not 1 <= limit <= _MOST_ROWS or offset < 0:
            raise ParameterError(f"limit is from 1 to {_MOST_ROWS}, offset from 0.", hint="Ask for a page.")
        answer = await self.graph.query(text, formats=_FORMATS)
        notices = {"notices": list(answer.notices)} if answer.notices else {}
        if answer.kind is ResultKind.BOOLEAN:
            return {"value": read_values(await answer.read(), answer.kind, self._prefixes), **notices}
        head = 1 if answer.kind is ResultKind.SOLUTIONS else 0
        content, whole = await _lines(answer, head + offset + limit)
        lines = content.splitlines(keepends=True)
        page = b"".join(lines[:head] + lines[head + offset : head + offset + limit])
        found = read_values(page, answer.kind, self._prefixes)
        if isinstance(found, Table):
            rows: list[Any] = [
                {name: as_term(row[name], self._prefixes) for name in found.columns if row[name] is not None}
                for row in found
            ]
            shown = fitting(rows) if rows else []
            result: dict[str, Any] = {"columns": list(found.columns), "rows": shown}
        else:
            assert not isinstance(found, bool)  # noqa: S101 - by its kind
            rows = [cut(render_triple(triple, self._prefixes)) for triple in found]
            shown = fitting(rows) if rows else []
            result = {"triples": shown}
        more = not whole or len(lines) > head + offset + limit or len(shown) < len(rows)
        return {**result, **notices, **_going_on(more, offset=offset + len(shown), limit=limit)}

    async def schema(self, words: str, *, offset: int) -> dict[str, Any]:
        """The graphs, the prefixes, and the terms of the ontology, those in use first."""
        manifest = self.graph.generation.manifest
        if self._schema is None or self._schema[0] != manifest.project_part:
            self._schema = manifest.project_part, await self._terms()
        asked = [word.lower() for word in words.split()]
        terms = [
            term
            for term in self._schema[1]
            if all(any(word in str(value).lower() for value in term.values()) for word in asked)
        ]
        shown = fitting(terms[offset:], 40_000) if terms[offset:] else []
        about = {
            "prefixes": self._prefixes,
            "graphs": {compact(iri, self._prefixes): n for iri, n in manifest.named_graphs.items()},
            "pattern": (
                "?claim kg:subject ?s ; kg:predicate ?p ; kg:object ?o (or kg:value) ; "
                "kg:attributedTo ?speaker ; kg:modality ?m ; kg:polarity ?q ; "
                "kg:evidence [ kg:exactText ?words ] . "
                "GRAPH g:stated holds what articles state as fact, g:inferred what follows."
            ),
        }
        return {
            **({} if offset or asked else about),
            "terms": shown,
            **_going_on(offset + len(shown) < len(terms), offset=offset + len(shown)),
        }

    async def _terms(self) -> list[dict[str, Any]]:
        prologue = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
        listed, *counted = [
            await self.graph.query_values(prologue + query) for query in (_TERMS, _CLASSES, _PROPERTIES)
        ]
        used: dict[str, int] = {}
        for table in counted:
            assert isinstance(table, Table)  # noqa: S101 - they are SELECT queries
            used |= {_value(row["term"]): int(_value(row["n"])) for row in table}
        assert isinstance(listed, Table)  # noqa: S101
        terms = [
            {
                "term": compact(_value(row["term"]), self._prefixes),
                "kind": _value(row["kind"]),
                "label": _value(row["label"]),
                "definition": cut(_value(row["definition"])),
                "uses": used.get(_value(row["term"]), 0),
            }
            for row in listed
        ]
        return sorted(terms, key=lambda term: (not term["uses"], not str(term["term"]).startswith("kg:")))


def _three(terms: Sequence[str]) -> tuple[str, str, str]:
    names = ("subject", "predicate", "object")
    missing = [name for name, term in zip(names, terms, strict=True) if not term.strip()]
    if missing:
        raise ParameterError(f"There is no {' and no '.join(missing)}.", hint="Give all three.")
    subject, predicate, value = terms
    return subject, predicate, value


def _shallow(proof: Any, prefixes: Mapping[str, str]) -> dict[str, Any]:
    """A proof as deep as fits."""
    for depth in (8, 4, 2):
        shown = as_proof(proof, prefixes, depth=depth)
        if len(str(shown).encode()) <= 28_000:
            return shown
    return as_proof(proof, prefixes, depth=1)


def _brief(claim: Any, prefixes: Mapping[str, str]) -> dict[str, Any]:
    keys = ("claim", "level", "verdict", "speaker", "quote", "iri")
    return {name: value for name, value in as_claim(claim, prefixes).items() if name in keys}


def _question(query: CannedQuery) -> dict[str, Any]:
    return {
        "name": query.slug,
        "summary": query.summary,
        "parameters": [
            {
                "name": each.name,
                "description": each.description,
                "required": each.required,
                **({"default": each.default} if each.default else {}),
                **({"choices": list(each.choices)[:30]} if each.choices else {}),
                "example": each.example or each.sample,
            }
            for each in query.parameters
        ],
        "columns": [each.name for each in query.columns],
    }


def _going_on(more: bool, **arguments: int) -> dict[str, Any]:
    if not more:
        return {}
    told = ", ".join(f"{name}={value}" for name, value in arguments.items())
    return {"more": f"This is not all. Call again with {told} and the same other arguments."}


async def _lines(answer: Any, number: int) -> tuple[bytes, bool]:
    """The first lines of an answer, and whether they are all."""
    pieces: list[bytes] = []
    found = size = 0
    async for piece in answer:
        pieces.append(piece)
        found += piece.count(b"\n")
        size += len(piece)
        if found > number:
            await answer.aclose()
            return b"".join(pieces), False
        if size > _MOST_BYTES:
            await answer.aclose()
            raise QueryRefusedError(
                "The rows up to this page have more than 8 MB.",
                hint="Select fewer or shorter columns, or narrow the query.",
            )
    return b"".join(pieces), True


def _value(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else ""
