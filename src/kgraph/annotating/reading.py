"""Reading annotations: their targets' selectors, and what their bodies say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kgraph.errors import ParameterError

__all__ = ["Annotation", "Target", "read_annotations"]


@dataclass(frozen=True, slots=True)
class Target:
    """Words of a source: as quoted, with what stands around them, or by their offsets."""

    source: str
    exact: str
    prefix: str
    suffix: str
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Annotation:
    """What somebody marked. ``tags`` are single words of theirs, ``things`` what they say the words mean."""

    id: str
    creator: str
    comment: str
    tags: tuple[str, ...]
    things: tuple[str, ...]
    targets: tuple[Target, ...]


def read_annotations(content: bytes, *, name: str) -> list[Annotation]:
    """The annotations of a document.

    Raises:
        ParameterError: it is no JSON, or has no annotations.
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ParameterError(
            f"{name} is no JSON: {error}.", hint="Export annotations as JSON or JSON-LD."
        ) from error
    found = [_annotation(item) for item in _items(document)]
    if not found:
        raise ParameterError(
            f"{name} has no annotations.",
            hint="Give Web Annotations: one, a list, a page, a collection, or what Hypothesis' API answers.",
        )
    return found


def _items(document: Any) -> Iterator[dict[str, Any]]:
    """The annotations, wherever they stand in a document."""
    if isinstance(document, list):
        for each in document:
            yield from _items(each)
    elif isinstance(document, dict):
        if "target" in document:
            yield document
            return
        for key in ("items", "rows", "annotations", "first", "@graph"):
            if key in document:
                yield from _items(document[key])


def _annotation(item: dict[str, Any]) -> Annotation:
    comments, tags, things = [], [_text(tag) for tag in _listed(item.get("tags"))], []
    if isinstance(item.get("text"), str):  # Hypothesis
        comments.append(item["text"])
    for body in _listed(item.get("body")):
        fields = body if isinstance(body, dict) else {"id": body}
        purpose = _text(fields.get("purpose"))
        value = _text(fields.get("value", fields.get("source", fields.get("id"))))
        if purpose == "tagging":
            tags.append(value)
        elif value.startswith(("http://", "https://")) and purpose in ("", "identifying", "linking"):
            things.append(value)
        elif "value" in fields:
            comments.append(value)
    creator = item.get("creator", item.get("user", ""))
    if isinstance(creator, dict):
        creator = creator.get("name", creator.get("id", ""))
    targets = [_target(each, _text(item.get("uri"))) for each in _listed(item.get("target"))]
    return Annotation(
        id=_text(item.get("id")),
        creator=_text(creator),
        comment=" ".join(" ".join(comment.split()) for comment in comments if comment.strip()),
        tags=tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip())),
        things=tuple(dict.fromkeys(things)),
        targets=tuple(targets),
    )


def _target(target: Any, source: str) -> Target:
    if not isinstance(target, dict):
        return Target(_text(target) or source, "", "", "", None, None)
    found: dict[str, Any] = {}
    for selector in _selectors(target.get("selector")):
        if selector.get("type") == "TextQuoteSelector":
            found |= {name: _text(selector.get(name)) for name in ("exact", "prefix", "suffix")}
        elif selector.get("type") == "TextPositionSelector":
            found |= {name: selector.get(name) for name in ("start", "end")}
    given = target.get("source", target.get("id", source))
    if isinstance(given, dict):
        given = given.get("id", source)
    start, end = found.get("start"), found.get("end")
    return Target(
        _text(given),
        found.get("exact", ""),
        found.get("prefix", ""),
        found.get("suffix", ""),
        start if isinstance(start, int) else None,
        end if isinstance(end, int) else None,
    )


def _selectors(value: Any) -> Iterator[dict[str, Any]]:
    """Every selector, with those that refine another."""
    for each in _listed(value):
        if isinstance(each, dict):
            yield each
            yield from _selectors(each.get("refinedBy"))


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
