"""Words and days: what folds into one, and what stays apart."""

from __future__ import annotations

import pytest

from kgraph.search.dates import DayRange, parse_edtf
from kgraph.search.words import LANGUAGES, join_numbers, lexicon, read_words, stem


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Slaviša RISTIĆ", "slavisa ristic"),
        ("Слависа", "slavisa"),
        ("Đakovica, Łódź", "djakovica lodz"),
        ("Ђаковица, Њујорк", "djakovica njujork"),
        (
            "armoured centre organisation programme defence travelled",
            "armored center organisation programme defense traveled",
        ),
        ("recognize organizing analyzed", "recognise organising analyzed"),
        ("promise raised rising prize sizes", "promise raised rising prise sizes"),
        ("killed called four hour", "killed called 4 hour"),
        ("Kosovo's municipalities' “We\u2019ve”", "kosovo municipalities we have"),
        ("cannot can't won't", "can not can not will not"),
        ("co-operation re-elect two-year", "cooperation reelect 2 year"),
        ("1,200 eighty two", "1200 82"),
        ("the U.S. and the US, not us; U.N.", "the usa and the usa not us un"),
        ('"AND" (OR) ^NOT~2 [a TO b] *:* \\', "and or not 2 a to b"),
        ("\x00\x1b[31m\u202e🙂", "31m"),
        ("", ""),
    ],
)
def test_spellings_fold(text: str, words: str) -> None:
    assert read_words(text) == words.split()


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ("seventy-eight days|78 days", "78 days"),
        ("14.2 million|14,200,000|14.200.000", "14200000"),
        ("€3.2 million|€3.2m|€ 3,2 Mio.|€3,200,000", "euro 3200000"),
        ("3.2 million euros|3.2m euros|3,2 Millionen Euro|3.2 miliona evra", "3200000 euro"),
        ("$1.5bn|US$1.5 billion|$1,500,000,000", "dollar 1500000000"),
        ("4.50%|4.5 per cent|4.5 percent|4,5 Prozent|4.5pc|4,5 odsto", "4.5 percent"),
        ("a £20m-a-year deal", "a pound 20000000 a year deal"),
        ("a 20m pool", "a 20m pool"),
        ("60 miles, 1999 8", "60 miles 1999 8"),
        ("2 Sept. 2026|2 September 2026", "2 september 2026"),
        ("achtzig dvanaest eighty", "80 12 80"),
    ],
)
def test_amounts_are_read_alike_however_they_are_written(texts: str, words: str) -> None:
    for text in texts.split("|"):
        assert read_words(text) == words.split(), text
        assert join_numbers(read_words(text)) == words.split()


def test_each_language_has_the_same_lists() -> None:
    assert len({tuple(sorted(lexicon(language))) for language in LANGUAGES}) == 1


def test_stems_join_the_forms_of_a_word() -> None:
    for forms in (
        "resist resisted resisting",
        "barricade barricades",
    ):
        assert len({stem(form) for form in forms.split()}) == 1, forms


@pytest.mark.parametrize(
    ("edtf", "days"),
    [
        ("2011-10-18?", (20111018, 20111018)),
        ("2011-07?", (20110701, 20110731)),
        ("2012-02", (20120201, 20120229)),
        ("1999", (19990101, 19991231)),
        ("../2011-10-18?", (0, 20111018)),
        ("2011-01/..", (20110101, 99_999_999)),
        ("2011/2012", (20110101, 20121231)),
    ],
)
def test_a_reading_is_a_range_of_days(edtf: str, days: tuple[int, int]) -> None:
    assert parse_edtf(edtf) == DayRange(*days)


@pytest.mark.parametrize("edtf", ["P78D", "", "today", "2011-13", "2011-02-30", "0000-01", "2012/2011", "/"])
def test_what_is_no_day_is_no_range(edtf: str) -> None:
    assert parse_edtf(edtf) is None
