"""What a project knows before a text is read: the lexicon, the names of its things, its articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from kgraph.drafting.candidates import Part
from kgraph.drafting.drafting import Laid
from kgraph.encodings import decode_text
from kgraph.errors import DraftError, UnknownNameError
from kgraph.project import LexiconEntry, Project, entries_of, read_articles, read_project
from kgraph.project.index import TripleIndex
from kgraph.project.listing import Role
from kgraph.rdf.terms import compact
from kgraph.settings import Settings
from kgraph.vocab import DCTERMS, KG, RDF_TYPE, SKOS

__all__ = ["Article", "Knowledge", "KnownThing", "read_knowledge"]

#: The names of kinds of parts in the ontology that differ from those of a draft.
_KINDS = {"bylinePart": "byline"}


@dataclass(frozen=True, slots=True)
class KnownThing:
    """Something that the project has: its IRI, its prefixed name, its preferred label and its classes."""

    iri: str
    name: str
    label: str
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What every text of a project is read with. ``things`` are by their labels in lower case."""

    entries: tuple[LexiconEntry, ...]
    things: dict[str, KnownThing] = field(default_factory=dict)
    resources: str = ""
    #: Who annotates the project's articles, as a prefixed name; empty if nobody is named.
    annotator: str = ""

    def with_thing(self, label: str, name: str) -> Knowledge:
        """The same with one thing more."""
        iri = self.resources + name.partition(":")[2]
        return replace(self, things=self.things | {label.casefold(): KnownThing(iri, name, label, ())})


@dataclass(frozen=True, slots=True)
class Article:
    """An article of the project, ready to be drafted."""

    slug: str
    laid: Laid


def read_knowledge(settings: Settings) -> tuple[Knowledge, list[Article]]:
    """The knowledge and the articles of a project.

    Raises:
        ProjectError: a file of the project cannot be read.
    """
    project, _ = read_project(settings)
    prefixes = settings.names.prefixes
    index = TripleIndex(triple for file in project.files(Role.DATA) for triple in file.triples)
    things: dict[str, KnownThing] = {}
    for iri in index:
        label = index.literal(iri, SKOS + "prefLabel")
        if label is None or not iri.startswith(settings.names.resources):
            continue
        types = tuple(compact(cls, prefixes) for cls in index.iris(iri, RDF_TYPE))
        thing = KnownThing(iri, compact(iri, prefixes), label, types)
        for name in [
            label,
            *(term.value for term in index.objects(iri, SKOS + "altLabel") if hasattr(term, "value")),
        ]:
            things.setdefault(name.casefold(), thing)
    entries = tuple(entries_of(project, language="en"))
    annotators = Counter(
        annotator
        for iri in index.instances(KG + "Article")
        if (annotator := index.iri(iri, KG + "annotator"))
    )
    default = settings.names.resources + "me"  # whom `kgraph init` describes
    [(annotator, _)] = annotators.most_common(1) or [(default if default in index else "", 0)]
    knowledge = Knowledge(
        entries, things, settings.names.resources, annotator and compact(annotator, prefixes)
    )
    return knowledge, list(_articles(project, index))


def _articles(project: Project, index: TripleIndex) -> Iterator[Article]:
    for article in read_articles(index):
        content = project.texts.get(article.text_file or "")
        if content is None:
            continue
        try:
            text = decode_text(content)
        except UnicodeDecodeError as error:
            raise DraftError(f"{article.text_file} is no UTF-8 text: {error}.") from error
        paragraphs = tuple(part.span for part in article.parts if part.part == "paragraph" and part.span)
        parts = tuple(
            Part(_KINDS.get(part.part or "", part.part or ""), part.span)
            for part in article.parts
            if part.span and part.part != "paragraph"
        )
        publisher = index.iri(article.iri, DCTERMS + "publisher")
        named = publisher and index.literal(publisher, SKOS + "prefLabel")
        yield Article(
            article.slug,
            Laid(
                text,
                index.literal(article.iri, DCTERMS + "language") or "en",
                parts,
                paragraphs,
                tuple(sentence.span for sentence in article.sentences if sentence.span and not sentence.part),
                named or "the publication",
                publisher,
            ),
        )


def find_article(articles: list[Article], slug: str) -> Article:
    """The article of that name.

    Raises:
        UnknownNameError: there is none.
    """
    for article in articles:
        if article.slug == slug:
            return article
    raise UnknownNameError(
        f"There is no article {slug!r} in this project.", hint="`kgraph new FILE` takes a text in."
    )
