"""Work for the pool's tests: what a clip can do to a worker. Spawned processes import it."""

from __future__ import annotations

import os
import signal
import time
from typing import Any


def made() -> Any:
    """The work."""
    started = os.getpid()

    def work(task: tuple[str, Any]) -> Any:
        what, value = task
        if what == "say":
            return value, started
        if what == "nap":
            time.sleep(0.1)
            return started
        if what == "raise":
            raise ValueError(value)
        if what == "hang":
            while True:
                time.sleep(0.05)
        if what == "spin":  # holds the interpreter, as a solver does
            sum(range(10**10))
        if what == "eat":
            held = []
            while True:
                held.append(bytearray(os.urandom(1 << 20)) * 20)
                time.sleep(0.02)
        if what == "exit":
            os._exit(3)
        if what == "pid":
            with open(value, "w") as file:
                file.write(str(os.getpid()))
            time.sleep(60)
        if what in ("once", "always"):  # kills what has started this process
            with open(value, "a+") as file:
                file.write("x")
                file.seek(0)
                tries = len(file.read())
            if what == "always" or tries == 1:
                os.kill(os.getppid(), signal.SIGKILL)
                time.sleep(60)
            return tries
        raise AssertionError(what)

    return work


def broken() -> Any:
    """Work that cannot even be made."""
    raise RuntimeError("no robot here")
