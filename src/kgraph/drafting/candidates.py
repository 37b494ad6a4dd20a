"""What a draft of an article holds, and the JSON in which it is kept.

    data/drafts/<slug>.json     one object: ``text``, ``tool``, ``candidates`` (docs/drafting.md)

Offsets count Unicode code points of the text as kept, from 0, the end excluded (Web Annotation, 4.2.2).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from kgraph.errors import DraftError
from kgraph.store.whole import write_whole
from kgraph.text import Span, digest

__all__ = [
    "SEPARATOR",
    "Candidate",
    "Claim",
    "Draft",
    "Mention",
    "Mode",
    "Part",
    "Text",
    "Thing",
    "Tool",
    "draft_path",
    "load_draft",
    "parse_draft",
    "render_draft",
    "save_draft",
]

#: What stands in a candidate's words for the text between two pieces.
SEPARATOR: Final = " … "


class Mode(StrEnum):
    """How the text gives what somebody says."""

    DIRECT = "direct"
    MIXED = "mixed"
    INDIRECT = "indirect"
    NOMINAL = "nominal"
    #: The publication's own claim: no cue and no source.
    NARRATED = "narrated"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the text: ``headline``, ``byline``, ``dateline``, ``paragraph``, ``caption`` …"""

    kind: str
    span: Span


