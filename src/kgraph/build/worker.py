"""A worker process of a build: a setting and then tasks on standard input, or functions; what each gives, on
standard output.
"""

from __future__ import annotations

import gc
import pickle
import sys
from typing import Final

from kgraph.build.work import Setting, Task, Workshop

__all__ = ["main"]

_BETWEEN_COLLECTIONS: Final = 20


def main() -> None:
    """Do tasks until there are no more."""
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what anybody prints must not come between
    gc.disable()  # a task makes many values and hardly a cycle
    workshop: Workshop | None = None
    done = 0
    while True:
        try:
            told = pickle.load(stdin)  # noqa: S301 - the process that started this one sends it
        except EOFError:
            return
        if isinstance(told, Setting):
            workshop = Workshop(told, vocabulary=None if workshop is None else workshop.read_vocabulary)
            continue
        if isinstance(told, Task) and workshop is not None:
            made = workshop.do(told)
        else:
            workshop = None  # which holds a store open
            made = told()
        pickle.dump(made, stdout)
        stdout.flush()
        done += 1
        if done % _BETWEEN_COLLECTIONS == 0:
            gc.collect()


if __name__ == "__main__":
    main()
