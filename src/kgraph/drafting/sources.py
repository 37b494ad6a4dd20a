"""Who says it: the source of a verb of saying, whom it tells, and who passes the words on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kgraph.drafting.cues import Cues
from kgraph.drafting.quoting import quoted
from kgraph.drafting.tree import FIGURES, FINITE, SUBJECTS, Token, Tree
from kgraph.text import Span

__all__ = [
    "can_speak",
    "late_agent",
    "owner_of_words",
    "quoted_source",
    "recipient_of",
    "source_beside",
    "source_of",
]

#: Verbs of those to whom something is said.
_LEARNING: Final = frozenset({"learn", "hear", "gather", "understand"})
_SPEAKERS: Final = frozenset(
    "he him she her they them we us i me who some many few others most those all both none one".split()
)
#: Verbs that make somebody know what another says.
_GIVING: Final = frozenset({"let", "give", "lead"})
#: Prepositions before what the subject does: "by saying that".
_DOING: Final = frozenset("by in while as without after before beyond besides despite upon on than".split())
#: A noun further from its verb is not beside it.
_NEAR: Final = 6


def source_of(tree: Tree, verb: Token) -> tuple[Token | None, bool]:
    """The head of who says it, and whether the verb is passive; None where nobody is named."""
    if verb.dep in ("ccomp", "xcomp") and tree.head(verb).lemma in _GIVING:
        return source_of(tree, tree.head(verb))[0], False  # "let reporters know that"
    is_first = verb.number == 0 and verb.dep == "advcl" and verb.tag in ("VBD", "VBN")  # "Told that …, she"
    is_asked = verb.dep == "advcl" and tree.child(verb.number, "agent") is not None
    is_had = any(aux.tag == "VBG" for aux in tree.children(verb.number, "aux"))  # "having called it safe"
    is_participle = is_first or (verb.tag == "VBN" and (verb.dep == "acl" or is_asked) and not is_had)
    if tree.child(verb.number, "auxpass", "nsubjpass") or is_participle:
        agent = tree.child(verb.number, "agent")
        return (tree.child(agent.number, "pobj") if agent else None), True
    if (origin := _learned_from(tree, verb)) is not None:
        return origin, False
    if subject := _left_alone(tree, verb) or tree.subject(verb.number):
        subject = _resident(tree, _nearest(tree, subject, verb))
        return (None if subject.dep == "expl" else _antecedent(tree, subject)), False
    if verb.dep in ("acl", "relcl") and (verb.tag == "VBG" or is_had):
        return tree.head(verb), False
    is_bare = verb.tag == "VBN" and not any(aux.tag == "VBG" for aux in tree.children(verb.number, "aux"))
    has_none = verb.dep in ("advcl", "xcomp", "pcomp", "conj", "ccomp") and not is_bare
    if verb.dep == "pcomp":  # not "accused her of lying"
        has_none = tree.head(verb).lemma in _DOING
    return (_governing_source(tree, verb) if has_none else None), False


def _learned_from(tree: Tree, verb: Token) -> Token | None:
    """From whom somebody has it: "she learned from guests that"."""
    from_ = next((each for each in tree.children(verb.number, "prep") if each.lemma == "from"), None)
    return tree.child(from_.number, "pobj") if from_ and verb.lemma in _LEARNING else None


def _nearest(tree: Tree, subject: Token, verb: Token) -> Token:
    """The last of a row of names: "whether she knew Brenn, Holt said", "one of them, Holt"."""
    named = [
        each for each in tree.children(verb.number, "nsubj") if each.number > subject.number > verb.number
    ]
    if named and named[0].pos == "PROPN" != subject.pos:
        return named[0]
    others = [each for each in tree.children(subject.number, "conj") if each.number < verb.number]
    is_row = others and others[-1].pos == subject.pos == "PROPN" and not tree.child(subject.number, "cc")
    return others[-1] if is_row else subject


def _left_alone(tree: Tree, verb: Token) -> Token | None:
    """The subject that the parser joined to a noun before it: "shut by ice and local farmers say that"."""
    before = tree.tokens[verb.number - 1] if verb.number else verb
    first = tree.tokens[max(0, tree.subtree(before.number)[0] - 1)]
    has_none = verb.dep in ("conj", "ROOT") and not tree.children(verb.number, *SUBJECTS)
    is_joined = before.dep == "conj" and before.pos in ("NOUN", "PROPN") and first.lemma in ("and", "but")
    is_somebody = verb.tag in FINITE and before.entity not in FIGURES
    return before if has_none and is_joined and is_somebody else None


def _resident(tree: Tree, subject: Token) -> Token:
    """Who is from a place that was taken for the subject: "Ana Holt of Holm, Norland, says"."""
    before = tree.tokens[max(0, subject.number - 2)]
    if (
        subject.entity not in ("GPE", "LOC")
        or before.dep != "pobj"
        or tree.tokens[before.number + 1].text != ","
    ):
        return subject
    nouns = [each for each in tree.ancestors(before.number) if each.pos in ("PROPN", "NOUN")]
    return nouns[-1] if nouns and nouns[-1].entity == "PERSON" else subject


def quoted_source(tree: Tree, verb: Token) -> tuple[Token | None, Token | None] | None:
    """Whom somebody quotes as saying something, and who quotes; None for other verbs."""
    preposition = next((each for each in tree.children(verb.number, "prep") if each.lemma == "as"), None)
    above = verb
    if verb.dep == "pcomp":
        preposition = tree.head(verb)
        above = tree.head(preposition)
        above = tree.head(above) if above.dep == "dobj" else above
    if above.lemma not in ("quote", "cite") or preposition is None or preposition.lemma != "as":
        return None
    if passive := tree.child(above.number, "nsubjpass"):
        agent = tree.child(above.number, "agent")
        return passive, (tree.child(agent.number, "pobj") if agent else None)
    return tree.child(above.number, "dobj"), tree.subject(above.number)


def _governing_source(tree: Tree, verb: Token) -> Token | None:
    """The source of a verb without a subject: that of the verb above it, or the noun that it says more of."""
    for above in tree.ancestors(verb.number):
        if above.is_verb and (found := tree.child(above.number, "nsubjpass") or source_of(tree, above)[0]):
            return found
        if above.dep in ("acl", "relcl", "appos") and above.pos in ("NOUN", "PROPN"):
            return above
    return None


def _antecedent(tree: Tree, subject: Token) -> Token:
    """What a relative pronoun stands for."""
    if subject.lemma in ("who", "which", "that") and subject.tag in ("WP", "WDT"):
        for above in tree.ancestors(subject.number):
            if above.pos in ("NOUN", "PROPN", "PRON", "NUM", "DET"):
                above = _person(tree, above) if subject.lemma == "who" else above  # noqa: PLW2901
                named = tree.head(above)
                return named if above.dep == "appos" and named.pos == "PROPN" else above
    return subject


def _person(tree: Tree, noun: Token) -> Token:
    """Whom "who" means: "Ana Holt of the Food Institute, who" is Ana Holt."""
    of = tree.head(noun)
    whose = tree.head(of)
    is_from = of.lemma in ("from", "in", "at") and whose.pos == "NOUN"  # "a cook from Holm, who"
    is_body = noun.dep == "pobj" and (noun.entity in ("ORG", "GPE", "FAC", "LOC") or is_from)
    return whose if is_body and of.dep == "prep" and whose.pos in ("PROPN", "NOUN") else noun


def can_speak(source: Token, cues: Cues) -> bool:
    """Whether a noun, a name or a pronoun is somebody's, or a body's or a document's."""
    if source.pos != "NOUN":
        return source.pos == "PROPN" or source.text.lower() in _SPEAKERS
    known = cues.bodies | cues.groups | cues.documents
    return source.lemma in known or cues.is_person(source.lemma) or source.entity in ("NORP", "ORG")


