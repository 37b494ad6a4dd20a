"""Run a command for which the kernel refuses some system calls, as a container or a file system may do.

    python denying.py ERRNO CALL... -- COMMAND...

The refusal (seccomp(2)) is inherited by whatever the command starts. It stands for systems that nobody has
at hand: old container runtimes, file systems without links, disks that are mounted read-only.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys

#: Numbers by architecture: x86_64, aarch64 (None: there is no such call).
CALLS: dict[str, tuple[int | None, int | None]] = {
    "link": (86, None),
    "linkat": (265, 37),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rmdir": (84, None),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "memfd_create": (319, 279),
}
#: Calls that are refused for an argument, or together with another.
PRCTL, OPEN, OPENAT = (157, 167), (2, None), (257, 56)
SECCOMP = (317, 277)
LINUX_O_CREAT = 0o100
NAMES = ("link", "linkat", "mkdir", "mkdirat", "rename", "renameat", "renameat2", "symlink", "symlinkat")
#: What a disk refuses that can only be read.
READ_ONLY = (*NAMES, "unlink", "unlinkat", "rmdir", "create")


def deny(code: int, names: list[str]) -> None:
    """Have the kernel refuse calls to this process from now on."""
    here = {"x86_64": 0, "aarch64": 1}[os.uname().machine]
    audit = (0xC000003E, 0xC00000B7)[here]
    refuse, allow = 0x00050000 | code, 0x7FFF0000
    program: list[tuple[int, int, int, int]] = [(0x20, 0, 0, 4), (0x15, 1, 0, audit), (0x06, 0, 0, allow)]

    def plainly(number: int | None) -> None:
        if number is not None:
            program.extend([(0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, refuse)])

    libc = ctypes.CDLL(None, use_errno=True)
    for name in names:
        if name == "override":
            # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, by which root need not heed the rights of files
            for capability in (1, 2) if os.geteuid() == 0 else ():
                if libc.prctl(24, capability, 0, 0, 0):
                    raise OSError(ctypes.get_errno(), "the capability cannot be given up")
        elif name == "seccomp":
            plainly(SECCOMP[here])
            # prctl(PR_SET_SECCOMP), whose number is its first argument
            program += [(0x20, 0, 0, 0), (0x15, 0, 3, PRCTL[here]), (0x20, 0, 0, 16), (0x15, 0, 1, 22)]
            program += [(0x06, 0, 0, refuse)]
        elif name == "create":
            for number, offset in ((OPEN[here], 24), (OPENAT[here], 32)):
                if number is not None:
                    program += [(0x20, 0, 0, 0), (0x15, 0, 3, number), (0x20, 0, 0, offset)]
                    program += [(0x45, 0, 1, LINUX_O_CREAT), (0x06, 0, 0, refuse)]
        else:
            plainly(CALLS[name][here])
    program.append((0x06, 0, 0, allow))
    packed = b"".join(struct.pack("HBBI", *line) for line in program)
    code_buffer = ctypes.create_string_buffer(packed, len(packed))
    header = struct.pack("HP", len(program), ctypes.addressof(code_buffer))
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.c_char_p(header), 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel takes no filter")


if __name__ == "__main__":
    end = sys.argv.index("--")
    deny(getattr(errno, sys.argv[1]), sys.argv[2:end])
    os.execv(sys.argv[end + 1], sys.argv[end + 1 :])  # noqa: S606 - the test's own command
