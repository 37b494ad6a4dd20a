"""The sources of a project as a build sees them: which files there are, and the digest of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from kgraph.build.stamps import Stamps
from kgraph.project.listing import Listing, Role, list_files, unit_of
from kgraph.settings import CONFIG_FILE, Settings

__all__ = ["Sources", "Unit", "combine", "find_sources"]


@dataclass(frozen=True, slots=True)
class Unit:
    """Files that are read together, by their names in the project; ``files`` is a digest of them."""

    name: str
    paths: tuple[str, ...]
    files: str


@dataclass(frozen=True)
class Sources:
    """The files of a project; ``digests`` are those of all that can be read, by name.

    ``is_whole`` tells whether all files could be read.
    """

    listing: Listing
    digests: dict[str, str]
    base_iri: str
    is_whole: bool

    @cached_property
    def units(self) -> dict[str, Unit]:
        """The data: what is read together, by name."""
        groups: dict[str, list[str]] = {}
        for name, _, role, _ in self.listing.turtle:
            if role is Role.DATA:
                groups.setdefault(unit_of(name), []).append(name)
        digests = self.digests
        return {
            name: Unit(name, tuple(paths), combine([f"{path} {digests.get(path)}" for path in paths]))
            for name, paths in groups.items()
        }

    @cached_property
    def vocabulary(self) -> str:
        """A digest of all else that an article's examination depends on."""
        rest = (
            f"{name} {role} {graph} {self.digests.get(name)}"
            for name, _, role, graph in self.listing.turtle
            if role is not Role.DATA
        )
        return combine([self.base_iri, *rest])


def find_sources(settings: Settings, *, anew: bool = False) -> Sources:
    """Look at all files of the project; ``anew`` to read also those that nobody has touched."""
    root = settings.project
    stamps = Stamps(settings.store_path, trusted=not anew)
    listing = list_files(root, names_of=stamps.names_of)
    entries = [(name, path) for name, path, *_ in listing.turtle]
    entries += [*listing.texts, *listing.queries, *listing.drafts.values(), *listing.reviews.values()]
    if (root / CONFIG_FILE).is_file():
        entries.append((CONFIG_FILE, f"{root}/{CONFIG_FILE}"))
    digests = stamps.digests(entries)
    return Sources(listing, digests, settings.base_iri, len(digests) == len(entries))


def combine(parts: Iterable[str]) -> str:
    """A digest of some texts."""
    return blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()
