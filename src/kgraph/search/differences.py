"""What a question says otherwise than the text that is most like it: numbers, names, times, negation.

Only what is put nearly in the text's words is compared so closely: in a free paraphrase another number or a
*not* may mean the same ("will not listen", "would ignore").
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kgraph.search.likeness import misspells
from kgraph.search.words import is_number, listed, stem

__all__ = ["Difference", "denies", "differences"]

#: Figures count as the same within so much of each other: about 14 million is 14.2 million.
_ABOUT: Final = 0.05


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is said otherwise: its kind, the question's word for it, and the text's, if there is
    one."""

    kind: str
    asked: str
    said: str

    def __str__(self) -> str:
        """In words: “13” in the question, “80” in the text."""
        if self.kind == "negation":
            return f"the question {self.asked}, the text {self.said}"
        there = f"the text has “{self.said}”" if self.said else "it is not in the text there"
        return f"the question has “{self.asked}”, {there}"


def differences(
    asked: Sequence[str],
    text: Sequence[str],
    near: Sequence[str],
    beside: Collection[str],
    *,
    is_name: Callable[[str], bool],
    is_open: bool,
    is_negative: bool,
    language: str,
) -> Iterator[Difference]:
    """What differs between a question and a passage that has most of its words.

    Args:
        asked: the words of the question.
        text: the words of the passage.
        near: those of the part of it that has the question's words.
        beside: what the passage's speakers and things are called besides, and the names just before it.
        is_name: tells names from other words.
        is_open: whether the question asks for something; then it denies and doubts nothing.
        is_negative: whether the claim that is meant is a denial.
        language: the language of the passage.
    """
    yield from _numbers(asked, text)
    yield from _words_of_kinds(asked, text, beside, is_name)
    yield from _swapped(asked, text, is_name)
    if is_open:
        return
    spelt = [next((other for other in near if misspells(word, other)), word) for word in asked]
    if denies(spelt) != (denies(near) or is_negative):
        yield Difference(
            "negation", *(("denies it", "does not") if denies(spelt) else ("affirms it", "denies it"))
        )
    yield from _open_yet(asked, near, language)


def _numbers(asked: Sequence[str], text: Sequence[str]) -> Iterator[Difference]:
    said = [word for word in text if is_number(word)]
    for number in (word for word in asked if is_number(word)):
        if not any(_same(float(number), float(other)) for other in said):
            others = [other for other in said if other not in asked]
            yield Difference("number", number, _nearest(asked, text, number, others))


def _same(one: float, other: float) -> bool:
    return one == other or (min(one, other) >= 10_000 and abs(one - other) <= _ABOUT * max(one, other))


def _nearest(asked: Sequence[str], text: Sequence[str], number: str, others: Sequence[str]) -> str:
    """Of the text's figures the one before the same word, or else the first."""
    after = asked[asked.index(number) + 1 : asked.index(number) + 2]
    for other in others:
        place = text.index(other)
        if after and text[place + 1 : place + 2] and stem(text[place + 1]) == stem(after[0]):
            return other
    return others[0] if others else ""


def _words_of_kinds(
    asked: Sequence[str], text: Sequence[str], beside: Collection[str], is_name: Callable[[str], bool]
) -> Iterator[Difference]:
    have = {*text, *beside}
    for word in dict.fromkeys(asked):
        if word in have or is_number(word) or any(misspells(word, other) for other in have):
            continue
        if word in listed("time"):
            said = next((other for other in text if other in listed("time") and other not in asked), "")
            if said:
                yield Difference("time", word, said)
        elif is_name(word) and not any(
            word.startswith(other) or other.startswith(word) for other in have if len(other) > 3
        ):
            said = next((other for other in text if is_name(other) and other not in asked), "")
            yield Difference("name", word, said)


def _swapped(
    asked: Sequence[str], text: Sequence[str], is_name: Callable[[str], bool]
) -> Iterator[Difference]:
    """A word that one name goes before in the question, and another in the text, which it has later.

    So "Serbia bombed Nato", where Nato bombed. A question in the passive says the same the other way round.
    """
    if any(word in listed("passive") for word in asked):
        return
    for place, word in enumerate(asked):
        if word in listed("stop") or is_name(word) or is_number(word) or word not in text:
            continue
        before = next((other for other in reversed(asked[:place]) if is_name(other)), "")
        there = next((other for other in reversed(text[: text.index(word)]) if is_name(other)), "")
        if before and there and before != there and before in text and there in asked[place:]:
            yield Difference("role", f"{before} {word}", f"{there} {word}")
            return


def denies(words: Iterable[str]) -> bool:
    """Whether some words say that something is not so; two negations are none."""
    return sum(word in listed("not") for word in words) % 2 == 1


def _open_yet(asked: Sequence[str], text: Sequence[str], language: str) -> Iterator[Difference]:
    """A thing that is said to be so, where the text only has that it was wanted, planned or may be."""
    for word in asked:
        if len(word) < 4 or word in text or word in listed("stop"):
            continue
        for place, other in enumerate(text):
            before = text[max(0, place - 2) : place]
            if (
                stem(other, language) == stem(word, language)
                and word.endswith("ed")
                and not other.endswith("ed")
            ):
                if any(each in listed("unsure") for each in before[-1:]):
                    yield Difference("degree", word, f"{before[-1]} {other}")
                break
