"""Examining a cluster: checks, projection, inference and the text index's entries, from its own triples.

A cluster is units that speak of each other's articles: mostly one. Of everything else it sees what is said of
the names that it asks for, and each such question is written down (:mod:`kgraph.build.foreign`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cache
from typing import Any, Final

import pyoxigraph as ox

from kgraph.build.foreign import ClusterIndex, Foreign
from kgraph.build.products import Product
from kgraph.build.reading import Texts, below, files_of, mentions_of
from kgraph.build.vocabulary import Vocabulary
from kgraph.checks import Subject, run_checks
from kgraph.checks.run import DATA_CHECKS, ONTOLOGY_CHECKS
from kgraph.checks.shapes import is_shown, problems_of_shapes
from kgraph.encodings import decode_text
from kgraph.problems import Problem, Severity
from kgraph.project import Project, read_articles, read_claims
from kgraph.project.folder import read_files
from kgraph.project.index import TripleIndex, key
from kgraph.project.listing import ONTOLOGY_GRAPH, Listing
from kgraph.projection import project_articles, project_stated, project_voices
from kgraph.reasoning import GAZETTEER, Ways, close, is_reasoned_over, minimal
from kgraph.reasoning.closure import normal
from kgraph.reasoning.program import find_unsupported
from kgraph.reviewing.drafts_graph import read_drafts
from kgraph.search.passages import PassageEntry, Reader, passage_from, times_of
from kgraph.settings import Settings
from kgraph.vocab import DRAFTS, RDF_TYPE

__all__ = ["examine", "examine_ontology"]

#: How the path of a problem begins whose place has not been looked up.
_ABOUT: Final = "about:"


@dataclass(frozen=True)
class _Part(Project):
    """Some files of a project. It notes what a problem is about; where that stands is looked up later."""

    origins: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    def problem(
        self,
        code: str,
        subject: str,
        message: str,
        hint: str,
        *,
        predicate: str | None = None,
        severity: Severity = Severity.ERROR,
    ) -> Problem:
        place = f"{_ABOUT}{len(self.origins)}"
        self.origins[place] = (subject, predicate)
        return Problem(severity, code, place, None, message, hint)


def _part(project: Project) -> _Part:
    return _Part(**{each.name: getattr(project, each.name) for each in fields(project)})


def examine_ontology(vocabulary: Vocabulary, foreign: Foreign) -> Product:
    """What is wrong with the ontology and the shapes, and with what they say."""
    project = _part(vocabulary.project)
    names = vocabulary.index

    def is_own(name: str) -> bool:
        return name in names or name.startswith("_:")

    triples = [triple for some in vocabulary.project.graphs().values() for triple in some]
    index = ClusterIndex(triples, TripleIndex(()), foreign, is_own)
    graphs = vocabulary.project.graphs()
    subject = Subject(project, graphs, index, vocabulary.ontology, tuple(read_claims(index)), (), {})
    problems = run_checks(subject, (*DATA_CHECKS, *ONTOLOGY_CHECKS))
    if vocabulary.shapes:
        view = ClusterIndex(filter(is_shown, vocabulary.axioms), TripleIndex(()), foreign, is_own)
        problems += problems_of_shapes(subject, vocabulary.shapes, view, view)
    header = _header(project, problems, foreign, Texts(project.settings.project, frozenset()), (0, 0))
    return Product(header, {"unread": _unread(find_unsupported(vocabulary.axioms))})


def examine(
    settings: Settings,
    vocabulary: Vocabulary,
    units: Sequence[Product],
    texts: frozenset[str],
    listing: Listing,
    foreign: Foreign,
) -> Product:
    """Examine the units of a cluster.

    Args:
        settings: the project's.
        vocabulary: its ontology and shapes.
        units: what was read.
        texts: the names of the texts that there are.
        listing: the drafts and reviews of its articles.
        foreign: tells what is said of a name in the project's data, and writes it down.
    """
    articles = [iri for unit in units for iri in unit.header["articles"]]
    asked = Texts(settings.project, texts)
    extra, unreadable = read_files(settings, listing, {})
    files = tuple(file for unit in units for file in files_of(settings, unit))
    project = _part(Project(settings, {}, files, asked, {}, extra.drafts, extra.reviews))
    graphs = project.graphs()
    described = {name for unit in units for name, said, _ in mentions_of(unit) if said is not None}
    foreign.tell(described, graphs)

    is_below = below(articles)

    @cache
    def is_own(name: str) -> bool:
        is_iri = ":" in name and not name.startswith(("_:", '"'))
        return not is_iri or is_below(name)

    own = [triple for triples in graphs.values() for triple in triples]
    index = ClusterIndex(own, vocabulary.index, foreign, is_own)
    found = tuple(read_articles(index))
    contents = {}
    for article in found:
        content = asked.get(article.text_file or "")
        if content is not None:
            try:
                contents[article.iri] = decode_text(content)
            except UnicodeDecodeError:
                continue  # the check of anchors sees that the text is missing
    subject = Subject(project, graphs, index, vocabulary.ontology, tuple(read_claims(index)), found, contents)
    problems = run_checks(subject, DATA_CHECKS)
    if vocabulary.shapes:
        distinct = dict.fromkeys(own)
        once = (
            index if len(distinct) == len(own) else ClusterIndex(distinct, vocabulary.shown, foreign, is_own)
        )
        view = once.beside(vocabulary.shown)
        problems += problems_of_shapes(subject, vocabulary.shapes, view, view)
    drafts = read_drafts(subject)
    problems += [*drafts.problems, *unreadable]
    closed, types = _closure(subject, vocabulary, foreign, settings, units, is_own)
    parts = {**_derived(subject, settings, drafts.triples), **closed}
    drafted = index.knowing([*drafts.triples, *types])
    claims = [*subject.claims, *read_claims(drafted, drafted=True)]
    times = {time for claim in claims for time in times_of(drafted, claim)}
    if said := list(foreign.read_as(times)):
        drafted = drafted.knowing(said)
    reader = Reader(drafted)
    passages = list(reader.passages(claims))
    parts["passages"] = json.dumps(passages, ensure_ascii=False, default=_fields).encode()
    named = {key(triple.subject) for triple in drafts.triples} | described
    labels = [
        (name, reader.labels(name))
        for name in reader.index
        if (is_own(name) or name in named) and name[:2] != "_:"
    ]
    parts["names"] = json.dumps([each for each in labels if each[1]], ensure_ascii=False).encode()
    header = _header(project, problems, foreign, asked, (len(found), len(subject.claims)))
    uses = sorted((name, each) for name, some in reader.uses.items() for each in some)
    return Product({**header, "articles": articles, "uses": uses}, parts)


def _header(
    project: _Part, problems: list[Problem], foreign: Foreign, asked: Texts, counts: tuple[int, int]
) -> dict[str, Any]:
    located = []
    for problem in problems:
        about = project.origins.get(problem.path, (None, None))
        path = "" if problem.path.startswith(_ABOUT) else problem.path
        located.append((asdict(replace(problem, path=path)), *about))
    return {
        "reads": sorted({*foreign.seen, *foreign.looked_up}),
        "texts": asked.seen,
        "problems": located,
        "counts": counts,
        "uses": [],
    }


def _derived(subject: Subject, settings: Settings, drafts: list[ox.Triple]) -> dict[str, bytes]:
    """What the claims state, what is drafted, and whose statements each article's graph holds."""
    graphs = {"stated": project_stated(subject.claims), DRAFTS: drafts}
    articles, described = project_articles(subject.articles, subject.claims, subject.index, settings.names)
    graphs |= {**articles, "document": described}
    return {
        f"graph:{name}": ox.serialize(dict.fromkeys(triples), format=ox.RdfFormat.N_TRIPLES) or b""
        for name, triples in graphs.items()
        if triples
    }


