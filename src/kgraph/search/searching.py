"""Searching a generation's texts: a question in words, narrowed by filters, answered page by page.

    verbatim   the words stand in the text side by side, over the ends of sentences too
    spelling   all words that carry matter stand in one sentence, inflected or misspelt
    meaning    a sentence says the same in other words, or answers the question
    none       nothing does; what comes nearest is given all the same

The first is looked up; only where it finds nothing are passages ranked, by likeness in meaning (a sentence
encoder) and by words together. Which claim of a passage answers is then a step of its own. The order is
stable: the index of a generation never changes, so a page asked for again is the same page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgraph.errors import ParameterError
from kgraph.search.differences import Difference
from kgraph.search.encoders import ABSENT, Encoder
from kgraph.search.index import OVERHANG, IndexReader, Passage
from kgraph.search.likeness import cover
from kgraph.search.narrowing import Narrowing
from kgraph.search.passages import labels_of, shared
from kgraph.search.ranking import WEIGHED, Answering, Found, Ranking, quoted
from kgraph.search.reading import Asked, read_question
from kgraph.search.words import CLAUSE_END, listed, negations, read_words, shown, word_offsets

if TYPE_CHECKING:
    from kgraph.search.encoders import Vector

__all__ = ["DEEPEST", "Found", "Hit", "Hits", "Search", "TextIndex", "check_page"]

#: How far paging goes, and how many passages are ranked with care.
DEEPEST: Final = 1_000
_RANKED: Final = 40
#: Which share of a phrase a claim has at least, of those whose words it is.
_MOST: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What to look for.

    ``filters`` maps some of :data:`kgraph.search.index.FILTERS` to IRIs of which one must hold. ``since`` and
    ``until`` keep what holds, as its times are read, on some day between them, both included; what has no
    time that is read is then left out.
    """

    text: str
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    limit: int = 10
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A claim that was found, or a sentence of which no claim has been drawn, and how.

    ``score`` is the chance, from 0 to 1, that it says what was asked for.
    """

    iri: str
    found: Found
    score: float
    is_claim: bool = True


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of what was found; ``more`` says that there is another.

    ``found`` is how the whole question is found, whatever the page. ``best`` are the hits that an answer may
    name, ``nearest`` the first whatever they are, ``unmatched`` the question's words that no text has,
    ``differs`` what the nearest passage says otherwise, ``asked`` the question as read.
    """

    hits: tuple[Hit, ...]
    more: bool
    found: Found
    best: tuple[Hit, ...]
    nearest: tuple[Hit, ...]
    unmatched: tuple[str, ...]
    differs: tuple[Difference, ...]
    asked: Asked
    note: str = ""


