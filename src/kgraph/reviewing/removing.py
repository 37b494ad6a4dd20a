"""Removing an article: its own files, and the entities that nothing else uses."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyoxigraph as ox

from kgraph.drafting import draft_path
from kgraph.project.index import TripleIndex
from kgraph.rdf.turtle import parse_turtle
from kgraph.reviewing.decisions import DecisionLog, review_path
from kgraph.reviewing.desk import ENTITIES, Desk, article_folder, open_desk
from kgraph.reviewing.edits import write_files
from kgraph.settings import Settings
from kgraph.store.sealing import sync_folder
from kgraph.vocab import KG, SKOS

__all__ = ["Removal", "plan_removal", "remove_article"]


@dataclass(frozen=True, slots=True)
class Removal:
    """What goes with an article: files, relative to the project's folder, and how many claims are in them.

    ``entities`` are those that only this article uses, by IRI with their labels; ``others`` are what other
    files say of the article or of them.
    """

    slug: str
    files: tuple[str, ...]
    claims: int
    entities: tuple[tuple[str, str], ...]
    others: tuple[str, ...]


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
    entities, others = _unshared(desk)
    claims = sum(iri.startswith(desk.namespace) for iri in desk.subject.index.instances(KG + "Assertion"))
    return Removal(slug, tuple(files), claims, tuple(entities), (*shared, *others))


def _unshared(desk: Desk) -> tuple[list[tuple[str, str]], list[str]]:
    """The entities that this article uses and no other file, and the files that speak of the article."""
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
    return [(iri, index.literal(iri, SKOS + "prefLabel") or iri) for iri in gone], others


def remove_article(settings: Settings, removal: Removal, *, entities: bool) -> None:
    """Carry a removal out; ``entities`` takes those with it that only the article uses.

    Raises:
        ReviewError: a file cannot be written.
    """
    root = settings.project
    with DecisionLog(review_path(root, removal.slug)).writing():
        if entities and removal.entities:
            sheet = open_desk(settings, removal.slug).sheet(ENTITIES)
            for iri, _ in removal.entities:
                sheet = sheet.without(iri)
            write_files(root, {ENTITIES: re.sub(r"\n{3,}", "\n\n", sheet.text)})
        for name in removal.files:
            (root / name).unlink(missing_ok=True)
            sync_folder((root / name).parent)
        folder = root / article_folder(removal.slug)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
