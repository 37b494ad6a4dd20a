"""Bulk loading: RDF files of any format into graphs of clients, as one new generation.

Oxigraph reads the files itself, those of lines by several threads (:mod:`kgraph.store.lines`), into a draft
that nobody sees. Only publishing it takes the
right to write, so that a long load keeps no client waiting; where somebody has written meanwhile, the files
are loaded once more, on top of that.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast

import pyoxigraph as ox

from kgraph.errors import ParameterError, WriteError
from kgraph.rdf.loading import explain_rdf_error
from kgraph.store.catalog import Catalog
from kgraph.store.draft import Draft
from kgraph.store.generation import Generation
from kgraph.store.lines import load_lines
from kgraph.store.manifest import GraphName
from kgraph.store.spelling import Notebook

__all__ = ["Source", "load_files", "recognise"]

#: How a compressed file is opened, by its suffix.
_OPENERS: Final[dict[str, Callable[..., Any]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
#: The formats of which each line can be read by itself.
_LINE_FORMATS: Final = frozenset({ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS})
_UNREADABLE: Final = frozenset({".zst", ".zip", ".7z", ".br", ".lz4", ".rar", ".tar", ".tgz"})
#: How often the progress of a load is looked at.
_GLANCE_S: Final = 0.2
#: How long a finished load waits for the writes of others.
_PATIENCE_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Source:
    """A file to load, as its name shows it."""

    path: Path
    format: ox.RdfFormat
    compression: str

    def load(self, store: ox.Store, graph: GraphName, notebook: Notebook) -> None:
        """Have Oxigraph read it into a store; triples that are in no graph go into ``graph``.

        The notebook hears how values are written.

        Raises:
            RdfSyntaxError: it is not of its format; knows line and column where Oxigraph does.
            WriteError: it cannot be read.
        """

        def load(document: bytes | IO[bytes]) -> None:
            if isinstance(document, bytes):  # lines without blank nodes
                store.bulk_load(input=document, format=self.format, to_graph=graph)
                notebook.look_at(document, graph)
            else:
                store.bulk_extend(notebook.pass_on(self._parse(document), graph))

        try:
            if self.format in _LINE_FORMATS:
                load_lines(self._open, self.path.stat().st_size, load)
            else:
                with self._open() as stream:
                    load(stream)
        except SyntaxError as error:
            raise explain_rdf_error(error, str(self.path)) from error
        except (EOFError, lzma.LZMAError) as error:
            raise WriteError(f"{self.path} cannot be unpacked: {error}.", hint="Is it whole?") from error
        except OSError as error:
            raise WriteError(
                f"{self.path} cannot be loaded: {error.strerror or error}.",
                hint="See to its rights, and to the room on the store's disk.",
            ) from error

    def _parse(self, document: IO[bytes]) -> Iterator[ox.Quad]:
        base_iri = self.path.resolve().as_uri()
        return ox.parse(document, self.format, base_iri=base_iri, rename_blank_nodes=True)

    def _open(self) -> BinaryIO:
        opener = _OPENERS.get(self.compression, open)
        return cast(BinaryIO, opener(self.path, "rb"))


def recognise(path: Path) -> Source:
    """What a file is, by the end of its name.

    Raises:
        ParameterError: there is no such file, or its name shows no format that is known.
    """
    if not path.is_file():
        raise ParameterError(f"There is no file {path}.", hint="Name files of RDF.")
    suffixes = path.suffixes[-2:] or [""]
    compression = suffixes[-1].lower()
    if compression in _UNREADABLE:
        raise ParameterError(
            f"{path} is packed in a way that cannot be read here.",
            hint="Unpack it first, or pack it with gzip.",
        )
    if compression not in _OPENERS:
        compression = ""
    extension = (suffixes[0] if compression else suffixes[-1]).removeprefix(".").lower()
    rdf_format = ox.RdfFormat.from_extension("rdf" if extension == "owl" else extension)
    if rdf_format is None:
        raise ParameterError(
            f"The name of {path} shows no format of RDF.",
            hint="Name it .ttl, .nt, .nq, .trig, .rdf, .jsonld or .n3, compressed ones .ttl.gz and so on.",
        )
    return Source(path, rdf_format, compression)


def load_files(
    catalog: Catalog, sources: Sequence[Source], graph: GraphName, *, progress: Callable[[str], None]
) -> Generation:
    """Load files into a graph, or into the graphs that they name, as one generation: all of it, or nothing.

    Raises:
        RdfSyntaxError: one of them is not of its format.
        ReadOnlyGraphError: one would change a graph that is not a client's.
        StoreError: another process is building or loading, or the store cannot be written.
    """
    with catalog.building() as prepared:
        base = catalog.current()
        draft = _load(base, prepared, sources, graph, progress)
        progress("publishing")
        with draft, catalog.writing(wait_s=_PATIENCE_S):
            identifier = catalog.identifier(base.manifest.canonical_hash)
            current = catalog.current()

            def write(path: Path) -> Generation:
                if current.id == base.id:
                    manifest = draft.seal(identifier, made_by="load").manifest
                    prepared.rename(path)
                    return Generation(path, manifest)
                with _load(current, path, sources, graph, progress) as anew:
                    return anew.seal(identifier, made_by="load")

            return catalog.publish(identifier, write)


def _load(
    base: Generation, path: Path, sources: Sequence[Source], graph: GraphName, progress: Callable[[str], None]
) -> Draft:
    draft = Draft(base, path)

    def load() -> None:
        for source in sources:
            progress(f"loading {source.path}")
            with _watched(source.path, progress):
                source.load(draft.store, graph, draft.notebook)

    if any(source.format.supports_datasets for source in sources):
        draft.guard(graph)
        draft.absorb(load)
    else:
        draft.grow(graph, load)
    return draft


@contextmanager
def _watched(path: Path, progress: Callable[[str], None]) -> Iterator[None]:
    """Tell how much of a file has been read, every tenth of it, where the system shows that."""
    size = max(1, path.stat().st_size)
    done = threading.Event()

    def watch() -> None:
        told = 0
        while not done.wait(_GLANCE_S):
            tenths = 10 * _position(path) // size
            if tenths > told:
                told = tenths
                progress(f"loading {path}, {10 * tenths} %")

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _position(path: Path) -> int:
    """How far this process has read a file that it has open (proc(5)); 0 where nobody tells."""
    target = str(path.resolve())
    with suppress(OSError):
        for descriptor in Path("/proc/self/fd").iterdir():
            with suppress(OSError):
                if str(descriptor.readlink()) == target:
                    return int(Path("/proc/self/fdinfo", descriptor.name).read_text().split()[1])
    return 0
