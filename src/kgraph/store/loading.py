"""Bulk loading: RDF files of any format into graphs of clients, as one new generation.

Oxigraph reads the files itself, those of lines by several threads (:mod:`kgraph.store.lines`), into a draft
that nobody sees. Only publishing it takes the
right to write, so that a long load keeps no client waiting; where somebody has written meanwhile, the files
are loaded once more, on top of that.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast
from urllib.parse import quote

import pyoxigraph as ox

from kgraph.errors import ParameterError, WriteError
from kgraph.rdf.incoming import Incoming
from kgraph.rdf.loading import RDF_FORMATS
from kgraph.rdf.sniffing import HEAD_BYTES, find_format
from kgraph.store.catalog import Catalog
from kgraph.store.draft import Draft
from kgraph.store.generation import Generation
from kgraph.store.lines import load_lines
from kgraph.store.manifest import GraphName
from kgraph.store.spelling import Notebook

__all__ = ["FORMAT_NAMES", "Source", "load_files", "recognise"]

#: How a compressed file is opened, by its suffix.
_OPENERS: Final[dict[str, Callable[..., Any]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
#: The formats of which each line can be read by itself.
_LINE_FORMATS: Final = frozenset({ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS})
#: What compressed files begin with, and those of kinds that are not read.
_MAGIC: Final = {".gz": b"\x1f\x8b", ".bz2": b"BZh", ".xz": b"\xfd7zXZ\0"}
_PACKED: Final = (b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"7z\xbc\xaf", b"Rar!", b"\x04\x22\x4d\x18")
_MAGIC_BYTES: Final = 8
#: Formats by the end of a file's name; the first, n3 included, are names of formats.
_FILE_FORMATS: Final[dict[str, ox.RdfFormat]] = {
    **RDF_FORMATS,
    "n3": ox.RdfFormat.N3,
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "owl": ox.RdfFormat.RDF_XML,
    "rdfs": ox.RdfFormat.RDF_XML,
    "xml": ox.RdfFormat.RDF_XML,
    "json": ox.RdfFormat.JSON_LD,
    "txt": ox.RdfFormat.N_TRIPLES,
}
#: What ``--format`` takes.
FORMAT_NAMES: Final = (*RDF_FORMATS, "n3")
_UNREADABLE: Final = frozenset({".zst", ".zip", ".7z", ".br", ".lz4", ".rar", ".tar", ".tgz"})
#: How often the progress of a load is looked at.
_GLANCE_S: Final = 0.2
#: How long a finished load waits for the writes of others.
_PATIENCE_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Source:
    """A file to load. ``notice`` says where it is read as something else than its name says."""

    path: Path
    format: ox.RdfFormat
    compression: str
    notice: str = ""

    def load(
        self, store: ox.Store, graph: GraphName, notebook: Notebook, base_iri: str | None = None
    ) -> bool:
        """Have Oxigraph read it into a store; triples that are in no graph go into ``graph``.

        Relative IRIs are resolved against ``base_iri``; without one, against the file's bare name, since
        where a file lay is nobody's affair. The notebook hears how values are written. Returns whether there
        may be triple terms in it.

        Raises:
            RdfSyntaxError: it is not of its format; knows line and column where Oxigraph does.
            WriteError: it cannot be read, or nests triple terms too deeply.
        """
        plain = None if self.compression else str(self.path)
        document = Incoming(str(self.path), self.format, self.open, path=plain)
        base_iri = base_iri or f"file:///{quote(self.path.name)}"

        def read(**source: Any) -> None:
            quads = ox.parse(**source, base_iri=base_iri, rename_blank_nodes=True)
            store.bulk_extend(notebook.pass_on(quads, graph))

        def read_piece(lines: bytes | IO[bytes]) -> None:
            if isinstance(lines, bytes):  # without blank nodes
                store.bulk_load(input=lines, format=self.format, to_graph=graph)
                notebook.look_at(lines, graph)
            else:
                read(input=lines, format=self.format)

        def read_lines(**_: Any) -> None:
            load_lines(document.open_readable, self.path.stat().st_size, read_piece)

        try:
            return document.load(read_lines if self.format in _LINE_FORMATS else read)
        except (EOFError, lzma.LZMAError, zlib.error) as error:
            raise WriteError(f"{self.path} cannot be unpacked.", hint="Is it whole?") from error
        except OSError as error:
            raise WriteError(
                f"{self.path} cannot be loaded: {error.strerror or error}.",
                hint="See to its rights, and to the room on the store's disk.",
            ) from error

    def open(self) -> BinaryIO:
        """Its bytes, unpacked."""
        opener = _OPENERS.get(self.compression, io.open)
        return cast(BinaryIO, opener(self.path, "rb"))


def recognise(path: Path, *, format_name: str | None = None) -> Source:
    """What a file is: by its content where that shows it, else by its name.

    Args:
        path: the file.
        format_name: the name of its format, which then is not looked for.

    Raises:
        ParameterError: there is no such file, or nothing shows a format that is known.
    """
    if not path.is_file():
        raise ParameterError(f"There is no file {path}.", hint="Name files of RDF.")
    try:
        with path.open("rb") as file:
            start = file.read(_MAGIC_BYTES)
    except OSError as error:
        raise ParameterError(
            f"{path} cannot be read: {error.strerror}.", hint="See to its rights."
        ) from error
    suffixes = path.suffixes[-2:] or [""]
    ending = suffixes[-1].lower()
    if any(start.startswith(magic) for magic in _PACKED):
        raise _packed(path)
    compression = next((name for name, magic in _MAGIC.items() if start.startswith(magic)), "")
    if not compression and ending in _UNREADABLE:
        raise _packed(path)
    extension = suffixes[0] if ending in _OPENERS else ending
    named = _FILE_FORMATS.get(extension.removeprefix(".").lower())
    if format_name is not None:
        return Source(path, _FILE_FORMATS[format_name], compression)
    source = Source(path, named or ox.RdfFormat.TURTLE, compression)
    found = _found(source, named)
    if found is None:
        raise ParameterError(
            f"Neither the name of {path} nor its beginning shows a format of RDF.",
            hint="Say which it is: --format ttl, nt, nq, trig, rdf, jsonld or n3.",
        )
    notice = "" if found == named else f"{path} is read as {found.name}, which its content is."
    return Source(path, found, compression, notice)


def _found(source: Source, named: ox.RdfFormat | None) -> ox.RdfFormat | None:
    try:
        with Incoming(str(source.path), source.format, source.open).open_readable() as stream:
            head = stream.read(HEAD_BYTES)
        is_whole = len(head) < HEAD_BYTES
    except (EOFError, OSError, UnicodeError, lzma.LZMAError, zlib.error):
        return named  # loading it says what is wrong
    return find_format(str(source.path), head, named, is_whole=is_whole)


def _packed(path: Path) -> ParameterError:
    return ParameterError(
        f"{path} is packed in a way that cannot be read here.",
        hint="Unpack it first, or pack it with gzip.",
    )


def load_files(
    catalog: Catalog,
    sources: Sequence[Source],
    graph: GraphName,
    *,
    base_iri: str | None = None,
    progress: Callable[[str], None],
) -> Generation:
    """Load files into a graph, or into the graphs that they name, as one generation: all of it, or nothing.

    Args:
        catalog: where the generations are.
        sources: the files.
        graph: where triples go that are in no graph.
        base_iri: what relative IRIs are resolved against; None for the bare name of each file.
        progress: hears what is being done.

    Raises:
        RdfSyntaxError: one of them is not of its format.
        ReadOnlyGraphError: one would change a graph that is not a client's.
        StoreError: another process is building or loading, or the store cannot be written.
    """

    def fill(base: Generation, path: Path) -> Draft:
        return _load(base, path, sources, graph, base_iri, progress)

    with catalog.building() as prepared:
        base = catalog.current()
        draft = fill(base, prepared)
        progress("publishing")
        with draft, catalog.writing(wait_s=_PATIENCE_S):
            identifier = catalog.identifier(base.manifest.canonical_hash)
            current = catalog.current()

            def write(path: Path) -> Generation:
                if current.id == base.id:
                    manifest = draft.seal(identifier, made_by="load").manifest
                    prepared.rename(path)
                    return Generation(path, manifest)
                with fill(current, path) as anew:
                    return anew.seal(identifier, made_by="load")

            return catalog.publish(identifier, write)


def _load(
    base: Generation,
    path: Path,
    sources: Sequence[Source],
    graph: GraphName,
    base_iri: str | None,
    progress: Callable[[str], None],
) -> Draft:
    draft = Draft(base, path)

    def load() -> bool:
        may_nest = False
        for source in sources:
            progress(f"loading {source.path}")
            with _watched(source.path, progress):
                may_nest |= source.load(draft.store, graph, draft.notebook, base_iri)
        return may_nest

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
