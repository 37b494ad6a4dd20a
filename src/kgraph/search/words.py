"""Words: how a text becomes what an index can find.

    Slaviša → slavisa, Ристић → ristic      letters are folded to plain Latin ones
    cannot → can not, eighty-two → 82       contractions are opened, numerals become digits
    €3.2m, 3.2 million euros → 3200000      amounts are written out, with their unit as a word
    co-operation → cooperation, two-year → two year

Both the index and a question go through :func:`read_words`, so nothing but letters and digits ever reaches
the search library: quotation marks, operators and brackets separate words and do nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Final

import tantivy

__all__ = [
    "CLAUSE_END",
    "LANGUAGES",
    "capitalised",
    "clause_numbers",
    "fold",
    "is_number",
    "join_numbers",
    "lexicon",
    "listed",
    "negations",
    "numerals",
    "read_words",
    "shown",
    "stem",
    "units",
    "word_offsets",
]

#: The languages whose words are listed in ``lexicon/``, by their tags.
LANGUAGES: Final = ("en", "de", "sr")
#: The stemmers of the search library, by the tag of the language.
_STEMMERS: Final = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "fi": "finnish", "fr": "french", "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
_CYRILLIC: Final = zip(
    "абвгдђежзијклљмнњопрстћуфхцчџш",
    "a b v g d dj e z z i j k l lj m n nj o p r s t c u f h c c dz s".split(),
    strict=True,
)
_LATIN: Final = {"đ": "dj", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "\u0131": "i"}
_LETTERS: Final = str.maketrans(
    {
        **dict(_CYRILLIC),
        **_LATIN,
        **dict.fromkeys("\u2018\u2019\u02bc\u0060\u00b4", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u00ad", "-"),
    }
)
_WORD: Final = re.compile(r"\d+\.\d+[^\W\d_]*|[^\W_]+(?:['\-][^\W_]+)*")
_LATER: Final = re.compile(r"(?<=[\w,;:’'] )[^\W\d_][\w’'\-]*")
_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}\b)|(?<=\d)\.(?=\d{3}\.\d{3}\b)|(?<=\d\.\d{3})\.(?=\d{3}\b)")
_DECIMAL: Final = re.compile(r"(?<=\d),(?=\d{1,2}\b)")
#: Signs that stand before or after a figure, as the words that they are read as.
_SIGNS: Final = {
    "%": "percent", "€": "euro", "$": "dollar", "£": "pound", "¥": "yen", "₹": "rupee", "₽": "rouble",
    "₺": "lira", "₴": "hryvnia", "₩": "won", "₪": "shekel",
}  # fmt: skip
_SIGN: Final = re.compile("[" + "".join(_SIGNS) + "]")
_CURRENCIES: Final = frozenset(_SIGNS.values()) - {"percent"}
#: What stands right behind a figure for a word; one letter does so only where money is meant.
_SUFFIXES: Final = {
    "bn": "billion", "mn": "million", "tn": "trillion", "mln": "million", "mio": "million",
    "mrd": "milliarde", "pc": "percent", "m": "million", "k": "thousand",
}  # fmt: skip
_SHORT: Final = re.compile(rf"(?<![\w.])(\d+(?:\.\d+)?)({'|'.join(_SUFFIXES)})\b")
_ORDINAL: Final = re.compile(r"(\d+)(?:st|nd|rd|th)")
_INITIALS: Final = re.compile(r"\b(?:[A-Z]\.){2,}")
_PREFIXES: Final = frozenset("anti co counter mid multi non pre re semi sub un".split())
_CONTRACTED: Final = {"n't": "not", "'ve": "have", "'re": "are", "'ll": "will", "'d": "would", "'m": "am"}
_OPENED: Final = {
    "cannot": "can not", "can't": "can not", "won't": "will not", "shan't": "shall not", "it's": "it is",
    "let's": "let us", "cant": "can not", "wont": "will not",
}  # fmt: skip
#: "wasnt"
_NOT: Final = re.compile("(is|are|was|were|do|does|did|has|have|had|would|could|should|might|must|need)nt")
#: British and American spellings, each to one of the two.
_SPELLINGS: Final = (
    (re.compile(r"(?<=\w\w)iz(e|ed|es|er|ers|ing|ation|ations)$"), r"is\1"),
    (re.compile(r"(?<=\w\w)our(s|ed|ing|able|ful|er|ers|hood|hoods)?$"), r"or\1"),
    (re.compile(r"([bt])re(s?)$"), r"\1er\2"),
    (re.compile(r"(def|off|lic)ence(s?)$"), r"\1ense\2"),
    (re.compile(r"^([^\Waeiou]*+[aeiou]\w*[aeiou])ll(ed|ing|er|ers)$"), r"\1l\2"),
)
_LONGEST: Final = 64
#: Texts of so many characters are mostly labels and parts of a sentence, which are read again and again.
_LABEL: Final = 120
#: What ends a clause.
CLAUSE_END: Final = re.compile(r"[,;:.!?–—“”„«»\"()]")
#: What may stand around a word and is no part of it.
_MARKS: Final = "“”„‟‘’‚\"'«»‹›()[]{}.,;:!?…–—-"
_TENS: Final = range(20, 100, 10)
_MULTIPLES: Final = (100, 1_000, 1_000_000, 1_000_000_000, 1_000_000_000_000)


def fold(text: str) -> str:
    """Small plain letters: compatibility forms and diacritics go (Unicode normalisation form KD)."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS).casefold()).translate(_LETTERS)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def read_words(text: str) -> list[str]:
    """The words of a text in their order, folded, numerals that make one number joined."""
    return list(_read(text)) if len(text) <= _LABEL else _read_all(text)


