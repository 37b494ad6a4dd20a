"""Starting the processes that do what the server must not: the spawner of workers, and the writer."""

from __future__ import annotations

import errno
import importlib.util
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Final

__all__ = ["REFUSED", "launch", "scratch_file"]

#: How a call fails that the system does not know, or that a container forbids.
REFUSED: Final = frozenset({errno.ENOSYS, errno.EPERM, errno.EACCES})


def scratch_file() -> IO[bytes]:
    """A file without a name, for what a process says on standard error; it needs no folder to be written to.

    Raises:
        OSError: there are no descriptors left.
    """
    if hasattr(os, "memfd_create"):
        try:
            return os.fdopen(os.memfd_create("stderr", os.MFD_CLOEXEC), "w+b")
        except OSError as error:
            if error.errno not in REFUSED:
                raise
    return tempfile.TemporaryFile()


def launch(
    module: str, *, stderr: IO[bytes] | None = None, **environment: str
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a module with one end of a socket pair: the process, and the other end.

    It finds its imports where this process found them, and otherwise knows nothing of our environment:
    no site-packages hooks, no working directory on its path, no secrets. Call this from the thread of the
    event loop, because the kernel ties its life to the thread that made it.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-S", "-m", module, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                pass_fds=[theirs.fileno()],
                env={**_environment(), **environment},
                process_group=0,
            )
        except BaseException:
            ours.close()
            raise
    return process, ours


def _environment() -> dict[str, str]:
    homes = [str(Path(__file__).parents[2])]
    engine = importlib.util.find_spec("pyoxigraph")
    if engine is not None and engine.origin is not None:
        homes.append(str(Path(engine.origin).parents[1]))
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"PYTHONPATH": os.pathsep.join(homes), **kept}
