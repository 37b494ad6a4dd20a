"""What the publication adds to what somebody says, cut off.

"that he leaked it — an allegation which …", "a portrait which the family say …", "to go, despite …",
"that it was late, as two others had said", "that it was late, and a guest added that …"
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kgraph.drafting.complements import TELLING, is_elaboration
from kgraph.drafting.cues import Cues
from kgraph.drafting.page import Found, Page
from kgraph.drafting.sites import Attribution
from kgraph.drafting.tree import FINITE, RELATIVE, SUBJECTS, Token, Tree
from kgraph.text import Span

__all__ = ["trimmed"]

_DASHES: Final = frozenset({"—", "–", "-"})
_DENYING: Final = frozenset({"deny", "dispute", "reject"})
_RELATIVE: Final = RELATIVE | {"WP$"}
_CONTRASTS: Final = frozenset({"although", "though", "while", "whereas"})


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence with the verbs that attribute in it, and its quotations."""

    tree: Tree
    attributing: Collection[int | None]
    quotes: Sequence[Span]
    cues: Cues


def trimmed(each: Found, found: Sequence[Found], page: Page, cues: Cues) -> Found:
    """An attribution without what the publication adds to it."""
    attribution = each.attribution
    tree = attribution.tree
    attributing = {other.attribution.verb for other in found if other.attribution.tree is tree}
    sentence = _Sentence(tree, attributing, page.quotes_in(each.sentence), cues)
    kept = set(attribution.content) - _put_in(each, found)
    for added in _added(sentence, attribution):
        if attribution.root not in added and attribution.verb not in added and kept - added:
            kept -= added
    if len(kept) == len(attribution.content):
        return each
    return replace(each, attribution=replace(attribution, content=tuple(sorted(kept))))


def _put_in(each: Found, found: Sequence[Found]) -> set[int]:
    """What is said in a clause that is put in: "that it would pass since, he said, it was late"."""
    content, tree = set(each.attribution.content), each.attribution.tree
    put_in: set[int] = set()
    for attribution in (other.attribution for other in found if other.attribution.tree is tree):
        verb = attribution.verb
        is_other = each.attribution.rule != "parataxis" or attribution.root != each.attribution.root
        is_here = attribution.rule == "parataxis" and is_other and verb in content
        if is_here and verb is not None and tree.tokens[verb].dep == "parataxis":
            marks = (mark.number for mark in tree.children(attribution.root, "mark"))
            put_in |= {*attribution.content, *tree.subtree(verb), *marks}
    return put_in if each.attribution.root not in put_in else set()


def _added(sentence: _Sentence, attribution: Attribution) -> Iterator[set[int]]:
    """The tokens that are added, each time with all that follows where they are the end of the content."""
    tree = sentence.tree
    for number in attribution.content:
        token = tree.tokens[number]
        if any(token.span.within(quote) for quote in sentence.quotes):
            continue
        below = tree.subtree(number)
        is_last = not any(n > below[-1] and tree.tokens[n].is_word for n in attribution.content)
        end = _closing_dash(tree, below)
        is_last = is_last or (token.pos == "NUM" and end < len(tree.tokens))
        if is_last and _is_tail(sentence, token, attribution.verb):
            yield {n for n in attribution.content if below[0] <= n < end}
        elif (
            _is_aside(sentence, token) or _is_of_another(sentence, token) or _is_said_besides(sentence, token)
        ):
            yield set(below)
        elif attribution.cue.kind == "request" and token.dep == "advcl" and _is_reason(tree, token):
            yield set(below)  # "asked that he not be named because he still works there"
        elif number != attribution.root and _is_told_besides(sentence, token):
            yield {n for n in attribution.content if n >= _start(tree, token)}


def _before(tree: Tree, token: Token) -> str:
    first = tree.subtree(token.number)[0]
    return tree.tokens[first - 1].text if first else ""


def _closing_dash(tree: Tree, below: Sequence[int]) -> int:
    """Where a dash ends what another began: "2 million — some $200,000 — for a pier"."""
    is_put_in = _before(tree, tree.tokens[below[0]]) in ("—", "–")
    ends = (n for n in below if is_put_in and tree.tokens[n].text in ("—", "–"))
    return next(ends, len(tree.tokens))


def _is_tail(sentence: _Sentence, token: Token, own: int | None) -> bool:
    """Whether a last part of a content says something of it, or of another."""
    tree, before = sentence.tree, _before(sentence.tree, token)
    is_relative = own is not None and tree.tokens[own].dep == "relcl"
    mark = tree.child(token.number, "mark")
    is_contrast = token.lemma == "despite" or (is_relative and mark is not None and mark.lemma in _CONTRASTS)
    source = tree.child(token.number, *SUBJECTS)
    is_cue = token.number in sentence.attributing or (token.lemma in sentence.cues.verbs and before == ",")
    is_other = is_cue and source is not None and source.tag not in RELATIVE
    is_something = token.lemma == "something" and tree.child(token.number, "relcl") is not None
    below = tree.subtree(token.number)
    start = [each.tag for each in tree.tokens[below[0] : below[0] + 2]]
    is_in = start[0] == "IN" and start[-1] in RELATIVE  # "in which"
    is_when = (
        is_other and token.dep in ("relcl", "advcl") and tree.tokens[below[0]].lemma in ("when", "where")
    )
    return (
        (before in ("—", "–") and _stands_besides(tree, token))
        or (is_contrast and (before == "," or token.lemma == "despite"))
        or (is_something and (before == "," or before in _DASHES))
        or (before in {",", *_DASHES} and _is_judgement(sentence, token))
        or (before in {",", *_DASHES} and is_elaboration(tree, token))
        or (token.dep == "relcl" and is_other and source is not None and source.pos != "PRON" and not is_in)
        or (is_when and before == ",")
        or (token.dep == "relcl" and before == "," and token.lemma in _DENYING and is_other)
    )


