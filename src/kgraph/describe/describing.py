"""Gathering what the graphs say about an IRI: a page holds so much of it, and says whether more follows.

1  find_known      which of the IRIs that a request may mean the graphs know
2  describe        what is said of it, to it, by it; of the parts of its document; the claims it has a part
                   in; and, apart from all that, what clients add
3  describe_article, describe_terms   what the pages of an article and of an ontology need besides
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

import pyoxigraph as ox

from kgraph.describe.article import ArticleText, Listed, read_article
from kgraph.describe.description import UNNAMED, Added, Description, Fact, hanging
from kgraph.describe.naming import name_triples, names_in
from kgraph.describe.terms import Ontology, read_ontology
from kgraph.rdf.sparql import substitute
from kgraph.rdf.terms import Term
from kgraph.vocab import KG, LEXICON, ONTOLOGY, OWL, RDF_TYPE, UNION_GRAPH
from kgraph.who_said import Attribution, AttributionReader, Dataset, gather

__all__ = [
    "SORTED_AT_MOST",
    "describe",
    "describe_article",
    "describe_terms",
    "find_hashed",
    "find_known",
    "known_among",
    "list_articles",
    "list_documents",
    "read_articles",
    "read_claims",
]

#: How many facts, links and uses a page holds, each; and how many claims.
FACTS_AT_MOST: Final = 1_000
CLAIMS_AT_MOST: Final = 100
#: How many facts are put in order to be paged through, of each way.
SORTED_AT_MOST: Final = 100_000
#: How many parts of a document are described with it, and how many claims an article's page shows.
PARTS_AT_MOST: Final = 5_000
ARTICLE_CLAIMS_AT_MOST: Final = 2_000
#: How many examples a term has.
EXAMPLES: Final = 2
#: How many branches a query has; longer ones take their time to parse.
BRANCHES_AT_MOST: Final = 200

_ABOUT: Final = frozenset({KG + "subject", KG + "object"})
_SAID: Final = frozenset({KG + "attributedTo"})
_AROUND: Final = frozenset(KG + name for name in ("inSentence", "evidence", "source", "temporalContext"))
_LISTED: Final = ("title", "day", "name")
_ROLES: Final = (*sorted(_ABOUT), *sorted(_SAID), *sorted(_AROUND))


async def find_known(iris: Sequence[str], dataset: Dataset, graphs: Collection[str]) -> str | None:
    """The first of some IRIs that a dataset knows, its ``graphs`` included."""
    known = await known_among(iris, dataset) | {iri for iri in iris if iri in graphs}
    return next((iri for iri in iris if iri in known), None)


async def known_among(iris: Sequence[str], dataset: Dataset) -> set[str]:
    """Those of some IRIs of which a dataset says something."""
    rows = await dataset.select(_query("known", _iris=_nodes(iris))) if iris else []
    return {_value(row["iri"]) for row in rows}


async def find_hashed(dataset: Dataset) -> frozenset[str]:
    """The documents that exist by their parts, which fragments of their IRIs name. Reads every triple."""
    rows = await dataset.select(_query("hashed", _base=str(ox.Literal(dataset.names.base))))
    return frozenset(_value(row["document"]) for row in rows)


async def describe(iri: str, project: Dataset, clients: Dataset | None, *, page: int = 1) -> Description:
    """What is known of an IRI; for the IRI of a version (owl:versionIRI), of the ontology itself.

    ``clients`` are asked what they add; None where there is nothing of theirs.
    """
    thing, first = str(ox.NamedNode(iri)), page - 1
    own = {"_thing": thing, "_prefix": str(ox.Literal(f"{iri}#")), "_parts": str(PARTS_AT_MOST)}
    core, claims = await asyncio.gather(
        project.select(
            _query(
                "core",
                **own,
                _most=str(SORTED_AT_MOST),
                _offset=str(first * FACTS_AT_MOST),
                _limit=str(FACTS_AT_MOST + 1),
            )
        ),
        project.select(
            _query(
                "claims",
                _thing=thing,
                _roles=_nodes(_ROLES),
                _inferred=_inferred(project),
                _offset=str(first * CLAIMS_AT_MOST),
                _limit=str(CLAIMS_AT_MOST + 1),
            )
        ),
    )
    ways, more = _by_way(core, project.names.graphs)
    if not any(ways.values()):
        rows = await project.select(_query("parts", _prefix=own["_prefix"], _parts=own["_parts"]))
        ways["part"] = [_fact(row, project.names.graphs) for row in rows]
    versioned = [fact.triple for fact in ways["to"] if fact.triple.predicate.value == OWL + "versionIRI"]
    if versioned and not ways["of"] and isinstance(versioned[0].subject, ox.NamedNode):
        return await describe(versioned[0].subject.value, project, clients, page=page)
    is_known = bool(core or claims or ways["part"])
    if page > 1 and not is_known:  # there may be more of the clients' than of the project's
        is_known = await find_known([iri], project, ()) is not None
    added = await _added(iri, ways["part"], clients, page=page) if clients is not None else Added()
    more = more or len(claims) > CLAIMS_AT_MOST
    roles: dict[str, set[str]] = {}
    for row in claims[:CLAIMS_AT_MOST]:
        if isinstance(row["claim"], ox.NamedNode):
            roles.setdefault(row["claim"].value, set()).add(_value(row["role"]))
    if any(_value(f.triple.object) == KG + "Assertion" for f in ways["of"]):
        roles.setdefault(iri, set()).add(KG + "inSentence")  # it is itself a claim
    gathered = await gather(list(roles), project) if roles else []
    blanks = await _blanks(own, [*ways["of"], *ways["part"]], project)
    every = [*(fact.triple for facts in ways.values() for fact in facts), *blanks, *gathered]
    mentioned = _iris_in(every)
    named = await name_triples(mentioned, project)
    others = await name_triples(
        set(_iris_in(fact.triple for fact in added.facts)).difference(mentioned), project
    )

    def read() -> Description:
        found = _attributions(gathered, list(roles), project)
        return Description(
            iri,
            facts=tuple(ways["of"]),
            links=tuple(ways["to"]),
            uses=tuple(ways["by"]),
            parts=tuple(ways["part"]),
            blanks=tuple(sorted(blanks, key=str)),
            about=_having(_ABOUT, found, roles),
            said=_having(_SAID, found, roles),
            around=_having(_AROUND, found, roles),
            gathered=tuple(sorted((*gathered, *named), key=str)),
            names=names_in([*named, *others]),
            prefixes=project.names.prefixes,
            page=page,
            more=more,
            is_known=is_known,
            added=added,
        )

    return await project.run(read)


async def _added(iri: str, parts: Iterable[Fact], clients: Dataset, *, page: int) -> Added:
    """What clients say with an IRI, and with the parts of its document, that the project does not."""
    known = dict.fromkeys(f.triple.subject.value for f in parts if isinstance(f.triple.subject, ox.NamedNode))
    own = {"_thing": str(ox.NamedNode(iri)), "_prefix": str(ox.Literal(f"{iri}#"))}
    query = _query(
        "added",
        **own,
        _parts=_nodes(known),
        _most=str(PARTS_AT_MOST),
        _sorted=str(SORTED_AT_MOST),
        _mixed="false" if UNION_GRAPH in clients.manifest.cover else "true",
        _own=_nodes(clients.manifest.graphs),
        _offset=str((page - 1) * FACTS_AT_MOST),
        _limit=str(FACTS_AT_MOST + 1),
    )
    ways, more = _by_way(await clients.select(query))
    facts = [fact for several in ways.values() for fact in several]
    own["_parts"] = str(PARTS_AT_MOST)
    if not facts and not known:
        rows = await clients.select(_query("parts", _prefix=own["_prefix"], _parts=own["_parts"]))
        facts = [_fact(row) for row in rows]
    return Added(tuple(facts), hanging(facts, await _blanks(own, facts, clients)), more)


async def _blanks(own: Mapping[str, str], facts: Iterable[Fact], dataset: Dataset) -> list[ox.Triple]:
    """The blank nodes that are said of a thing or of its parts, with all that hangs below them."""
    if not any(isinstance(fact.triple.object, ox.BlankNode) for fact in facts):
        return []
    return await dataset.construct(_query("blanks", **own, _limit=str(FACTS_AT_MOST)))


async def list_articles(dataset: Dataset, *, offset: int, limit: int) -> list[str]:
    """Some articles by IRI, the latest first."""
    rows = await dataset.select(_query("articles", _offset=str(offset), _limit=str(limit)))
    return [_value(row["article"]) for row in rows]


async def read_articles(iris: Sequence[str], dataset: Dataset) -> list[Listed]:
    """Some articles by IRI, in this order."""
    found: dict[str, Listed] = {}
    for row in await dataset.select(_query("titles", _articles=_nodes(iris))) if iris else ():
        iri = _value(row["article"])
        title, day, name = (_value(row[key]) if row[key] is not None else None for key in _LISTED)
        found.setdefault(iri, Listed(iri, title or iri, day, name))
    return [found[iri] for iri in iris if iri in found]


async def read_claims(iris: Sequence[str], dataset: Dataset, *, compared: bool) -> list[Attribution]:
    """Some claims by IRI, in the order of the text; ``compared`` with others that make the same claim."""
    triples = await gather(list(iris), dataset, compared=compared) if iris else []
    return list((await dataset.run(lambda: _attributions(triples, iris, dataset))).values())


async def list_documents(dataset: Dataset, *, limit: int) -> list[str]:
    """The IRIs below the base that have a document each. Reads every triple."""
    base = ox.Literal(dataset.names.base)
    terms = {"_base": base, "_ontology": ox.NamedNode(ONTOLOGY), "_lexicon": ox.NamedNode(LEXICON)}
    query = _query("documents", **{name: str(term) for name, term in terms.items()}, _limit=str(limit))
    return [_value(row["thing"]) for row in await dataset.select(query)]


def _by_way(
    rows: Sequence[Mapping[str, Term | None]], graphs: str = ""
) -> tuple[dict[str, list[Fact]], bool]:
    """The facts of each way, no more than a page of each, and whether there are more."""
    ways: dict[str, dict[ox.Triple, list[Fact]]] = {"of": {}, "to": {}, "by": {}, "part": {}}
    for row in rows:
        fact = _fact(row, graphs)
        ways[_value(row["way"])].setdefault(fact.triple, []).append(fact)
    more = any(len(ways[way]) > FACTS_AT_MOST for way in ("of", "to", "by"))
    shown = {}
    for way, facts in ways.items():
        some = list(facts.values()) if way == "part" else list(facts.values())[:FACTS_AT_MOST]
        shown[way] = [fact for several in some for fact in several]
    return shown, more


def _fact(row: Mapping[str, Term | None], graphs: str = "") -> Fact:
    """A row as a fact; graphs below the IRI ``graphs`` are called by what follows."""
    triple = ox.Triple(*cast(Any, (row["subject"], row["predicate"], row["object"])))
    graph = row["graph"]
    return Fact(UNNAMED if graph is None else _value(graph).removeprefix(graphs), triple)


def _attributions(
    triples: Sequence[ox.Triple], iris: Sequence[str], dataset: Dataset
) -> dict[str, Attribution]:
    """The claims by IRI, in the order of the text."""
    reader = AttributionReader(triples, dataset.names.prefixes)
    found = [claim for iri in iris if (claim := reader.attribution(iri)) is not None]
    found.sort(key=_place)
    return {claim.iri: claim for claim in found}


def _place(claim: Attribution) -> tuple[str, int, int, str]:
    start = claim.passages[0].start if claim.passages else 0
    return (
        claim.article.iri if claim.article else "",
        claim.sentence.start if claim.sentence else 0,
        start,
        claim.iri,
    )


def _having(
    wanted: frozenset[str], found: Mapping[str, Attribution], roles: Mapping[str, set[str]]
) -> tuple[Attribution, ...]:
    return tuple(claim for iri, claim in found.items() if roles[iri] & wanted)


async def describe_article(description: Description, dataset: Dataset) -> ArticleText:
    """An article's text with its claims on their words, without the others that make the same claim."""
    query = _query(
        "article",
        _article=str(ox.NamedNode(description.iri)),
        _inferred=_inferred(dataset),
        _limit=str(ARTICLE_CLAIMS_AT_MOST + 1),
    )
    rows = await dataset.select(query)
    more = len(rows) > ARTICLE_CLAIMS_AT_MOST
    rows = rows[:ARTICLE_CLAIMS_AT_MOST]
    iris = list(dict.fromkeys(row["claim"].value for row in rows if isinstance(row["claim"], ox.NamedNode)))
    batches = [iris[start : start + CLAIMS_AT_MOST] for start in range(0, len(iris), CLAIMS_AT_MOST)]
    gathered = [await gather(batch, dataset, compared=False) for batch in batches]

    def read() -> ArticleText:
        claims: dict[str, Attribution] = {}
        for batch, triples in zip(batches, gathered, strict=True):
            claims |= _attributions(triples, batch, dataset)
        return read_article(rows, claims, whole=not more)

    return await dataset.run(read)


