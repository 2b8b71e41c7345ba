"""How high a person in the robot's proportions is who kneels, sits or lies."""

from __future__ import annotations

import numpy as np
import pytest

import kinemesh
from kinemesh import demos
from kinemesh.arrays import Array
from kinemesh.detection.detected import Detected
from kinemesh.motion import LANDMARKS, Clip
from kinemesh.problem import Plan
from kinemesh.problem.person.bearers import bearers
from kinemesh.robot import RobotModel
from recordings import recording


def found(clip: Clip, robot: RobotModel, plan: Plan) -> dict[str, list[Array]]:
    """Heights at which landmarks are to be, by name, for every bearer."""
    detected = Detected.in_clip(clip)
    every = bearers(robot, clip, plan.scene, detected.touches, plan.scale, plan.landmarks)
    heights: dict[str, list[Array]] = {}
    for one in every:
        known = np.isfinite(one.over)
        heights.setdefault(LANDMARKS[one.mark], []).append(np.where(known, one.height, np.nan))
    return heights


def test_a_kneeling_knee_is_as_high_as_the_robots_is_thick(robot: RobotModel) -> None:
    clip = demos.kneel()
    plan = Plan(clip, robot)
    (height,) = found(clip, robot, plan)["right_knee"]
    touch = next(t for t in plan.touches if t.part == "right_knee")
    frames = np.flatnonzero(touch.touching)[8:-8]
    # A shank that lies on its front: G1's knee is 6 to 7 cm over the lowest place of its shell.
    assert np.all((height[frames] > 0.05) & (height[frames] < 0.08))
    source = plan.landmarks[frames, LANDMARKS.index("right_knee"), 2]
    assert abs(float(np.median(source - height[frames]))) < 0.03


def test_who_walks_has_no_bearers_but_feet(robot: RobotModel, demos: dict[str, Clip]) -> None:
    plan = Plan(demos["walk"], robot)
    assert not found(demos["walk"], robot, plan)


@pytest.mark.slow
def test_who_lies_is_borne_by_hips_and_shoulders_at_the_thickness_of_the_trunk(
    robot: RobotModel,
) -> None:
    clip = kinemesh.read(recording("amass/140_02_stageii.npz")).resampled(30)
    plan = Plan(clip, robot)
    heights = found(clip, robot, plan)
    hips = [name for name in heights if name.endswith("_hip")]
    assert hips and any(name.endswith("_shoulder") for name in heights)
    for name in hips:
        for height in heights[name]:
            assert 0.02 < np.nanmedian(height[:30]) < 0.2
    lowest = plan.landmarks[:30, LANDMARKS.index("pelvis"), 2]
    assert 0.02 < lowest.mean() < 0.2
