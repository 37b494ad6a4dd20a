"""What is under examination: a project with its triples indexed and its claims and articles read."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from kgraph.encodings import decode_text
from kgraph.project import Article, Claim, Project, read_articles, read_claims
from kgraph.project.index import TripleIndex
from kgraph.project.listing import Role
from kgraph.text import digest

__all__ = ["Subject", "load_subject"]


@dataclass(frozen=True)
class Subject:
    """A project and the views of it that checks, projection and reasoning share.

    ``graphs`` are the named graphs that files fill, by short name; ``index`` covers them all; ``ontology``
    covers the ontology without its alignments; ``texts`` maps an article's IRI to its decoded text where
    the file is there and is UTF-8.
    """

    project: Project
    graphs: dict[str, list[ox.Triple]]
    index: TripleIndex
    ontology: TripleIndex
    claims: tuple[Claim, ...]
    articles: tuple[Article, ...]
    texts: dict[str, str]

    def text_digest(self, article: Article) -> str | None:
        """The SHA-256 of the article's text file, where it is there."""
        content = self.project.texts.get(article.text_file or "")
        return None if content is None else digest(content)

    def evidence_text(self, claim: Claim) -> str:
        """The words of a claim's evidence, span after span."""
        return " … ".join(self.index.literal(span, _EXACT_TEXT) or "" for span in claim.evidence)


_EXACT_TEXT = "https://w3id.org/kgraph/ontology#exactText"


def load_subject(project: Project) -> Subject:
    """Index a project's triples and read its claims and articles."""
    graphs = project.graphs()
    index = TripleIndex(triple for triples in graphs.values() for triple in triples)
    ontology = TripleIndex(triple for file in project.files(Role.ONTOLOGY) for triple in file.triples)
    articles = tuple(read_articles(index))
    texts: dict[str, str] = {}
    for article in articles:
        content = project.texts.get(article.text_file or "")
        if content is not None:
            try:
                texts[article.iri] = decode_text(content)
            except UnicodeDecodeError:
                continue  # reported by the anchors check, which sees that the text is missing
    return Subject(project, graphs, index, ontology, tuple(read_claims(index)), articles, texts)
