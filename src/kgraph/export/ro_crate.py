"""A release as a research object: RO-Crate 1.1, with the dataset, its tables and how to cite it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

import kgraph
from kgraph.export.citation import write_bibtex, write_cff
from kgraph.export.claims import Article, Claims
from kgraph.export.csvw import METADATA, write_csvw
from kgraph.export.rdf import write_nq
from kgraph.export.source import Source
from kgraph.vocab import TOOL

__all__ = ["write_ro_crate"]

_SPECIFICATION: Final = "https://w3id.org/ro/crate/1.1"
_TABLES: Final = "tables"
_FILES: Final = (
    ("dataset.nq", "All graphs as RDF", "application/n-quads"),
    ("CITATION.cff", "How to cite the dataset", "text/yaml"),
    ("articles.bib", "The articles, for bibliographies", "application/x-bibtex"),
    (f"{_TABLES}/claims.csv", "The claims, one a row", "text/csv"),
    (f"{_TABLES}/evidence.csv", "The words that claims rest on", "text/csv"),
    (f"{_TABLES}/articles.csv", "The articles", "text/csv"),
    (f"{_TABLES}/{METADATA}", "What the columns of the tables are", "application/json"),
)
_WRITERS: Final = {"dataset.nq": write_nq, "CITATION.cff": write_cff, "articles.bib": write_bibtex}


def write_ro_crate(source: Source, folder: Path) -> None:
    """Write the files of a release, and what they are."""
    for name, write in (
        ("dataset.nq", write_nq),
        ("CITATION.cff", write_cff),
        ("articles.bib", write_bibtex),
    ):
        source.progress(f"writing {name}")
        with (folder / name).open("wb") as file:
            write(source, file)
    (folder / _TABLES).mkdir()
    source.progress("writing tables")
    write_csvw(source, folder / _TABLES)
    text = json.dumps(_metadata(source, folder), ensure_ascii=False, indent=2)
    (folder / "ro-crate-metadata.json").write_text(text + "\n", encoding="utf-8")


def _metadata(source: Source, folder: Path) -> dict[str, Any]:
    claims = Claims(source)
    articles = claims.articles()
    annotators = sorted({iri for claim in claims for iri in claim.annotators})
    files = [_file(folder, *each) for each in _FILES]
    root: dict[str, Any] = {
        "@id": "./",
        "@type": "Dataset",
        "name": source.settings.title,
        "description": "Who said what, where: claims of news articles, each with its speaker and its words.",
        "datePublished": source.generation.manifest.created[:10],
        "version": source.generation.manifest.version,
        "hasPart": [{"@id": file["@id"]} for file in files],
        "about": _one_or_all([{"@id": article.iri} for article in articles]),
        "author": _one_or_all([{"@id": iri} for iri in annotators]),
        "license": {"@id": source.settings.licence or "#licence"},
    }
    licence = {
        "@id": root["license"]["@id"],
        "@type": "CreativeWork",
        "name": source.settings.licence or "No licence is given",
        "description": "What the annotations may be used for. Words of articles stay under their own rights.",
    }
    tool = {
        "@id": TOOL,
        "@type": "SoftwareApplication",
        "name": "kgraph",
        "version": kgraph.__version__,
        "url": TOOL,
    }
    making = {
        "@id": "#build",
        "@type": "CreateAction",
        "name": "The build of this release",
        "endTime": source.generation.manifest.created,
        "instrument": {"@id": TOOL},
        "result": {"@id": "dataset.nq"},
    }
    return {
        "@context": f"{_SPECIFICATION}/context",
        "@graph": [
            {
                "@id": "ro-crate-metadata.json",
                "@type": "CreativeWork",
                "conformsTo": {"@id": _SPECIFICATION},
                "about": {"@id": "./"},
            },
            {name: value for name, value in root.items() if value},
            licence,
            *files,
            *(_article(article) for article in articles),
            *({"@id": iri, "@type": "Person", "name": claims.label(iri)} for iri in annotators),
            *_publishers(articles),
            tool,
            making,
        ],
    }


def _one_or_all(values: list[dict[str, Any]]) -> Any:
    """A single value stands alone, as the specification's JSON-LD recommendation has it."""
    return values[0] if len(values) == 1 else values


def _file(folder: Path, name: str, title: str, media_type: str) -> dict[str, Any]:
    content = (folder / name).read_bytes()
    return {
        "@id": name,
        "@type": "File",
        "name": title,
        "encodingFormat": media_type,
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _article(article: Article) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "@id": article.iri,
        "@type": "NewsArticle",
        "name": article.title,
        "inLanguage": article.language,
        "datePublished": article.issued,
        "copyrightNotice": article.rights,
        "publisher": {"@id": article.publisher} if article.publisher else None,
    }
    return {name: value for name, value in fields.items() if value}


def _publishers(articles: list[Article]) -> list[dict[str, Any]]:
    names = {article.publisher: article.publisher_name for article in articles if article.publisher}
    return [
        {"@id": iri, "@type": "Organization", "name": name, "url": iri} for iri, name in sorted(names.items())
    ]
