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


_CLAIMS: Final = (
    Column("claim", _TEXT, "The claim's IRI."),
    Column("subject", _TEXT, "Of what something is claimed: an IRI."),
    Column("subject_label", _TEXT, "What that is called."),
    Column("subject_types", _TEXTS, "The classes that the files give it: IRIs."),
    Column("predicate", _TEXT, "What is claimed of it: a property's IRI."),
    Column("predicate_label", _TEXT, "What the property is called."),
    Column("object", _TEXT, "The IRI of what it is claimed to be related to; null for a value."),
    Column("object_types", _TEXTS, "The classes that the files give the object: IRIs."),
    Column("object_label", _TEXT, "What the object is called, or the value as it is written."),
    Column("value", _TEXT, "The value as it is written; null for a thing."),
    Column("value_type", _TEXT, "The value's datatype: an IRI."),
    Column("value_language", _TEXT, "The value's language tag."),
    Column("value_number", pa.float64(), "The value as a number, where it is one."),
    Column("stated", pa.bool_(), "Whether the publication itself states it as fact."),
    Column("negative", pa.bool_(), "Whether the speaker says that it is not so."),
    Column("polarity", _TEXT, "The polarity: the last part of its IRI."),
    Column("modality", _TEXT, "Fact, prediction, demand …: the last part of the IRI."),
    Column("mode", _TEXT, "Narrated, quoted …: the last part of the IRI."),
    Column("speakers", _TEXTS, "To whom it is attributed: IRIs."),
    Column("speaker_labels", _TEXTS, "What they are called, in the same order."),
    Column("relayed_by", _TEXTS, "Through whom it came: IRIs."),
    Column("source", _TEXT, "The voice that says it: a row of sources."),
    Column("chain", _TEXTS, "The agents from that voice outwards to the publication: IRIs."),
    Column("chain_labels", _TEXTS, "What they are called, in the same order."),
    Column("times", _TEXTS, "The expressions that say when it holds: rows of times."),
    Column("first_day", pa.date32(), "The first day of these, as they are read; null where that is open."),
    Column("last_day", pa.date32(), "The last day of these, as they are read; null where that is open."),
    Column("article", _TEXT, "The article's IRI: a row of articles."),
    Column("article_title", _TEXT, "The article's title."),
    Column("publisher", _TEXT, "The IRI of who published the article."),
    Column("publisher_label", _TEXT, "What the publisher is called."),
    Column("issued", _TEXT, "The article's own date (EDTF); null where it prints none."),
    Column("language", _TEXT, "The article's language tag."),
    Column("sentence", _TEXT, "The sentence's IRI."),
    Column("sentence_number", pa.int32(), "Which sentence of the article it is, from 1."),
    Column("sentence_text", _TEXT, "The sentence."),
    Column("words", _TEXT, "The words on which the claim rests; several stretches are joined by ' … '."),
    Column("begin", pa.int32(), "Where these begin in the text: Unicode code points, from 0."),
    Column("end", pa.int32(), "Where they end, the end excluded."),
    Column("annotators", _TEXTS, "Who annotated it: IRIs."),
    Column("annotated_on", _TEXT, "On which day."),
)
_ARTICLES: Final = (
    Column("article", _TEXT, "The article's IRI."),
    Column("title", _TEXT, "Its title."),
    Column("publisher", _TEXT, "The IRI of who published it."),
    Column("publisher_label", _TEXT, "What the publisher is called."),
    Column("language", _TEXT, "Its language tag."),
    Column("issued", _TEXT, "Its own date (EDTF); null where it prints none."),
    Column("licence", _TEXT, "The licence of its text: an IRI."),
    Column("sha256", _TEXT, "The SHA-256 of its text."),
)
_SOURCES: Final = (
    Column("source", _TEXT, "The voice's IRI."),
    Column("label", _TEXT, "What it is called."),
    Column("agent", _TEXT, "Whose voice it is: an IRI."),
    Column("agent_label", _TEXT, "What that agent is called."),
    Column("embedded_in", _TEXT, "The voice that reports it, outwards; null for the outermost."),
    Column("depth", pa.int32(), "How many voices there are up to the outermost, this one included."),
    Column("cues", _TEXTS, "The words that introduce it."),
    Column("article", _TEXT, "The article's IRI."),
)
_SPANS: Final = (
    Column("claim", _TEXT, "The claim's IRI: a row of claims."),
    Column("article", _TEXT, "The article's IRI."),
    Column("span", _TEXT, "The IRI of the stretch of words."),
    Column("words", _TEXT, "The words."),
    Column("begin", pa.int32(), "Where they begin in the text: Unicode code points, from 0."),
    Column("end", pa.int32(), "Where they end, the end excluded."),
)
_ENTITIES: Final = (
    Column("entity", _TEXT, "The IRI of a person, group, place, event, or anything else that has a name."),
    Column("label", _TEXT, "What it is called."),
    Column("other_labels", _TEXTS, "What else it is called."),
    Column("types", _TEXTS, "The classes that the files give it: IRIs."),
    Column("inferred_types", _TEXTS, "The classes that follow: IRIs."),
    Column("definition", _TEXT, "What it is, in a sentence."),
    Column("matches", _TEXTS, "What it is linked to elsewhere (skos:exactMatch, skos:closeMatch): IRIs."),
    Column("latitude", pa.float64(), "Degrees north (WGS 84)."),
    Column("longitude", pa.float64(), "Degrees east (WGS 84)."),
    Column("claims", pa.int32(), "How many claims have it as subject or object."),
)
_TIMES: Final = (
    Column("time", _TEXT, "The IRI of an expression of time."),
    Column("label", _TEXT, "The words."),
    Column("edtf", _TEXTS, "How it is read, by the text or a curator (EDTF)."),
    Column("first_day", pa.date32(), "The first day, as it is read; null where that is open."),
    Column("last_day", pa.date32(), "The last day, as it is read; null where that is open."),
    Column("article", _TEXT, "The article's IRI."),
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
