"""Whose a quotation is when no verb of its own sentence says so.

In this order: the cue of another sentence of the same quotation; a clause that ends with a colon; the last or
the next quotation of the paragraph; the next paragraph, where the quotation stays open; whoever the sentence
before is about; the paragraph before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from kgraph.drafting.cues import Cue, Cues
from kgraph.drafting.page import Found, Page
from kgraph.drafting.sites import Attribution
from kgraph.drafting.sources import owner_of_words, source_of
from kgraph.drafting.tags import is_between_dashes, summed_up, tag_after, takes_up
from kgraph.drafting.tree import FINITE, NOMINAL, SUBJECTS, Token, Tree
from kgraph.drafting.voices import Cast
from kgraph.text import Span

__all__ = ["host_quotations"]

_QUOTED: Final = Cue("said", "said", "positive", frozenset({"clause"}))
#: Rules that find a speaker where no verb of saying is.
_GUESSED: Final = frozenset({"subject", "signed", "before", "introduced"})
#: Those without words that attribute.
_WITHOUT_CUE: Final = frozenset({"subject", "before"})
#: Fewer words in quotation marks, without a cue, are quoted words and not what somebody says.
_SHORT: Final = 4
#: Kinds of entities that are quoted by no sentence about them.
_PLACES: Final = frozenset({"GPE", "LOC", "FAC", "NORP", "DATE", "EVENT", "LAW", "PRODUCT"})
#: Clauses that say more of a noun or a verb.
_BELOW: Final = frozenset({"relcl", "advcl", "acl"})
#: Marks that end a sentence within a quotation.
_ENDS: Final = frozenset("?!…")
#: Marks after which a quotation goes on: "“It is late,” she said; “we go.”".
_JOINTS: Final = frozenset(";,—–")
#: A signature is not longer than so many words.
_SIGNATURE: Final = 14


def host_quotations(page: Page, found: Sequence[Found], cast: Cast, cues: Cues) -> Iterator[Found]:
    """Attributions of the quotations, or of their sentences, that ``found`` does not cover."""
    hosts = _Hosts(page, cast, cues)
    for each in found:
        hosts.add(each)
    for new in hosts.tagged():
        hosts.add(new)
        yield new
    for sentence, tree in enumerate(page.trees):
        for whole, quote in zip(page.whole_quotes_in(sentence), page.quotes_in(sentence), strict=False):
            tokens = tree.within(quote)
            words = [token for token in tokens if token.is_word]
            runs_on = whole.start < tree.span.start or whole.end > tree.span.end
            is_free = (
                hosts.is_beside_another(sentence, quote)
                or runs_on
                or page.is_alone(sentence)
                or page.text[: whole.start - 1].rstrip().endswith(":")
                or is_between_dashes(page.text, whole)
            )
            if not words or hosts.covers(sentence, quote) or not is_free:
                continue
            host = hosts.of(sentence, whole)
            is_name = len(words) < _SHORT and not runs_on and not any(word.is_verb for word in words)
            if host is None or (is_name and host.attribution.rule in _GUESSED):
                continue
            new = _taken_on(host, cast, sentence, tree, tokens)
            hosts.add(new)
            yield new


def _taken_on(host: Found, cast: Cast, sentence: int, tree: Tree, tokens: Sequence[Token]) -> Found:
    """The host's attribution for another sentence."""
    given = host.attribution
    distance = abs(sentence - host.sentence)
    speaker = host.speaker or (cast.voice_of(host.sentence, given.source) if given.source else None)
    attribution = replace(
        given,
        tree=tree,
        rule=given.rule if given.rule in _GUESSED else "quotation-goes-on",
        cue=given.cue if given.cue.kind == "said" else _QUOTED,
        content=tuple(token.number for token in tokens),
        root=tree.top([token.number for token in tokens]),
        is_negated=False,
        words=None if given.rule in _WITHOUT_CUE else given.words,
    )
    return replace(host, sentence=sentence, attribution=attribution, distance=distance, speaker=speaker)