def _read_all(text: str) -> list[str]:
    return join_numbers([word for token in text.split() for word in _read_token(token)])


@lru_cache(1 << 14)
def _read(label: str) -> tuple[str, ...]:
    return tuple(_read_all(label))


@lru_cache(1 << 18)
def _read_token(token: str) -> tuple[str, ...]:
    token = _INITIALS.sub(lambda match: match[0].replace(".", ""), token[: 8 * _LONGEST])
    if "US" in token:
        token = re.sub(r"\bUS\b(?!\$)", "USA", token).replace("US$", "$")  # else it would be the pronoun
    folded = _DECIMAL.sub(".", _THOUSANDS.sub("", fold(token)))
    signs = {_SIGNS[sign] for sign in _SIGN.findall(folded)}
    folded = _SIGN.sub(lambda match: f" {_SIGNS[match[0]]} ", folded) if signs else folded
    if any(map(str.isdecimal, folded)):
        folded = _SHORT.sub(lambda match: _written_out(match, bool(signs & _CURRENCIES)), folded)
    return tuple(word for raw in _WORD.findall(folded) for word in _open(raw))


def _written_out(short: re.Match[str], is_money: bool) -> str:
    """A figure with what stands right behind it, written out: 3.2bn, or £20m, but not 20m."""
    return f"{short[1]} {_SUFFIXES[short[2]]} " if is_money or len(short[2]) > 1 else short[0]


def _open(raw: str) -> Iterable[str]:
    """The words of one stretch of letters with its apostrophes and hyphens."""
    if raw in _OPENED:
        return _OPENED[raw].split()
    if (denied := _NOT.fullmatch(raw)) is not None:
        return [denied[1], "not"]
    prefix, hyphen, rest = raw.partition("-")
    if hyphen:
        is_one = prefix in _PREFIXES and rest not in listed("time")  # but mid-January
        parts = [prefix + rest.replace("-", "")] if is_one else raw.split("-")
        return [word for part in parts for word in _open(part)]
    if "'" in raw:
        for ending, word in _CONTRACTED.items():
            if raw.endswith(ending) and len(raw) > len(ending):
                return [*_open(raw.removesuffix(ending)), word]
        return [word for part in raw.removesuffix("'s").split("'") for word in _open(part)]
    return (_spelled(raw[:_LONGEST]),)


def _spelled(word: str) -> str:
    if word[0].isdecimal():
        ordinal = _ORDINAL.fullmatch(word)
        return ordinal[1] if ordinal else (word.rstrip("0").rstrip(".") if is_decimal(word) else word)
    if len(word) >= 5:
        for pattern, replacement in _SPELLINGS:
            word = pattern.sub(replacement, word)
    return _pairs("number", "unit").get(word, word)


def is_number(word: str) -> bool:
    """Whether a word is a figure, as read: 14, 14.2."""
    return word.isascii() and word.replace(".", "", 1).isdecimal() and len(word) < 16


def is_decimal(word: str) -> bool:
    """Whether a word is a figure with a fraction: 14.2."""
    return "." in word and is_number(word)


def shown(word: str) -> str:
    """A word as it is shown to people: of a long figure, the thousands apart."""
    return f"{int(word):,}" if is_number(word) and "." not in word and len(word) > 4 else word


def capitalised(text: str) -> list[str]:
    """The words that begin with a capital within a text, and not because a sentence begins with them."""
    return [word for word in _LATER.findall(text) if word[0].isupper()]


