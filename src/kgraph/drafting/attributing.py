"""The attributions of a whole text: quotations over sentences and paragraphs, speakers, and chains of voices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kgraph.drafting.cues import Cue, Cues
from kgraph.drafting.speech import Attribution, find_attributions
from kgraph.drafting.tree import SUBJECTS, Token, Tree
from kgraph.drafting.voices import Cast, Voice
from kgraph.text import Span, quoted_spans

__all__ = ["Found", "Page", "attribute", "lay_page"]

_QUOTED: Final = Cue("said", "said", "positive", frozenset({"clause"}))
#: Fewer words in quotation marks, without a cue, are quoted words and not what somebody says.
_SHORT: Final = 4


@dataclass(frozen=True)
class Page:
    """A text as read: its sentences as trees, the paragraph of each, and the outermost quotations."""

    text: str
    paragraphs: tuple[Span, ...]
    trees: tuple[Tree, ...]
    paragraph_of: tuple[int, ...]
    quotes: tuple[Span, ...]

    def quotes_in(self, sentence: int) -> list[Span]:
        """The quotations, as far as they lie in a sentence."""
        here = self.trees[sentence].span
        clipped = (
            Span(max(q.start, here.start), min(q.end, here.end)) for q in self.quotes if q.overlaps(here)
        )
        return [span for span in clipped if span.start < span.end]


@dataclass(frozen=True, slots=True)
class Found:
    """An attribution with its sentence, its speaker, and the attribution that passes it on, if any.

    ``distance`` counts the sentences between the cue and the content.
    """

    sentence: int
    attribution: Attribution
    speaker: Voice | None
    outer: int | None = None
    distance: int = 0
    is_pronoun: bool = False


def lay_page(text: str, paragraphs: Sequence[Span], trees: Sequence[Tree]) -> Page:
    """The page of a text. Every tree lies in a paragraph."""
    paragraph_of = tuple(
        next(n for n, paragraph in enumerate(paragraphs) if tree.span.within(paragraph)) for tree in trees
    )
    outermost: list[Span] = []
    for span in quoted_spans(text):
        if not (outermost and span.within(outermost[-1])):
            outermost.append(span)
    return Page(text, tuple(paragraphs), tuple(trees), paragraph_of, tuple(outermost))


def attribute(page: Page, cast: Cast, cues: Cues) -> list[Found]:
    """All attributions of a text, those of quotations without a cue of their own included."""
    found: list[Found] = []
    for number, tree in enumerate(page.trees):
        for attribution in find_attributions(tree, page.quotes_in(number), cues):
            found.append(_heard(cast, number, attribution))
    found += list(_free_quotations(page, found, cast))
    found.sort(key=lambda each: (each.sentence, each.attribution.content[0]))
    found = [_relayed(each, found) for each in found]
    return [_in_person(each, found) for each in found]


def _heard(cast: Cast, number: int, attribution: Attribution) -> Found:
    source = attribution.source
    speaker = cast.voice_of(number, source) if source else None
    is_pronoun = source is not None and source.pos == "PRON"
    return Found(number, attribution, speaker, is_pronoun=is_pronoun)


def _covered(found: Sequence[Found], sentence: int, quote: Span) -> bool:
    return any(
        each.sentence == sentence
        and sum(each.attribution.tree.tokens[n].span.within(quote) for n in each.attribution.content) * 2
        >= len(each.attribution.tree.within(quote))
        and not any(each.attribution.words and each.attribution.words.within(q) for q in [quote])
        for each in found
    )


def _free_quotations(page: Page, found: Sequence[Found], cast: Cast) -> Iterator[Found]:
    """Quotations, or sentences of them, that no cue of their own sentence attributes."""
    known = list(found)
    for sentence, tree in enumerate(page.trees):
        for quote in page.quotes_in(sentence):
            tokens = tree.within(quote)
            words = [token for token in tokens if token.is_word]
            if not words or _covered(known, sentence, quote):
                continue
            whole = next(q for q in page.quotes if q.overlaps(quote))
            is_alone = not any(
                token.is_word for token in tree.tokens if not any(token.span.within(q) for q in page.quotes)
            )
            runs_on = whole.start < tree.span.start or whole.end > tree.span.end
            if not is_alone and not runs_on:
                continue
            host = _signed(page, cast, sentence, whole) or _host(page, known, sentence, whole)
            if host is None:
                continue
            if host.speaker is None and host.attribution.source is not None:
                host = replace(host, speaker=cast.voice_of(host.sentence, host.attribution.source))
            if len(words) < _SHORT and not runs_on and host.attribution.rule == "subject":
                continue
            attribution = replace(
                host.attribution,
                tree=tree,
                rule="quotation-goes-on"
                if host.attribution.rule not in ("subject", "signed")
                else host.attribution.rule,
                cue=_QUOTED if host.attribution.cue.kind != "said" else host.attribution.cue,
                content=tuple(token.number for token in tokens),
                root=_root(tree, tokens),
                is_negated=False,
            )
            new = replace(
                host, sentence=sentence, attribution=attribution, distance=abs(sentence - host.sentence)
            )
            known.append(new)
            yield new


def _root(tree: Tree, tokens: Sequence[Token]) -> int:
    numbers = {token.number for token in tokens}
    tops = [token for token in tokens if token.head not in numbers or token.head == token.number]
    best = [token for token in tops if token.is_verb] or [token for token in tops if token.is_word] or tops
    return best[0].number


def _is_direct(each: Found, page: Page) -> bool:
    tree = each.attribution.tree
    return any(
        tree.tokens[number].span.within(quote) for number in each.attribution.content for quote in page.quotes
    ) and not any(each.attribution.words and each.attribution.words.within(q) for q in page.quotes)


def _host(page: Page, found: Sequence[Found], sentence: int, quote: Span) -> Found | None:
    """The attribution that a quotation without a cue belongs to."""
    direct = [each for each in found if _is_direct(each, page)]
    here = page.paragraph_of[sentence]
    # Other sentences of the same quotation.
    for each in direct:
        tree = each.attribution.tree
        if any(tree.tokens[number].span.within(quote) for number in each.attribution.content):
            return each
    # “…,” she said. “…”
    before = [
        each for each in direct if each.sentence <= sentence and page.paragraph_of[each.sentence] == here
    ]
    if before:
        return before[-1]
    after = [each for each in direct if each.sentence > sentence and page.paragraph_of[each.sentence] == here]
    if after and after[0].sentence == sentence + 1:
        return after[0]
    # X put it so: “…” or: X tweeted: ⏎ “…”
    if (spoken := _introduced(page, found, sentence)) is not None:
        return spoken
    # The paragraph before was a quotation of somebody.
    last = [each for each in direct if page.paragraph_of[each.sentence] == here - 1]
    if last and (_stays_open(page, here - 1) or _ends_quoted(page, here - 1)):
        return last[-1]
    return _subject_before(page, found, sentence)


def _stays_open(page: Page, paragraph: int) -> bool:
    end = page.paragraphs[paragraph].end
    return any(quote.end == end for quote in page.quotes)


def _ends_quoted(page: Page, paragraph: int) -> bool:
    end = page.paragraphs[paragraph].end
    return any(end - 2 <= quote.end < end for quote in page.quotes)


def _introduced(page: Page, found: Sequence[Found], sentence: int) -> Found | None:
    """What a sentence that ends with a colon introduces."""
    if sentence == 0:
        return None
    tree = page.trees[sentence - 1]
    if not tree.span.of(page.text).rstrip().endswith(":"):
        return None
    verbs = [token for token in tree.tokens if token.is_verb and tree.subject(token.number)]
    if not verbs:
        return None
    verb = next((token for token in verbs if token.dep == "ROOT"), verbs[0])
    return _by_subject(tree, verb, sentence - 1, "introduced")


def _subject_before(page: Page, found: Sequence[Found], sentence: int) -> Found | None:
    """Who the sentence before is about: "Smith was unimpressed. “It is bad.”"."""
    del found
    if sentence == 0 or page.paragraph_of[sentence - 1] != page.paragraph_of[sentence]:
        return None
    tree = page.trees[sentence - 1]
    for verb in tree.tokens:
        subject = tree.child(verb.number, *SUBJECTS) if verb.dep == "ROOT" else None
        if subject is not None and (subject.pos == "PROPN" or subject.lemma in ("he", "she", "they")):
            return _by_subject(tree, verb, sentence - 1, "subject")
    return None


def _by_subject(tree: Tree, verb: Token, sentence: int, rule: str) -> Found:
    subject = tree.subject(verb.number)
    return Found(
        sentence,
        Attribution(tree, rule, _QUOTED, verb.span, verb.number, subject, (verb.number,), verb.number),
        None,
        is_pronoun=subject is not None and subject.pos == "PRON",
    )


def _signed(page: Page, cast: Cast, sentence: int, quote: Span) -> Found | None:
    """A quotation with a name after it: “…” — Ana Holt."""
    tree = page.trees[sentence]
    paragraph = page.paragraphs[page.paragraph_of[sentence]]
    rest = Span(min(quote.end + 1, paragraph.end), paragraph.end)
    signer = [
        (number, token)
        for number, other in enumerate(page.trees)
        for token in other.within(rest)
        if token.pos == "PROPN" and token.dep not in ("compound", "nmod")
    ]
    is_told = any(token.is_verb for other in page.trees for token in other.within(rest))
    if not signer or is_told or len(rest.of(page.text).split()) > 8:
        return None
    number, token = signer[0]
    attribution = Attribution(tree, "signed", _QUOTED, None, None, token, (0,), 0)
    return Found(number, attribution, cast.voice_of(number, token))


def _relayed(each: Found, found: Sequence[Found]) -> Found:
    """An attribution whose cue stands in the content of another is passed on by it."""
    words = each.attribution.words
    if words is None:
        return each
    around: list[tuple[int, int]] = []
    for number, other in enumerate(found):
        tree = other.attribution.tree
        if other is each or other.attribution.words == words:
            continue
        spans = [tree.tokens[n].span for n in other.attribution.content]
        if spans and any(words.start <= s.start < words.end for s in spans):
            around.append((len(spans), number))
    return replace(each, outer=min(around)[1]) if around else each


def _in_person(each: Found, found: Sequence[Found]) -> Found:
    """ "I" and "we" are whoever is quoted."""
    source = each.attribution.source
    if each.speaker is None and each.outer is not None and source is not None:
        if source.lemma in ("i", "we"):
            return replace(each, speaker=found[each.outer].speaker)
    return each
