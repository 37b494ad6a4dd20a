"""Who answers when somebody is asked: "Asked whether it was Orm, the bank’s head, Ana Holt, said no"."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from kgraph.drafting.tree import FINITE, SUBJECTS, Token, Tree

__all__ = ["asked_between", "asked_first"]

_ASKED: Final = frozenset("ask tell press question remind warn inform".split())


def asked_between(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "The mayor, asked whether she knew, said no": what is asked stands between subject and verb."""
    for verb in tree.tokens[2:]:
        noun = tree.child(verb.number, "nsubj")
        is_apart = tree.tokens[verb.number - 1].text == ","
        if verb.lemma not in _ASKED or verb.tag != "VBD" or not is_apart or noun is None:
            continue
        second = next(
            (
                each
                for each in tree.tokens[verb.number + 2 :]
                if each.is_verb and each.tag in (*FINITE, "VBN") and tree.tokens[each.number - 1].text == ","
            ),
            None,
        )
        if second is None or noun.number > verb.number or tree.child(second.number, *SUBJECTS, "aux"):
            continue
        is_next = second.head == verb.number or verb.head == second.number
        if not is_next or tree.child(verb.number, "dobj", "aux"):
            continue
        above = second.number if verb.head in (verb.number, second.number) else verb.head
        late = [each for each in tree.children(verb.number) if each.number > second.number]
        dep = "ROOT" if above == second.number else verb.dep
        return [
            replace(verb, tag="VBN", dep="acl", head=noun.number),
            replace(noun, head=second.number),
            *(replace(each, head=second.number) for each in late),
            replace(second, tag="VBD" if second.tag == "VBN" else second.tag, dep=dep, head=above),
        ]
    return []


def asked_first(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "Asked whether it meant Orm, the bank’s head, Ana Holt, said no": who answers was not asked about.

    Parsers take the first noun after a comma for what says more of the one before it.
    """
    commas = [token.number for token in tree.tokens if token.text == ","]
    asked = tree.tokens[0] if tree.tokens and tree.tokens[0].lemma in _ASKED else None
    if asked is None or asked.tag != "VBN" or not commas:
        return []
    after = tree.tokens[commas[0] + 1 :]
    nouns = (each for each in after if tree.subtree(each.number)[0] == commas[0] + 1)
    noun = next((each for each in nouns if each.dep == "appos"), asked)
    verb = next((each for each in after if each.is_verb and each.number - 1 in commas), asked)
    before = tree.head(noun)
    is_finite = verb.tag in (*FINITE, "VBN") and not tree.child(verb.number, "aux", "mark")
    if not asked.number < before.number < noun.number < verb.number or not is_finite:
        return []
    last = next((n for n in range(before.number - 1, 0, -1) if tree.tokens[n].is_verb), 0)
    return [
        replace(verb, tag="VBD" if verb.tag == "VBN" else verb.tag, dep="ROOT", head=verb.number),
        replace(noun, dep="nsubj", head=verb.number),
        replace(asked, dep="advcl", head=verb.number),
        *([replace(before, dep="dobj", head=last)] if before.dep in SUBJECTS and last else []),
    ]