class TextIndex(IndexReader):
    """The text index of one generation. Its methods may be called from any thread."""

    def __init__(self, path: Path, encoder: Encoder | None = None) -> None:
        super().__init__(path, encoder)
        self._encoder = encoder if self.vectors is not None else None
        self._ranking = Ranking(self, self._encoder)

    def search(self, search: Search) -> Hits:
        """The claims and sentences that best answer to some words.

        Raises:
            ParameterError: there are no words, or too many, or the page is too far off.
        """
        check_page(search.limit, search.offset)
        asked = read_question(search.text)
        narrowing = Narrowing(search.filters, search.since, search.until, self)
        wanted = search.offset + search.limit + 1
        best, hits, differs = self._verbatim(asked, narrowing, max(wanted, 10))
        found = Found.VERBATIM
        if not hits:
            hits, found, differs = self._ranked(asked, narrowing)
            best = hits[:1] if found is not Found.NONE else []
        is_there = found in (Found.VERBATIM, Found.SPELLING)
        unmatched = () if is_there else (shown(word) for word in asked.matter if not self._is_known(word))
        return Hits(
            hits=tuple(hits[search.offset : wanted - 1]),
            more=len(hits) >= wanted,
            found=found,
            best=tuple(best[:10]),
            nearest=tuple(hits[:3]),
            unmatched=tuple(unmatched),
            differs=differs,
            asked=asked,
            note="" if self._encoder is not None or not self.size else ABSENT,
        )

    def best(self, text: str, limit: int) -> tuple[Hit, ...]:
        """The best claims and sentences for some words, without pages; none where the words are not found.

        DRAFT: claims that nobody has reviewed are not among them.
        """
        asked, narrowing = read_question(text), Narrowing({}, None, None, self, drafts=False)
        hits = self._verbatim(asked, narrowing, limit)[1] or self._ranked(asked, narrowing)[0]
        return tuple(hit for hit in hits[:limit] if hit.found is not Found.NONE)

    def about(self, text: str, ends: Sequence[str]) -> list[Hit]:
        """The claims that say a fact in words, each about all that the ends of the fact name."""
        asked = read_question(text)
        ranked, _, _ = self._ranked(asked, Narrowing({}, None, None, self), is_fact=True)
        hits = [hit for hit in ranked if hit.is_claim]
        words = [word for end in ends for word in read_words(end) if word not in listed("stop")]
        full = {
            claim.iri
            for passage in self.with_claims([hit.iri for hit in hits[:20]])
            for claim in passage.entry.claims
            if not cover(
                words,
                read_words(quoted(passage, claim)),
                labels_of([claim]),
                language=passage.entry.language,
            ).missing
        }
        return [hit for hit in hits[:20] if hit.found is not Found.NONE and hit.iri in full]

    def _is_known(self, word: str) -> bool:
        like = self.like([word])
        return bool(self.frequency(word)) or any(
            cover([word], read_words(passage.entry.text), language=passage.entry.language).share
            for passage in self.passages(like, (), 3)
        )

    # Verbatim

    def _verbatim(
        self, asked: Asked, narrowing: Narrowing, wanted: int
    ) -> tuple[list[Hit], list[Hit], tuple[Difference, ...]]:
        """The claims and sentences that have the words side by side: those whose words they are, and all.

        Wherever a text has them, its *not* stands before them, that differs.
        """
        words = list(asked.words)
        query = self.phrase(words[: OVERHANG + 1])
        best: list[Hit] = []
        found: list[Hit] = []
        denied: list[bool] = []
        for passage in self.passages(query, narrowing.queries, min(DEEPEST, wanted + _RANKED)):
            span = self._span(passage, words)
            if span is not None:
                first, rest = self._verbatim_hits(passage, span, narrowing)
                denied.append(self._is_denied(passage, span))
                best += first
                found += [*first, *rest]
            if len(found) >= wanted + _RANKED:
                break
        is_denied = bool(denied) and all(denied)
        return best, found, (Difference("negation", "affirms it", "denies it"),) if is_denied else ()

    def _is_denied(self, passage: Passage, span: tuple[int, int]) -> bool:
        """Whether the word before the phrase denies it, as far as it is a statement: "not to be named"; or
        one after it in its clause, where the language has it there: "er kommt heute nicht".
        """
        entry, ends = passage.entry, word_offsets(passage.entry.text)[1]
        before = read_words(entry.text)[max(0, span[0] - 1) : span[0]]
        rest = entry.text[ends[span[1] - 1] :] if span[1] <= len(ends) else ""
        after = read_words(CLAUSE_END.split(rest, 1)[0])
        return any(word in negations() for word in before) or not listed(
            "not-behind", entry.language
        ).isdisjoint(after)

    def _span(self, passage: Passage, words: list[str]) -> tuple[int, int] | None:
        """Which words of a passage the phrase begins and ends with, counted on into the passages after it."""
        own = read_words(passage.entry.text)
        text, ordinal = list(own), passage.ordinal
        while len(text) < len(own) + len(words):
            ordinal += 1
            following = self.at([ordinal])
            if not following or following[0].entry.article != passage.entry.article:
                break
            text += read_words(following[0].entry.text)
        starts = (at for at in range(len(own)) if text[at : at + len(words)] == words)
        start = next(starts, None)
        return (start, start + len(words)) if start is not None else None

    def _verbatim_hits(
        self, passage: Passage, span: tuple[int, int], narrowing: Narrowing
    ) -> tuple[list[Hit], list[Hit]]:
        """The claims whose words the phrase is of, those of an inner voice before the narrator's, and others;
        the sentence where no claim has most of the phrase. One of which all drafts are the narrator's is told
        by it from end to end.

        Of the narrator's own claims none is among the first where the phrase is of somebody's who is quoted.
        """
        begins, ends = word_offsets(passage.entry.text)
        first = passage.entry.begin + (begins[span[0]] if span[0] < len(begins) else 0)
        last = passage.entry.begin + (ends[span[1] - 1] if span[1] <= len(ends) else len(passage.entry.text))
        ordered = []
        is_told = all(claim.is_draft and claim.depth == 1 for claim in passage.entry.claims)
        for claim in narrowing.claims(passage):
            own, keys = shared(claim.spans, [(first, last)]), []
            for with_cue, spans in enumerate((claim.spans, passage.entry.reach(claim))):
                common = shared(spans, [(first, last)])
                length = sum(end - begin for begin, end in spans)
                # The claim of just these words comes first, then the one of these with its cue, and one of
                # whose words none is among them; else a voice that is quoted before the narrator, and of
                # several the tightest quotation.
                is_within = length <= last - first
                fit = -round(common / (last - first), 2), -is_within, with_cue * (is_within or not own)
                keys.append((*fit, -(claim.depth > 1), length, -claim.depth, claim.iri))
            if is_told or -min(keys)[0] >= _MOST:
                ordered.append(min(keys))
        if not ordered:
            whole = Hit(passage.entry.iri, Found.VERBATIM, 1.0, is_claim=False)
            return ([whole] if narrowing.is_empty else []), []
        ordered.sort()
        hits = [(each[:4], Hit(each[-1], Found.VERBATIM, 1.0)) for each in ordered]
        leading = [hit for key, hit in hits if key == hits[0][0]]
        return leading, [hit for _, hit in hits[len(leading) :]]

    # In other spelling, and in other words

    def _ranked(
        self, asked: Asked, narrowing: Narrowing, *, is_fact: bool = False
    ) -> tuple[list[Hit], Found, tuple[Difference, ...]]:
        question = None
        if self._encoder is not None:
            encode = self._encoder.statements if asked.is_statement else self._encoder.questions
            question = encode([asked.text])[0]
        candidates = self._candidates(asked, question, narrowing)
        meant = self._ranking.mean(question, candidates)
        ranked = [self._ranking.rank(asked, passage, meant) for passage in candidates]
        ranked.sort(key=lambda each: (-each.score, each.passage.entry.article, each.passage.entry.begin))
        if not ranked:
            return [], Found.NONE, ()
        answers = [
            self._ranking.answer(each, meant, narrowing.claims(each.passage)) for each in ranked[:WEIGHED]
        ]
        least = min(answer.score - answer.ranked.score for answer in answers)
        for each in ranked[WEIGHED:]:
            claims = tuple((0.0, claim) for claim in narrowing.claims(each.passage))
            answers.append(Answering(each, each.score + least, claims))
        answers.sort(key=lambda answer: (-answer.score, answer.ranked.passage.ordinal))
        first = answers[0]
        odds = self._ranking.odds(asked, first.ranked, is_fact=is_fact)
        hits: list[tuple[float, Hit]] = []
        verdict = Found.NONE
        differs: tuple[Difference, ...] = ()
        for answer in answers:
            passage, behind = answer.ranked.passage, first.score - answer.score
            judged = self._ranking.judge(answer.ranked, odds, behind, is_fact=is_fact)
            found, chance = judged[0], round(judged[1], 4)
            if answer is first:
                verdict, differs = found, judged[2]
            hits += [(answer.score - below, Hit(claim.iri, found, chance)) for below, claim in answer.claims]
            if not narrowing.has_claims(passage) and narrowing.is_empty:
                hits.append((answer.score, Hit(passage.entry.iri, found, chance, is_claim=False)))
        hits.sort(key=lambda each: (-each[0], each[1].iri))
        return [hit for _, hit in hits[:DEEPEST]], verdict, differs

    def _candidates(self, asked: Asked, question: Vector | None, narrowing: Narrowing) -> list[Passage]:
        found = {
            passage.ordinal: passage
            for passage in self.passages(self.like(asked.matter), narrowing.queries, _RANKED)
        }
        if question is not None and self.vectors is not None:
            import numpy as np  # noqa: PLC0415 - an extra has it

            places, wholes = self.vectors.wholes
            scores = wholes @ question
            deep = min(len(scores), _RANKED if narrowing.is_empty else len(scores))
            near = np.argpartition(-scores, deep - 1)[:deep] if deep else np.empty(0, dtype=int)
            fresh = [place for place in map(int, places[near]) if place not in found]
            for passage in self.at(fresh[:DEEPEST], narrowing.queries):
                found[passage.ordinal] = passage
        return list(found.values())


def check_page(limit: int, offset: int) -> None:
    """Refuse a page that is empty, too long or too far off."""
    if not 1 <= limit <= 100:
        raise ParameterError("A page has from 1 to 100 answers.", hint="Give 'limit' such a number.")
    if not 0 <= offset <= DEEPEST - limit:
        raise ParameterError(
            f"Only the first {DEEPEST} answers can be paged through.", hint="Narrow the question by a filter."
        )
