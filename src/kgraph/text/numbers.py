"""The numbers that a text gives, in digits or in English number words."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

__all__ = ["spelled_numbers"]


_WORDS: Final = {
    word: number
    for number, words in {
        0: "zero",
        1: "one single",
        2: "two both pair twice",
        3: "three",
        4: "four",
        5: "five",
        6: "six",
        7: "seven",
        8: "eight",
        9: "nine",
        10: "ten",
        11: "eleven",
        12: "twelve dozen",
        13: "thirteen",
        14: "fourteen",
        15: "fifteen",
        16: "sixteen",
        17: "seventeen",
        18: "eighteen",
        19: "nineteen",
        20: "twenty score",
        30: "thirty",
        40: "forty",
        50: "fifty",
        60: "sixty",
        70: "seventy",
        80: "eighty",
        90: "ninety",
        100: "hundred",
        1000: "thousand",
        1_000_000: "million",
        1_000_000_000: "billion",
    }.items()
    for word in words.split()
}
_SCALES: Final = frozenset({12, 20, 100, 1000, 1_000_000, 1_000_000_000})
_NUMERAL: Final = re.compile(r"\d+(?:[.,]\d+)*")
_SCALE_VALUES: Final = {"thousand": 10**3, "k": 10**3, "million": 10**6, "m": 10**6} | {
    "billion": 10**9,
    "bn": 10**9,
    "trillion": 10**12,
}
_SCALE: Final = re.compile(r"\s*(thousand|million|billion|trillion|bn|m|k)\b", re.IGNORECASE)
_WORD: Final = re.compile(r"[A-Za-z]+")


def spelled_numbers(text: str) -> set[Decimal]:
    """Every number that a text gives in digits or in English number words.

    ``"1,200"`` is 1200, ``"two dozen"`` is 2, 12 and 24, ``"eighty-five"`` is 80, 5 and 85: the parts are
    kept, so that a claim about a part finds it too.
    """
    numbers: set[Decimal] = set()
    for match in _NUMERAL.finditer(text):
        number = re.sub(r",(?=\d{3}\b)", "", match.group()).replace(",", ".")
        parts = number.split(".")  # more than two: a date such as 18.10.2011, or a version
        numbers.update(map(Decimal, [number] if len(parts) <= 2 else parts))
        if len(parts) <= 2 and (scale := _SCALE.match(text, match.end())):
            numbers.add(Decimal(number) * _SCALE_VALUES[scale[1].lower()])
    run: list[int] = []
    end_of_run = 0
    for match in _WORD.finditer(text):
        word = match.group().lower()
        if run and word == "and" and text[end_of_run : match.start()].isspace():
            end_of_run = match.end()
            continue
        value = _WORDS.get(word)
        if run and (value is None or re.fullmatch(r"[\s-]*", text[end_of_run : match.start()]) is None):
            numbers.add(Decimal(_combined(run)))
            run = []
        if value is not None:
            numbers.add(Decimal(value))
            run.append(value)
            end_of_run = match.end()
    if run:
        numbers.add(Decimal(_combined(run)))
    return numbers


def _combined(run: list[int]) -> int:
    """The value of consecutive number words: two hundred five is (2 x 100) + 5."""
    total = current = 0
    for value in run:
        if value in _SCALES and current:
            current *= value
            if value >= 1000:
                total, current = total + current, 0
        else:
            current += value
    return total + current
