"""Answering "who said this?": the index or the graphs find the assertions, the graphs tell all about them.

    by words   index → IRIs → what the graphs hold about them → answers, in the index's order
    by fact    names → IRIs → assertions and inferred triples that make the fact → answers

An empty answer is silence, never a "no": its level says *not stated in the article*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Final, NamedTuple, Protocol, TypeVar

import pyoxigraph as ox

from kgraph.errors import ParameterError
from kgraph.rdf.sparql import substitute
from kgraph.rdf.terms import Term, parse_iri
from kgraph.reasoning import Proof
from kgraph.search import Hit, Hits, Search, TextIndex, check_page
from kgraph.store import Manifest
from kgraph.vocab import RDF_TYPE, XSD, Names
from kgraph.who_said.attribution import Answer, Attribution, Inferred, Leaf, Level
from kgraph.who_said.question import PARTS, Question
from kgraph.who_said.reading import AttributionReader, things_in
from kgraph.who_said.wording import answer_in_words, first_few, summary_of_words

__all__ = ["Dataset", "ask", "gather"]

_FACTS_AT_MOST: Final = 1_000
#: The rule by which an event with its roles is put in one verb: the same thing in other words.
_SHORTCUT: Final = "kg-shortcut"
#: What people write for rdf:type.
_TYPE: Final = frozenset({"a", "is a", "is an", "type"})
_T = TypeVar("_T")


class Dataset(Protocol):
    """One generation, as asking sees it."""

    @property
    def index(self) -> TextIndex:
        """Its text index."""

    @property
    def manifest(self) -> Manifest:
        """What it is."""

    @property
    def names(self) -> Names:
        """Its namespaces."""

    async def construct(self, query: str) -> list[ox.Triple]:
        """The triples that a CONSTRUCT query gives."""

    async def select(self, query: str) -> Sequence[Mapping[str, Term | None]]:
        """The rows that a SELECT query gives."""

    async def prove(self, triple: ox.Triple) -> Proof | None:
        """The smallest proof of an inferred triple; None where there is none."""

    async def run(self, work: Callable[[], _T]) -> _T:
        """Do a short piece of work in a thread."""


class _Facts(NamedTuple):
    """What makes a fact: assertions by IRI, triples that follow; how it was found if not by names."""

    found: list[str | ox.Triple]
    more: bool = False
    hits: Sequence[Hit] = ()


async def ask(question: Question, dataset: Dataset) -> Answer:
    """Answer a question.

    Raises:
        ParameterError: nothing is asked, or a value does not fit.
    """
    fact = question.fact
    if bool(fact) == bool(question.text.strip()):
        raise ParameterError(
            "Ask by words or by fact, and by one of them.",
            hint="Give some words, or a subject, a predicate or an object.",
        )
    check_page(question.limit, question.offset)
    return await (_ask_fact if fact else _ask_words)(question, dataset)


async def _ask_words(question: Question, dataset: Dataset) -> Answer:
    def find() -> Hits:
        search = Search(
            text=question.text,
            filters={name: _resolve_filter(name, v.strip(), dataset) for name, v in question.filters.items()},
            since=question.since,
            until=question.until,
            limit=question.limit,
            offset=question.offset,
        )
        return dataset.index.search(search)

    hits = await dataset.run(find)
    shown = list(dict.fromkeys((*hits.hits, *hits.best, *hits.nearest)))
    told = {each.iri: each for each in await _attributions([hit.iri for hit in shown], dataset, hits=shown)}
    page, best, nearest = (
        [told[hit.iri] for hit in some if hit.iri in told] for some in (hits.hits, hits.best, hits.nearest)
    )
    answer = _answer(_level(best), summary_of_words(hits, best, nearest), page, (), dataset, more=hits.more)
    return replace(
        answer,
        found=hits.found,
        answer=answer_in_words(hits.asked, best[0]) if best else None,
        unmatched=hits.unmatched,
        differs=hits.differs,
        notes=(hits.note,) if hits.note else (),
    )


async def _ask_fact(question: Question, dataset: Dataset) -> Answer:
    if question.filters or question.since or question.until:
        raise ParameterError("A question by fact takes no filters.", hint="Leave them out, or ask by words.")
    facts = await _facts(question.fact, dataset)
    found, inferred = await _page(facts, 0, question.limit, dataset)
    # What the first page found is what was found, also on a page that has only the rest of it, or nothing.
    level, summary = _level(found, inferred), _summary(found, inferred)
    if question.offset:
        found, inferred = await _page(facts, question.offset, question.limit, dataset)
    more = facts.more or len(facts.found) > question.offset + question.limit
    return _answer(level, summary, found, inferred, dataset, more=more)


async def _page(
    facts: _Facts, offset: int, limit: int, dataset: Dataset
) -> tuple[list[Attribution], list[Inferred]]:
    items = facts.found[offset : offset + limit]
    found = await _attributions([each for each in items if isinstance(each, str)], dataset, hits=facts.hits)
    return found, [await _inferred(each, dataset) for each in items if isinstance(each, ox.Triple)]


async def _facts(fact: Mapping[str, str], dataset: Dataset) -> _Facts:
    """What makes a fact: by exactly these names, or by any that have these words.

    Or else in words: what people say by a verb ("Kfor", "act", "today"), the graphs say by an event.
    """
    for widely in (False, True):
        given = await dataset.run(partial(_given, fact, dataset, widely=widely))
        if given is not None and (facts := await _find_facts(given, dataset)).found:
            return facts
    if len(fact) > 1 and not any(_is_iri(text, dataset) for text in fact.values()):
        return await dataset.run(partial(_in_words, fact, dataset))
    return _Facts([])


def _in_words(fact: Mapping[str, str], dataset: Dataset) -> _Facts:
    """The claims that say a fact in words, and that are about both of its ends: another's would be worse
    than none.
    """
    ends = [fact[name] for name in ("subject", "object") if name in fact]
    hits = dataset.index.about(" ".join(fact.values()), ends)
    return _Facts([hit.iri for hit in hits], hits=hits)


def _is_iri(text: str, dataset: Dataset) -> bool:
    """Whether a text is an IRI or a prefixed name, and no label."""
    prefix, colon, _ = text.strip().partition(":")
    return text.strip()[:1] == "<" or (
        bool(colon) and (prefix in dataset.names.prefixes or prefix in ("http", "https", "urn"))
    )


def _resolve(text: str, dataset: Dataset, *, widely: bool = False) -> list[str]:
    """The IRIs that a text means: itself, or whatever is called so. None of these is no error but silence."""
    stripped = text.strip()
    if _is_iri(stripped, dataset):
        try:
            return [parse_iri(stripped, prefixes=dataset.names.prefixes).value]
        except ValueError as error:
            raise ParameterError(
                f"{stripped[:80]!r} is no IRI.", hint="Give an IRI, a prefixed name or a label."
            ) from error
    if stripped in _TYPE:
        return [RDF_TYPE]
    return [iri for iri, _ in dataset.index.named(stripped, widely=widely)]


def _resolve_filter(name: str, value: str, dataset: Dataset) -> list[str]:
    """The IRIs that a value of a filter means. Only what the texts have can be asked for.

    Raises:
        ParameterError: there is no such speaker, article, mode …; the hint names those that there are.
    """
    index = dataset.index
    choices = dict(index.choices(name))
    meant = _resolve(value, dataset)
    if _is_iri(value, dataset):
        meant = [iri for iri in meant if iri in choices or index.has_name(iri)]
    elif name == "speaker":  # who is known and says nothing is asked for in vain, not in error
        meant = meant or [iri for iri in _resolve(value, dataset, widely=True) if iri in choices]
    else:
        meant = [iri for iri in meant if iri in choices]
        meant = meant or [iri for iri in choices if iri.rpartition("#")[2].rpartition("/")[2] == value]
    if not meant:
        near = ", ".join(label or iri for iri, label in index.choices(name, value, 5))
        raise ParameterError(
            f"There is no {name} {value[:80]!r} here.",
            hint=f"Take for example: {near}." if near else "No text has any.",
        )
    return meant


def _given(fact: Mapping[str, str], dataset: Dataset, *, widely: bool) -> str | None:
    """The parts of a fact as VALUES blocks; None where a part means nothing that is known."""
    blocks = []
    for name, text in fact.items():
        terms: list[Term] = [ox.NamedNode(iri) for iri in _resolve(text, dataset, widely=widely)]
        if name == "object":
            terms += _literals(text.strip())
        if not terms:
            return None
        blocks.append(f"VALUES ?{name} {{ {' '.join(map(str, terms))} }}")
    return " ".join(blocks)


def _literals(text: str) -> list[Term]:
    """The literals that a text may stand for; a term's identity includes its datatype and language."""
    plain: list[Term] = [ox.Literal(text), ox.Literal(text, language="en")]
    if text.lstrip("+-").replace(".", "", 1).isdecimal() and text.isascii():
        plain += [ox.Literal(text, datatype=ox.NamedNode(XSD + t)) for t in ("integer", "decimal")]
    return plain


