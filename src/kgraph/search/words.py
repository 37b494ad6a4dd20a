"""Words: how a text and a question become the same sequence of words, whatever their spelling.

    Slaviša, Славиша → slavisa         letters are folded to plain Latin ones
    armoured → armored                 spellings to one of them, by rule and by list
    Kosovo's → kosovo, cannot → can not, eighty → 80
    co-operation → cooperation         prefixes and listed compounds are joined, all else is cut: two year

Both the index and a question go through :func:`read_words`, so nothing but letters and digits ever reaches
the search library: quotation marks, operators and brackets separate words and do nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

import tantivy

from kgraph.search.lexicon import read_groups

__all__ = [
    "NEGATIONS",
    "PARTICLE",
    "STOP_WORDS",
    "close_hyphens",
    "contractions",
    "fold_words",
    "folded_groups",
    "join_numbers",
    "lemma",
    "listed_stems",
    "numerals",
    "read_words",
    "stem",
    "stems",
]

#: Stands between a verb and its particle, in lists and where a question is read so.
PARTICLE: Final = "_"
_CYRILLIC: Final = zip(
    "абвгдђежзијклљмнњопрстћуфхцчџш",
    "a b v g d dj e z z i j k l lj m n nj o p r s t c u f h c c dz s".split(),
    strict=True,
)
_LATIN: Final = {"đ": "d", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "\u0131": "i"}
_APOSTROPHES: Final = "\u2018\u2019\u02bc\u0060\u00b4"
_HYPHENS: Final = "\u2010\u2011\u2012\u2013\u00ad"
_LETTERS: Final = str.maketrans(
    {**dict(_CYRILLIC), **_LATIN, **dict.fromkeys(_APOSTROPHES, "'"), **dict.fromkeys(_HYPHENS, "-")}
)
_WORD: Final = re.compile(r"[^\W_]+(?:['\-][^\W_]+)*")
_ASCII_WORD: Final = re.compile(r"[a-z0-9]+(?:['\-][a-z0-9]+)*")
_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}\b)")
_CO: Final = re.compile(r"\b(co) (?=\w)", re.IGNORECASE)
_INITIALS: Final = re.compile(r"\b(?:[A-Z]\.){2,}")
_USA: Final = re.compile(r"\bUS\b")
_LONGEST: Final = 64
_KEPT: Final = 1 << 18

_TENS: Final = range(20, 100, 10)
_MULTIPLES: Final = (100, 1_000, 1_000_000)

#: Prefixes that belong to the word after the hyphen.
_JOINING: Final = frozenset("anti co counter mid multi non pre re semi sub un".split())
_ENDINGS: Final = {
    "n't": "not", "'ve": "have", "'re": "are", "'ll": "will", "'d": "would", "'m": "am", "'s": "",
}  # fmt: skip
_WHOLE: Final = {
    "cannot": "can not", "can't": "can not", "cant": "can not", "won't": "will not", "wont": "will not",
    "shan't": "shall not", "let's": "let", "it's": "it is", "dont": "do not", "doesnt": "does not",
    "didnt": "did not", "isnt": "is not", "arent": "are not", "wasnt": "was not", "werent": "were not",
    "hasnt": "has not", "havent": "have not", "couldnt": "could not", "ive": "i have", "weve": "we have",
    "theyve": "they have", "youve": "you have", "theyre": "they are", "youre": "you are", "thats": "that is",
}  # fmt: skip
_SPELLINGS: Final = (
    # To -ise, not to -ize: a promise is no promize.
    (re.compile(r"(?<!^s)iz(e|ed|es|er|ers|ing|ation|ations)$"), r"is\1"),
    (re.compile(r"yz(e|ed|es|ing)$"), r"ys\1"),
    (re.compile(r"our(s|ed|ing|ite|ites|able|ful|er|ers|hood|hoods)?$"), r"or\1"),
    (re.compile(r"([bt])re(s?)$"), r"\1er\2"),
    (re.compile(r"ogue(s?)$"), r"og\1"),
    (re.compile(r"(def|off|pret|lic)ence(s?)$"), r"\1ense\2"),
    (re.compile(r"^([^\Waeiou]*+[aeiou]\w*[aeiou])ll(ed|ing|er|ers|or|ors)$"), r"\1l\2"),
)
#: True of every word that one of the rules can change, and quick to say no.
_HAS_SPELLINGS: Final = re.compile(r"(?:[iy]z|our|[bt]re|ogue|ence|ll)[a-z]{0,6}$")
_LISTED: Final = {word: group[0] for group in read_groups("spellings.txt") for word in group[1:]}
_COMPOUNDS: Final = frozenset(word for group in read_groups("compounds.txt") for word in group)
_LEMMAS: Final = {word: group[0] for group in read_groups("forms.txt") for word in group[1:]}

#: Words that deny, and words that carry no matter.
NEGATIONS: Final = frozenset(word for group in read_groups("negations.txt") for word in group)
STOP_WORDS: Final = frozenset(word for group in read_groups("stop-words.txt") for word in group)


def fold(text: str) -> str:
    """Small plain letters: compatibility forms and diacritics go (Unicode normalisation form KD)."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS).casefold()).translate(_LETTERS)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def read_words(text: str) -> list[str]:
    """The words of a text in their order, folded."""
    return fold_words(text).split()


