from __future__ import annotations

import numpy as np
import pytest

from kinemesh.motion import LANDMARKS
from kinemesh.robot import RobotModel

HANDS = {"g1": 1.0, "g1_base": 1.0, "g1_23dof": 2 / 3, "h1": 1 / 3, "t1": 1 / 3}
"""Directions that are left to turn a hand once its place is taken, of three: 7, 5, 4 joints."""


@pytest.mark.slow
@pytest.mark.parametrize("name", HANDS)
def test_a_hand_is_asked_to_turn_as_far_as_its_arm_has_joints_for_it(name: str) -> None:
    robot = RobotModel.load(name)
    for side in ("left", "right"):
        assert robot.reach.parts[f"{side}_hand"] == pytest.approx(HANDS[name])
    assert robot.reach.parts["torso"] == 1.0


@pytest.mark.parametrize("name", HANDS)
def test_a_foot_is_asked_to_turn_fully_where_the_ankle_rolls(name: str) -> None:
    robot = RobotModel.load(name)
    expected = 2 / 3 if name == "h1" else 1.0
    assert robot.reach.parts["left_foot"] == pytest.approx(expected)
    assert robot.reach.parts["right_foot"] == pytest.approx(expected)


@pytest.mark.parametrize("name", HANDS)
def test_every_landmark_of_a_whole_robot_counts_fully(name: str) -> None:
    reach = RobotModel.load(name).reach
    np.testing.assert_array_equal(reach.landmarks, np.ones(len(LANDMARKS)))
