"""Words: how a text and a question become the same sequence of words, whatever their spelling.

    Slaviša, Славиша → slavisa         letters are folded to plain Latin ones
    armoured → armored                 British spellings to American ones, by rule and by list
    Kosovo's → kosovo, cannot → can not, eighty → 80
    co-operation → cooperation         a joining prefix is joined, all else is cut: stand-off → stand off

Both the index and a question go through :func:`read_words`, so nothing but letters and digits ever reaches
the search library: quotation marks, operators and brackets separate words and do nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import chain
from typing import Final

import tantivy

from kgraph.search.lexicon import read_groups

__all__ = ["NEGATIONS", "STOP_WORDS", "joined_words", "lemma", "lemmas", "read_words", "stem"]

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
_LONGEST: Final = 64

#: Prefixes that belong to the word after the hyphen.
_JOINING: Final = frozenset("co re pre non anti".split())
_ENDINGS: Final = {
    "n't": "not", "'ve": "have", "'re": "are", "'ll": "will", "'d": "would", "'m": "am", "'s": "",
}  # fmt: skip
_WHOLE: Final = {
    "cannot": "can not", "can't": "can not", "cant": "can not", "won't": "will not", "wont": "will not",
    "shan't": "shall not", "let's": "let", "it's": "it is", "dont": "do not", "isnt": "is not",
}  # fmt: skip
_SPELLINGS: Final = (
    (re.compile(r"is(e|ed|es|er|ers|ing|ation|ations)$"), r"iz\1"),
    (re.compile(r"ys(e|ed|es|ing)$"), r"yz\1"),
    (re.compile(r"our(s|ed|ing|ite|ites|able|ful|er|ers|hood|hoods)?$"), r"or\1"),
    (re.compile(r"([bt])re(s?)$"), r"\1er\2"),
    (re.compile(r"ogue(s?)$"), r"og\1"),
    (re.compile(r"(def|off|pret|lic)ence(s?)$"), r"\1ense\2"),
    (re.compile(r"^(\w*[aeiou]\w*[aeiou])ll(ed|ing|er|ers|or|ors)$"), r"\1l\2"),
)
#: True of every word that one of the rules can change, and quick to say no.
_PERHAPS_BRITISH: Final = re.compile(r"(?:[iy]s|our|[bt]re|ogue|ence|ll)[a-z]{0,6}$")
_LISTED: Final = {word: group[0] for group in read_groups("spellings.txt") for word in group[1:]}
_COMPOUNDS: Final = {group[0]: tuple(group[1:]) for group in read_groups("compounds.txt")}
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
    return list(chain.from_iterable(map(_folded, _raw_words(text))))


def joined_words(text: str) -> list[str] | None:
    """The words with every hyphen closed (``standoff``); None where that makes no difference."""
    raws = _raw_words(text)
    if not any("-" in raw for raw in raws):
        return None
    return [word for raw in raws for word in _folded(raw.replace("-", ""))]


def _raw_words(text: str) -> list[str]:
    folded = fold(text)
    if "," in folded:
        folded = _THOUSANDS.sub("", folded)
    raws = (_ASCII_WORD if folded.isascii() else _WORD).findall(folded)
    if "co " not in folded:
        return raws
    return re.sub(r"\bco (?=\w)", "co", " ".join(raws)).split()


@lru_cache(maxsize=1 << 18)
def _folded(raw: str) -> tuple[str, ...]:
    if raw in _WHOLE:
        return tuple(_WHOLE[raw].split())
    prefix, hyphen, _ = raw.partition("-")
    if hyphen:
        closed = prefix in _JOINING and raw.replace("-", "") not in _COMPOUNDS
        parts = [raw.replace("-", "")] if closed else raw.split("-")
        return tuple(word for part in parts for word in _folded(part))
    if "'" in raw:
        for ending, word in _ENDINGS.items():
            if raw.endswith(ending) and len(raw) > len(ending):
                return (*_folded(raw.removesuffix(ending)), *word.split())
        return tuple(word for part in raw.split("'") for word in _folded(part))
    if raw in _COMPOUNDS:
        return _COMPOUNDS[raw]
    return (_spelled(raw[:_LONGEST]),)


def _spelled(word: str) -> str:
    word = _LISTED.get(word, word)
    if len(word) >= 5 and _PERHAPS_BRITISH.search(word):
        for pattern, replacement in _SPELLINGS:
            word = pattern.sub(replacement, word)
    return word


def lemma(word: str) -> str:
    """The plain form of an irregular one: withdrew → withdraw."""
    return _LEMMAS.get(word, word)


def lemmas(words: set[str]) -> set[str]:
    """The words, with plain forms in the place of irregular ones."""
    irregular = words & _LEMMAS.keys()
    return (words - irregular).union(_LEMMAS[word] for word in irregular) if irregular else words


_STEMMER: Final = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    .filter(tantivy.Filter.stemmer("english"))
    .build()
)


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The stem of a folded word (Snowball's English stemmer), irregular forms by their plain one."""
    return str(next(iter(_STEMMER.analyze(lemma(word))), word))
