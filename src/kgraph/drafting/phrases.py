"""What a verb of saying attributes without a clause: a phrase, a name, a figure, or what is due."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kgraph.drafting.complements import is_infinitive
from kgraph.drafting.quoting import quoted
from kgraph.drafting.sites import Content, Site
from kgraph.drafting.tree import QUOTES, RELATIVE, TIMES, Token, Tree

__all__ = ["charged", "deadline", "figure", "hearsay", "named_as", "naming", "phrase"]

#: What a figure may be given for, or the word that stands for it.
_FIGURES: Final = frozenset(
    "that it this figure number toll count total estimate forecast value cost probability".split()
)
#: Verbs that give something a figure with "at".
_AT: Final = frozenset("put value estimate price assess rate peg".split())
#: Such a figure has not more words.
_FIGURE: Final = 5
_SHARES: Final = frozenset({"half", "third", "quarter", "twice", "double", "zero", "nil", "nothing"})
_COMPARING: Final = frozenset({"compare", "liken"})
#: How long somebody is given.
_SPANS: Final = frozenset("minute hour day night week fortnight month year".split())


def phrase(site: Site) -> Content | None:
    """What follows a preposition: "called for a vote", "accused the firm of a fraud"."""
    tree = site.tree
    particle = tree.child(site.verb.number, "prt")
    is_named = site.cue.kind == "request" and tree.child(site.verb.number, "oprd")
    is_part = particle is not None and particle.lemma not in site.cue.prepositions
    is_known = particle is not None and f"{site.verb.lemma} {particle.lemma}" in site.cues.verbs
    if is_named or (is_part and not is_known):
        return None  # "was called a cheat for lying", "call her out for that"
    whom = tree.child(site.verb.number, "dobj")  # "accused the chain of hiding …"
    if whom is not None and whom.text.endswith(("self", "selves")):
        whom = None  # "committed itself to"
    if whom is None and site.cue.joint:  # a name that the parser takes for an adverb
        others = tree.children(site.verb.number, "advmod", "npadvmod")
        whom = next((each for each in others if each.pos == "PROPN" and each.number > site.verb.number), None)
    near = [
        *([whom] if whom else []),
        *tree.children(site.verb.number, "advmod", "prt"),
    ]  # "stopped short of"
    beside = [each for word in near for each in tree.children(word.number, "prep")]
    for clause in tree.children(site.verb.number, "advcl", "ccomp"):
        mark = tree.child(clause.number, "mark")
        if mark is not None and mark.lemma in site.cue.prepositions and is_infinitive(tree, clause):
            numbers = [number for number in tree.subtree(clause.number) if number != mark.number]
            return "phrase", tuple(numbers), clause.number  # "called for them to resign"
    for preposition in [*tree.children(site.verb.number, "prep", "prt"), *beside]:
        if preposition.lemma in site.cue.prepositions:
            for held in tree.children(preposition.number, "pobj", "pcomp"):
                if whom is None and site.verb.dep == "relcl" and preposition.lemma in site.cue.joint:
                    numbers = tree.subtree(site.verb.head, without={site.verb.number})
                    numbers += tree.subtree(preposition.number)
                    return "phrase", tuple(sorted(numbers)), held.number  # "a drop she blamed on rain"
                if whom is not None and whom.tag not in RELATIVE and preposition.lemma in site.cue.joint:
                    joined = {*tree.subtree(whom.number), *tree.subtree(preposition.number)}
                    adverbs = [each.number for each in tree.children(site.verb.number, "advmod", "prt")]
                    joined |= {n for n in adverbs if min(joined) < n < max(joined)}  # "put it squarely on"
                    return "phrase", tuple(sorted(joined)), held.number
                is_apart = whom is not None and site.cue.kind == "request"  # "asked the judge for time"
                numbers = tree.subtree(preposition.number if is_apart else held.number)
                late = tree.children(site.verb.number, "advcl", "xcomp")
                numbers += [
                    number
                    for clause in late
                    if is_infinitive(tree, clause) and tree.subtree(clause.number)[0] == numbers[-1] + 1
                    for number in tree.subtree(clause.number)
                ]  # "for two months to find one"
                return "phrase", tuple(numbers), held.number
    return None


def charged(site: Site) -> Content | None:
    """What somebody is accused of by whom: "Holt, accused by a guard of theft", with her and without him."""
    tree, verb = site.tree, site.verb
    agent = tree.child(verb.number, "agent")
    by = tree.child(agent.number, "pobj") if agent is not None else None
    whom = tree.child(verb.number, "nsubjpass") or (tree.head(verb) if verb.dep == "acl" else None)
    if agent is None or by is None or whom is None or whom.tag in RELATIVE:
        return None
    for preposition in tree.children(verb.number, "prep"):
        held = tree.child(preposition.number, "pcomp", "pobj")
        is_what = held is not None and held.pos != "PROPN"  # not "by the mayor of Holm"
        if is_what and held is not None and preposition.lemma in site.cue.joint:
            others = tree.subtree(whom.number, without={verb.number})
            numbers = {*(n for n in others if tree.tokens[n].text != ","), *tree.subtree(held.number)}
            return "phrase", tuple(sorted(numbers)), held.number
    return None


def hearsay(site: Site) -> Content | None:
    """What is said to be, by somebody or nobody in particular: "is said to have sunk"."""
    tree, verb = site.tree, site.verb
    if not tree.child(verb.number, "auxpass"):
        return None
    for clause in tree.children(verb.number, "xcomp"):
        if clause.number > verb.number and is_infinitive(tree, clause):
            return "hearsay", tuple(tree.subtree(clause.number)), clause.number
    return None


def figure(site: Site) -> Content | None:
    """A figure for something: "puts the cost at 5 million", "raised that to 45"."""
    tree, verb = site.tree, site.verb
    if (found := _figure_first(tree, verb)) is not None:
        return found
    of_what = tree.child(verb.number, "dobj")
    if verb.dep == "relcl" and (of_what is None or of_what.tag in RELATIVE):
        of_what = tree.head(verb)  # "a figure that it raised to 40"
    beside = tree.children(verb.number, "advmod", "acomp", "oprd") if verb.lemma == "put" else []
    nearer = next((each for each in beside if tree.child(each.number, "prep")), None)  # "closer to"
    wanted = "at" if verb.lemma in _AT and nearer is None else "to"
    is_dated = verb.lemma == "date"
    if of_what is None or (wanted == "to" and of_what.lemma not in _FIGURES and not is_dated):
        return None
    ahead = next((each for each in beside if tree.child(each.number, "npadvmod", "nummod")), None)
    if ahead is not None and any(tree.tokens[n].pos == "NUM" for n in tree.subtree(ahead.number)):
        numbers = {*tree.subtree(of_what.number), *tree.subtree(ahead.number)}
        return "figure", tuple(sorted(numbers)), verb.number  # "puts her two votes ahead"
    closer = tree.children(nearer.number, "prep") if nearer is not None else []
    quoted = [  # "puts the odds of rain at “next to nil”"
        tree.tokens[n]
        for n in tree.subtree(verb.number)[:-1]
        if n > of_what.number and tree.tokens[n].dep == "prep" and tree.tokens[n + 1].text in QUOTES
    ]
    for preposition in [*tree.children(verb.number, "prep"), *closer, *quoted]:
        figure = tree.child(preposition.number, "pobj")
        below = tree.subtree(figure.number) if figure is not None else []
        has_figure = any(
            tree.tokens[n].lemma in _SHARES
            or tree.tokens[n].pos in ("NUM", "SYM")
            or tree.tokens[n].entity in TIMES
            for n in below
        )
        if preposition.lemma == wanted and (has_figure or is_dated or preposition in quoted):
            numbers = {
                *tree.subtree(of_what.number, without={verb.number}),
                *tree.subtree(preposition.number),
            }
            if of_what.number > verb.number:
                numbers |= set(range(min(numbers), max(numbers) + 1))  # "the jobs at risk at 500"
            return "figure", tuple(sorted(numbers)), verb.number
    return None


def _figure_first(tree: Tree, verb: Token) -> Content | None:
    """ "puts at around 70 the number of boats": a figure before what it is given for."""
    at, *following = tree.tokens[verb.number + 1 : verb.number + 3 + _FIGURE] or (verb,)
    first = next((token for token in following if token.tag in ("DT", "PRP$")), None)
    figures = [token for token in following if first is not None and token.number < first.number]
    if verb.lemma not in _AT or at.lemma != "at" or not any(token.pos == "NUM" for token in figures):
        return None
    joined = {each.number for each in tree.children(verb.number, "conj", "cc", "punct")}
    numbers = [n for n in tree.subtree(verb.number, without=joined) if n > verb.number]
    return "figure", tuple(numbers), verb.number


def deadline(site: Site) -> Content | None:
    """What somebody gives others a time to do: "gave the club until Friday to pay"."""
    tree, verb = site.tree, site.verb
    below = [*tree.children(verb.number), *(each for each in _objects(tree, verb))]
    for clause in [each for part in below for each in (part, *tree.children(part.number))]:
        is_after = clause.number > verb.number and clause.dep in ("advcl", "xcomp", "relcl", "acl")
        if not is_after or not is_infinitive(tree, clause):
            continue
        to = next(aux for aux in tree.children(clause.number, "aux") if aux.tag == "TO")
        before = tree.tokens[to.number - 1]
        if before.entity in TIMES or before.lemma in _SPANS:
            numbers = [number for number in tree.subtree(clause.number) if number > before.number]
            return "infinitive", tuple(numbers), clause.number
    return None


def _objects(tree: Tree, verb: Token) -> Iterator[Token]:
    """What a verb's prepositions govern."""
    for preposition in tree.children(verb.number, "prep"):
        yield from tree.children(preposition.number, "pobj")


