"""Files of every kind: their words and what they say of themselves; bad ones get one clear error."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.errors import TextError
from kgraph.intake import Reading, find_parts, iter_readings, read_text

BODY = "The ferry did not sail on Monday. “We wait,” said Ana Holt.\n\nNobody knows when it will sail again."


def one(name: str, content: bytes | str, **given: str) -> Reading:
    data = content.encode() if isinstance(content, str) else content
    [reading] = read_text(name, data, **given)  # type: ignore[arg-type]
    assert isinstance(reading, Reading), reading
    return reading


def pdf_of(*lines: str) -> bytes:
    """A PDF of one page, by hand."""
    shown = " ".join(f"({line}) Tj T*" for line in lines)
    stream = f"BT /F1 12 Tf 14 TL 72 720 Td {shown} ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def docx_of(*paragraphs: tuple[str, str]) -> bytes:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    for words, style in paragraphs:
        document.add_paragraph(words, style=style)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


HEADED = """Ferry strike ends

By Ana Holt
Coast Wire

PORT SARROW, May 3, 2031 — The ferry sails again. It is full.

Photo: The ferry in 2030.

Correction: An earlier version gave a wrong day.
"""


def test_a_text_is_read_by_its_looks() -> None:
    reading = one("x.txt", HEADED)
    assert [(part.kind, part.span.of(reading.text)) for part in reading.parts] == [
        ("headline", "Ferry strike ends"),
        ("byline", "By Ana Holt\nCoast Wire"),
        ("dateline", "PORT SARROW, May 3, 2031"),
        ("caption", "Photo: The ferry in 2030."),
        ("correction", "Correction: An earlier version gave a wrong day."),
    ]
    assert [span.of(reading.text) for span in reading.layout.sentences] == [
        "The ferry sails again.",
        "It is full.",
    ]
    assert (reading.slug, reading.publisher, reading.issued) == (
        "ferry-strike-ends",
        "Coast Wire",
        "2031-05-03",
    )
    assert reading.text == HEADED


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("The ferry sails.\n\nIt is full of people again.", []),
        ("LONDON (Reuters) - The ferry sails.\n\nReuters", ["dateline", "byline"]),
        ("By Ana Holt, Coast Wire, PORT SARROW, May 3 — The ferry sails.", ["byline", "dateline"]),
        ("By Ana Holt in Port Sarrow — The ferry sails.", ["byline"]),
        ("By Ana Holt, Port Sarrow, 3 May 2031\n\nThe ferry sails. It is late.", ["byline", "dateline"]),
        ("By nightfall it was over — and nobody wept.", []),
        (
            "Ferry sails\n\nKelderby, Sunday 7 October 2029\n\nThe ferry sails again today.",
            ["headline", "dateline"],
        ),
        ("The three-day talks - the first ever - ended.\n\nNobody won.", []),
        ("“Nobody is here”\n\nThe ferry did not sail on Monday.", []),
    ],
)
def test_parts_are_found(text: str, kinds: list[str]) -> None:
    assert [part.kind for part in find_parts(text)] == kinds


def test_every_kind_of_file_gives_the_same_words() -> None:
    pytest.importorskip("trafilatura")
    body = "".join(f"<p>{words}</p>" for words in BODY.split("\n\n") * 3)
    html = (
        '<html lang="en"><head><title>Ferry stays</title><meta property="og:site_name" content="Coast Wire">'
        '<meta property="article:published_time" content="2031-05-03T10:00:00Z"></head>'
        f'<body><nav><a href="/">Home</a></nav><article><h1>Ferry stays</h1>{body}</article>'
        "<footer>Imprint</footer></body></html>"
    )
    files: dict[str, str | bytes] = {
        "a.txt": f"Ferry stays\n\n{BODY}",
        "a.md": f"---\npublisher: Coast Wire\ndate: 2031-05-03\n---\n# Ferry *stays*\n\n{BODY}",
        "a.docx": docx_of(("Ferry stays", "Title"), *((p, "Normal") for p in BODY.split("\n\n"))),
        "a.jsonl": json.dumps(
            {"title": "Ferry stays", "text": BODY, "date": "2031-05-03", "source": "Coast Wire"}
        ),
        "a.html": html,
    }
    readings = {name: one(name, content) for name, content in files.items()}
    for name, reading in readings.items():
        assert [part.kind for part in reading.parts] == ["headline"], name
        assert reading.title == "Ferry stays", name
        assert " ".join(f"Ferry stays {BODY}".split()) in " ".join(reading.text.split()), name
    for name in ("a.md", "a.jsonl", "a.html"):
        assert (readings[name].publisher, readings[name].issued) == ("Coast Wire", "2031-05-03"), name


def test_a_page_is_read_from_a_pdf() -> None:
    pytest.importorskip("pypdf")
    lines = (
        "Ferry stays",
        "The ferry did not sail on Monday, since the crews had wal-",
        "ked out. Nobody came.",
    )
    reading = one("a.pdf", pdf_of(*lines))
    assert reading.title == "Ferry stays"
    assert "the crews had walked out. Nobody came." in reading.text
    assert any("hyphen" in note for note in reading.notes)


def test_what_is_made_plain_is_told() -> None:
    content = (
        b"\xef\xbb\xbf"
        + "Ferry\u00a0stays\r\n\r\n\r\n\r\nIt did\u00ad not\u200b sail.  \r\nNobody\tknew.".encode()
    )
    reading = one("a.txt", content)
    assert reading.text == "Ferry stays\n\nIt did not sail.\nNobody knew.\n"
    told = "\n".join(reading.notes)
    for name in ("UTF-8", "CRLF", "NBSP", "soft hyphen", "ZWSP", "tab", "end of a line", "blank lines"):
        assert name in told


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"", "is empty"),
        ("a.txt", b"\xff\x00\xfe\x80", "no text in UTF-8"),
        ("a.txt", b"Ferry\x00 stays. It is late.", r"line 1: U\+0000"),
        ("a.txt", b"123 456", "no words"),
        ("a.pdf", b"%PDF-1.4 nothing", "no PDF that can be read"),
        ("a.docx", b"PK\x03\x04 broken", "no docx that can be read"),
        ("a.zip", b"PK\x03\x04", "is an archive"),
        ("a.doc", b"\xd0\xcf\x11\xe0", "old Word format"),
        ("a.xls", b"words", "files that end in '.xls' are not read"),
        ("a.jsonl", b'{"text": "One. Two."}\n{"title": 1}', "line 2 has no text"),
        ("a.jsonl", b"[1]", "line 1 is no JSON object"),
        ("a.jsonl", b'{"text": ["a"], "x": 1}\n', "line 1: its text is no string"),
        ("a.html", b"<html><body></body></html>", "no article"),
        ("a.md", b"---\na: [\n---\nWords.", "no YAML"),
    ],
)
def test_a_bad_file_is_told(name: str, content: bytes, message: str) -> None:
    errors = [each for each in read_text(name, content) if isinstance(each, TextError)]
    assert len(errors) == 1
    assert re.search(message, errors[0].message)


def test_a_folder_is_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("Second. It is.", encoding="utf-8")
    (tmp_path / "a.txt").write_text("First. It is.", encoding="utf-8")
    (tmp_path / "c.png").write_bytes(b"\x89PNG")
    assert [each.slug for each in iter_readings(tmp_path) if isinstance(each, Reading)] == ["a", "b"]
    [error] = iter_readings(tmp_path / "none.txt")
    assert isinstance(error, TextError)
    assert "cannot be read" in error.message


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_no_word_is_changed(text: str) -> None:
    [reading] = read_text("a.txt", text.encode())
    if isinstance(reading, TextError):
        return
    assert reading.text == reading.text.strip("\n ") + "\n"
    kept = "".join(character for character in reading.text if character.isalnum())
    assert kept == "".join(character for character in text if character.isalnum())
    assert all(part.span.of(reading.text).strip() for part in reading.parts)


TEXTS = {
    "de": "Die Fähre fuhr am Montag nicht. „Wir warten“, sagte Ana Holt. Niemand weiß, wann sie fährt.",
    "fr": "Le bac n'est pas parti lundi. « Nous attendons », a dit Ana Holt. Nul ne sait quand il partira.",
    "sr": "Трајект није испловио. „Чекамо“, рекла је Ана Холт. Нико не зна када ће испловити.",  # noqa: RUF001
    "en": BODY,
}


@pytest.mark.parametrize("language", TEXTS)
def test_the_language_is_what_is_given_or_said_or_what_the_text_shows(language: str) -> None:
    pytest.importorskip("py3langid")
    assert one("a.txt", TEXTS[language]).language == language
    said = one("a.html", f"<html lang='{language}'><body><p>{TEXTS[language]}</p></body></html>")
    assert (said.language, [doubt for doubt in said.doubts if "looks like" in doubt]) == (language, [])
    wrong = one("a.html", f"<html lang='pt'><body><p>{TEXTS[language]}</p></body></html>")
    assert wrong.language == "pt"
    assert any(f"it looks like {language}" in doubt for doubt in wrong.doubts)
    assert one("a.txt", TEXTS[language], language="it").language == "it"
    assert any("English is assumed" in doubt for doubt in one("a.txt", "Ana Holt. Oslo.").doubts)
