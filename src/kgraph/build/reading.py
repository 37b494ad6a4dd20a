"""Reading a unit: from its files to its triples in the full form, with what they mention and what they weigh.

A unit is what is read together: the folder of an article, or one data file. What comes out is a function of
its files, of the texts that it asks for and of the base IRI.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kgraph.build.products import Product
from kgraph.build.sources import Unit, combine
from kgraph.errors import StoreError
from kgraph.problems import Problem, Severity
from kgraph.project import TurtleFile
from kgraph.project.folder import read_files
from kgraph.project.listing import Listing, Role
from kgraph.settings import Settings
from kgraph.store.hashing import MODULUS, hash_if_ground, hash_of, sum_of_blank
from kgraph.store.spelling import is_kept, note_of, stored
from kgraph.text import digest
from kgraph.vocab import KG, RDF_TYPE

__all__ = [
    "ABOUT",
    "READING",
    "REVERSE",
    "Texts",
    "below",
    "files_of",
    "mentions_of",
    "problem_of",
    "read_unit",
    "triples_of",
]

#: What is looked up from its object: a claim and its sentence, a part and its article belong together.
REVERSE: Final = frozenset(KG + name for name in ("inSentence", "partOfArticle", "evidence"))
#: How a curator says what a time of an article is: a reading (``kg:edtf``) about it.
ABOUT: Final = ox.NamedNode(KG + "about")
READING: Final = ox.NamedNode(KG + "edtf")
_ARTICLE: Final = KG + "Article"


class Texts(Mapping[str, bytes]):
    """The texts of a project, read when they are asked for; ``seen`` are those, each with its digest."""

    def __init__(self, root: Path, names: frozenset[str]) -> None:
        self._root = root
        self._names = names
        self._read: dict[str, bytes] = {}
        self.seen: dict[str, str | None] = {}

    def __getitem__(self, name: str) -> bytes:
        if name not in self._names:
            self.seen[name] = None
            raise KeyError(name)
        if name not in self._read:
            try:
                self._read[name] = (self._root / name).read_bytes()
            except OSError as error:
                self.seen[name] = None
                raise KeyError(name) from error
            self.seen[name] = digest(self._read[name])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def below(articles: Iterable[str]) -> Callable[[str], bool]:
    """What tells of many names whether each is one of some articles, or of what is below one."""
    known = frozenset(articles)
    starts = tuple(article + mark for article in known for mark in "/#")
    return lambda name: name.startswith(starts) or name in known


def read_unit(settings: Settings, unit: Unit, texts: frozenset[str]) -> Product:
    """Read a unit. ``texts`` are the names of the texts that there are."""
    root = settings.project
    turtle = tuple((name, f"{root}/{name}", Role.DATA, Path(name).stem) for name in unit.paths)
    asked = Texts(root, texts)
    project, problems = read_files(settings, Listing(turtle), asked)
    if combine(f"{path} {project.digests.get(path)}" for path in unit.paths) != unit.files:
        raise StoreError(f"{unit.name} was changed while it was read.", hint="Build again.")
    graphs = project.graphs()
    names = settings.names
    articles = [
        triple.subject.value
        for triples in graphs.values()
        for triple in triples
        if triple.predicate.value == RDF_TYPE
        and triple.object == ox.NamedNode(_ARTICLE)
        and isinstance(triple.subject, ox.NamedNode)
    ]
    articles = list(dict.fromkeys(articles))
    weigher = _Weigher(articles, names.resources)
    parts: dict[str, bytes] = {}
    for name, triples in graphs.items():
        graph = ox.NamedNode(names.graph(name))
        quads = [ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples]
        weigher.weigh(quads)
        parts[f"graph:{name}"] = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
    parts["notes"] = ox.serialize(weigher.notes, format=ox.RdfFormat.N_QUADS) or b""
    parts["mentions"] = json.dumps(weigher.mentions(), separators=(",", ":")).encode()
    files = {file.graph: file.path for file in project.turtle}
    header: dict[str, Any] = {
        "files": files,
        "articles": articles,
        "edges": sorted(weigher.edges()),
        "texts": asked.seen,
        "ground": f"{weigher.ground % MODULUS:x}",
        "blank": f"{weigher.blank():x}",
        "problems": [asdict(problem) for problem in problems],
    }
    return Product(header, parts)


class _Weigher:
    """What quads mention, what is said of each name, and what they add to the canonical hash."""

    def __init__(self, articles: list[str], resources: str) -> None:
        self._is_below = below(articles)
        self._resources = resources
        self._mentioned: set[str] = set()
        self._said: dict[str, int] = defaultdict(int)
        self._rest: dict[str, int] = defaultdict(int)
        self._local: set[str] = set()
        self._looked_up: set[str] = set()
        self.ground = 0
        self._blank: dict[ox.Quad, None] = {}
        self._seen: set[int] = set()
        self.notes: list[ox.Quad] = []

    def weigh(self, quads: Iterable[ox.Quad]) -> None:
        for quad in quads:
            subject, value = quad.subject, quad.object
            name = subject.value if isinstance(subject, ox.NamedNode) else None
            is_ours = name is not None and self._is_below(name)
            if is_ours and name is not None:
                self._local.add(name)
            if isinstance(value, ox.NamedNode):
                if value.value.startswith(self._resources) and not self._is_below(value.value):
                    self._mentioned.add(value.value)
                if quad.predicate.value in REVERSE:
                    self._looked_up.add(value.value)
            kept = stored(quad)
            weight = hash_if_ground(kept)
            if weight is None:
                weight = 0
                self._blank[kept] = None
                if name is not None and not is_ours:
                    self._rest[name] += hash_of(quad)
            elif weight in self._seen:
                weight = 0
            else:
                self._seen.add(weight)
                self.ground += weight
            if name is not None and not is_ours:
                self._said[name] += weight
            if not is_kept(value):
                note = note_of(quad)
                self.notes.append(note)
                if name is not None and not is_ours:
                    self._rest[name] += hash_of(note)

    def blank(self) -> int:
        """The sum of those with blank nodes."""
        return sum_of_blank(self._blank)

    def mentions(self) -> list[tuple[str, str | None, str]]:
        """The names beyond those of its articles: what is said of each, as stored and as written."""
        names = sorted({*self._mentioned, *self._said})
        return [
            (
                name,
                f"{self._said[name] % MODULUS:x}" if name in self._said else None,
                f"{self._rest[name] % MODULUS:x}" if name in self._rest else "",
            )
            for name in names
        ]

    def edges(self) -> set[str]:
        """What is looked up by its object and is not described here."""
        return {name for name in self._looked_up if name not in self._said and name not in self._local}


def triples_of(product: Product, graph: str) -> list[ox.Triple]:
    """The triples of a graph in a unit's product."""
    content = product.parts[f"graph:{graph}"]
    return [quad.triple for quad in ox.parse(content, ox.RdfFormat.N_TRIPLES)]


def mentions_of(product: Product) -> list[tuple[str, str | None, str]]:
    """What a unit mentions: see the ledger."""
    return [tuple(row) for row in json.loads(product.parts["mentions"])]


def files_of(settings: Settings, product: Product) -> list[TurtleFile]:
    """The files of a unit with their triples in the full form."""
    return [
        _Stored(
            path, Role.DATA, graph, tuple(triples_of(product, graph)), "", settings.base_iri, settings.project
        )
        for graph, path in product.header["files"].items()
    ]


@dataclass(frozen=True)
class _Stored(TurtleFile):
    """A file whose content is read only where a problem must name a line."""

    root: Path = Path()

    def __getattribute__(self, name: str) -> Any:
        if name == "content":
            return (object.__getattribute__(self, "root") / self.path).read_text(
                encoding="utf-8", errors="replace"
            )
        return object.__getattribute__(self, name)


def problem_of(fields: Mapping[str, Any]) -> Problem:
    """A problem from its fields, as a product's header holds them."""
    return Problem(**{**fields, "severity": Severity(fields["severity"])})
