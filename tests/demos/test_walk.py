"""Walking: the figures of normal gait."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from kinemesh.arrays import Array
from kinemesh.demos.walk import rhythm
from kinemesh.motion import Clip

Flexion = Callable[[Clip, str, str, str], Array]
STEADY = slice(75, 125)
"""Frames of steady walking."""


@pytest.fixture
def walk(clips: dict[str, Clip]) -> Clip:
    return clips["walk"]


def test_steps_are_longer_and_quicker_at_higher_speed() -> None:
    slow, fast = rhythm(0.8), rhythm(1.4)
    assert slow[0] < fast[0] and slow[1] > fast[1]
    assert fast[0] / fast[1] == pytest.approx(1.4)


def test_the_rhythm_at_free_speed_is_that_of_measured_men() -> None:
    # Murray, Drought and Kory 1964: 1.51 m/s with 0.78 m steps, 117 of them a minute.
    length, time, swing = rhythm(1.51)
    assert length == pytest.approx(0.78, rel=0.05)
    assert 60.0 / time == pytest.approx(117.0, rel=0.05)
    assert swing / (2.0 * time) == pytest.approx(0.40, abs=0.03)


def test_the_pelvis_moves_at_walking_speed_and_straight_ahead(walk: Clip) -> None:
    pelvis = walk.landmark("pelvis")
    speed = np.diff(pelvis[STEADY, 0]) * walk.fps
    assert speed.mean() == pytest.approx(1.05, rel=0.06)
    assert np.ptp(speed) < 0.45
    assert np.abs(pelvis[[0, -1], 1]).max() < 1e-6


def test_the_pelvis_rises_and_sways_by_a_few_centimetres(walk: Clip) -> None:
    pelvis = walk.landmark("pelvis")[STEADY]
    assert 0.02 < np.ptp(pelvis[:, 2]) < 0.06
    assert 0.02 < np.ptp(pelvis[:, 1]) < 0.06


def test_the_knee_flexes_by_about_60_degrees_in_swing(walk: Clip, flexion: Flexion) -> None:
    for side in ("left", "right"):
        knee = flexion(walk, f"{side}_hip", f"{side}_knee", f"{side}_ankle")[STEADY]
        assert 55.0 < knee.max() < 70.0


def test_arms_swing_against_the_legs(walk: Clip) -> None:
    def ahead(part: str) -> Array:
        return (walk.joint(f"left_{part}") - walk.joint(f"right_{part}"))[STEADY, 0]

    assert np.corrcoef(ahead("hand"), ahead("ankle"))[0, 1] < -0.9
    assert np.ptp(ahead("hand")) > 0.3
