"""What stands between commas and makes parsers lose their way, found by the tags of words.

"a driver, who fears for his job, says …", "the firm, whose head, Ana Holt, promised …",
"a spokesman for Valdis, Piers Holloway, said …", "According to its head, Ana Holt, the firm …"

Without it they find the subject, and the aside is parsed by itself. So is a quotation at the beginning of a
sentence: in "“I am not sad,” the runner from Split said" parsers may take the runner for a part of what she
says. A short quotation in the place of the long one lets them find who speaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from kgraph.drafting.complements import TELLING
from kgraph.drafting.mentions import NAME_WORDS
from kgraph.drafting.tree import FINITE, FINITE_WORDS, NOMINAL, QUOTES, RELATIVE, SUBJECTS, Token, Tree

__all__ = [
    "CLOSING",
    "PLACEHOLDER",
    "Aside",
    "Fronted",
    "answer_end",
    "find_asides",
    "find_fronted",
    "put_back",
    "put_together",
]

#: Words that begin a relative clause.
_RELATIVE: Final = RELATIVE | {"WP$"}
#: A relative clause has its pronoun among its first words: "some of whom".
_FIRST: Final = 4
_ADVERBS: Final = frozenset({"ADV", "PART"})
#: Marks that an aside does not go over.
_MARKS: Final = frozenset(";:—–()")
_LONGEST: Final = 40
_OPENING: Final = frozenset("“„\"«»‘'")
#: Marks that may end a quotation.
CLOSING: Final = frozenset("”“\"»«’'")
#: What somebody answers in a word, after "not" too: "Nonsense, replied the mayor".
_ANSWERS: Final = frozenset(
    "nonsense rubbish untrue false wrong absurd ridiculous incorrect hardly so true never".split()
)
#: A clause that only says who answers has not more words.
_TAG: Final = 6
#: What stands for a quotation.
PLACEHOLDER: Final = ('"', "We", "do", ",", '"')


@dataclass(frozen=True, slots=True)
class Aside:
    """The tokens of an aside, its commas, and the noun or verb that it belongs to, by their numbers.

    Where ``head`` is None, it belongs to the verb of the sentence.
    """

    head: int | None
    commas: tuple[int, ...]
    words: tuple[int, ...]


def find_asides(tree: Tree) -> list[Aside]:
    """The asides over which a parser lost its way, inner ones first; a token is in one at most."""
    kept = list(range(len(tree.tokens)))
    found: list[Aside] = []
    while not _is_answer(tree.tokens) and (aside := _next_aside(tree, kept)) is not None:
        found.append(aside)
        gone = {*aside.commas, *aside.words}
        kept = [number for number in kept if number not in gone]
    return found


def _next_aside(tree: Tree, kept: Sequence[int]) -> Aside | None:
    tokens = [tree.tokens[number] for number in kept]
    for end, comma in enumerate(tokens):
        if comma.text not in (",", "."):
            continue
        closing = [mark for mark in tokens[end + 1 : end + 2] if mark.text in QUOTES]  # “so,” said
        verb = _goes_on(tokens[end + 1 + len(closing) :]) if comma.text == "," else None
        is_that = comma.text == "," and _that_is_lost(tree, tokens[end + 1 :])
        for start in range(end - 2, max(0, end - _LONGEST), -1):
            token, noun = tokens[start], tokens[start - 1]
            if token.text in _MARKS:
                break
            if token.text != "," or not (noun.pos in (*NOMINAL, "NUM") or noun.text[:1].isupper()):
                continue
            words = [*tokens[start + 1 : end], *closing]
            if sum(word.text in QUOTES for word in words) % 2:
                continue
            is_lost = is_that or (verb is not None and not _is_about(tree, noun, verb))
            is_aside = _is_aside(words, tokens[:start]) or (is_that and _is_place(noun, words))
            head = noun if is_lost and is_aside else _titled(tree, noun, words)
            if head is not None:
                marks = [mark.number for mark in (token, comma) if mark.text == ","]
                return Aside(head.number, tuple(marks), tuple(word.number for word in words))
    return _according(tokens)


def _goes_on(following: Sequence[Token]) -> Token | None:
    """The finite verb that follows, perhaps after an adverb."""
    verb = next((token for token in following[:3] if token.pos not in _ADVERBS), None)
    return verb if verb is not None and verb.tag in FINITE_WORDS else None


def _that_is_lost(tree: Tree, following: Sequence[Token]) -> bool:
    """Whether a "that" follows which begins what somebody was told, and the parser has it otherwise."""
    if not following or following[0].text != "that" or following[0].tag not in ("IN", "WDT"):
        return False
    clause = tree.head(following[0])
    told = any(token.lemma in TELLING for token in tree.tokens[: following[0].number] if token.is_verb)
    return told and not (clause.dep == "ccomp" and tree.head(clause).lemma in TELLING)


def _is_about(tree: Tree, noun: Token, verb: Token) -> bool:
    """Whether the parser has a noun in the subject of a verb."""
    subject = tree.child(verb.number if verb.is_verb else verb.head, *SUBJECTS)
    return subject is not None and noun.number in tree.subtree(subject.number)


def _is_aside(words: Sequence[Token], before: Sequence[Token]) -> bool:
    """Whether some words between commas say more of the noun before them."""
    words = _unquoted(words)
    relative = next((n for n, word in enumerate(words) if word.tag in _RELATIVE), len(words))
    finite = next((n for n, word in enumerate(words) if word.tag in FINITE_WORDS), len(words))
    if relative < finite < len(words):
        return relative == 0 or (relative < _FIRST and words[relative - 1].tag == "IN")  # "some of whom"
    if finite < len(words):
        return False
    is_whose = any(word.tag == "WP$" for word in before[-_FIRST:])
    return (is_whose and words[0].tag in ("NNP", "NNPS")) or (
        words[0].tag in ("VBG", "VBN") and not any(word.tag in FINITE_WORDS for word in _since_joint(before))
    )


def _unquoted(words: Sequence[Token]) -> list[Token]:
    """Some words without those between marks, as far as others are left."""
    found: list[Token] = []
    is_quoted = False
    for word in words:
        is_quoted ^= word.text in QUOTES
        found += [word] if not is_quoted and word.text not in QUOTES else []
    return found or list(words)


def _is_place(noun: Token, words: Sequence[Token]) -> bool:
    """Whether some words describe a name or a number: "told at the Elm, the hall on the quay, that"."""
    is_plain = not any(word.tag in FINITE_WORDS for word in words)
    return is_plain and words[0].tag == "DT" and noun.tag in ("NNP", "CD")


def _since_joint(before: Sequence[Token]) -> Sequence[Token]:
    """The words since the last comma, and what joins clauses after it."""
    last = max((number for number, token in enumerate(before) if token.text in {",", *_MARKS}), default=-1)
    return before[last + 1 :]


def _titled(tree: Tree, noun: Token, words: Sequence[Token]) -> Token | None:
    """Whom a name between commas names, past a place or a body: "a clerk of Elm Bay, Ana Holt,"."""
    of = tree.head(noun)
    titled = tree.head(of)
    is_name = len(words) in NAME_WORDS and all(
        word.pos == "PROPN" and word.text[:1].isupper() for word in words
    )
    is_of = noun.dep == "pobj" and noun.pos == "PROPN" and of.dep == "prep"
    return titled if is_name and is_of and titled.tag == "NN" else None


def _according(tokens: Sequence[Token]) -> Aside | None:
    """ "According to X, …" at the beginning, up to the comma before a clause."""
    if not tokens or tokens[0].text != "According":
        return None
    commas = [number for number, token in enumerate(tokens) if token.text == ","]
    for comma, following in pairwise([*commas, len(tokens)]):
        words = tokens[comma + 1 : following]
        starts = words[:_FIRST]
        has_verb = any(word.tag in FINITE_WORDS for word in words)
        if has_verb and not any(word.tag in _RELATIVE for word in starts):
            numbers = tuple(token.number for token in tokens[:comma])
            return Aside(None, (tokens[comma].number,), numbers)
    return None


def put_back(tokens: Sequence[Token], aside: Aside, own: Sequence[Token]) -> list[Token]:
    """The tokens of a sentence with an aside where it belongs. ``own`` are the aside's, parsed alone."""
    found = list(tokens)
    if aside.head is None:
        gone = {*aside.commas, *aside.words}
        head = next(token for token in found if token.head == token.number and token.number not in gone)
        own = _phrase(own, head)
    else:
        head = found[aside.head]
        while head.dep in ("compound", "nmod") and head.head != head.number:
            head = found[head.head]
        is_name = all(found[number].pos == "PROPN" for number in aside.words)
        own = _name([found[n] for n in aside.words], own, head) if is_name else _clause(own, head)
    for token in own:
        found[token.number] = token
    for comma in aside.commas:
        found[comma] = replace(found[comma], dep="punct", head=head.number)
    return found


