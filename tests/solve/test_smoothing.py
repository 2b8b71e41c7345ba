"""Smooth paths over a whole clip, against dense systems and by hand."""

import numpy as np
import pytest

from kinemesh.solve.smoothing import around, jerky, smoothed


@pytest.mark.parametrize("count", [4, 5, 40])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_path_is_the_least_sum_of_distances_and_third_differences(
    rng: np.random.Generator, count: int, weighted: bool
) -> None:
    path = rng.normal(size=(count, 3))
    weights = rng.uniform(0.5, 1000.0, count) if weighted else np.ones(count)
    third = np.diff(np.eye(count), 3, axis=0)
    stiffness = (50.0 / (2.0 * np.pi * 3.0)) ** 6
    system = np.diag(weights) + stiffness * third.T @ third
    expected = np.linalg.solve(system, weights[:, None] * path)
    found = smoothed(path, 3.0, 50.0, weights if weighted else None)
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_a_parabola_stays_as_it_is(rng: np.random.Generator) -> None:
    time = np.arange(90)[:, None] / 120.0
    path = rng.normal(size=3) + rng.normal(size=3) * time + rng.normal(size=3) * time**2
    np.testing.assert_allclose(smoothed(path, 3.0, 120.0), path, atol=1e-7)


@pytest.mark.parametrize("fps", [30.0, 120.0])
def test_what_swings_at_the_cutoff_is_halved_and_what_is_slow_stays(fps: float) -> None:
    time = np.arange(round(20 * fps)) / fps
    middle = slice(round(8 * fps), round(12 * fps))

    def left(frequency: float) -> float:
        path = np.sin(2.0 * np.pi * frequency * time)[:, None]
        return float(np.ptp(smoothed(path, 3.0, fps)[middle]) / np.ptp(path[middle]))

    assert left(3.0) == pytest.approx(0.5, abs=0.06)
    assert left(1.0) > 0.99
    assert left(9.0) < 0.01


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_path_too_short_to_jerk_is_left_alone(rng: np.random.Generator, count: int) -> None:
    path = rng.normal(size=(count, 3))
    np.testing.assert_array_equal(smoothed(path, 3.0, 30.0), path)
    assert not jerky(path, 30.0, 0.0).any()


@pytest.mark.parametrize("fps", [20.0, 30.0, 120.0])
def test_frames_with_jerk_are_those_of_third_differences_over_a_thirtieth(
    rng: np.random.Generator, fps: float
) -> None:
    path = np.cumsum(rng.normal(scale=0.1 / fps, size=(80, 3)), axis=0)
    step = max(1, round(fps / 30.0))
    limit = 250.0
    expected = np.zeros(80, dtype=bool)
    for t in range(80 - 3 * step):
        a, b, c, d = path[t : t + 3 * step + 1 : step]
        if np.linalg.norm(d - 3 * c + 3 * b - a) * (fps / step) ** 3 > limit:
            expected[t : t + 3 * step + 1] = True
    np.testing.assert_array_equal(jerky(path, fps, limit), expected)
    assert 0 < expected.sum() < 80


@pytest.mark.parametrize("margin", [0, 1, 5])
def test_what_is_around_is_near_a_flag(rng: np.random.Generator, margin: int) -> None:
    flags = rng.random(60) < 0.05
    near = [flags[max(0, k - margin) : k + margin + 1].any() for k in range(60)]
    np.testing.assert_array_equal(around(flags, margin), near)
    assert not around(np.zeros(5, dtype=bool), margin).any()
