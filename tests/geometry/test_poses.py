from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kinemesh.geometry import poses

numbers = st.floats(-2.0, 2.0, allow_subnormal=False)
points = arrays(np.float64, (5, 3), elements=numbers)


@st.composite
def a_pose(draw: st.DrawFn) -> np.ndarray:
    pose = draw(arrays(np.float64, 7, elements=numbers))
    if np.linalg.norm(pose[3:]) < 0.1:
        pose[3:] = poses.IDENTITY[3:]
    return poses.normalised(pose)


@given(a_pose(), points)
def test_a_pose_after_its_inverse_moves_nothing(pose: np.ndarray, x: np.ndarray) -> None:
    there = poses.apply(pose, x)
    np.testing.assert_allclose(poses.apply(poses.inverse(pose), there), x, atol=1e-12)
    np.testing.assert_allclose(
        poses.matrix(poses.compose(pose, poses.inverse(pose))), np.eye(3), atol=1e-12
    )


@given(a_pose(), points)
def test_the_identity_is_neutral_on_both_sides(pose: np.ndarray, x: np.ndarray) -> None:
    for same in (poses.compose(pose, poses.IDENTITY), poses.compose(poses.IDENTITY, pose)):
        np.testing.assert_allclose(poses.apply(same, x), poses.apply(pose, x), atol=1e-12)


@given(a_pose(), a_pose(), a_pose(), points)
def test_composition_is_associative_and_means_one_after_the_other(
    a: np.ndarray, b: np.ndarray, c: np.ndarray, x: np.ndarray
) -> None:
    one = poses.compose(poses.compose(a, b), c)
    other = poses.compose(a, poses.compose(b, c))
    expected = poses.apply(a, poses.apply(b, poses.apply(c, x)))
    np.testing.assert_allclose(poses.apply(one, x), expected, atol=1e-11)
    np.testing.assert_allclose(poses.apply(other, x), expected, atol=1e-11)


@given(a_pose(), points)
def test_a_pose_keeps_distances_and_handedness(pose: np.ndarray, x: np.ndarray) -> None:
    moved = poses.apply(pose, x)
    np.testing.assert_allclose(
        np.linalg.norm(moved[1:] - moved[0], axis=1),
        np.linalg.norm(x[1:] - x[0], axis=1),
        atol=1e-12,
    )
    assert np.linalg.det(poses.matrix(pose)) == pytest.approx(1.0)


@given(arrays(np.float64, (4, 7), elements=numbers))
def test_the_orders_xyzw_and_wxyz_convert_back_and_forth(values: np.ndarray) -> None:
    np.testing.assert_array_equal(poses.from_wxyz(poses.to_wxyz(values)), values)


def test_wxyz_puts_the_scalar_first() -> None:
    assert poses.to_wxyz(poses.IDENTITY).tolist() == [0, 0, 0, 1, 0, 0, 0]


@given(st.lists(a_pose(), min_size=2, max_size=6))
def test_normalising_puts_neighbours_on_one_hemisphere(rows: list[np.ndarray]) -> None:
    raw = np.array(rows) * np.array([1, 1, 1, 3, 3, 3, 3.0])
    raw[1::2, 3:] *= -1.0
    before = raw.copy()
    unit = poses.normalised(raw)
    np.testing.assert_array_equal(raw, before)
    np.testing.assert_allclose(np.linalg.norm(unit[:, 3:], axis=1), 1.0)
    assert np.all(np.sum(unit[1:, 3:] * unit[:-1, 3:], axis=1) >= 0.0)
    np.testing.assert_allclose(poses.matrix(unit), poses.matrix(raw), atol=1e-12)


def test_a_zero_quaternion_is_refused() -> None:
    with pytest.raises(ValueError, match="zero"):
        poses.normalised(np.zeros(7))


@given(st.lists(a_pose(), min_size=2, max_size=6))
def test_resampling_at_the_same_times_changes_nothing(rows: list[np.ndarray]) -> None:
    track = poses.normalised(np.array(rows))
    times = np.arange(len(track)) / 30.0
    again = poses.resample(track, times, times)
    np.testing.assert_allclose(again[:, :3], track[:, :3], atol=1e-12)
    np.testing.assert_allclose(poses.matrix(again), poses.matrix(track), atol=1e-7)


def test_resampling_a_steady_turn_halfway_gives_half_the_angle() -> None:
    track = np.array([[0, 0, 0, 0, 0, 0, 1], [1, 0, 0, 0, 0, np.sin(0.5), np.cos(0.5)]])
    half = poses.resample(track, np.array([0.0, 1.0]), np.array([0.5]))
    np.testing.assert_allclose(half[0], [0.5, 0, 0, 0, 0, np.sin(0.25), np.cos(0.25)], atol=1e-12)


def test_matrices_and_poses_convert_back_and_forth() -> None:
    track = poses.normalised(np.random.default_rng(0).normal(size=(3, 4, 7)))
    back = poses.from_matrix(poses.matrix(track), track[..., :3])
    np.testing.assert_allclose(poses.matrix(back), poses.matrix(track), atol=1e-12)
    np.testing.assert_array_equal(back[..., :3], track[..., :3])
