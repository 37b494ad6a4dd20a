"""Nouns and names that parsers hang elsewhere or take for verbs, put right."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from kgraph.drafting.tree import FINITE, NOMINAL, QUOTES, SUBJECTS, Token, Tree

__all__ = [
    "age",
    "asked_for",
    "common_noun",
    "name_as_root",
    "noun_as_root",
    "speaker_after_a_quotation",
]

_FROM: Final = frozenset({"from", "by"})
#: Verbs with "of" and a wrong.
_ACCUSING: Final = frozenset("accuse suspect convict".split())


def common_noun(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "the parish priest": what begins with a small letter is no name."""
    names = (token for token in tree.tokens if token.pos == "PROPN" and token.text.islower())
    return [
        replace(token, pos="NOUN", tag="NNS" if token.tag == "NNPS" else "NN")
        for token in names
        if token.dep not in ("compound", "nmod", "flat") and not token.entity
    ]


def noun_as_root(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "Papers filed today show that it was late", "the inn plans to open": what holds a clause is a verb."""
    found: list[Token] = []
    for token in tree.tokens[1:]:
        if token.pos != "NOUN" or token.lemma not in speaking:
            continue
        clauses = tree.children(token.number, "ccomp", "acl", "relcl", "xcomp")
        held = [each for each in clauses if _begins_content(tree, each)]
        subject = tree.child(token.number, "nsubj")
        before = tree.tokens[token.number - 1]
        begins = tree.tokens[token.number + 1 : token.number + 2]
        doing = [each for each in clauses if each.number in [token.number + 1, *(t.head for t in begins)]]
        gerund = next((c for c in doing if begins[0].tag == "VBG"), None)  # "having said so" too
        held += [gerund] if gerund is not None and not held else []  # "Its lease forbids keeping dogs"
        is_next = bool(held) and tree.subtree(held[0].number)[0] == token.number + 1
        is_next = is_next or tree.child(token.number, "dobj", "xcomp") is not None  # no noun has an object
        is_root = (token.head == token.number or token.dep == "ccomp") and token.tag == "NNS" and is_next
        if is_root and subject is None and before.dep in ("compound", "amod") and before.head == token.number:
            others = [each for each in tree.children(token.number) if each.number < before.number]
            found += [replace(each, head=before.number) for each in others if each.dep != "punct"]
            noun = before if before.pos == "PROPN" else replace(before, pos="NOUN", tag="NN")
            found.append(replace(noun, dep="nsubj"))
            if held:
                is_to = tree.child(held[0].number, "mark") is None
                found.append(replace(held[0], dep="xcomp" if is_to else "ccomp"))
        elif (
            token.dep == "appos"
            and before.text == ","
            and tree.head(tree.head(token)) is tree.head(token)
            and is_next
        ):
            above = tree.head(token)  # "The lease, signed in May, forbids keeping dogs"
            found.append(replace(above, dep="nsubj", head=token.number))
            found += [replace(each, dep="xcomp") for each in held[:1] if each.tag == "VBG"]
            found.append(replace(token, pos="VERB", tag="VBZ", dep="ROOT", head=token.number))
            continue
        elif subject is None or not held or tree.child(held[0].number, "mark") is None:
            continue
        found.append(replace(token, pos="VERB", tag="VBZ" if token.tag == "NNS" else "VBP"))
    return found


def _begins_content(tree: Tree, clause: Token) -> bool:
    """Whether a clause begins with "that" or "to"."""
    words = [*tree.children(clause.number, "mark"), *tree.children(clause.number, "aux")]
    return any(word.lemma == "that" or word.tag == "TO" for word in words)


def age(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "the 52-year-old from Elm said": who is called by an age is somebody."""
    found: list[Token] = []
    for old in tree.tokens[:-1]:
        year = tree.child(old.number, "npadvmod")
        if old.text != "old" or year is None or tree.tokens[old.number + 1].pos in ("NOUN", "PROPN", "ADJ"):
            continue
        article = next((each for each in tree.tokens[max(0, year.number - 3) :] if each.tag == "DT"), None)
        if article is None or article.number > year.number:
            continue
        verb = next((each for each in tree.tokens[old.number :] if each.is_verb and each.tag in FINITE), None)
        is_lost = old.dep not in (*SUBJECTS, "pobj", "dobj") and verb is not None
        if is_lost and verb is not None and not tree.child(verb.number, *SUBJECTS):
            old = replace(old, dep="nsubj", head=verb.number)  # noqa: PLW2901
        found.append(replace(old, pos="NOUN", tag="NN"))
        found.append(replace(article, head=old.number))
    return found


def name_as_root(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "Holt, for her part, offered to pay": a sentence that has a participle and no verb has a verb."""
    roots = [token for token in tree.tokens if token.head == token.number]
    if len(roots) != 1 or roots[0].pos not in ("PROPN", "NOUN"):
        return []
    for verb in tree.children(roots[0].number, "relcl", "acl"):
        is_bare = verb.tag in ("VBN", "VBD") and not tree.child(verb.number, "aux", "auxpass", *SUBJECTS)
        if is_bare and tree.tokens[verb.number - 1].text == "," and verb.number > roots[0].number:
            return [
                replace(verb, dep="ROOT", head=verb.number, tag="VBD"),
                replace(roots[0], dep="nsubj", head=verb.number),
            ]
    return []


def speaker_after_a_quotation(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "“It sank,” the skipper, Ana Holt, shot back": who follows a quotation is no part of it."""
    for verb in tree.tokens:
        noun = tree.head(verb)
        is_finite = verb.tag in ("VBD", "VBZ") and not tree.child(verb.number, "aux", "auxpass", *SUBJECTS)
        if verb.dep != "acl" or not is_finite or noun.pos not in NOMINAL:
            continue
        name = tree.child(noun.number, "appos")
        is_named = name is not None and noun.number < name.number < verb.number
        begins = tree.subtree(noun.number)[0]
        root = next(each for each in tree.tokens if each.head == each.number)
        if is_named and root.is_verb and root.number < begins and tree.tokens[begins - 1].text in QUOTES:
            return [
                replace(verb, dep="ROOT", head=verb.number),
                replace(noun, dep="nsubj", head=verb.number),
                replace(root, dep="ccomp", head=verb.number),
            ]
    return []


def asked_for(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "calls from the union for a halt": what is called for says no more of who calls.

    Nor does what somebody is accused of: "accused by the mayor of fraud", "by the head of staff of lying".
    """
    found: list[Token] = []
    for phrase in tree.tokens:
        line = [each for each in tree.ancestors(phrase.number) if each.dep != "pobj"]
        from_ = next((each for each in line if each.lemma in _FROM), phrase)
        said = tree.head(from_)
        held = tree.child(phrase.number, "pobj", "pcomp")
        if phrase.dep != "prep" or from_ is phrase or held is None or said.lemma not in speaking:
            continue
        is_for = phrase.text == "for" and tree.head(tree.head(phrase)) is from_
        is_bare = held.dep == "pcomp" or (held.pos == "NOUN" and not tree.child(held.number, "det", "poss"))
        is_of = phrase.text == "of" and is_bare and said.lemma in _ACCUSING
        late = (tree.tokens[n] for n in tree.subtree(from_.number) if n > phrase.number)
        own = [each for each in tree.children(said.number, "prep") if each.text == "of"]
        is_last = not own and not any(each.text == "of" for each in late)
        if (said.pos == "NOUN" and is_for) or (from_.dep == "agent" and (is_for or (is_of and is_last))):
            found.append(replace(phrase, head=said.number))
    return found
