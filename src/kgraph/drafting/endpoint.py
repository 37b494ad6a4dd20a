"""A language model that drafts too, behind an OpenAI-compatible endpoint (POST /chat/completions).

It is called only because a setting names it. Its answers are strings: what does not stand in the text, word
for word, is left out and counted. Offsets are never its own.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kgraph.drafting.candidates import Candidate, Mode
from kgraph.errors import DraftError
from kgraph.text import Span

__all__ = ["Endpoint", "ask_endpoint"]

_PATIENCE_S: Final = 120
_CONFIDENCE: Final = 0.5
_LARGEST_ANSWER: Final = 4 << 20
#: The modalities of ontology/attribution.ttl that somebody's words can have.
_KINDS: Final = (
    "fact claim estimate denial refusal prediction possibility inability demand request order obligation "
    "promise plan intention attempt conditional"
).split()
_TASK: Final = f"""You find who says what in a paragraph of a news article. Answer with a JSON object
{{"attributions": [{{"content": "", "cue": "", "source": "", "speaker": "", "polarity": "", "kind": ""}}]}}.
content: the words that are put forward as somebody's, copied exactly from the paragraph, without quotation
marks, one clause each. cue: the words that attribute, copied exactly. source: the words that name who speaks,
copied exactly. speaker: the speaker's full name. polarity: positive or negative. kind: one of
{", ".join(_KINDS)}. Leave out what the article itself tells."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a language model is asked: the API's URL up to ``/chat/completions``, the model, a token."""

    url: str
    model: str = ""
    token: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """The model's name, else the endpoint's."""
        return self.model or self.url


def ask_endpoint(
    endpoint: Endpoint, text: str, paragraphs: Sequence[Span], publisher: str
) -> tuple[list[Candidate], int]:
    """What a language model finds in a text, and how many of its answers do not stand there.

    Raises:
        DraftError: the endpoint cannot be reached, or answers otherwise than the API says.
    """
    found: list[Candidate] = []
    dropped = 0
    for paragraph in paragraphs:
        for answer in _answers(endpoint, paragraph.of(text)):
            candidate = _candidate(endpoint, text, paragraph, answer, publisher)
            if candidate is None:
                dropped += 1
            else:
                found.append(candidate)
    return found, dropped


def _answers(endpoint: Endpoint, words: str) -> Iterator[Mapping[str, Any]]:
    body = {
        "model": endpoint.model,
        "temperature": 0,
        "response_format": {"type": "json_object"},
        "messages": [{"role": "system", "content": _TASK}, {"role": "user", "content": words}],
    }
    headers = {"Content-Type": "application/json"}
    if endpoint.token:
        headers["Authorization"] = f"Bearer {endpoint.token}"
    request = urllib.request.Request(  # noqa: S310 - http(s) by setting
        endpoint.url.rstrip("/") + "/chat/completions", data=json.dumps(body).encode(), headers=headers
    )
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE_S) as reply:  # noqa: S310 - as above
            answer = json.loads(reply.read(_LARGEST_ANSWER))
        listed = json.loads(answer["choices"][0]["message"]["content"])["attributions"]
        yield from (each for each in listed if isinstance(each, dict))
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise DraftError(
            f"The language model at {endpoint.url} did not answer as OpenAI's chat API does: {error}.",
            hint="Correct the setting 'draft_endpoint', or leave it out to draft by rules alone.",
        ) from error


def _candidate(
    endpoint: Endpoint, text: str, paragraph: Span, answer: Mapping[str, Any], publisher: str
) -> Candidate | None:
    """The candidate of an answer; None where its words do not stand in the paragraph."""
    content = _found(text, paragraph, answer.get("content"))
    if content is None:
        return None
    around = Span(max(paragraph.start, content.start - 400), min(paragraph.end, content.end + 400))
    cue = _found(text, around, answer.get("cue"))
    source = _found(text, around, answer.get("source"))
    if source is None and cue is None:
        return None
    speaker = str(answer.get("speaker") or (source.of(text) if source else "unnamed"))
    kind = answer.get("kind")
    marks = text[max(0, content.start - 1) : content.start] + text[content.end : content.end + 2]
    return Candidate(
        content=(content,),
        words=content.of(text),
        cue=cue,
        source=source,
        speaker=speaker,
        chain=(speaker, publisher),
        mode=Mode.DIRECT if any(mark in marks for mark in '“”«»„"') else Mode.INDIRECT,
        polarity="negative" if answer.get("polarity") == "negative" else "positive",
        kind=str(kind) if kind in _KINDS else "fact",
        time=None,
        claim=None,
        confidence=_CONFIDENCE,
        by=f"model:{endpoint.name}",
    )


def _found(text: str, within: Span, words: object) -> Span | None:
    """Where some words stand, character for character; None where they do not, or stand more than once."""
    if not isinstance(words, str) or not words.strip():
        return None
    start = text.find(words, within.start, within.end)
    if start < 0 or text.find(words, start + 1, within.end) >= 0:
        return None
    return Span(start, start + len(words))
