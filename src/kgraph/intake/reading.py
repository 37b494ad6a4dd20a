"""The reading of a text that is taken in: its words made plain, its parts, and what it says of itself."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from kgraph.authoring import Layout, lay_out
from kgraph.errors import TextError
from kgraph.intake.cleaning import Cleaned, clean
from kgraph.intake.formats import FORMATS, Raw, read_raw
from kgraph.intake.language import find_language
from kgraph.intake.parts import TextPart, date_in, find_parts
from kgraph.text import Span

__all__ = ["Reading", "iter_readings", "read_text", "slug_of"]

#: A file larger than this is no article.
_LARGEST: Final = 64 << 20
_LONGEST_SLUG: Final = 60
#: What is hard to tell apart.
_ALIKE: Final = frozenset({"bs", "hr", "sr", "sh"})


@dataclass(frozen=True, slots=True)
class Reading:
    """A text ready to be taken in. ``issued`` is a date of ISO 8601, empty if the file says none;
    ``original`` names the file's bytes by their SHA-256 (RFC 6920).
    """

    slug: str
    text: str
    title: str
    parts: tuple[TextPart, ...]
    layout: Layout
    language: str
    publisher: str
    issued: str
    url: str
    original: str
    notes: tuple[str, ...]
    doubts: tuple[str, ...]


def iter_readings(
    path: Path, *, encoding: str = "", language: str = "", keep: bool = False
) -> Iterator[Reading | TextError]:
    """The readings of a file, or of all files of a folder whose format is known, in the order of their names.

    An error stands in the place of what cannot be read. With ``keep`` a plain text stays as it is, so that
    offsets are those of the file.
    """
    try:
        files = _files(path) if path.is_dir() else [path]
    except TextError as error:
        yield error
        return
    for file in files:
        try:
            content = _content(file)
        except TextError as error:
            yield error
            continue
        yield from read_text(str(file), content, encoding=encoding, language=language, keep=keep)


def _files(folder: Path) -> list[Path]:
    files = sorted(each for each in folder.rglob("*") if each.suffix.lower() in FORMATS and each.is_file())
    files = [
        each for each in files if not any(part.startswith(".") for part in each.relative_to(folder).parts)
    ]
    if not files:
        raise TextError(f"{folder} holds no file to take in.", hint=f"These are read: {', '.join(FORMATS)}.")
    return files


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > _LARGEST:
            raise TextError(f"{file} is larger than {_LARGEST >> 20} MiB.", hint="Cut it into articles.")
        return file.read_bytes()
    except OSError as error:
        raise TextError(
            f"{file} cannot be read: {error.strerror or error}.", hint="Correct its name."
        ) from error


def read_text(
    name: str, content: bytes, *, encoding: str = "", language: str = "", keep: bool = False
) -> Iterator[Reading | TextError]:
    """The readings of a file's bytes; an error stands in the place of what cannot be read."""
    if not content.strip():
        yield TextError(f"{name} is empty.", hint="Give a file with an article's text.")
        return
    hashed = urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
    try:
        for raw in read_raw(name, content, encoding=encoding):
            yield (
                raw
                if isinstance(raw, TextError)
                else _read(name, raw, f"ni:///sha-256;{hashed}", language, keep)
            )
    except TextError as error:
        yield error


def _read(name: str, raw: Raw, original: str, language: str, keep: bool) -> Reading | TextError:
    as_is = keep and raw == Raw(raw.text, notes=raw.notes)
    try:
        cleaned = Cleaned(raw.text, ()) if as_is else clean(_with_title(raw), name)
        return _reading(name, raw, cleaned, original, language)
    except TextError as error:
        return error


