"""Names for what a draft claims of: the project's own where it knows them, else made of labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from kgraph.drafting.candidates import Thing
from kgraph.drafting.mentions import mention_span
from kgraph.drafting.tree import Token, Tree
from kgraph.drafting.voices import Cast
from kgraph.project import LexiconEntry

__all__ = ["Names", "camel"]

_CLASS_OF: Final = {
    "PERSON": "kg:Person",
    "GPE": "kg:GeopoliticalEntity",
    "LOC": "kg:Location",
    "FAC": "kg:Location",
    "ORG": "kg:Organization",
    "NORP": "kg:Group",
    "PRODUCT": "kg:Artefact",
    "WORK_OF_ART": "kg:Document",
    "LAW": "kg:Document",
}
_CLASS_OF_VOICE: Final = {"person": "kg:Person", "document": "kg:Document", "body": "kg:Organization"}
#: Common nouns for places that are governed.
_PLACES: Final = frozenset(
    "town city village region country state province district municipality county".split()
)
_LONGEST: Final = 6


def camel(label: str) -> str:
    """A label as a local name: "evacuation of two villages" is ``evacuationOfTwoVillages``."""
    words = re.findall(r"[^\W_]+", label.replace("’s", "").replace("'s", ""))
    joined = "".join(word[:1].upper() + word[1:] for word in words[:_LONGEST])
    name = joined[:1].lower() + joined[1:]
    return name if name[:1].isalpha() else f"n{name}"


class Names:
    """The names of a draft.

    Args:
        known: the project's prefixed names, by labels in lower case.
        cast: the voices of the text.
        types: the lexicon's types, by what things are called.
    """

    def __init__(self, known: Mapping[str, str], cast: Cast, types: Mapping[str, LexiconEntry]) -> None:
        self._names = dict(known)
        self._taken = {name.partition(":")[2] for name in known.values()}
        self._cast = cast
        self._types = types
        self._passive: set[str] = set()

    def fresh(self, label: str) -> str:
        """A name that nothing has yet."""
        stem = camel(label)
        name, number = stem, 1
        while name in self._taken:
            number += 1
            name = f"{stem}{number}"
        self._taken.add(name)
        return f"kgr:{name}"

    def of(self, sentence: int, tree: Tree, token: Token) -> tuple[str, str, Thing | None]:
        """The name and the label of what a noun or a pronoun means, and the thing where it is new."""
        voice = self._cast.voice_of(sentence, token)
        words = tree.within(mention_span(tree, token))
        if len(words) > 1 and words[0].lemma in ("the", "a", "an"):
            words = words[1:]
        spelled = "".join(
            word.text + (" " if after and after.span.start > word.span.end else "")
            for word, after in zip(words, [*words[1:], None], strict=True)
        )
        label = voice.name if voice is not None else spelled or token.text
        known = self._names.get(label.casefold())
        if known is not None:
            return known, label, None
        name = self.fresh(label)
        self._names[label.casefold()] = name
        cls = _CLASS_OF.get(token.entity) or (_CLASS_OF_VOICE.get(voice.kind) if voice else None)
        typed = self._typed(tree, token)
        if cls is not None and typed is not None and (cls == "kg:Person" or typed.below != "Actor"):
            typed = None
        if token.tag == "NN" and self._cast.is_person(token):
            cls = "kg:Person"
        elif token.lemma in _PLACES:
            cls = "kg:GeopoliticalEntity"
        elif typed is not None:
            cls = typed.name
        elif self._cast.is_group(token):
            cls = "kg:Group"
        cls = cls or ("kg:Group" if token.tag == "NNS" else "kg:Artefact")
        if cls == "kg:Artefact" or (typed is not None and cls == typed.name and typed.below != "Actor"):
            self._passive.add(name)
        return name, label, Thing(name, label, cls)

    def _typed(self, tree: Tree, token: Token) -> LexiconEntry | None:
        """The type that a common noun is called by, with the word before it first: "border crossing"."""
        if token.pos != "NOUN":
            return None
        before = [
            each for each in tree.children(token.number, "compound", "amod") if each.number < token.number
        ]
        names = [f"{each.lemma} {token.lemma}" for each in before[-1:]]
        names += [token.text.casefold(), token.lemma]
        return next((self._types[name] for name in names if name in self._types), None)

    def is_passive(self, name: str) -> bool:
        """Whether a new thing neither acts nor receives, by its type or for want of anything better."""
        return name in self._passive
