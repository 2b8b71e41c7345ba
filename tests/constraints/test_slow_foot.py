"""Feet that the person hardly moves are not swept away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh import recordings as io
from kinemesh.constraints import SlowFoot
from kinemesh.metrics import official
from kinemesh.motion import LANDMARKS
from kinemesh.problem import Frame, Neighbours, Plan, SlowToe
from kinemesh.robot import RobotModel
from kinemesh.solve.retargeter import Retargeter
from kinemesh.testing import evaluate_term
from recordings import recording

TOE = LANDMARKS.index("left_toe")


def swept(robot: RobotModel, frame: Frame, speed: float, degrees: float) -> float:
    """By how much the rows are broken [m] when the base moves over the ground so fast [m/s]."""
    way = np.radians(degrees)
    step = np.zeros(robot.nv)
    step[:2] = speed * frame.dt * np.array([np.cos(way), np.sin(way)])
    moved = replace(frame, slow_toes=(SlowToe(TOE, -1),))
    posed = robot.configuration(robot.integrate(robot.rest, step))
    bounded = evaluate_term(SlowFoot(), posed, moved, Neighbours({-1: robot.rest}))
    assert bounded is not None
    over = np.maximum(bounded.value - bounded.upper, bounded.lower - bounded.value)
    return float(over.max())


def test_a_foot_may_move_as_fast_as_said_and_no_faster_in_any_direction(
    robot: RobotModel, frame: Frame
) -> None:
    limit = SlowFoot().speed
    for degrees in range(0, 360, 15):
        assert swept(robot, frame, 0.92 * limit, degrees) <= 0.0
        assert swept(robot, frame, 1.001 * limit, degrees) > 0.0


def test_without_slow_feet_there_are_no_rows(robot: RobotModel, frame: Frame) -> None:
    posed = robot.configuration(robot.rest)
    before = Neighbours({-1: robot.rest})
    assert evaluate_term(SlowFoot(), posed, replace(frame, slow_toes=()), before) is None
    assert evaluate_term(SlowFoot(), posed, frame) is None


def test_only_feet_that_the_person_moves_slowly_and_nothing_holds_are_slow(
    robot: RobotModel, demos: dict
) -> None:
    plan = Plan(demos["walk"], robot)
    toe = plan.scale * plan.clip.landmark("left_toe")
    fast = np.linalg.norm(np.diff(toe[:, :2], axis=0), axis=1) * plan.clip.fps
    assert 20 < np.count_nonzero(fast <= 0.3) < len(fast) - 20
    for k in range(1, len(plan)):
        slow = SlowToe(TOE, -1) in plan.frame(k).slow_toes
        held = any(s.sole.name == "left" and s.touchdown for s in plan.frame(k).stances)
        assert slow == (fast[k - 1] <= 0.3 and not held)


@pytest.mark.slow
def test_no_toe_slides_on_a_climb_by_the_papers_measure(robot: RobotModel) -> None:
    folder = "climb/seq_0"
    clip = io.read(
        recording(f"{folder}/mocap_climb_seq_0_joint_positions_f900-3700.npy"),
        terrain=recording(f"{folder}/multi_boxes.obj"),
        height=1.78,
    ).resample(30.0)
    clip = clip.crop(215, 245)
    result = Retargeter(robot).retarget(clip)
    score = official(result.trajectory, robot, scene=result.scene, clip=clip, scale=result.scale)
    assert score.sliding_duration == 0.0
    without = [c for c in Retargeter(robot).constraints if not isinstance(c, SlowFoot)]
    loose = Retargeter(robot, constraints=without).retarget(clip)
    score = official(loose.trajectory, robot, scene=loose.scene, clip=clip, scale=loose.scale)
    assert score.sliding_duration > 0.0
