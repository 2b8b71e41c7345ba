"""Limbs of two bones that reach for their ends."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh.problem.person.limbs import bent, directions

UPPER, LOWER = 0.34, 0.29


def limb(seed: int, count: int = 200) -> tuple[np.ndarray, ...]:
    """Roots, middles and ends of limbs of these lengths, and which way they bend."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(count, 3))
    aims = [Rotation.random(count, random_state=seed + k).apply([0.0, 0.0, -1.0]) for k in (0, 1)]
    middle = root + UPPER * aims[0]
    end = middle + LOWER * aims[1]
    usual = np.cross(end - root, rng.normal(size=(count, 3)))
    return root, middle, end, usual / np.linalg.norm(usual, axis=1, keepdims=True)


@pytest.mark.parametrize("seed", range(3))
def test_lengths_are_kept_and_what_is_in_reach_is_reached(seed: int) -> None:
    root, middle, _, usual = limb(seed)
    rng = np.random.default_rng(seed)
    far = rng.uniform(abs(UPPER - LOWER) + 0.01, UPPER + LOWER - 0.01, (len(root), 1))
    aim = root + far * Rotation.random(len(root), random_state=seed + 7).apply([1.0, 0.0, 0.0])
    knee, foot = bent(root, middle, aim, (UPPER, LOWER), usual)
    np.testing.assert_allclose(foot, aim, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(knee - root, axis=1), UPPER, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(foot - knee, axis=1), LOWER, atol=1e-12)


def test_what_is_out_of_reach_is_reached_for() -> None:
    root, middle, _, usual = limb(1)
    aim = root + 5.0 * np.array([0.6, 0.0, 0.8])
    knee, foot = bent(root, middle, aim, (UPPER, LOWER), usual)
    np.testing.assert_allclose(
        foot - root, (UPPER + LOWER) * np.array([[0.6, 0.0, 0.8]]) + 0 * root
    )
    np.testing.assert_allclose(
        knee - root, UPPER * np.array([[0.6, 0.0, 0.8]]) + 0 * root, atol=1e-7
    )


def test_a_limb_that_is_where_it_should_be_hardly_turns_about_its_line() -> None:
    root, middle, end, usual = limb(2)
    # Little bent limbs bend, on purpose, a little more the usual way.
    clear = np.linalg.norm(end - root, axis=1) < 0.9 * (UPPER + LOWER)
    knee, foot = bent(root, middle, end, (UPPER, LOWER), usual)
    np.testing.assert_allclose(foot, end, atol=1e-9)
    assert np.linalg.norm(knee - middle, axis=1)[clear].max() < 0.02


def test_a_straight_limb_bends_the_usual_way() -> None:
    root = np.zeros((1, 3))
    middle, usual = np.array([[0.0, 0.0, -UPPER]]), np.array([[1.0, 0.0, 0.0]])
    knee, _ = bent(root, middle, np.array([[0.0, 0.0, -0.5]]), (UPPER, LOWER), usual)
    assert knee[0, 0] > 0.1
    assert knee[0, 1] == pytest.approx(0.0, abs=1e-12)


def test_a_turned_and_moved_limb_is_bent_the_same_way() -> None:
    root, middle, end, usual = limb(3)
    turn, step = Rotation.from_rotvec([0.3, -1.1, 0.5]), np.array([1.0, -2.0, 0.3])
    aim = end + 0.05
    here = bent(root, middle, aim, (UPPER, LOWER), usual)
    moved = (turn.apply(points) + step for points in (root, middle, aim))
    there = bent(*moved, (UPPER, LOWER), turn.apply(usual))
    for a, b in zip(here, there, strict=True):
        np.testing.assert_allclose(turn.apply(a) + step, b, atol=1e-9)


def test_what_has_no_length_points_as_it_is_told() -> None:
    other = np.array([[0.0, 1.0, 0.0]])
    np.testing.assert_array_equal(directions(np.zeros((1, 3)), other), other)
    np.testing.assert_allclose(directions(np.array([[0.0, 0.0, 2.0]]), other), [[0.0, 0.0, 1.0]])
