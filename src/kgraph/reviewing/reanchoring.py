"""After an edited text: what moved with its words, and whose words are gone.

Claims in the short form follow their words at every build. Offsets that are written out are moved here, where
their words are still there; candidates follow theirs until they are drafted again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final

import pyoxigraph as ox

from kgraph.errors import NoGenerationError, StoreError
from kgraph.project.index import TripleIndex
from kgraph.rdf.turtle import read_statements
from kgraph.reviewing.desk import Desk, article_folder, open_desk
from kgraph.reviewing.drafted import Anchored, anchor
from kgraph.reviewing.edits import write_files
from kgraph.settings import Settings
from kgraph.store import Catalog
from kgraph.text import Span
from kgraph.vocab import KG, RDF_TYPE

__all__ = ["Reanchored", "article_slugs", "reanchor"]

_CHAR: Final = re.compile(r"#char=(\d+),(\d+)")
_CLASSES: Final = ("EvidenceSpan", "Sentence", "TextPart")


@dataclass(frozen=True, slots=True)
class Lost:
    """What has lost its words: its name, the words, and what to do."""

    name: str
    words: str
    hint: str


@dataclass(slots=True)
class Reanchored:
    """What became of an article's places. ``moved`` and ``kept`` count claims; ``drafted`` are its
    candidates; ``files`` are the files that have offsets of their own, as they are to be.
    """

    slug: str
    is_edited: bool = False
    kept: int = 0
    moved: int = 0
    lost: list[Lost] = field(default_factory=list)
    drafted: Anchored = field(default_factory=lambda: Anchored(()))
    files: dict[str, str] = field(default_factory=dict)


def reanchor(settings: Settings, slug: str, *, write: bool = False) -> Reanchored:
    """Compare an article with what was built last, and move the offsets that its files write out.

    Args:
        settings: the project's.
        slug: the article.
        write: write the files; otherwise only say what would become of them.

    Raises:
        ReviewError: there is no such article, or a file cannot be written.
        DraftError: its candidates cannot be read.
    """
    desk = open_desk(settings, slug)
    found = Reanchored(slug)
    draft = desk.candidates()
    if draft is not None:
        found.drafted = anchor(draft, desk.text)
    _move_written(desk, found)
    if found.files:
        if write:
            write_files(settings.project, found.files)
        desk = open_desk(settings, slug, instead=found.files)
    before = _built(settings, desk)
    now = _places(desk.subject.index, desk.article.subject.value)
    found.is_edited = found.is_edited or any(now.get(iri, spans) != spans for iri, spans in before.items())
    for iri, spans in now.items():
        found.moved += iri in before and before[iri] != spans
        found.kept += iri not in before or before[iri] == spans
    for fault in desk.faults:
        if fault.code == "words":
            found.lost.append(Lost(fault.place, fault.message, fault.hint))
            found.is_edited = True
    return found


def _places(index: TripleIndex, article: str) -> dict[str, tuple[Span, ...]]:
    """Where the words of each claim stand."""
    found = {}
    for iri in index.instances(KG + "Assertion"):
        spans = [index.span(each) for each in index.iris(iri, KG + "evidence")]
        if iri.startswith(f"{article}/"):
            found[iri] = tuple(sorted(span for span in spans if span is not None))
    return found


def _built(settings: Settings, desk: Desk) -> dict[str, tuple[Span, ...]]:
    """Where they stood in what was built last; nothing where nothing was."""
    try:
        store = ox.Store.read_only(str(Catalog(settings.store_path).current().store_path))
    except (NoGenerationError, StoreError, OSError):
        return {}
    graph = ox.NamedNode(settings.names.graph("assertions"))
    triples = (quad.triple for quad in store.quads_for_pattern(None, None, None, graph))
    return _places(TripleIndex(triples), desk.article.subject.value)


def _move_written(desk: Desk, found: Reanchored) -> None:
    """Move what the article's files say by offsets of their own, as they said it of the text before."""
    index, article = desk.subject.index, desk.article.subject.value
    written = {}
    for cls in _CLASSES:
        for iri in desk.manuscript.entries:
            span, words = index.span(iri), index.literal(iri, KG + "exactText")
            if (
                iri.startswith(article)
                and span is not None
                and words is not None
                and KG + cls in index.iris(iri, RDF_TYPE)
            ):
                written[iri] = (cls, span, words)
    told = desk.article.literals("sha256")
    if not written or not told or told[0] == desk.sha256:
        return
    found.is_edited = True
    alignment = _Alignment(_text_before(written), desk.text)
    moves: dict[str, tuple[Span, str]] = {}
    for iri, (cls, span, words) in written.items():
        target = alignment.move(span, words, exactly=cls == "EvidenceSpan")
        if target is None:
            found.lost.append(
                Lost(
                    iri,
                    f"“{words}” does not stand in the text any more.",
                    "Quote other words, or remove the claim.",
                )
            )
        else:
            moves[iri] = target, target.of(desk.text)
    _widen(moves, [iri for iri, (cls, _, _) in written.items() if cls == "Sentence"], desk.text)
    folder = desk.settings.project / article_folder(desk.slug)
    for path in sorted(folder.glob("*.ttl")):
        name = f"{article_folder(desk.slug)}/{path.name}"
        before = desk.content(name)
        after = _rewritten(before, moves, told[0], desk)
        if after != before:
            found.files[name] = after


