"""The sources of a project as a build sees them: which files there are, and the digest of each."""

from __future__ import annotations

from dataclasses import dataclass

from kgraph.build.reading import Unit, combine
from kgraph.build.stamps import Stamps
from kgraph.project.listing import Listing, Role, list_files, unit_of
from kgraph.settings import CONFIG_FILE, Settings

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


def find_sources(settings: Settings, *, anew: bool = False) -> Sources:
    """Look at all files of the project; ``anew`` to read also those that nobody has touched."""
    root = settings.project
    listing = list_files(root)
    entries = [(name, path) for name, path, *_ in listing.turtle]
    entries += [*listing.texts, *listing.queries, *listing.drafts.values(), *listing.reviews.values()]
    if (root / CONFIG_FILE).is_file():
        entries.append((CONFIG_FILE, f"{root}/{CONFIG_FILE}"))
    digests = Stamps(settings.store_path, trusted=not anew).digests(entries)
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
