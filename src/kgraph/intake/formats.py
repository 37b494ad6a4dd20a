"""From a file of any common kind to its words: plain text, Markdown, HTML, PDF, docx, JSON Lines.

What a format says of the article (title, date, source, language) is kept; what only its looks tell is left to
:mod:`kgraph.intake.parts`. The libraries for HTML, PDF and docx come with the extra ``kgraph[texts]``.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import PurePath
from typing import Any, Final

from kgraph.errors import TextError
from kgraph.intake.cleaning import decode

__all__ = ["FORMATS", "Raw", "read_raw"]


@dataclass(frozen=True, slots=True)
class Raw:
    """The words of an article as a format gives them, and what it says of it; empty where it is silent."""

    text: str
    title: str = ""
    author: str = ""
    publisher: str = ""
    language: str = ""
    issued: str = ""
    url: str = ""
    slug: str = ""
    notes: tuple[str, ...] = ()


#: The library that a format needs, and where it comes from.
_LIBRARIES: Final = {"html": "trafilatura", "pdf": "pypdf", "docx": "docx", "markdown": "markdown_it"}
#: Formats by the ends of names.
FORMATS: Final = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
#: What the fields of a dump are called, the first that is there counts.
_FIELDS: Final = {
    "text": ("text", "body", "content", "articleBody"),
    "title": ("title", "headline", "name"),
    "author": ("author", "byline", "creator"),
    "publisher": ("publisher", "source", "site", "sitename"),
    "language": ("language", "lang", "inLanguage"),
    "issued": ("issued", "date", "published", "datePublished", "published_at"),
    "url": ("url", "link", "uri"),
    "slug": ("slug", "id"),
}


def recognise(name: str, content: bytes) -> str:
    """The format of a file, by its first bytes, else by the end of its name.

    Raises:
        TextError: it is of no format that is read here.
    """
    if content.startswith(b"%PDF-"):
        return "pdf"
    suffix = PurePath(name).suffix.lower()
    if content.startswith(b"PK\x03\x04"):
        if suffix in ("", ".docx"):
            return "docx"
        raise TextError(f"{name} is an archive.", hint="Unpack it, and take in the folder.")
    if suffix in FORMATS:
        return FORMATS[suffix]
    if suffix == ".doc" or content.startswith(b"\xd0\xcf\x11\xe0"):
        raise TextError(f"{name} is of the old Word format.", hint="Save it as .docx.")
    if suffix and name != "-":
        raise TextError(
            f"{name}: files that end in {suffix!r} are not read.", hint=f"There are: {', '.join(FORMATS)}."
        )
    start = content.lstrip()[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "html"
    return "jsonl" if start.startswith(b"{") else "text"


def read_raw(name: str, content: bytes, *, encoding: str = "") -> Iterator[Raw | TextError]:
    """The articles in a file: one, or with JSON Lines many. An error stands in the place of a faulty line.

    Raises:
        TextError: the file cannot be read; says where.
    """
    kind = recognise(name, content)
    library = _LIBRARIES.get(kind)
    if library and find_spec(library) is None:
        raise TextError(
            f"{name}: reading {kind} needs {library}.", hint="Install it: pip install 'kgraph[texts]'"
        )
    try:
        yield from _READERS[kind](name, content, encoding)
    except ImportError as error:
        raise TextError(
            f"{name}: what reads {kind} is not whole: {error}.",
            hint="Install it: pip install 'kgraph[texts]'",
        ) from error


def _text(name: str, content: bytes, encoding: str) -> Iterator[Raw]:
    text, notes = decode(content, name, encoding=encoding)
    yield Raw(text, notes=notes)


def _markdown(name: str, content: bytes, encoding: str) -> Iterator[Raw]:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - an extra has it

    text, notes = decode(content, name, encoding=encoding)
    front, body = _front_matter(name, text)
    blocks: list[str] = []
    title = ""
    kind = ""
    for token in MarkdownIt("commonmark").parse(body):
        if token.type == "heading_open":
            kind = token.tag
        elif token.type == "inline":
            words = _inline(token.children or [])
            if kind == "h1" and not title:
                title = words
            blocks.append(words)
            kind = ""
        elif token.type in ("fence", "code_block"):
            blocks.append(token.content.rstrip("\n"))
    said = _said(front, name)
    yield Raw(
        "\n\n".join(blocks),
        **(said | {"title": said.get("title") or title}),
        notes=(*notes, "marks of Markdown were taken off"),
    )


def _inline(tokens: list[Any]) -> str:
    """The words of a paragraph: a line that was broken by hand goes on."""
    words = []
    for token in tokens:
        if token.type in ("text", "code_inline"):
            words.append(token.content)
        elif token.type == "softbreak":
            words.append(" ")
        elif token.type == "hardbreak":
            words.append("\n")
    return "".join(words)


def _front_matter(name: str, text: str) -> tuple[Mapping[str, Any], str]:
    match = re.match(r"---\r?\n(.*?)\r?\n---\r?\n", text, re.DOTALL)
    if match is None:
        return {}, text
    import yaml  # noqa: PLC0415 - only some files have it

    try:
        values = yaml.safe_load(match[1])
    except yaml.YAMLError as error:
        raise TextError(
            f"{name}: the lines between --- are no YAML: {error}.", hint="Correct or remove them."
        ) from error
    return (values if isinstance(values, dict) else {}), text[match.end() :]


def _html(name: str, content: bytes, encoding: str) -> Iterator[Raw]:
    import trafilatura  # noqa: PLC0415 - an extra has it

    source: str | bytes = decode(content, name, encoding=encoding)[0] if encoding else content
    document = trafilatura.bare_extraction(
        source,
        with_metadata=True,
        include_comments=False,
        include_tables=False,
        date_extraction_params={"extensive_search": False, "original_date": True, "max_date": "9999-12-31"},
    )
    if document is None or isinstance(document, dict) or not (document.text or "").strip():
        raise TextError(f"{name} holds no article that can be found.", hint="Copy its text into a .txt file.")
    lang = re.search(rb"<html[^<>]*\blang=[\"']?([A-Za-z-]+)", content[:4096])
    text = "\n\n".join(line for line in (document.text or "").splitlines() if line.strip())
    yield Raw(
        text,
        title=document.title or "",
        author=document.author or "",
        publisher=document.sitename or "",
        language=lang[1].decode() if lang else "",
        issued=document.date or "",
        url=document.url or "",
        notes=("navigation, advertisements and marks of HTML were left out",),
    )


def _pdf(name: str, content: bytes, encoding: str) -> Iterator[Raw]:
    del encoding
    from pypdf import PdfReader  # noqa: PLC0415 - an extra has it
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise TextError(f"{name} needs a password.", hint="Save it without one.")
        pages = [page.extract_text() for page in reader.pages]
        title = (reader.metadata.title if reader.metadata else None) or ""
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TextError(
            f"{name} is no PDF that can be read: {error}.", hint="Open it and save it anew."
        ) from error
    text = "\n".join(pages)
    if not any(character.isalpha() for character in text):
        raise TextError(
            f"{name} holds no text; it may be a scan.", hint="Put it through text recognition (OCR)."
        )
    unwrapped, hyphens = _unwrapped(text)
    notes = ["lines of the page were joined to paragraphs"]
    if hyphens:
        notes.append(f"{hyphens} x hyphen at the end of a line: the word was joined")
    is_real = title and title.casefold() in " ".join(unwrapped.split()).casefold()
    yield Raw(unwrapped, title=title if is_real else "", notes=tuple(notes))


def _unwrapped(text: str) -> tuple[str, int]:
    """Paragraphs from lines of a page. A line that is short and ends a sentence ends a paragraph."""
    lines = [line.strip() for line in text.splitlines()]
    longest = max((len(line) for line in lines), default=0)
    paragraphs: list[str] = [""]
    hyphens = 0
    for line in lines:
        last = paragraphs[-1]
        if not line:
            paragraphs.append("")
        elif not last:
            paragraphs[-1] = line
        elif re.search(r"[^\W\d_]-$", last) and line[:1].islower():
            paragraphs[-1] = last[:-1] + line
            hyphens += 1
        else:
            paragraphs[-1] = f"{last} {line}"
        if (
            line
            and len(line) < 0.75 * longest
            and (re.search(r"[.!?][\"”’»)]*$", line) or len(paragraphs) == 1)
        ):
            paragraphs.append("")
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph), hyphens


def _docx(name: str, content: bytes, encoding: str) -> Iterator[Raw]:
    del encoding
    import zipfile  # noqa: PLC0415

    from docx import Document  # noqa: PLC0415 - an extra has it

    try:
        document = Document(io.BytesIO(content))
        blocks = [paragraph.text for paragraph in document.paragraphs]
        about = document.core_properties
        styles = [paragraph.style.name if paragraph.style else "" for paragraph in document.paragraphs]
    except (ValueError, KeyError, zipfile.BadZipFile, AttributeError, SyntaxError) as error:
        raise TextError(
            f"{name} is no docx that can be read: {error}.", hint="Open it and save it anew."
        ) from error
    titled = next(
        (b for b, s in zip(blocks, styles, strict=True) if s in ("Title", "Heading 1") and b.strip()), ""
    )
    yield Raw(
        "\n\n".join(block for block in blocks if block.strip()),
        title=titled,
        language=about.language or "",
        notes=("styles, pictures and tables were left out",),
    )


def _jsonl(name: str, content: bytes, encoding: str) -> Iterator[Raw | TextError]:
    text, notes = decode(content, name, encoding=encoding)
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield _line(line, f"{name}, line {number}", notes)
        except TextError as error:
            yield error


def _line(line: str, where: str, notes: tuple[str, ...]) -> Raw:
    """The article in a line of a dump."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise TextError(f"{where} is no JSON: {error}.", hint="A dump has one JSON object a line.") from error
    if not isinstance(value, dict):
        raise TextError(f"{where} is no JSON object.", hint="A dump has one JSON object a line.")
    said = _said(value, where)
    if not said.get("text", "").strip():
        raise TextError(f"{where} has no text.", hint=f"It may be called: {', '.join(_FIELDS['text'])}.")
    return Raw(**said, notes=notes)


def _said(values: Mapping[str, Any], where: str) -> dict[str, str]:
    """What the fields of a dump or of front matter say."""
    said: dict[str, str] = {}
    for field, names in _FIELDS.items():
        value = next((values[name] for name in names if values.get(name) not in (None, "")), None)
        if field == "text" and value is not None and not isinstance(value, str):
            raise TextError(
                f"{where}: its text is no string.", hint="Put the article's words into one string."
            )
        if isinstance(value, dict):
            value = value.get("name")
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        if value is not None:
            said[field] = str(value)
    return said


_READERS: Final[dict[str, Callable[[str, bytes, str], Iterator[Raw | TextError]]]] = {
    "text": _text,
    "markdown": _markdown,
    "html": _html,
    "pdf": _pdf,
    "docx": _docx,
    "jsonl": _jsonl,
}
