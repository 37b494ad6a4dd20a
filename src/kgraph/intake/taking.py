"""Writing a text that was read into a project: its seed and the Turtle of its document, both or neither."""

from __future__ import annotations

import re
import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kgraph.authoring import find_words
from kgraph.errors import TextError
from kgraph.intake.reading import Reading
from kgraph.settings import Settings
from kgraph.text import Span

__all__ = ["render_document", "render_entities", "take_in"]

_PART_KINDS: Final = {"byline": "bylinePart"}
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
#: Words of context on each side that tell two places of the same words apart.
_CONTEXT: Final = 12


def _quoted(words: str, *, language: str | None = None) -> str:
    return str(ox.Literal(words, language=language))


def _unique(text: str, span: Span) -> str:
    """The words of a part as ``kg:words`` takes them: with those around them if they stand more than once."""
    words = " ".join(span.of(text).split())
    for width in range(_CONTEXT):
        before = " ".join(text[: span.start].split()[-width:] if width else [])
        after = " ".join(text[span.end :].split()[:width])
        sought = f"{before} [{words}] {after}".strip() if width else words
        if find_words(sought, text, ()) == (span,):
            return sought
    raise TextError(
        f"The words {words!r} cannot be told from others in the text.", hint="Shorten or change that line."
    )


def publisher_label(reading: Reading) -> str:
    """What a publisher is called; one that the text does not name is this article's own, not another's."""
    return reading.publisher or f"the publisher of {reading.slug}"


def publisher_name(publisher: str) -> str:
    """A local name for a publisher: ``coastWire``."""
    words = re.findall(r"[^\W_]+", publisher)
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    return (joined[:1].lower() + joined[1:]) or "publisher"


def render_document(reading: Reading, settings: Settings, *, publisher: str, annotator: str, on: date) -> str:
    """The Turtle of the document. ``publisher`` and ``annotator`` are prefixed names; "" is no annotator."""
    things = settings.names.resources
    base = f"{things}article/{reading.slug}"
    lines = [
        f"# The text: seeds/{reading.slug}.txt, taken in by `kgraph new`.",
        "",
        f"@prefix a:       <{base}/> .",
        "@prefix dcterms: <http://purl.org/dc/terms/> .",
        "@prefix kg:      <https://w3id.org/kgraph/ontology#> .",
        f"@prefix kgr:     <{things}> .",
        "@prefix prov:    <http://www.w3.org/ns/prov#> .",
        f"@base <{base}> .",
        "",
        "<> a kg:Article ;",
        f"    dcterms:title {_quoted(reading.title, language=reading.language)} ;",
    ]
    issued = f' ; dcterms:issued "{reading.issued}"' if reading.issued else ""
    lines.append(f'    dcterms:publisher {publisher} ; dcterms:language "{reading.language}"{issued} ;')
    if reading.url:
        lines.append(f"    dcterms:source <{reading.url}> ;")
    if annotator:
        lines.append(f'    kg:annotator {annotator} ; kg:annotatedOn "{on.isoformat()}" ;')
    lines.append(
        f"    prov:wasDerivedFrom <{reading.original}> ;  # the file as it came, by its SHA-256 (RFC 6920)"
    )
    lines.append(f'    kg:textFile "seeds/{reading.slug}.txt" .')
    counts: dict[str, int] = {}
    for part in reading.parts:
        counts[part.kind] = counts.get(part.kind, 0) + 1
        name = part.kind + (str(counts[part.kind]) if counts[part.kind] > 1 else "")
        kind = _PART_KINDS.get(part.kind, part.kind)
        lines.append(
            f"a:{name} kg:partKind kg:{kind} ; kg:words {_quoted(_unique(reading.text, part.span))} ."
        )
    return "\n".join(lines) + "\n"


def render_entities(reading: Reading, settings: Settings, *, publisher: str) -> str:
    """The Turtle that says who the publisher is, where the project does not know it yet."""
    label = publisher_label(reading)
    return "\n".join(
        [
            f"# Who publishes {reading.slug}.",
            "",
            "@prefix kg:   <https://w3id.org/kgraph/ontology#> .",
            f"@prefix kgr:  <{settings.names.resources}> .",
            "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .",
            "",
            f"{publisher} a kg:Organization ;",
            f"    skos:prefLabel {_quoted(label, language='en')} ;",
            f'    skos:definition "The publisher of the article {reading.slug}."@en .',
            "",
        ]
    )


def take_in(project: Path, reading: Reading, document: str, entities: str) -> list[Path]:
    """Write a text into a project; the paths that were written.

    Raises:
        TextError: there is such an article already, its name cannot be, or the folder cannot be written.
    """
    if _SLUG.fullmatch(reading.slug) is None:
        raise TextError(
            f"{reading.slug!r} cannot be an article's name.", hint="Use small letters, digits and hyphens."
        )
    seed = project / "seeds" / f"{reading.slug}.txt"
    folder = project / "data" / "ttl" / "articles" / reading.slug
    for path in (seed, folder):
        if path.exists():
            raise TextError(
                f"{path} is there already, so nothing was written.",
                hint="Give the text another name: --slug NAME",
            )
    made: Path | None = None
    try:
        seed.parent.mkdir(parents=True, exist_ok=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{reading.slug}-"))
        made.chmod(0o755)
        (made / "document.ttl").write_text(document, encoding="utf-8", newline="\n")
        if entities:
            (made / "entities.ttl").write_text(entities, encoding="utf-8", newline="\n")
        waiting = made / "seed.txt"
        waiting.write_text(reading.text, encoding="utf-8", newline="\n")
        waiting.rename(seed)
        try:
            made.rename(folder)
        except OSError:
            seed.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise TextError(
            f"{reading.slug} cannot be written: {error.strerror or error}.", hint="Nothing of it was kept."
        ) from error
    finally:
        if made is not None and made.exists():
            shutil.rmtree(made, ignore_errors=True)
    return [seed, *sorted(folder.iterdir())]
