"""The names of a text, each with whom it means, its shorter forms, and what else that one is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from kgraph.drafting.cues import Cues
from kgraph.drafting.designations import NEVER_HUMAN, is_of_a_body, is_of_a_person, judge_kind
from kgraph.drafting.mentions import (
    begins_with_name,
    initials,
    is_last_of_name,
    name_of,
    name_span,
    named_after,
)
from kgraph.drafting.pronouns import PERSONAL, Voice
from kgraph.drafting.tree import FIGURES, SUBJECTS, Token, Tree

__all__ = ["Register", "has_age", "sex_of"]

_MALE: Final = frozenset(
    "mr sir lord king prince father son brother husband man boy uncle nephew duke actor sheikh".split()
)
_FEMALE: Final = frozenset(
    "mrs ms miss dame lady queen princess mother daughter sister wife woman girl aunt niece duchess".split()
)
#: Whom only people have.
_KIN: Final = frozenset(
    "father mother son daughter brother sister husband wife uncle aunt nephew niece child parent".split()
)
#: What somebody with a title is called.
_TITLED: Final = {
    "dr": "doctor",
    "prof": "professor",
    "sister": "nun",
    "father": "priest",
    "rev": "priest",
    "sgt": "sergeant",
    "gen": "general",
    "sen": "senator",
    "rep": "representative",
    "gov": "governor",
    "capt": "captain",
    "col": "colonel",
    "lt": "lieutenant",
    "cllr": "councillor",
}
#: An age has at most so many figures.
_AGE: Final = 3


class Register:
    """The voices with a name, found by each of their names."""

    def __init__(self, cues: Cues, known: Mapping[str, str]) -> None:
        self._cues = cues
        self._known = known
        self.voices: list[Voice] = []
        self._named: dict[str, Voice] = {}
        self._surnamed: dict[str, Voice] = {}
        self._first_named: dict[str, Voice | None] = {}
        self._short: dict[str, Voice] = {}
        self._called: dict[str, list[Voice]] = {}
        self._bodies: dict[str, list[Voice]] = {}
        self._of: dict[tuple[int, int], Voice] = {}

    def is_person(self, noun: Token) -> bool:
        """Whether a common noun is what a person is called."""
        return noun.pos == "NOUN" and self._cues.is_person(noun.lemma)

    def named(self, name: str) -> Voice:
        """The voice of that name, a new one if there is none."""
        return self._by_name(name) or self._new(name, "body")

    def _find_names(self, sentence: int, tree: Tree) -> None:
        for token in tree.tokens:
            is_name = token.pos == "PROPN" and token.dep not in ("compound", "nmod", "flat")
            is_name = is_name and (token.entity not in FIGURES or begins_with_name(tree, token))
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
        is_person = is_person or is_of_a_person(name, token, self._cues) or _is_who(tree, token, name)
        is_person = is_person and not name.isupper()
        first, _, last = name.partition(" ")
        is_of_body = is_of_a_body(last, self._cues) or (last and token.tag == "NNPS")
        if first.casefold() not in self._cues.given_names and is_of_body:
            is_person = False  # "Rusk Laboratories", whatever the pipeline says
        if is_person and " " not in name:
            name += self._shared_surname(tree, token)
        titles = {
            each.text.lower().strip(".") for each in tree.tokens[max(0, token.number - 3) : token.number]
        }
        found = self._by_name(name)
        if found is not None and found.kind == "body" and token.entity in NEVER_HUMAN:
            found = found if name in found.names or " " in name else None  # "Sarrow" is no Sarrow Bank
        if found is not None and " " not in name and found.sex and found.sex != (sex_of(titles) or found.sex):
            found = self._spouse(name, sex_of(titles))
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
            found.is_place = is_place
            self._learn(found, name)
        elif is_person and found.kind == "body" and " " in name:
            found.kind = "person"
        if found.kind == "person" or found.may_be_human:
            is_given = found.name.casefold().startswith(name.casefold())  # and no surname: "Ms Ahmed"
            given = self._cues.given_names.get(name.partition(" ")[0].casefold(), "")
            found.is_sex_guessed = found.is_sex_guessed or (is_given and not found.sex and bool(given))
            found.sex = found.sex or (given if is_given else "")
        self._learn(found, name)
        if len(name) > len(found.name) and (found.kind == "person" or found.name.isupper()):
            found.name = name
        return found

    def _shared_surname(self, tree: Tree, token: Token) -> str:
        """The surname that a given name shares with the next one: "Ana and Lars Holt"."""
        other = tree.child(token.number, "conj")
        if other is None or other.entity != "PERSON" or tree.child(token.number, "compound"):
            return ""
        name, _ = name_of(tree, other)
        is_next = len(tree.within(name_span(tree, other))) == other.number - token.number - 1
        return f" {name.rpartition(' ')[2]}" if " " in name and is_next else ""

    def _spouse(self, name: str, sex: str) -> Voice:
        """Whom "Mrs Cope" means after "Walter Cope": another Cope of that sex."""
        others = [each for each in self.voices if each.name.endswith(f" {name}") and each.sex == sex]
        if others:
            return others[0]
        voice = self._new(f"{'Mrs' if sex == 'f' else 'Mr'} {name}", "person")
        voice.sex = sex
        return voice

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
        if " " not in wanted:  # "Sarrazo" is "Emil Sarrazo", and "Emil" is
            return self._surnamed.get(wanted) or self._first_named.get(wanted)
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
        is_human = voice.kind == "person" or voice.may_be_human
        if is_human and " " in lower:
            self._surnamed.setdefault(lower.rpartition(" ")[2], voice)
        if (is_human or (voice.is_organization and not voice.is_place)) and " " in lower:
            # of two with one given name neither is called by it
            first = lower.partition(" ")[0]
            self._first_named[first] = voice if self._first_named.get(first, voice) is voice else None

    def _describe(self, sentence: int, tree: Tree, token: Token, voice: Voice) -> None:
        """Take in what else a name is called: its title, its apposition, its predicate."""
        collective = self._cues.bodies | self._cues.groups | self._cues.documents
        nouns = [
            child.lemma.lower()
            for child in tree.children(token.number, "compound", "amod", "nmod", "appos")
            if child.entity != "PERSON" and (child.pos == "NOUN" or child.dep == "compound")
        ]
        head = tree.head(token)
        if token.dep == "appos" and head.pos == "NOUN":
            nouns.append(head.lemma.lower())
            owner = tree.child(head.number, "poss")
            if owner is not None and owner.text.lower() in PERSONAL and nouns[-1] not in collective:
                voice.may_be_human = True  # "her guide, Pemba"
        start = tree.within(name_span(tree, token))[0].number
        before = tree.tokens[max(0, start - 2)]
        if self.is_person(before) and named_after(tree, before) is token:
            nouns.append(before.lemma.lower())
        if token.dep in SUBJECTS and head.lemma == "be":
            nouns += [
                child.lemma.lower() for child in tree.children(head.number, "attr") if child.pos == "NOUN"
            ]
        nouns += _titles(tree, token)
        voice.deeds |= set(_deeds(tree, token))
        for noun in {*nouns, *voice.deeds} - voice.nouns:
            self._called.setdefault(noun, []).append(voice)
        voice.nouns |= set(nouns)
        judge_kind(voice, nouns, self._cues)
        if has_age(tree, token) and voice.kind == "body":
            voice.kind, voice.is_organization, voice.may_be_human = "person", False, True
            self._learn(voice, voice.name)
        clauses = tree.children(token.number, "relcl")
        relatives = {each.lemma for c in clauses for each in tree.children(c.number, *SUBJECTS)}
        if "who" in relatives:
            is_one = any(each.tag == "VBZ" for each in clauses)  # "Rob Bank, who runs a shop"
            is_body = is_of_a_body(voice.name, self._cues) and not is_one
            is_body = is_body or tree.child(token.number, "det") is not None
            if voice.kind == "body" and not is_body:
                voice.kind, voice.is_organization, voice.may_be_human = "person", False, True
        elif "which" in relatives and voice.kind == "person":
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
        told = sex_of(beside)
        if told and (not voice.sex or voice.is_sex_guessed):
            voice.sex, voice.is_sex_guessed = told, False


def _titles(tree: Tree, name: Token) -> list[str]:
    """What the title before a name calls somebody: "Dr Holt" is a doctor."""
    words = {token.text.lower().strip(".") for token in tree.tokens[max(0, name.number - 3) : name.number]}
    return [_TITLED[word] for word in words & set(_TITLED)]


def _deeds(tree: Tree, name: Token) -> list[str]:
    """What somebody is called by what they do: "Holt, who farms on the hill" is a farmer."""
    verbs = [tree.head(name)] if name.dep == "nsubj" else []
    verbs += [
        clause
        for clause in tree.children(name.number, "relcl")
        if any(each.lemma == "who" for each in tree.children(clause.number, "nsubj"))
    ]
    ends = {"e": ("r",)}
    return [
        verb.lemma + end for verb in verbs if verb.is_verb for end in ends.get(verb.lemma[-1:], ("er", "or"))
    ]


def has_age(tree: Tree, name: Token) -> bool:
    """Whether somebody's age stands beside a name: "Ana Holt, 71,", "nine-year-old Ana Holt"."""
    after = tree.tokens[name.number + 1 : name.number + 4]
    marks = [token.text for token in after]
    is_number = len(after) > 1 and marks[0] == "," and marks[1].isdecimal() and len(marks[1]) <= _AGE
    before = tree.children(name.number, "amod", "nmod", "compound")
    ages = [each for each in before if each.lemma == "old" and tree.child(each.number, "npadvmod")]
    return (is_number and marks[2:] in ([","], ["."])) or bool(ages)


def sex_of(words: Iterable[str]) -> str:
    """The sex that a noun beside a name tells; empty where none does."""
    for word in words:
        if word in _FEMALE or word.endswith("woman"):
            return "f"
        if word in _MALE or word.endswith("sman"):
            return "m"
    return ""


def _is_who(tree: Tree, token: Token, name: str) -> bool:
    """Whether a name is that of a person by what is said of them: "Yda Orm, whose son was there"."""
    clause = tree.child(token.number, "relcl")
    if clause is None or " " not in name or token.tag != "NNP":
        return False  # "Serbs, who"
    first = tree.tokens[tree.subtree(clause.number)[0]]
    return first.text == "who" or (first.text == "whose" and tree.head(first).lemma in _KIN)
