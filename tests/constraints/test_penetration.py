from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh.constraints import NonPenetration
from kinemesh.problem import Frame, Neighbours
from kinemesh.robot import RobotModel
from kinemesh.testing import evaluate_term


def test_a_robot_at_rest_touches_the_ground_and_is_not_inside_it(
    robot: RobotModel, frame: Frame
) -> None:
    alone = replace(frame, obstacles=())
    rows = evaluate_term(NonPenetration(), robot.configuration(robot.rest), alone)
    assert rows is not None
    assert abs(rows.value.min()) < 1e-3
    assert rows.violation() < 1e-3
    sunk = evaluate_term(
        NonPenetration(), robot.configuration(robot.rest), replace(alone, ground=0.02)
    )
    assert sunk is not None
    assert sunk.violation() == pytest.approx(0.02 - rows.value.min(), abs=1e-9)


def test_a_margin_asks_for_distance(robot: RobotModel, frame: Frame) -> None:
    rows = evaluate_term(
        NonPenetration(margin=0.01), robot.configuration(robot.rest), replace(frame, obstacles=())
    )
    assert rows is not None
    np.testing.assert_array_equal(rows.lower, 0.01)
    np.testing.assert_array_equal(rows.upper, np.inf)
    assert rows.violation() == pytest.approx(0.01 - rows.value.min())


def test_what_is_far_away_makes_no_rows(robot: RobotModel, frame: Frame) -> None:
    far = replace(frame, obstacles=(), ground=-1.0)
    assert evaluate_term(NonPenetration(), robot.configuration(robot.rest), far) is None
    none = replace(frame, obstacles=(), ground=None)
    assert evaluate_term(NonPenetration(), robot.configuration(robot.rest), none) is None


def test_a_wider_reach_sees_more(robot: RobotModel, frame: Frame, neighbours: Neighbours) -> None:
    posed = robot.configuration(neighbours.previous)
    near, wide = (evaluate_term(NonPenetration(within=w), posed, frame) for w in (0.05, 0.3))
    assert near is not None
    assert wide is not None
    assert len(wide.value) > len(near.value)
    assert near.value.max() < 0.05
    assert set(np.round(near.value, 9)) <= set(np.round(wide.value, 9))


def test_the_sample_frames_box_is_near(
    robot: RobotModel, frame: Frame, neighbours: Neighbours
) -> None:
    posed = robot.configuration(neighbours.previous)
    rows = evaluate_term(NonPenetration(), posed, replace(frame, ground=None))
    assert rows is not None
    assert 0.02 < rows.value.min() < 0.03
