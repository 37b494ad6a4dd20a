"""Putting claims in words: what a speaker does with a claim, and a claim as one line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from kgraph.search import Asked, Found, Hits, Kind, denies
from kgraph.search.words import is_number, read_words
from kgraph.vocab import KG

if TYPE_CHECKING:
    from kgraph.who_said.attribution import Attribution

__all__ = ["answer_in_words", "first_few", "summary_of_words", "verdict", "worded_claim"]

_AFFIRMED: Final = {
    "fact": "said by",
    "claim": "claimed by",
    "estimate": "estimated by",
    "degree": "said with a hedge by",
    "framing": "put this way by",
    "possibility": "said to be possible by",
    "prediction": "predicted by",
    "promise": "promised by",
    "plan": "planned, according to",
    "intention": "intended, according to",
    "obligation": "said to be necessary by",
    "demand": "demanded by",
    "request": "asked for by",
    "order": "ordered by",
    "attempt": "attempted, according to",
    "conditional": "said under a condition by",
}
#: Only what somebody has alleged can be denied; the other ways to say that something is not so.
_NEGATIVE: Final = {
    "fact": "said not to be so by",
    "claim": "claimed not to be so by",
    "denial": "denied by",
    "refusal": "refused by",
    "possibility": "said to be impossible by",
    "inability": "said to be impossible by",
    "prediction": "predicted not to happen by",
    "promise": "promised not to happen by",
    "plan": "not planned, according to",
    "intention": "not intended, according to",
    "obligation": "said to be wrong by",
    "demand": "demanded not to be so by",
    "request": "asked not to be so by",
    "order": "forbidden by",
    "conditional": "ruled out under a condition by",
}
#: What is answered by the end of a claim alone.
_MEASURED: Final = (Kind.WHEN, Kind.COUNT, Kind.DURATION, Kind.DISTANCE)
#: What is so denied that the word for it is not among the words that are said.
_DENYING: Final = frozenset({KG + "denial", KG + "refusal"})
#: How the publication tells of what others plan, want or try.
_NARRATED: Final = {
    "plan": "told as a plan by",
    "intention": "told as a purpose by",
    "attempt": "told as an attempt by",
    "possibility": "told as a possibility by",
}


def verdict(*, mode: str | None, polarity: str | None, modality: str | None, stated: bool) -> str:
    """What the speaker does with the claim, to be followed by the speaker's name."""
    name = (modality or "").removeprefix(KG)
    if polarity == KG + "negative":
        return _NEGATIVE.get(name, "said not to be so by")
    if stated:
        return "stated by"
    if mode == KG + "editorial-insertion":
        return "inserted into the quotation by"
    if mode == KG + "narrated" and name in _NARRATED:
        return _NARRATED[name]
    return _AFFIRMED.get(name, "said by")


def worded_claim(subject: str, predicate: str, value: str, *, negative: bool) -> str:
    """A claim as a line: its parts by name, with a *not* where it is denied."""
    return f"{subject} · {'not: ' if negative else ''}{predicate} · {value}"


def first_few(texts: Iterable[str]) -> list[str]:
    """The first three texts, each once, and that there are others."""
    known = list(dict.fromkeys(texts))
    return [*known[:3], *(["and others"] if len(known) > 3 else [])]


def summary_of_words(hits: Hits, best: Sequence[Attribution], nearest: Sequence[Attribution]) -> str:
    """The result of a question in words, in a sentence. Only what was found has a speaker's name in it."""
    if best:
        if hits.asked.kind is not None and hits.found is Found.MEANING:
            return answer_in_words(hits.asked, best[0])
        in_words = hits.asked.is_statement and denies(hits.asked.words)
        text = ", ".join(first_few(_by_whom(each, denies_in_words=in_words) for each in best))
        start = {Found.SPELLING: "In other spelling: ", Found.MEANING: "In other words: "}.get(hits.found, "")
        text = start + text
        but = f" But {'; '.join(map(str, hits.differs))}." if hits.differs else ""
        return f"{text[0].upper()}{text[1:]}.{but}"
    differs = ": " * bool(hits.differs) + "; ".join(map(str, hits.differs))
    parts = [f"Nobody says that here{differs}."]
    if hits.unmatched:
        parts.append(f"No text has: {', '.join(hits.unmatched)}.")
    places = list(dict.fromkeys(_place(each) for each in nearest if each.sentence is not None))[:3]
    if places:
        parts.append(f"The nearest: {'; '.join(places)}.")
    return " ".join(parts)


def answer_in_words(asked: Asked, best: Attribution) -> str:
    """The answer in plain words: what was asked for, or the words themselves, and whose they are. Of what the
    narrator tells, a draft may have but a few words: the sentence says what they are about.
    """
    if best.level == "drafted" and best.mode.iri == KG + "narrated" and best.sentence is not None:
        quote, by = best.sentence.text, f"{best.verdict.partition(': ')[0]}: told by {best.speaker.label}"
    else:
        label, quote = best.object.label, best.quote
        is_measure = 0 < len(label) < len(quote) and _is_measure(asked, read_words(label))
        by = _by_whom(best, denies_in_words=not is_measure and denies(read_words(quote)))
        quote = label if is_measure else quote
    text = quote[:1].upper() + quote[1:] if asked.kind is not None else f"“{quote}”"
    says = f"says {best.speaker.label}" if by.startswith(("stated by", "said by")) else by
    return f"{text.rstrip(' .,;')}, {says}."


def _is_measure(asked: Asked, words: Sequence[str]) -> bool:
    """Whether the end of a claim is the amount or the time that is asked for."""
    if asked.kind is Kind.WHEN:
        return not set(words) <= set(asked.words)
    return asked.kind in _MEASURED and any(map(is_number, words))


def _by_whom(each: Attribution, *, denies_in_words: bool = False) -> str:
    """Who, and what they do with it. Where the words asked for have the negation in them already, as in
    "nobody was hurt", the speaker says these words, and does not say that they are not so.
    """
    does = each.verdict
    if denies_in_words and each.polarity.iri == KG + "negative" and each.modality.iri not in _DENYING:
        kept, colon, _ = does.rpartition(": ")
        modality = None if each.modality.iri == KG + "inability" else each.modality.iri
        stated = each.level == "stated"
        does = kept + colon + verdict(mode=each.mode.iri, polarity=None, modality=modality, stated=stated)
    return f"{does} {each.speaker.label}" if each.voices else f"{_place(each)}; {does}"


def _place(each: Attribution) -> str:
    number = f"sentence {each.sentence.number}" if each.sentence and each.sentence.number else "a sentence"
    return f"in {number} of {each.article.title}" if each.article else f"in {number}"
