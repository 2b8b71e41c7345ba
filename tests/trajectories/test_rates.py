"""Resampling and velocities on motions whose answers are known by formula."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh.errors import WriteError
from kinemesh.trajectories import rates


def spinning(times: np.ndarray, axis: np.ndarray, rate: float) -> np.ndarray:
    turns = Rotation.from_rotvec(axis * (rate * times)[:, None])
    return (turns * Rotation.from_euler("xyz", [0.3, -0.2, 0.9])).as_quat()


def test_a_steady_spin_has_its_own_angular_velocity_in_every_frame() -> None:
    axis = np.array([2.0, -1.0, 2.0]) / 3.0
    quaternions = spinning(np.arange(20) / 50.0, axis, 4.0)[:, None]
    quaternions[7:12] *= -1.0  # the same rotations
    found = rates.turning(quaternions, 50.0)
    np.testing.assert_allclose(found, np.tile(4.0 * axis, (20, 1, 1)), atol=1e-9)


def test_a_steady_slide_has_its_own_velocity_in_every_frame() -> None:
    times = np.arange(9) / 30.0
    found = rates.velocity(np.outer(times, [1.0, -2.0, 0.5]), 30.0)
    np.testing.assert_allclose(found, np.tile([1.0, -2.0, 0.5], (9, 1)), atol=1e-12)


def test_the_first_and_last_velocity_are_one_sided_differences_over_one_step() -> None:
    values = np.array([0.0, 1.0, 4.0, 9.0])
    np.testing.assert_allclose(rates.velocity(values, 2.0), [2.0, 4.0, 8.0, 10.0])


def test_a_smooth_path_at_another_rate_is_where_it_was_at_that_instant() -> None:
    def path(t: np.ndarray) -> np.ndarray:
        return np.stack([np.sin(2.0 * t), np.cos(3.0 * t), t], axis=1)

    known = np.arange(61) / 30.0
    times = rates.instants(61, 30.0, 50.0)
    assert len(times) == 101
    np.testing.assert_allclose(np.diff(times), 0.02, atol=1e-12)
    assert np.abs(rates.places(path(known), 30.0, times) - path(times)).max() < 2e-5
    turns = np.stack([Rotation.from_rotvec(p).as_quat() for p in path(known)])
    found = Rotation.from_quat(rates.tracks(np.hstack([path(known), turns]), 30.0, times)[:, 3:])
    assert (found.inv() * Rotation.from_rotvec(path(times))).magnitude().max() < 1e-5


@pytest.mark.parametrize(("frames", "old", "new"), [(2, 30.0, 50.0), (60, 29.97, 50.0)])
def test_no_instant_lies_behind_the_last_frame(frames: int, old: float, new: float) -> None:
    times = rates.instants(frames, old, new)
    assert times[-1] <= (frames - 1) / old
    assert times[-1] > (frames - 1) / old - 1.0 / new


def test_a_path_too_short_for_the_rate_is_refused() -> None:
    with pytest.raises(WriteError, match="fewer than two frames"):
        rates.instants(3, 100.0, 5.0)


def test_flags_are_those_of_the_nearest_frame() -> None:
    flags = np.array([True, False, False, True])
    found = rates.nearest(flags, 10.0, np.array([0.0, 0.04, 0.06, 0.26, 0.3]))
    np.testing.assert_array_equal(found, [True, True, False, True, True])
