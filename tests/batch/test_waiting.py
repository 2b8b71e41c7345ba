"""The order in which workers are given tasks: one clip's together, and nobody is idle."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pool_work
import pytest

from kinemesh.batch.pool import run
from kinemesh.batch.process import Limits, Outcome
from kinemesh.batch.waiting import Waiting


def waiting(*tasks: str) -> Waiting:
    return Waiting(lambda task: task[0], tasks)


def test_a_worker_goes_on_with_the_group_of_its_last_task() -> None:
    queue = waiting("a1", "b1", "a2", "b2")
    assert queue.take() == "a1"
    assert queue.goes_on("a1")
    assert queue.take("a1", busy=["b0"]) == "a2"
    assert not queue.goes_on("a2")
    assert not queue.goes_on(None)


def test_another_worker_begins_a_group_that_nobody_is_busy_with() -> None:
    queue = waiting("a1", "a2", "b1", "c1")
    assert queue.take() == "a1"
    assert queue.take(None, busy=["a1"]) == "b1"
    assert queue.take("b1", busy=["a1"]) == "c1"


def test_an_idle_worker_helps_with_the_longest_group() -> None:
    queue = waiting("a1", "b1", "b2", "b3", "a2")
    assert queue.take("c1", busy=["a0", "b0"]) == "b1"
    assert queue.take("c1", busy=["a0", "b0"]) in ("a1", "b2")  # two each
    assert len(queue) == 3


def test_each_task_is_taken_once_in_the_order_of_its_group_and_none_is_made_up() -> None:
    queue = waiting("a1", "b1")
    queue.add(["a2", "c1", "a3"])
    taken = []
    last = None
    while queue:
        last = queue.take(last)
        taken.append(last)
    assert taken == ["a1", "a2", "a3", "b1", "c1"]
    with pytest.raises(LookupError):
        queue.take()


@pytest.mark.slow
def test_workers_change_the_group_only_where_their_own_has_ended() -> None:
    tasks: list[Any] = [("nap", (name, k)) for k in range(8) for name in "ab"]
    done: dict[Any, int] = {}

    def note(task: Any, outcome: Outcome) -> list[Any]:
        assert outcome.error is None
        done[task] = outcome.value
        return []

    run(
        tasks,
        pool_work.made,
        note,
        workers=2,
        limits=Limits(),
        group=lambda task: task[1][0],
    )
    assert set(done) == set(tasks)
    for seat in set(done.values()):
        names = [task[1][0] for task, at in done.items() if at == seat]
        assert sum(a != b for a, b in pairwise(names)) <= 1, names
