"""Citing an assertion: as text, as BibTeX and as CSL-JSON, each naming the dataset by its canonical hash."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from kgraph.who_said.attribution import Answer, Attribution

__all__ = ["Citation", "cite"]

#: Characters that mean something to TeX, and how they are written.
_TEX: Final = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
    "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation in three forms. The CSL item is as in the schema of CSL 1.0.2."""

    text: str
    bibtex: str
    csl: dict[str, Any]


def cite(attribution: Attribution, answer: Answer) -> Citation:
    """How to cite one assertion of a dataset."""
    article = attribution.article
    year, month, day = (int(part) for part in answer.created[:10].split("-"))
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
        "issued": {"date-parts": [[year, month, day]]},
        "version": answer.canonical_hash,
        "URL": attribution.iri,
        "note": note,
    }
    return Citation(". ".join(part for part in parts if part) + ".", _bibtex(attribution, csl), csl)


def _bibtex(attribution: Attribution, csl: dict[str, Any]) -> str:
    key = re.sub(r"[^a-z0-9]+", "-", attribution.iri.rpartition("/id/")[2].lower()).strip("-") or "claim"
    year, month, _ = csl["issued"]["date-parts"][0]
    fields = {
        "title": f"{{{_tex(csl['title'])}}}",
        "howpublished": _tex(csl["container-title"]),
        "publisher": _tex(csl["publisher"]),
        "year": str(year),
        "month": str(month),
        "version": csl["version"],
        "url": csl["URL"],
        "note": _tex(csl["note"]),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@misc{{{key},\n" + ",\n".join(lines) + "\n}"


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in text)
