"""A crew: processes that read and examine side by side, one for each processor.

Each is a fresh interpreter that is told what to do over its standard input, so it does not matter what
threads or what main module the caller has. A little work is done in the caller's own process instead.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Final, Self, cast

from kgraph.build.vocabulary import Vocabulary
from kgraph.build.work import Outcome, Setting, Task, Workshop
from kgraph.errors import StoreError

__all__ = ["FEW", "Crew"]

#: Up to so many tasks are done before anybody else has been called.
FEW: Final = 6


class Crew:
    """Does tasks, in any order.

    Args:
        setting: what all tasks have in common.
        vocabulary: the project's, where it has been read already.
    """

    def __init__(self, setting: Setting, vocabulary: Vocabulary | None = None) -> None:
        self._setting = setting
        self._vocabulary = vocabulary
        self._own: Workshop | None = None
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            if kind is not None:
                process.kill()
            if process.stdin is not None:
                process.stdin.close()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()

    def do(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """The outcomes of some tasks."""
        waiting = list(tasks)
        if len(waiting) <= FEW:
            self._own = self._own or Workshop(self._setting, vocabulary=self._vocabulary)
            yield from map(self._own.do, waiting)
            return
        self._call()
        outcomes: SimpleQueue[Outcome | BaseException] = SimpleQueue()
        lock, left = threading.Lock(), iter(waiting)

        def attend(process: subprocess.Popen[bytes]) -> None:
            stdin, stdout = cast(Any, process.stdin), cast(Any, process.stdout)
            try:
                while True:
                    with lock:
                        task = next(left, None)
                    if task is None:
                        return
                    pickle.dump(task, stdin)
                    stdin.flush()
                    outcomes.put(pickle.load(stdout))  # noqa: S301 - our own process, started below
            except (OSError, EOFError, pickle.UnpicklingError) as error:
                outcomes.put(error)

        for process in self._processes:
            threading.Thread(target=attend, args=(process,), daemon=True).start()
        for _ in waiting:
            outcome = outcomes.get()
            if isinstance(outcome, BaseException):
                raise StoreError(
                    "A process that was reading the project ended before it was done.",
                    hint="Is there enough memory? What it said stands above.",
                ) from outcome
            yield outcome

    def _call(self) -> None:
        """Have the processes there."""
        if self._processes:
            return
        for _ in range(
            len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        ):
            process = subprocess.Popen(
                [sys.executable, "-m", "kgraph.build.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            self._processes.append(process)
            pickle.dump(self._setting, cast(Any, process.stdin))
