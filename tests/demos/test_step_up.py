"""Climbing: feet on the platform, clear of its edges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from kinemesh.demos.curves import SUBSTEPS
from kinemesh.demos.gait import FootTrack
from kinemesh.demos.step_up import EDGE, PLATFORM
from kinemesh.motion import Clip

Plan = Callable[[str], list[FootTrack]]
SIDES = ("left", "right")
HEIGHT = PLATFORM[2]


@pytest.fixture
def climb(clips: dict[str, Clip]) -> Clip:
    return clips["step_up"]


def test_the_platform_is_a_block_on_the_ground(climb: Clip) -> None:
    assert climb.scene.terrain is not None
    low, high = climb.scene.terrain.shape.bounds
    assert (high - low) == pytest.approx(PLATFORM)
    assert low == pytest.approx((EDGE, -PLATFORM[1] / 2.0, 0.0))


def test_both_feet_stand_on_the_platform_for_a_while(climb: Clip) -> None:
    on_top = [climb.joint(f"{side}_heel")[:, 2] > HEIGHT - 1e-9 for side in SIDES]
    still = np.abs(np.diff(climb.joint("pelvis"), axis=0)).max(axis=1) < 0.005
    assert np.sum(on_top[0][1:] & on_top[1][1:] & still) > 0.4 * climb.fps


def test_planted_feet_are_clear_of_the_edges(climb: Clip, feet: Plan) -> None:
    for side, track in zip(SIDES, feet("step_up"), strict=True):
        down = ~track.swing[::SUBSTEPS]
        for part in ("heel", "tiptoe"):
            x = climb.joint(f"{side}_{part}")[down, 0]
            for edge in (EDGE, EDGE + PLATFORM[0]):
                assert np.abs(x - edge).min() > 0.03, (side, part)


def test_swinging_feet_pass_the_edges_with_3_cm_to_spare(climb: Clip) -> None:
    corners = np.array([[EDGE, HEIGHT], [EDGE + PLATFORM[0], HEIGHT]])
    for side in SIDES:
        for part in ("heel", "toe", "tiptoe"):
            frames = np.linspace(0.0, len(climb) - 1.0, 8 * len(climb))
            whole = np.arange(len(climb))
            path = np.stack(
                [np.interp(frames, whole, climb.joint(f"{side}_{part}")[:, k]) for k in (0, 2)], 1
            )
            gap = np.linalg.norm(path[:, None] - corners[None], axis=2).min()
            assert gap > 0.03, (side, part)


def test_the_person_ends_on_the_ground_behind_the_platform(climb: Clip) -> None:
    for side in SIDES:
        assert climb.joint(f"{side}_heel")[-1, 2] == pytest.approx(0.0, abs=1e-9)
        assert climb.joint(f"{side}_heel")[-1, 0] > EDGE + PLATFORM[0]


def test_the_hips_rise_by_the_height_of_the_platform(climb: Clip) -> None:
    z = climb.landmark("pelvis")[:, 2]
    assert z.max() - z[0] == pytest.approx(HEIGHT, abs=0.01)
