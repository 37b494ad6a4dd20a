"""Who is who in a text: names, what else they are called, and which of them a pronoun means.

Read from left to right, as readers do. A name is one voice with its longer forms; "the governor" is the one
who is called governor somewhere; a pronoun is whoever of its number and sex is spoken of most lately, before
others the subject of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kgraph.drafting.cues import Cues
from kgraph.drafting.tree import SUBJECTS, Token, Tree
from kgraph.text import Span

__all__ = ["Cast", "Voice", "mention_span"]

_TITLES: Final = re.compile(
    r"(?:(?:mr|mrs|ms|miss|dr|prof|professor|sir|dame|lord|lady|rev|fr|st|gen|col|lt|sgt|capt|cpl|maj|cmdr|hon)\.?\s+)+",
    re.IGNORECASE,
)
_MALE: Final = frozenset(
    "mr sir lord king prince father son brother husband man boy uncle nephew duke actor sheikh he him his himself".split()
)
_FEMALE: Final = frozenset(
    "mrs ms miss dame lady queen princess mother daughter sister wife woman girl aunt niece duchess actress she her "
    "hers herself".split()
)
_PERSONAL: Final = {"he": "m", "him": "m", "his": "m", "himself": "m"} | dict.fromkeys(
    ("she", "her", "hers", "herself"), "f"
)
_PLURAL: Final = frozenset({"they", "them", "their", "themselves", "both", "some", "others", "many"})
_NEUTER: Final = frozenset({"it", "its", "itself"})
_FIRST: Final = frozenset({"i", "we", "me", "us", "my", "our"})
#: Dependents that say more of a person than who it is.
_BESIDE: Final = frozenset(
    {"relcl", "appos", "acl", "punct", "case", "advcl", "parataxis", "dep", "cc", "conj"}
)
_FAR: Final = 8
_BODIES: Final = frozenset({"ORG", "GPE", "NORP", "FAC", "LOC"})


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
    iri: str | None = None
    #: Where it is first named.
    first: Span | None = None

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


def mention_span(tree: Tree, head: Token) -> Span:
    """The words that name somebody, without what is added: no relative clause, no apposition.

    For "Sarrazo's spokesman, Dario Mell" they are the name in apposition.
    """
    if head.pos == "NOUN":
        for other in tree.children(head.number, "appos"):
            if other.pos == "PROPN":
                head = other
    without = {child.number for child in tree.children(head.number) if child.dep in _BESIDE}
    joined = _joined(tree, head)
    kept = tree.subtree(head.number, without=without - joined)
    run = [head.number]
    present = set(kept)
    while run[0] - 1 in present:
        run.insert(0, run[0] - 1)
    while run[-1] + 1 in present:
        run.append(run[-1] + 1)
    while len(run) > 1 and not tree.tokens[run[0]].is_word:
        run.pop(0)
    while len(run) > 1 and not tree.tokens[run[-1]].is_word:
        run.pop()
    return Span(tree.tokens[run[0]].span.start, tree.tokens[run[-1]].span.end)


def _joined(tree: Tree, head: Token) -> set[int]:
    """What joins "the district and the police" into one source."""
    others = [other for other in tree.children(head.number, "conj") if other.pos in ("NOUN", "PROPN")]
    if not others:
        return set()
    return {child.number for child in tree.children(head.number, "cc", "punct", "conj")}


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
        self._seen: list[_Seen] = []
        self._of: dict[tuple[int, int], Voice] = {}
        for number, tree in enumerate(trees):
            self._find_names(number, tree)
        for number, tree in enumerate(trees):
            self._read(number, tree)

    def voice_of(self, sentence: int, token: Token) -> Voice | None:
        """Whom a token means; None for "I" and "we", which only the quotation tells, and where nobody fits."""
        return self._of.get((sentence, token.number))

    def mentions(self, sentence: int) -> list[tuple[Span, Voice]]:
        """The names in a sentence, with whom each means; no pronouns."""
        tree = self._trees[sentence]
        found: dict[Span, Voice] = {}
        for token in tree.tokens:
            voice = self._of.get((sentence, token.number))
            if voice is not None and token.pos in ("PROPN", "NOUN"):
                found[_words_of(tree, token) if token.pos == "PROPN" else mention_span(tree, token)] = voice
        return sorted(found.items(), key=lambda each: each[0])

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
                token.entity == "PERSON" and _is_last(tree, token)
            ):
                self._of[sentence, token.number] = self._meet(tree, token)
        for token in tree.tokens:
            voice = self._of.get((sentence, token.number))
            if voice is not None:
                self._describe(tree, token, voice)

    def _meet(self, tree: Tree, token: Token) -> Voice:
        name, is_person = _name_of(tree, token)
        found = self._by_name(name)
        if found is None:
            kind = "person" if is_person else "body"
            found = self._new(name, kind)
            found.first = token.span
        elif is_person and found.kind == "body" and " " in name:
            found.kind = "person"
        found.names.add(name)
        if len(name) > len(found.name) and (found.kind == "person" or found.name.isupper()):
            found.name = name
        return found

    def _new(self, name: str, kind: str) -> Voice:
        voice = Voice(name, kind, {name})
        voice.iri = self._known.get(name.casefold())
        self.voices.append(voice)
        return voice

    def _by_name(self, name: str) -> Voice | None:
        wanted = name.casefold()
        last = wanted.rpartition(" ")[2]
        for voice in self.voices:
            for other in voice.names:
                have = other.casefold()
                if have == wanted or (name.isupper() and len(name) > 1 and _initials(other) == name):
                    return voice
                if _initials(name) == other and len(other) > 1:
                    return voice
                # "Sarrazo" is "Emil Sarrazo"; two full names with one surname are two people.
                if voice.kind == "person" or " " not in have:
                    if " " not in wanted and have.rpartition(" ")[2] == wanted and voice.kind == "person":
                        return voice
                    if " " not in have and last == have and len(have) > 2:
                        return voice
        return None

    def _describe(self, tree: Tree, token: Token, voice: Voice) -> None:
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
        voice.nouns |= set(nouns)
        if voice.kind == "person":
            voice.bodies |= {
                other.name
                for number in tree.subtree(token.number)
                if (other := self._of.get((self._trees.index(tree), number))) and other.kind == "body"
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
            if voice is None or not is_argument:
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
            score += 0.6 * (seen.speaks and seen.is_subject) - 1.2 * (
                word in _PLURAL and not seen.voice.is_plural
            )
            score -= 0.5 * (seen.voice.kind == "unnamed") - 0.01 * seen.token * (not seen.is_subject)
            if best is None or score > best[0]:
                best = score, seen.voice
        if best is None:
            return None
        if sex and not best[1].sex:
            best[1].sex = sex
        return best[1]

    def _of_noun(self, tree: Tree, token: Token) -> Voice | None:
        for other in tree.children(token.number, "appos"):
            if other.pos == "PROPN" and token.dep in SUBJECTS:
                name, _ = _name_of(tree, other)
                if found := self._by_name(name):
                    return found
        lemma = token.lemma.lower()
        determiner = tree.child(token.number, "det", "poss")
        is_definite = determiner is not None and determiner.lemma in ("the", "this", "that", "these", "those")
        if is_definite and token.tag == "NN":
            called = [voice for voice in self.voices if lemma in voice.nouns and voice.kind == "person"]
            if len(called) == 1:
                return called[0]
            bodies = [
                voice
                for voice in self.voices
                if voice.kind == "body"
                and voice.name.casefold().split()[-1:] == [lemma]
                and " " in voice.name
            ]
            if len(bodies) == 1:
                return bodies[0]
        if is_definite and not tree.child(token.number, "prep", "acl", "relcl"):
            for seen in reversed(self._seen):
                if seen.voice.kind in ("unnamed", "document") and lemma in seen.voice.nouns:
                    return seen.voice
        return self._unnamed(tree, token)

    def _unnamed(self, tree: Tree, token: Token) -> Voice:
        name = _neutral(tree, token)
        lemma = token.lemma.lower()
        kind = "document" if lemma in self._cues.documents else "unnamed"
        voice = Voice(name, kind, {name}, {lemma}, sex=_sex({lemma}), is_plural=token.tag in ("NNS", "NNPS"))
        voice.first = token.span
        voice.iri = self._known.get(name.casefold())
        self.voices.append(voice)
        return voice


def _words_of(tree: Tree, token: Token) -> Span:
    words = _name_tokens(tree, token)
    return Span(words[0].span.start, words[-1].span.end)


def _name_tokens(tree: Tree, token: Token) -> list[Token]:
    """The tokens of the name that a token is the head of."""
    if token.entity:
        start = end = token.number
        while start > 0 and tree.tokens[start - 1].entity == token.entity and not tree.tokens[start].begins:
            start -= 1
        while (
            end + 1 < len(tree.tokens)
            and tree.tokens[end + 1].entity == token.entity
            and not tree.tokens[end + 1].begins
        ):
            end += 1
        words = [tree.tokens[number] for number in range(start, end + 1)]
    else:
        near = {
            child.number
            for child in tree.children(token.number, "compound", "nmod", "flat")
            if child.pos == "PROPN"
        }
        start = token.number
        while start - 1 in near:
            start -= 1
        words = [tree.tokens[number] for number in range(start, token.number + 1)]
    while len(words) > 1 and (words[-1].tag == "POS" or not words[-1].is_word):
        words.pop()
    while len(words) > 1 and words[0].lemma in ("the", "a", "an"):
        words.pop(0)
    return words


def _name_of(tree: Tree, token: Token) -> tuple[str, bool]:
    """A name without titles, and whether it is a person's."""
    words = _name_tokens(tree, token)
    parts = [
        word.text + (" " if following and following.span.start > word.span.end else "")
        for word, following in zip(words, [*words[1:], None], strict=True)
    ]
    name = "".join(parts)
    is_person = token.entity == "PERSON" or bool(_TITLES.match(name))
    return _TITLES.sub("", name, count=1) or name, is_person


