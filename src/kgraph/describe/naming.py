"""What things are called where people read: by name, and what has none by what it says and whose it is.

A claim, a span or a note has no name in the graphs. In a list a claim is called by its speaker and words, a
sentence by its number and article, a span by its words, a note by its author and how it begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kgraph.describe.description import Name, labels_of, short_name
from kgraph.project.index import TripleIndex
from kgraph.rdf.sparql import substitute
from kgraph.rdf.terms import Term
from kgraph.vocab import KG, PROV, RDF, RDF_TYPE, RDFS
from kgraph.who_said import Dataset
from kgraph.who_said.wording import worded_claim

__all__ = ["find_names", "name_triples", "names_in"]

#: How long a name that is made of words may be, in characters.
NAME_AT_MOST: Final = 90
#: How many things one query names.
NAMED_AT_ONCE: Final = 5_000
#: How a triple stands in the graphs as a thing of its own: as a claim, an inference, a link.
_TRIPLES: Final = (
    (KG + "subject", KG + "predicate", (KG + "object", KG + "value")),
    (RDF + "subject", RDF + "predicate", (RDF + "object",)),
    (KG + "linkSubject", KG + "linkPredicate", (KG + "linkObject",)),
)
_DIRECTORY: Final = Path(__file__).parent
_NAMES, _TOLD = ((_DIRECTORY / name).read_text(encoding="utf-8") for name in ("names.rq", "told.rq"))


async def find_names(iris: Iterable[str], dataset: Dataset) -> dict[str, Name]:
    """What a dataset calls some things, and nothing of the others. Two queries for thousands of them."""
    wanted = list(dict.fromkeys(iris))
    found: dict[str, Name] = {}
    for start in range(0, len(wanted), NAMED_AT_ONCE):
        some = wanted[start : start + NAMED_AT_ONCE]
        found |= names_in(await name_triples(some, dataset))
        unnamed = [iri for iri in some if iri not in found and iri.startswith(dataset.names.base)]
        if unnamed:
            told = await dataset.construct(substitute(_TOLD, {"_things": _nodes(unnamed)}))
            teller = _Teller(told, dataset.names.prefixes)
            found |= {iri: Name(text) for iri in unnamed if (text := teller.tell(iri))}
    return found


async def name_triples(iris: Iterable[str], dataset: Dataset) -> list[ox.Triple]:
    """The triples that name some things."""
    known = list(dict.fromkeys(iris))
    return await dataset.construct(substitute(_NAMES, {"_things": _nodes(known)})) if known else []


def names_in(triples: Iterable[ox.Triple]) -> dict[str, Name]:
    """What such triples say that things are called."""
    labels: dict[str, list[tuple[str, ox.Literal]]] = {}
    for triple in triples:
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.Literal):
            labels.setdefault(triple.subject.value, []).append((triple.predicate.value, triple.object))
    return labels_of(labels)


class _Teller:
    """Says which thing without a name is meant, from what ``told.rq`` gives."""

    def __init__(self, triples: Iterable[ox.Triple], prefixes: Mapping[str, str]) -> None:
        self._names = names_in(triples)
        self._index = TripleIndex(dict.fromkeys(triples))
        self._prefixes = prefixes

    def tell(self, iri: str) -> str | None:
        """The first way that fits; None where none does."""
        ways: tuple[Callable[[str], str | None], ...] = (
            self._part_of_text,
            self._words,
            self._remark,
            self._claim,
            self._triple,
            self._source,
            self._about,
        )
        return next((text for way in ways if (text := way(iri))), None)

    def _name(self, term: Term | str | None) -> str:
        if isinstance(term, ox.Literal):
            return term.value
        iri = term.value if isinstance(term, ox.NamedNode) else str(term)
        return (self._names.get(iri) or short_name(iri, self._prefixes)).text

    def _part_of_text(self, iri: str) -> str | None:
        """``Sentence 3 of …``, ``Byline of …: “…”``."""
        article = self._index.iri(iri, KG + "partOfArticle")
        if article is None:
            return None
        number = self._index.whole_number(iri, KG + "sentenceNumber")
        if number is not None:
            return f"Sentence {number} of {self._name(article)}"
        kind = self._index.iri(iri, KG + "partKind")
        if kind is None:
            return None
        words = self._index.literal(iri, KG + "exactText") or ""
        return f"{_raised(self._name(kind))} of {self._name(article)}: {_quoted(words)}"

    def _words(self, iri: str) -> str | None:
        words = self._index.literal(iri, KG + "exactText")
        return _quoted(words) if words else None

    def _remark(self, iri: str) -> str | None:
        author = self._index.iri(iri, PROV + "wasAttributedTo")
        text = self._index.literal(iri, RDFS + "comment")
        return f"{self._name(author)}: {_quoted(text)}" if author is not None and text else None

    def _claim(self, iri: str) -> str | None:
        speakers = sorted(self._index.iris(iri, KG + "attributedTo"))
        found = self._index.iris(iri, KG + "evidence")
        spans = sorted(found, key=lambda span: self._index.whole_number(span, KG + "beginIndex") or 0)
        words = " … ".join(filter(None, (self._index.literal(span, KG + "exactText") for span in spans)))
        return f"{self._name(speakers[0])}: {_quoted(words)}" if speakers and words else None

    def _triple(self, iri: str) -> str | None:
        for subject, predicate, values in _TRIPLES:
            objects = [term for name in values for term in self._index.objects(iri, name)]
            subjects, predicates = (self._index.objects(iri, name) for name in (subject, predicate))
            if subjects and predicates and objects:
                negative = KG + "negative" in self._index.iris(iri, KG + "polarity")
                parts = (self._name(terms[0]) for terms in (subjects, predicates, objects))
                return worded_claim(*parts, negative=negative)
        return None

    def _source(self, iri: str) -> str | None:
        agent = self._index.iri(iri, KG + "sourceAgent")
        return self._name(agent) if agent is not None else None

    def _about(self, iri: str) -> str | None:
        thing = self._index.iri(iri, KG + "about")
        kind = min((cls for cls in self._index.iris(iri, RDF_TYPE) if cls in self._names), default=None)
        return f"{_raised(self._name(kind))}: {self._name(thing)}" if thing and kind else None


def _quoted(words: str) -> str:
    """Words between quotation marks, cut after a word where they are many."""
    words = " ".join(words.split())
    if len(words) > NAME_AT_MOST:
        words = words[: words.rfind(" ", 0, NAME_AT_MOST) if " " in words[:NAME_AT_MOST] else NAME_AT_MOST]
        words = words.rstrip(" ,;:…") + " …"
    return f"“{words}”"


def _raised(text: str) -> str:
    """A text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


def _nodes(iris: Iterable[str]) -> str:
    return " ".join(str(ox.NamedNode(iri)) for iri in iris)
