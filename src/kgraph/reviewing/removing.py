"""Removing an article: its own files, and the entities that nothing else uses.

What its files alone describe and others use moves to the file of entities.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyoxigraph as ox

from kgraph.drafting import draft_path
from kgraph.errors import ReviewError
from kgraph.project.index import TripleIndex
from kgraph.rdf.turtle import parse_turtle
from kgraph.reviewing.decisions import DecisionLog, review_path
from kgraph.reviewing.desk import ENTITIES, Desk, article_folder, open_desk
from kgraph.reviewing.edits import write_files
from kgraph.reviewing.sheet import Sheet
from kgraph.settings import Settings
from kgraph.store.sealing import sync_folder
from kgraph.vocab import KG, SKOS

__all__ = ["Removal", "plan_removal", "remove_article"]


@dataclass(frozen=True, slots=True)
class Removal:
    """What goes with an article: files, relative to the project's folder, and how many claims are in them.

    ``entities`` are those that only this article uses, by IRI with their labels; ``others`` are what other
    files say of the article or of them. ``kept`` are those that the article's files alone describe and others
    use: they move to the file of entities.
    """

    slug: str
    files: tuple[str, ...]
    claims: int
    entities: tuple[tuple[str, str], ...]
    others: tuple[str, ...]
    kept: tuple[tuple[str, str], ...] = ()


def plan_removal(settings: Settings, slug: str) -> Removal:
    """Say what goes with an article, without touching anything.

    Raises:
        ReviewError: there is no such article.
    """
    desk = open_desk(settings, slug)
    root = settings.project
    files = [path.relative_to(root).as_posix() for path in sorted((root / article_folder(slug)).iterdir())]
    text = next(iter(desk.article.literals("textFile")), f"seeds/{slug}.txt")
    shared = [
        path.relative_to(root).as_posix()
        for path in sorted((root / "data" / "ttl" / "articles").glob("*/document.ttl"))
        if path.parent.name != slug and f'"{text}"' in path.read_text(encoding="utf-8", errors="replace")
    ]
    if (root / text).is_file() and not shared:
        files.append(text)
    for path in (draft_path(root, slug), review_path(root, slug)):
        if path.is_file():
            files.append(path.relative_to(root).as_posix())
    entities, others, elsewhere = _unshared(desk)
    index = desk.subject.index
    kept = [(iri, index.literal(iri, SKOS + "prefLabel") or iri) for iri in _described_here(desk, elsewhere)]
    claims = sum(iri.startswith(desk.namespace) for iri in desk.subject.index.instances(KG + "Assertion"))
    return Removal(slug, tuple(files), claims, tuple(entities), (*shared, *others), tuple(kept))


def _unshared(desk: Desk) -> tuple[list[tuple[str, str]], list[str], set[str]]:
    """The entities that this article alone uses, the files that speak of it, and what others use."""
    settings = desk.settings
    root = settings.project
    used: set[str] = set()
    for entry in desk.manuscript.entries.values():
        members = [term for head in entry.terms("claims") for term in desk.lists.members(head) or ()]
        terms = [term for values in entry.said.values() for term in values]
        used.update(each.value for each in (*members, *terms) if isinstance(each, ox.NamedNode))
    own = root / article_folder(desk.slug)
    others: list[str] = []
    elsewhere: set[str] = set()
    for path in sorted((root / "data" / "ttl").rglob("*.ttl")):
        if own in path.parents:
            continue
        triples, _ = parse_turtle(path.read_bytes(), base_iri=settings.base_iri)
        name = path.relative_to(root).as_posix()
        for triple in triples:
            subject = getattr(triple.subject, "value", "")
            said = {getattr(triple.object, "value", "")} | ({subject} if name != ENTITIES else set())
            elsewhere |= said
            if any(term.startswith(desk.article.subject.value) for term in said) and name not in others:
                others.append(name)
    sheet = desk.sheet(ENTITIES)
    index: TripleIndex = desk.subject.index
    people = {
        getattr(term, "value", "")
        for entry in desk.manuscript.entries.values()
        for term in (*entry.terms("annotator"), *entry.terms("reviewer"))
    }
    gone = [
        iri
        for iri in dict.fromkeys(sheet.subjects())
        if iri in used and iri not in elsewhere and iri not in people and sheet.entry(iri) is not None
    ]
    return [(iri, index.literal(iri, SKOS + "prefLabel") or iri) for iri in gone], others, elsewhere


def _own_sheets(desk: Desk) -> list[tuple[str, Sheet]]:
    """The Turtle files of the article."""
    folder = desk.settings.project / article_folder(desk.slug)
    names = [f"{article_folder(desk.slug)}/{path.name}" for path in sorted(folder.glob("*.ttl"))]
    return [(name, desk.sheet(name)) for name in names]


def _described_here(desk: Desk, elsewhere: set[str]) -> list[str]:
    """What the article's files alone describe and others use, with all that this names in turn."""
    there = set(desk.sheet(ENTITIES).subjects())
    own: dict[str, set[str]] = {}
    for name, sheet in _own_sheets(desk):
        triples, _ = parse_turtle(desk.content(name).encode(), base_iri=desk.settings.base_iri)
        for iri in sheet.subjects():
            if iri not in there and not iri.startswith(desk.article.subject.value):
                own.setdefault(iri, set())
        for triple in triples:
            # What hangs below a blank node counts for every description: rather one too many than a loss.
            holders = [getattr(triple.subject, "value", "")]
            for holder in holders if isinstance(triple.subject, ox.NamedNode) else own:
                if holder in own:
                    own[holder].add(getattr(triple.object, "value", ""))
    kept: list[str] = []
    waiting = [iri for iri in own if iri in elsewhere]
    while waiting:
        iri = waiting.pop(0)
        if iri not in kept:
            kept.append(iri)
            waiting += [each for each in sorted(own[iri]) if each in own]
    return kept


