"""While the compiled kernel works, other threads run."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from kinemesh import kernel as room
from kinemesh.kernel import LeastSquares, PointMixture, Within, available, native
from kinemesh.robot import RobotModel

pytestmark = pytest.mark.skipif(not available(), reason="built without the compiled kernel")

# Fewer than 500 rows: numpy lets others while it copies more numbers than that.
POINTS, ENTRIES, VERTICES, TRIES = 150, 30, 1000, 50


@pytest.fixture
def uninterrupted() -> Iterator[None]:
    """Python threads change at no time but when one lets another."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1000.0)
    yield
    sys.setswitchinterval(before)


@pytest.fixture(scope="module")
def calls(robot: RobotModel) -> dict[str, Callable[[], object]]:
    """Long calls: many rows, many vertices."""
    rng = np.random.default_rng(0)
    joints = rng.integers(1, robot.pin_model.njoints, POINTS)
    points, offset = rng.normal(size=(2, POINTS, 3))
    mixture = PointMixture(joints, points, np.triu(rng.normal(size=(POINTS, POINTS))), offset)
    kernel = native.NativeKernel(robot)
    program = [
        kernel.compiled(table) for table in (LeastSquares(mixture), Within(mixture, 0.0, 1.0))
    ] * ENTRIES
    at = kernel.evaluate(program, robot.rest)
    vertices = rng.normal(size=(VERTICES, 3))
    adjacent = room.adjacency(vertices)
    given = adjacent, room.deltas(adjacent, vertices), vertices[POINTS:], np.ones(VERTICES)
    return {
        "evaluate": lambda: kernel.evaluate(program, robot.rest),
        "rows": lambda: at.rows(0),
        "normal": at.normal,
        "stacked": at.stacked,
        "adjacency": lambda: native._native.adjacency(vertices),
        "target": lambda: native._native.target(*given),
    }


def seen_meanwhile(call: Callable[[], object]) -> bool:
    """Whether another thread of Python gets on while a call lasts, in one of some tries."""
    count, over = [0], threading.Event()

    def counting() -> None:
        while not over.is_set():
            count[0] += 1
            time.sleep(0)  # lets others

    call()  # the first one may import what it needs, and wait for that
    other = threading.Thread(target=counting)
    other.start()
    try:
        while not count[0]:
            time.sleep(0)
        for _ in range(TRIES):
            before = count[0]
            call()
            if count[0] > before:
                return True
        return False
    finally:
        over.set()
        other.join()


@pytest.mark.parametrize("name", ["evaluate", "rows", "normal", "stacked", "adjacency", "target"])
def test_another_thread_gets_on_during_a_long_call(
    name: str, calls: dict[str, Callable[[], object]], uninterrupted: None
) -> None:
    assert seen_meanwhile(calls[name])


def test_what_holds_python_is_seen_to_hold_it(uninterrupted: None) -> None:
    vertices = np.zeros((200, 3)).tolist()
    assert not seen_meanwhile(lambda: sorted(vertices * 50))
