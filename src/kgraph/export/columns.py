"""The columns of the Parquet tables: name, type and what each holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import pyarrow as pa

__all__ = ["TABLES", "Column"]

_TEXT: Final = pa.string()
_TEXTS: Final = pa.list_(pa.string())


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``holds`` says in a sentence what stands in it."""

    name: str
    type: pa.DataType
    holds: str


def _of(name: str, type_: pa.DataType, holds: str) -> Column:
    return Column(name, type_, holds)


_CLAIMS: Final = (
    _of("claim", _TEXT, "The claim's IRI."),
    _of("subject", _TEXT, "Of what something is claimed: an IRI."),
    _of("subject_label", _TEXT, "What that is called."),
    _of("subject_types", _TEXTS, "The classes that the files give it: IRIs."),
    _of("predicate", _TEXT, "What is claimed of it: a property's IRI."),
    _of("predicate_label", _TEXT, "What the property is called."),
    _of("object", _TEXT, "The IRI of what it is claimed to be related to; null for a value."),
    _of("object_types", _TEXTS, "The classes that the files give the object: IRIs."),
    _of("object_label", _TEXT, "What the object is called, or the value as it is written."),
    _of("value", _TEXT, "The value as it is written; null for a thing."),
    _of("value_type", _TEXT, "The value's datatype: an IRI."),
    _of("value_language", _TEXT, "The value's language tag."),
    _of("value_number", pa.float64(), "The value as a number, where it is one."),
    _of("stated", pa.bool_(), "Whether the publication itself states it as fact."),
    _of("negative", pa.bool_(), "Whether the speaker says that it is not so."),
    _of("polarity", _TEXT, "The polarity: the last part of its IRI."),
    _of("modality", _TEXT, "Fact, prediction, demand …: the last part of the IRI."),
    _of("mode", _TEXT, "Narrated, quoted …: the last part of the IRI."),
    _of("speakers", _TEXTS, "To whom it is attributed: IRIs."),
    _of("speaker_labels", _TEXTS, "What they are called, in the same order."),
    _of("relayed_by", _TEXTS, "Through whom it came: IRIs."),
    _of("source", _TEXT, "The voice that says it: a row of sources."),
    _of("chain", _TEXTS, "The agents from that voice outwards to the publication: IRIs."),
    _of("chain_labels", _TEXTS, "What they are called, in the same order."),
    _of("times", _TEXTS, "The expressions that say when it holds: rows of times."),
    _of("first_day", pa.date32(), "The first day of these, as they are read; null where that is open."),
    _of("last_day", pa.date32(), "The last day of these, as they are read; null where that is open."),
    _of("article", _TEXT, "The article's IRI: a row of articles."),
    _of("article_title", _TEXT, "The article's title."),
    _of("publisher", _TEXT, "The IRI of who published the article."),
    _of("publisher_label", _TEXT, "What the publisher is called."),
    _of("issued", _TEXT, "The article's own date (EDTF); null where it prints none."),
    _of("language", _TEXT, "The article's language tag."),
    _of("sentence", _TEXT, "The sentence's IRI."),
    _of("sentence_number", pa.int32(), "Which sentence of the article it is, from 1."),
    _of("sentence_text", _TEXT, "The sentence."),
    _of("words", _TEXT, "The words on which the claim rests; several stretches are joined by ' … '."),
    _of("begin", pa.int32(), "Where these begin in the text: Unicode code points, from 0."),
    _of("end", pa.int32(), "Where they end, the end excluded."),
    _of("annotators", _TEXTS, "Who annotated it: IRIs."),
    _of("annotated_on", _TEXT, "On which day."),
)
_ARTICLES: Final = (
    _of("article", _TEXT, "The article's IRI."),
    _of("title", _TEXT, "Its title."),
    _of("publisher", _TEXT, "The IRI of who published it."),
    _of("publisher_label", _TEXT, "What the publisher is called."),
    _of("language", _TEXT, "Its language tag."),
    _of("issued", _TEXT, "Its own date (EDTF); null where it prints none."),
    _of("licence", _TEXT, "The licence of its text: an IRI."),
    _of("sha256", _TEXT, "The SHA-256 of its text."),
)
_SOURCES: Final = (
    _of("source", _TEXT, "The voice's IRI."),
    _of("label", _TEXT, "What it is called."),
    _of("agent", _TEXT, "Whose voice it is: an IRI."),
    _of("agent_label", _TEXT, "What that agent is called."),
    _of("embedded_in", _TEXT, "The voice that reports it, outwards; null for the outermost."),
    _of("depth", pa.int32(), "How many voices there are up to the outermost, this one included."),
    _of("cues", _TEXTS, "The words that introduce it."),
    _of("article", _TEXT, "The article's IRI."),
)
_SPANS: Final = (
    _of("claim", _TEXT, "The claim's IRI: a row of claims."),
    _of("article", _TEXT, "The article's IRI."),
    _of("span", _TEXT, "The IRI of the stretch of words."),
    _of("words", _TEXT, "The words."),
    _of("begin", pa.int32(), "Where they begin in the text: Unicode code points, from 0."),
    _of("end", pa.int32(), "Where they end, the end excluded."),
)
_ENTITIES: Final = (
    _of("entity", _TEXT, "The IRI of a person, group, place, event, or anything else that has a name."),
    _of("label", _TEXT, "What it is called."),
    _of("other_labels", _TEXTS, "What else it is called."),
    _of("types", _TEXTS, "The classes that the files give it: IRIs."),
    _of("inferred_types", _TEXTS, "The classes that follow: IRIs."),
    _of("definition", _TEXT, "What it is, in a sentence."),
    _of("matches", _TEXTS, "What it is linked to elsewhere (skos:exactMatch, skos:closeMatch): IRIs."),
    _of("latitude", pa.float64(), "Degrees north (WGS 84)."),
    _of("longitude", pa.float64(), "Degrees east (WGS 84)."),
    _of("claims", pa.int32(), "How many claims have it as subject or object."),
)
_TIMES: Final = (
    _of("time", _TEXT, "The IRI of an expression of time."),
    _of("label", _TEXT, "The words."),
    _of("edtf", _TEXTS, "How it is read, by the text or a curator (EDTF)."),
    _of("first_day", pa.date32(), "The first day, as it is read; null where that is open."),
    _of("last_day", pa.date32(), "The last day, as it is read; null where that is open."),
    _of("article", _TEXT, "The article's IRI."),
)
#: The columns of each table.
TABLES: Final[Mapping[str, Sequence[Column]]] = MappingProxyType(
    {
        "claims": _CLAIMS,
        "articles": _ARTICLES,
        "sources": _SOURCES,
        "spans": _SPANS,
        "entities": _ENTITIES,
        "times": _TIMES,
    }
)
