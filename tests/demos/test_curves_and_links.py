"""The tools the demonstrations are made of."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh.demos.body import two_links
from kinemesh.demos.curves import DT, below, ease, grid, hold, quintic, smooth
from kinemesh.demos.gait import Place, Step, foot_track


def test_ease_starts_and_ends_at_rest() -> None:
    times = grid(1.0)
    curve = ease(times, 0.2, 0.7)
    assert curve[0] == 0.0 and curve[-1] == 1.0
    assert np.all(np.diff(curve) >= 0.0)
    assert np.abs(np.diff(curve, 3)).max() / DT**3 < 60.0 / 0.5**3 * 1.01


def test_hold_comes_back_to_zero() -> None:
    curve = hold(grid(2.0), (0.2, 0.5), (1.0, 1.5))
    assert curve[0] == curve[-1] == 0.0 and curve.max() == 1.0


def test_quintic_meets_its_knots() -> None:
    knots = [(0.0, 1.0, 0.0), (0.4, 2.0, 3.0), (1.0, -1.0, 0.0)]
    assert quintic(np.array([0.0, 0.4, 1.0]), knots) == pytest.approx([1.0, 2.0, -1.0])


def test_smooth_keeps_a_constant_and_below_never_exceeds() -> None:
    times = grid(2.0)
    assert smooth(np.full((50, 2), 3.0), 0.05) == pytest.approx(3.0)
    ceiling = np.where(times < 1.0, 1.0, 0.4) + 0.05 * np.sin(40.0 * times)
    assert np.all(below(ceiling, 0.1) <= ceiling + 1e-12)


def test_two_links_keep_their_lengths_and_bend_as_told() -> None:
    start, end = np.zeros((1, 3)), np.array([[0.1, 0.2, -0.6]])
    middle = two_links(start, end, 0.4, 0.35, np.array([[1.0, 0.0, 0.0]]))
    assert np.linalg.norm(middle) == pytest.approx(0.4)
    assert np.linalg.norm(middle - end) == pytest.approx(0.35)
    assert middle[0, 0] > 0.05


def test_two_links_say_when_they_are_too_short() -> None:
    with pytest.raises(ValueError, match=r"0\.400 and 0\.350 m cannot span 0\.800 m"):
        two_links(np.zeros((1, 3)), np.array([[0.8, 0.0, 0.0]]), 0.4, 0.35, np.eye(3)[2:])


def test_a_foot_moves_without_jumps_through_push_off_swing_and_landing() -> None:
    times = np.arange(0.0, 2.0, 1e-3)
    step = Step(Place(0.6, 0.1, 0.1, 0.3), off=0.8, strike=1.3, lift=0.03)
    track = foot_track(times, Place(0.0, 0.1), [step])
    velocity = np.diff(track.ankle, axis=0) / 1e-3
    assert np.abs(np.diff(velocity, axis=0)).max() / 1e-3 < 60.0
    assert track.ankle[-1] == pytest.approx((0.6, 0.1, 0.1 + track.ankle[0, 2]))
