"""Clauses of saying that commas set off, and parsers take apart: "…, its head, Ana Holt, warned"."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from kgraph.drafting.asides import CLOSING
from kgraph.drafting.tree import FINITE, NOMINAL, RELATIVE, SUBJECTS, Token, Tree

__all__ = [
    "according_at_the_end",
    "after_according",
    "contact_clause",
    "late_infinitive",
    "lost_subject",
    "noun_before_tag",
    "put_between",
    "put_in",
    "tail",
    "tail_clause",
    "turned_subject",
    "two_subjects",
]

#: A clause that is put in and has lost its verb has not more words.
_PUT_IN: Final = 5
_FORMS: Final = frozenset({"NNS", "NNPS", "VBZ", "VBD", "VBN", "VBP"})


def put_in(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "The dam, the filing shows, is old": between commas a noun with a word of saying is a clause."""
    root = next((each for each in tree.tokens if each.head == each.number), None)
    marks = [token.number for token in tree.tokens if token.text in ",;—–"]
    for start, end in pairwise((*marks, len(tree.tokens))) if root is not None else ():
        part = tree.tokens[start + 1 : end]
        is_tag = bool(part) and part[0].text in CLOSING  # "“…,” the notice read"
        words = [token for token in part if token.is_word]
        is_bare = all(token.is_word for token in part[is_tag:-1])
        if not is_bare or not 1 < len(words) <= _PUT_IN or words[-1].lemma not in speaking or root is None:
            continue
        if words[-1].is_verb and words[-1].tag in FINITE and tree.child(words[-1].number, *SUBJECTS):
            found = _hung_at_a_noun(tree, words)
        else:
            found = _taken_for_nouns(tree, words, root, is_tag=is_tag)
        if found:
            return found
    return []


def _hung_at_a_noun(tree: Tree, words: Sequence[Token]) -> list[Token]:
    """ "The bank, one of them noted, has failed": no relative clause without a relative pronoun."""
    verb = words[-1]
    subject = tree.child(verb.number, *SUBJECTS)
    above = next((each for each in tree.ancestors(verb.number) if each.is_verb), None)
    if (
        verb.dep not in ("relcl", "acl", "appos")
        or subject is None
        or subject.tag in RELATIVE
        or above is None
    ):
        return []
    is_whole = tree.subtree(subject.number)[0] == words[0].number
    return [replace(verb, dep="parataxis", head=above.number)] if is_whole else []


def _taken_for_nouns(tree: Tree, words: Sequence[Token], root: Token, *, is_tag: bool) -> list[Token]:
    """ "…, the warden recalled, …", "“…,” the notice read": the last of some nouns is a verb."""
    verb, noun = words[-1], words[-2]
    is_clause = any(token.is_verb or token.pos in ("ADP", "CCONJ") for token in words[:-1])
    is_noun = noun.pos in NOMINAL and noun.tag != "PRP$"
    begins = words[0].pos in ("DET", "PRON", "PROPN") or noun.is_plural
    if is_clause or not is_noun or not begins:
        return []
    beside = [token for token in words[:-2] if token.head == verb.number or token.head not in _numbers(words)]
    mended = [
        replace(t, dep=t.dep if t.dep in ("det", "poss") else "compound", head=noun.number) for t in beside
    ]
    mended.append(replace(noun, dep="nsubj", head=verb.number))
    if root is verb and is_tag:
        return [*mended, replace(verb, pos="VERB", tag="VBD")]
    if verb.tag not in _FORMS or root in words or not root.is_verb:
        return []
    tag = "VBZ" if verb.text.endswith("s") else "VBD"
    own = _numbers(words)
    outside = [each for each in tree.tokens if each.head in own and each.number not in own]
    return [
        *mended,
        *(replace(each, head=root.number) for each in outside),
        replace(verb, pos="VERB", tag=tag, dep="parataxis", head=root.number),
    ]


def _numbers(words: Sequence[Token]) -> set[int]:
    return {word.number for word in words}


