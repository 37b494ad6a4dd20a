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
        ("1,200 eighty two", "1200 80 2"),
        ("the U.S. and the US, not us; U.N.", "the usa and the usa not us un"),
        ('"AND" (OR) ^NOT~2 [a TO b] *:* \\', "and or not 2 a to b"),
        ("\x00\x1b[31m\u202e🙂", "31m"),
        ("", ""),
    ],
)
def test_spellings_fold(text: str, words: str) -> None:
    assert read_words(text) == words.split()


def test_numerals_that_make_one_number_are_joined() -> None:
    words = read_words("seventy-eight days, two hundred men, 60 miles, 1999 8, €14.2 million")
    assert join_numbers(words) == "78 days 200 men 60 miles 1999 8 14200000".split()
    assert read_words("achtzig dvanaest eighty") == ["80", "12", "80"]


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
