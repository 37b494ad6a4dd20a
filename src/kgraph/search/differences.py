"""What a question says otherwise than the text that is most like it: numbers, names, times, negation.

Only what is put nearly in the text's words is compared so closely: in a free paraphrase another number or a
*not* may mean the same ("will not listen", "would ignore").
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import dropwhile, pairwise, takewhile
from typing import Final

from kgraph.search.likeness import opposes
from kgraph.search.words import is_number, listed, negations, read_words, shown, stem, units

__all__ = ["Difference", "Told", "denies", "differences"]

#: Figures count as the same within so much of each other: about 14 million is 14.2 million.
_ABOUT: Final = 0.05
#: How many small words side by side tell nothing yet.
_FEW: Final = 2
#: What "both" is.
_BOTH: Final = "2"
#: How far behind a name its verb of saying stands at most.
_NEAR: Final = 4
#: Of how many words a speaker's name is at most.
_LONGEST_NAME: Final = 4


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
        if self.kind == "speaker":
            return f"the question has it said by “{self.asked}”, the text by “{self.said}”"
        there = f"the text has “{shown(self.said)}”" if self.said else "it is not in the text there"
        return f"the question has “{shown(self.asked)}”, {there}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a passage says, as far as questions are compared with it.

    ``words`` are all of its words, ``clauses`` counts the clause that each is in, ``at`` is where words that
    matter to the question were found, ``beside`` what its speakers and things are called besides, ``voices``
    what each of its voices is called, that of the nearest claim first. ``is_negative`` says whether the claim
    that is meant is a denial, though it has no word for that.
    """

    words: Sequence[str]
    clauses: Sequence[int]
    at: Collection[int]
    beside: Collection[str]
    voices: Sequence[Sequence[str]]
    is_negative: bool
    language: str


def differences(
    asked: Sequence[str], told: Told, *, is_name: Callable[[str], bool], is_open: bool, is_marked: bool = True
) -> Iterator[Difference]:
    """What differs between a question and a passage that has most of its words.

    Args:
        asked: the words of the question, spelt as the passage does.
        told: the passage.
        is_name: tells names from other words.
        is_open: whether the question asks for something; then it denies and doubts nothing.
        is_marked: whether it has the mark of a question; else it may be words of the text, "what she wanted".
    """
    text = told.words
    yield from _numbers(asked, told, is_open=is_open)
    is_quoted = not is_marked and any([*asked[:2]] == [*pair] for pair in pairwise(text))
    if is_open and not is_quoted:
        yield from _words_of_kinds(asked, told, is_name)
        return
    names = {word for word in {*asked, *text} if is_name(word) or word in told.beside}
    speaking = tuple(_said_by(asked, told, names, is_name))
    speaker = {word for each in speaking for word in each.asked.split()}
    yield from _words_of_kinds([word for word in asked if word not in speaker], told, is_name)
    yield from speaking
    yield from _acting(asked, told, names)
    yield from _denying(asked, told, is_name)
    yield from _open_yet(asked, told)


def _denying(asked: Sequence[str], told: Told, is_name: Callable[[str], bool]) -> Iterator[Difference]:
    """What one of the two denies and the other does not.

    A negation that both have in the same place says nothing. What is left of the question's counts, and of
    the text's what denies something that the question has.
    """
    text, language, clauses = told.words, told.language, told.clauses
    small = listed("stop") | listed("not") | listed("said")
    here, there = ([stem(word, language) for word in words] for words in (asked, text))
    matching = SequenceMatcher(None, here, there, autojunk=False).get_matching_blocks()
    runs = [[(run.a + more, run.b + more) for more in range(run.size)] for run in matching if run.size]
    full = [run for run in runs if any(asked[a] not in small and not is_name(asked[a]) for a, _ in run)]
    known = {here[a] for run in full for a, _ in run}
    places = {b for run in full for _, b in run}
    places |= {at for at in told.at if there[at] not in known and not is_name(text[at])}
    around = {clauses[at] for at in places}

    def is_same(run: Sequence[tuple[int, int]]) -> bool:
        """Whether small words alone are the same ones: several, or one that denies, where the others are."""
        is_long = len(run) > _FEW
        is_there = clauses[run[0][1]] in around if places else is_long
        return is_there and (is_long or any(asked[a] in negations() for a, _ in run))

    full += filter(is_same, runs)
    alike = dict(pair for run in full for pair in run)
    places |= {*alike.values()}

    def is_meant(at: int) -> bool:
        """Whether a negation of the text is of something that the question has: the next words that matter,
        if its clause has any; else, and in German, those before it.
        """
        same = [each for each in range(len(text)) if clauses[each] == clauses[at]]
        if text[at] in listed("marker", language):  # "without a permit" is of what follows right there
            articles, after = listed("article", language), range(at + 1, len(text))
            rest = [*dropwhile(lambda each: text[each] in articles, after)]
            nouns = [*takewhile(lambda each: text[each] not in small, rest)]
            return not places.isdisjoint(nouns)
        behind = [*dropwhile(lambda each: text[each] in small, (each for each in same if each > at))]
        behind[1:] = takewhile(lambda each: text[each] not in small and not is_number(text[each]), behind[1:])
        before = [each for each in same if each < at and text[each] not in small]
        reach = behind + before if listed("not-behind", language) else behind or before[-1:]
        return not places.isdisjoint([*reach, *{at + 1} & {*same}])

    is_own = denies(word for at, word in enumerate(asked) if at not in alike)
    denied = [at for at, word in enumerate(text) if word in negations() and at not in alike.values()]
    is_said = sum(map(is_meant, denied)) % 2 or (
        told.is_negative and not any(asked[at] in negations() for at in alike)
    )
    turned = sum(
        word not in text and any(opposes(word, other, language) for other in text if other not in asked)
        for word in asked
    )
    if is_own ^ bool(turned % 2) ^ bool(is_said):
        yield Difference("negation", *(("denies it", "does not") if is_own else ("affirms it", "denies it")))


