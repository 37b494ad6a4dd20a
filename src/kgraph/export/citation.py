"""How to cite: the dataset as a citation file (Citation File Format 1.2.0), its articles as BibTeX.

The year of an article is the article's own. Where nobody knows it, there is none: the day of the build or of
the annotation is not the day on which somebody wrote.
"""

from __future__ import annotations

import json
import re
from typing import IO, Any, Final

import pyoxigraph as ox

from kgraph.export.claims import Article, Claims
from kgraph.export.source import Source
from kgraph.text import tex_of
from kgraph.vocab import DCTERMS

__all__ = ["write_bibtex", "write_cff"]

_DAY: Final = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?=$|[T~?%])", re.ASCII)
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
#: Identifiers of licences as SPDX has them, by how their address begins.
_LICENCES: Final = (
    ("creativecommons.org/licenses/by/4.0", "CC-BY-4.0"),
    ("creativecommons.org/licenses/by-sa/4.0", "CC-BY-SA-4.0"),
    ("creativecommons.org/publicdomain/zero/1.0", "CC0-1.0"),
    ("opensource.org/license/mit", "MIT"),
)


def write_cff(source: Source, output: IO[bytes]) -> None:
    """Write a CITATION.cff of the dataset, with its articles as references.

    It is YAML of which every value is written as JSON, which YAML 1.2 reads.
    """
    manifest, settings = source.generation.manifest, source.settings
    claims = Claims(source)
    spdx = next((name for start, name in _LICENCES if start in settings.licence), "")
    fields: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "Cite the dataset by its hash, and a claim by its IRI with its article.",
        "type": "dataset",
        "title": settings.title,
        "authors": [{"name": name} for name in _annotators(claims)],
        "version": f"sha256:{manifest.canonical_hash}",
        "date-released": manifest.created[:10],
        "url": source.settings.public_url or source.names.base,
        "identifiers": [
            {
                "type": "other",
                "value": f"sha256:{manifest.canonical_hash}",
                "description": "SHA-256 of the canonical N-Quads (RDFC-1.0)",
            }
        ],
    }
    if spdx:
        fields["license"] = spdx
    elif settings.licence:
        fields["license-url"] = settings.licence
    if articles := [_reference(article, claims) for article in claims.articles()]:
        fields["references"] = articles
    lines = (f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items())
    output.write("".join(lines).encode())


def _annotators(claims: Claims) -> list[str]:
    found = {iri for claim in claims for iri in claim.annotators}
    return sorted(claims.label(iri) for iri in found) or [claims.source.settings.title]


def _creators(article: Article, claims: Claims) -> list[str]:
    creators = [
        triple.object
        for triple in claims.triples(ox.NamedNode(article.iri))
        if triple.predicate.value == DCTERMS + "creator"
    ]
    names = [claims.label(str(getattr(node, "value", ""))) for node in creators]
    return names or [article.publisher_name or "unknown"]


def _reference(article: Article, claims: Claims) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "newspaper-article",
        "title": article.title,
        "authors": [{"name": name} for name in _creators(article, claims)],
        "url": article.iri,
    }
    if article.publisher_name:
        found["publisher"] = {"name": article.publisher_name}
    if article.language:
        found["languages"] = [article.language]
    if day := _DAY.match(article.issued):
        year, month, date = day.groups()
        if date:
            found["date-published"] = f"{year}-{month}-{date}"
        found |= {"year": int(year)} | ({"month": int(month)} if month else {})
    return found


def write_bibtex(source: Source, output: IO[bytes]) -> None:
    """Write an entry an article, and one of the dataset."""
    manifest, settings = source.generation.manifest, source.settings
    claims = Claims(source)
    entries = [_entry("article", article.slug, _article(article, claims)) for article in claims.articles()]
    dataset = {
        "author": " and ".join(f"{{{tex_of(name)}}}" for name in _annotators(claims)),
        "title": f"{{{tex_of(settings.title)}}}",
        "howpublished": "Dataset",
        "url": settings.public_url or source.names.base,
        "note": f"sha256:{manifest.canonical_hash} (RDFC-1.0)",
    }
    slug = re.sub(r"[^a-z0-9]+", "-", settings.title.lower()).strip("-") or "dataset"
    entries.append(_entry("misc", f"dataset-{slug}", dataset))
    output.write("\n".join(entries).encode())


def _article(article: Article, claims: Claims) -> dict[str, str]:
    fields = {
        "author": " and ".join(f"{{{tex_of(name)}}}" for name in _creators(article, claims)),
        "title": f"{{{tex_of(article.title)}}}",
        "journal": tex_of(article.publisher_name),
    }
    if day := _DAY.match(article.issued):
        year, month, date = day.groups()
        fields["year"] = year
        if month and 1 <= int(month) <= len(_MONTHS):
            fields["month"] = _MONTHS[int(month) - 1]
        if date:
            fields["day"] = str(int(date))
    fields |= {"language": article.language, "url": article.iri}
    fields["note"] = f"Text sha256:{article.sha256}" if article.sha256 else ""
    return {name: value for name, value in fields.items() if value}


def _entry(kind: str, key: str, fields: dict[str, str]) -> str:
    # The names of months are macros of every style, and stand without braces.
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}" for name, value in fields.items()]
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}\n"
