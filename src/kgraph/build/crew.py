"""A crew: processes that work side by side, one for each processor, for as long as a build lasts.

Each is a fresh interpreter that is told what to do over its standard input, so it does not matter what
threads or what main module the caller has. A little work is done in the caller's own process instead.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Final, Self, TypeVar, cast

from kgraph.build.vocabulary import Vocabulary
from kgraph.build.work import Outcome, Setting, Task, Workshop
from kgraph.errors import StoreError

__all__ = ["FEW", "Crew"]

#: Up to so many tasks are done before anybody else has been called.
FEW: Final = 6

_T = TypeVar("_T")


class Crew:
    """Does tasks, in any order; its processes are started when they are first needed."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []
        self._is_busy = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._dismiss(at_once=kind is not None)

    def is_called_for(self, tasks: int) -> bool:
        """Whether there is so much to do that the processes do it."""
        return tasks > FEW

    def do(
        self, setting: Setting, tasks: Iterable[Task], vocabulary: Vocabulary | None = None
    ) -> Iterator[Outcome]:
        """The outcomes of some tasks.

        Args:
            setting: what all tasks have in common.
            tasks: the tasks.
            vocabulary: the project's, where it has been read already.
        """
        waiting = list(tasks)
        if not self.is_called_for(len(waiting)):
            yield from map(Workshop(setting, vocabulary=vocabulary).do, waiting)
            return
        if self._is_busy:  # with what nobody waits for any more
            self._dismiss(at_once=True)
        self._call()
        self._is_busy = True
        outcomes: SimpleQueue[Outcome | BaseException] = SimpleQueue()
        lock, left = threading.Lock(), iter(waiting)

        def attend(process: subprocess.Popen[bytes]) -> None:
            try:
                _tell(process, setting)
                while True:
                    with lock:
                        task = next(left, None)
                    if task is None:
                        return
                    _tell(process, task)
                    outcomes.put(_hear(process))
            except (OSError, EOFError, pickle.UnpicklingError) as error:
                outcomes.put(error)

        for process in self._processes:
            threading.Thread(target=attend, args=(process,), daemon=True).start()
        for _ in waiting:
            outcome = outcomes.get()
            if isinstance(outcome, BaseException):
                raise _broken_off() from outcome
            yield outcome
        self._is_busy = False

    def begin(self, work: Callable[[], _T], which: int = 0) -> Callable[[], _T]:
        """Have one of the processes do something meanwhile: what waits for it and gives its result.

        Where no process has been started, it is done at once.

        Args:
            work: a function that can be pickled.
            which: the number of the process. What it began first must be waited for first.
        """
        if not self._processes:
            done = work()
            return lambda: done
        process = self._processes[which % len(self._processes)]
        _tell(process, work)

        def result() -> _T:
            try:
                return cast(_T, _hear(process))
            except (OSError, EOFError, pickle.UnpicklingError) as error:
                raise _broken_off() from error

        return result

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

    def _dismiss(self, *, at_once: bool) -> None:
        for process in self._processes:
            if at_once:
                process.kill()
            if process.stdin is not None:
                with suppress(OSError):
                    process.stdin.close()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        self._processes.clear()
        self._is_busy = False


def _tell(process: subprocess.Popen[bytes], what: object) -> None:
    pickle.dump(what, cast(Any, process.stdin))
    cast(Any, process.stdin).flush()


def _hear(process: subprocess.Popen[bytes]) -> Any:
    return pickle.load(cast(Any, process.stdout))  # noqa: S301 - our own process, started above


def _broken_off() -> StoreError:
    return StoreError(
        "A process that was reading the project ended before it was done.",
        hint="Is there enough memory? What it said stands above.",
    )