def _numbers(asked: Sequence[str], told: Told, *, is_open: bool) -> Iterator[Difference]:
    """A number that the text does not have, or not in the unit of the question: "seventeen dollars", by
    somebody who is 17. The one behind an article counts nothing ("this one", and of a question that asks for
    something, "the two armies").
    """
    text = told.words
    said = [word for word in text if is_number(word)] + [_BOTH for word in text if word in listed("both")]
    for at, number in enumerate(asked):
        is_pointing = at and asked[at - 1] in listed("article") and (number == "1" or is_open)
        if not is_number(number) or (is_pointing and len(number) == 1):
            continue
        of = {stem(word) for word in asked[at + 1 : at + 2]}
        own = [one for one, word in pairwise(text) if is_number(one) and stem(word) in of]
        is_measured = not units().isdisjoint(asked[at + 1 : at + 2])
        if not any(_same(float(number), float(other)) for other in (own if is_measured and own else said)):
            others = [other for other in text if is_number(other) and (is_measured or other not in asked)]
            nearest = [other for other in own if other in others]
            yield Difference("number", number, next(iter(nearest or others), ""))


def _same(one: float, other: float) -> bool:
    return one == other or (min(one, other) >= 10_000 and abs(one - other) <= _ABOUT * max(one, other))


def _words_of_kinds(asked: Sequence[str], told: Told, is_name: Callable[[str], bool]) -> Iterator[Difference]:
    text = told.words
    have = {*text, *told.beside}
    forms = {stem(word, told.language) for word in have}
    for word in dict.fromkeys(asked):
        if is_number(word) or stem(word, told.language) in forms:
            continue
        if word in listed("time"):
            if word in listed("stop") and word == asked[0]:  # "May they visit …"
                continue
            said = next((other for other in text if other in listed("time") and other not in asked), "")
            if said:
                yield Difference("time", word, said)
        elif is_name(word) and not any(
            word.startswith(other) or other.startswith(word) for other in have if len(other) > 3
        ):
            said = next((other for other in text if is_name(other) and other not in asked), "")
            if said or not _is_meant(word, asked, told):
                yield Difference("name", word, said)


def _is_meant(name: str, asked: Sequence[str], told: Told) -> bool:
    """Whether a text has a pronoun where a question has a name: "Ketria's army", "his own army"."""
    text, language = told.words, told.language
    behind = stem(next(iter(asked[asked.index(name) + 1 :]), ""), language)
    pronouns = listed("pronoun", language)
    return any(
        not pronouns.isdisjoint(text[max(0, at - 2) : at])
        for at, word in enumerate(text)
        if stem(word, language) == behind
    )


