"""The engine of many machines: Ray spreads tasks and does again what a lost worker had.

Each task of Ray hands its work to a process of its own, as the engine of one machine does: limits
of time and memory hold for that process, and if it dies the task has failed. What only Ray can
see, a worker of its own or a machine that is lost, is left to Ray's retries.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from kinemesh.batch.pool import Done
from kinemesh.batch.process import Limits, Make, Outcome, Worker, check
from kinemesh.errors import KinemeshError, MissingExtra

_RETRIES = 2
"""A task whose worker is lost is done again this often."""

_STORE = 100 << 20
"""Memory that a Ray of our own may take for tasks and answers, which are small [bytes]."""


def run(
    tasks: Iterable[Any],
    make: Make,
    done: Done,
    *,
    workers: int,
    limits: Limits,
    address: str | None = None,
) -> None:
    """Do all tasks on Ray, with the same outcomes as :func:`kinemesh.batch.pool.run`.

    A Ray that this process is connected to already is used, and left as it is.

    Args:
        tasks: what to do first.
        make: makes the work, once in each worker.
        done: told of every outcome; what it returns is done too.
        workers: tasks at once, as far as Ray has CPUs.
        limits: what a task may take; memory is watched by ``/proc``.
        address: of the Ray to use, as ``ray.init`` takes it; if left out one is started on this
            machine, for as long as it is needed.

    Raises:
        MissingExtra: Ray is not installed.
        KinemeshError: Ray cannot be reached or goes away, or a worker cannot even start.
    """
    try:
        import ray
    except ImportError as error:
        raise MissingExtra("ray", "ray") from error
    waiting = deque(tasks)
    busy: dict[Any, tuple[Any, float]] = {}
    if not waiting:
        return
    with _connected(ray, address, workers):
        work = ray.remote(num_cpus=1, max_retries=_RETRIES)(_do)
        here = os.getcwd()
        try:
            while waiting or busy:
                while waiting and len(busy) < workers:
                    task = waiting.popleft()
                    answer = work.remote(here, make, task, limits)
                    busy[answer] = task, time.monotonic()
                for answer in ray.wait(list(busy))[0]:
                    task, since = busy.pop(answer)
                    waiting.extend(done(task, _outcome(ray, answer, since)))
        finally:
            for answer in busy:
                ray.cancel(answer, force=True)


@contextmanager
def _connected(ray: Any, address: str | None, workers: int) -> Iterator[None]:
    if ray.is_initialized():
        yield
        return
    # Silent, without dashboard and without telling anybody that it runs.
    quiet = {"include_dashboard": False, "log_to_driver": False, "configure_logging": False}
    own = {"num_cpus": workers, "object_store_memory": _STORE, **quiet}
    before = os.environ.get("RAY_USAGE_STATS_ENABLED")
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        if address is None:
            ray.init(address="local", **own)
        else:
            ray.init(address=address, log_to_driver=False, configure_logging=False)
    except (OSError, RuntimeError, ValueError) as error:
        where = "a Ray of this machine" if address is None else f"the Ray at {address!r}"
        raise KinemeshError(
            f"{where} cannot be used ({error}): see that `ray status` finds it, and that Ray and "
            f"Python have the same versions there; if it wants a token, set RAY_AUTH_MODE=token"
        ) from error
    finally:
        if before is None:
            del os.environ["RAY_USAGE_STATS_ENABLED"]
        else:
            os.environ["RAY_USAGE_STATS_ENABLED"] = before
    try:
        yield
    finally:
        ray.shutdown()


def _outcome(ray: Any, answer: Any, since: float) -> Outcome:
    of_ray = ray.exceptions
    try:
        found = ray.get(answer)
    except (of_ray.WorkerCrashedError, of_ray.NodeDiedError, of_ray.OutOfMemoryError) as error:
        why = f"its worker was lost {_RETRIES + 1} times ({type(error).__name__})"
        return Outcome(None, why, time.monotonic() - since)
    except of_ray.RayError as error:
        raise KinemeshError(f"Ray cannot go on: {str(error).strip()}") from error
    if isinstance(found, Outcome):
        return found
    raise KinemeshError(found)


def _do(here: str, make: Make, task: Any, limits: Limits) -> Outcome | str:
    """In a worker of Ray: the outcome of a task, or why none can be done there."""
    try:
        os.chdir(here)
    except OSError as error:
        return (
            f"{here} is not there on {os.uname().nodename} ({error.strerror}): all machines have "
            f"to share the folder that a batch is started in, its sources and its out="
        )
    try:
        check(limits)
        return _seat().worker(make).do(task, limits)
    except KinemeshError as error:
        return f"on {os.uname().nodename}: {error}"


class _Seat:
    """The process that a worker of Ray keeps from task to task."""

    def __init__(self) -> None:
        self._held: tuple[Make, Worker] | None = None

    def worker(self, make: Make) -> Worker:
        """The process that does what ``make`` makes, started where there is none."""
        if self._held is not None:
            made, worker = self._held
            if made == make and worker.alive:
                return worker
            worker.stop()
        self._held = make, Worker(make)
        return self._held[1]


@lru_cache(maxsize=1)
def _seat() -> _Seat:
    return _Seat()