async def describe_terms(description: Description, dataset: Dataset) -> Ontology:
    """An ontology's terms with what they mean and where they are used."""
    kinds: dict[str, set[str]] = {}
    for fact in description.parts:
        if isinstance(fact.triple.subject, ox.NamedNode):
            types = kinds.setdefault(fact.triple.subject.value, set())
            if fact.triple.predicate.value == RDF_TYPE:
                types.add(_value(fact.triple.object))
    parts = [
        f"{{ SELECT ({node} AS ?term) ?{variable} {{ {pattern.format(node)} }} LIMIT {EXAMPLES} }}"
        for iri, types in kinds.items()
        for node in [ox.NamedNode(iri)]
        for variable, pattern in _usages(types)
    ]
    rows: list[Mapping[str, Term | None]] = []
    for start in range(0, len(parts), BRANCHES_AT_MOST):
        branches = " UNION ".join(parts[start : start + BRANCHES_AT_MOST])
        rows += await dataset.select(f"SELECT ?term ?claim ?member WHERE {{ {branches} }}")
    return await _with_examples(description, rows, dataset)


def _usages(types: set[str]) -> Iterator[tuple[str, str]]:
    """How a term of some kinds is used: what to call the user, and the pattern that finds it."""
    if any(cls.endswith("Class") for cls in types):
        yield "claim", f"?claim <{KG}object> {{}}"
        yield "member", "?member a {}"
    elif any(cls.endswith("Property") for cls in types):
        yield "claim", f"?claim <{KG}predicate> {{}}"
    else:
        for role in ("mode", "polarity", "modality"):
            yield "claim", f"?claim <{KG}{role}> {{}}"


