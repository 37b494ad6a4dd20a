"""A generation's store in memory: read from the disk, and carried on from one generation to the next.

A process that holds one forks workers, so it must have a single thread. Opening a store on disk starts
threads that never end; that is therefore left to children, which tell through a pipe what they read. Blank
nodes keep their labels, so that answers name them alike whether they come from memory or from disk.

pyoxigraph and the standard library only.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import IO, Final

import pyoxigraph as ox

from kgraph.engine.confinement import die_with_parent, resident_bytes
from kgraph.memory import trim_memory

__all__ = ["SnapshotError", "apply_changes", "load_snapshot", "settle_memory"]

_BATCH_QUADS: Final = 100_000
_BUFFER_BYTES: Final = 1 << 20
#: Queries that are answered meanwhile go first.
_DUMP_NICENESS: Final = 10


class SnapshotError(Exception):
    """There is no snapshot of this generation; queries are answered from the disk."""


def load_snapshot(path: str, *, limit_bytes: int) -> ox.Store:
    """The whole store at ``path``, hidden and empty graphs included, as a store in memory.

    Raises:
        SnapshotError: it does not fit into ``limit_bytes``, or cannot be read.
    """
    store = ox.Store()
    with _reading(lambda output: _dump(path, output)) as stream:
        header = json.loads(stream.readline() or b"{}")
        quads = ox.parse(stream, ox.RdfFormat.N_QUADS)
        while batch := list(islice(quads, _BATCH_QUADS)):
            store.bulk_extend(batch)
            _require_room(limit_bytes)
    _agree_on_graphs(store, header.get("graphs", ()))
    if len(store) != header.get("quads"):
        raise SnapshotError(f"{len(store)} quads arrived of {header.get('quads')}")
    return store


def apply_changes(
    store: ox.Store, path: str, changes: Sequence[tuple[str, str]], *, limit_bytes: int
) -> None:
    """Carry a snapshot on to the generation at ``path``.

    ``changes`` are the N-Quads files that tell what each generation on the way took away and added.

    Raises:
        SnapshotError: they cannot be read, or the snapshot has outgrown ``limit_bytes``.
    """
    try:
        for removed, added in changes:
            for quad in ox.parse(path=removed, format=ox.RdfFormat.N_QUADS):
                store.remove(quad)
            store.extend(ox.parse(path=added, format=ox.RdfFormat.N_QUADS))
    except (OSError, SyntaxError, ValueError) as error:
        raise SnapshotError(f"the changes cannot be read: {error}") from error
    with _reading(lambda output: _list_graphs(path, output)) as stream:
        _agree_on_graphs(store, json.loads(stream.readline() or b"{}").get("graphs", ()))
    _require_room(limit_bytes)


def settle_memory() -> None:
    """Give back what loading has left over, and keep the collector from writing to what is to be shared."""
    gc.collect()
    gc.freeze()
    trim_memory()


def _require_room(limit_bytes: int) -> None:
    if resident_bytes() > limit_bytes:
        raise SnapshotError(f"it takes more than {limit_bytes >> 20} MiB")


def _agree_on_graphs(store: ox.Store, names: Sequence[str]) -> None:
    """Have the graphs of these names, the empty ones too, and no others."""
    wanted = {_graph(name) for name in names}
    for name in set(store.named_graphs()) - wanted:
        store.remove_graph(name)
    for name in wanted - set(store.named_graphs()):
        store.add_graph(name)


def _graph(name: str) -> ox.NamedNode | ox.BlankNode:
    return ox.BlankNode(name[2:]) if name.startswith("_:") else ox.NamedNode(name)


@contextmanager
def _reading(write: Callable[[IO[bytes]], None]) -> Iterator[IO[bytes]]:
    """What a child of this process writes. An output that breaks off is an error, never an end."""
    reading, writing = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            die_with_parent(parent)
            with os.fdopen(writing, "wb", buffering=_BUFFER_BYTES) as output:
                write(output)
            status = 0
        except BaseException:  # it must not come back into the parent's code
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(writing)
    try:
        with os.fdopen(reading, "rb", buffering=_BUFFER_BYTES) as stream:
            yield stream
    finally:
        _, status = os.waitpid(child, 0)  # where the reader has given up, it ends by SIGPIPE
    if status != 0:
        raise SnapshotError("the store cannot be read")


def _dump(path: str, output: IO[bytes]) -> None:
    os.nice(_DUMP_NICENESS)
    store = ox.Store.read_only(path)
    _write_header(store, output, quads=len(store))
    store.dump(output, ox.RdfFormat.N_QUADS)


def _list_graphs(path: str, output: IO[bytes]) -> None:
    _write_header(ox.Store.read_only(path), output)


def _write_header(store: ox.Store, output: IO[bytes], **more: int) -> None:
    names = [
        name.value if isinstance(name, ox.NamedNode) else f"_:{name.value}" for name in store.named_graphs()
    ]
    output.write(json.dumps({"graphs": names, **more}).encode() + b"\n")
