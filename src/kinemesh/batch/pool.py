"""The engine of one machine: worker processes side by side."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from multiprocessing.connection import wait
from typing import Any

from kinemesh.batch.process import POLL, Limits, Make, Outcome, Worker, check

Done = Callable[[Any, Outcome], Iterable[Any]]
"""Called with a task and its outcome, in the order in which they end; gives further tasks."""


def run(tasks: Iterable[Any], make: Make, done: Done, *, workers: int, limits: Limits) -> None:
    """Do all tasks in processes of their own.

    An exception is an outcome, not an end. A worker that takes too long or too much memory, or
    that dies, is replaced; its task is lost and nothing else. Workers die with this process.

    Args:
        tasks: what to do first.
        make: makes the work, once in each worker.
        done: told of every outcome; what it returns is done too.
        workers: processes at once.
        limits: what a task may take; memory is watched by ``/proc``.

    Raises:
        KinemeshError: a worker cannot even start, or memory cannot be watched here.
    """
    check(limits)
    waiting = deque(tasks)
    crew: list[Worker] = []
    try:
        while waiting or any(worker.busy for worker in crew):
            while len(crew) < min(workers, len(waiting) + sum(w.busy for w in crew)):
                crew.append(Worker(make))
            for worker in crew:
                if waiting and worker.idle:
                    worker.give(waiting.popleft())
            wait([worker.connection for worker in crew], timeout=POLL)
            for worker in list(crew):
                outcome = worker.outcome(limits)
                if not worker.alive:
                    crew.remove(worker)
                if outcome is not None:
                    waiting.extend(done(worker.task, outcome))
    finally:
        for worker in crew:
            worker.stop()
