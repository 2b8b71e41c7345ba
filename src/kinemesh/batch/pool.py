"""The engine of one machine: worker processes side by side."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from multiprocessing.connection import wait
from typing import Any

from kinemesh.batch.process import POLL, Limits, Make, Outcome, Worker, check
from kinemesh.batch.waiting import Waiting

Done = Callable[[Any, Outcome], Iterable[Any]]
"""Called with a task and its outcome, in the order in which they end; gives further tasks."""


def run(
    tasks: Iterable[Any],
    make: Make,
    done: Done,
    *,
    workers: int,
    limits: Limits,
    group: Callable[[Any], Hashable] = id,
) -> None:
    """Do all tasks in processes of their own.

    An exception is an outcome, not an end. A worker that takes too long or too much memory, or
    that dies, is replaced; its task is lost and nothing else. Workers die with this process.

    Args:
        tasks: what to do first.
        make: makes the work, once in each worker.
        done: told of every outcome; what it returns is done too.
        workers: processes at once.
        limits: what a task may take; memory is watched by ``/proc``.
        group: tells which tasks have something in common. A worker goes on with the group of its
            last task; where none of that waits it begins another, or helps with the longest.

    Raises:
        KinemeshError: a worker cannot even start, or memory cannot be watched here.
    """
    check(limits)
    waiting = Waiting(group, tasks)
    crew: list[Worker] = []
    try:
        while waiting or any(worker.busy for worker in crew):
            while len(crew) < min(workers, len(waiting) + sum(w.busy for w in crew)):
                crew.append(Worker(make))
            for worker in crew:
                if waiting and worker.idle:
                    busy = [other.task for other in crew if other.busy]
                    worker.give(waiting.take(worker.task, busy))
            wait([worker.connection for worker in crew], timeout=POLL)
            for worker in list(crew):
                outcome = worker.outcome(limits)
                if not worker.alive:
                    crew.remove(worker)
                if outcome is None:
                    continue
                task = worker.task
                if worker.alive and waiting.goes_on(task):  # while what it did is written down
                    worker.give(waiting.take(task))
                waiting.add(done(task, outcome))
    finally:
        for worker in crew:
            worker.stop()
