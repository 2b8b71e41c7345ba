"""The answers to the demo clips are those that were looked at when they were stored.

After a change that is meant to change them: ``python tests/golden/regenerate.py``.
"""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh.demos import DEMOS
from kinemesh.robot import RobotModel
from trajectories import answer, apart, path_of

MILLIMETRES, DEGREES = 2.0, 0.5
HINT = "if this is meant, look at the motion and run: python tests/golden/regenerate.py"


@pytest.mark.parametrize("name", sorted(DEMOS))
def test_the_answer_to_a_demo_clip_is_the_one_that_was_stored(name: str, robot: RobotModel) -> None:
    with np.load(path_of(name), allow_pickle=False) as file:
        golden = np.array(file["q"], dtype=np.float64)
    q = answer(name)
    assert q.shape == golden.shape, HINT
    millimetres, degrees = apart(robot, golden, q)
    assert millimetres <= MILLIMETRES, f"{name} moved by {millimetres:.1f} mm: {HINT}"
    assert degrees <= DEGREES, f"{name} turned by {degrees:.2f} deg: {HINT}"


def test_the_stored_files_are_small_and_one_a_clip() -> None:
    stored = sorted(path_of("walk").parent.glob("*.npz"))
    assert [p.stem for p in stored] == sorted(DEMOS)
    assert all(p.stat().st_size < 20_000 for p in stored)