def _closure(
    subject: Subject,
    vocabulary: Vocabulary,
    foreign: Foreign,
    settings: Settings,
    units: Sequence[Product],
    is_own: Callable[[str], bool],
) -> tuple[dict[str, bytes], list[ox.Triple]]:
    """What follows from the cluster's own facts and from what is recorded of the names in them; of that, what
    things are.
    """
    mentioned = {name for unit in units for name, _, _ in mentions_of(unit)}
    for name in sorted(mentioned):
        foreign.said(name)
    told: dict[ox.Triple, set[frozenset[str]]] = {
        triple: set(ways) for triple, ways in project_voices(subject.claims).items()
    }
    graphs: dict[str, dict[ox.Triple, None]] = {
        name: dict.fromkeys(triples) for name, triples in subject.graphs.items() if name != ONTOLOGY_GRAPH
    }
    for some in foreign.seen.values():
        for graph, triple in some.triples:
            graphs.setdefault(graph, {})[triple] = None
    for triple in graphs.get(GAZETTEER, ()):
        told.setdefault(triple, set()).add(frozenset({settings.names.graph(GAZETTEER)}))
    reasoned = {name: triples for name, triples in graphs.items() if is_reasoned_over(name)}
    recorded = {t for name, triples in reasoned.items() if name != GAZETTEER for t in triples}
    ways: Mapping[ox.Triple, Ways] = {t: minimal(some) for t, some in told.items() if t not in recorded}
    facts = [t for triples in reasoned.values() for t in triples]
    facts += project_stated(subject.claims)
    asserted = (t for name, triples in graphs.items() if name not in reasoned for t in triples)
    closure = close(vocabulary.theory, facts, asserted, told=ways)

    def is_ours(triple: ox.Triple) -> bool:
        """Whether a conclusion is about what is mentioned here; others' are found where they belong."""
        iris = (term.value for term in (triple.subject, triple.object) if isinstance(term, ox.NamedNode))
        resources = settings.names.resources
        return all(iri in mentioned or not iri.startswith(resources) or is_own(iri) for iri in iris)

    support = [
        (str(triple), sorted(map(sorted, some)))
        for found in (closure.support, closure.remainder.support)
        for triple, some in found.items()
        if is_ours(triple)
    ]
    clashing = dict.fromkeys(t for clash in closure.contradictions for t in clash.premises)
    own = (t for name, triples in subject.graphs.items() if is_reasoned_over(name) for t in triples)
    voices = [
        (str(normal(triple)), sorted(map(sorted, some)))
        for triple, some in project_voices(subject.claims).items()
    ]
    types = [triple for triple in closure.inferred if triple.predicate.value == RDF_TYPE]
    parts = {
        "voices": json.dumps(voices).encode(),
        "inferred": ox.serialize(filter(is_ours, closure.inferred), format=ox.RdfFormat.N_TRIPLES) or b"",
        "remainder": ox.serialize(
            filter(is_ours, closure.remainder.conclusions), format=ox.RdfFormat.N_TRIPLES
        )
        or b"",
        "support": json.dumps(support).encode(),
        "clashes": ox.serialize(clashing, format=ox.RdfFormat.N_TRIPLES) or b"",
        "unread": _unread(find_unsupported(own, supported=False)),
    }
    return parts, types


def _unread(found: Mapping[str, list[ox.Triple]]) -> bytes:
    """The axioms that no rule reads: how many use each term, and the first thing of which one is said."""
    said = {
        term: (len(uses), next((str(use.subject)[1:-1] for use in uses if str(use.subject)[0] == "<"), ""))
        for term, uses in found.items()
    }
    return json.dumps(said).encode()


def _fields(entry: Any) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in entry.__slots__}


def passages_of(product: Product) -> list[PassageEntry]:
    """The passages of an examination's product."""
    return [passage_from(fields) for fields in json.loads(product.parts.get("passages", b"[]"))]