class _Hosts:
    """The direct quotations whose speaker is known, by sentence."""

    def __init__(self, page: Page, cast: Cast, cues: Cues) -> None:
        self._page = page
        self._cast = cast
        self._cues = cues
        self._direct: dict[int, list[Found]] = {}
        self._all: dict[int, list[Found]] = {}

    def add(self, found: Found) -> None:
        """Take in an attribution."""
        self._all.setdefault(found.sentence, []).append(found)
        quotes = self._page.whole_quotes_in(found.sentence)
        words = found.attribution.words
        tokens = found.attribution.tree.tokens
        is_quoted = any(tokens[n].span.within(quote) for n in found.attribution.content for quote in quotes)
        if is_quoted and not any(words and words.within(quote) for quote in quotes):
            self._direct.setdefault(found.sentence, []).append(found)

    def covers(self, sentence: int, quote: Span) -> bool:
        """Whether an attribution whose cue is not in the quotation has most of it as its content."""
        for found in self._all.get(sentence, ()):
            tree, words = found.attribution.tree, found.attribution.words
            inside = sum(tree.tokens[number].span.within(quote) for number in found.attribution.content)
            if 2 * inside >= len(tree.within(quote)) and not (words and words.within(quote)):
                return True
        return False

    def tagged(self) -> Iterator[Found]:
        """The quotations with a tag in their sentence whose verb is no verb of saying."""
        page = self._page
        for sentence, tree in enumerate(page.trees):
            quotes = page.quotes_in(sentence)
            for whole, quote in zip(page.whole_quotes_in(sentence), quotes, strict=False):
                tokens = tree.within(quote)
                if self.covers(sentence, quote) or not any(token.is_word for token in tokens):
                    continue
                runs_on = whole.start < tree.span.start
                tag = tag_after(page.text, tree, quote, quotes, runs_on=runs_on)
                if tag is None or not self._can_speak(sentence, tag[0]):
                    continue
                numbers = tuple(token.number for token in tokens)
                attribution = Attribution(
                    tree, "quotation", _QUOTED, tag[1].span, tag[1].number, tag[0], numbers, tree.top(numbers)
                )
                yield Found(sentence, attribution, self._cast.voice_of(sentence, tag[0]))

    def of(self, sentence: int, whole: Span) -> Found | None:
        """The attribution that a quotation belongs to."""
        ways: tuple[Callable[[], Found | None], ...] = (
            lambda: self._signed(sentence, whole),
            lambda: self._same(sentence, whole),
            lambda: self._introduced(sentence, whole),
            lambda: self._of_sentence(sentence),
            lambda: self._tagged(sentence, whole),
            lambda: self._beside(sentence, whole),
            lambda: self._subject_before(sentence),
            lambda: self._subject_around(sentence, whole),
            lambda: self._paragraph_before(sentence),
        )
        if self._page.text[self._page.trees[sentence].span.start : whole.start - 1].rstrip().endswith(":"):
            ways = ways[:4]  # whoever it is, it is nobody of another sentence
        return next((found for way in ways if (found := way()) is not None), None)

    def is_beside_another(self, sentence: int, quote: Span) -> bool:
        """Whether a quoted clause goes on after a mark in a sentence with a quotation of somebody."""
        tree, text = self._page.trees[sentence], self._page.text
        before = text[tree.span.start : quote.start - 1].rstrip()
        is_clause = any(token.tag in FINITE for token in tree.within(quote))
        return is_clause and before[-1:] in _JOINTS and self._of_sentence(sentence) is not None

    def _of_sentence(self, sentence: int) -> Found | None:
        """Whoever is quoted in a sentence already."""
        said = [each for each in self._direct.get(sentence, ()) if each.attribution.rule == "quotation"]
        return said[0] if said else None

    def _in(self, sentences: range) -> list[Found]:
        return [found for number in sentences for found in self._direct.get(number, ())]

    def _same(self, sentence: int, whole: Span) -> Found | None:
        """Another sentence of the same quotation."""
        for found in self._in(self._page.sentences_of(self._page.paragraph_of[sentence])):
            tokens = found.attribution.tree.tokens
            if any(tokens[number].span.within(whole) for number in found.attribution.content):
                return found
        return None

    def _tagged(self, sentence: int, whole: Span) -> Found | None:
        """The verb of a sentence that only says who asked or shouted: "“Why?” Holt said on Monday."."""
        page = self._page
        here = page.paragraph_of[sentence]
        following = next(
            (n for n in page.sentences_of(here) if page.trees[n].span.start >= whole.end), sentence
        )
        tree = page.trees[following]
        gap = page.text[whole.end - 1 : tree.span.start]
        told = summed_up(tree, [token for token in tree.tokens if token.is_word])
        if told is not None and following != sentence and len(gap.split()) == 1:
            return self._said_by(following, *told)
        verb = next((token for token in tree.tokens if token.dep == "ROOT"), None)
        if following == sentence or verb is None or gap[:1] not in _ENDS or len(gap.split()) > 1:
            return None
        subject = tree.child(verb.number, *SUBJECTS)
        cues = [cue for cue in self._cues.of_verb(tree, verb) if cue.kind == "said"]
        if subject is None or not cues or tree.child(verb.number, "ccomp") or page.quotes_in(following):
            return None
        if min(tree.subtree(subject.number)[0], verb.number) > 0:
            return None
        return self._said_by(following, subject, verb)

    def _said_by(self, sentence: int, speaker: Token, verb: Token | None, rule: str = "quotation") -> Found:
        tree, head = self._page.trees[sentence], verb or speaker
        words, number = (None, None) if verb is None else (verb.span, verb.number)
        attribution = Attribution(tree, rule, _QUOTED, words, number, speaker, (head.number,), head.number)
        return Found(sentence, attribution, self._cast.voice_of(sentence, speaker))

    def _beside(self, sentence: int, whole: Span) -> Found | None:
        """The last quotation of the paragraph, the next one, or the next paragraph's if this stays open."""
        here = self._page.paragraph_of[sentence]
        if here and whole.start <= self._page.paragraphs[here].start + 1 and self._stays_open(here - 1):
            return self._paragraph_before(sentence)  # a quotation goes on
        own = self._page.sentences_of(here)
        before = self._in(range(own.start, sentence + 1))
        is_after_others = not before or before[-1].sentence < sentence - 1
        is_after_others = is_after_others and sentence - 1 in own
        if is_after_others:
            last_said = self._said_last(sentence) or self._subject_before(sentence)
            if last_said is not None:
                return last_said
        if before:
            last = [each for each in reversed(before) if each.sentence == before[-1].sentence]
            return max(last, key=_prominence)
        if after := self._direct.get(sentence + 1, [])[: sentence + 1 in own]:
            return after[0]
        is_open = self._stays_open(here)
        following = self._in(self._page.sentences_of(here + 1)) if is_open else []
        return following[0] if following else None

    def _said_last(self, sentence: int) -> Found | None:
        """Who says, in words of the publication, what stands in the sentence just before."""
        for found in self._all.get(sentence - 1, ()):
            verb = found.attribution.verb if found.distance == 0 and found.speaker is not None else None
            if verb is not None and found.attribution.tree.tokens[verb].dep in ("ROOT", "parataxis"):
                return found
        return None

    def _paragraph_before(self, sentence: int) -> Found | None:
        """Who was quoted in the paragraph before: for sure if that quotation is not closed."""
        here = self._page.paragraph_of[sentence]
        if here == 0:
            return None
        last = self._in(self._page.sentences_of(here - 1))
        if not last:
            return None
        between = self._between(here, last[-1])
        if between is not None:
            return between
        if here > 1 and not self._stays_open(here - 1):  # one asks, another answers
            other = self._in(self._page.sentences_of(here - 2))[-1:]
            asked = [self._asks(number) for number in (here - 2, here - 1, here)]
            if other and other[0].speaker is not last[-1].speaker and (asked[1] or (asked[0] and asked[2])):
                return other[0]
        if self._stays_open(here - 1) or self._ends_quoted(here - 1):
            return last[-1]
        return replace(last[-1], attribution=replace(last[-1].attribution, rule="before"))

    def _between(self, here: int, last: Found) -> Found | None:
        """Who answers between two turns of another: "“I was told.” “Who told you?” “My aide,” he said."."""
        earlier = self._in(range(self._page.sentences_of(max(0, here - 3)).start, last.sentence))
        others = [each for each in earlier if each.speaker is not last.speaker]
        following = self._direct.get(self._page.sentences_of(here).stop, ())
        is_turn = any(each.speaker is last.speaker is not None for each in following)
        is_talk = any(self._asks(number) for number in range(max(0, here - 3), here + 1))
        return others[-1] if others and is_turn and is_talk and not self._stays_open(here - 1) else None

    def _asks(self, paragraph: int) -> bool:
        """Whether the last words quoted in a paragraph are a question."""
        quotes = [q for n in self._page.sentences_of(paragraph) for q in self._page.whole_quotes_in(n)]
        return bool(quotes) and self._page.text[quotes[-1].end - 1] == "?"

    def _last_quotes(self, paragraph: int) -> list[Span]:
        sentences = self._page.sentences_of(paragraph)
        return self._page.whole_quotes_in(sentences[-1]) if sentences else []

    def _stays_open(self, paragraph: int) -> bool:
        end = self._page.paragraphs[paragraph].end if self._page.paragraphs else 0
        return any(quote.end == end for quote in self._last_quotes(paragraph))

    def _ends_quoted(self, paragraph: int) -> bool:
        end = self._page.paragraphs[paragraph].end
        return any(end - 2 <= quote.end < end for quote in self._last_quotes(paragraph))

    def _introduced(self, sentence: int, whole: Span) -> Found | None:
        """What a clause that ends with a colon introduces, or a sentence: "Holt was blunt: “It is bad.”"."""
        number, tree = sentence, self._page.trees[sentence]
        before = self._page.text[: whole.start - 1].rstrip()
        if len(before) <= tree.span.start and sentence:
            number, tree = sentence - 1, self._page.trees[sentence - 1]
        if not before.endswith(":"):
            return None
        tokens = [token for token in tree.tokens if token.span.end < whole.start]
        last = next((token for token in reversed(tokens) if token.is_word), None)
        if last is None:
            return None
        if last.pos == "PROPN" and last.dep != "pobj" and self._can_speak(number, last):
            return self._said_by(number, last, None, "introduced")  # "says the baker Ana Holt:"
        if last.tag == "VBG" and last.lemma in self._cues.verbs:  # "a note reading:"
            source = source_of(tree, last)[0]
            if source is not None:
                return self._said_by(number, source, last, "introduced")
        verbs = [token for token in reversed(tokens) if token.is_verb and token.dep not in _BELOW]
        told = ((subject, verb) for verb in verbs if (subject := tree.subject(verb.number)) is not None)
        alone = [(token, None) for token in tokens if token.head == token.number and token.pos in NOMINAL]
        noun, verb = next(told, next(iter(alone), (None, None)))
        if noun is None:
            return None
        held = (
            tree.child(verb.number, "dobj") if verb is not None and verb.lemma in ("quote", "cite") else None
        )
        noun = held if held is not None and self._can_speak(number, held) else noun  # "she quoted her aunt:"
        # "The reply was short:", "Her message to the crews:": whose words it names
        is_said = noun.lemma in self._cues.nouns and owner_of_words(tree, noun) is not None
        is_speaker = self._can_speak(number, noun) and not is_said
        whose = noun if is_speaker else owner_of_words(tree, noun)
        is_speaker = whose is not None and self._can_speak(number, whose)
        return self._said_by(number, whose, verb, "introduced") if whose and is_speaker else None

    def _can_speak(self, sentence: int, token: Token) -> bool:
        """Whether a token means somebody, or a body or a document with a name."""
        voice = self._cast.voice_of(sentence, token)
        if voice is None:
            return False
        is_human = voice.may_be_human or self._cues.is_person(token.lemma)
        return voice.kind in ("person", "body", "document") or is_human

    def _subject_before(self, sentence: int) -> Found | None:
        """Who the sentence before is about: "Smith was unimpressed. “It is bad.”"."""
        paragraph_of = self._page.paragraph_of
        if sentence == 0 or paragraph_of[sentence - 1] != paragraph_of[sentence]:
            return None
        tree = self._page.trees[sentence - 1]
        for verb in tree.tokens:
            subject = tree.child(verb.number, *SUBJECTS) if verb.dep == "ROOT" else None
            if subject is None or subject.entity in _PLACES:
                continue
            voice = self._cast.voice_of(sentence - 1, subject)
            is_person = voice is not None and voice.kind == "person"
            if subject.pos == "PROPN" or subject.lemma in ("he", "she", "they") or is_person:
                return self._said_by(sentence - 1, subject, verb, "subject")
        return None

    def _subject_around(self, sentence: int, whole: Span) -> Found | None:
        """Who the sentence is about that a quotation is put in, or the next: "“It is over.” With that …"."""
        page, here = self._page, self._page.paragraph_of[sentence]
        is_put_in = is_between_dashes(page.text, whole)
        following = sentence if is_put_in else sentence + 1
        if following not in page.sentences_of(here) or page.quotes_in(following)[is_put_in:]:
            return None
        tree = page.trees[following]
        verb = next((token for token in tree.tokens if token.dep == "ROOT" and token.is_verb), None)
        subject = tree.subject(verb.number) if verb is not None else None
        if subject is None or verb is None or not self._can_speak(following, subject):
            return None
        if not (is_put_in or takes_up(tree)):
            return None
        return self._said_by(following, subject, verb, "quotation" if is_put_in else "subject")

    def _signed(self, sentence: int, whole: Span) -> Found | None:
        """A quotation with a name after it: “…” — Ana Holt."""
        page = self._page
        paragraph = page.paragraphs[page.paragraph_of[sentence]] if page.paragraphs else whole
        rest = Span(min(whole.end + 1, paragraph.end), paragraph.end)
        if len(rest.of(page.text)) > 20 * _SIGNATURE or len(rest.of(page.text).split()) > _SIGNATURE:
            return None
        sentences = page.sentences_of(page.paragraph_of[sentence])
        tokens = [(number, token) for number in sentences for token in page.trees[number].within(rest)]
        marks = [n for n, (_, token) in enumerate(tokens) if n and token.text in ',“"„«(']
        tokens = tokens[: marks[0]] if marks else tokens
        is_all = self._is_all_but(sentence, whole, rest)
        wanted = ("PROPN", "NOUN") if is_all else ("PROPN",)
        names = [(n, t) for n, t in tokens if t.pos in wanted and t.dep not in ("compound", "nmod")]
        if not names or any(token.is_verb for _, token in tokens):
            return None
        first = next((token for _, token in tokens if token.is_word), None)
        if first is not None and first.pos in ("ADP", "SCONJ", "CCONJ"):
            return None  # "“… no joy” in comparison to Holt": the sentence goes on
        number, token = names[0]
        tree = page.trees[sentence]
        attribution = Attribution(tree, "signed", _QUOTED, None, None, token, (0,), 0)
        return Found(number, attribution, self._cast.voice_of(number, token))

    def _is_all_but(self, sentence: int, whole: Span, rest: Span) -> bool:
        """Whether a paragraph is nothing but a quotation and what follows it."""
        paragraph = self._page.paragraphs[self._page.paragraph_of[sentence]]
        before = self._page.text[paragraph.start : whole.start]
        return not any(character.isalnum() for character in before) and rest.end == paragraph.end


def _prominence(found: Found) -> tuple[bool, int]:
    """How much a quotation stands out in its sentence: one that is no part of a clause, of the main verb."""
    attribution = found.attribution
    depth = 0 if attribution.verb is None else len(list(attribution.tree.ancestors(attribution.verb)))
    return attribution.rule in ("quotation", "quotation-goes-on", "introduced"), -depth
