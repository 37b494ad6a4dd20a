"""What a build has at hand while it makes a generation, and the steps that all builds share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import pyoxigraph as ox

from kgraph.build.clock import Clock
from kgraph.build.clusters import find_clusters
from kgraph.build.crew import Crew
from kgraph.build.elsewhere import Elsewhere
from kgraph.build.ledger import Ledger
from kgraph.build.problem_table import Located
from kgraph.build.products import Product, Products
from kgraph.build.reading import problem_of
from kgraph.build.rows import UnitRow
from kgraph.build.sources import Sources, Unit, combine
from kgraph.build.telling import CLASH_HINT, UNREAD_HINT, tell_clash, tell_unread
from kgraph.build.vocabulary import Vocabulary, load_vocabulary
from kgraph.build.work import ONTOLOGY, Outcome, Setting, Task
from kgraph.problems import Problem, Severity
from kgraph.project.folder import read_files
from kgraph.project.index import TripleIndex
from kgraph.project.listing import Listing
from kgraph.reasoning import Clash, Explainer, is_reasoned_over
from kgraph.search import NameEntry
from kgraph.search.passages import Reader
from kgraph.settings import Settings
from kgraph.vocab import KG, RDFS, Names

__all__ = ["Lost", "State"]


@dataclass
class State:
    """A build under way."""

    settings: Settings
    sources: Sources
    ledger: Ledger
    clock: Clock
    path: Path
    crew: Crew
    elsewhere: Elsewhere | None = None
    products: Products = field(init=False)
    outside: list[Located] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.products = Products(self.products_path)

    @property
    def products_path(self) -> Path:
        """Where products are kept."""
        return self.settings.store_path / "products"

    @property
    def copy_path(self) -> Path:
        """Where other processes read a copy of the store while it is being written."""
        return self.path / "oxigraph.read"

    @property
    def names(self) -> Names:
        """The names of the project."""
        return self.settings.names

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The ontology and the shapes."""
        return load_vocabulary(self.settings, self.sources.listing)

    @cached_property
    def graph_files(self) -> dict[str, list[str]]:
        """The graphs that data files fill, by short name, with the files."""
        found: dict[str, list[str]] = {}
        for row in self.ledger.units():
            for graph, path in row.graphs.items():
                found.setdefault(graph, []).append(path)
        return found

    @cached_property
    def reasoned(self) -> frozenset[str]:
        """The graphs, by short name, whose triples are facts that take part in reasoning."""
        return frozenset({*filter(is_reasoned_over, self.graph_files), "stated"})

    def units_changed(self) -> None:
        """Forget what was derived from the units of the ledger."""
        for name in ("graph_files", "reasoned", "terms_said"):
            self.__dict__.pop(name, None)

    def setting(self, store: Path | None = None, *, many: bool = False) -> Setting:
        """What tasks have in common. For many, it pays to know which names several units describe."""
        repeated = frozenset(name for name, _ in self.ledger.repeated()) if many and store else None
        return Setting(
            self.settings,
            self.sources.listing,
            self.products_path,
            store,
            frozenset(self.graph_files),
            bool(self.terms_said),
            repeated,
        )

    @cached_property
    def terms_said(self) -> str:
        """A digest of what data say of the ontology's terms; mostly nothing."""
        return self.ledger.said_any(self.vocabulary.index)

    # Reading

    def stale_units(self, known: Mapping[str, UnitRow]) -> list[Unit]:
        """The units that must be read: what is known of them is of other files or texts, or is gone."""
        there = self.products.names() if known else set[str]()

        def is_same(unit: Unit, row: UnitRow | None) -> bool:
            return (
                row is not None
                and row.files == unit.files
                and all(self.sources.digests.get(name) == seen for name, seen in row.texts.items())
                and row.product in there
            )

        return [unit for unit in self.sources.units.values() if not is_same(unit, known.get(unit.name))]

    def take_in(self, outcome: Outcome) -> UnitRow:
        """Note a unit that was read."""
        header, unit = outcome.header, outcome.task.unit
        assert unit is not None  # noqa: S101 - only such tasks are taken in
        row = UnitRow(
            unit.name,
            unit.files,
            dict(header["texts"]),
            outcome.product,
            int(header["ground"], 16),
            int(header["blank"], 16),
            tuple(header["articles"]),
            tuple(header["edges"]),
            dict(header["files"]),
        )
        self.ledger.put_unit(row, json.loads(outcome.mentions))
        problems = (Located(problem_of(each)) for each in header["problems"])
        self.ledger.problems.put(f"reading {row.unit}", problems)
        return row

    # Examining

    def tasks(self) -> dict[str, tuple[Task, str]]:
        """The clusters to examine, each with a digest of what it is made of."""
        rows = {row.unit: row.product for row in self.ledger.units()}
        rest = [self.sources.vocabulary, self.terms_said]
        found = {ONTOLOGY: (Task(ONTOLOGY), combine(rest))}
        articles: dict[str, list[str]] = {}
        for iri, unit in self.ledger.articles():
            articles.setdefault(unit, []).append(iri.rsplit("/", 1)[-1])
        for name, units in find_clusters(self.ledger).items():
            parts = tuple(rows[unit] for unit in units)
            slugs = tuple(sorted({slug for unit in units for slug in articles.get(unit, ())}))
            drafted = [
                f"{some[slug][0]} {self.sources.digests.get(some[slug][0])}"
                for some in (self.sources.listing.drafts, self.sources.listing.reviews)
                for slug in slugs
                if slug in some
            ]
            found[name] = (Task(name, parts=parts, slugs=slugs), combine([*parts, *rest, *drafted]))
        return found

    def note(self, outcome: Outcome, inputs: str) -> Product:
        """Note an examination; what it made.

        Raises:
            Lost: that is not there.
        """
        product = self.products.get(outcome.product)
        if product is None:
            raise Lost
        header, name = outcome.header, outcome.task.name
        reads = [(read, self.ledger.digest(read)) for read in header["reads"] if not read.startswith("_:")]
        reads += [(f"text:{text}", seen or "") for text, seen in header["texts"].items()]
        self.ledger.put_cluster(name, inputs, outcome.product, tuple(header["counts"]), reads, header["uses"])
        located = (
            Located(problem_of(fields), subject, predicate)
            for fields, subject, predicate in header["problems"]
        )
        self.ledger.problems.put(name, located)
        self.ledger.put_unread(name, json.loads(product.parts["unread"]))
        if name != ONTOLOGY:
            self.ledger.put_voices(name, json.loads(product.parts["voices"]))
        return product

    def examinations(self) -> Iterator[tuple[str, str]]:
        """The clusters that are no ontology, each with the product of its examination."""
        return ((name, product) for name, product in self.ledger.clusters() if name != ONTOLOGY)

    def forget(self, name: str) -> Product | None:
        """Forget the examination of a cluster, and say what it was."""
        row = self.ledger.cluster(name)
        if row is None:
            return None
        product = self.products.get(row[1])
        if product is None:
            raise Lost
        if name != ONTOLOGY:
            self.ledger.drop_voices(name, (triple for triple, _ in json.loads(product.parts["voices"])))
        reads = [*product.header["reads"], *(f"text:{text}" for text in product.header["texts"])]
        self.ledger.drop_cluster(name, reads, product.header["uses"])
        return product

    def do(self, tasks: Iterable[Task], store: Path | None = None) -> Iterator[Outcome]:
        """The outcomes of tasks; where there are more than a few, they may be done elsewhere."""
        waiting = list(tasks)
        is_many = self.crew.is_called_for(len(waiting))
        setting = self.setting(store, many=is_many)
        if self.elsewhere is not None and is_many:
            yield from self.elsewhere.do(setting, waiting)
            return
        yield from self.crew.do(setting, waiting, self.__dict__.get("vocabulary"))

    # Names

    def label_reader(self, describe: Callable[[str], Iterable[ox.Triple]]) -> Callable[..., NameEntry | None]:
        """What tells what a thing is called; ``describe`` tells what data say of it."""
        special: dict[str, set[str]] = {}
        index = self.vocabulary.index
        for name in ("mode", "modality", "polarity"):
            for cls in index.iris(KG + name, RDFS + "range"):
                for member in index.instances(cls):
                    special.setdefault(member, set()).add(name)

        def read(name: str, labels: Iterable[str] = ()) -> NameEntry | None:
            known = tuple(labels)
            if not known:
                said = [
                    ox.Triple(ox.NamedNode(name), ox.NamedNode(predicate), value)
                    for predicate in index.predicates(name)
                    for value in index.objects(name, predicate)
                ]
                known = Reader(TripleIndex([*said, *describe(name)])).labels(name)
            filters = sorted({*self.ledger.filters(name), *special.get(name, ())})
            return NameEntry(name, known, tuple(filters)) if known else None

        return read

    @cached_property
    def examples(self) -> tuple[list[ox.Triple], list[Problem]]:
        """What is told of the canned queries, and what is wrong with them; kept while they stay the same."""
        listed = self.sources.listing.queries
        made_from = combine(f"{name} {self.sources.digests.get(name)}" for name, _ in listed)
        kept = self._kept_examples()
        if kept.get("made_from") != made_from:
            from kgraph.canned import load_canned  # noqa: PLC0415 - most builds do without
            from kgraph.describe import describe_queries  # noqa: PLC0415

            project, _ = read_files(self.settings, Listing(queries=listed), {})
            canned, problems = load_canned(project.queries.items(), prefixes=self.names.prefixes)
            told = ox.serialize(describe_queries(canned, self.names), format=ox.RdfFormat.N_TRIPLES) or b""
            kept = {"made_from": made_from, "told": told.decode(), "problems": [*map(asdict, problems)]}
            self.ledger.put("queries", json.dumps(kept))
        return self.told_examples() or [], [problem_of(fields) for fields in kept["problems"]]

    def told_examples(self) -> list[ox.Triple] | None:
        """What is told of the canned queries by the ledger as it is; None where it says nothing."""
        told = self._kept_examples().get("told")
        return None if told is None else [q.triple for q in ox.parse(told.encode(), ox.RdfFormat.N_TRIPLES)]

    def _kept_examples(self) -> dict[str, Any]:
        return cast(dict[str, Any], json.loads(self.ledger.get("queries") or "{}"))

    # Problems

    def contradictions(self, clashes: Iterable[Clash], view: Any) -> Iterator[Located]:
        """Each contradiction with its proof: the assertions that cannot all hold, and the axiom."""
        names = self.names
        explainer = Explainer(self.vocabulary.program, names)
        for clash in clashes:
            subject, message = tell_clash(clash, explainer, view, names)
            yield Located(Problem(Severity.ERROR, "contradiction", "", None, message, CLASH_HINT), subject)

    def drafts_of_nothing(self) -> Iterator[Located]:
        """Drafts of articles that there are not."""
        if not self.sources.listing.drafts:
            return
        slugs = {iri.rsplit("/", 1)[-1] for iri, _ in self.ledger.articles()}
        for slug, (name, _) in self.sources.listing.drafts.items():
            if slug not in slugs:
                message = f"There is no article {slug}."
                yield Located(
                    Problem(Severity.WARNING, "draft-of-nothing", name, None, message, "Delete the draft.")
                )

    def unread(self) -> Iterator[Located]:
        """The axioms that no rule reads."""
        for term, uses, subject in self.ledger.unread():
            message = tell_unread(term, uses, self.names)
            problem = Problem(Severity.WARNING, "unsupported-axiom", "", None, message, UNREAD_HINT)
            yield Located(problem, subject)


class Lost(Exception):  # noqa: N818 - it is met by building anew
    """Something that an earlier build left is not there any more."""
