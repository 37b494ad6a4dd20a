"""Two projects to test on: a small invented one to be broken, and a copy of the repository's own."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import settings

from kgraph.build import Inspection, inspect_project
from kgraph.project import Claim
from kgraph.settings import Settings, load_settings
from kgraph.vocab import KG, KGL, RDF_TYPE

# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

REPOSITORY = Path(__file__).parent.parent
MILL = Path(__file__).parent / "project" / "mill"

ARTICLE = "https://w3id.org/kgraph/id/article/north-kosovo-roadblocks"
ENTITY = "https://w3id.org/kgraph/id/"


#: The rooms with files of tests that take minutes.
LONG = ("build", "cli", "who_said")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with long files, lest one process is left alone with one in the end."""
    items.sort(key=lambda item: item.path.parent.name not in LONG)


def settings_of(folder: Path) -> Settings:
    return load_settings(folder, environ={"KGRAPH_ENCODER": "none"})


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    """A valid project: an invented article of two sentences with a quotation, and the real ontology."""
    folder = tmp_path / "mill"
    shutil.copytree(MILL, folder)
    shutil.copytree(REPOSITORY / "ontology", folder / "ontology")
    return folder


@pytest.fixture
def shapeless_mill(mill: Path) -> Path:
    """The same without shapes, which take a second to validate."""
    shutil.rmtree(mill / "ontology" / "shapes")
    return mill


@dataclass(frozen=True)
class Reference:
    """The repository's own project, inspected once."""

    settings: Settings
    inspection: Inspection

    @property
    def claims(self) -> tuple[Claim, ...]:
        return self.inspection.subject.claims

    def claim(self, name: str) -> Claim:
        """A claim by the end of its IRI: ``a0103``."""
        (found,) = [claim for claim in self.claims if claim.iri == f"{ARTICLE}/{name}"]
        return found

    def graph(self, name: str) -> set[ox.Triple]:
        return set(self.inspection.graphs[name])

    @property
    def world(self) -> set[ox.Triple]:
        """What is stated, and what follows."""
        return self.graph("stated") | self.graph("inferred")

    def triple(self, subject: str, predicate: str, value: str) -> ox.Triple:
        """A triple of entities (``kfor``), of kg: or ``kgl:`` properties, and of entities or such terms."""
        return ox.Triple(self.term(subject), ox.NamedNode(self.predicate(predicate)), self.term(value))

    def predicate(self, name: str) -> str:
        if name.startswith("kgl:"):
            return KGL + name.removeprefix("kgl:")
        return RDF_TYPE if name == "a" else KG + name

    def term(self, name: str) -> ox.NamedNode:
        if name.startswith("kg:"):
            return ox.NamedNode(KG + name.removeprefix("kg:"))
        if name.startswith("kgl:"):
            return ox.NamedNode(KGL + name.removeprefix("kgl:"))
        if name.startswith("a:"):
            return ox.NamedNode(f"{ARTICLE}/{name.removeprefix('a:')}")
        return ox.NamedNode(ENTITY + name)

    def name(self, term: object) -> str:
        """The other way round: the last part of an IRI, or the text of a literal."""
        value = str(getattr(term, "value", term))
        return value.rsplit("#", 1)[-1].rsplit("/", 1)[-1] if isinstance(term, ox.NamedNode) else value

    def members(self, cls: str, *graphs: str) -> set[str]:
        """The names of a class's instances in some graphs."""
        return {
            self.name(triple.subject)
            for graph in graphs
            for triple in self.inspection.graphs[graph]
            if triple.predicate.value == RDF_TYPE
            and triple.object == self.term(cls if ":" in cls else f"kg:{cls}")
        }


@pytest.fixture(scope="session")
def reference_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository's project, so that nothing that a test does can touch it."""
    folder = tmp_path_factory.mktemp("reference") / "project"
    folder.mkdir()
    for name in ("seeds", "ontology", "data", "queries"):
        shutil.copytree(REPOSITORY / name, folder / name)
    config = (REPOSITORY / "kgraph.toml").read_text(encoding="utf-8")
    (folder / "kgraph.toml").write_text(f'{config}offline = true\nencoder = "none"\n', encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def reference(reference_folder: Path) -> Reference:
    settings = settings_of(reference_folder)
    return Reference(settings, inspect_project(settings))
