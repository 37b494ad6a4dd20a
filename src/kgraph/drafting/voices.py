"""Who is who in a text: names, what else they are called, and which of them a pronoun means.

Read from left to right, as readers do. A name is one voice with its longer forms; "the governor" is the one
who is called governor somewhere; a pronoun is whoever of its number and sex is spoken of most lately, before
others the subject of a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kgraph.drafting.cues import Cues
from kgraph.drafting.mentions import (
    initials,
    is_last_of_name,
    mention_span,
    name_of,
    name_span,
    neutral_name,
)
from kgraph.drafting.tree import SUBJECTS, Token, Tree
from kgraph.text import Span

__all__ = ["Cast", "Voice"]

_MALE: Final = frozenset(
    "mr sir lord king prince father son brother husband man boy uncle nephew duke actor sheikh".split()
)
_FEMALE: Final = frozenset(
    "mrs ms miss dame lady queen princess mother daughter sister wife woman girl aunt niece duchess".split()
)
_PERSONAL: Final = {"he": "m", "him": "m", "his": "m", "himself": "m"} | dict.fromkeys(
    ("she", "her", "hers", "herself"), "f"
)
_PLURAL: Final = frozenset({"they", "them", "their", "themselves", "both", "some", "others", "many"})
_NEUTER: Final = frozenset({"it", "its", "itself"})
_FIRST: Final = frozenset({"i", "we", "me", "us", "my", "our"})
_FAR: Final = 8
#: So many mentions back a body may be called "the company".
_LATELY: Final = 30
_NOBODY: Final = frozenset({"nobody", "nothing", "none", "everything", "anything", "anyone", "anybody"})
_NEVER_HUMAN: Final = frozenset({"GPE", "NORP", "LOC", "FAC", "DATE", "LAW", "LANGUAGE", "EVENT"})


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
class _Seen:
    """That a voice is spoken of: where, and whether as a subject."""

    sentence: int
    token: int
    voice: Voice
    is_subject: bool
    verb: int
    is_quoted: bool
    speaks: bool


class Cast:
    """The voices of a text."""

    def __init__(
        self,
        trees: Sequence[Tree],
        quotes: Sequence[Sequence[Span]],
        cues: Cues,
        *,
        known: Mapping[str, str] | None = None,
    ) -> None:
        self._trees = trees
        self._quotes = quotes
        self._cues = cues
        self._known = known or {}
        self.voices: list[Voice] = []
        self._named: dict[str, Voice] = {}
        self._surnamed: dict[str, Voice] = {}
        self._short: dict[str, Voice] = {}
        self._called: dict[str, list[Voice]] = {}
        self._bodies: dict[str, list[Voice]] = {}
        self._met: dict[str, Voice] = {}
        self._seen: list[_Seen] = []
        self._of: dict[tuple[int, int], Voice] = {}
        for number, tree in enumerate(trees):
            self._find_names(number, tree)
        for number, tree in enumerate(trees):
            self._read(number, tree)

    def voice_of(self, sentence: int, token: Token) -> Voice | None:
        """Whom a token means; None for "I" and "we", which the quotation tells, and where nobody fits."""
        return self._of.get((sentence, token.number))

    def mentions(self, sentence: int) -> list[tuple[Span, Voice]]:
        """The names in a sentence, with whom each means; no pronouns."""
        tree = self._trees[sentence]
        found: dict[Span, Voice] = {}
        for token in tree.tokens:
            voice = self._of.get((sentence, token.number))
            if voice is not None and token.pos in ("PROPN", "NOUN"):
                found[name_span(tree, token) if token.pos == "PROPN" else mention_span(tree, token)] = voice
        return sorted(found.items(), key=lambda each: each[0])

    def is_person(self, noun: Token) -> bool:
        """Whether a common noun is what a person is called."""
        return noun.pos == "NOUN" and self._cues.is_person(noun.lemma)

    def is_own(self, sentence: int, token: Token, speaker: Voice) -> bool:
        """Whether a token means a speaker, or the body that the speaker is named with."""
        voice = self.voice_of(sentence, token)
        return voice is not None and (voice is speaker or voice.name in speaker.bodies)

    def named(self, name: str) -> Voice:
        """The voice of that name, a new one if there is none."""
        return self._by_name(name) or self._new(name, "body")

    # Names

    def _find_names(self, sentence: int, tree: Tree) -> None:
        for token in tree.tokens:
            if (token.pos == "PROPN" and token.dep not in ("compound", "nmod", "flat")) or (
                token.entity == "PERSON" and is_last_of_name(tree, token)
            ):
                self._of[sentence, token.number] = self._meet(tree, token)
        for token in tree.tokens:
            voice = self._of.get((sentence, token.number))
            if voice is not None:
                self._describe(sentence, tree, token, voice)

    def _meet(self, tree: Tree, token: Token) -> Voice:
        name, is_person = name_of(tree, token)
        found = self._by_name(name)
        if found is None:
            kind = "person" if is_person else "body"
            found = self._new(name, kind)
            found.first = token.span
            has_article = tree.child(token.number, "det") is not None
            last = name.rpartition(" ")[2].casefold()
            is_body = last in self._cues.bodies or last in self._cues.media or last in self._cues.documents
            is_named = not has_article and token.tag == "NNP" and token.entity not in _NEVER_HUMAN
            found.may_be_human = is_named and not is_body
            is_place = token.entity in _NEVER_HUMAN
            found.is_organization = token.entity == "ORG" or (not is_place and (has_article or is_body))
            self._learn(found, name)
        elif is_person and found.kind == "body" and " " in name:
            found.kind = "person"
        if found.kind == "person" or found.may_be_human:
            found.sex = found.sex or self._cues.given_names.get(name.partition(" ")[0].casefold(), "")
        self._learn(found, name)
        if len(name) > len(found.name) and (found.kind == "person" or found.name.isupper()):
            found.name = name
        return found

    def _new(self, name: str, kind: str) -> Voice:
        voice = Voice(name, kind)
        voice.iri = self._known.get(name.casefold())
        self.voices.append(voice)
        self._learn(voice, name)
        return voice

    def _by_name(self, name: str) -> Voice | None:
        """The voice of a name: the same, a person's surname, or the initials of a longer one."""
        wanted = name.casefold()
        if found := self._named.get(wanted):
            return found
        if name.isupper() and len(name) > 1:
            return self._short.get(wanted)
        if " " not in wanted:  # "Sarrazo" is "Emil Sarrazo"
            return self._surnamed.get(wanted)
        if found := self._named.get(initials(name).casefold()):
            return found
        # Two full names with one surname are two people; a surname alone is the first of them.
        short = self._named.get(wanted.rpartition(" ")[2])
        return short if short is not None and all(" " not in other for other in short.names) else None

    def _learn(self, voice: Voice, name: str) -> None:
        """Find a voice by one name more."""
        voice.names.add(name)
        lower = name.casefold()
        self._named.setdefault(lower, voice)
        if letters := initials(name):
            self._short.setdefault(letters.casefold(), voice)
        if voice.kind == "body" and " " in lower:
            self._bodies.setdefault(lower.rpartition(" ")[2], []).append(voice)
        if (voice.kind == "person" or voice.may_be_human) and " " in lower:
            self._surnamed.setdefault(lower.rpartition(" ")[2], voice)

    def _describe(self, sentence: int, tree: Tree, token: Token, voice: Voice) -> None:
        """Take in what else a name is called: its title, its apposition, its predicate."""
        nouns = [
            child.lemma.lower()
            for child in tree.children(token.number, "compound", "amod", "nmod", "appos")
            if child.entity != "PERSON" and (child.pos == "NOUN" or child.dep == "compound")
        ]
        head = tree.head(token)
        if token.dep == "appos" and head.pos == "NOUN":
            nouns.append(head.lemma.lower())
        if token.dep in SUBJECTS and head.lemma == "be":
            nouns += [
                child.lemma.lower() for child in tree.children(head.number, "attr") if child.pos == "NOUN"
            ]
        for noun in set(nouns) - voice.nouns:
            self._called.setdefault(noun, []).append(voice)
        voice.nouns |= set(nouns)
        if voice.kind == "person":
            voice.bodies |= {
                other.name
                for number in tree.subtree(token.number)
                if (other := self._of.get((sentence, number))) and other.kind == "body"
            }
        before = {noun.strip(".") for noun in nouns} | {
            tree.tokens[token.number - n].text.lower().strip(".") for n in (1, 2, 3) if token.number >= n
        }
        if not voice.sex:
            voice.sex = _sex(before)

    # Reading

    def _read(self, sentence: int, tree: Tree) -> None:
        for token in tree.tokens:
            if token.pos not in ("PROPN", "NOUN", "PRON", "DET", "NUM", "ADJ"):
                continue
            is_argument = token.dep in {
                *SUBJECTS,
                "dobj",
                "pobj",
                "dative",
                "poss",
                "appos",
                "attr",
                "conj",
                "ROOT",
            }
            voice = self._of.get((sentence, token.number))
            if voice is None and is_argument:
                voice = self._resolve(sentence, tree, token)
            if voice is None or not is_argument or token.lemma in _NOBODY:
                continue
            self._of[sentence, token.number] = voice
            is_quoted = any(token.span.within(quote) for quote in self._quotes[sentence])
            verb = tree.head(token).number
            speaks = tree.tokens[verb].lemma in self._cues.verbs and tree.tokens[verb].is_verb
            seen = _Seen(sentence, token.number, voice, token.dep in SUBJECTS, verb, is_quoted, speaks)
            self._seen.append(seen)

    def _resolve(self, sentence: int, tree: Tree, token: Token) -> Voice | None:
        word = token.text.lower()
        if word in _FIRST:
            return None
        if token.text[:1].isupper() and (found := self._surnamed.get(word)):
            return found  # "Brooks", taken for a common noun
        if token.pos == "PRON" or word in _PLURAL:
            return self._of_pronoun(sentence, tree, token, word)
        if token.pos not in ("NOUN", "ADJ", "NUM"):
            return None
        return self._of_noun(tree, token)

    def _of_pronoun(self, sentence: int, tree: Tree, token: Token, word: str) -> Voice | None:
        sex = _PERSONAL.get(word, "")
        if not sex and word not in _PLURAL and word not in _NEUTER:
            return self._unnamed(tree, token) if token.dep in SUBJECTS and token.tag == "NN" else None
        best: tuple[float, Voice] | None = None
        verb = tree.head(token).number
        for seen in reversed(self._seen):
            distance = sentence - seen.sentence
            if distance > _FAR:
                break
            same_clause = distance == 0 and seen.verb == verb
            if same_clause or not _agrees(seen.voice, sex, word):
                continue
            score = -float(distance) + 1.5 * seen.is_subject - 1.5 * seen.is_quoted
            score -= 1.5 * (bool(sex) and seen.voice.kind == "body" and seen.voice.is_organization)
            score -= 0.4 * (bool(sex) and seen.voice.kind == "body")
            score += 0.6 * (seen.speaks and seen.is_subject) - 1.2 * (
                word in _PLURAL and not seen.voice.is_plural
            )
            score -= 0.5 * (seen.voice.kind == "unnamed") - 0.01 * seen.token * (not seen.is_subject)
            if best is None or score > best[0]:
                best = score, seen.voice
        if best is None:
            return None
        is_quoted = any(token.span.within(quote) for quote in self._quotes[sentence])
        if sex and not is_quoted:  # whom a speaker means is guessed
            best[1].sex = best[1].sex or sex
            best[1].kind = "person" if best[1].kind == "body" else best[1].kind
        return best[1]

    def _of_noun(self, tree: Tree, token: Token) -> Voice | None:
        for other in tree.children(token.number, "appos"):
            if other.pos == "PROPN" and token.dep in SUBJECTS:
                name, _ = name_of(tree, other)
                if found := self._by_name(name):
                    return found
        lemma = token.lemma.lower()
        determiner = tree.child(token.number, "det", "poss")
        is_definite = determiner is not None and determiner.lemma in ("the", "this", "that", "these", "those")
        if is_definite and token.tag == "NN":
            called = [voice for voice in self._called.get(lemma, ()) if voice.kind == "person"]
            if len(called) == 1:
                return called[0]
            bodies = [voice for voice in self._bodies.get(lemma, ()) if voice.kind == "body"]
            if len(bodies) == 1:
                return bodies[0]
        met = self._met.get(lemma)
        met = met if met is None or met.is_plural == (token.tag in ("NNS", "NNPS")) else None
        if met is None and is_definite and lemma in self._cues.again and token.tag == "NN":
            met = next(
                (seen.voice for seen in reversed(self._seen[-_LATELY:]) if seen.voice.is_company), None
            )
        is_more = tree.child(token.number, "prep", "acl", "relcl") is not None
        return met if met is not None and is_definite and not is_more else self._unnamed(tree, token)

    def _unnamed(self, tree: Tree, token: Token) -> Voice:
        name = neutral_name(tree, token)
        lemma = token.lemma.lower()
        kind = "document" if lemma in self._cues.documents else "unnamed"
        if lemma in self._cues.bodies and token.text.lower() == lemma:
            kind = "body"
        voice = Voice(name, kind, {name}, {lemma}, sex=_sex({lemma}), is_plural=token.tag in ("NNS", "NNPS"))
        voice.may_be_human = not voice.is_plural and self._cues.is_person(lemma)
        voice.first = token.span
        self._met[lemma] = voice
        voice.iri = self._known.get(name.casefold())
        self.voices.append(voice)
        return voice


def _sex(words: Iterable[str]) -> str:
    for word in words:
        if word in _FEMALE or word.endswith("woman"):
            return "f"
        if word in _MALE or word.endswith("sman"):
            return "m"
    return ""


def _agrees(voice: Voice, sex: str, word: str) -> bool:
    if sex:
        is_human = voice.kind == "person" or (voice.kind == "unnamed" and voice.may_be_human)
        # A name that the pipeline takes for a body's may be a person's.
        is_human = is_human or (voice.kind == "body" and voice.may_be_human)
        return is_human and voice.sex in ("", sex)
    if word in _NEUTER:
        is_human = voice.kind == "person" or (voice.kind == "unnamed" and voice.may_be_human)
        return not is_human and not voice.is_plural
    return voice.is_plural or voice.kind == "body"
