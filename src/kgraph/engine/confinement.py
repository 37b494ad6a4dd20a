"""What a worker may not do: outlive the server, dump its core, open a socket, or take all memory.

Each limit is kept by the kernel, so it holds whatever a query makes Oxigraph do. Sockets are forbidden by
a seccomp filter and not by ``RLIMIT_NOFILE``: RocksDB opens the files of a large store only when it
needs them, and Oxigraph does not survive their refusal.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

__all__ = ["Growth", "confine_process", "die_with_parent", "resident_bytes"]

_PAGE_BYTES: Final = resource.getpagesize()

# linux/prctl.h, linux/seccomp.h, linux/audit.h and linux/bpf_common.h
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_SECCOMP: Final = 22
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_MODE_FILTER: Final = 2
_ALLOW: Final = 0x7FFF0000
#: The error that a machine without a network gives.
_DENY: Final = 0x00050000 | errno.EAFNOSUPPORT
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_X32_CALLS: Final = 0x40000000
_IO_URING_SETUP: Final = 425
#: Of each architecture: its name for the auditor, and the number of ``socket``.
_ARCHITECTURES: Final = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}


def confine_process() -> bool:
    """Give up for good what no worker needs, for children too. False where sockets cannot be forbidden."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "linux":
        return False
    die_with_parent()
    return _forbid_sockets()


def die_with_parent(parent: int | None = None) -> None:
    """Have the end of the parent end this process, which may be in an evaluation and notice nothing.

    The kernel forgets the wish in a fork, so each child repeats it. ``parent`` is who forked it: where that
    was faster to die, this process ends now.
    """
    if sys.platform == "linux":
        _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if parent is not None and os.getppid() != parent:
            os._exit(1)


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def _forbid_sockets() -> bool:
    machine = os.uname().machine
    if machine not in _ARCHITECTURES or sys.maxsize < 1 << 32:
        return False
    architecture, socket_call = _ARCHITECTURES[machine]
    # Operation, steps to skip if true and if false, operand. Offset 4 holds the architecture, 0 the call.
    program = b"".join(
        struct.pack("HBBI", *instruction)
        for instruction in (
            (_LOAD, 0, 0, 4),
            (_EQUAL, 0, 5, architecture),
            (_LOAD, 0, 0, 0),
            (_AT_LEAST, 3, 0, _X32_CALLS),
            (_EQUAL, 2, 0, socket_call),
            (_EQUAL, 1, 0, _IO_URING_SETUP),
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, _DENY),
        )
    )
    code = ctypes.create_string_buffer(program, len(program))
    libc = _libc()
    header = struct.pack("HP", len(program) // 8, ctypes.addressof(code))
    allowed: bool = (
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        and libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.c_char_p(header), 0, 0) == 0
    )
    return allowed


def _statm() -> list[int] | None:
    """Size, resident and shared bytes of this process, first of what the kernel tells (proc(5))."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as file:  # noqa: PTH123 -- pathlib is slow to import
            return _bytes_of(file.read())
    except OSError:
        return None


def _bytes_of(statm: bytes) -> list[int]:
    return [int(pages) * _PAGE_BYTES for pages in statm.split(maxsplit=3)[:3]]


def resident_bytes() -> int:
    """The memory that is this process's own, or shared with those it was forked from; 0 where unknown."""
    sizes = _statm()
    return sizes[1] - sizes[2] if sizes else 0


class Growth:
    """How much this process has grown since it was forked, and a limit to how much it still may.

    What a fork shares with its parent counts as its own for the kernel, so only differences mean anything.
    """

    def __init__(self) -> None:
        try:
            self._file = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._file = -1
        self._unlimited = resource.getrlimit(resource.RLIMIT_AS)
        self._ceiling_bytes: int | None = None
        self._size_bytes = 0
        self._start_bytes = 0
        self._start_bytes = self.measure()

    def measure(self) -> int:
        """The bytes by which the process has grown; 0 where the system does not tell."""
        if self._file < 0:
            return 0
        self._size_bytes, resident, shared = _bytes_of(os.pread(self._file, 128, 0))
        return max(0, resident - shared - self._start_bytes)

    def limit(self, limit_bytes: int) -> None:
        """From the last measurement on, grow by no more than this; Rust and C++ abort on what exceeds it."""
        ceiling_bytes = self._size_bytes + limit_bytes
        if self._file >= 0 and self._ceiling_bytes != ceiling_bytes:
            self._ceiling_bytes = ceiling_bytes
            resource.setrlimit(resource.RLIMIT_AS, (ceiling_bytes, self._unlimited[1]))

    def free(self) -> None:
        """Grow without a limit."""
        if self._ceiling_bytes is not None:
            self._ceiling_bytes = None
            resource.setrlimit(resource.RLIMIT_AS, self._unlimited)

    @contextmanager
    def limited(self, limit_bytes: int) -> Iterator[None]:
        """Grow by no more than this meanwhile."""
        self.measure()
        self.limit(limit_bytes)
        try:
            yield
        finally:
            self.free()