def _is_last(tree: Tree, token: Token) -> bool:
    following = tree.tokens[token.number + 1] if token.number + 1 < len(tree.tokens) else None
    return token.pos == "PROPN" and (following is None or following.entity != "PERSON" or following.begins)


def _initials(name: str) -> str:
    words = [word for word in name.split() if word[:1].isupper()]
    return "".join(word[0] for word in words) if len(words) > 1 else ""


def _sex(words: Iterable[str]) -> str:
    for word in words:
        if word in _FEMALE or word.endswith("woman"):
            return "f"
        if word in _MALE or word.endswith("sman"):
            return "m"
    return ""


def _agrees(voice: Voice, sex: str, word: str) -> bool:
    if sex:
        is_human = voice.kind == "person" or (voice.kind == "unnamed" and not voice.is_plural)
        return is_human and voice.sex in ("", sex)
    if word in _NEUTER:
        return voice.kind != "person" and not voice.is_plural
    return voice.is_plural or voice.kind == "body"


def _neutral(tree: Tree, token: Token) -> str:
    """A source without a name, as a label: without its article, without a capital that only begins a sentence."""
    span = mention_span(tree, token)
    words = tree.within(span)
    if len(words) > 1 and words[0].lemma in ("the", "a", "an"):
        words = words[1:]
    if not words:
        words = [token]
    text = "".join(
        word.text + (" " if index + 1 < len(words) and words[index + 1].span.start > word.span.end else "")
        for index, word in enumerate(words)
    )
    first = words[0]
    return text if first.pos == "PROPN" else text[:1].lower() + text[1:]
