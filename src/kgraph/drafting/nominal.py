"""What nouns claim: events that they name, offices, what somebody is, how many there are, where they are.

"the sale of the club to a bank", "Mayor Ana Holt", "Ana Holt, a welder", "more than 80 ships",
"Serbs in the north".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from kgraph.authoring.values import parse_quantity
from kgraph.drafting.arguments import Arguments, Gathered, Scene, literal, mentioned
from kgraph.drafting.candidates import Claim, Thing
from kgraph.drafting.complements import is_infinitive
from kgraph.drafting.evocations import Evocations
from kgraph.drafting.naming import Names
from kgraph.drafting.phrasing import figures, owner_of, spelled
from kgraph.drafting.told import Told
from kgraph.drafting.tree import TIMES, Token, Tree
from kgraph.drafting.voices import Cast

__all__ = ["Nominal"]

#: Determiners of what is not said to be.
_NONE: Final = frozenset("no any every each another whatever neither either".split())


class Nominal:
    """Reads claims off the nouns and names of a text."""

    def __init__(
        self,
        cast: Cast,
        evocations: Evocations,
        names: Names,
        arguments: Arguments,
        clause: Callable[[Scene, Token], Told | None],
    ) -> None:
        self._clause = clause
        self._cast = cast
        self._evocations = evocations
        self._names = names
        self._arguments = arguments

    def tell(self, scene: Scene, token: Token) -> Iterator[Told]:
        """What a noun or a name of a sentence tells besides being named."""
        readers = (self._office, self._kind) if token.pos == "PROPN" else (self._event,)
        for read in (*readers, self._count, self._base):
            if told := read(scene, token):
                yield told

    def _event(self, scene: Scene, noun: Token) -> Told | None:
        """The event or state that a noun names, with what is told beside it."""
        tree = scene.tree
        entry = self._evocations.of_noun(tree, noun)
        determiner = tree.child(noun.number, "det")
        if entry is None or noun.lemma in self._evocations.things or self._cast.is_person(noun):
            return None
        is_part = noun.dep in ("compound", "nmod", "amod")
        of = [tree.child(each.number, "pobj") for each in tree.children(noun.number, "prep")]
        is_part = is_part or any(
            each is not None and each.entity in TIMES for each in of if noun.lemma == "end"
        )
        if is_part or (determiner is not None and determiner.lemma in _NONE) or self._is_unreal(tree, noun):
            return None
        named = self._names.of(scene.sentence, tree, noun)
        found = self._arguments.of_noun(scene, noun, entry)
        for to in tree.children(noun.number, "acl") if "kg:content" in dict(entry.roles) else ():
            told = self._clause(scene, to) if is_infinitive(tree, to) else None
            if told is not None and told.rule == "event" and told.claim.predicate == "rdf:type":
                found.put("kg:content", told.claim.subject, thing=told.things[0])
                found.used |= {n for n in tree.subtree(to.number) if n <= to.number} | set(told.tokens)
        if not found.roles or named.thing is None or named.thing.type != entry.name:
            return None
        is_given = (determiner is not None and determiner.lemma != "a") or bool(
            tree.child(noun.number, "poss")
        )
        claim = Claim(named.name, "rdf:type", entry.name, tuple(found.roles))
        things = (named.thing, *found.things.values())
        return Told("noun-event", _between(found.used), noun.number, claim, things, is_given)

    def _is_unreal(self, tree: Tree, noun: Token) -> bool:
        """Whether a noun without an article stands below an infinitive, or says what another is about."""
        first = tree.head(noun) if noun.dep == "conj" else noun
        if tree.child(first.number, "det", "poss") is not None:
            return False
        for above in tree.ancestors(noun.number):
            if above.is_verb:
                return is_infinitive(tree, above)
            if above.lemma in ("over", "for", "about", "on") and self._evocations.of_noun(
                tree, tree.head(above)
            ):
                return True
        return False

    def _office(self, scene: Scene, name: Token) -> Told | None:
        """The state that a title or an apposition tells of: "Mayor Ana Holt", "Ana Holt, the director"."""
        tree = scene.tree
        voice = self._cast.voice_of(scene.sentence, name)
        if voice is None or voice.kind != "person":
            return None
        for noun in _beside(tree, name):
            entry = self._evocations.offices.get(noun.lemma.lower())
            if entry is None or noun.entity == "PERSON":
                continue
            found = Gathered()
            self._arguments.add(found, "kg:agent", scene, name)
            if (body := _body(tree, noun)) is not None:
                self._arguments.add(found, "kg:theme", scene, body)
            theme = found.labels.get("kg:theme")
            label = f"{voice.name} as {noun.text.lower()}" + (f" of {theme}" if theme else "")
            node = self._names.fresh(label)
            claim = Claim(node, "rdf:type", entry.name, (*found.roles, ("kg:phase", "kg:ongoing")))
            words = {noun.number, *tree.subtree(noun.number, without={name.number}), *found.used}
            things = (Thing(node, label, entry.name), *found.things.values())
            return Told("office", _between(words), noun.number, claim, things, is_given=True)
        return None

    def _kind(self, scene: Scene, name: Token) -> Told | None:
        """What a name is said to be in an apposition: "Tessaline, a bank", "Ana Holt, a welder for years"."""
        tree = scene.tree
        voice = self._cast.voice_of(scene.sentence, name)
        nouns = [each for each in tree.children(name.number, "appos") if each.pos == "NOUN"]
        if voice is None or not nouns or nouns[0].number in scene.left_out:
            return None
        noun = nouns[0]
        is_office = voice.kind == "person" and noun.lemma.lower() in self._evocations.offices
        if is_office or tree.child(noun.number, "nummod") is not None:
            return None
        named = self._names.of(scene.sentence, tree, name)
        things = (named.thing,) if named.thing else ()
        without = {
            each.number for each in tree.children(noun.number, "relcl", "appos", "conj", "cc", "punct")
        }
        numbers = set(tree.subtree(noun.number, without=without))
        own = set(mentioned(tree, name))
        entry = self._evocations.of_thing(tree, noun)
        if voice.kind != "person" and entry is not None and entry.below in ("Actor", "Location"):
            claim = Claim(named.name, "rdf:type", entry.name)
        else:
            words = spelled([tree.tokens[number] for number in sorted(numbers)]).rstrip(" ,;—–")
            claim = Claim(named.name, "kg:described", f"{literal(words)}@en")
        return Told("apposition", _between(numbers | own), noun.number, claim, things, is_given=True)

    def _count(self, scene: Scene, noun: Token) -> Told | None:
        """How many there are: "more than 80 ships"."""
        tree = scene.tree
        words = figures(tree, noun)
        if not words or noun.dep in ("compound", "npadvmod", "nmod"):
            return None
        amount = spelled(words)
        if amount.casefold() in ("one", "a"):
            return None
        if parse_quantity(amount) is None:
            return None
        named = self._arguments.named(scene, noun)
        if named is None:
            return None
        own = set(mentioned(tree, noun))
        claim = Claim(named.name, "kg:amount", literal(amount))
        numbers = _between({words[0].number, noun.number, *(n for n in own if n <= noun.number)})
        return Told("amount", numbers, noun.number, claim, (named.thing,) if named.thing else ())

    def _base(self, scene: Scene, noun: Token) -> Told | None:
        """Where people, bodies and places are: "Serbs in the north", "a court in Sarrow"."""
        tree = scene.tree
        prep = next((each for each in tree.children(noun.number, "prep") if each.lemma == "in"), None)
        place = tree.child(prep.number, "pobj") if prep is not None else None
        if prep is None or place is None or noun.number in scene.left_out:
            return None
        if place.entity in TIMES or noun.entity in TIMES:
            return None
        one, other = self._arguments.named(scene, noun), self._arguments.named(scene, place)
        if one is None or other is None or not other.is_place or not (one.acts or one.is_place):
            return None
        predicate = "kg:locatedIn" if one.is_place and not one.acts else "kg:basedIn"
        things = [each.thing for each in (one, other) if each.thing is not None]
        inside = {number for number in mentioned(tree, noun) if number <= noun.number}
        inside |= {prep.number, *mentioned(tree, place)}
        claim = Claim(one.name, predicate, other.name)
        return Told("base", _between(inside), noun.number, claim, tuple(things), is_given=True)


def _beside(tree: Tree, name: Token) -> list[Token]:
    """The nouns before a name and in apposition to it."""
    nouns = tree.children(name.number, "compound", "appos", "nmod")
    return [*nouns, *([tree.head(name)] if name.dep == "appos" else [])]


def _body(tree: Tree, noun: Token) -> Token | None:
    """What somebody is the head of: "the club’s president", "mayor of Sarrow"."""
    of = next(
        (each for each in tree.children(noun.number, "prep") if each.lemma in ("of", "for", "at")), None
    )
    return owner_of(tree, noun) or (
        tree.child(of.number, "pobj") if of is not None else tree.child(noun.number, "compound")
    )


def _between(numbers: set[int]) -> tuple[int, ...]:
    """The tokens from the first to the last."""
    return tuple(range(min(numbers), max(numbers) + 1))
