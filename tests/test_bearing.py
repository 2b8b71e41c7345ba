"""People who kneel, crawl, sit and lie: so does the robot, by its own hulls."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh import demos, read, retarget
from kinemesh.motion import GROUND, Clip
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from recordings import fault, recording

NEAR = 0.01
SHARE = 0.95


def heights(robot: RobotModel, result: Result, links: set[str]) -> np.ndarray:
    """How high ``(T,)`` [m] the lowest vertex of some links is over the ground."""
    hulls = [hull for hull in robot.hulls if hull.link in links]
    lowest = []
    for q in result.trajectory.q:
        at = robot.configuration(q)
        points = [at.positions(np.full(len(h.vertices), h.joint), h.vertices) for h in hulls]
        lowest.append(min(place[:, 2].min() for place in points))
    return np.array(lowest)


def kept(robot: RobotModel, result: Result) -> dict[str, float]:
    """Of each part that touches the ground, the share of its frames in which the robot's does."""
    found = {}
    for (part, thing), flags in result.touch.items():
        if thing == GROUND:
            pad = {f"{h.name}_hand": h for h in robot.hands}.get(part) or robot.pads[part]
            links = {robot.hulls[k].link for k in pad.hulls}
            found[part] = float(np.mean(heights(robot, result, links)[flags] < NEAR))
    return found


def nothing_below(robot: RobotModel, result: Result) -> bool:
    everything = {hull.link for hull in robot.hulls}
    return bool(heights(robot, result, everything).min() > -1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["kneel", "crawl"])
def test_what_touches_the_ground_touches_it(robot: RobotModel, name: str) -> None:
    clip: Clip = getattr(demos, name)().crop(30, 130)
    result = retarget(clip, robot)
    found = kept(robot, result)
    assert {"left_knee", "right_knee"} <= set(found)
    assert min(found.values()) >= SHARE
    assert nothing_below(robot, result)


def test_a_knee_that_bears_does_not_slide(robot: RobotModel) -> None:
    clip = read(fault("half_kneel/half_kneel.npy"), fps=30).crop(20, 90)
    result = retarget(clip, robot)
    assert kept(robot, result)["right_knee"] >= SHARE
    pad = robot.pads["right_knee"]
    frames = np.flatnonzero(result.touch["right_knee", GROUND])[10:]
    places = np.array(
        [
            robot.configuration(result.trajectory.q[k]).positions(
                np.array([pad.joint]), pad.point[None]
            )[0]
            for k in frames
        ]
    )
    assert np.ptp(places, axis=0).max() < 0.03


@pytest.mark.slow
@pytest.mark.parametrize("other", ["h1", "t1", "g1_23dof"])
def test_other_robots_kneel_too(other: str) -> None:
    robot = RobotModel.load(other)
    result = retarget(demos.kneel().crop(60, 140), robot)
    found = kept(robot, result)
    assert {"left_knee", "right_knee"} <= set(found)
    assert min(found.values()) >= SHARE
    assert nothing_below(robot, result)


@pytest.mark.slow
def test_who_gets_up_lies_and_leans_on_what_the_person_does(robot: RobotModel) -> None:
    clip = read(recording("amass/140_02_stageii.npz")).resampled(30)
    result = retarget(clip, robot)
    found = kept(robot, result)
    for part in ("left_hand", "right_hand", "left_knee", "right_knee", "seat", "back", "head"):
        assert found[part] >= SHARE
    assert nothing_below(robot, result)