def _phrase(own: Sequence[Token], head: Token) -> list[Token]:
    """ "According to X, a name" below a verb: what stands beside X says who it is."""
    source = next((token.number for token in own if token.dep == "pobj"), own[0].number)
    found = [replace(own[0], dep="prep", head=head.number)]
    for token in own[1:]:
        is_beside = (
            token.pos in NOMINAL and token.number != source and token.head in (token.number, own[0].number)
        )
        found.append(replace(token, dep="appos", head=source) if is_beside else token)
    return found


def _name(before: Sequence[Token], own: Sequence[Token], head: Token) -> list[Token]:
    """A name below a noun: tags are those of the sentence, and it is a person’s if nothing else is known."""
    last = own[-1].number
    entity = own[-1].entity or "PERSON"
    return [
        replace(
            token,
            dep="appos" if token.number == last else "compound",
            head=head.number if token.number == last else last,
            entity=entity,
            begins=token is before[0],
        )
        for token in before
    ]


def _clause(own: Sequence[Token], head: Token) -> list[Token]:
    """A relative clause, a participle or a description below a noun."""
    is_relative = any(token.tag in _RELATIVE for token in own[:_FIRST])
    dep = "relcl" if is_relative else "appos" if own[0].tag == "DT" else "acl"
    tops = [token for token in own if token.head == token.number]
    first = next((token for token in tops if token.is_verb), tops[0])
    found: list[Token] = []
    for token in own:
        if token is first:
            found.append(replace(token, dep=dep, head=head.number))
        else:
            found.append(replace(token, head=first.number) if token in tops else token)
    return found