async def _find_facts(given: str, dataset: Dataset) -> _Facts:
    rows = await dataset.select(_query("facts", _given=given, _inferred=_inferred_graph(dataset)))
    found: dict[str | ox.Triple, None] = {}
    for row in rows[:_FACTS_AT_MOST]:
        if isinstance(claim := row["claim"], ox.NamedNode):
            found[claim.value] = None
        else:
            found[ox.Triple(*(row[name] for name in PARTS))] = None  # type: ignore[arg-type]
    return _Facts(list(found), more=len(rows) > _FACTS_AT_MOST)


async def _attributions(
    iris: Sequence[str], dataset: Dataset, *, hits: Sequence[Hit] = ()
) -> list[Attribution]:
    if not iris:
        return []
    triples = await gather(iris, dataset)
    by_iri = {hit.iri: hit for hit in hits}

    def read() -> list[Attribution]:
        reader = AttributionReader(triples, dataset.names.prefixes)
        known = [each for each in map(reader.attribution, iris) if each is not None]
        ways = (by_iri.get(each.iri) for each in known)
        return [
            replace(each, found=way.found, score=way.score) if way is not None else each
            for each, way in zip(known, ways, strict=True)
        ]

    return await dataset.run(read)


async def gather(iris: Sequence[str], dataset: Dataset, *, compared: bool = True) -> list[ox.Triple]:
    """All that is to be known of some assertions, for :class:`AttributionReader` to read; ``compared`` with
    the others that make the same claim.
    """
    query = _query(
        "details",
        _claims=_values(iris),
        _compared=_values(iris) if compared else "",
        _inferred=_inferred_graph(dataset),
    )
    triples = await dataset.construct(query)
    return triples + await _labels(things_in(triples), dataset)


