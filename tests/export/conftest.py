"""The exports of two projects: this repository's, and an example that nothing here was made for."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kgraph.build import build
from kgraph.export import EXPORTERS, Source
from kgraph.settings import load_settings
from kgraph.store import Catalog

EXAMPLE = Path(__file__).parents[2] / "examples" / "star-clock"
Document = Callable[[str], bytes]
Folder = Callable[[str], Path]


@pytest.fixture(scope="session", params=["roadblocks", "star-clock"])
def source(
    request: pytest.FixtureRequest, reference_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Source]:
    folder = reference_folder
    if request.param == "star-clock":
        folder = tmp_path_factory.mktemp("export") / "star-clock"
        shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".kgraph"))
    settings = load_settings(folder, environ={"KGRAPH_ENCODER": "none"})
    build(settings)
    generation, pin = Catalog(settings.store_path).pin_current()
    try:
        yield Source(generation, settings)
    finally:
        pin.release()


@pytest.fixture(scope="session")
def document(source: Source) -> Document:
    written: dict[str, bytes] = {}

    def write(name: str) -> bytes:
        if name not in written:
            output = io.BytesIO()
            EXPORTERS[name].write_document(source, output)
            written[name] = output.getvalue()
        return written[name]

    return write


@pytest.fixture(scope="session")
def folder(source: Source, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    def write(name: str) -> Path:
        path = tmp_path_factory.mktemp("out") / name
        path.mkdir()
        EXPORTERS[name].write_folder(source, path)
        return path

    return write