def turned_subject(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "It is late, warned Ana Holt": whoever follows a verb of saying that has no subject speaks."""
    found: list[Token] = []
    for verb in tree.tokens[1:]:
        held = tree.child(verb.number, "dobj", "dative", "oprd")
        is_turned = verb.tag in FINITE and tree.tokens[verb.number - 1].text in ",\"”’'"
        if verb.lemma not in speaking or not is_turned or held is None or held.pos not in ("PROPN", "NOUN"):
            continue
        if tree.subtree(held.number)[0] != verb.number + 1 or tree.child(verb.number, *SUBJECTS):
            continue
        main = tree.head(verb)
        joints = [*tree.children(main.number, "cc"), *tree.children(verb.number, "cc")]
        is_joined = verb.dep != "conj" or bool(joints)
        clauses = [each for each in tree.children(verb.number, "ccomp", "advcl") if each.number < verb.number]
        for clause in clauses:
            if clause.dep == "ccomp" or (
                tree.child(clause.number, *SUBJECTS) and not _is_marked(tree, clause)
            ):
                found += [replace(held, dep="nsubj"), replace(clause, dep="ccomp")]
        if not is_joined and not clauses and tree.child(main.number, *SUBJECTS):  # "…, countered Ana Holt"
            found += [replace(held, dep="nsubj"), replace(verb, dep="parataxis")]
    return found


def _is_marked(tree: Tree, clause: Token) -> bool:
    return tree.child(clause.number, "mark", "advmod") is not None


def tail(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "It will rain, its head, Ana Holt, warned on Monday": a finite verb after a name ends the sentence."""
    for verb in tree.tokens[1:]:
        noun = tree.head(verb)
        first = tree.subtree(noun.number)[0]
        is_lost = verb.dep in ("acl", "relcl") and verb.tag in FINITE and noun.dep not in SUBJECTS
        if verb.lemma not in speaking or not is_lost or noun.pos not in ("NOUN", "PROPN") or not first:
            continue
        main = next((each for each in tree.ancestors(noun.number) if each.is_verb), None)
        held = tree.child(main.number, "ccomp") if main is not None and main.number > verb.number else None
        main = held if held is not None and held.number < first else main  # "…, X said, provided that"
        is_apart = tree.tokens[first - 1].text == "," and tree.tokens[verb.number - 1].text == ","
        if main is not None and is_apart and not tree.child(verb.number, *SUBJECTS, "ccomp"):
            late = [each for each in tree.tokens[verb.number :] if each.head in (noun.number, main.number)]
            return [
                replace(verb, dep="parataxis", head=main.number),
                replace(noun, dep="nsubj", head=verb.number),
                *(replace(each, head=verb.number) for each in late if each.number > verb.number),
            ]
    return []


def tail_clause(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "It was late when it came, a panel has found in a report": the end of a sentence after a comma."""
    for verb in tree.tokens:
        subject = tree.child(verb.number, "nsubj")
        main = tree.head(verb)
        is_likely = verb.dep in ("conj", "advcl", "dep", "ccomp") and main.number < verb.number
        if verb.lemma not in speaking or not verb.is_verb or subject is None or not is_likely:
            continue
        first = tree.subtree(subject.number)[0]
        own = tree.children(verb.number, "ccomp", "xcomp", "dobj", "mark", "cc", "conj")
        if (
            not main.number < first <= subject.number < verb.number
            or tree.tokens[first - 1].text != ","
            or own
        ):
            continue
        early = [each for each in tree.children(verb.number) if each.number < first and each.is_word]
        joined = any(cc.number < first for cc in tree.children(main.number, "cc"))
        is_asked = any(tree.tokens[n].tag in RELATIVE for n in range(first, verb.number))
        if early and not joined and not is_asked:
            return [
                replace(verb, dep="parataxis"),
                *(replace(each, head=main.number) for each in early),
            ]
    return []


def two_subjects(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "The road, engineers say, would be longer": of two subjects the first is the main verb’s."""
    found: list[Token] = []
    for verb in tree.tokens:
        subjects = [each for each in tree.children(verb.number, "nsubj", "dep") if each.pos in NOMINAL]
        late = [each for each in tree.children(verb.number, "ccomp") if each.number > verb.number]
        above = late[0] if late else tree.head(verb)  # "The hull, he said, “has no holes”"
        is_put_in = verb.lemma in speaking and len(subjects) == 2 and above.number > verb.number
        if not is_put_in or subjects[0].number > verb.number or tree.child(above.number, *SUBJECTS):
            continue
        last = tree.subtree(subjects[0].number)[-1]
        if "," in (tree.tokens[last].text, tree.tokens[last + 1].text):
            found.append(replace(subjects[0], dep="nsubj", head=above.number))
    return found


def according_at_the_end(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "She wrote that it was late, according to notes": what ends a sentence is said of it all."""
    root = next((token for token in tree.tokens if token.head == token.number and token.is_verb), None)
    for token in tree.tokens[2:] if root is not None else ():
        if token.text != "according" or token.dep != "prep" or tree.tokens[token.number - 1].text != ",":
            continue
        after, notes = tree.head(token), tree.child(token.number, "prep")
        papers = tree.child(notes.number, "pobj") if notes is not None else None
        if after.number > token.number and after.tag == "VBN" and papers is not None and root is not None:
            return [replace(token, head=root.number), replace(after, dep="acl", head=papers.number)]
        is_last = not any(each.is_word for each in tree.tokens[tree.subtree(token.number)[-1] + 1 :])
        if is_last and root is not None and root.number < token.number and tree.head(token).dep == "ccomp":
            return [replace(token, head=root.number)]
    return []


def contact_clause(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "28 percent, a gap a spokeswoman blamed on age": what follows a noun at once says more of it."""
    for verb in tree.tokens:
        subject, noun = tree.head(verb), tree.head(tree.head(verb))
        is_bare = verb.tag in ("VBD", "VBN") and verb.dep in ("acl", "relcl")
        is_next = subject.dep == "appos" and tree.subtree(subject.number)[0] == noun.number + 1
        if not (is_bare and is_next) or verb.lemma not in speaking or tree.child(verb.number, "aux", "agent"):
            continue
        if noun.pos == "NOUN" and any(word.lemma == "a" for word in tree.children(noun.number, "det")):
            return [
                replace(verb, tag="VBD", dep="relcl", head=noun.number),
                replace(subject, dep="nsubj", head=verb.number),
            ]
    return []


def lost_subject(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "Asked if it was so, Ana Holt, its head, said", "In the shop Ana Holt, who owns it, said".

    Whoever stands right before a verb of saying that has no subject speaks, whatever parsers hang it at.
    """
    if not tree.tokens:
        return []
    first, verb = tree.tokens[0], tree.head(tree.tokens[0])
    is_asked = first.dep == "csubj" and first.tag == "VBN"
    if verb.lemma not in speaking or verb.tag not in FINITE or not (is_asked or first.dep == "prep"):
        return []
    if any(each is not first for each in tree.children(verb.number, *SUBJECTS, "aux")):
        return []
    for noun in tree.tokens[1 : verb.number]:
        below = tree.subtree(noun.number)
        ends = tree.tokens[below[-1]]
        is_next = below[-1] == verb.number - 1 and (ends.text == "," or ends is noun)
        if noun.pos not in ("PROPN", "NOUN") or not is_next:
            continue
        if is_asked and tree.tokens[below[0] - 1].text == ",":
            return [replace(first, dep="advcl"), replace(noun, dep="nsubj", head=verb.number)]
        own = [t for t in tree.children(noun.number, "compound", "amod") if t.number < noun.number]
        place = [each for each in own if each.pos != "PROPN"]
        if noun.head == 0 and noun.pos == "PROPN" and place and tree.child(noun.number, "det"):
            others = tree.children(noun.number, "det", "amod", "compound", "poss")
            return [
                replace(noun, dep="nsubj", head=verb.number),
                *(replace(t, head=place[-1].number) for t in others if t.number < place[-1].number),
                replace(place[-1], dep="pobj", head=0),
            ]
    return []


def late_infinitive(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "It is wrong, the paper said, to read much into it": an infinitive that goes on after a tag."""
    found: list[Token] = []
    for verb in tree.tokens:
        clause = tree.child(verb.number, "xcomp") if verb.dep == "parataxis" else None
        if clause is None or verb.lemma not in speaking or verb.head > verb.number:
            continue
        first = tree.tokens[tree.subtree(clause.number)[0]]
        if first.tag == "TO" and tree.tokens[first.number - 1].text == ",":
            found.append(replace(clause, head=verb.head))
    return found


def after_according(tree: Tree, _: Collection[str]) -> list[Token]:
    """ "According to police, the suspect, a cook, has fled": what follows the comma is the subject."""
    root = next((token for token in tree.tokens if token.head == token.number), None)
    according = next((token for token in tree.tokens[:2] if token.text == "According"), None)
    if root is None or according is None or not root.is_verb or tree.child(root.number, *SUBJECTS):
        return []
    commas = [token.number for token in tree.tokens if token.text == "," and token.number < root.number]
    for noun in tree.tokens[commas[0] + 1 : root.number] if commas else ():
        if noun.dep in ("appos", "conj") and noun.pos in NOMINAL and noun.head < commas[0]:
            return [replace(noun, dep="nsubj", head=root.number)]
    return []


def noun_before_tag(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "It was new, and its hull, he said, “has no holes”": a subject is no second object."""
    for verb in tree.tokens:
        subject = tree.child(verb.number, "nsubj")
        first = next(
            (each for each in tree.children(verb.number, "ccomp") if each.number < verb.number), None
        )
        late = [each for each in tree.children(verb.number, "conj", "ccomp") if each.number > verb.number]
        if verb.lemma not in speaking or subject is None or first is None or len(late) != 1:
            continue
        noun = next((each for each in tree.children(first.number, "conj") if each.pos in NOMINAL), None)
        is_tag = noun is not None and [t.text for t in tree.tokens[noun.number + 1 : subject.number]] == [","]
        if noun is None or not is_tag or tree.child(late[0].number, *SUBJECTS, "mark", "cc"):
            continue
        return [
            replace(first, dep=verb.dep, head=first.number if verb.head == verb.number else verb.head),
            replace(late[0], dep="conj", head=first.number),
            replace(noun, dep="nsubj", head=late[0].number),
            replace(verb, dep="parataxis", head=late[0].number),
        ]
    return []


def put_between(tree: Tree, speaking: Collection[str]) -> list[Token]:
    """ "If he does, Ana Holt said later, he goes alone": a clause of saying is put between."""
    for verb in tree.tokens:
        subject = tree.child(verb.number, "nsubj")
        if (
            verb.lemma not in speaking
            or verb.tag not in FINITE
            or subject is None
            or subject.number > verb.number
        ):
            continue
        late = next((each for each in tree.children(verb.number, "ccomp") if each.number > verb.number), None)
        main = late or tree.head(verb)
        is_below = verb.dep in ("ccomp", "advcl") and main.number > verb.number
        first = tree.subtree(subject.number)[0]
        below = (n for n in tree.subtree(main.number, without={verb.number}) if n > verb.number)
        begins = [n for n in below if tree.tokens[n].is_word][:1]
        ends = [tree.tokens[n - 1].text for n in (first, *begins) if n]
        early = [each for each in tree.children(verb.number, "advcl") if each.number < first]
        early = [each for each in early if tree.child(each.number, *SUBJECTS)]  # not "when asked, she said"
        others = tree.children(verb.number, "xcomp", "dobj", "mark", "cc")
        is_whole = tree.child(main.number, *SUBJECTS) is not None and not tree.child(main.number, "mark")
        if not early or ends != [",", ","] or others or not is_whole or not (late or is_below):
            continue
        place = replace(main, dep=verb.dep, head=main.number if verb.head == verb.number else verb.head)
        return [
            *([place] if late else []),
            replace(verb, dep="parataxis", head=main.number),
            *(replace(each, head=main.number) for each in early),
        ]
    return []
