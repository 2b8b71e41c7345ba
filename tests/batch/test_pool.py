"""Workers that hang, raise, eat memory and die, and those beside them."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pool_work
import pytest

from kinemesh.batch.pool import run
from kinemesh.batch.process import Limits, Outcome
from kinemesh.errors import KinemeshError


def outcomes(tasks: list[Any], **limits: Any) -> dict[Any, Outcome]:
    found: dict[Any, Outcome] = {}

    def done(task: Any, outcome: Outcome) -> list[Any]:
        assert task not in found
        found[task] = outcome
        return []

    run(tasks, pool_work.made, done, workers=1, limits=Limits(**limits))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (
            {"time": 1.0},
            {
                "raise": "ValueError: bad",
                "exit": "died (exit status 3)",
                "hang": "took more than 1 s",
                "spin": "took more than 1 s",
            },
        ),
        ({"memory": 400 * 2**20}, {"eat": "MiB of memory; the limit is 400 MiB"}),
    ],
    ids=["time", "memory"],
)
def test_bad_tasks_are_lost_and_nothing_else(limits: dict, said: dict[str, str]) -> None:
    bad = [(what, "bad") for what in said]
    good = [("say", k) for k in range(len(bad) + 1)]
    tasks = [good[0], *(task for pair in zip(bad, good[1:], strict=True) for task in pair)]
    found = outcomes(tasks, **limits)
    assert set(found) == set(tasks)
    assert [found[task].value[0] for task in good] == [k for _, k in good]
    for task in bad:
        assert said[task[0]] in str(found[task].error)
        assert found[task].value is None


@pytest.mark.slow
def test_work_is_made_once_in_a_worker_and_further_tasks_are_done() -> None:
    pids = set()

    def done(task: Any, outcome: Outcome) -> list[Any]:
        value, pid = outcome.value
        pids.add(pid)
        return [("say", value + 1)] if value < 4 else []

    run([("say", 0)], pool_work.made, done, workers=3, limits=Limits())
    assert len(pids) == 1


@pytest.mark.slow
def test_a_worker_that_is_killed_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "pid"

    def kill() -> None:
        while not file.exists() or not file.read_text():
            time.sleep(0.02)
        os.kill(int(file.read_text()), signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    found = outcomes([("pid", str(file)), ("say", 1)])
    thread.join()
    assert "died (exit status -9)" in str(found["pid", str(file)].error)
    assert found["say", 1].value[0] == 1


@pytest.mark.slow
def test_a_worker_that_cannot_start_ends_the_batch() -> None:
    with pytest.raises(KinemeshError, match="no robot here"):
        run([("say", 1)], pool_work.broken, lambda *_: [], workers=1, limits=Limits())
