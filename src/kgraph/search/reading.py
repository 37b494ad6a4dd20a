"""Reading a question: its words, those that carry matter, and what kind of answer it asks for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from kgraph.errors import ParameterError
from kgraph.search.likeness import misspells
from kgraph.search.roles import Kind
from kgraph.search.words import (
    LANGUAGES,
    capitalised,
    is_number,
    join_numbers,
    lexicon,
    listed,
    negations,
    numerals,
    read_words,
)

__all__ = ["Asked", "read_question"]


LONGEST_QUESTION: Final = 1_000
MOST_WORDS: Final = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as read.

    ``text`` is without the frame that only says that it is one ("who said that …"); ``matter`` are the words
    that carry matter, each once; ``kind`` is what is asked for, None of a statement; ``is_open`` is true of a
    question that yes or no does not answer, ``is_framed`` of one that had that frame.
    ``names`` are words that begin with a capital within the text, and its first word where the second begins
    with one too: alone it says nothing.
    """

    text: str
    words: tuple[str, ...]
    matter: tuple[str, ...]
    kind: Kind | None
    is_open: bool
    is_framed: bool
    names: frozenset[str]
    language: str

    @property
    def is_statement(self) -> bool:
        """Whether it says something, rather than asks."""
        return self.kind is None and not self.text.rstrip().endswith("?")

    def spelt(self, words: Mapping[str, str]) -> Asked:
        """The same with some words as a text spells them."""
        own, matter, names = (
            [part for word in each for part in words.get(word, word).split()]
            for each in (self.words, self.matter, self.names)
        )
        return replace(self, words=tuple(own), matter=tuple(dict.fromkeys(matter)), names=frozenset(names))


def read_question(text: str) -> Asked:
    """Read a question.

    Raises:
        ParameterError: it has no words, or more than anybody would ask for.
    """
    if len(text) > LONGEST_QUESTION:
        raise ParameterError(
            f"The question is longer than {LONGEST_QUESTION} characters.", hint="Ask for a part of the words."
        )
    words = _words(text)
    if not words:
        shown = "".join(c for c in text[:40] if not unicodedata.category(c).startswith("C"))
        raise ParameterError(f"There is no word in {shown!r}.", hint="Ask with letters or digits.")
    if len(words) > 4 * MOST_WORDS:
        raise ParameterError(
            f"The question has more than {4 * MOST_WORDS} words.", hint="Ask for a part of them."
        )
    bare = _without_frame(text)
    words = _words(bare) if bare != text else words
    language = _language(words)
    kind, taken = _kind(words, language)
    asking = words[:taken] if kind is not None else []
    small = listed("stop", language) | listed("said")
    kept = [word for word in words[len(asking) :] if word not in small]
    matter = [word for word in kept if word not in negations()] or kept or list(words)
    capitals = capitalised(bare)
    if bare[:1].isupper() and (later := bare.split()[1:2]) and later[0][:1].isupper():
        capitals = [bare.split()[0], *capitals]
    return Asked(
        text=bare.strip(),
        words=tuple(words[:MOST_WORDS]),
        matter=tuple(dict.fromkeys(matter[:MOST_WORDS])),
        kind=kind,
        is_open=kind is not None,
        is_framed=bare != text,
        names=frozenset(read_words(" ".join(capitals))) - listed("stop", language),
        language=language,
    )


def _words(text: str) -> list[str]:
    """The words of a question, numerals joined; what multiplies a figure may be misspelt ("31 milion")."""
    words = read_words(text)
    multiples = [known for known, read in numerals().items() if int(read) >= 100]
    for place, word in enumerate(words[1:], 1):
        if is_number(words[place - 1]) and word not in numerals():
            alike = [known for known in multiples if misspells(word, known)]
            alike.sort(key=lambda known: known[0] != word[0])
            words[place] = numerals()[alike[0]] if alike else word
    return join_numbers(words)


def _without_frame(text: str) -> str:
    """The text without what only says that the rest is somebody's words, as long as matter is left."""
    for frame in _frames():
        match = re.match(rf"\W*{frame}\b(?=.*\w)", text, re.IGNORECASE | re.DOTALL)
        if match is not None:
            rest = text[match.end() :].strip(" \t\r\n:,")
            if any(word not in listed("stop") for word in read_words(rest)):
                return rest.rstrip("?").rstrip() if match[0].lower().endswith("that") else rest
    return text


@cache
def _frames() -> list[str]:
    frames = [frame for language in LANGUAGES for frame in lexicon(language).get("frame", ())]
    return [r"[\s,:]+".join(map(re.escape, frame.split())) for frame in sorted(frames, key=len, reverse=True)]


@cache
def _asking(language: str) -> dict[tuple[str, ...], Kind]:
    return {tuple(read_words(phrase)): kind for kind in reversed(Kind) for phrase in listed(kind, language)}


def _kind(words: list[str], language: str) -> tuple[Kind | None, int]:
    """What the first words ask for, and how many they are; of several readings the longest."""
    asking = _asking(language)
    first = next((place for place, word in enumerate(words) if word not in listed("stop", language)), 0)
    is_what = asking.get((words[0],)) is Kind.WHAT
    if is_what or (first == 0 and words[1:2] and words[1] in listed("before")):
        for asked in Kind:  # "what is the purpose of", "date of"
            if words[first] in listed(f"{asked}-noun"):
                return asked, first + 1
    for start in (0, 1):  # "by when", "in which year"
        for length in (5, 4, 3, 2, 1):
            kind = asking.get(tuple(words[start : start + length]))
            if kind is not None and (start == 0 or words[0] in listed("before")):
                return kind, start + length
    return None, 0


def _language(words: list[str]) -> str:
    """The language that has most of the words in its lists, English where none has more than it; empty where
    none has any.
    """
    counts = {
        tag: sum(word in lexicon(tag)["stop"] or word in lexicon(tag)["not"] for word in words)
        for tag in LANGUAGES
    }
    most = max(LANGUAGES, key=lambda tag: (counts[tag], -LANGUAGES.index(tag)))
    return most if counts[most] else ""
