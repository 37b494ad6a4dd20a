"""Who is who in a text: names, what else they are called, and which of them a pronoun means.

Read from left to right, as readers do. A name is one voice with its longer forms; "the governor" is the one
who is called governor somewhere; a pronoun is whoever of its number and sex is spoken of most lately, before
others the subject of a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from kgraph.drafting.cues import Cues
from kgraph.drafting.designations import (
    NEVER_HUMAN,
    in_apposition,
    is_medium,
    is_of_a_body,
    is_of_a_person,
    judge_kind,
)
from kgraph.drafting.mentions import (
    begins_with_name,
    initials,
    is_last_of_name,
    mention_span,
    name_of,
    name_span,
    named_after,
    neutral_name,
)
from kgraph.drafting.pronouns import FIRST, NEUTER, PERSONAL, PLURAL, Seen, Voice, meant_by
from kgraph.drafting.tree import SUBJECTS, Token, Tree
from kgraph.text import Span

__all__ = ["Cast", "Voice"]

_MALE: Final = frozenset(
    "mr sir lord king prince father son brother husband man boy uncle nephew duke actor sheikh".split()
)
_FEMALE: Final = frozenset(
    "mrs ms miss dame lady queen princess mother daughter sister wife woman girl aunt niece duchess".split()
)
#: Some of those spoken of, or others: nobody in particular.
_SOME: Final = frozenset({"some", "others", "many"})
#: So many mentions back a body may be called "the company".
_LATELY: Final = 30
_NOBODY: Final = frozenset({"nobody", "nothing", "none", "everything", "anything", "anyone", "anybody"})
#: Kinds of entities that say nothing.
_FIGURES: Final = frozenset({"DATE", "TIME", "CARDINAL", "ORDINAL", "MONEY", "PERCENT", "QUANTITY"})


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
        self._seen: list[Seen] = []
        self._of: dict[tuple[int, int], Voice] = {}
        self._capitals = {token.text for tree in trees for token in tree.tokens if token.pos == "PROPN"}
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

    def is_group(self, noun: Token) -> bool:
        """Whether a common noun is what several people together are called."""
        return noun.pos == "NOUN" and noun.lemma in self._cues.groups

    def is_body(self, noun: Token) -> bool:
        """Whether a common noun is what a body is called."""
        return noun.pos == "NOUN" and noun.lemma in self._cues.bodies

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
            is_name = token.pos == "PROPN" and token.dep not in ("compound", "nmod", "flat")
            is_name = is_name and (token.entity not in _FIGURES or begins_with_name(tree, token))
            if is_name or (token.entity == "PERSON" and is_last_of_name(tree, token)):
                self._of[sentence, token.number] = self._meet(tree, token)
        for token in tree.tokens:
            voice = self._of.get((sentence, token.number))
            if voice is not None:
                self._describe(sentence, tree, token, voice)

    def _meet(self, tree: Tree, token: Token) -> Voice:
        name, is_person = name_of(tree, token)
        before = tree.tokens[token.number - 1] if token.number else token
        if token.entity == "PERSON" and before.head == token.number and name == token.text:
            is_given = before.text.casefold() in self._cues.given_names  # "Grandmaster Ilya Petrenko"
            name = f"{before.text} {name}" if is_given else name
        is_person = (is_person or is_of_a_person(name, token, self._cues)) and not name.isupper()
        found = self._by_name(name)
        if found is None:
            kind = "person" if is_person else "body"
            found = self._new(name, kind)
            found.first = token.span
            has_article = tree.child(token.number, "det") is not None
            is_body = is_of_a_body(name, self._cues)
            is_named = not has_article and not name.isupper() and token.tag == "NNP"
            is_named = is_named and token.entity not in NEVER_HUMAN
            found.may_be_human = is_named and not is_body
            is_place = token.entity in NEVER_HUMAN
            found.is_organization = token.entity == "ORG" or (not is_place and (has_article or is_body))
            self._learn(found, name)
        elif is_person and found.kind == "body" and " " in name:
            found.kind = "person"
        if found.kind == "person" or found.may_be_human:
            is_given = found.name.casefold().startswith(name.casefold())  # and no surname: "Ms Ahmed"
            given = self._cues.given_names.get(name.partition(" ")[0].casefold(), "")
            found.sex = found.sex or (given if is_given else "")
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
            bodies = self._bodies.setdefault(lower.rpartition(" ")[2], [])
            bodies += [] if any(other is voice for other in bodies) else [voice]
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
        start = tree.within(name_span(tree, token))[0].number
        before = tree.tokens[max(0, start - 2)]
        if self.is_person(before) and named_after(tree, before) is token:
            nouns.append(before.lemma.lower())
        if token.dep in SUBJECTS and head.lemma == "be":
            nouns += [
                child.lemma.lower() for child in tree.children(head.number, "attr") if child.pos == "NOUN"
            ]
        for noun in set(nouns) - voice.nouns:
            self._called.setdefault(noun, []).append(voice)
        voice.nouns |= set(nouns)
        judge_kind(voice, nouns, self._cues)
        clauses = tree.children(token.number, "relcl")
        relatives = {each.lemma for c in clauses for each in tree.children(c.number, *SUBJECTS)}
        if "who" in relatives:
            is_body = is_of_a_body(voice.name, self._cues) or tree.child(token.number, "det") is not None
            if voice.kind == "body" and not is_body:
                voice.kind, voice.is_organization, voice.may_be_human = "person", False, True
        elif "which" in relatives and voice.kind == "person" and " " not in voice.name:
            voice.kind, voice.is_organization, voice.may_be_human = "body", True, False
        if voice.kind == "person":
            voice.bodies |= {
                other.name
                for number in tree.subtree(token.number)
                if (other := self._of.get((sentence, number))) and other.kind == "body"
            }
        beside = {noun.strip(".") for noun in nouns} | {
            tree.tokens[token.number - n].text.lower().strip(".") for n in (1, 2, 3) if token.number >= n
        }
        if not voice.sex:
            voice.sex = _sex(beside)

    # Reading

    def _read(self, sentence: int, tree: Tree) -> None:
        for token in tree.tokens:
            is_surname = token.text[:1].isupper() and token.text.lower() in self._surnamed
            if token.pos not in ("PROPN", "NOUN", "PRON", "DET", "NUM", "ADJ") and not is_surname:
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
            self._seen.append(self._seen_as(sentence, tree, token, voice))
        self._learn_bodies(sentence, tree)

    def _seen_as(self, sentence: int, tree: Tree, token: Token, voice: Voice) -> Seen:
        is_quoted = any(token.span.within(quote) for quote in self._quotes[sentence])
        verb = tree.head(token)
        is_subject = token.dep in SUBJECTS and not any(
            aux.tag == "TO" for aux in tree.children(verb.number, "aux")
        )
        speaks = verb.lemma in self._cues.verbs and verb.is_verb and token.dep != "nsubjpass"
        is_human = voice.kind == "person" or (voice.kind == "unnamed" and voice.may_be_human)
        is_agent = verb.dep == "agent" and is_human
        if token.dep == "pobj" and (tree.head(verb).lemma == "accord" or is_agent):
            is_subject = True  # "according to her", "a club led by her"
        if token.dep == "attr" and (it := tree.child(verb.number, "nsubj")) and it.lemma == "it":
            is_subject = True  # "it was the baker who told us"
        clause = tree.head(verb) if verb.dep == "agent" else verb
        while clause.dep == "advcl" and clause.tag in ("VBN", "VBG") and verb.dep == "agent":
            clause = tree.head(clause)  # "asked by a reporter, she said": she is another
        return Seen(sentence, token.number, voice, is_subject, clause.number, is_quoted, speaks)

    def _learn_bodies(self, sentence: int, tree: Tree) -> None:
        """Take in whose head or speaker somebody is: "its leader, Ana Holt", "the union’s lawyer"."""
        for token in tree.tokens:
            voice = self._of.get((sentence, token.number))
            if voice is None or voice.kind not in ("person", "unnamed") or token.pos == "PRON":
                continue
            for noun in (token, tree.head(token)) if token.dep == "appos" else (token,):
                of = [tree.child(each.number, "pobj") for each in tree.children(noun.number, "prep")]
                for other in [*tree.children(noun.number, "poss"), *of]:
                    body = self._of.get((sentence, other.number)) if other is not None else None
                    if body is not None and body is not voice and self._is_body(body):
                        voice.bodies.add(body.name)

    def _is_body(self, voice: Voice) -> bool:
        return voice.kind == "body" or bool(voice.nouns & self._cues.bodies)

    def _resolve(self, sentence: int, tree: Tree, token: Token) -> Voice | None:
        word = token.text.lower()
        if word in FIRST:
            return None
        if token.text[:1].isupper() and (found := self._surnamed.get(word)):
            return found  # "Brooks", taken for a common noun
        is_bare = token.pos == "NOUN" and token.dep in SUBJECTS and not tree.children(token.number)
        if is_bare and token.text[:1].isupper() and token.text in self._capitals:
            return self.named(token.text)  # so is what is a name elsewhere
        if token.pos == "PRON" or word in PLURAL:
            return self._of_pronoun(sentence, tree, token, word)
        if token.pos not in ("NOUN", "ADJ", "NUM"):
            return None
        return self._of_noun(tree, token)

    def _of_pronoun(self, sentence: int, tree: Tree, token: Token, word: str) -> Voice | None:
        sex = PERSONAL.get(word, "")
        if not sex and word not in PLURAL and word not in NEUTER:
            return self._unnamed(tree, token) if token.dep in SUBJECTS and token.tag == "NN" else None
        verb = tree.head(token)
        speaks = token.dep in SUBJECTS and verb.is_verb and verb.lemma in self._cues.verbs
        if word in _SOME and speaks:
            return self._unnamed(tree, token)
        is_quoted = any(token.span.within(quote) for quote in self._quotes[sentence])
        if word == "they" and speaks and is_quoted:
            return None  # "They told me": whom a speaker means is not said
        best = meant_by(token, tree, sentence, reversed(self._seen), speaks=speaks)
        if best is None:
            return None
        if sex and not is_quoted:  # whom a speaker means is guessed
            best.sex = best.sex or sex
            best.kind = "person" if best.kind == "body" else best.kind
        return best

    def _of_noun(self, tree: Tree, token: Token) -> Voice | None:
        lemma = token.lemma.lower()
        if (
            token.dep in {*SUBJECTS, "attr", "pobj"}
            and (other := self._in_apposition(tree, token)) is not None
        ):
            name, _ = name_of(tree, other)
            if found := self._by_name(name):
                return found
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
        met = met if met is None or met.is_plural == token.is_plural else None
        is_bare = tree.child(token.number, "compound", "amod", "nmod") is None
        if met is None and is_definite and is_bare and lemma in self._cues.again and token.tag == "NN":
            met = next(
                (
                    seen.voice
                    for seen in reversed(self._seen[-_LATELY:])
                    if seen.voice.is_company and not is_medium(seen.voice, self._cues)
                ),
                None,
            )
        is_more = tree.child(token.number, "prep", "acl", "relcl") is not None
        return met if met is not None and is_definite and not is_more else self._unnamed(tree, token)

    def _in_apposition(self, tree: Tree, noun: Token) -> Token | None:
        beside = named_after(tree, noun) if noun.tag == "NN" and self.is_person(noun) else None
        return beside or in_apposition(tree, noun, self._cues)

    def _unnamed(self, tree: Tree, token: Token) -> Voice:
        name = neutral_name(tree, token)
        lemma = token.lemma.lower()
        kind = "document" if lemma in self._cues.documents else "unnamed"
        if lemma in self._cues.bodies and token.text.lower() == lemma:
            kind = "body"
        voice = Voice(name, kind, {name}, {lemma}, sex=_sex({lemma}), is_plural=token.is_plural)
        is_group = lemma in self._cues.groups or lemma in self._cues.bodies
        voice.may_be_human = (
            lemma in ("another", "one", "other")
            or self._cues.is_person(lemma)
            or (voice.is_plural and is_group)
        )
        owners = [*tree.children(token.number, "poss"), *tree.children(token.number, "prep")]
        words = [t for each in owners for t in (each, *tree.children(each.number, "pobj", "poss"))]
        voice.whose = next((PERSONAL[t.text.lower()] for t in words if t.text.lower() in PERSONAL), "")
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
