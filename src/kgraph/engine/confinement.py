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
from typing import Final

__all__ = ["confine_process", "limited_memory", "resident_bytes"]

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
    """Give up for good what no worker needs. False where this system cannot forbid sockets."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None)
    # The end of the server ends an evaluation too, which would not notice that the socket has closed.
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    return _forbid_sockets(libc)


def _forbid_sockets(libc: ctypes.CDLL) -> bool:
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
            return [int(pages) * resource.getpagesize() for pages in file.read().split()]
    except OSError:
        return None


def resident_bytes() -> int:
    """The memory that is this process's own; 0 where the system does not tell."""
    sizes = _statm()
    return sizes[1] - sizes[2] if sizes else 0


@contextmanager
def limited_memory(limit_bytes: int) -> Iterator[None]:
    """Let the process grow by no more than ``limit_bytes``; Rust and C++ abort on what exceeds it."""
    sizes = _statm()
    if sizes is None:
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (sizes[0] + limit_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
