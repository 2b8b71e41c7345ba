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
    ("bad", "limits", "said"),
    [
        ("hang", {"time": 1.0}, "took more than 1 s"),
        ("spin", {"time": 1.0}, "took more than 1 s"),
        ("eat", {"memory": 400 * 2**20}, "MiB of memory; the limit is 400 MiB"),
        ("raise", {}, "ValueError: bad"),
        ("exit", {}, "died (exit status 3)"),
    ],
)
def test_one_bad_task_is_lost_and_nothing_else(bad: str, limits: dict, said: str) -> None:
    tasks = [("say", 1), (bad, "bad"), ("say", 2), ("say", 3)]
    found = outcomes(tasks, **limits)
    assert set(found) == set(tasks)
    assert [found["say", k].value[0] for k in (1, 2, 3)] == [1, 2, 3]
    assert said in str(found[bad, "bad"].error)
    assert found[bad, "bad"].value is None


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
