"""Claims as tables: CSV with metadata (Metadata Vocabulary for Tabular Data, W3C Recommendation of 2015).

``claims.csv`` has a row a claim, ``evidence.csv`` one for each stretch of words, ``articles.csv`` one an
article; the metadata types the columns and ties the tables by foreign keys.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kgraph.export.claims import Article, Claim, Claims
from kgraph.export.source import Source
from kgraph.rdf.terms import Term

__all__ = ["METADATA", "write_csvw"]

METADATA: Final = "csv-metadata.json"
_SEPARATOR: Final = " "
_Columns = Sequence[tuple[str, str, str, str]]
#: Name, title, datatype and the property that a column is of.
_CLAIMS: Final[_Columns] = (
    ("claim", "Claim", "anyURI", ""),
    ("subject", "Subject", "string", "kg:subject"),
    ("subject_label", "Subject, in words", "string", ""),
    ("predicate", "Predicate", "anyURI", "kg:predicate"),
    ("object", "Object", "string", ""),
    ("object_label", "Object, in words", "string", ""),
    ("polarity", "Polarity", "anyURI", "kg:polarity"),
    ("modality", "Modality", "anyURI", "kg:modality"),
    ("mode", "Mode", "anyURI", "kg:mode"),
    ("stated", "Stated by the publication as fact", "boolean", ""),
    ("speakers", "Speakers", "anyURI", "kg:attributedTo"),
    ("speaker_labels", "Speakers, in words", "string", ""),
    ("relayed_by", "Through whom it came", "anyURI", "kg:relayedBy"),
    ("article", "Article", "anyURI", ""),
    ("sentence", "Number of the sentence", "nonNegativeInteger", ""),
    ("sentence_text", "The sentence", "string", ""),
    ("annotated_on", "Annotated on", "string", "kg:annotatedOn"),
)
_EVIDENCE: Final[_Columns] = (
    ("claim", "Claim", "anyURI", ""),
    ("span", "Stretch of words", "anyURI", "kg:evidence"),
    ("exact", "The words", "string", ""),
    ("begin", "First character, from 0", "nonNegativeInteger", ""),
    ("end", "Character after the last", "nonNegativeInteger", ""),
)
_ARTICLES: Final[_Columns] = (
    ("article", "Article", "anyURI", ""),
    ("title", "Title", "string", "dcterms:title"),
    ("publisher", "Publisher", "anyURI", "dcterms:publisher"),
    ("publisher_label", "Publisher, in words", "string", ""),
    ("language", "Language", "string", "dcterms:language"),
    ("issued", "Published on", "string", "dcterms:issued"),
    ("sha256", "SHA-256 of the text", "string", "kg:sha256"),
)
_LISTS: Final = frozenset({"speakers", "relayed_by"})


def write_csvw(source: Source, folder: Path) -> None:
    """Write the tables and their metadata."""
    claims = Claims(source)
    articles = claims.articles()
    _write(folder / "articles.csv", _ARTICLES, (_article_row(article) for article in articles))
    evidence: list[list[object]] = []

    def rows() -> Iterable[list[object]]:
        for claim in claims:
            evidence.extend([claim.iri, span.iri, span.exact, span.begin, span.end] for span in claim.spans)
            yield _claim_row(claim, claims)

    _write(folder / "claims.csv", _CLAIMS, rows())
    _write(folder / "evidence.csv", _EVIDENCE, evidence)
    text = json.dumps(_metadata(source), ensure_ascii=False, indent=2)
    (folder / METADATA).write_text(text + "\n", encoding="utf-8")


def _write(path: Path, columns: _Columns, rows: Iterable[Sequence[object]]) -> None:
    """A table as RFC 4180 has it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([name for name, *_ in columns])
        writer.writerows(rows)


def _claim_row(claim: Claim, claims: Claims) -> list[object]:
    subject, value = claim.content.subject, claim.content.object
    return [
        claim.iri,
        _cell(subject),
        _label(subject, claims),
        claim.content.predicate.value,
        _cell(value),
        _label(value, claims),
        claim.polarity,
        claim.modality,
        claim.mode,
        "true" if claim.is_stated else "false",
        _SEPARATOR.join(claim.speakers),
        "; ".join(claims.label(iri) for iri in claim.speakers),
        _SEPARATOR.join(claim.relayers),
        claim.article.iri if claim.article else "",
        "" if claim.number is None else claim.number,
        claim.sentence.exact if claim.sentence else "",
        claim.annotated_on,
    ]


def _article_row(article: Article) -> list[object]:
    return [
        article.iri,
        article.title,
        article.publisher,
        article.publisher_name,
        article.language,
        article.issued,
        article.sha256,
    ]


def _cell(term: Term) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


def _label(term: Term, claims: Claims) -> str:
    return claims.label(term.value) if isinstance(term, ox.NamedNode) else _cell(term)


def _metadata(source: Source) -> dict[str, Any]:
    manifest, settings = source.generation.manifest, source.settings
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": settings.title,
        "dc:identifier": manifest.version,
        **({"dc:license": {"@id": settings.licence}} if settings.licence else {}),
        "tables": [
            _table("articles.csv", _ARTICLES, ["article"], [], source),
            _table("claims.csv", _CLAIMS, ["claim"], [("article", "articles.csv")], source),
            _table("evidence.csv", _EVIDENCE, ["claim", "span"], [("claim", "claims.csv")], source),
        ],
    }


def _table(
    name: str, columns: _Columns, key: list[str], foreign: list[tuple[str, str]], source: Source
) -> dict[str, Any]:
    prefixes = source.names.prefixes

    def full(term: str) -> str:
        prefix, _, local = term.partition(":")
        return prefixes[prefix] + local

    return {
        "url": name,
        "tableSchema": {
            "columns": [
                {
                    "name": column,
                    "titles": column,
                    "dc:description": title,
                    "datatype": datatype,
                    **({"propertyUrl": full(term)} if term else {}),
                    **({"separator": _SEPARATOR} if column in _LISTS else {}),
                    **({"required": True} if column in key else {}),
                }
                for column, title, datatype, term in columns
            ],
            "primaryKey": key if len(key) > 1 else key[0],
            "aboutUrl": f"{{+{key[0]}}}",
            "foreignKeys": [
                {"columnReference": column, "reference": {"resource": table, "columnReference": column}}
                for column, table in foreign
            ],
        },
    }