def _widen(moves: dict[str, tuple[Span, str]], sentences: list[str], text: str) -> None:
    """What was put before a sentence, on its line, is of that sentence."""
    taken = sorted(span for span, _ in moves.values())
    for iri in sentences:
        if iri not in moves:
            continue
        span, _ = moves[iri]
        before = max((each.end for each in taken if each.end <= span.start), default=0)
        before = max(before, text.rfind("\n", 0, span.start) + 1)
        gap = Span(before, span.start).trimmed(text)
        if any(character.isalnum() for character in gap.of(text)):
            moves[iri] = Span(gap.start, span.end), text[gap.start : span.end]


def _text_before(written: Mapping[str, tuple[str, Span, str]]) -> str:
    """The text that the offsets were of, as far as what stands at them tells."""
    length = max(span.end for _, span, _ in written.values())
    characters = ["\n"] * length
    for _, span, words in sorted(written.values(), key=lambda each: -len(each[2])):
        characters[span.start : span.start + len(words)] = words
    return "".join(characters)


class _Alignment:
    """Which places of a text are which places of the text before."""

    def __init__(self, before: str, now: str) -> None:
        self._now = now
        self._blocks = SequenceMatcher(None, before, now, autojunk=False).get_opcodes()

    def move(self, span: Span, words: str, *, exactly: bool) -> Span | None:
        """Where a span is now. One that is not to be taken ``exactly`` takes in what was put into it."""
        start, end = self._boundary(span.start, after=False), self._boundary(span.end - 1, after=True)
        moved = Span(start, end)
        if not exactly:
            return moved if start < end else None
        if moved.of(self._now) == words:
            return moved
        places = [match.start() for match in re.finditer(re.escape(words), self._now)]
        return Span(places[0], places[0] + len(words)) if len(places) == 1 else None

    def _boundary(self, position: int, *, after: bool) -> int:
        for kind, first, last, to_first, to_last in self._blocks:
            if first <= position < last:
                if kind == "equal":
                    return to_first + position - first + after
                return to_last if after else to_first
        return len(self._now)


def _rewritten(text: str, moves: Mapping[str, tuple[Span, str]], sha256: str, desk: Desk) -> str:
    """A file with its offsets, words and digest as they are now."""
    pieces, position = [], 0
    for statement in read_statements(text, base_iri=desk.settings.base_iri):
        pieces.append(_renamed(text[position : statement.start], moves, desk))
        block, position = text[statement.start : statement.end], statement.end
        if (move := moves.get(statement.subject or "")) is not None:
            block = _replaced(block, *move)
        pieces.append(_renamed(block, moves, desk))
    return "".join((*pieces, _renamed(text[position:], moves, desk))).replace(sha256, desk.sha256)


def _replaced(block: str, span: Span, words: str) -> str:
    for name, value in (("beginIndex", str(span.start)), ("endIndex", str(span.end))):
        block = re.sub(rf'({name}\s+"?)\d+', rf"\g<1>{value}", block, count=1)
    literal = str(ox.Literal(words))
    return re.sub(r'(exactText\s+)"(?:[^"\\]|\\.)*"', lambda match: match[1] + literal, block, count=1)


def _renamed(block: str, moves: Mapping[str, tuple[Span, str]], desk: Desk) -> str:
    """Spans are named by their offsets (RFC 5147)."""

    def renamed(match: re.Match[str]) -> str:
        target = moves.get(desk.article.subject.value + match[0])
        return match[0] if target is None else f"#char={target[0].start},{target[0].end}"

    return _CHAR.sub(renamed, block)


def article_slugs(settings: Settings) -> Iterator[str]:
    """The slugs of all articles."""
    folder = settings.project / "data" / "ttl" / "articles"
    yield from sorted(path.name for path in folder.glob("*") if path.is_dir())
