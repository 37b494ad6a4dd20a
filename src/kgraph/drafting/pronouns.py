"""Which of those spoken of a pronoun means: the one that fits, is near, and stands out.

Somebody of its number and sex who is spoken of lately, before others the subject of a sentence. Nobody is
meant by a pronoun of their own clause, nor by one of a clause that is put into theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from kgraph.drafting.tree import Token, Tree
from kgraph.text import Span

__all__ = ["FIRST", "NEUTER", "PERSONAL", "PLURAL", "Seen", "Voice", "meant_by"]

PERSONAL: Final = {"he": "m", "him": "m", "his": "m", "himself": "m"} | dict.fromkeys(
    ("she", "her", "hers", "herself"), "f"
)
PLURAL: Final = frozenset({"they", "them", "their", "themselves", "both", "some", "others", "many"})
NEUTER: Final = frozenset({"it", "its", "itself"})
FIRST: Final = frozenset({"i", "we", "me", "us", "my", "our"})
#: So many sentences back.
_FAR: Final = 8


@dataclass(slots=True)
class Voice:
    """Somebody or something that can speak: its fullest name, and all that it is called."""

    name: str
    #: ``person``, ``body``, ``document`` or ``unnamed``.
    kind: str
    names: set[str] = field(default_factory=set)
    nouns: set[str] = field(default_factory=set)
    #: The bodies that are named with it: "who heads the Observatory".
    bodies: set[str] = field(default_factory=set)
    sex: str = ""
    is_plural: bool = False
    may_be_human: bool = False
    is_organization: bool = False
    #: The sex of whom it is somebody of: "his brother".
    whose: str = ""
    iri: str | None = None
    #: Where it is first named.
    first: Span | None = None

    @property
    def is_company(self) -> bool:
        """Whether it is a body with a name of its own that is no place's."""
        return self.kind == "body" and self.is_organization

    @property
    def title(self) -> str:
        """The name for a reader: a source without a name is called one."""
        return f"unnamed: {self.name}" if self.kind == "unnamed" else self.name


@dataclass(frozen=True, slots=True)
class Seen:
    """That a voice is spoken of: where, and whether as a subject."""

    sentence: int
    token: int
    voice: Voice
    is_subject: bool
    verb: int
    is_quoted: bool
    speaks: bool


def meant_by(
    pronoun: Token, tree: Tree, sentence: int, seen: Iterable[Seen], *, speaks: bool
) -> Voice | None:
    """The voice that a pronoun means. ``seen`` are those spoken of before it, the latest first.

    ``speaks``: it is the subject of a verb of saying.
    """
    word = pronoun.text.lower()
    verb = tree.head(pronoun).number
    is_speaker = speaks and word in PLURAL
    best: tuple[float, Voice] | None = None
    for each in seen:
        distance = sentence - each.sentence
        if distance > _FAR:
            break
        # "he told him", and "the owner, he said, is away"
        is_around = (
            distance == 0 and speaks and each.is_subject and each.token < pronoun.number < verb < each.verb
        )
        if (distance == 0 and each.verb == verb) or is_around or not _agrees(each.voice, word):
            continue
        if is_speaker and each.voice.is_plural and not each.voice.may_be_human:
            continue  # things say nothing
        score = _fit(each, word, distance)
        if best is None or score > best[0]:
            best = score, each.voice
    return best[1] if best else None


def _fit(seen: Seen, word: str, distance: int) -> float:
    voice, sex = seen.voice, PERSONAL.get(word, "")
    score = -float(distance) + 1.5 * seen.is_subject - 1.5 * seen.is_quoted
    score += 0.6 * (seen.speaks and seen.is_subject) - 0.01 * seen.token * (not seen.is_subject)
    score -= 0.3 * (voice.kind == "unnamed")
    if sex:
        score -= 1.5 * voice.is_company + 0.4 * (voice.kind == "body")
        score += 0.5 * (voice.sex == sex) - 1.0 * (voice.whose == sex)
    if word in PLURAL:
        score -= 1.2 * (not voice.is_plural) + 1.5 * (voice.kind == "body" and voice.may_be_human)
        score -= 1.5 * (voice.is_plural and not voice.may_be_human)
    return score


def _agrees(voice: Voice, word: str) -> bool:
    sex = PERSONAL.get(word, "")
    is_human = voice.kind == "person" or (
        voice.kind == "unnamed" and voice.may_be_human and not voice.is_plural
    )
    if sex:
        # A name that the pipeline takes for a body's may be a person's.
        return (is_human or (voice.kind == "body" and voice.may_be_human)) and voice.sex in ("", sex)
    if word in NEUTER:
        return not is_human and not voice.is_plural
    return voice.is_plural or voice.kind == "body"
