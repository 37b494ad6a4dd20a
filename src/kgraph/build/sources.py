"""The sources of a project as a build sees them: which files there are, and the digest of each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from kgraph.build.reading import Unit, combine
from kgraph.project.folder import Listing, Role, list_files, unit_of
from kgraph.settings import CONFIG_FILE, Settings
from kgraph.text import digest

__all__ = ["Sources", "find_sources"]


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of a project; ``digests`` are those of all that can be read, by name.

    ``units`` are the data; ``vocabulary`` is a digest of all else that an article's examination depends on;
    ``is_whole`` whether all files could be read.
    """

    listing: Listing
    digests: dict[str, str]
    units: dict[str, Unit]
    vocabulary: str
    is_whole: bool


def find_sources(settings: Settings) -> Sources:
    """Look at all files of the project."""
    root = settings.project
    listing = list_files(root)
    entries = [(name, path) for name, path, *_ in listing.turtle]
    entries += [*listing.texts, *listing.queries, *listing.drafts.values(), *listing.reviews.values()]
    if (root / CONFIG_FILE).is_file():
        entries.append((CONFIG_FILE, root / CONFIG_FILE))
    with ThreadPoolExecutor(2) as threads:
        found = threads.map(_digest, (path for _, path in entries))
        digests = {name: told for (name, _), told in zip(entries, found, strict=True) if told is not None}
    groups: dict[str, list[str]] = {}
    rest = [settings.base_iri]
    for name, _, role, graph in listing.turtle:
        if role is Role.DATA:
            groups.setdefault(unit_of(name), []).append(name)
        else:
            rest.append(f"{name} {role} {graph} {digests.get(name)}")
    units = {
        name: Unit(name, tuple(paths), combine(f"{path} {digests.get(path)}" for path in paths))
        for name, paths in groups.items()
    }
    return Sources(listing, digests, units, combine(rest), len(digests) == len(entries))


def _digest(path: Path) -> str | None:
    try:
        return digest(path.read_bytes())
    except OSError:
        return None
