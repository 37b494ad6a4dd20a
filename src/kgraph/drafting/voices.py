"""Who is who in a text: names, what else they are called, and which of them a pronoun means.

Read from left to right, as readers do. A name is one voice with its longer forms; "the governor" is the one
who is called governor somewhere; a pronoun is whoever of its number and sex is spoken of most lately, before
others the subject of a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from kgraph.drafting.cues import Cues
from kgraph.drafting.designations import in_apposition, may_be_called
from kgraph.drafting.mentions import mention_span, name_of, name_span, named_after, neutral_name
from kgraph.drafting.pronouns import AGED, FIRST, NEUTER, PERSONAL, PLURAL, Seen, Voice, agrees, meant_by
from kgraph.drafting.register import Register, has_age, sex_of
from kgraph.drafting.tree import SUBJECTS, Token, Tree
from kgraph.text import Span

__all__ = ["Cast", "Voice"]

#: Some of those spoken of, or others: nobody in particular.
_SOME: Final = frozenset({"some", "others", "many"})
_OWNERS: Final = frozenset({*PERSONAL, "its", "their"})
#: So many sentences back somebody is described whom a name tells.
_REVEALED: Final = 2
#: So many mentions back a body may be called "the company".
_LATELY: Final = 30
_NOBODY: Final = frozenset({"nobody", "nothing", "none", "everything", "anything", "anyone", "anybody"})


class Cast(Register):
    """The voices of a text."""

    def __init__(
        self,
        trees: Sequence[Tree],
        quotes: Sequence[Sequence[Span]],
        cues: Cues,
        *,
        known: Mapping[str, str] | None = None,
        paragraph_of: Sequence[int] = (),
        publisher: str = "",
    ) -> None:
        super().__init__(cues, known or {})
        self._trees = trees
        self._quotes = quotes
        self._publisher = publisher.casefold()
        self._paragraph_of = paragraph_of or [0] * len(trees)
        self._lead = min((n for n in self._paragraph_of), default=0)
        self._met: dict[str, Voice] = {}
        self._seen: list[Seen] = []
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
            head = self._of.get((sentence, token.head)) if token.dep == "appos" else None
            if voice is None and head is not None and head.kind == "person" and self.is_person(token):
                continue  # "Ana Holt, a welder": she is seen already
            if voice is None and is_argument:
                voice = self._resolve(sentence, tree, token)
            if voice is None or not is_argument or token.lemma in _NOBODY:
                continue
            self._of[sentence, token.number] = voice
            self._reveal(sentence, tree, token, voice)
            self._seen.append(self._seen_as(sentence, tree, token, voice))
        self._learn_bodies(sentence, tree)

    def _reveal(self, sentence: int, tree: Tree, token: Token, voice: Voice) -> None:
        """Let a name tell who was only described: "A union leader was suspended. Ana Holt had called …".

        A person whom the text has not introduced is somebody of whom it has spoken.
        """
        is_name = token.pos == "PROPN" and voice.kind == "body" and " " in voice.name
        is_human = voice.kind == "person" or (is_name and voice.may_be_human)
        is_first = voice.first == token.span and is_human and token.dep in SUBJECTS
        roles = {noun for noun in voice.nouns if self._cues.is_person(noun)} - set(
            voice.name.casefold().split()
        )
        if not is_first or roles or tree.child(token.number, "appos") or has_age(tree, token):
            return
        for seen in (each for each in reversed(self._seen) if each.sentence < sentence):
            other = seen.voice
            if sentence - seen.sentence > _REVEALED or other.kind == "person":
                return
            is_new = (other.is_indefinite or seen.paragraph == self._lead) and not seen.speaks
            is_somebody = other.kind == "unnamed" and other.may_be_human and is_new and not other.is_plural
            if seen.is_subject and is_somebody and other.sex in ("", voice.sex or other.sex):
                other.name, other.kind = voice.name, "person"
                return

    def _seen_as(self, sentence: int, tree: Tree, token: Token, voice: Voice) -> Seen:
        is_quoted = any(token.span.within(quote) for quote in self._quotes[sentence])
        verb = tree.head(token)
        is_subject = token.dep in SUBJECTS and not any(
            aux.tag == "TO" for aux in tree.children(verb.number, "aux")
        )
        is_subject = is_subject and (token.pos == "PRON" or not _is_aside(tree, verb))
        speaks = verb.lemma in self._cues.verbs and verb.is_verb and token.dep != "nsubjpass"
        says = speaks and any(cue.group == "said" for cue in self._cues.verbs[verb.lemma])
        voice.has_spoken = voice.has_spoken or (says and is_subject)
        is_human = voice.kind == "person" or (voice.kind == "unnamed" and voice.may_be_human)
        is_agent = verb.dep == "agent" and is_human
        if token.dep == "pobj" and (tree.head(verb).lemma == "accord" or is_agent):
            is_subject = True  # "according to her", "a club led by her"
        if token.dep == "attr" and (it := tree.child(verb.number, "nsubj")) and it.lemma == "it":
            is_subject = True  # "it was the baker who told us"
        clause = tree.head(verb) if verb.dep == "agent" else verb
        while clause.dep == "advcl" and clause.tag in ("VBN", "VBG") and verb.dep == "agent":
            clause = tree.head(clause)  # "asked by a reporter, she said": she is another
        here = self._paragraph_of[sentence]
        return Seen(sentence, token.number, voice, is_subject, clause.number, is_quoted, speaks, here)

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
        is_bare = token.pos == "NOUN" and token.dep in SUBJECTS
        is_bare = is_bare and not tree.child(token.number, "det", "poss", "amod", "compound", "nummod")
        if is_bare and token.text[:1].isupper() and token.text in self._capitals:
            return self.named(token.text)  # so is what is a name elsewhere
        if token.pos == "PRON" or word in PLURAL:
            return self._of_pronoun(sentence, tree, token, word)
        if token.pos not in ("NOUN", "ADJ", "NUM"):
            return None
        return self._of_noun(sentence, tree, token)

    def _of_pronoun(self, sentence: int, tree: Tree, token: Token, word: str) -> Voice | None:
        sex = PERSONAL.get(word, "")
        if not sex and word not in PLURAL and word not in NEUTER:
            return (
                self._unnamed(sentence, tree, token) if token.dep in SUBJECTS and token.tag == "NN" else None
            )
        verb = tree.head(token)
        speaks = token.dep in SUBJECTS and verb.is_verb and verb.lemma in self._cues.verbs
        if word in _SOME and speaks:
            return self._unnamed(sentence, tree, token)
        is_quoted = any(token.span.within(quote) for quote in self._quotes[sentence])
        if word == "they" and speaks and is_quoted:
            return None  # "They told me": whom a speaker means is not said
        quoted = {t.number for quote in self._quotes[sentence] for t in tree.within(quote)}
        for other in tree.tokens[: token.number] if token.dep == "nsubj" and not is_quoted else ():
            if other.dep == "nsubj" and other.text.lower() == word and other.number not in quoted:
                return self._of.get((sentence, other.number))  # "it denies the claim, but it knew"
        best = self._told_of(sentence, tree, token) or self._meant_by(sentence, tree, token, speaks=speaks)
        if best is None:
            return None
        if sex and not is_quoted:  # whom a speaker means is guessed
            if not best.sex or (best.is_sex_guessed and speaks):
                best.sex, best.is_sex_guessed = sex, False
            best.kind = "person" if best.kind == "body" else best.kind
        return best

    def _told_of(self, sentence: int, tree: Tree, pronoun: Token) -> Voice | None:
        """Whom "who" stands for above a pronoun of what they say: "Ana Holt, who says she knew"."""
        for clause in tree.ancestors(tree.head(pronoun).number):
            who = tree.child(clause.number, "nsubj")
            if clause.dep == "relcl" and who is not None and who.lemma == "who":
                noun = tree.head(clause)
                voice = self._of.get((sentence, noun.head if noun.dep == "appos" else noun.number))
                is_fit = voice is not None and agrees(voice, pronoun.text.lower(), speaks=True)
                return voice if is_fit and pronoun.dep == "nsubj" else None
        return None

    def _meant_by(self, sentence: int, tree: Tree, token: Token, *, speaks: bool) -> Voice | None:
        place = (sentence, self._paragraph_of[sentence])
        return meant_by(token, tree, place, self._seen, speaks=speaks)

    def _of_noun(self, sentence: int, tree: Tree, token: Token) -> Voice | None:
        lemma = token.lemma.lower()
        if (
            token.dep in {*SUBJECTS, "attr", "pobj", "dobj", "dative", "conj"}
            and (other := self._in_apposition(tree, token)) is not None
        ):
            name, _ = name_of(tree, other)
            if found := self._by_name(name):
                return found
        determiner = tree.child(token.number, "det", "poss")
        is_definite = determiner is not None and determiner.lemma in ("the", "this", "that", "these", "those")
        is_owned = determiner is not None and determiner.text.lower() in _OWNERS  # "her lawyer said"
        if (is_definite or is_owned) and token.tag == "NN":
            if (person := self._called_by(tree, token)) is not None:
                return person
            bodies = [voice for voice in self._bodies.get(lemma, ()) if voice.kind == "body"]
            if len(bodies) == 1:
                return bodies[0]
        met = self._met.get(lemma)
        met = met if met is None or met.is_plural == token.is_plural else None
        is_bare = tree.child(token.number, "compound", "amod", "nmod") is None
        if met is None and is_definite and is_bare and lemma in self._cues.again and token.tag == "NN":
            lately = (seen.voice for seen in reversed(self._seen[-_LATELY:]))
            others = (voice for voice in lately if voice.name.casefold() not in self._publisher)
            met = next((voice for voice in others if may_be_called(voice, lemma, self._cues)), None)
        if lemma in AGED and (met := self._meant_by(sentence, tree, token, speaks=True)):
            return met
        if met is None and is_definite and (known := self._described(sentence, tree, token)) is not None:
            return known
        beside = tree.children(token.number, "prep", "acl", "relcl")
        is_more = any(tree.tokens[tree.subtree(each.number)[0] - 1].text != "," for each in beside)
        return (
            met if met is not None and is_definite and not is_more else self._unnamed(sentence, tree, token)
        )

    def _called_by(self, tree: Tree, noun: Token) -> Voice | None:
        """The person who is called by a noun: of several the one seen last, if nothing else tells."""
        voices = {id(voice): voice for voice in self._called.get(noun.lemma.lower(), ())}
        called = [voice for voice in voices.values() if voice.kind == "person"]
        is_bare = tree.child(noun.number, "compound", "amod", "nmod", "prep", "poss") is None
        if len(called) < 2 or not is_bare:
            return called[0] if len(called) == 1 else None
        lately = (seen.voice for seen in reversed(self._seen))
        return next((voice for voice in lately if any(voice is other for other in called)), None)

    def _described(self, sentence: int, tree: Tree, noun: Token) -> Voice | None:
        """Who is spoken of already and described for the first time: "Holt agrees. “…,” the diver said."."""
        verb = tree.head(noun)
        is_bare = tree.child(noun.number, "compound", "nmod", "prep", "relcl", "appos", "poss") is None
        if noun.dep != "nsubj" or noun.tag != "NN" or not is_bare or not self.is_person(noun):
            return None
        speaks = verb.is_verb and verb.lemma in self._cues.verbs
        here = self._paragraph_of[sentence]
        sex = sex_of({noun.lemma.lower()})
        for seen in reversed(self._seen):
            voice, distance = seen.voice, sentence - seen.sentence
            if distance > _REVEALED or (distance == 0 and not speaks):
                return None
            if seen.is_quoted or voice.kind != "person" or (distance == 0 and seen.verb == verb.number):
                continue
            is_free = voice.sex in ("", sex or voice.sex)
            roles = {each for each in voice.nouns | voice.deeds if self._cues.is_person(each)}
            is_unknown = not roles - set(voice.name.casefold().split())
            is_here = speaks and seen.paragraph == here
            is_near = is_unknown and distance == 1
            if distance and seen.is_subject and is_free and (is_here or is_near):
                return voice
        return None

    def _in_apposition(self, tree: Tree, noun: Token) -> Token | None:
        beside = named_after(tree, noun) if noun.tag == "NN" and self.is_person(noun) else None
        return beside or in_apposition(tree, noun, self._cues) or self._named_late(tree, noun)

    def _named_late(self, tree: Tree, noun: Token) -> Token | None:
        """Whose full name ends a long description: "The author of the report, Ana Holt, said"."""
        words = tree.subtree(noun.number)
        last = next((tree.tokens[n] for n in reversed(words) if tree.tokens[n].is_word), noun)
        first = tree.subtree(last.number)[0]
        is_apart = last.dep == "appos" and tree.tokens[first - 1].text == "," and last.pos == "PROPN"
        if not is_apart or not self.is_person(noun) or noun.tag != "NN":
            return None
        voice = self._by_name(name_of(tree, last)[0])
        is_somebody = voice is not None and last.text in voice.names  # elsewhere by the surname alone
        return last if is_somebody and voice is not None and (voice.may_be_human or voice.sex) else None

    def _spelled(self, sentence: int, tree: Tree, noun: Token) -> dict[int, str]:
        """Who is meant by the words of a description: "Ana Holt’s" for "her aides", "Ana Holt" for "Holt"."""
        found: dict[int, str] = {}
        for word in (tree.tokens[number] for number in tree.subtree(noun.number) if number != noun.number):
            voice = self._of.get((sentence, word.number))
            if voice is None or voice.kind not in ("person", "body") or not voice.name[:1].isupper():
                continue
            if word.tag == "PRP$":
                found[word.number] = f"{voice.name}’s"
            elif (
                voice.kind == "person"
                and name_of(tree, word)[0] == voice.name.rpartition(" ")[2] == word.text
            ):
                found[word.number] = voice.name
        return found

    def _unnamed(self, sentence: int, tree: Tree, token: Token) -> Voice:
        name = neutral_name(tree, token, self._spelled(sentence, tree, token))
        lemma = token.lemma.lower()
        kind = "document" if lemma in self._cues.documents else "unnamed"
        if lemma in self._cues.bodies and token.text.lower() == lemma:
            kind = "body"
        voice = Voice(name, kind, {name}, {lemma}, sex=sex_of({lemma}), is_plural=token.is_plural)
        voice.is_plural = voice.is_plural or (token.pos == "NUM" and lemma != "one")  # "two of its clerks"
        voice.is_group = is_group = lemma in self._cues.groups or lemma in self._cues.bodies
        voice.may_be_human = (
            lemma in ("another", "one", "other")
            or self._cues.is_person(lemma)
            or (voice.is_plural and is_group)
        )
        owners = [*tree.children(token.number, "poss"), *tree.children(token.number, "prep")]
        words = [t for each in owners for t in (each, *tree.children(each.number, "pobj", "poss"))]
        voice.whose = next((PERSONAL[t.text.lower()] for t in words if t.text.lower() in PERSONAL), "")
        voice.first = token.span
        determiner = tree.child(token.number, "det")
        voice.is_indefinite = determiner is not None and determiner.lemma in ("a", "an")
        self._met[lemma] = voice
        voice.iri = self._known.get(name.casefold())
        self.voices.append(voice)
        return voice


def _is_aside(tree: Tree, verb: Token) -> bool:
    """Whether a verb is in a relative clause: "of which the Post has a copy", not "where she sat"."""
    clause = next((each for each in (verb, *tree.ancestors(verb.number)) if each.dep == "relcl"), None)
    return clause is not None and all(tree.tokens[n].tag != "WRB" for n in tree.subtree(clause.number)[:2])