def _with_kept(desk: Desk, entities: Sheet, kept: list[str]) -> Sheet:
    """The file of entities with what moves there.

    Raises:
        ReviewError: a prefix means one thing there and another here.
    """
    for name, sheet in _own_sheets(desk):
        for statement in sheet.statements:
            if statement.subject not in kept:
                continue
            block = sheet.text[statement.start : statement.end]
            for prefix, namespace in sheet.prefixes.items():
                if not re.search(rf"(?<![\w:.-]){re.escape(prefix)}:", block):
                    continue
                if entities.prefixes.get(prefix, namespace) != namespace:
                    raise ReviewError(
                        f"{name} and {ENTITIES} mean different things by the prefix {prefix!r}.",
                        hint=f"Move the description of {statement.subject} to {ENTITIES} by hand.",
                    )
                entities = entities.with_prefix(prefix, namespace)
            entities = entities.with_thing(block, [])
    return entities


def remove_article(settings: Settings, removal: Removal, *, entities: bool) -> None:
    """Carry a removal out; ``entities`` takes those with it that only the article uses.

    Raises:
        ReviewError: a file cannot be written, or what others use cannot be moved; then nothing has changed.
    """
    root = settings.project
    with DecisionLog(review_path(root, removal.slug)).writing():
        desk = open_desk(settings, removal.slug)
        sheet = desk.sheet(ENTITIES)
        for iri, _ in removal.entities if entities else ():
            sheet = sheet.without(iri)
        sheet = _with_kept(desk, sheet, [iri for iri, _ in removal.kept])
        if (entities and removal.entities) or removal.kept:
            write_files(root, {ENTITIES: re.sub(r"\n{3,}", "\n\n", sheet.text)})
        for name in removal.files:
            (root / name).unlink(missing_ok=True)
            sync_folder((root / name).parent)
        folder = root / article_folder(removal.slug)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
