"""Scenes from one file or several, from reading to the robot's answer."""

from __future__ import annotations

import numpy as np
import pytest

import kinemesh
from kinemesh import Clip, RobotModel, metrics
from kinemesh.motion import LANDMARKS
from recordings import recording


def table() -> Clip:
    file = recording("humoto/lifting_side_table_and_putting_down-362.glb")
    return kinemesh.read(file).crop(60, 84)


def shelf() -> Clip:
    return kinemesh.read(recording("humoto/lift_shelf_lie_to_stand-867.glb")).crop(0, 24)


MADE = {"table": table, "shelf": shelf}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["table", "shelf", "stairs"])
def test_a_recorded_scene_is_followed_upright_without_a_lost_frame(
    robot: RobotModel, name: str, request: pytest.FixtureRequest
) -> None:
    clip = request.getfixturevalue("stairs").crop(20, 80) if name == "stairs" else MADE[name]()
    result = kinemesh.retarget(clip, robot)
    assert len(result) == len(clip)
    assert np.all(np.isfinite(result.trajectory.q))
    score = metrics.evaluate(
        result.trajectory, robot, scene=result.scene, clip=clip, scale=result.scale
    )
    deepest = {m.name: m.value for m in score if m.name.startswith("penetration.")}
    for what in ("ground", "prop", "terrain"):
        assert (deepest.get(f"penetration.{what}.max") or 0.0) < 3.0  # [mm]
    for frame in range(0, len(clip), 10):
        places = robot.configuration(result.trajectory.q[frame]).landmarks()
        place = dict(zip(LANDMARKS, places, strict=True))
        shoulders = (place["left_shoulder"] + place["right_shoulder"]) / 2.0
        ankles = (place["left_ankle"] + place["right_ankle"]) / 2.0
        assert shoulders[2] - ankles[2] > 0.5  # upright
        across = place["left_shoulder"] - place["right_shoulder"]
        wanted = clip.landmark("left_shoulder")[frame] - clip.landmark("right_shoulder")[frame]
        assert across[:2] @ wanted[:2] > 0.0  # not mirrored
    if name == "stairs":
        rise = result.trajectory.q[-1, 2] - result.trajectory.q[0, 2]
        assert rise == pytest.approx(result.scale * np.ptp(clip.landmark("pelvis")[:, 2]), abs=0.1)
