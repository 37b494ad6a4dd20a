"""An article on the desk: its text, what is written of it so far, and what can be named.

Reads the article and what all articles share; the other articles are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pyoxigraph as ox

from kgraph.authoring.entries import Entry, Lists, merge_entries, read_entries
from kgraph.authoring.manuscript import Manuscript
from kgraph.checks import CHECKS, Subject, load_subject
from kgraph.drafting import Draft, parse_draft
from kgraph.errors import ReviewError
from kgraph.problems import Problem, Severity
from kgraph.project import read_project
from kgraph.project.listing import ONTOLOGY_GRAPH, Role
from kgraph.projection import project_stated
from kgraph.rdf.terms import parse_term, render_words
from kgraph.rdf.turtle import parse_turtle
from kgraph.reasoning import Theory, close, is_reasoned_over
from kgraph.reviewing.naming import Naming
from kgraph.reviewing.sheet import Home, Sheet
from kgraph.settings import Settings
from kgraph.text import Span, digest
from kgraph.vocab import DCTERMS, KG, OWL

__all__ = ["ENTITIES", "Desk", "article_folder", "open_desk", "own_prefixes"]

ENTITIES: Final = "data/ttl/entities.ttl"
#: What these look at does not depend on a claim, or changes with every claim.
_LEFT_OUT: Final = ("coverage", "OWL 2 RL profile")
_PARTS: Final = {"bylinePart": "Byline"}


def article_folder(slug: str) -> str:
    """The folder of an article's Turtle files, relative to the project's."""
    return f"data/ttl/articles/{slug}"


@dataclass(frozen=True)
class Desk:
    """One article as its files are, or as they would be with ``instead`` in their place."""

    settings: Settings
    slug: str
    subject: Subject
    article: Entry
    text: str
    manuscript: Manuscript
    lists: Lists
    faults: tuple[Problem, ...]
    instead: Mapping[str, str]

    @property
    def assertions(self) -> str:
        """The file of the article's claims."""
        return f"{article_folder(self.slug)}/assertions.ttl"

    @property
    def title(self) -> str:
        """What the article is called."""
        titles = (t.value for t in self.article.said.get(DCTERMS + "title", ()) if isinstance(t, ox.Literal))
        return next(titles, self.slug)

    @property
    def namespace(self) -> str:
        """Where the article's own things are named."""
        return self.article.subject.value + "/"

    @cached_property
    def naming(self) -> Naming:
        """What can be named."""
        prefixes = self.settings.names.prefixes | own_prefixes(self.subject) | {"a": self.namespace}
        return Naming(
            self.subject.index,
            self.subject.ontology,
            prefixes,
            resources=self.settings.names.resources,
            language=self.manuscript.language,
        )

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with what is written of it: faults of the short form, and what the checks find."""
        found = [p for check in CHECKS if check.name not in _LEFT_OUT for p in check.look(self.subject)]
        return (*self.faults, *found)

    @cached_property
    def contradictions(self) -> tuple[Problem, ...]:
        """What cannot be at once, of what this article states and all articles share."""
        stated = project_stated(self.subject.claims)
        graphs = {**self.subject.graphs, "stated": stated}
        facts = [
            triple
            for name, triples in graphs.items()
            if name != ONTOLOGY_GRAPH and is_reasoned_over(name)
            for triple in triples
        ]
        axioms = tuple(t for file in self.subject.project.files(Role.ONTOLOGY) for t in file.triples)
        prefixes = self.settings.names.prefixes
        found = []
        for clash in close(_theory(axioms), facts, ()).contradictions:
            axiom = render_words("; ".join(clash.clause.words), prefixes)
            said = "; and ".join(
                " · ".join(self.naming.label(str(term)) for term in (t.subject, t.predicate, t.object))
                for t in clash.premises
            )
            message = f"That would contradict the ontology: {axiom}; but {said}."
            hint = "Correct the claim, or the class of something in it."
            found.append(Problem(Severity.ERROR, "contradiction", self.assertions, None, message, hint))
        return tuple(found)

    def content(self, file: str) -> str:
        """The text of one of the project's files; empty where it is not there."""
        if file in self.instead:
            return self.instead[file]
        try:
            return (self.settings.project / file).read_bytes().decode("utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise ReviewError(f"{file} cannot be read: {error}.", hint="Save it as UTF-8 text.") from error

    def sheet(self, file: str) -> Sheet:
        """One of the project's files as a person edits it."""
        return Sheet(self.content(file), base_iri=self.settings.base_iri)

    @cached_property
    def homes(self) -> dict[str, int]:
        """Where the sentence or part of each claim begins, by the claim's IRI as it is written."""
        found = {}
        for iri, entry in self.manuscript.entries.items():
            if entry.terms("claims"):
                spans = next(iter(self.manuscript.find(entry)), ())
                if spans:
                    found[iri] = self.home(spans[0]).start
            elif entry.terms("predicate") and (sentence := entry.iri(KG + "inSentence")) is not None:
                found[iri] = self.subject.index.whole_number(sentence.value, KG + "beginIndex") or 0
        return found

    def home(self, span: Span) -> Home:
        """Where a claim on these words belongs.

        Raises:
            ReviewError: in no sentence and no part.
        """
        sentences = self.manuscript.layout.sentences
        place = self.manuscript.layout.home(span.start)
        if isinstance(place, int):
            number = self.subject.index.whole_number(self.manuscript.sentences[place], KG + "sentenceNumber")
            return Home(f"S{number or place + 1}", sentences[place].start)
        if place is not None:
            kinds = self.manuscript.entries[place].terms("partKind")
            name = kinds[0].value.rpartition("#")[2] if isinstance(kinds[0], ox.NamedNode) else "part"
            return Home(
                _PARTS.get(name, name[:1].upper() + name[1:]), self.manuscript.layout.parts[place].start
            )
        raise ReviewError(
            f"{span.of(self.text)!r} stands in no sentence of the text.", hint="Mark words of a sentence."
        )

    def sentence_at(self, position: int) -> Span:
        """The sentence or part that holds a position, or the line."""
        layout = self.manuscript.layout
        place = layout.home(position)
        if isinstance(place, int):
            return layout.sentences[place]
        if place is not None:
            return layout.parts[place]
        start = self.text.rfind("\n", 0, position) + 1
        end = self.text.find("\n", position)
        return Span(start, len(self.text) if end < 0 else end)

    def node(self, term: str) -> ox.NamedNode | None:
        """The IRI that a term of a proposal means; None for a text and for nothing.

        Raises:
            ReviewError: it is no term.
        """
        if not term:
            return None
        try:
            node = parse_term(term, prefixes=self.naming.prefixes)
        except ValueError as error:
            raise ReviewError(
                f"{term!r} is no name here.", hint="Give a name or a label, or write: label = Class."
            ) from error
        return node if isinstance(node, ox.NamedNode) else None

    @property
    def places(self) -> list[Span]:
        """The sentences and the parts beside them, in the order of the text."""
        layout = self.manuscript.layout
        return sorted((*layout.sentences, *layout.parts.values()))

    def candidates(self) -> Draft | None:
        """The draft of the article; None where it has not been drafted.

        Raises:
            DraftError: it cannot be read.
        """
        content = self.subject.project.drafts.get(self.slug)
        return (
            None
            if content is None
            else parse_draft(content.decode("utf-8"), where=f"data/drafts/{self.slug}.json")
        )

    @property
    def sha256(self) -> str:
        """The digest of the text."""
        return digest(self.text.encode())


def open_desk(settings: Settings, slug: str, *, instead: Mapping[str, str] = MappingProxyType({})) -> Desk:
    """Read an article.

    Raises:
        ReviewError: there is no such article, or no text of it.
    """
    if not _is_slug(slug) or not (settings.project / article_folder(slug)).is_dir():
        there = sorted(
            path.name for path in (settings.project / "data/ttl/articles").glob("*") if path.is_dir()
        )
        hint = (
            f"There {'is' if len(there) == 1 else 'are'}: {', '.join(there[:8])}."
            if there
            else "Bring one in: kgraph new FILE."
        )
        raise ReviewError(f"There is no article {slug!r} here.", hint=hint)
    project, faults = read_project(settings, article=slug, instead=instead)
    subject = load_subject(project)
    folder = article_folder(slug) + "/"
    written = [
        parse_turtle(file.content.encode(), base_iri=settings.base_iri)[0]
        for file in project.turtle
        if file.path.startswith(folder)
    ]
    entries = merge_entries(map(read_entries, written))
    article = next((entry for entry in entries.values() if entry.is_a("Article")), None)
    text = subject.texts.get(article.subject.value) if article is not None else None
    if article is None or text is None:
        missing = "describe no kg:Article" if article is None else "name no text that is there"
        raise ReviewError(
            f"The files of {slug} {missing}.",
            hint=f"See 'kgraph check'; {folder}document.ttl says what the text is.",
        )
    return Desk(
        settings,
        slug,
        subject,
        article,
        text,
        Manuscript(article, text, entries),
        Lists(triple for triples in written for triple in triples),
        tuple(faults),
        instead,
    )


@lru_cache(maxsize=2)
def _theory(axioms: tuple[ox.Triple, ...]) -> Theory:
    """What is made of an ontology: the same for every decision."""
    return Theory(axioms)


def _is_slug(slug: str) -> bool:
    return bool(slug) and not slug.startswith(".") and Path(slug).name == slug


def own_prefixes(subject: Subject) -> dict[str, str]:
    """The prefixes that the project's ontologies prefer."""
    vann = "http://purl.org/vocab/vann/preferredNamespace"
    pairs = (
        (subject.ontology.literal(iri, vann + "Prefix"), subject.ontology.literal(iri, vann + "Uri"))
        for iri in subject.ontology.instances(OWL + "Ontology")
    )
    return {prefix: uri for prefix, uri in pairs if prefix and uri}