def naming(site: Site) -> Content | None:
    """What somebody or something is called: "described it as late", "called it “a disgrace”"."""
    tree, verb = site.tree, site.verb
    quotes = [quote for number, quote in enumerate(site.quotes) if number != site.own]
    is_cited = site.cue.group == "cited"
    held = tree.child(verb.number, "dobj")
    if is_cited and verb.lemma not in _COMPARING and held is not None and quoted(held, quotes) is None:
        return None
    named = tree.child(verb.number, "dobj", "nsubjpass")
    as_what = _as_what(tree, verb, named)
    numbers = _what_is_called(tree, verb, named)
    if as_what is not None:
        numbers |= set(tree.subtree(as_what.number)) - ({as_what.number} if not numbers else set())
        following = tree.children(verb.number, "prep")  # "as astrology with decimals"
        numbers |= {n for each in following if each.number - 1 in numbers for n in tree.subtree(each.number)}
    for child in tree.children(verb.number, "oprd", "ccomp", "xcomp", "attr", "acomp", "dobj"):
        is_second = child.dep != "dobj" or quoted(child, quotes) is not None  # "calling it “a gift”"
        numbers |= set(tree.subtree(child.number)) if child.number > verb.number and is_second else set()
    particles = tree.children(verb.number, "prt", "advmod") if numbers else []
    numbers |= {each.number for each in particles if min(numbers) < each.number < max(numbers)}
    for quote in quotes:  # to its end
        inside = {token.number for token in tree.within(quote)}
        numbers |= inside if numbers & inside else set()
    has_quotation = any(quoted(tree.tokens[number], quotes) is not None for number in numbers)
    judged = tree.child(verb.number, "oprd", "ccomp")
    if judged is not None and judged.dep == "oprd" and named is None and tree.child(judged.number, "det"):
        named = tree.child(judged.number, "compound", "amod")  # "called the charge grotesque"
    is_judged = judged is not None and judged.number > verb.number
    if judged is not None and judged.dep == "ccomp":  # "calls the study outdated": taken for a clause
        is_judged = (
            is_judged and judged.tag in ("JJ", "VBN", "VBD") and not tree.child(judged.number, "aux", "mark")
        )
        named = named or tree.child(judged.number, "nsubj")
    else:
        is_judged = (
            is_judged
            and judged is not None
            and (judged.pos in ("ADJ", "NOUN") or judged.tag in ("VBG", "VBN"))
        )
    is_called = has_quotation or (not is_cited and named is not None and (as_what is not None or is_judged))
    if not numbers or not is_called:
        return None
    root = as_what or named
    head = (tree.child(root.number, "pobj") or root).number if root else min(numbers)
    return "naming", tuple(sorted(numbers)), head


