"""Which of those spoken of a pronoun means: the one that fits, is near, and stands out.

Somebody of its number and sex who is spoken of lately, before others the subject of a sentence. Nobody is
meant by a pronoun of their own clause, nor by one of a clause that is put into theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from kgraph.drafting.tree import Token, Tree
from kgraph.text import Span

__all__ = ["AGED", "FIRST", "NEUTER", "PERSONAL", "PLURAL", "Seen", "Voice", "agrees", "meant_by"]

PERSONAL: Final = {"he": "m", "him": "m", "his": "m", "himself": "m"} | dict.fromkeys(
    ("she", "her", "hers", "herself"), "f"
)
PLURAL: Final = frozenset({"they", "them", "their", "themselves", "both", "some", "others", "many"})
NEUTER: Final = frozenset({"it", "its", "itself"})
#: What ends "the 52-year-old".
AGED: Final = frozenset({"old"})
FIRST: Final = frozenset({"i", "we", "me", "us", "my", "our"})
#: What being named in the paragraph adds, and what a given name of another sex takes off.
_HERE: Final = 1.0
_GUESSED: Final = 3.0
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
    #: What it may be called by what it does.
    deeds: set[str] = field(default_factory=set)
    #: The bodies that are named with it: "who heads the Observatory".
    bodies: set[str] = field(default_factory=set)
    sex: str = ""
    #: That only its given name tells the sex.
    is_sex_guessed: bool = False
    is_plural: bool = False
    may_be_human: bool = False
    is_organization: bool = False
    #: That it is called by a noun for several together: "the panel".
    is_group: bool = False
    is_place: bool = False
    has_spoken: bool = False
    #: That it was "a …" when first spoken of.
    is_indefinite: bool = False
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
    paragraph: int = 0


def meant_by(
    pronoun: Token, tree: Tree, place: tuple[int, int], seen: Sequence[Seen], *, speaks: bool
) -> Voice | None:
    """The voice that a pronoun means. ``seen`` are those spoken of before it; ``place`` is its sentence
    and its paragraph.

    ``speaks``: it is the subject of a verb of saying.
    """
    sentence = place[0]
    word = pronoun.text.lower()
    verb = tree.head(pronoun).number
    is_speaker = speaks and word in PLURAL
    fitting: list[tuple[float, Voice]] = []
    owned = _owned(tree, pronoun)
    told_of: list[Voice] = []
    for each in reversed(seen):
        distance = sentence - each.sentence
        if distance > _FAR:
            break
        is_named = distance == 0 and each.is_quoted and tree.tokens[each.token].pos != "PRON"
        if is_named and speaks and word in PERSONAL:
            told_of.append(each.voice)  # "“Ana lied,” she said": who speaks says "I"
        is_owned = distance == 0 and each.token in owned  # "Ana, her aide": she is another
        if is_owned or any(each.voice is other for other in told_of):
            continue
        # "he told him", and "the owner, he said, is away"
        is_around = (
            distance == 0 and speaks and each.is_subject and each.token < pronoun.number < verb < each.verb
        )
        if (distance == 0 and each.verb == verb) or is_around or not agrees(each.voice, word, speaks=speaks):
            continue
        is_thing = each.voice.is_plural and not (each.voice.may_be_human or each.voice.has_spoken)
        if is_speaker and is_thing:
            continue  # things say nothing
        fitting.append(
            (_fit(each, word, distance, is_here=speaks and each.paragraph == place[1]), each.voice)
        )
    return max(fitting, key=lambda each: each[0])[1] if fitting else None


def _owned(tree: Tree, pronoun: Token) -> set[int]:
    """The noun that a pronoun owns, and the name beside that noun."""
    if pronoun.dep != "poss":
        return set()
    noun = tree.head(pronoun)
    beside = {each.number for each in tree.children(noun.number, "appos")}
    return {noun.number, *beside, *({noun.head} if noun.dep == "appos" else ())}


def _fit(seen: Seen, word: str, distance: int, *, is_here: bool) -> float:
    voice, sex = seen.voice, PERSONAL.get(word, "")
    score = -float(distance) + 1.5 * seen.is_subject - 1.5 * seen.is_quoted
    score += 0.6 * (seen.speaks and seen.is_subject) - 0.01 * seen.token * (not seen.is_subject)
    score += _HERE * is_here - 0.3 * (voice.kind == "unnamed" and word not in NEUTER)
    if sex:
        is_full = voice.may_be_human and " " in voice.name
        score -= 1.5 * (voice.is_company and not (is_full and seen.is_subject)) + 0.4 * (voice.kind == "body")
        score += 0.5 * (voice.sex == sex) - 1.0 * (voice.whose == sex)
        score -= _GUESSED * (voice.sex not in ("", sex))
    if word in PLURAL:
        score -= 1.2 * (not voice.is_plural) + 1.5 * (voice.kind == "body" and voice.may_be_human)
        score -= 1.5 * (voice.is_plural and not (voice.may_be_human or voice.has_spoken))
    return score


def agrees(voice: Voice, word: str, *, speaks: bool) -> bool:
    """Whether a voice is of a pronoun's number and sex."""
    sex = PERSONAL.get(word, "")
    is_human = voice.kind == "person" or (
        voice.kind == "unnamed" and voice.may_be_human and not voice.is_plural
    )
    if sex or word in AGED:
        # A name that the pipeline takes for a body's may be a person's.
        is_fit = not sex or voice.sex in ("", sex) or (speaks and voice.is_sex_guessed)
        is_speaker = voice.kind == "unnamed" and voice.has_spoken and not voice.is_plural  # "the abbess"
        is_speaker = is_speaker and not voice.is_group
        return (is_human or is_speaker or (voice.kind == "body" and voice.may_be_human)) and is_fit
    if word in NEUTER:
        return not is_human and not voice.is_plural
    return voice.is_plural or voice.kind == "body"
