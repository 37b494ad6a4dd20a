"""What the words of a name, and the nouns beside it, tell of whom it names: a person, a body, a medium."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kgraph.drafting.cues import Cues
from kgraph.drafting.pronouns import Voice
from kgraph.drafting.tree import Token, Tree

__all__ = ["NEVER_HUMAN", "in_apposition", "is_of_a_body", "is_of_a_person", "judge_kind", "may_be_called"]

#: Kinds of entities that no person is.
NEVER_HUMAN: Final = frozenset({"GPE", "NORP", "LOC", "FAC", "DATE", "LAW", "LANGUAGE", "EVENT"})

#: What any body may be called again.
_GENERAL: Final = frozenset("group company firm organisation organization agency body".split())


def is_of_a_person(name: str, token: Token, cues: Cues) -> bool:
    """Whether a name of two or three words begins with a given name, and is no place's and no body's."""
    first, *others = name.split()
    is_full = 1 <= len(others) <= 2 and all(word[:1].isupper() for word in others)
    is_given = first.casefold() in cues.given_names
    is_body = is_of_a_body(" ".join(others[-1:]), cues)
    return is_full and is_given and not is_body and token.entity not in NEVER_HUMAN


def may_be_called(voice: Voice, noun: str, cues: Cues) -> bool:
    """Whether a body that was named may be called by a noun again: no union is "the company"."""
    words = {word.casefold() for word in voice.name.split()}
    is_medium = bool(words & cues.media) or voice.name in cues.known_media
    is_named = voice.kind == "body" and voice.name[:1].isupper() and not is_medium
    if not is_named or not (voice.is_organization or not (voice.may_be_human or voice.is_place)):
        return False
    called = (words | voice.nouns) & cues.bodies
    if noun not in called and noun not in _GENERAL:
        return False  # nothing says that it is a bank
    return noun not in cues.bodies or called <= (cues.firms if noun in cues.firms else {noun})


def is_of_a_body(name: str, cues: Cues) -> bool:
    """Whether a word of a name is what bodies, media or documents are called: "Channel Seven"."""
    words = {word.casefold() for word in name.split()}
    words |= {f"{word[:-3]}y" for word in words if word.endswith("ies")} | {
        word.rstrip("s") for word in words
    }
    return bool(words & (cues.bodies | cues.media | cues.documents))


def judge_kind(voice: Voice, nouns: Sequence[str], cues: Cues) -> None:
    """Let what a name is called tell what it names: "a crews’ group, Ana Sea", "the baker Ana"."""
    is_known = voice.sex or voice.name.partition(" ")[0].casefold() in cues.given_names
    collective = cues.bodies | cues.groups
    if any(noun in collective for noun in nouns) and not is_known:
        voice.kind, voice.is_organization, voice.may_be_human = "body", True, False
    elif (voice.may_be_human or " " in voice.name) and any(cues.is_person(noun) for noun in nouns):
        voice.kind, voice.may_be_human = "person", True


def in_apposition(tree: Tree, noun: Token, cues: Cues) -> Token | None:
    """The name of whom a noun means: "a doctor at a clinic, Ana Holt, said", wherever it was hung."""
    own = tree.child(noun.number, "appos")
    if own is not None and own.pos == "NOUN" and cues.is_person(own.lemma):
        beside = tree.children(own.number, "appos", "conj")  # "their leader, the baker and mayor Ana Holt"
        own = next((each for each in beside if each.pos == "PROPN"), None)
    if own is not None and own.pos == "PROPN":
        return own
    if not (noun.tag == "NN" and cues.is_person(noun.lemma)):
        return None
    for number in tree.subtree(noun.number):
        other = tree.tokens[number]
        first = tree.subtree(number)[0]
        is_apart = first > noun.number and tree.tokens[first - 1].text == ","
        is_person = other.entity == "PERSON" != tree.head(other).entity
        if other.dep == "appos" and is_person and is_apart:
            return other
    return None
