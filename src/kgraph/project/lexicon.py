"""The lexicon: types of events, states and things, with their words and what their roles are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

import pyoxigraph as ox

from kgraph.core import iter_core_files
from kgraph.project.folder import Role, read_project
from kgraph.project.index import TripleIndex, key
from kgraph.rdf.terms import compact
from kgraph.rdf.turtle import parse_turtle
from kgraph.settings import Settings
from kgraph.vocab import KG, OWL, RDFS, SKOS

__all__ = ["LexiconEntry", "read_lexicon"]

#: The classes below which an entry's types hang.
_ROOTS: Final = ("Event", "State", "Actor", "Location", "Artefact")


@dataclass(frozen=True, slots=True)
class LexiconEntry:
    """A type: its name as a prefixed name, label, definition, words, and roles with what they are called."""

    name: str
    iri: str
    below: str
    label: str
    definition: str
    words: tuple[str, ...]
    roles: tuple[tuple[str, str], ...]
    shortcuts: tuple[str, ...]

    def is_evoked_by(self, word: str) -> bool:
        """Whether a word is in its label or its words."""
        wanted = word.casefold()
        return any(wanted in text.casefold() for text in (self.label, *self.words))

    def described(self) -> dict[str, Any]:
        """The entry as JSON."""
        return asdict(self) | {"roles": dict(self.roles)}


def read_lexicon(settings: Settings) -> list[LexiconEntry]:
    """The entries that a project can use: the package's and its own, by root class and name."""
    project, _ = read_project(settings)
    triples = [triple for file in project.files(Role.ONTOLOGY) for triple in file.triples]
    if not triples:  # a project without data is read without the core, which it can use all the same
        for _, path in iter_core_files("ontology", ".ttl"):
            triples += parse_turtle(path.read_bytes(), base_iri=settings.base_iri)[0]
    index = TripleIndex(triples)
    prefixes = settings.names.prefixes | _prefixes(index)
    found = [
        _entry(index, iri, below, prefixes)
        for iri in index.instances(OWL + "Class")
        if (below := _below(index, iri)) is not None and index.literal(iri, RDFS + "label")
    ]
    return sorted(found, key=lambda entry: (_ROOTS.index(entry.below), entry.name))


def _prefixes(index: TripleIndex) -> dict[str, str]:
    """The prefixes that ontologies prefer for their namespaces."""
    vann = "http://purl.org/vocab/vann/preferredNamespace"
    pairs = (
        (index.literal(iri, vann + "Prefix"), index.literal(iri, vann + "Uri"))
        for iri in index.instances(OWL + "Ontology")
    )
    return {prefix: uri for prefix, uri in pairs if prefix and uri}


def _below(index: TripleIndex, iri: str) -> str | None:
    """The root that a class hangs below, by its local name."""
    seen: set[str] = set()
    waiting = [iri]
    while waiting:
        cls = waiting.pop(0)
        if cls in seen:
            continue
        seen.add(cls)
        if cls.startswith(KG) and cls.removeprefix(KG) in _ROOTS:
            return cls.removeprefix(KG) if cls != iri else None
        waiting += index.iris(cls, RDFS + "subClassOf")
    return None


def _entry(index: TripleIndex, iri: str, below: str, prefixes: dict[str, str]) -> LexiconEntry:
    return LexiconEntry(
        name=compact(iri, prefixes),
        iri=iri,
        below=below,
        label=index.literal(iri, RDFS + "label") or "",
        definition=index.literal(iri, SKOS + "definition") or "",
        words=tuple(
            term.value for term in index.objects(iri, KG + "evokedBy") if isinstance(term, ox.Literal)
        ),
        roles=tuple(_roles(index, iri, prefixes)),
        shortcuts=tuple(
            compact(other, prefixes) for other in index if iri in index.iris(other, KG + "shortcutOf")
        ),
    )


def _roles(index: TripleIndex, iri: str, prefixes: dict[str, str]) -> Iterator[tuple[str, str]]:
    for node in index.objects(iri, KG + "roleWord"):
        role = index.iri(key(node), KG + "about")
        label = index.literal(key(node), RDFS + "label")
        if role and label:
            yield compact(role, prefixes), label
