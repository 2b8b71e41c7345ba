"""One worker process: it may hang, crash or eat memory, and is ended for it."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
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

POLL = 0.1
"""Limits are looked at this often [s]."""

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


@dataclass(frozen=True)
class Limits:
    """What a task may take."""

    time: float = float("inf")
    """[s]."""
    memory: float = float("inf")
    """[bytes]."""


@dataclass(frozen=True)
class Outcome:
    """What became of a task."""

    value: Any
    """What the work returned; None if it did not."""
    error: str | None
    """Why there is no value."""
    seconds: float
    """Time that it took [s]."""
    no_room: bool = False
    """Whether nothing can be written any more: the next task will not do better."""


def check(limits: Limits) -> None:
    """See that limits can be watched.

    Raises:
        KinemeshError: a limit of memory, and this system has no ``/proc``.
    """
    if limits.memory != float("inf") and not Path("/proc/self/statm").exists():
        raise KinemeshError("a memory limit needs /proc, which this system lacks: give none")


class Worker:
    """One process, and the task that it has; it dies with the process that started it."""

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
        """Whether it can be given a task."""
        return self.ready and not self.busy

    def give(self, task: Any) -> None:
        """Hand it a task."""
        self.task, self.busy, self.since = task, True, time.monotonic()
        try:
            self.connection.send(task)
        except OSError:
            pass  # it died: outcome() says so

    def outcome(self, limits: Limits) -> Outcome | None:
        """The outcome of the task if it has one by now."""
        seconds = time.monotonic() - self.since
        try:
            if self.connection.poll():
                value, error, no_room = self.connection.recv()
                if not self.ready:
                    if error is not None:
                        self.stop()
                        raise KinemeshError(f"a worker could not start: {error}")
                    self.ready = True
                    return None
                self.busy = False
                return Outcome(value, error, seconds, no_room)
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
        if self.busy and seconds > limits.time:
            self.stop()
            return self._lost(f"took more than {limits.time:g} s", seconds)
        if self.busy and limits.memory != float("inf"):
            held = _memory(self.process.pid)
            if held > limits.memory:
                self.stop()
                return self._lost(
                    f"took {held / 2**20:.0f} MiB of memory; the limit is "
                    f"{limits.memory / 2**20:.0f} MiB",
                    seconds,
                )
        return None

    def do(self, task: Any, limits: Limits) -> Outcome:
        """Do one task and wait for its outcome."""
        while True:
            if self.idle:
                self.give(task)
            wait([self.connection], timeout=POLL)
            outcome = self.outcome(limits)
            if outcome is not None:
                return outcome

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
        connection.send((None, _said(error), False))
        return
    connection.send((None, None, False))
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        answer: tuple[Any, str | None, bool]
        try:
            answer = (work(task), None, False)
        except Exception as error:
            answer = (None, _said(error), _no_room(error))
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


def _no_room(error: BaseException | None) -> bool:
    """Whether an error comes from a disk that is full, whatever was made of it on the way."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            return True
        error = error.__cause__ or error.__context__
    return False


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
