"""A sentence as a parser sees it: tokens with their heads, and the ways about the tree.

Labels are those of spaCy's English pipelines: ClearNLP dependencies, Penn Treebank tags.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from kgraph.text import Span

__all__ = [
    "FIGURES",
    "FINITE",
    "FINITE_WORDS",
    "NOMINAL",
    "QUOTES",
    "RELATIVE",
    "SUBJECTS",
    "TIMES",
    "Token",
    "Tree",
]

#: The tags of finite verbs, and these with auxiliaries that are always finite.
FINITE: Final = frozenset({"VBZ", "VBD", "VBP"})
FINITE_WORDS: Final = FINITE | {"MD"}
#: What can be a subject.
NOMINAL: Final = frozenset({"NOUN", "PROPN", "PRON"})
SUBJECTS: Final = frozenset({"nsubj", "nsubjpass", "csubj", "expl"})
#: The tags of relative pronouns.
RELATIVE: Final = frozenset({"WDT", "WP"})
#: Marks around quotations that are no apostrophe besides.
QUOTES: Final = frozenset('"“”„«»')
#: The kinds of named entities that are times.
TIMES: Final = frozenset({"DATE", "TIME"})
#: Those that are times, numbers and amounts.
FIGURES: Final = TIMES | {"CARDINAL", "ORDINAL", "MONEY", "PERCENT", "QUANTITY"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a mark. ``head`` is the number of its head in the sentence, its own for the root.

    ``entity`` is the kind of the named entity that it is part of, empty if none; ``begins``: it is the first.
    """

    number: int
    span: Span
    text: str
    lemma: str
    pos: str
    tag: str
    dep: str
    head: int
    entity: str = ""
    begins: bool = False

    @property
    def is_verb(self) -> bool:
        """Whether it is a verb; auxiliaries count where they head a clause."""
        return self.pos in ("VERB", "AUX") and self.dep not in ("aux", "auxpass")

    @property
    def is_plural(self) -> bool:
        """Whether it is a noun or a name in the plural."""
        return self.tag in ("NNS", "NNPS")

    @property
    def is_word(self) -> bool:
        """Whether it is more than punctuation."""
        return any(character.isalnum() for character in self.text)


@dataclass(frozen=True)
class Tree:
    """The tokens of a sentence, in order, and the sentence's span."""

    span: Span
    tokens: tuple[Token, ...]

    @cached_property
    def _children(self) -> list[list[int]]:
        children: list[list[int]] = [[] for _ in self.tokens]
        for token in self.tokens:
            if token.head != token.number:
                children[token.head].append(token.number)
        return children

    def children(self, number: int, *deps: str) -> list[Token]:
        """The dependents of a token, in order; with ``deps``, those with such a label."""
        found = [self.tokens[child] for child in self._children[number]]
        return [token for token in found if token.dep in deps] if deps else found

    def child(self, number: int, *deps: str) -> Token | None:
        """The first dependent with such a label."""
        return next(iter(self.children(number, *deps)), None)

    def head(self, token: Token) -> Token:
        """The head of a token; the root's is itself."""
        return self.tokens[token.head]

    def ancestors(self, number: int) -> Iterator[Token]:
        """The tokens above one, from its head to the root."""
        while self.tokens[number].head != number:
            number = self.tokens[number].head
            yield self.tokens[number]

    def subtree(self, number: int, *, without: Collection[int] = ()) -> list[int]:
        """A token and all below it, in order, but for what is below (and at) the tokens of ``without``."""
        found: list[int] = []
        waiting = [number]
        while waiting:
            current = waiting.pop()
            if current in without:
                continue
            found.append(current)
            waiting += self._children[current]
        return sorted(found)

    def subject(self, number: int) -> Token | None:
        """The subject of a verb: its own, or that of the verb that it is coordinated with."""
        seen: set[int] = set()
        while number not in seen:
            seen.add(number)
            if own := self.children(number, *SUBJECTS):
                before = [each for each in own if each.number < number]
                return before[-1] if before else own[0]  # "those who stay, he told us, will be paid"
            if self.tokens[number].dep != "conj":
                return None
            number = self.tokens[number].head
        return None

    def top(self, numbers: Collection[int]) -> int:
        """The token of some whose head is not among them: a verb if there is one, or else a word."""
        tops = [n for n in sorted(numbers) if self.tokens[n].head not in numbers or self.tokens[n].head == n]
        verbs = [number for number in tops if self.tokens[number].is_verb]
        words = [number for number in tops if self.tokens[number].is_word]
        return next(iter([*verbs, *words, *tops]))

    def pieces(self, numbers: Iterable[int]) -> list[Span]:
        """The spans of runs of tokens, without punctuation at the ends of each run."""
        runs: list[list[Token]] = []
        for number in sorted(set(numbers)):
            if runs and runs[-1][-1].number == number - 1:
                runs[-1].append(self.tokens[number])
            else:
                runs.append([self.tokens[number]])
        found: list[Span] = []
        for run in runs:
            words = [token for token in run if token.is_word or token.text in "$€£¥%"]
            if words:
                found.append(Span(words[0].span.start, words[-1].span.end))
        return found

    def within(self, span: Span) -> list[Token]:
        """The tokens that lie in a span."""
        return [token for token in self.tokens if token.span.within(span)]