def _said_by(
    asked: Sequence[str], told: Told, names: Collection[str], is_name: Callable[[str], bool]
) -> Iterator[Difference]:
    """A name that the question gives to the speaker, and that none of the voices has.

    So "Kfor said …" and "according to Kfor …", but not "the mayor of Zubin Potok said", and nothing that the
    text itself tells of who is named: "Kosovo declared independence", of "Kosovo's declaration".
    """
    saying = (at for at, word in enumerate(asked) if word in listed("said") and not is_name(word))
    place = next(saying, len(asked))
    speaker = [word for word in asked[:place] if word not in listed("stop")]
    is_marked = bool(speaker) and _is_marked(asked, place - 1, names, told.language)
    if place == 0:
        speaker = [*takewhile(is_name, dropwhile(listed("stop").__contains__, asked[1:]))]
    called = {word for voice in told.voices for name in voice for word in read_words(name)}
    is_somebody = 0 < len(speaker) <= _LONGEST_NAME and is_name(speaker[-1]) and not is_marked
    if place == len(asked) or not called or not is_somebody:
        return
    roots = [stem(word, told.language) for word in told.words]
    said, who = stem(asked[place], told.language), stem(speaker[-1], told.language)
    if any(said in roots[at : at + _NEAR] for at, root in enumerate(roots) if root == who):
        return
    if called.isdisjoint(speaker):
        yield Difference("speaker", " ".join(speaker), told.voices[0][0])


def _acting(asked: Sequence[str], told: Told, names: Collection[str]) -> Iterator[Difference]:
    """Two names that the question has the other way round: "Serbia bombed Nato", where Nato bombed.

    Where those that may act in a word that both have are others in the question than in the text, and each
    has the other's, they differ. In a language without lists for it (German, Serbian) places do not tell.
    """
    text, language = told.words, told.language
    if not listed("passive", language):
        return
    acting = {*names} - listed("time") - listed("stop")
    for place, word in enumerate(asked):
        if word in acting or word in listed("stop") | listed("said") | listed("time") or is_number(word):
            continue
        root = stem(word, language)
        places = [at for at, other in enumerate(text) if other == word or stem(other, language) == root]
        if _is_noun(asked, place, language) or any(_is_noun(text, at, language) for at in places):
            continue
        here = _actors(asked, place, acting, language)
        there = set().union(*(_actors(text, at, acting, language) for at in places))
        if here and there and not here & there and here <= {*text} and there & {*asked}:
            yield Difference("role", f"{min(here)} {word}", f"{min(there & {*asked})} {word}")
            return


def _is_noun(words: Sequence[str], place: int, language: str) -> bool:
    """Whether a word is a noun by what stands beside it: "a demand", "mayor of", but not "had accused of"."""
    before, behind = words[place - 1] if place else "", words[place + 1] if place + 1 < len(words) else ""
    if before in listed("auxiliary", language):
        return False
    return before in listed("article", language) or behind in listed("genitive", language)


def _actors(words: Sequence[str], place: int, names: Collection[str], language: str) -> set[str]:
    """The names that may act in what a word at some place tells of.

    In the passive it is the one after *by*. Else it is those before it in its clause without a preposition,
    and the nearest one with a preposition too ("asked Nato to leave"); after *and* all that came before.
    """
    by = next((at for at in range(place + 1, len(words)) if words[at] in listed("passive", language)), 0)
    if (by and by <= place + 2) or any(word in listed("be", language) for word in words[place - 2 : place]):
        following = (other for other in words[by + 1 :] if other in names)
        return {next(following, "")} - {""} if by else set()
    cuts = (at + 1 for at in range(place - 1, -1, -1) if words[at] in listed("cut", language))
    start = next(cuts, 0)
    before = [at for at in range(start, place) if words[at] in names]
    if any(word in listed("and", language) for word in words[start:place]):
        return {word for word in words[:place] if word in names}
    return {words[at] for at in before if at == before[-1] or not _is_marked(words, at, names, language)}


def _is_marked(words: Sequence[str], place: int, names: Collection[str], language: str) -> bool:
    """Whether a preposition stands before a name, with its article and an adjective: "in the far north"."""
    others = 0
    for word in reversed(words[:place]):
        if word in listed("marker", language):
            return True
        if word in listed("article", language) or is_number(word) or (word in names and not others):
            continue
        others += 1
        if others > 1 or word in names or word in listed("stop"):
            return False
    return False


def denies(words: Iterable[str]) -> bool:
    """Whether some words say that something is not so; two negations are none."""
    return sum(word in negations() for word in words) % 2 == 1


def _open_yet(asked: Sequence[str], told: Told) -> Iterator[Difference]:
    """A thing that is said to be so, not to *be* done, where the text only has that it was wanted,
    planned or may be.
    """
    text, language = told.words, told.language
    for before, word in pairwise(["", *asked]):
        if (
            len(word) < 4
            or not word.endswith("ed")
            or before == "be"
            or word in text
            or word in listed("stop")
        ):
            continue
        alike = (
            at
            for at, other in enumerate(text)
            if not other.endswith("ed") and stem(other, language) == stem(word, language)
        )
        place = next(alike, 0)
        if place and text[place - 1] in listed("unsure"):
            yield Difference("degree", word, f"{text[place - 1]} {text[place]}")
