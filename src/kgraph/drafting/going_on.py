"""Verbs that go on from another verb than the parser chose: "warns that it would fall and recommends …"."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from kgraph.drafting.complements import governed_clauses
from kgraph.drafting.tree import FINITE, FINITE_WORDS, QUOTES, SUBJECTS, Token, Tree

__all__ = ["finite_tag", "goes_on", "noun_in_a_row", "then"]

_IF: Final = frozenset({"if", "unless"})
_THINKING: Final = frozenset("expect hope believe think fear want wish doubt intend plan feel".split())
#: What somebody "would not" do who says no more.
_SILENT: Final = frozenset({"say", "comment", "elaborate", "specify", "discuss", "name"})


def goes_on(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """The verbs that go on from another than the parser chose.

    In "warns that it would fall and recommends …" parsers hang *recommends* below *fall*. A finite verb
    without a subject goes on from a finite one, not from one under *would*; a verb of saying from another. So
    does a participle after a comma: "said it may rain, noting that …".
    """
    found: list[Token] = []
    for token in tree.tokens:
        above = (
            _is_said_too(tree, token, speaking)
            or _said_before(tree, token, speaking)
            or _after_an_aside(tree, token)
        )
        above = above or _goes_on_from(tree, token, speaking) or _comments_on(tree, token, speaking)
        above = _who_says_so(tree, token, above or tree.head(token), speaking) or above
        if above is not None and not _is_over_a_mark(tree, token, above):
            found.append(replace(token, head=above.number))
        elif (condition := _joins_a_condition(tree, token)) is not None:
            found.append(replace(token, head=condition.number))
    return found


def _is_over_a_mark(tree: Tree, token: Token, above: Token) -> bool:
    """Whether only one of two verbs is quoted: "“He came and told me to go,” she recalled"."""
    first, last = sorted((token.number, above.number))
    return sum(each.text in QUOTES for each in tree.tokens[first:last]) % 2 == 1


def _joins_a_condition(tree: Tree, token: Token) -> Token | None:
    """The condition that a clause goes on with: "would end only if they came in and the crew was paid"."""
    head = tree.head(token)
    form = finite_tag(tree, token)
    if token.dep != "conj" or finite_tag(tree, head) != "MD" or form not in FINITE:
        return None
    for clause in tree.children(head.number, "advcl"):
        mark = tree.child(clause.number, "mark")
        is_before = mark is not None and head.number < mark.number and clause.number < token.number
        if is_before and mark is not None and mark.lemma in _IF and finite_tag(tree, clause) == form:
            return clause if tree.child(token.number, *SUBJECTS) is not None else None
    return None


def finite_tag(tree: Tree, verb: Token) -> str:
    """The tag of a verb's finite word: its own or its auxiliary's."""
    words = [verb, *tree.children(verb.number, "aux", "auxpass")]
    return next((word.tag for word in words if word.tag in FINITE_WORDS), verb.tag)


def _goes_on_from(tree: Tree, token: Token, speaking: Collection[str]) -> Token | None:
    """The verb that a coordinated verb goes on from, where the parser chose another."""
    head = tree.head(token)
    is_plain = token.tag == "VB" and not tree.child(token.number, "aux")  # taken for an infinitive
    is_likely = is_plain or token.tag in (*FINITE, "VBN", "VBG") or _differs(tree, token, head)
    if (
        token.dep != "conj"
        or not is_likely
        or not head.is_verb
        or tree.child(token.number, *SUBJECTS, "auxpass")
    ):
        return None
    if (above := _goes_on_saying(tree, token, head, speaking) or _had_too(tree, token, head)) is not None:
        return above
    is_saying = head.lemma in speaking and tree.child(head.number, "ccomp", "xcomp") is not None
    auxiliaries = [{aux.lemma for aux in tree.children(each.number, "aux")} for each in (head, token)]
    is_shifted = token.tag != "VBG" and bool(auxiliaries[1] & {"have", "would"})
    if is_saying or is_shifted or auxiliaries[0] & auxiliaries[1]:
        return None  # "said it had sunk and had been lost"
    if token.tag == "VBG":  # "saying it is late and warning that"
        is_bare = head.tag != "VBG" and not tree.child(token.number, "aux") and token.lemma in speaking
        return next((above for above in tree.ancestors(head.number) if above.tag == "VBG" and is_bare), None)
    tag = {"VBN": "VBD", "VB": "VBP"}.get(finite_tag(tree, token), finite_tag(tree, token))
    is_odd = (
        token.tag != "VBN"
        and head.tag not in FINITE
        and any(aux.tag in ("MD", "TO") for aux in tree.children(head.number, "aux"))
    )
    for above in tree.ancestors(head.number):
        if tag in (above.tag, finite_tag(tree, above)) and (
            is_odd or {above.lemma, token.lemma} <= set(speaking)
        ):
            return above
        if above.lemma in speaking and above.tag == "VBG" and tree.child(above.number, *SUBJECTS):
            break  # "recalled her saying that he had rung and asked for help"
    return None


def _who_says_so(tree: Tree, token: Token, above: Token, speaking: Collection[str]) -> Token | None:
    """The verb that a verb of saying goes on from: in "said she hoped to stay and promised …" *said*."""
    subject, saying = tree.child(above.number, *SUBJECTS), tree.head(above)
    is_thought = above.lemma in _THINKING and above.dep == "ccomp" and saying.number < above.number
    is_own = subject is not None and subject.pos == "PRON" and not tree.child(above.number, "mark")
    is_alike = token.dep == "conj" and saying.tag == token.tag == "VBD" and token.lemma not in _THINKING
    is_said = {saying.lemma, token.lemma} <= set(speaking) and not tree.child(token.number, *SUBJECTS)
    return saying if is_thought and is_own and is_alike and is_said else None


def _differs(tree: Tree, token: Token, head: Token) -> bool:
    """Whether a verb with an auxiliary is of another tense: "will not go, and did say"."""
    form = finite_tag(tree, token)
    return form in FINITE and form != finite_tag(tree, head)


def _had_too(tree: Tree, token: Token, head: Token) -> Token | None:
    """The verb whose "had" another shares: "had found that nobody knew and had asked for a list"."""
    above = next((each for each in tree.ancestors(head.number) if each.is_verb), None)
    is_shared = above is not None and _is_had(tree, above) and _is_had(tree, token)
    return above if is_shared and not _is_had(tree, head) else None


def _is_had(tree: Tree, verb: Token) -> bool:
    return any(aux.text == "had" for aux in tree.children(verb.number, "aux"))


def _goes_on_saying(tree: Tree, token: Token, head: Token, speaking: Collection[str]) -> Token | None:
    """The verb of saying that another goes on from: "admits that it had asked but insists"."""
    form, other = finite_tag(tree, token), finite_tag(tree, head)
    is_now = form in ("VBZ", "VBP") and form != other
    is_past = form == "VBD" and other in ("VB", "VBP", "MD")  # "turned down a wish that it sit but promised"
    had_been = token.tag == "VBD" and _is_had(tree, head)
    had_been = had_been and (head.lemma == "be" or tree.child(head.number, "auxpass") is not None)
    is_past = is_past or had_been  # "held that it had been unfair and awarded her damages"
    is_apart = other == "VBD" and any(
        cc.number and tree.tokens[cc.number - 1].text == "," for cc in tree.children(head.number, "cc")
    )  # "says they sold it, and has produced a list"
    is_likely = had_been or (token.lemma in speaking and (is_now or is_past)) or (is_now and is_apart)
    for above in tree.ancestors(head.number) if is_likely else ():
        holds = above.lemma in speaking or any(
            tree.child(each.number, "mark") for each in tree.children(above.number, "ccomp")
        )
        is_alike = finite_tag(tree, above) in (("VBD", "VBZ", "VBP") if is_past else (form,))
        if (holds or is_past) and is_alike and above.is_verb and above.dep != "relcl":
            return above
    return None


def _is_said_too(tree: Tree, token: Token, speaking: Collection[str]) -> Token | None:
    """What goes on in what is said: "said that she was ill and had gone", "but would not come"."""
    verb = tree.head(token)
    words = {aux.text.lower() for aux in tree.children(token.number, "aux")}
    is_not = tree.child(token.number, "neg") or "nothing" in [
        each.lemma for each in tree.children(token.number, "dobj")
    ]
    if token.lemma in _SILENT and words & {"would", "could"} and is_not:
        above = [each for each in tree.ancestors(token.number) if each.lemma in speaking]
        return above[0] if token.dep == "conj" and above else None  # "said it was late but would not say why"
    is_shifted = bool(words & {"had", "would", "could"}) and not tree.child(verb.number, "aux", "auxpass")
    if token.dep != "conj" or verb.lemma not in speaking or not is_shifted:
        return None
    held = [each for each in governed_clauses(tree, verb) if verb.number < each.number < token.number]
    is_plain = verb.tag == "VBD" and not tree.child(token.number, *SUBJECTS)
    return held[-1] if held and is_plain else None


def _said_before(tree: Tree, token: Token, speaking: Collection[str]) -> Token | None:
    """What goes on after who says it: "He hopes to stay, his lawyer said, but fears that they will not"."""
    verb = tree.head(token)
    held = [each for each in tree.children(verb.number, "ccomp") if each.number < verb.number]
    if verb.dep == "parataxis" and verb.head < verb.number:
        held = [tree.head(verb)]
    if token.dep != "conj" or verb.lemma not in speaking or not held or tree.child(token.number, *SUBJECTS):
        return None
    is_apart = [each.text for each in tree.tokens[verb.number + 1 :][:1]] == [","]
    form = finite_tag(tree, token)
    is_alike = (
        form == finite_tag(tree, held[-1]) if verb.dep == "parataxis" else form != finite_tag(tree, verb)
    )
    return held[-1] if is_apart and is_alike and tree.child(held[-1].number, *SUBJECTS) else None


def _after_an_aside(tree: Tree, token: Token) -> Token | None:
    """What goes on after an aside: "The court stopped it, hours after it began, and gave them a week"."""
    head = tree.head(token)
    first = tree.subtree(head.number)[0]
    joint = next((cc.number for cc in tree.children(head.number, "cc") if cc.number < token.number), 0)
    is_apart = joint > 1 < first and tree.tokens[joint - 1].text == tree.tokens[first - 1].text == ","
    if token.dep != "conj" or head.dep not in ("advcl", "pcomp") or not is_apart:
        return None
    is_alone = not tree.child(token.number, *SUBJECTS, "aux") and token.tag in FINITE
    main = next((each for each in tree.ancestors(head.number) if each.is_verb), None)
    return main if is_alone and main is not None and main.tag == token.tag else None


def _comments_on(tree: Tree, token: Token, speaking: Collection[str]) -> Token | None:
    """The verb of saying that a participle of saying comments on: "said it may rain, noting that …".

    Or the preposition before it: "said it was late, after denying it".
    """
    head = tree.head(token)
    held = tree.child(token.number, "pcomp") if token.dep == "prep" else None
    verb = held or token
    is_likely = token.dep == "advcl" or (held is not None and token.lemma in ("after", "before", "despite"))
    if not is_likely or verb.tag != "VBG" or verb.lemma not in speaking or head.lemma in speaking:
        return None
    first = tree.subtree(token.number)[0]
    if (
        first <= head.number
        or tree.tokens[first - 1].text not in ',—–-”"»'
        or tree.child(token.number, "mark")
    ):
        return None
    return next(
        (
            other
            for other in tree.ancestors(head.number)
            if other.lemma in speaking and other.is_verb and other.tag != "VB"
        ),
        None,
    )


def noun_in_a_row(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "counts on 40 and doubts that it will last": what holds a "that" after a verb is one too."""
    for token in tree.tokens[2:-2]:
        that = tree.tokens[token.number + 1]
        joint = tree.tokens[token.number - 1]
        is_noun = token.tag == "NNS" and token.lemma in speaking and joint.dep == "cc" and token.dep == "conj"
        main = next((each for each in tree.ancestors(token.number) if each.tag == "VBZ"), None)
        if not is_noun or that.text != "that" or that.dep != "mark" or main is None:
            continue
        return [
            replace(token, pos="VERB", tag="VBZ", head=main.number),
            replace(joint, head=main.number),
            replace(tree.head(that), dep="ccomp", head=token.number),
        ]
    return []


def then(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "Holt at first agreed, then said no": after "then" the verb goes on from the first."""
    for verb in tree.tokens[2:]:
        begins = [token.text for token in tree.tokens[verb.number - 2 : verb.number]]
        is_plain = verb.tag == "VBD" and not tree.child(verb.number, *SUBJECTS, "aux", "mark")
        if not is_plain or begins != [",", "then"]:
            continue
        if verb.dep in ("dep", "advcl") and tree.head(verb).tag in ("VBD", "VBN"):
            return [replace(verb, dep="conj")]
        for first in tree.children(verb.number, "ccomp", "advcl"):
            is_first = first.number < verb.number and first.tag in ("VBD", "VBN")
            if is_first and tree.child(first.number, "nsubj") and not tree.child(first.number, "mark"):
                above = first.number if verb.head == verb.number else verb.head
                return [
                    replace(first, dep=verb.dep, head=above),
                    replace(verb, dep="conj", head=first.number),
                ]
    return []