@dataclass(frozen=True, slots=True)
class Text:
    """What the offsets of a draft refer to: the SHA-256 of the text's UTF-8, and how it was read."""

    sha256: str
    language: str
    parts: tuple[Part, ...]
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a candidate claims, as the list of ``kg:claims`` would say it.

    Terms are written as in Turtle: prefixed names (``kgr:strike``, ``kgl:Strike``, ``a:in-july``), ``<IRI>``
    or a string in quotation marks. ``more`` are further predicates and objects of the same subject.
    """

    subject: str
    predicate: str
    object: str
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that name something, with its IRI in the project and a Wikidata item where they are known."""

    span: Span
    label: str
    iri: str | None = None
    wikidata: str | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that a claim names and the project lacks; its name and class are as in Turtle."""

    name: str
    label: str
    type: str


@dataclass(frozen=True, slots=True)
class Tool:
    """What drafted: kgraph's rules with a pipeline, and perhaps a language model."""

    name: str
    #: Strings of a language model that do not stand in the text, and were left out.
    dropped: int = 0
    #: Candidates that were less sure than the setting ``draft_floor``, and were left out.
    unsure: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim that a text may make: whose it is, how it is put, and how sure the tool is (0 to 1).

    ``chain`` goes from the speaker outwards to the publication; ``chain_iris`` are the same voices as the
    project knows them. ``kind`` is the name of a modality of ``ontology/attribution.ttl``. ``by`` names the
    tool and its rule or model: ``rules:said-that``.
    """

    content: tuple[Span, ...]
    words: str
    cue: Span | None
    source: Span | None
    speaker: str
    chain: tuple[str, ...]
    mode: Mode
    polarity: str
    kind: str
    time: Span | None
    claim: Claim | None
    confidence: float
    by: str
    chain_iris: tuple[str | None, ...] = ()
    entities: tuple[Mention, ...] = ()
    things: tuple[Thing, ...] = ()

    @property
    def id(self) -> str:
        """A name that stays when the same tool finds the same again (content, speaker, tool)."""
        offsets = [f"{span.start}-{span.end}" for span in self.content]
        key = [*offsets, self.speaker, self.by.partition(":")[0]]
        if self.mode is Mode.NARRATED and self.claim:
            key.append(self.claim.object)  # a clause may tell of several events
        return digest("\n".join(key).encode())[:16]

    @property
    def begin(self) -> int:
        """Where its content begins."""
        return self.content[0].start

    @property
    def end(self) -> int:
        """Where its content ends."""
        return self.content[-1].end


@dataclass(frozen=True, slots=True)
class Draft:
    """All candidates of one text, in the order of the text."""

    text: Text
    candidates: tuple[Candidate, ...]
    tool: Tool = field(default=Tool("kgraph"))


def draft_path(project: Path, slug: str) -> Path:
    """Where the candidates of an article are kept."""
    return project / "data" / "drafts" / f"{slug}.json"


def _render_span(span: Span | None) -> dict[str, int] | None:
    return None if span is None else {"begin": span.start, "end": span.end}


def _described(candidate: Candidate) -> dict[str, Any]:
    claim = candidate.claim
    described: dict[str, Any] = {
        "id": candidate.id,
        "content": [_render_span(span) for span in candidate.content],
        "words": candidate.words,
        "cue": _render_span(candidate.cue),
        "source": _render_span(candidate.source),
        "speaker": candidate.speaker,
        "chain": list(candidate.chain),
        "mode": candidate.mode.value,
        "polarity": candidate.polarity,
        "kind": candidate.kind,
        "time": _render_span(candidate.time),
        "claim": claim and {"subject": claim.subject, "predicate": claim.predicate, "object": claim.object},
        "confidence": round(candidate.confidence, 3),
        "by": candidate.by,
    }
    if claim and claim.more:
        described["claim"]["more"] = [{"predicate": name, "object": value} for name, value in claim.more]
    if any(candidate.chain_iris):
        described["chain_iris"] = list(candidate.chain_iris)
    if candidate.entities:
        described["entities"] = [
            {
                "begin": mention.span.start,
                "end": mention.span.end,
                "label": mention.label,
                "iri": mention.iri,
                "wikidata": mention.wikidata,
            }
            for mention in candidate.entities
        ]
    if candidate.things:
        described["things"] = [
            {"name": thing.name, "label": thing.label, "type": thing.type} for thing in candidate.things
        ]
    return described


def render_draft(draft: Draft) -> str:
    """The JSON of a draft, one candidate a line, so that a change is a change of few lines."""
    text = {
        "sha256": draft.text.sha256,
        "language": draft.text.language,
        "parts": [{"kind": part.kind, **(_render_span(part.span) or {})} for part in draft.text.parts],
        "sentences": [_render_span(span) for span in draft.text.sentences],
    }
    tool: dict[str, Any] = {"name": draft.tool.name}
    tool |= {name: n for name in ("dropped", "unsure") if (n := getattr(draft.tool, name))}
    lines = [json.dumps(_described(candidate), ensure_ascii=False) for candidate in draft.candidates]
    listed = "\n" + ",\n".join(lines) + "\n" if lines else ""
    return (
        f'{{"text": {json.dumps(text)},\n"tool": {json.dumps(tool, ensure_ascii=False)},\n'
        f'"candidates": [{listed}]}}\n'
    )


def _parse_span(value: Mapping[str, Any]) -> Span:
    span = Span(int(value["begin"]), int(value["end"]))
    if not 0 <= span.start <= span.end:
        raise ValueError(f"{span.start} to {span.end} is no span")
    return span


def _parse_optional(value: Mapping[str, Any] | None) -> Span | None:
    return None if value is None else _parse_span(value)


def _parse_claim(value: Mapping[str, Any] | None) -> Claim | None:
    if value is None:
        return None
    more = tuple((item["predicate"], item["object"]) for item in value.get("more", ()))
    return Claim(value["subject"], value["predicate"], value["object"], more)


def _parse_candidate(value: Mapping[str, Any]) -> Candidate:
    content = tuple(_parse_span(span) for span in value["content"])
    if not content:
        raise ValueError("a candidate has no content")
    chain = tuple(value["chain"])
    return Candidate(
        content=content,
        words=value["words"],
        cue=_parse_optional(value["cue"]),
        source=_parse_optional(value["source"]),
        speaker=value["speaker"],
        chain=chain,
        mode=Mode(value["mode"]),
        polarity=value["polarity"],
        kind=value["kind"],
        time=_parse_optional(value["time"]),
        claim=_parse_claim(value["claim"]),
        confidence=float(value["confidence"]),
        by=value["by"],
        chain_iris=tuple(value.get("chain_iris", ())),
        entities=tuple(
            Mention(_parse_span(item), item["label"], item["iri"], item["wikidata"])
            for item in value.get("entities", ())
        ),
        things=tuple(Thing(item["name"], item["label"], item["type"]) for item in value.get("things", ())),
    )


def parse_draft(content: str, *, where: str = "The draft") -> Draft:
    """Read the JSON of a draft.

    Raises:
        DraftError: it is no such JSON.
    """
    try:
        value = json.loads(content)
        text, tool = value["text"], value.get("tool", {})
        return Draft(
            Text(
                text["sha256"],
                text["language"],
                tuple(Part(item["kind"], _parse_span(item)) for item in text["parts"]),
                tuple(_parse_span(item) for item in text["sentences"]),
            ),
            tuple(_parse_candidate(item) for item in value["candidates"]),
            Tool(tool.get("name", "kgraph"), tool.get("dropped", 0), tool.get("unsure", 0)),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DraftError(
            f"{where} cannot be read: {type(error).__name__}: {error}.",
            hint="Delete it and run `kgraph draft` again; decisions are kept elsewhere.",
        ) from error


def load_draft(project: Path, slug: str) -> Draft | None:
    """The candidates of an article; None where it has not been drafted.

    Raises:
        DraftError: the file cannot be read.
    """
    path = draft_path(project, slug)
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise DraftError(
            f"{path} cannot be read: {error}.", hint="Delete it and run `kgraph draft` again."
        ) from error
    return parse_draft(content, where=str(path))


def save_draft(project: Path, slug: str, draft: Draft) -> Path:
    """Keep the candidates of an article: entirely or not at all."""
    path = draft_path(project, slug)
    write_whole(path, render_draft(draft))
    return path
