"""Who and what plays which role in what a verb or a noun tells: subjects, objects, phrases, times, amounts.

Which role a phrase has is said by the type's roles in the lexicon. A subject that is not printed is looked
for where grammar puts it: above an infinitive, before a relative clause, in the clause that goes before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from kgraph.authoring.values import parse_quantity
from kgraph.drafting.candidates import Thing
from kgraph.drafting.evocations import Evocations
from kgraph.drafting.mentions import mention_span
from kgraph.drafting.naming import Named, Names
from kgraph.drafting.phrasing import hyphened, owner_of, spelled
from kgraph.drafting.pronouns import Voice
from kgraph.drafting.subjects import doer, is_passive, object_of
from kgraph.drafting.tree import RELATIVE, TIMES, Token, Tree
from kgraph.drafting.voices import Cast
from kgraph.drafting.whens import When, whens
from kgraph.project import LexiconEntry

__all__ = ["Arguments", "Gathered", "Scene", "literal", "mentioned"]

#: The roles that a phrase may have by its preposition, the likelier ones first.
_FITTING: Final = {
    "of": ("kg:theme", "kg:participant", "kg:agent", "kg:content", "kg:topic"),
    "over": ("kg:topic", "kg:theme"),
    "about": ("kg:topic",),
    "on": ("kg:condition", "kg:topic", "kg:theme", "kg:recipient"),
    "against": ("kg:theme", "kg:topic", "kg:recipient"),
    "with": ("kg:participant", "kg:recipient", "kg:instrument"),
    "between": ("kg:participant", "kg:agent"),
    "for": ("kg:cause", "kg:topic", "kg:recipient"),
    "to": ("kg:recipient",),
    "into": ("kg:theme", "kg:topic"),
    "from": ("kg:origin",),
}
#: The role of a place by its preposition; it has one whatever the type is.
_WHERE: Final = {"from": "kg:origin", "off": "kg:origin", "out": "kg:origin"} | dict.fromkeys(
    ("to", "into", "onto", "towards", "toward"), "kg:destination"
)
_AT: Final = frozenset("in at on near outside inside within along across behind beside above below".split())
_AMOUNTS: Final = frozenset({"MONEY", "PERCENT", "QUANTITY", "CARDINAL"})
#: Kinds of entities that do something, and what an owner may be.
_BODIES: Final = frozenset({"ORG", "GPE", "NORP", "PERSON"})
_FIRST_ROLES: Final = ("kg:agent", "kg:theme", "kg:participant")
_ACTORS: Final = ("kg:agent", "kg:recipient")
_FIRST: Final = {"i": False, "me": False, "we": True, "us": True}
#: Verbs whose subject undergoes what their object would.
_CHANGES: Final = frozenset(
    "open reopen close shut break sink burn explode collapse stop halt move grow rise fall drop increase "
    "decrease shrink double fail crash freeze melt split".split()
)
_RELATIVE: Final = RELATIVE | {"EX", "WP$"}


@dataclass(frozen=True, slots=True)
class Scene:
    """Where something is told: the sentence, what of it belongs to others, and who says "I" in it."""

    sentence: int
    tree: Tree
    left_out: frozenset[int] = frozenset()
    speaker: Voice | None = None


@dataclass(slots=True)
class Gathered:
    """The roles of a node as they are found, with the tokens that tell them."""

    roles: list[tuple[str, str]] = field(default_factory=list)
    things: dict[str, Thing] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)

    def put(self, role: str, value: str, *, label: str = "", thing: Thing | None = None) -> None:
        """Take in a role, once."""
        if (role, value) not in self.roles:
            self.roles.append((role, value))
            self.labels.setdefault(role, label)
            if thing is not None:
                self.things[thing.name] = thing


def literal(words: str) -> str:
    """Words as a text in Turtle."""
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class Arguments:
    """Gathers what is told beside a verb or a noun."""

    def __init__(self, cast: Cast, evocations: Evocations, names: Names) -> None:
        self._cast = cast
        self._evocations = evocations
        self._names = names

    def of_verb(
        self, scene: Scene, verb: Token, entry: LexiconEntry | None, held: Token | None = None
    ) -> Gathered:
        """What a verb's clause tells. ``held`` is the preposition that belongs to the verb: "call on"."""
        tree = scene.tree
        found = Gathered(used={verb.number})
        close = ("aux", "auxpass", "neg", "prt", "advmod", "agent")
        found.used |= {child.number for child in tree.children(verb.number, *close) if child.tag != "WRB"}
        passive = is_passive(tree, verb)
        subject, thing = doer(tree, verb), object_of(tree, verb)
        if passive and subject is not None:
            self._object(found, scene, subject, entry)
        elif subject is not None:
            has_object = thing is not None or held is not None
            changes = verb.lemma in _CHANGES and entry is not None and "kg:theme" in dict(entry.roles)
            changes = changes and subject.text.lower() not in _FIRST
            if changes and not has_object:
                self.add(found, "kg:theme", scene, subject)  # "the museum reopened"
            else:
                self._subject(found, scene, subject, entry, has_object=has_object)
        if thing is not None:
            self._object(found, scene, thing, entry)
            if thing.lemma.lower() in ("nobody", "nothing", "none"):
                found.used.add(thing.number)  # what denies is quoted too
        for child in tree.children(verb.number, "agent", "dative"):
            given = tree.child(child.number, "pobj") or child
            self.add(found, "kg:agent" if child.dep == "agent" else "kg:recipient", scene, given)
        times = whens(tree, verb)
        above = tree.head(verb)
        if above.lemma == "give" and verb.dep in (
            "advcl",
            "xcomp",
            "acl",
        ):  # "gave them until Friday to leave"
            times += [when for when in whens(tree, above) if when.role == "kg:until"]
        self._times(found, scene, times)
        for child in tree.children(verb.number, "prep"):
            self._phrase(found, scene, child, entry, is_held=held is not None and child.number == held.number)
        return found

    def of_noun(self, scene: Scene, noun: Token, entry: LexiconEntry) -> Gathered:
        """What the words around a noun tell of the event or state that it names."""
        tree = scene.tree
        found = Gathered(used={token.number for token in hyphened(tree, noun)})
        self._times(found, scene, whens(tree, noun))
        owner = owner_of(tree, noun)
        if owner is None or owner.entity in TIMES:
            beside = tree.children(noun.number, "compound", "nmod")
            owner = next((each for each in beside if each.pos == "PROPN" and each.entity in _BODIES), None)
        if owner is not None:
            first = next((role for role, _ in entry.roles if role in _FIRST_ROLES), "")
            self._subject(found, scene, owner, entry, has_object=first != "kg:theme")
        phrases = tree.children(noun.number, "prep", "agent")
        if noun.dep == "conj" and not phrases:  # "the killing and expulsion of civilians"
            phrases = tree.children(noun.head, "prep", "agent")
        for child in phrases:
            given = tree.child(child.number, "pobj")
            if child.lemma == "by" and given is not None:
                self.add(found, "kg:agent", scene, given)
                found.used.add(child.number)
            else:
                self._phrase(found, scene, child, entry, is_held=False)
        return found

    def add(self, found: Gathered, role: str, scene: Scene, token: Token) -> None:
        """Take in what a noun, a name or a pronoun means in a role, and what is joined to it by "and"."""
        for each in (token, *self._joined(scene.tree, token)):
            if (named := self.named(scene, each)) is None:
                continue
            if role in _ACTORS and not named.acts and named.is_place:
                named = self._names.acting(named)  # "the West", "the north"
            right = "kg:cause" if role in _ACTORS and not named.acts and not named.is_place else role
            found.put(right, named.name, label=named.label, thing=named.thing)
            found.used.update(mentioned(scene.tree, each))

    def named(self, scene: Scene, token: Token) -> Named | None:
        """What a token names; None where it names nothing, or belongs to others."""
        head = scene.tree.head(token)
        if token.dep == "appos" and token.pos == "NOUN" and head.pos == "PROPN":
            token = head  # "Ana Holt, a dealer whom they accused"
        if token.number in scene.left_out or token.pos not in ("NOUN", "PROPN", "PRON", "NUM"):
            return None
        if token.text.lower() in _FIRST:
            return self._names.of_voice(scene.speaker) if scene.speaker is not None else None
        if token.text.lower() in ("p.m.", "a.m.", "pm", "am"):
            return None
        is_empty = token.pos == "PRON" and self._cast.voice_of(scene.sentence, token) is None
        if is_empty or token.tag in _RELATIVE or (token.pos == "NUM" and token.entity in _AMOUNTS):
            return None
        return self._names.of(scene.sentence, scene.tree, token)

    @staticmethod
    def _joined(tree: Tree, token: Token) -> Iterator[Token]:
        for other in tree.children(token.number, "conj"):
            is_figure = other.entity in _AMOUNTS or other.entity in TIMES
            if other.pos in ("NOUN", "PROPN") and not is_figure:
                yield other
                yield from Arguments._joined(tree, other)

    def _subject(
        self, found: Gathered, scene: Scene, token: Token, entry: LexiconEntry | None, *, has_object: bool
    ) -> None:
        named = self.named(scene, token)
        if named is None:
            return
        roles = dict(entry.roles) if entry is not None else {}
        if has_object and named.is_open and token.dep == "nsubj":
            named = self._names.acting(named)  # "rebels seized it"
        elif named.is_place and "kg:agent" in roles:
            named = self._names.acting(named)  # "the West"
        is_held = token.dep in ("poss", "compound", "nmod") and not has_object and "kg:theme" in roles
        if is_held:
            role = "kg:theme"
        elif named.acts and ("kg:agent" in roles or not roles):
            role = "kg:agent"
        elif not has_object and (not roles or "kg:theme" in roles):
            role = "kg:theme"
        elif "kg:agent" in roles or not roles:
            role = "kg:cause"
        elif has_object and "kg:participant" not in roles:
            role = "kg:agent"  # "the union dropped its demand"; things cause it
        else:
            order = ("kg:participant", "kg:theme")
            role = next((each for each in order if each in roles), "kg:agent")
        self.add(found, role, scene, token)

    def _object(self, found: Gathered, scene: Scene, token: Token, entry: LexiconEntry | None) -> None:
        roles = dict(entry.roles) if entry is not None else {}
        if token.entity in _AMOUNTS and self._amount(found, scene, token, roles):
            return
        named = self.named(scene, token)
        if named is None:
            return
        is_event = self._evocations.of_noun(scene.tree, token) is not None
        if named.acts and "kg:recipient" in roles:
            role = "kg:recipient"
        elif named.acts and roles and "kg:theme" not in roles:
            role = "kg:participant"  # "met the owner"
        elif is_event and "kg:content" in roles and "kg:theme" not in roles:
            role = "kg:content"
        else:
            order: tuple[str, ...] = (
                ("kg:theme", "kg:destination") if not named.is_place else ("kg:destination", "kg:theme")
            )
            order += ("kg:topic", "kg:instrument", "kg:content")
            role = next((each for each in order if each in roles), "kg:theme")
        self.add(found, role, scene, token)

    def amount(self, scene: Scene, token: Token) -> tuple[str, list[int]] | None:
        """An amount as printed, with its tokens; None where it is none."""
        tree = scene.tree
        without = {
            each.number for each in tree.children(token.number, "relcl", "prep", "appos", "conj", "cc")
        }
        numbers = tree.subtree(token.number, without=without)
        words = spelled([tree.tokens[number] for number in numbers])
        is_measure = token.entity in _AMOUNTS and parse_quantity(words) is not None
        return (words, numbers) if is_measure else None

    def _amount(self, found: Gathered, scene: Scene, token: Token, roles: dict[str, str]) -> bool:
        """Take in an amount, where the type has one."""
        amount = self.amount(scene, token) if not roles or "kg:amount" in roles else None
        if amount is None or set(amount[1]) & scene.left_out:
            return False
        found.put("kg:amount", literal(amount[0]), label=amount[0])
        found.used.update(amount[1])
        return True

    def _phrase(
        self, found: Gathered, scene: Scene, child: Token, entry: LexiconEntry | None, *, is_held: bool
    ) -> None:
        """A phrase at a verb or a noun: a place, an amount, or a role of the type."""
        tree = scene.tree
        inner = tree.child(child.number, "prep")  # "out of the hall"
        given = tree.child(child.number, "pobj") or (tree.child(inner.number, "pobj") if inner else None)
        if given is None or given.entity in TIMES or child.number in scene.left_out:
            return
        roles = dict(entry.roles) if entry is not None else {}
        if given.entity in _AMOUNTS and self._amount(found, scene, given, roles):
            found.used.add(child.number)
            return
        named = self.named(scene, given)
        if named is None:
            return
        particles = tree.children(child.head, "prt")
        lemma = child.lemma.lower()
        if lemma == "of" and any(each.lemma == "out" for each in particles):
            lemma = "out"  # "walked out of the hall"
        fitting = [each for each in _FITTING.get(lemma, ()) if each in roles]
        role = next((each for each in fitting if named.acts or each not in _ACTORS), "")
        beside = tree.child(given.number, "det", "poss", "amod", "compound", "nummod", "nmod")
        is_bare = given.tag == "NN" and beside is None  # "on condition", "by phone"
        is_happening = self._evocations.of_noun(tree, given) is not None
        is_medium = "kg:instrument" in roles and lemma in ("in", "on", "by", "via", "through")
        if is_held:
            self._object(found, scene, given, entry)
        elif role == "kg:recipient" and named.acts and lemma == "to":
            self.add(found, role, scene, given)
        elif named.is_place and (lemma in _AT or lemma in _WHERE):
            where = _WHERE.get(lemma, "kg:place")
            self.add(found, role if role == where else where, scene, given)
        elif is_medium and self._is_medium(given):
            self.add(found, "kg:instrument", scene, given)
        elif lemma in ("since", "after", "following") and is_happening:
            self.add(found, "kg:after", scene, given)
        elif is_happening and lemma in ("in", "during", "amid") and self._has_parties(tree, given):
            self.add(found, "kg:partOf", scene, given)
        elif role and not (is_bare and lemma in ("on", "in", "by", "at", "under")):
            self.add(found, role, scene, given)
        else:
            return
        found.used.update({child.number, *([inner.number] if inner else [])})

    def _has_parties(self, tree: Tree, noun: Token) -> bool:
        """Whether a noun names what goes on between several: a war, a stand-off, a clash."""
        entry = self._evocations.of_noun(tree, noun)
        return entry is not None and entry.below == "Event" and "kg:participant" in dict(entry.roles)

    def _is_medium(self, noun: Token) -> bool:
        typed = self._evocations.things.get(noun.lemma) if noun.pos == "NOUN" else None
        return typed is not None and bool({"kg:Medium", "kg:Document"} & {typed.name, *typed.above})

    def _times(self, found: Gathered, scene: Scene, times: Sequence[When]) -> None:
        for when in times:
            if set(when.numbers) & scene.left_out:
                continue
            if when.role == "kg:duration":
                found.put(when.role, literal(when.words), label=when.words)
            elif not any(role == when.role for role, _ in found.roles):
                found.put(when.role, when.name, thing=Thing(when.name, when.words, "kg:TimeExpression"))
            else:
                continue
            found.used.update(when.numbers)


def mentioned(tree: Tree, token: Token) -> list[int]:
    """The tokens that mention something; of a name in brackets, what they explain too."""
    span = mention_span(tree, token)
    numbers = [part.number for part in tree.within(span)]
    before = tree.tokens[numbers[0] - 1] if numbers and numbers[0] else None
    if before is None or before.text not in ("(", "[") or before.head in numbers:
        return numbers
    around = tree.subtree(before.head)
    closing = next((n for n in around if n > numbers[-1] and tree.tokens[n].text in (")", "]")), None)
    return [n for n in around if closing is not None and n <= closing] or numbers