async def _with_examples(
    description: Description, rows: Sequence[Mapping[str, Term | None]], dataset: Dataset
) -> Ontology:
    wanted = dict.fromkeys(row["claim"].value for row in rows if isinstance(row["claim"], ox.NamedNode))
    iris = list(wanted)
    triples = await dataset.construct(_query("usage", _claims=_nodes(iris))) if iris else []
    members = (row["member"].value for row in rows if isinstance(row["member"], ox.NamedNode))
    named = await name_triples([*_iris_in(triples), *members], dataset)
    names = {**description.names, **names_in(named)}
    return await dataset.run(lambda: read_ontology(description, rows, triples, names))


def _iris_in(triples: Iterable[ox.Triple]) -> list[str]:
    terms = (term for t in triples for term in (t.subject, t.predicate, t.object))
    return list(dict.fromkeys(term.value for term in terms if isinstance(term, ox.NamedNode)))


def _value(term: object) -> str:
    return term.value if isinstance(term, (ox.NamedNode, ox.Literal)) else str(term)


def _nodes(iris: Iterable[str]) -> str:
    return " ".join(str(ox.NamedNode(iri)) for iri in iris)


def _inferred(dataset: Dataset) -> str:
    return str(ox.NamedNode(dataset.names.graph("inferred")))


@cache
def _template(name: str) -> str:
    return (Path(__file__).parent / f"{name}.rq").read_text(encoding="utf-8")


def _query(name: str, **terms: str) -> str:
    """A query of this room with terms, already serialised, in the place of variables."""
    return substitute(_template(name), terms)
