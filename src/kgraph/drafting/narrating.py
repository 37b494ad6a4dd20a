"""What a clause claims, in the terms of the lexicon: an event or a state with its roles.

A verb whose word evokes a type of the lexicon becomes a node of that type; a verb that says little by itself
("take control") one of the type of its noun; another one an event. "X is Y" describes X, "X weighs Y" gives
its amount. What nobody else is quoted with, the publication tells; that somebody says it is no event besides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from kgraph.drafting.arguments import Arguments, Gathered, Scene
from kgraph.drafting.being import Being
from kgraph.drafting.complements import is_infinitive
from kgraph.drafting.evocations import Evocations
from kgraph.drafting.naming import Names
from kgraph.drafting.nominal import Nominal
from kgraph.drafting.phrasing import gerund
from kgraph.drafting.pronouns import Voice
from kgraph.drafting.subjects import caused_by, doer, is_passive
from kgraph.drafting.told import Told, node_of
from kgraph.drafting.tree import Token, Tree
from kgraph.drafting.voices import Cast
from kgraph.project import LexiconEntry

__all__ = ["Teller", "Told"]

#: Verbs that only say of a noun that it happens or holds, and in which phase a state then is.
_SUPPORT: Final = {
    **dict.fromkeys(("have", "hold", "keep", "retain", "maintain"), "kg:ongoing"),
    **dict.fromkeys(("take", "gain", "get", "assume", "seize", "win", "acquire"), "kg:begun"),
    **dict.fromkeys(("lose", "cede", "relinquish"), "kg:ended"),
    **dict.fromkeys(("give", "make", "do", "issue", "launch", "conduct", "stage", "reach", "impose"), ""),
}
#: Verbs of which nothing can be made by themselves: they lead to others, or say what is thought.
_WEAK: Final = frozenset(
    "be have do get go let seem become appear remain stay keep begin start continue want need like know "
    "think believe feel mean intend plan hope expect refuse decline tend happen come bring put make take "
    "give set stand see use try manage fail include involve date follow draw concern depend contain "
    "ought".split()
)
#: The roles of which an event needs one.
_PARTS: Final = frozenset(
    "kg:" + role for role in ("agent", "theme", "participant", "recipient", "cause", "instrument")
)
#: An event of no type that the publication tells has so many roles at least.
_LEAST: Final = 2
#: Verbs that only lead to another: what that tells is told.
_LEADING: Final = frozenset(
    "go have need ought use seem appear tend happen begin start continue manage get".split()
)
_NO_CLAUSE: Final = frozenset({"prep", "amod", "compound", "case", "mark", "nmod", "det"})


class Teller:
    """Reads claims off the clauses of a text."""

    def __init__(self, trees: Sequence[Tree], cast: Cast, evocations: Evocations, names: Names) -> None:
        self._trees = trees
        self._cast = cast
        self._evocations = evocations
        self._names = names
        self._arguments = Arguments(cast, evocations, names)
        self._being = Being(evocations, names, self._arguments)
        self._nominal = Nominal(cast, evocations, names, self._arguments, self._of_clause)
        #: The nouns whose event a verb has told already.
        self._taken: set[tuple[int, int]] = set()
        #: What is told of each verb, so that its node is the same wherever it is named.
        self._told: dict[tuple[int, int], Told | None] = {}

    def tell(
        self,
        sentence: int,
        said: frozenset[int],
        left_out: frozenset[int],
        attributing: frozenset[int],
    ) -> Iterator[Told]:
        """The facts of a sentence that the publication tells.

        ``said`` are the tokens that it gives as others', ``left_out`` those that are clauses with all that
        is beside them, and ``attributing`` the words with which it does so.
        """
        scene = Scene(sentence, self._trees[sentence], left_out)
        for token in scene.tree.tokens:
            above = scene.tree.head(scene.tree.head(token)).number if token.dep == "pcomp" else token.number
            if {token.number, above} & attributing:
                continue
            if token.is_verb and token.number not in said:
                # What is said of a thing within what is asked or ordered: "boats, built in May,".
                around = said if token.number in left_out else left_out
                if token.dep == "relcl":
                    about = scene.tree.subtree(token.head, without={token.number})
                    around -= set(about)
                if told := self._clause(replace(scene, left_out=around), token):
                    yield told
            elif token.number not in said and (sentence, token.number) not in self._taken:
                yield from self._nominal.tell(replace(scene, left_out=said), token)

    def clause(self, sentence: int, head: int, speaker: Voice | None = None) -> Told | None:
        """What a clause that somebody says claims; None where it is none, or has no arguments."""
        tree = self._trees[sentence]
        while tree.tokens[head].lemma in _LEADING and (below := tree.child(head, "xcomp")) and below.is_verb:
            head = below.number  # "we are going to leave"
        scene, key = Scene(sentence, tree, frozenset(), speaker), (sentence, head)
        if key not in self._told:
            self._told[key] = None
            self._told[key] = self._of_verb(scene, scene.tree.tokens[head], least=1)
        return self._told[key]

    def _of_clause(self, scene: Scene, verb: Token) -> Told | None:
        """What a clause of what is said claims, where that has been told already; else what it tells here."""
        key = scene.sentence, verb.number
        return self._told.get(key) or (None if verb.number in scene.left_out else self._clause(scene, verb))

    def _clause(self, scene: Scene, verb: Token) -> Told | None:
        key = scene.sentence, verb.number
        if key not in self._told:
            self._told[key] = None  # whatever leads back here
            self._told[key] = self._of_verb(scene, verb)
        return self._told[key]

    def _of_verb(self, scene: Scene, verb: Token, least: int = _LEAST) -> Told | None:
        tree = scene.tree
        if not verb.is_verb or verb.dep in _NO_CLAUSE or (verb.lemma == "accord" and verb.tag == "VBG"):
            return None
        told = self._supported(scene, verb) or self._being.tell(scene, verb)
        makes_so = verb.lemma in ("make", "decline") and tree.child(verb.number, "ccomp", "xcomp", "oprd")
        is_being = verb.lemma == "be" and not tree.child(verb.number, "auxpass")
        if told is not None or makes_so or is_being:
            return told
        entry, held = self._evocations.of_verb(tree, verb)
        return self._event(scene, verb, entry, held, least)

    def _event(
        self,
        scene: Scene,
        verb: Token,
        entry: LexiconEntry | None,
        held: Token | None,
        least: int,
    ) -> Told | None:
        """The event or state that a verb tells of, if enough is told of it."""
        tree = scene.tree
        found = self._arguments.of_verb(scene, verb, entry, held)
        cause = caused_by(tree, verb)
        maker = doer(tree, cause) if cause is not None else None
        if maker is not None and cause is not None:
            self._arguments.add(found, "kg:cause", scene, maker)
            found.used |= {cause.number, *(aux.number for aux in tree.children(cause.number, "aux"))}
        self._links(found, scene, verb, entry)
        leads_on = bool(tree.child(verb.number, "ccomp", "xcomp"))
        is_thin = entry is None and (verb.lemma in _WEAK or len(found.roles) < least or leads_on)
        if is_thin or not _PARTS & set(found.labels):
            return None
        if entry is not None and entry.below == "State" and _holds(tree, verb):
            found.roles.append(("kg:phase", "kg:ongoing"))
        particle = tree.child(verb.number, "prt")
        word = entry.label if entry else gerund(f"{verb.lemma} {particle.lemma}" if particle else verb.lemma)
        head = cause or _carrier(tree, verb)
        return node_of(self._names, scene, head, entry, word, found, "event" if entry else "other-event")

    def _supported(self, scene: Scene, verb: Token) -> Told | None:
        """What a verb with a noun tells of which the noun says what happens: "lost control of the port"."""
        tree = scene.tree
        noun = tree.child(verb.number, "dobj")
        if verb.lemma not in _SUPPORT or noun is None or noun.number in scene.left_out:
            return None
        entry = self._evocations.of_noun(tree, noun)
        if entry is None or noun.lemma in self._evocations.things:
            return None
        found = self._arguments.of_noun(scene, noun, entry)
        beside = self._arguments.of_verb(scene, verb, entry)
        own = self._names.of(scene.sentence, tree, noun).name
        is_given = "kg:recipient" in dict(entry.roles) and is_passive(tree, verb)
        for role, value in beside.roles:
            if value != own and (role == "kg:duration" or role not in found.labels):
                right = (
                    "kg:recipient" if role == "kg:theme" and is_given else role
                )  # "we have been given orders"
                found.put(right, value, label=beside.labels.get(role, ""), thing=beside.things.get(value))
        found.used |= {number for number in beside.used if number not in tree.subtree(noun.number)}
        self._taken.add((scene.sentence, noun.number))
        for head in (noun, verb):
            self._links(found, scene, head, entry)
        phase = _SUPPORT[verb.lemma] if entry.below == "State" else ""
        if not found.roles:
            return None
        if phase:
            found.roles.append(("kg:phase", phase))
        return node_of(self._names, scene, verb, entry, entry.label, found, "event")

    def _links(self, found: Gathered, scene: Scene, head: Token, entry: LexiconEntry | None) -> None:
        """The events that an event is for, or that it is about: "tried to flee", "came to help"."""
        roles = dict(entry.roles) if entry else {}
        tree = scene.tree
        for clause in tree.children(head.number, "xcomp", "advcl", "acl"):
            if not is_infinitive(tree, clause) or clause.number in scene.left_out:
                continue
            told = self._clause(scene, clause)
            if (
                told is None
                or told.rule not in ("event", "other-event")
                or told.claim.predicate != "rdf:type"
            ):
                continue
            is_content = "kg:content" in roles and clause.dep in ("xcomp", "acl")
            role = "kg:content" if is_content else "kg:purpose"
            if clause.dep != "acl" or is_content:
                found.put(role, told.claim.subject, label=told.things[0].label, thing=told.things[0])
                to = next((aux for aux in tree.children(clause.number, "aux") if aux.tag == "TO"), clause)
                found.used |= {to.number, clause.number, *told.tokens}


def _holds(tree: Tree, verb: Token) -> bool:
    """Whether a verb tells of the time of the report: "runs", "has run"."""
    auxiliaries = {aux.tag for aux in tree.children(verb.number, "aux", "auxpass")}
    return verb.tag in ("VBZ", "VBP") or bool(auxiliaries & {"VBZ", "VBP"})


def _carrier(tree: Tree, verb: Token) -> Token:
    """The verb that says how a bare infinitive is put: "has to help rebuild it", "to go and help"."""
    head = tree.head(verb)
    is_bare = (
        verb.tag == "VB"
        and (verb.dep in ("xcomp", "ccomp") or (verb.dep == "conj" and is_infinitive(tree, head)))
        and not tree.child(verb.number, "aux", "nsubj")
    )
    return head if is_bare and head.is_verb else verb
