from __future__ import annotations

import pickle

import numpy as np
import pytest

from kinemesh.errors import ClipError
from kinemesh.motion import Trajectory

NAMES = ("hip", "knee")


def swinging(frames: int = 5) -> np.ndarray:
    q = np.zeros((frames, 9))
    q[:, 3:7] = [0.1, 0.2, 0.3, np.sqrt(0.86)]
    q[:, 7] = np.arange(frames) * 0.1
    return q


def test_a_trajectory_splits_into_base_and_joints() -> None:
    q = swinging()
    trajectory = Trajectory(q, 50.0, NAMES, "g1")
    assert len(trajectory) == 5
    np.testing.assert_array_equal(np.hstack([trajectory.base, trajectory.joints]), q)


def test_joint_velocities_are_differences_times_the_frame_rate() -> None:
    velocity = Trajectory(swinging(), 50.0, NAMES, "g1").velocity()
    np.testing.assert_allclose(velocity, np.tile([5.0, 0.0], (4, 1)))


def test_qpos_puts_the_scalar_of_the_quaternion_first() -> None:
    qpos = Trajectory(swinging(), 50.0, NAMES, "g1").qpos()
    np.testing.assert_allclose(qpos[0, 3:7], [np.sqrt(0.86), 0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    ("q", "fps", "words"),
    [
        (np.zeros((5, 8)), 50.0, r"needs \(T, 9\)"),
        (np.full((5, 9), np.nan), 50.0, "NaN"),
        (np.zeros((5, 9)), 0.0, "frame rate"),
    ],
)
def test_a_trajectory_that_does_not_fit_is_refused(q: np.ndarray, fps: float, words: str) -> None:
    with pytest.raises(ClipError, match=words):
        Trajectory(q, fps, NAMES, "g1")


def test_a_trajectory_is_read_only_and_survives_pickling() -> None:
    q = swinging()
    trajectory = Trajectory(q, 50.0, NAMES, "g1")
    q[0] = 9.0
    assert trajectory.q[0, 0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        trajectory.q[0, 0] = 1.0
    again = pickle.loads(pickle.dumps(trajectory))
    np.testing.assert_array_equal(again.q, trajectory.q)
    assert again.joint_names == NAMES
    assert not again.q.flags.writeable
