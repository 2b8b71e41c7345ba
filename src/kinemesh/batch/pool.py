"""Worker processes that may hang, crash or eat memory without stopping the rest."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from kinemesh.errors import KinemeshError

Work = Callable[[Any], Any]
"""Task to value."""
Make = Callable[[], Work]
"""Called once in every worker, to load what all tasks need. Pickled, as tasks and values are."""

_POLL = 0.1
"""Limits are looked at this often [s]."""

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Outcome:
    """What became of a task."""

    value: Any
    """What the work returned; None if it did not."""
    error: str | None
    """Why there is no value."""
    seconds: float
    """Time that it took [s]."""


Done = Callable[[Any, Outcome], Iterable[Any]]
"""Called with a task and its outcome, in the order in which they end; gives further tasks."""


def run(
    tasks: Iterable[Any],
    make: Make,
    done: Done,
    *,
    workers: int = 1,
    time_limit: float = float("inf"),
    memory_limit: float = float("inf"),
) -> None:
    """Do all tasks in processes of their own.

    An exception is an outcome, not an end. A worker that takes too long or too much memory, or
    that dies, is replaced; its task is lost and nothing else. Workers die with this process.

    Args:
        tasks: what to do first.
        make: makes the work, once in each worker.
        done: told of every outcome; what it returns is done too.
        workers: processes at once.
        time_limit: longest time for a task [s].
        memory_limit: most memory that a worker may hold [bytes]; needs ``/proc``.

    Raises:
        KinemeshError: a worker cannot even start, or memory cannot be watched here.
    """
    if memory_limit != float("inf") and not Path("/proc/self/statm").exists():
        raise KinemeshError("a memory limit needs /proc, which this system lacks: give none")
    waiting = deque(tasks)
    crew: list[_Worker] = []
    try:
        while waiting or any(worker.busy for worker in crew):
            while len(crew) < min(workers, len(waiting) + sum(w.busy for w in crew)):
                crew.append(_Worker(make))
            for worker in crew:
                if waiting and worker.idle:
                    worker.give(waiting.popleft())
            wait([worker.connection for worker in crew], timeout=_POLL)
            for worker in list(crew):
                outcome = worker.outcome(time_limit, memory_limit)
                if not worker.alive:
                    crew.remove(worker)
                if outcome is not None:
                    waiting.extend(done(worker.task, outcome))
    finally:
        for worker in crew:
            worker.stop()


class _Worker:
    """One process, and the task that it has."""

    def __init__(self, make: Make) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process: SpawnProcess = context.Process(
            target=_serve, args=(theirs, make), daemon=True, name="kinemesh"
        )
        with _one_thread():
            self.process.start()
        theirs.close()
        self.ready = self.busy = False
        self.alive = True
        self.task: Any = None
        self.since = 0.0

    @property
    def idle(self) -> bool:
        return self.ready and not self.busy

    def give(self, task: Any) -> None:
        self.task, self.busy, self.since = task, True, time.monotonic()
        try:
            self.connection.send(task)
        except OSError:
            pass  # it died: outcome() says so

    def outcome(self, time_limit: float, memory_limit: float) -> Outcome | None:
        """The outcome of the task if it has one by now."""
        seconds = time.monotonic() - self.since
        try:
            if self.connection.poll():
                value, error = self.connection.recv()
                if not self.ready:
                    if error is not None:
                        self.stop()
                        raise KinemeshError(f"a worker could not start: {error}")
                    self.ready = True
                    return None
                self.busy = False
                return Outcome(value, error, seconds)
        except (EOFError, OSError):
            self.process.join(1.0)
            code = self.process.exitcode
            self.stop()
            if not self.ready:
                raise KinemeshError(
                    f"a worker could not start (exit status {code}): a script that starts a batch "
                    f'has to do so under if __name__ == "__main__"'
                ) from None
            return self._lost(f"the worker died (exit status {code})", seconds)
        if self.busy and seconds > time_limit:
            self.stop()
            return self._lost(f"took more than {time_limit:g} s", seconds)
        if self.busy and memory_limit != float("inf"):
            held = _memory(self.process.pid)
            if held > memory_limit:
                self.stop()
                return self._lost(
                    f"took {held / 2**20:.0f} MiB of memory; the limit is "
                    f"{memory_limit / 2**20:.0f} MiB",
                    seconds,
                )
        return None

    def _lost(self, why: str, seconds: float) -> Outcome | None:
        if not self.busy:
            return None
        self.busy = False
        return Outcome(None, why, seconds)

    def stop(self) -> None:
        """End the process, whatever it does."""
        self.alive = False
        self.process.kill()
        self.process.join()
        self.connection.close()


def _serve(connection: Connection, make: Make) -> None:
    """What a worker does: tasks in, values out, until the parent closes or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends it
    threading.Thread(target=_die_with_parent, daemon=True).start()
    try:
        work = make()
    except Exception as error:
        connection.send((None, _said(error)))
        return
    connection.send((None, None))
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        answer: tuple[Any, str | None]
        try:
            answer = (work(task), None)
        except Exception as error:
            answer = (None, _said(error))
        connection.send(answer)


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _said(error: Exception) -> str:
    if isinstance(error, KinemeshError):
        return str(error)
    return f"{type(error).__name__}: {error}".rstrip(": ")


def _memory(pid: int | None) -> int:
    """Memory that a process holds [bytes]; 0 if it is gone."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def _one_thread() -> Iterator[None]:
    """Processes started here have one BLAS thread each: clips are what runs in parallel."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
