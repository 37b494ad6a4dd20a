"""Citing an assertion: as text, as BibTeX and as CSL-JSON, each naming the dataset by its canonical hash."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from kgraph.text import tex_of
from kgraph.who_said.attribution import Answer, Attribution

__all__ = ["Citation", "cite"]


#: An article's own day, month or year (EDTF level 0).
_ISSUED: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?![\dX])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation in three forms. The CSL item is as in the schema of CSL 1.0.2."""

    text: str
    bibtex: str
    csl: dict[str, Any]


def cite(attribution: Attribution, answer: Answer) -> Citation:
    """How to cite one assertion of a dataset. Its year is the article's own; none where nobody knows it."""
    article = attribution.article
    issued = _ISSUED.match(article.issued) if article is not None else None
    publisher = article.publisher.label if article and article.publisher else ""
    chain = ", via ".join(voice.agent.label for voice in attribution.voices)
    where = ""
    if article is not None and attribution.passages:
        offsets = ", ".join(f"{p.start}–{p.end}" for p in attribution.passages)
        where = f"{article.title}, characters {offsets}"
    title = f"“{attribution.quote}” ({attribution.verdict} {chain})"
    dataset = f"sha256:{answer.canonical_hash} (RDFC-1.0)"
    parts = [title, where, answer.title, f"dataset {dataset}", attribution.iri]
    note = f"Dataset {dataset}; article text sha256:{article.sha256 if article else ''}"
    csl: dict[str, Any] = {
        "id": attribution.iri,
        "type": "dataset",
        "title": title,
        "container-title": answer.title,
        "publisher": publisher,
        **({"issued": {"date-parts": [_numbers(issued)]}} if issued else {}),
        "version": answer.canonical_hash,
        "URL": attribution.iri,
        "note": note,
    }
    return Citation(". ".join(part for part in parts if part) + ".", _bibtex(attribution, csl), csl)


def _numbers(issued: re.Match[str]) -> list[int]:
    """A year, a month and a day, as far as they are known."""
    return [int(part) for part in issued.groups() if part is not None]


def _bibtex(attribution: Attribution, csl: dict[str, Any]) -> str:
    key = re.sub(r"[^a-z0-9]+", "-", attribution.iri.rpartition("/id/")[2].lower()).strip("-") or "claim"
    dates: list[int] = csl["issued"]["date-parts"][0] if "issued" in csl else []
    fields = {
        "title": f"{{{tex_of(csl['title'])}}}",
        "howpublished": tex_of(csl["container-title"]),
        "publisher": tex_of(csl["publisher"]),
        **{name: str(number) for name, number in zip(("year", "month"), dates, strict=False)},
        "version": csl["version"],
        "url": csl["URL"],
        "note": tex_of(csl["note"]),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@misc{{{key},\n" + ",\n".join(lines) + "\n}"
