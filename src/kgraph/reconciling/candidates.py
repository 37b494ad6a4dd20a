"""Things by their names: candidates for a name, with a score from 0 to 100 and a verdict.

    100   the name is a label of the thing, or an identifier that it is linked to
     95   … up to letters, case and the order of words
    <90   the share of its words that the name has, and how alike their spelling is

A candidate is a match where it scores 95 or more and no other does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final

from kgraph.search.words import fold, read_words

__all__ = ["Candidate", "Candidates", "Entity"]

_EXACT: Final = 100.0
_FOLDED: Final = 95.0
_LIKE: Final = 90.0
#: What scores less is no candidate.
_LEAST: Final = 40.0
#: How many things are compared letter by letter.
_COMPARED: Final = 2_000
#: How much of a name is compared: what is longer is no name, and comparing takes the square of its length.
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing of the project. ``id`` is its IRI without the namespace; ``links`` are what it is exactly."""

    id: str
    names: tuple[str, ...]
    types: tuple[str, ...]
    description: str = ""
    links: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called."""
        return self.names[0] if self.names else self.id


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing that a name may mean."""

    entity: Entity
    score: float
    match: bool
    features: Mapping[str, float] = field(default_factory=dict)


class Candidates:
    """The things of a generation, found by their names."""

    def __init__(self, entities: Iterable[Entity], type_names: Mapping[str, str]) -> None:
        self.by_id = {entity.id: entity for entity in entities}
        self.type_names = dict(type_names)
        self._exact: dict[str, list[Entity]] = {}
        self._folded: dict[str, list[Entity]] = {}
        self._words: dict[str, list[Entity]] = {}
        self._grams: dict[str, list[Entity]] = {}
        self._spelled: dict[str, list[list[str]]] = {}
        for entity in self.by_id.values():
            for key in {*entity.names, entity.id, *entity.links}:
                self._exact.setdefault(key.strip(), []).append(entity)
            names = self._spelled[entity.id] = [read_words(name) for name in entity.names]
            for words in names:
                self._folded.setdefault(_key(words), []).append(entity)
            for word in {word for words in names for word in words}:
                self._words.setdefault(word, []).append(entity)
                for gram in _grams_of(word):
                    self._grams.setdefault(gram, []).append(entity)

    def find(
        self,
        name: str,
        *,
        types: Sequence[str] = (),
        limit: int = 10,
        check: Callable[[], None] = lambda: None,
    ) -> list[Candidate]:
        """The things that a name may mean, the likeliest first, of one of some types where any are given.

        ``check`` is called before each comparison, and may raise to end the search.
        """
        name = name.strip()
        scores: dict[str, float] = {}
        for entity in self._exact.get(name, ()):
            scores[entity.id] = _EXACT
        words = read_words(name[:_LONGEST_NAME])
        for entity in self._folded.get(_key(words), ()):
            scores.setdefault(entity.id, _FOLDED)
        near: dict[str, int] = {}
        for word in words:
            for entity in self._words.get(word, ()):
                near[entity.id] = near.get(entity.id, 0) + 3
            for gram in _grams_of(word):
                for entity in self._grams.get(gram, ()):
                    near[entity.id] = near.get(entity.id, 0) + 1
        likely = sorted(near, key=lambda each: (-near[each], each))[:_COMPARED]
        for identity in likely:
            check()
            if identity not in scores:
                scores[identity] = _likeness(words, self._spelled[identity])
        wanted = set(types)
        found = [
            (score, self.by_id[identity])
            for identity, score in scores.items()
            if score >= _LEAST and (not wanted or wanted & set(self.by_id[identity].types))
        ]
        found.sort(key=lambda pair: (-pair[0], pair[1].name, pair[1].id))
        certain = sum(score >= _FOLDED for score, _ in found)
        return [
            Candidate(entity, round(score, 1), match=score >= _FOLDED and certain == 1)
            for score, entity in found[:limit]
        ]

    def suggest(
        self, prefix: str, *, limit: int = 10, check: Callable[[], None] = lambda: None
    ) -> list[Entity]:
        """The things of which a name, or a word of a name, begins so; then those that it may mean."""
        key = fold(prefix.strip()).lower()
        begins = []
        for entity in self.by_id.values():
            names = [fold(name).lower() for name in entity.names]
            if any(word.startswith(key) for name in names for word in (name, *name.split())):
                is_whole = any(name.startswith(key) for name in names)
                begins.append((not is_whole, entity.name, entity.id))
        found = [self.by_id[identity] for *_, identity in sorted(begins)]
        found += [each.entity for each in self.find(prefix, limit=limit, check=check)]
        return list(dict.fromkeys(found))[:limit]


def _key(words: Sequence[str]) -> str:
    return " ".join(sorted(words))


def _grams_of(word: str) -> set[str]:
    padded = f"^{word}$"
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def _likeness(words: Sequence[str], names: Iterable[Sequence[str]]) -> float:
    """How alike the nearest of a thing's names is: words in common, and letters."""
    best = 0.0
    for other in names:
        if not words or not other:
            continue
        common = len(set(words) & set(other))
        share = 2 * common / (len(set(words)) + len(set(other)))
        letters = SequenceMatcher(None, _key(words), _key(other)).ratio()
        best = max(best, (share + 2 * letters) / 3 if common else letters * 0.95)
    return min(_LIKE - 1, _LIKE * best)