def _reading(name: str, raw: Raw, cleaned: Cleaned, original: str, language: str) -> Reading:
    text = cleaned.text
    if not any(character.isalpha() for character in text):
        raise TextError(f"{name} holds no words.", hint="Give a file with an article's text.")
    parts = _with_headline(text, raw, find_parts(text))
    headline = next((part.span.of(text) for part in parts if part.kind == "headline"), "")
    title = headline or raw.title or _first_words(text)
    language, doubts = _language(text, language, raw)
    layout = lay_out(text, {str(n): part.span for n, part in enumerate(parts)}, (), language=language)
    if not layout.sentences:
        raise TextError(f"{name} holds no sentence.", hint="A headline alone is no article.")
    publisher = raw.publisher or _publisher(text, parts)
    if not publisher:
        doubts.append("The text does not say who publishes it: say it by --publisher.")
    stem = "" if name == "-" else Path(name).stem
    return Reading(
        slug_of(raw.slug or headline or raw.title or stem or title),
        text,
        " ".join(title.split()),
        parts,
        layout,
        language,
        publisher,
        _issued(raw, text, parts),
        raw.url if re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", raw.url) else "",
        original,
        (*raw.notes, *cleaned.notes),
        tuple(doubts),
    )


def _language(text: str, given: str, raw: Raw) -> tuple[str, list[str]]:
    """The language that is given, or the file says, or the text shows; and what is doubtful in that."""
    said, found = raw.language.partition("-")[0].lower(), find_language(text)
    if given:
        return given, []
    if said:
        differs = found is not None and found != said and not {found, said} <= _ALIKE
        doubt = f"The file says that it is in {said}, and it looks like {found}: correct it by --language."
        return said, [doubt] if differs else []
    if found is None:
        return "en", ["It is not clear which language this is; English is assumed. Say it by --language."]
    return found, []


def _with_title(raw: Raw) -> str:
    """The text with its headline on top, where the format keeps that apart."""
    title = " ".join(raw.title.split())
    head = " ".join(raw.text[: 3 * len(title) + 200].split())
    return (
        f"{title}\n\n{raw.text.lstrip()}" if title and title.casefold() not in head.casefold() else raw.text
    )


def _with_headline(text: str, raw: Raw, parts: tuple[TextPart, ...]) -> tuple[TextPart, ...]:
    """The parts, with the headline that the format names, whatever it ends with."""
    title = raw.title.strip()
    if any(part.kind == "headline" for part in parts) or not title or not text.startswith(title):
        return parts
    headline = Span(0, len(title))
    return (TextPart("headline", headline), *(part for part in parts if not part.span.overlaps(headline)))


def _first_words(text: str) -> str:
    words = text.split()
    return " ".join(words[:10]) + (" …" if len(words) > 10 else "")


def _publisher(text: str, parts: tuple[TextPart, ...]) -> str:
    """Who publishes, as the byline or the dateline says: "By Ana Holt, Coast Wire", "LONDON (Reuters)"."""
    for part in parts:
        words = part.span.of(text)
        if part.kind == "byline":
            lines = words.split("\n")
            last = lines[-1].rpartition(",")[2].strip()
            if (len(lines) > 1 or "," in lines[-1]) and last[:1].isupper():
                return last
            if not re.match(r"(?:By|Von|Par|Por|Written|Report)", lines[0]):
                return lines[0].strip()
        if part.kind == "dateline" and (agency := re.search(r"\(([^()]{2,40})\)", words)):
            return agency[1]
    return ""


def _issued(raw: Raw, text: str, parts: tuple[TextPart, ...]) -> str:
    """The day of publication, where the format or a dateline gives it in full."""
    if match := re.match(r"\d{4}-\d{2}-\d{2}", raw.issued):
        try:
            return date.fromisoformat(match.group()).isoformat()
        except ValueError:
            return ""
    for words in [raw.issued, *(part.span.of(text) for part in parts if part.kind == "dateline")]:
        if found := date_in(words):
            return found.isoformat()
    return ""


def slug_of(title: str) -> str:
    """A short name for files and addresses: ASCII letters, digits and hyphens."""
    apart = unicodedata.normalize("NFKD", title.replace("ß", "ss"))
    plain = apart.encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", ""))
    slug = ""
    for word in words:
        if slug and len(slug) + len(word) >= _LONGEST_SLUG:
            break
        slug = f"{slug}-{word}" if slug else word[:_LONGEST_SLUG]
    return slug or "article-" + hashlib.sha256(title.encode()).hexdigest()[:8]


def renamed(reading: Reading, slug: str) -> Reading:
    """The reading under another name."""
    return replace(reading, slug=slug)