async def _inferred(triple: ox.Triple, dataset: Dataset) -> Inferred:
    """A triple with the leaves of its proof, each with the assertions that state it."""
    proof = await dataset.prove(triple) if isinstance(triple.subject, ox.NamedNode) else None
    leaves = list(dict.fromkeys(proof.leaves())) if proof is not None else []
    triples = [triple, *(leaf.triple for leaf in leaves)]
    terms = [term for each in triples for term in (each.subject, each.predicate, each.object)]
    named = [term.value for term in terms if isinstance(term, ox.NamedNode)]
    reader = AttributionReader(await _labels(named, dataset), dataset.names.prefixes)
    stating = dict.fromkeys(statement.iri for leaf in leaves for statement in leaf.statements)
    said = {each.iri: each for each in await _attributions(list(stating), dataset)}
    return Inferred(
        *reader.things(triple),
        triple=triple,
        leaves=tuple(
            Leaf(
                *reader.things(leaf.triple),
                attributions=tuple(said[each.iri] for each in leaf.statements if each.iri in said),
                sources=leaf.sources,
                graphs=leaf.graphs,
            )
            for leaf in leaves
        ),
        rules=proof.rules if proof is not None else (),
    )


async def _labels(iris: Iterable[str], dataset: Dataset) -> list[ox.Triple]:
    known = list(dict.fromkeys(iris))
    return await dataset.construct(_query("labels", _things=_values(known))) if known else []


def _level(found: Sequence[Attribution], inferred: Sequence[Inferred] = ()) -> Level:
    """The strongest level at which something was found."""
    levels = {each.level for each in found} | ({Level.INFERRED} if inferred else set())
    return next((level for level in Level if level in levels), Level.SILENT)


def _answer(
    level: Level,
    summary: str,
    found: Sequence[Attribution],
    inferred: Sequence[Inferred],
    dataset: Dataset,
    *,
    more: bool,
) -> Answer:
    """A page, with what is said of all pages."""
    manifest = dataset.manifest
    is_past_the_end = level is not Level.SILENT and not (found or inferred)
    return Answer(
        level=level,
        summary="There are no more answers." if is_past_the_end else summary,
        attributions=tuple(found),
        inferred=tuple(inferred),
        more=more,
        generation=manifest.id,
        canonical_hash=manifest.canonical_hash,
        title=manifest.title,
        created=manifest.created,
    )


def _summary(found: Sequence[Attribution], inferred: Sequence[Inferred]) -> str:
    """The result in a sentence."""
    parts = _verdicts(found)
    if inferred and not found and all(each.rules == (_SHORTCUT,) for each in inferred):
        parts = _verdicts([said for each in inferred for said in each.attributions])
        return f"By the meaning of the words, {', '.join(parts)}."
    if inferred:
        parts.append(f"{'and' if found else 'said by nobody;'} it follows from {_ground(inferred)}")
    if not parts:
        return "Not stated in the article. That is silence, not a no."
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _verdicts(found: Sequence[Attribution]) -> list[str]:
    return first_few(f"{each.verdict} {each.speaker.label}" for each in found)


def _ground(inferred: Sequence[Inferred]) -> str:
    """What the inferred triples rest on, in words."""
    leaves = [leaf for each in inferred for leaf in each.leaves]
    kinds = {bool(leaf.attributions) for leaf in leaves} or {True}
    names = {True: "what is stated", False: "what is recorded outside the article"}
    return " and ".join(names[kind] for kind in sorted(kinds, reverse=True))


def _inferred_graph(dataset: Dataset) -> str:
    return str(ox.NamedNode(dataset.names.graph("inferred")))


def _values(iris: Iterable[str]) -> str:
    return " ".join(str(ox.NamedNode(iri)) for iri in iris)


@cache
def _template(name: str) -> str:
    return (Path(__file__).parent / f"{name}.rq").read_text(encoding="utf-8")


def _query(name: str, **terms: str) -> str:
    """A query of this room with terms, already serialised, in the place of variables."""
    return substitute(_template(name), terms)