def fold_words(text: str) -> str:
    """The same as one text, with a blank between two words."""
    if "co " in text or "Co " in text:
        text = _CO.sub(r"\1", text)
    return " ".join(filter(None, map(_FOLDED.__getitem__, text.split())))


def join_numbers(words: Sequence[str]) -> list[str]:
    """The words, numerals that make one number joined: seventy eight is 78, two hundred 200."""
    joined: list[str] = []
    for word in words:
        number = int(word) if word.isdecimal() and len(word) < 8 else 0
        before = int(joined[-1]) if joined and joined[-1].isdecimal() and len(joined[-1]) < 8 else 0
        if before in _TENS and 0 < number < 10:
            joined[-1] = str(before + number)
        elif number in _MULTIPLES and 0 < before < number:
            joined[-1] = str(before * number)
        else:
            joined.append(word)
    return joined


def close_hyphens(text: str) -> str | None:
    """The words with every hyphen closed (``standoff``); None where that makes no difference."""
    if text.isascii() and "-" not in text:
        return None
    raws = [raw for token in text.split() for raw in _raw_words(token)]
    if not any("-" in raw for raw in raws):
        return None
    return " ".join(word for raw in raws for word in _folded(raw.replace("-", "")))


class _Table(dict[str, str]):
    """A function of single words, with what it gave: natural text repeats itself."""

    def __init__(self, function: Callable[[str], str]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, word: str) -> str:
        value = self._function(word)
        if len(self) >= _KEPT:
            self.clear()
        if len(word) <= _LONGEST:
            self[word] = value
        return value


def _fold_token(token: str) -> str:
    token = _INITIALS.sub(lambda match: match[0].replace(".", ""), token)
    if "US" in token:
        token = _USA.sub("USA", token)  # else it would be the pronoun
    return " ".join(chain.from_iterable(map(_folded, _raw_words(token))))


_FOLDED: Final = _Table(_fold_token)


def _raw_words(token: str) -> list[str]:
    folded = fold(token)
    if "," in folded:
        folded = _THOUSANDS.sub("", folded)
    return (_ASCII_WORD if folded.isascii() else _WORD).findall(folded)


def contractions() -> Collection[str]:
    """The words that are read as several."""
    return _WHOLE.keys()


def numerals() -> Mapping[str, str]:
    """The words that are read as digits, with these: twelve, dozen."""
    return {word: kept for word, kept in _LISTED.items() if kept.isdecimal()}


def folded_groups(name: str) -> list[list[str]]:
    """The groups of a list of :mod:`kgraph.search.lexicon`, each word as it is read in a text: dozen → 12.

    A word that is read as two becomes a verb with its particle: cannot → can_not.
    """
    return [[PARTICLE.join(_folded_parts(word)) for word in group] for group in read_groups(name)]


def listed_stems(name: str) -> frozenset[str]:
    """The stems of all words of a list, whatever their group."""
    return frozenset(stem(word) for group in folded_groups(name) for word in group)


def _folded_parts(word: str) -> list[str]:
    return [folded for part in word.split(PARTICLE) for folded in _folded(part)]


def _folded(raw: str) -> tuple[str, ...]:
    if raw in _WHOLE:
        return tuple(_WHOLE[raw].split())
    prefix, hyphen, _ = raw.partition("-")
    if hyphen:
        closed = prefix in _JOINING or raw.replace("-", "") in _COMPOUNDS
        parts = [raw.replace("-", "")] if closed else raw.split("-")
        return tuple(word for part in parts for word in _folded(part))
    if "'" in raw:
        end, endings = len(raw), deque[str]()
        while (ending := next((e for e in _ENDINGS if raw.endswith(e, 1, end)), None)) is not None:
            end -= len(ending)
            endings.extendleft(reversed(_ENDINGS[ending].split()))
            if end <= _LONGEST and raw[:end] in _WHOLE:
                return (*_folded(raw[:end]), *endings)
        return (*(word for part in raw[:end].split("'") for word in _folded(part)), *endings)
    return (_spelled(raw[:_LONGEST]),)


def _spelled(word: str) -> str:
    word = _LISTED.get(word, word)
    if len(word) >= 5 and _HAS_SPELLINGS.search(word):
        for pattern, replacement in _SPELLINGS:
            word = pattern.sub(replacement, word)
    return word


def lemma(word: str) -> str:
    """The plain form of an irregular one: withdrew → withdraw."""
    return _LEMMAS.get(word, word)


_STEMMER: Final = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    .filter(tantivy.Filter.stemmer("english"))
    .build()
)


def _find_stem(word: str) -> str:
    return str(next(iter(_STEMMER.analyze(lemma(word))), word))


_STEMS: Final = _Table(_find_stem)


def stem(word: str) -> str:
    """The stem of a folded word (Snowball's English stemmer), irregular forms by their plain one."""
    return _STEMS[word]


def stems(words: Iterable[str]) -> Iterator[str]:
    """The stems of several words."""
    return map(_STEMS.__getitem__, words)
