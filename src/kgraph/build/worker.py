"""A worker process of a build: a setting on standard input, then tasks, each answered on standard output."""

from __future__ import annotations

import gc
import pickle
import sys

from kgraph.build.work import Workshop

__all__ = ["main"]


def main() -> None:
    """Do tasks until there are no more."""
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what anybody prints must not come between
    gc.disable()  # a task makes many values and few cycles
    workshop = Workshop(pickle.load(stdin))  # noqa: S301 - the process that started this one sends it
    while True:
        try:
            task = pickle.load(stdin)  # noqa: S301 - as above
        except EOFError:
            return
        pickle.dump(workshop.do(task), stdout)
        stdout.flush()
        gc.collect()


if __name__ == "__main__":
    main()