def join_numbers(words: Sequence[str]) -> list[str]:
    """The words, numerals that make one number joined: seventy eight is 78, 14.2 million 14200000; per cent
    is one word, too. What is joined stays so.
    """
    joined: list[str] = []
    for word in words:
        last = joined[-1] if joined else ""
        before = float(last) if is_number(last) else 0.0
        number = int(word) if is_number(word) and "." not in word else 0
        if before in _TENS and 0 < number < 10:
            joined[-1] = str(int(before) + number)
        elif number in _MULTIPLES and 0 < before < number:
            joined[-1] = str(round(before * number))
        elif (word, last) == ("cent", "per"):
            joined[-1] = "percent"
        else:
            if word in _CURRENCIES and (short := _SHORT.fullmatch(last)):  # 3m euros
                joined[-1] = str(round(float(short[1]) * int(numerals()[_SUFFIXES[short[2]]])))
            joined.append(word)
    return joined


def word_offsets(text: str) -> tuple[list[int], list[int]]:
    """Where each word of a text, as :func:`read_words` counts them with numbers joined, begins and ends."""
    begins: list[int] = []
    ends: list[int] = []
    words: list[str] = []
    for match in re.finditer(r"\S+", text):
        read = read_words(match[0])
        bare = match[0].strip(_MARKS)
        start = match.start() + match[0].find(bare)
        before = len(words)
        words[-1:] = join_numbers([*words[-1:], *read])
        if read and len(words) == before:
            ends[-1] = start + len(bare)
        begins += [start] * (len(words) - before)
        ends += [start + len(bare)] * (len(words) - before)
    return begins, ends


def clause_numbers(text: str) -> list[int]:
    """The number of the clause of each word of a text, as :func:`read_words` counts them. One goes on after
    what only says who speaks: "has not, she said, decided".
    """
    (begins, ends), words = word_offsets(text), read_words(text)
    between = [text[end:begin].strip() for end, begin in zip([0, *ends], begins, strict=False)]
    numbers = [*accumulate(int(bool(CLAUSE_END.search(marks))) for marks in between)]
    numbers += numbers[-1:] * (len(words) - len(numbers))  # where numbers join otherwise word by word
    marks = ["", *(each for each in between if CLAUSE_END.search(each))]
    for number in range(1, len(marks) - 1):
        clause = {word for word, own in zip(words, numbers, strict=False) if own == number}
        is_put_in = marks[number : number + 2] == [",", ","] and clause <= listed("stop") | listed("said")
        if is_put_in and not clause.isdisjoint(listed("said")):
            numbers = [number - 1 if own == number + 1 else own for own in numbers]
    return numbers


@cache
def lexicon(language: str) -> dict[str, tuple[str, ...]]:
    """The lists of a language: what the words are, and the words or, between bars, the phrases."""
    found: dict[str, list[str]] = {}
    path = Path(__file__).parent / "lexicon" / f"{language}.txt"
    for line in path.read_text(encoding="utf-8").splitlines():
        name, colon, rest = line.partition(":")
        if colon and not line.startswith("#"):
            phrased = "|" in rest or name in ("frame", "duration", "distance")
            words = [each.strip() for each in rest.split("|")] if phrased else rest.split()
            found.setdefault(name, []).extend(words)
    found["time"] += found["month"]
    return {name: tuple(words) for name, words in found.items()}


@cache
def listed(name: str, language: str = "") -> frozenset[str]:
    """The words of one kind in a language, or in all of them."""
    languages = [each for each in LANGUAGES if each == language[:2]] if language else LANGUAGES
    return frozenset(word for each in languages for word in lexicon(each).get(name, ()))


@cache
def negations() -> frozenset[str]:
    """Small words and verbs that deny."""
    return listed("not") | listed("deny")


def numerals() -> dict[str, str]:
    """The words that are read as digits. Where two languages differ, the first of them wins."""
    return _pairs("number")


@cache
def units() -> frozenset[str]:
    """What figures are of, as read: percent, euro."""
    return _CURRENCIES | {*_pairs("unit").values()}


@cache
def _pairs(*names: str) -> dict[str, str]:
    """What words are read as by some lists."""
    listed_ones = (pair for name in names for language in LANGUAGES for pair in lexicon(language)[name])
    pairs = [pair.partition("=") for pair in listed_ones]
    return {word: read for read, _, word in reversed(pairs)}


@cache
def _analyzer(language: str) -> tantivy.TextAnalyzer | None:
    name = _STEMMERS.get(language)
    if name is None:
        return None
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return builder.filter(tantivy.Filter.stemmer(name)).build()


@lru_cache(1 << 18)
def stem(word: str, language: str = "en") -> str:
    """The stem of a folded word in a language (Snowball); of one without a stemmer, the word itself."""
    analyzer = _analyzer(language)
    return str(next(iter(analyzer.analyze(word)), word)) if analyzer is not None else word
