"""One format of export: what it is called, what it makes, and the function that makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, cast
from zipfile import ZIP_DEFLATED, ZipFile

from kgraph.errors import ParameterError
from kgraph.export.source import Source

__all__ = ["Exporter", "Shape"]


class Shape(StrEnum):
    """What comes out: one document, or a folder of files (which HTTP sends as a ZIP archive)."""

    DOCUMENT = "document"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Exporter:
    """A format of export.

    Args:
        name: what it is called on the command line and in a dump's address.
        summary: what it is, in one line for ``kgraph export --help``.
        media_type: the registered media type of the document; of the archive for a folder.
        suffix: how the file's name ends, without the dot.
        function: ``module:function``, called with the source and, by its shape, a binary file to write to or
            an empty folder that is there already.
        shape: what it makes.
        extra: the extra of this package that it needs, such as ``arrow``; empty where it needs none.
        takes_graph: whether it can write one graph alone.
    """

    name: str
    summary: str
    media_type: str
    suffix: str
    function: str
    shape: Shape = Shape.DOCUMENT
    extra: str = ""
    takes_graph: bool = False

    def write_document(self, source: Source, output: IO[bytes]) -> None:
        """Write the document.

        Raises:
            ParameterError: this format makes a folder, or its extra is not installed.
        """
        if self.shape is not Shape.DOCUMENT:
            raise ParameterError(
                f"{self.name} is a folder of files, not one document.", hint="Name it with --output DIR."
            )
        self._load()(source, output)

    def write_folder(self, source: Source, folder: Path) -> None:
        """Write the files into an empty folder.

        Raises:
            ParameterError: this format makes one document, or its extra is not installed.
        """
        if self.shape is not Shape.FOLDER:
            raise ParameterError(f"{self.name} is one document, not a folder.", hint="Name a file.")
        self._load()(source, folder)

    def write_archive(self, source: Source, output: IO[bytes]) -> None:
        """Write the files of a folder as a ZIP archive, in the order of their names.

        Raises:
            ParameterError: this format makes one document, or its extra is not installed.
        """
        with TemporaryDirectory(prefix="kgraph-export-") as name:
            folder = Path(name)
            self.write_folder(source, folder)
            with ZipFile(output, "w", ZIP_DEFLATED) as archive:
                for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                    archive.write(path, path.relative_to(folder))

    def write(self, source: Source, output: IO[bytes]) -> None:
        """Write the document, or the archive of the folder."""
        if self.shape is Shape.FOLDER:
            self.write_archive(source, output)
        else:
            self.write_document(source, output)

    def _load(self) -> Callable[[Source, IO[bytes] | Path], None]:
        module, _, name = self.function.partition(":")
        try:
            return cast(Callable[[Source, IO[bytes] | Path], None], getattr(import_module(module), name))
        except ImportError as error:
            if not self.extra:
                raise
            raise ParameterError(
                f"The export {self.name} needs more than is installed: {error}.",
                hint=f"pip install 'kgraph[{self.extra}]'.",
            ) from error