def late_agent(tree: Tree, verb: Token, cues: Cues) -> Token | None:
    """The "by" of a passive verb that follows what was asked: "were told to keep quiet by their bosses"."""
    clause = tree.child(verb.number, "xcomp")
    if clause is None or tree.child(clause.number, "auxpass"):
        return None
    for number in tree.subtree(clause.number):
        whose = tree.child(number, "pobj") if tree.tokens[number].lemma == "by" else None
        if whose is not None and can_speak(whose, cues):
            return tree.tokens[number]
    return None


def owner_of_words(tree: Tree, noun: Token) -> Token | None:
    """Whose words a noun names: "Holt’s reply", "the verdict of the judge", "a note from her sister"."""
    if (owner := tree.child(noun.number, "poss")) is not None:
        return owner
    phrases = (each for each in tree.children(noun.number, "prep") if each.lemma in ("of", "from", "by"))
    return next((held for each in phrases if (held := tree.child(each.number, "pobj"))), None)


def recipient_of(tree: Tree, verb: Token) -> Token | None:
    """Whom somebody tells."""
    for child in tree.children(verb.number, "dobj", "dative", "iobj"):
        if child.dep == "dative" and child.pos == "ADP":
            return tree.child(child.number, "pobj")
        return child
    for child in tree.children(verb.number, "prep"):
        if child.lemma in ("to", "with") and (heard := tree.child(child.number, "pobj")):
            return heard
    return None


def source_beside(tree: Tree, verb: Token, quotes: Sequence[Span]) -> Token | None:
    """The noun or pronoun next to a verb, outside of quotations."""
    for clause in tree.children(verb.number, "ccomp"):
        subject = tree.child(clause.number, *SUBJECTS)
        if subject is None or quoted(subject, quotes) is not None:
            continue
        if 0 < subject.number - verb.number <= _NEAR:
            return subject  # "said Holt, asked about it": the parser took what follows for what is said
    for step in (1, -1):
        number = verb.number + step
        while 0 <= number < len(tree.tokens) and abs(number - verb.number) <= _NEAR:
            token = tree.tokens[number]
            if quoted(token, quotes) is not None or token.text in ",;:":
                break
            is_last = number + 1 == len(tree.tokens) or tree.tokens[number + 1].pos != "PROPN"
            if token.pos in ("NOUN", "PRON", "PROPN") and token.tag != "PRP$" and is_last:
                return token  # "asked her colleague Jan"
            number += step
    named = [t for t in tree.tokens if t.pos == "PROPN" and t.dep != "compound" and quoted(t, quotes) is None]
    subjects = [t for t in tree.tokens if t.dep in SUBJECTS and t.tag not in ("WP", "WDT")]
    others = [t for t in subjects if quoted(t, quotes) is None and t.number != verb.number]
    near = [t for t in [*named, *others] if t.entity not in FIGURES]
    return min(near, key=lambda t: abs(t.number - verb.number), default=None)