def _stands_besides(tree: Tree, token: Token) -> bool:
    """Whether words after a dash only add to those before: "set aside 9 million — enough to run a train"."""
    return token.dep == "appos" or (
        not token.is_verb and token.dep in ("amod", "acomp", "dep", "oprd", "advmod")
    )


def _is_judgement(sentence: _Sentence, noun: Token) -> bool:
    """Whether a noun takes up what was said, to tell what another says of it: "a claim that Holt denies"."""
    tree = sentence.tree
    first = tree.tokens[tree.subtree(noun.number)[0]]
    if noun.pos != "NOUN" or first.lemma not in ("a", "an", "the"):
        return False
    for clause in tree.children(noun.number, "relcl", "acl"):
        subject = tree.child(clause.number, *SUBJECTS)
        speaks = clause.number in sentence.attributing or clause.lemma in sentence.cues.verbs
        if speaks and subject is not None and subject.tag not in RELATIVE and clause.tag != "VB":
            return True
    return False


def _is_aside(sentence: _Sentence, token: Token) -> bool:
    """Whether a clause with "as" tells who else says so: "as two papers had reported"."""
    tree = sentence.tree
    mark = tree.child(token.number, "mark")
    is_as = mark is not None and mark.lemma == "as" and token.dep == "advcl"
    labels = ["ccomp", "xcomp", "acomp", "attr", *(["dobj"] if token.lemma not in TELLING else [])]
    held = tree.child(token.number, *labels)
    speaks = token.lemma in sentence.cues.verbs and tree.child(token.number, *SUBJECTS) is not None
    return is_as and speaks and held is None and _before(tree, token) == ","


def _is_said_besides(sentence: _Sentence, clause: Token) -> bool:
    """Whether a relative clause between commas tells of something besides: "the dam, which is old, fell"."""
    tree = sentence.tree
    below = tree.subtree(clause.number)
    begins = [tree.tokens[number].tag for number in below[:2]]
    is_relative = begins[0] in _RELATIVE or (begins[0] == "IN" and begins[-1] in _RELATIVE)
    following = next((each.text for each in tree.tokens[below[-1] + 1 :]), ".")
    is_next = below[0] - 2 in tree.subtree(clause.head)  # not "two men, she said, who were ill"
    is_apart = _before(tree, clause) == "," and is_next and not following[0].isalnum()
    words = [tree.tokens[number].span for number in below]
    is_quoted = any(word.within(quote) for word in words for quote in sentence.quotes)
    return clause.dep == "relcl" and is_relative and is_apart and not is_quoted


def _is_reason(tree: Tree, clause: Token) -> bool:
    mark = tree.child(clause.number, "mark")
    return mark is not None and mark.lemma == "because"


def _is_of_another(sentence: _Sentence, token: Token) -> bool:
    """Whether a relative clause after a comma is another’s word: "the book, which she meant to print, …"."""
    subject = sentence.tree.child(token.number, *SUBJECTS)
    is_other = subject is not None and subject.tag not in RELATIVE and token.number in sentence.attributing
    asides = sentence.tree.children(token.number, "parataxis")
    is_claimed = any(aside.number in sentence.attributing for aside in asides)  # "who, he claims, lied"
    return token.dep == "relcl" and (is_claimed or (is_other and _before(sentence.tree, token) == ","))


def _is_told_besides(sentence: _Sentence, verb: Token) -> bool:
    """Whether somebody else says something in a clause that only follows: ", and a guest added that"."""
    tree = sentence.tree
    if verb.dep not in ("conj", "advcl"):
        return False
    if verb.number not in sentence.attributing and not _is_in_plain_past(tree, verb):
        return False
    subject, mark = tree.child(verb.number, *SUBJECTS), tree.child(verb.number, "mark")
    auxiliaries = tree.children(verb.number, "aux", "auxpass")
    is_finite = verb.tag in (*FINITE, "VBN") if not auxiliaries else any(a.tag in FINITE for a in auxiliaries)
    if subject is None or subject.tag in RELATIVE or subject.number > verb.number or not is_finite:
        return False
    if verb.dep == "advcl" and (mark is None or mark.lemma not in _CONTRASTS):
        return False
    is_that = mark is not None and mark.lemma == "that"
    start = _start(tree, verb)
    return not is_that and start > 0 and "," in (tree.tokens[start].text, tree.tokens[start - 1].text)


def _is_in_plain_past(tree: Tree, verb: Token) -> bool:
    """Whether a clause tells what happened beside what had: "said it had failed, and nobody wept"."""
    first = tree.head(verb)
    above = tree.head(first)
    is_before = any(aux.text == "had" for aux in tree.children(first.number, "aux"))
    is_plain = verb.tag == "VBD" and verb.lemma not in ("be", "have") and not tree.child(verb.number, "aux")
    return verb.dep == "conj" and is_plain and is_before and above.tag == "VBD"


def _start(tree: Tree, verb: Token) -> int:
    """Where a clause begins, with what joins it to the one before."""
    start = tree.subtree(verb.number)[0]
    while start > 0 and (tree.tokens[start - 1].dep == "cc" or tree.tokens[start - 1].text == ","):
        start -= 1
    return start
