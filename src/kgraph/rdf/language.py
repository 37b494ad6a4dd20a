"""Language tags that a query compares with texts.

Tags are not case-sensitive (RFC 5646, section 2.1.1), and RDF 1.1 Concepts, section 3.3, lets a store keep
them in small letters, as Oxigraph does. So what a query compares with the value of LANG is put in small
letters, too: ``LANG(?label) = "en-GB"`` is written ``LANG(?label) = "en-gb"``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from kgraph.rdf.sparql import Token
from kgraph.rdf.spelling import Edit

__all__ = ["language_edits"]

_TEXT_FUNCTIONS: Final = frozenset({"STRSTARTS", "STRENDS", "CONTAINS", "STRBEFORE", "STRAFTER", "REGEX"})
_ARITHMETIC: Final = frozenset({"+", "-", "*", "/"})
_CALLS_OF_LANG: Final = frozenset({"LANG", "LCASE"})


def language_edits(text: str, tokens: Sequence[Token], ends: Mapping[int, int]) -> list[Edit]:
    """What is to be changed of the texts and variables that stand beside LANG, or beside an alias of it."""
    reading = _Reading(text, tokens, ends)
    edits = {edit for start, end in reading.tags() for edit in reading.beside(start, end)}
    return sorted(edits)


class _Reading:
    def __init__(self, text: str, tokens: Sequence[Token], ends: Mapping[int, int]) -> None:
        self._text = text
        self._tokens = tokens
        self._ends = ends
        self._starts = {end - 1: start for start, end in ends.items()}
        calls = [
            (index, ends[index + 1])
            for index, (word, bracket) in enumerate(pairwise(tokens))
            if word.kind == "word"
            and word.text.upper() == "LANG"
            and bracket.text == "("
            and index + 1 in ends
        ]
        self._calls = calls
        self._aliases = {
            tokens[end + 1].text[1:]
            for _, end in calls
            if self._word(end) == "AS" and end + 1 < len(tokens) and tokens[end + 1].kind == "variable"
        }

    def tags(self) -> Iterator[tuple[int, int]]:
        """Where the value of LANG stands: the calls, and the variables that are bound to nothing but one."""
        yield from self._calls
        for index, token in enumerate(self._tokens):
            if token.kind == "variable" and token.text[1:] in self._aliases:
                yield index, index + 1

    def beside(self, start: int, end: int) -> Iterator[Edit]:
        """The edits of what a tag is compared with."""
        if self._at(end) == "=":
            yield from self._operand(end + 1)
        elif self._at(end) == "!" and self._at(end + 1) == "=":
            yield from self._operand(end + 2)
        elif self._word(end) == "IN" or (self._word(end) == "NOT" and self._word(end + 1) == "IN"):
            bracket = end + (1 if self._word(end) == "IN" else 2)
            for index in range(bracket + 1, self._ends.get(bracket, bracket + 1) - 1):
                if self._at(index - 1) in ("(", ",") and self._at(index + 1) in (")", ","):
                    yield from self._operand(index)
        if self._at(start - 1) == "=" and self._at(start - 2) not in ("<", ">"):
            before = start - (3 if self._at(start - 2) == "!" else 2)
            if self._at(before - 1) not in _ARITHMETIC:
                yield from self._operand(before)
        if self._at(start - 1) == "(" and self._at(end) == "," and self._word(start - 2) in _TEXT_FUNCTIONS:
            yield from self._operand(end + 1)

    def _operand(self, index: int) -> Iterator[Edit]:
        """A text in small letters, or a variable whose value is put in small letters where it is a text."""
        if not 0 <= index < len(self._tokens) or self._at(index + 1) in _ARITHMETIC:
            return
        token = self._tokens[index]
        if token.kind == "string":
            if "\\" not in token.text and token.text != token.text.lower():
                yield Edit(token.start, token.end, token.text.lower())
        elif token.kind == "variable" and token.text[1:] not in self._aliases:
            yield Edit(token.start, token.end, f"COALESCE(LCASE({token.text}), {token.text})")
        elif token.kind == "word" and token.text.upper() not in _CALLS_OF_LANG and self._at(index + 1) == "(":
            end = self._ends.get(index + 1)
            if end is not None and self._at(end) not in _ARITHMETIC:
                call = self._text[token.start : self._tokens[end - 1].end]
                yield Edit(token.start, self._tokens[end - 1].end, f"COALESCE(LCASE({call}), {call})")

    def _at(self, index: int) -> str:
        return self._tokens[index].text if 0 <= index < len(self._tokens) else ""

    def _word(self, index: int) -> str:
        return (
            self._at(index).upper()
            if 0 <= index < len(self._tokens) and self._tokens[index].kind == "word"
            else ""
        )