def named_as(site: Site) -> Content | None:
    """What something is called with "as" alone: "remembers him as a joker"."""
    named = site.tree.child(site.verb.number, "dobj", "nsubjpass")
    return naming(site) if named and _as_what(site.tree, site.verb, named) is not None else None


def _as_what(tree: Tree, verb: Token, named: Token | None) -> Token | None:
    """The "as" of a phrase, or the participle after one: "described as isolated"; "compared to" likewise."""
    link = "to" if verb.lemma in _COMPARING else "as"
    phrases = tree.children(verb.number, "prep")
    phrases += tree.children(named.number, "prep") if named is not None else []  # taken for one phrase
    if (found := next((each for each in phrases if each.lemma == link), None)) is not None:
        return found
    for child in tree.children(verb.number, "advcl", "acl"):
        mark = tree.child(child.number, "mark")
        if mark is not None and mark.lemma == "as" and child.tag in ("VBN", "VBG"):
            return child
    return None


def _what_is_called(tree: Tree, verb: Token, named: Token | None) -> set[int]:
    """What gets a name: an object after the verb, or what a relative clause is about."""
    is_passive = named is not None and named.dep == "nsubjpass" and named.tag not in RELATIVE
    is_given = named is not None and (named.number > verb.number or is_passive)
    numbers = set(tree.subtree(named.number)) if named and is_given else set()
    relatives = [each for each in tree.children(verb.number, "dobj") if each.number < verb.number]
    is_relative = all(each.tag in ("WDT", "WP") or each.lemma == "that" for each in relatives)
    if verb.dep == "relcl" and not numbers and is_relative and (relatives or named is None):
        return set(tree.subtree(verb.head, without={verb.number}))  # "an offer which he called a joke"
    return numbers
