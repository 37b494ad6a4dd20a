"""Statements for a Wikibase, as commands of QuickStatements (version 1), with references.

A claim becomes a statement where its subject and its object are linked to items of Wikidata and its property
to one of Wikidata's, and where the publication states it as fact: what somebody only says is none. The
reference names the claim, the article's title and language, and quotes the words.
"""

from __future__ import annotations

import re
from typing import IO, Final

import pyoxigraph as ox

from kgraph.export.claims import Claim, Claims
from kgraph.export.source import Source
from kgraph.rdf.terms import Term
from kgraph.vocab import SKOS, WD, XSD

__all__ = ["write_quickstatements"]

_PROPERTY: Final = re.compile(r"http://www\.wikidata\.org/prop/direct/(P\d+)")
_ITEM: Final = re.compile(re.escape(WD) + r"(Q\d+)")
_MATCHES: Final = (SKOS + "exactMatch", SKOS + "closeMatch")
_DATE: Final = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", re.ASCII)
#: The longest monolingual text or string that Wikibase takes.
_LONGEST: Final = 1_500


def write_quickstatements(source: Source, output: IO[bytes]) -> None:
    """Write a line a statement."""
    claims = Claims(source)
    properties = _properties(source)
    items: dict[str, str] = {}
    written: set[str] = set()
    for claim in claims:
        if not claim.is_stated or (name := properties.get(claim.content.predicate.value)) is None:
            continue
        subject = _item(claim.content.subject, claims, items)
        value = _item(claim.content.object, claims, items) or _value(claim.content.object)
        if not subject or not value:
            continue
        line = "\t".join((subject, name, value, *_reference(claim)))
        if line not in written:
            written.add(line)
            output.write(f"{line}\n".encode())


def _properties(source: Source) -> dict[str, str]:
    """Wikidata's properties by ours."""
    found: dict[str, str] = {}
    for predicate in reversed(_MATCHES):
        for quad in source.store.quads_for_pattern(None, ox.NamedNode(predicate), None, None):
            if isinstance(quad.object, ox.NamedNode) and isinstance(quad.subject, ox.NamedNode):
                match = _PROPERTY.fullmatch(quad.object.value)
                if match is not None:
                    found[quad.subject.value] = match[1]
    return found


def _item(term: Term, claims: Claims, items: dict[str, str]) -> str:
    """The item that a thing is exactly; empty where it is none."""
    if not isinstance(term, ox.NamedNode):
        return ""
    if term.value not in items:
        found = [
            match[1]
            for triple in claims.triples(term)
            if triple.predicate.value == _MATCHES[0] and isinstance(triple.object, ox.NamedNode)
            if (match := _ITEM.fullmatch(triple.object.value)) is not None
        ]
        items[term.value] = found[0] if len(found) == 1 else ""
    return items[term.value]


def _value(term: Term) -> str:
    """A value as QuickStatements writes it: a time, a quantity or a text."""
    if not isinstance(term, ox.Literal):
        return ""
    kind, text = term.datatype.value.removeprefix(XSD), term.value
    if kind in ("date", "gYear", "gYearMonth") and (match := _DATE.fullmatch(text)):
        year, month, day = match.groups()
        precision = 11 if day else 10 if month else 9
        return f"+{year}-{month or '00'}-{day or '00'}T00:00:00Z/{precision}"
    if kind in ("integer", "decimal", "nonNegativeInteger"):
        return text
    return _text(text) if kind == "string" and not term.language else ""


def _reference(claim: Claim) -> list[str]:
    """Reference URL (P854), title (P1476), quotation (P1683) and publication date (P577)."""
    parts = ["S854", _text(claim.iri)]
    article = claim.article
    language = article.language if article and article.language else "und"
    if article is not None and article.title:
        parts += ["S1476", f"{language}:{_text(article.title)}"]
    if claim.spans:
        quote = " … ".join(span.exact for span in claim.spans)
        parts += ["S1683", f"{language}:{_text(quote)}"]
    if article is not None and (match := _DATE.fullmatch(article.issued)):
        year, month, day = match.groups()
        precision = 11 if day else 10 if month else 9
        parts += ["S577", f"+{year}-{month or '00'}-{day or '00'}T00:00:00Z/{precision}"]
    return parts


def _text(text: str) -> str:
    """A text in quotation marks. Tabs and line ends part commands, and a quotation mark ends a text."""
    plain = " ".join(text.split()).replace('"', "'")
    return f'"{plain if len(plain) <= _LONGEST else plain[: _LONGEST - 2] + " …"}"'
