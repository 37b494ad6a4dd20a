"""The lexicon: types of events, states and things, with their words and what their roles are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

import pyoxigraph as ox

from kgraph.core import iter_core_files
from kgraph.project.folder import Project, read_project
from kgraph.project.index import TripleIndex, key
from kgraph.project.listing import Role
from kgraph.rdf.terms import compact
from kgraph.rdf.turtle import parse_turtle
from kgraph.settings import Settings
from kgraph.vocab import KG, OWL, RDFS, SKOS

__all__ = ["LexiconEntry", "entries_of", "read_lexicon"]

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
    #: The types above it, as prefixed names.
    above: tuple[str, ...] = ()

    def is_evoked_by(self, word: str) -> bool:
        """Whether a word is in its label or its words."""
        wanted = word.casefold()
        return any(wanted in text.casefold() for text in (self.label, *self.words))

    def described(self) -> dict[str, Any]:
        """The entry as JSON."""
        return asdict(self) | {"roles": dict(self.roles)}


def read_lexicon(settings: Settings) -> list[LexiconEntry]:
    """The entries that a project can use: the package's and its own, by root class and name."""
    return entries_of(read_project(settings)[0])


def entries_of(project: Project, *, language: str | None = None) -> list[LexiconEntry]:
    """The entries of a project that has been read; with ``language``, their words in that language alone."""
    settings = project.settings
    triples = [triple for file in project.files(Role.ONTOLOGY) for triple in file.triples]
    if not triples:  # a project without data is read without the core, which it can use all the same
        for _, path in iter_core_files("ontology", ".ttl"):
            triples += parse_turtle(path.read_bytes(), base_iri=settings.base_iri)[0]
    index = TripleIndex(triples)
    prefixes = settings.names.prefixes | _prefixes(index)
    found = [
        _entry(index, iri, below, prefixes, language)
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


def _above(index: TripleIndex, iri: str) -> list[str]:
    """A class and those above it, the nearest first."""
    found = [iri]
    for cls in found:
        found += [above for above in index.iris(cls, RDFS + "subClassOf") if above not in found]
    return found


def _below(index: TripleIndex, iri: str) -> str | None:
    """The root that a class hangs below, by its local name; None for a root itself."""
    roots = (cls for cls in _above(index, iri) if cls.startswith(KG) and cls.removeprefix(KG) in _ROOTS)
    root = next(roots, iri)
    return root.removeprefix(KG) if root != iri else None


def _entry(
    index: TripleIndex, iri: str, below: str, prefixes: dict[str, str], language: str | None
) -> LexiconEntry:
    return LexiconEntry(
        name=compact(iri, prefixes),
        iri=iri,
        below=below,
        label=index.literal(iri, RDFS + "label") or "",
        definition=index.literal(iri, SKOS + "definition") or "",
        words=tuple(
            term.value
            for term in index.objects(iri, KG + "evokedBy")
            if isinstance(term, ox.Literal) and language in (None, (term.language or "").partition("-")[0])
        ),
        roles=tuple(_roles(index, iri, prefixes)),
        shortcuts=tuple(
            compact(other, prefixes) for other in index if iri in index.iris(other, KG + "shortcutOf")
        ),
        above=tuple(compact(cls, prefixes) for cls in _above(index, iri)[1:]),
    )


def _roles(index: TripleIndex, iri: str, prefixes: dict[str, str]) -> Iterator[tuple[str, str]]:
    for node in index.objects(iri, KG + "roleWord"):
        role = index.iri(key(node), KG + "about")
        label = index.literal(key(node), RDFS + "label")
        if role and label:
            yield compact(role, prefixes), label
