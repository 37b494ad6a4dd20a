"""What a clause says of a thing that is: how it is, that there is one, how much, in which phase."""

from __future__ import annotations

from typing import Final

from kgraph.drafting.arguments import Arguments, Scene, literal, mentioned
from kgraph.drafting.candidates import Claim
from kgraph.drafting.evocations import Evocations
from kgraph.drafting.naming import Names
from kgraph.drafting.phrasing import spelled
from kgraph.drafting.subjects import doer, object_of
from kgraph.drafting.told import Told, node_of, stretch
from kgraph.drafting.tree import RELATIVE, Token
from kgraph.drafting.whens import whens

__all__ = ["Being"]

#: The roles of what begins or ends that its verb tells: when and where.
_BESIDE: Final = frozenset(
    "kg:" + role for role in ("time", "since", "until", "duration", "place", "partOf", "after")
)
_RELATIVE: Final = RELATIVE | {"EX"}
_BEING: Final = frozenset({"be", "remain", "stay", "become"})
#: Verbs with which an amount is the subject's.
_MEASURING: Final = frozenset("weigh measure cost number total cover span comprise".split())
#: Verbs that say of an event only where it stands.
_PHASES: Final = {
    **dict.fromkeys(("end", "cease", "conclude", "finish", "collapse"), "kg:ended"),
    **dict.fromkeys(("begin", "start", "commence"), "kg:begun"),
    **dict.fromkeys(("continue", "persist", "drag"), "kg:ongoing"),
    "resume": "kg:resumed",
}
#: Where something is, or in which state, by a word alone: "the lift was down".
_WHERE: Final = frozenset("there here away back off on out over up down open shut".split())


class Being:
    """Reads what clauses say of things that are there already."""

    def __init__(self, evocations: Evocations, names: Names, arguments: Arguments) -> None:
        self._evocations = evocations
        self._names = names
        self._arguments = arguments

    def tell(self, scene: Scene, verb: Token) -> Told | None:
        """What such a verb says; None for others."""
        if verb.lemma in _BEING and not scene.tree.child(verb.number, "auxpass", "dobj"):
            return self._description(scene, verb)
        if verb.lemma in _MEASURING:
            return self._measure(scene, verb)
        phase = _PHASES.get(verb.lemma)
        return self._phase(scene, verb, phase) if phase else None

    def _phase(self, scene: Scene, verb: Token, phase: str) -> Told | None:
        """What begins, goes on or ends: "the talks have ended"."""
        tree = scene.tree
        subject = doer(tree, verb)
        if subject is None or object_of(tree, verb) is not None or tree.child(verb.number, "xcomp", "ccomp"):
            return None
        entry = self._evocations.of_noun(tree, subject)
        named = self._arguments.named(scene, subject) if entry is not None else None
        if named is None or subject.lemma in self._evocations.things:
            return None
        found = self._arguments.of_verb(scene, verb, entry)
        more = tuple(each for each in found.roles if each[0] in _BESIDE)
        told = [found.things[value] for _, value in more if value in found.things]
        things = [each for each in (named.thing, *told) if each is not None]
        claim = Claim(named.name, "kg:phase", phase, more)
        return Told("event", stretch(tree, found.used, scene.left_out), verb.number, claim, tuple(things))

    def _measure(self, scene: Scene, verb: Token) -> Told | None:
        """ "X weighs two tons": the amount is the thing's."""
        subject, amount = doer(scene.tree, verb), object_of(scene.tree, verb)
        if subject is None or amount is None or (named := self._arguments.named(scene, subject)) is None:
            return None
        found = self._arguments.amount(scene, amount)
        if found is None:
            return None
        used = {verb.number, *found[1]}
        used |= set(mentioned(scene.tree, subject))
        claim = Claim(named.name, "kg:amount", literal(found[0]))
        things = (named.thing,) if named.thing else ()
        return Told("amount", stretch(scene.tree, used, scene.left_out), verb.number, claim, things)

    def _description(self, scene: Scene, verb: Token) -> Told | None:
        """ "X is Y", as printed."""
        tree = scene.tree
        said = tree.child(verb.number, "attr", "acomp")
        if said is not None and tree.child(verb.number, "expl"):
            return self._existence(scene, verb, said)
        subject = doer(tree, verb)
        there = next(
            (each for each in tree.children(verb.number, "advmod", "prt") if each.text in _WHERE), None
        )
        said = said or there
        if subject is None or said is None or said.tag in (*_RELATIVE, "WRB"):
            return None
        if (
            verb.dep == "pcomp"
            or {subject.number, said.number} & scene.left_out
            or any(
                each.tag in ("WP", "WRB", "WDT")
                for each in tree.children(verb.number, "attr", "dobj", "advmod")
            )
        ):
            return None
        named = self._arguments.named(scene, subject)
        if named is None:
            return None
        numbers = [n for n in tree.subtree(said.number) if n not in scene.left_out]
        if said is there:
            numbers = [
                n for n in range(verb.number + 1, said.number + 1) if tree.tokens[n].dep in ("advmod", "prt")
            ]
            for when in whens(tree, verb) if numbers else ():
                numbers += when.numbers if when.numbers[0] == numbers[-1] + 1 else ()
        if not numbers:
            return None
        words = spelled([tree.tokens[number] for number in numbers])
        used = {verb.number, *numbers, *mentioned(tree, subject)}
        used |= {child.number for child in tree.children(verb.number, "neg", "aux")}
        claim = Claim(named.name, "kg:described", f"{literal(words)}@en")
        return Told(
            "description",
            stretch(tree, used, scene.left_out),
            verb.number,
            claim,
            (named.thing,) if named.thing else (),
        )

    def _existence(self, scene: Scene, verb: Token, noun: Token) -> Told | None:
        """ "There will be no talks on Friday": the event that is said to be, or not to be."""
        tree = scene.tree
        entry = self._evocations.of_noun(tree, noun)
        if entry is None or noun.lemma in self._evocations.things:
            return None
        found = self._arguments.of_noun(scene, noun, entry)
        beside = self._arguments.of_verb(scene, verb, entry)
        for role, value in beside.roles:
            if role in ("kg:time", "kg:since", "kg:until", "kg:place"):
                found.put(role, value, thing=beside.things.get(value))
        found.used |= beside.used
        return node_of(self._names, scene, verb, entry, entry.label, found, "event") if found.roles else None