# Quotations at the beginning


@dataclass(frozen=True, slots=True)
class Fronted:
    """The numbers of the tokens of a quotation, marks included, and of those after it."""

    quotation: tuple[int, ...]
    tag: tuple[int, ...]


def find_fronted(tree: Tree) -> Fronted | None:
    """The quotation at the beginning of a sentence whose tag the parser has lost, or a word for an answer."""
    tokens = tree.tokens
    if _is_answer(tokens):
        comma = answer_end([token.text for token in tokens])
        return Fronted(tuple(range(comma + 1)), tuple(range(comma + 1, len(tokens))))
    if len(tokens) < len(PLACEHOLDER) or tokens[0].text not in _OPENING:
        return None
    ends = [token.number for token in tokens[2:] if token.text in CLOSING]
    end = next((n for n in ends if tokens[n - 1].text in (",", "?", "!") or _has_comma(tokens, n)), None)
    if end is None or end != ends[0] or len(ends) > 1:
        return None
    tag = tokens[end + 1 :]
    words = [token for token in tag if token.is_word]
    if len(words) < 2 or not _is_lost(tree, words):
        return None
    return Fronted(tuple(range(end + 1)), tuple(token.number for token in tag))


def answer_end(words: Sequence[str]) -> int:
    """The place of the comma after an answer in a word, "Nonsense," or "Not so,"; 0 where there is none."""
    first = [word.lower() for word in words[:3]]
    comma = 1 + (first[:1] == ["not"])
    return comma if first[comma : comma + 1] == [","] and first[comma - 1] in _ANSWERS else 0


def _is_answer(tokens: Sequence[Token]) -> bool:
    """Whether a sentence begins with an answer in a word, before who gives it."""
    comma = answer_end([token.text for token in tokens[:3]])
    tag = [token for token in tokens[comma + 1 :] if token.is_word]
    if not comma or not tag:
        return False
    is_turned = tag[0].text == "according" or (tag[0].is_verb and tag[0].tag in FINITE)
    return is_turned or (len(tag) <= _TAG and tag[-1].is_verb and tag[-1].tag in FINITE)


def _has_comma(tokens: Sequence[Token], number: int) -> bool:
    return number + 1 < len(tokens) and tokens[number + 1].text == ","


def _is_lost(tree: Tree, words: Sequence[Token]) -> bool:
    """Whether a tag has no verb with a subject of its own, or hangs on the quotation by more than a verb."""
    first = words[0].number
    verbs = [token for token in words if token.is_verb and token.tag in FINITE]
    has_subject = any(
        each.number >= first for verb in verbs for each in tree.children(verb.number, *SUBJECTS)
    )
    hanging = [token for token in words if token.head < first]
    return bool(verbs) and (not has_subject or any(not token.is_verb for token in hanging))


def put_together(
    tree: Tree, fronted: Fronted, quotation: Sequence[Token], tag: Sequence[tuple[Token, int]]
) -> list[Token]:
    """The tokens of a sentence. ``tag`` are those of the tag, each with its head counted from the tag's
    first, and negative where it is in the quotation's place.
    """
    top = next((token.number for token in quotation if token.head == token.number), 0)
    first = fronted.tag[0]
    main = next((token.number for token, head in tag if head + first == token.number), None)
    if main is None and tree.tokens[0].text in _OPENING:
        return list(tree.tokens)
    found = list(quotation)
    if main is not None:  # not in "Not so, according to the bank"
        found[top] = replace(found[top], dep="ccomp", head=main)
    found += [replace(token, head=head + first if head >= 0 else top) for token, head in tag]
    return found
