"""Where the content of a verb of saying stands: quotation, clause, infinitive, phrase or object.

Each frame of a cue is one way; the first that finds something counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from kgraph.drafting.complements import (
    TELLING,
    all_of,
    governed_clauses,
    is_clause,
    is_infinitive,
)
from kgraph.drafting.cues import SAID, SAYING, Cue, Cues
from kgraph.drafting.extents import (
    conditions,
    late_conditions,
    with_tail,
    without_hearers,
    without_when,
)
from kgraph.drafting.objects import gift, object_frame
from kgraph.drafting.phrases import charged, deadline, figure, hearsay, named_as, naming, phrase
from kgraph.drafting.positions import after_that, around, before_tail
from kgraph.drafting.quoting import quotation_of, quoted
from kgraph.drafting.sites import Content, Site
from kgraph.drafting.small_clauses import gerund, participle_of_another, small_clause
from kgraph.drafting.tree import SUBJECTS, TIMES, Token, Tree
from kgraph.text import Span

__all__ = ["find_content"]


#: Kinds of what others are to do.
_DUE: Final = frozenset({"request", "demand", "order"})
_CALLING: Final = frozenset({"on", "upon", "to", "for"})
#: Verbs that somebody declines to do.
_SAYING_SO: Final = frozenset("say tell explain disclose reveal specify confirm".split())
#: Kinds of what somebody is to do who says so.
_OF_ONESELF: Final = frozenset({"promise", "refusal", "plan", "intention"})


def find_content(site: Site) -> Content | None:
    """What a verb attributes; None where it attributes nothing."""
    found = _find_content(site)
    return None if found is None else with_tail(site, found)


def _find_content(site: Site) -> Content | None:
    for frame, way in _WAYS:
        if frame in site.cue.frames and (found := way(site)):
            return found
    ways = (charged, phrase, object_frame) if "object" in site.cue.frames else (charged, phrase)
    if site.cue.group == "feared":
        ways = ways[::-1]  # "feared a loss of prestige"
    found = next((content for way in ways if (content := way(site))), None)
    if found is not None and (site.cue.kind != SAID or found[0] == "phrase"):
        rule, numbers, root = found
        found = rule, tuple(sorted({*numbers, *conditions(site.tree, site.verb)})), root
    return found or _by_position(site)


def _by_position(site: Site) -> Content | None:
    """What the order of words tells where the parser saw no clause."""
    if "clause" not in site.cue.frames or site.own is not None:
        return None
    if not site.cue.needs_document and (found := after_that(site.tree, site.verb)):
        return "clause", *found
    if site.cue.kind in SAYING:
        found = before_tail(site.tree, site.verb) or around(site.tree, site.verb)
        return ("parataxis", *found) if found else None
    return None


def _clause_frame(site: Site) -> Content | None:
    tree, verb = site.tree, site.verb
    below = tree.children(verb.number)
    is_asked = site.cue.kind in _DUE and any(_is_asked_first(tree, verb, each) for each in below)
    if is_asked or any(_is_bare(tree, each, site.cues) for each in below):
        return None
    governed = governed_clauses(tree, verb)
    clauses = [clause for clause in governed if not _is_told_elsewhere(tree, clause, site.cues)]
    if site.own is not None:  # in a quotation: what stands before it is no part of it
        clauses = [clause for clause in clauses if quoted(clause, site.quotes) == site.own]
    if governed and not clauses:
        return None
    is_beside = verb.dep in ("parataxis", "intj") or _is_tail(tree, verb) or _is_bare(tree, verb, site.cues)
    is_beside = (is_beside or _is_as_aside(tree, verb)) and site.cue.kind in SAYING
    if is_beside and not tree.child(verb.number, "ccomp"):
        return _parataxis(tree, verb, site.quotes)
    small = None if clauses else small_clause(tree, verb) or _answer(site)
    may_quote = site.own is None and site.cue.group != "intended"  # nobody decides “so”
    if small is None and may_quote and not _has_quoted_infinitive(site):
        quotation = quotation_of(tree, verb, site.quotes, site.cues)
        if quotation is not None and not _is_besides(site, quotation[1]):
            rule, quoted_numbers, root = quotation
            after = [n for n in conditions(tree, verb) if verb.number < root < max(quoted_numbers) < n]
            return rule, (*without_hearers(tree, verb, quoted_numbers), *after), root
    if clauses:
        told = without_when(tree, verb, all_of(tree, clauses))
        late = late_conditions(tree, verb) if clauses[0].number < verb.number else []
        late += _goes_on(tree, verb) if clauses[0].number < verb.number else []
        numbers = sorted({*without_hearers(tree, verb, told), *late})
        return "clause", tuple(numbers), clauses[0].number
    return small


def _is_asked_first(tree: Tree, verb: Token, clause: Token) -> bool:
    """Whether an infinitive is what is asked for, before a colon: "asked her to come: “Bring your keys”"."""
    after = tree.tokens[tree.subtree(clause.number)[-1] :][:2]
    is_apart = clause.number > verb.number and any(token.text == ":" for token in after)
    return is_apart and clause.dep in ("xcomp", "advcl", "ccomp") and is_infinitive(tree, clause)


def _is_besides(site: Site, numbers: tuple[int, ...]) -> bool:
    """Whether quoted words only add to what is said: "expects a vote unless they “flee”"."""
    tree, verb = site.tree, site.verb
    is_condition = "object" in site.cue.frames and tree.child(verb.number, "dobj") is not None
    first = next((tree.tokens[number] for number in numbers if tree.tokens[number].is_word), verb)
    is_more = first.tag == "WDT" and tree.child(verb.number, "xcomp") is not None
    return is_more or (is_condition and set(numbers) <= set(conditions(tree, verb)))


def _goes_on(tree: Tree, verb: Token) -> list[int]:
    """What follows "…, X said, and" with a subject of its own: "It rains, she said, and the roof leaks"."""
    clause = next((c for c in tree.children(verb.number, "conj") if tree.child(c.number, *SUBJECTS)), None)
    joint = next((cc for cc in tree.children(verb.number, "cc") if cc.number > verb.number), None)
    if clause is None or joint is None or tree.tokens[joint.number - 1].text != ",":
        return []
    is_next = not any(
        token.is_verb or token.text == "," for token in tree.tokens[verb.number + 1 : joint.number - 1]
    )
    return tree.subtree(clause.number) if is_next else []


def _has_quoted_infinitive(site: Site) -> bool:
    """Whether a "to" stands right before a quotation: "called on them to “wait”"."""
    ends = {token.number for token in site.tree.tokens if token.tag == "TO"}
    starts = [words[0].number for quote in site.quotes if (words := site.tree.within(quote))]
    return any(ends & {start, start - 2} for start in starts if start > site.verb.number)


def _is_bare(tree: Tree, clause: Token, cues: Cues) -> bool:
    """Whether a clause is nothing but "it states", put into what it says."""
    number = clause.number
    if (
        clause.dep != "ccomp"
        or clause.lemma not in cues.verbs
        or tree.tokens[tree.subtree(number)[0] - 1].text != ","
    ):
        return False
    others = [
        child for child in tree.children(number) if child.dep not in {*SUBJECTS, "aux", "punct", "advmod"}
    ]
    beside = [other for other in tree.children(clause.head, "ccomp") if other.number != number]
    return not others and bool(beside) and tree.child(number, *SUBJECTS) is not None


def _answer(site: Site) -> Content | None:
    """What somebody answers in a word: "Nonsense, replied the mayor", "Not so, says the bank"."""
    tree = site.tree
    for held in tree.children(site.verb.number, "ccomp"):
        words = [tree.tokens[n] for n in tree.subtree(held.number) if tree.tokens[n].is_word]
        is_word = held.number < site.verb.number and held is words[-1] and words[0].number == 0
        known = site.cues.rejecting if len(words) == 1 else site.cues.accepting
        if is_word and held.lemma in known and (len(words) == 1 or words[0].lemma == "not"):
            return "clause", tuple(word.number for word in words), held.number
    return None


def _is_as_aside(tree: Tree, verb: Token) -> bool:
    """Whether a clause is put in as "as she points out" is, between commas, and holds nothing itself."""
    mark = tree.child(verb.number, "mark")
    if verb.dep != "advcl" or mark is None or mark.lemma != "as":
        return False
    subject = tree.child(verb.number, "nsubj")
    labels = ["ccomp", "xcomp", "advcl", "prep", "acomp", *(["dobj"] if verb.lemma not in TELLING else [])]
    held = tree.child(verb.number, *labels)  # "as she told the Post"
    is_held = held is not None and held.lemma != "it"  # "as she put it"
    if subject is None or subject.number > verb.number or is_held:
        return False
    numbers = tree.subtree(verb.number)
    around = [numbers[0] - 1, numbers[0], numbers[-1], numbers[-1] + 1]
    return any(0 <= n < len(tree.tokens) and tree.tokens[n].text in ",–—(" for n in around)


def _is_tail(tree: Tree, verb: Token) -> bool:
    """Whether a clause ends the sentence after a comma as "…, X told Y" does, whatever it was taken for."""
    if verb.dep not in ("relcl", "acl", "advcl", "dep", "conj") or tree.child(
        verb.number, "mark", "cc", "neg"
    ):
        return False
    if verb.dep == "conj" and any(cc.number < verb.number for cc in tree.children(verb.head, "cc")):
        return False
    subject = tree.child(verb.number, "nsubj")
    numbers = tree.subtree(verb.number)
    before = [number for number in numbers if number < verb.number]
    if any(tree.tokens[number].tag in ("WDT", "WP", "WP$") for number in before):
        return False
    first = next(number for number in numbers if tree.tokens[number].is_word)
    last = numbers[-1]
    numbers = [number for number in numbers if number >= first]
    if subject is None or first < 2:
        return False
    two, one = tree.tokens[first - 2 : first]
    if one.text != "," and (two.text != "," or one.is_word):
        return False
    return not any(token.is_word for token in tree.tokens[last + 1 :]) and len(numbers) == last - first + 1


def _infinitive_frame(site: Site) -> Content | None:
    tree, verb = site.tree, site.verb
    for clause in tree.children(verb.number, "xcomp", "ccomp", "advcl"):
        marks = [mark.lemma for mark in tree.children(clause.number, "mark")]
        if verb.lemma in site.cues.let.get(clause.lemma, "").split() or "for" in marks:
            continue  # "demanded to know who", "appealed for them to come"
        first = tree.tokens[tree.subtree(clause.number)[0]]
        is_open = first.lemma == "whether" or (first.tag in ("WP", "WDT", "WRB") and verb.dep != "relcl")
        if site.cue.kind in _OF_ONESELF and is_open:
            continue  # "has not decided whether to go"
        if (
            site.cue.kind == "refusal"
            and clause.lemma in _SAYING_SO
            and (asked := _asked_before(tree, verb, clause))
        ):
            return "infinitive", tuple(tree.subtree(asked.number)), asked.number
        if clause.number > verb.number and is_infinitive(tree, clause) and not _is_for(tree, verb, clause):
            numbers = {*_infinitive(tree, verb, clause, site.cue), *conditions(tree, verb)}
            return "infinitive", tuple(sorted(numbers)), clause.number
    called = [each for each in tree.children(verb.number, "prep") if each.lemma in ("to", "on", "upon")]
    for to in called if site.cue.kind == "request" else ():  # "appealed to anyone with a boat to come"
        last = [n for n in tree.subtree(to.number) if tree.tokens[n].dep in ("acl", "relcl")]
        if last and is_infinitive(tree, tree.tokens[last[0]]):
            return "infinitive", tuple(tree.subtree(to.number)[1:]), last[0]
    return None


def _asked_before(tree: Tree, verb: Token, saying: Token) -> Token | None:
    """What somebody does not say that stands before: "Whether it will close, Holt declined to say"."""
    before = [*tree.children(verb.number, "advcl", "ccomp", "csubj"), *tree.children(saying.number, "ccomp")]
    for clause in before:
        first = tree.tokens[tree.subtree(clause.number)[0]]
        if clause.number < verb.number and (first.tag in ("WRB", "WP", "WDT") or first.lemma == "whether"):
            return clause
    return None


def _is_for(tree: Tree, verb: Token, clause: Token) -> bool:
    """Whether an infinitive tells what something is asked for for: "asked the state for money to search"."""
    before = tree.tokens[tree.subtree(clause.number)[0] - 1]
    phrases = [each for each in tree.children(verb.number, "prep") if each.lemma == "for"]
    held = [tree.child(each.number, "dobj", "dative") for each in (verb, *phrases)]
    return held[0] is not None and any(before.number in tree.subtree(each.number) for each in phrases)


def _infinitive_of_another(site: Site) -> Content | None:
    held = site.tree.child(site.verb.number, "dobj")
    for clause in site.tree.children(site.verb.number, "advcl", "xcomp") if held is not None else ():
        below = site.tree.subtree(held.number) if held is not None else []
        if is_infinitive(site.tree, clause) and site.tree.subtree(clause.number)[0] == below[-1] + 1:
            return "infinitive", (*below, *site.tree.subtree(clause.number)), clause.number
    for clause in site.tree.children(site.verb.number, "ccomp"):
        is_done = clause.tag == "VBN" and not site.tree.child(
            clause.number, "aux", "auxpass"
        )  # "want it shut"
        is_to = is_infinitive(site.tree, clause) or (is_done and clause.number > site.verb.number)
        if is_to and site.tree.child(clause.number, *SUBJECTS):
            return "infinitive", tuple(site.tree.subtree(clause.number)), clause.number
    return None


def _quotation_frame(site: Site) -> Content | None:
    if site.own is not None or _has_quoted_infinitive(site):
        return None
    return quotation_of(site.tree, site.verb, site.quotes, site.cues)


def _reason(site: Site) -> Content | None:
    """What somebody gives as a reason: "cut its forecast, citing a dry summer"."""
    held = site.tree.child(site.verb.number, "dobj")
    done = site.tree.child(site.verb.number, "ccomp")
    if held is None and done is not None and not is_clause(site.tree, done) and done.tag == "VBN":
        held = done  # "citing an inquiry opened in May", taken for a clause
    is_reason = site.verb.tag == "VBG" and site.verb.dep in ("advcl", "acl", "conj") and held is not None
    return ("object", tuple(site.tree.subtree(held.number)), held.number) if is_reason and held else None


def _is_told_elsewhere(tree: Tree, clause: Token, cues: Cues) -> bool:
    """Whether another cue stands within a clause: "says otherwise: the road, it states, is shut"."""
    return any(
        child.lemma in cues.verbs and tree.child(child.number, *SUBJECTS)
        for child in tree.children(clause.number, "parataxis")
    )


def _infinitive(tree: Tree, verb: Token, clause: Token, cue: Cue) -> tuple[int, ...]:
    """An infinitive. Who is told to is not what they are told; "ordered two villages to be cleared" is."""
    numbers = tree.subtree(clause.number)
    phrases = [each for each in tree.children(verb.number, "prep") if each.lemma in _CALLING]
    for preposition in phrases:  # "called on the crews to wait"
        called = tree.child(preposition.number, "pobj")
        is_called = called is not None and called.entity not in TIMES  # not "offered on Monday to"
        if called and is_called and preposition.number == verb.number + 1 and called.number < clause.number:
            return tuple(sorted({*numbers, *tree.subtree(called.number)}))
    held = tree.child(clause.number, *SUBJECTS) or tree.child(verb.number, "dobj", "dative")
    if held is None or held.pos == "PRON":
        return tuple(numbers)
    below = tree.subtree(held.number)
    is_passive = tree.child(clause.number, "auxpass") is not None
    is_due = cue.kind not in _OF_ONESELF and (is_passive or cue.needs_document or cue.group == "expected")
    if is_due and held.number < clause.number:
        return tuple(sorted({*numbers, *below}))
    return tuple(number for number in numbers if number not in set(below))


def _parataxis(tree: Tree, verb: Token, quotes: Sequence[Span]) -> tuple[str, tuple[int, ...], int]:
    """The rest of the sentence: "If it rains, she said, we shall stay"."""
    subject = tree.child(verb.number, *SUBJECTS)
    first = min(verb.number, subject.number if subject else verb.number)
    spared = [child for child in tree.children(verb.number, "advcl", "prep") if child.number < first]
    own = set(tree.subtree(verb.number, without={child.number for child in spared}))
    own -= {*late_conditions(tree, verb), *_goes_on(tree, verb)}
    root = next((above for above in tree.ancestors(verb.number) if above.is_verb), tree.head(verb))
    if verb.dep == "ccomp":
        root = next(other for other in tree.children(verb.head, "ccomp") if other.number != verb.number)
    below = {*tree.subtree(root.number), *late_conditions(tree, verb), *_goes_on(tree, verb)}
    for clause in tree.children(root.number, "ccomp"):  # "It is late — Holt, she said, has gone"
        is_parted = any(tree.tokens[n].text in ";:—–" for n in range(clause.number, first))
        below -= (
            set(tree.subtree(clause.number)) if is_parted and tree.child(clause.number, *SUBJECTS) else set()
        )
    content = [number for number in sorted(below) if number not in own]
    words = [number for number in content if tree.tokens[number].is_word]
    if words and all(quoted(tree.tokens[number], quotes) is not None for number in words):
        return (
            "quotation",
            tuple(number for number in content if quoted(tree.tokens[number], quotes) is not None),
            root.number,
        )
    mark = tree.child(root.number, "mark")
    is_reason = mark is not None and mark.lemma == "because" and content[:1] == [mark.number]
    return "parataxis", tuple(content[is_reason:]), root.number  # "because, she said, it was late"


_WAYS: Final[tuple[tuple[str, Callable[[Site], Content | None]], ...]] = (
    ("naming", naming),
    ("as", named_as),
    ("clause", _clause_frame),
    ("quotation", _quotation_frame),
    ("reason", _reason),
    ("deadline", deadline),
    ("infinitive", _infinitive_frame),
    ("infinitive of another", _infinitive_of_another),
    ("participle of another", participle_of_another),
    ("gerund", gerund),
    ("gift", gift),
    ("hearsay", hearsay),
    ("figure", figure),
)
