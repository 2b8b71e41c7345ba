from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh import Retargeter, objectives
from kinemesh.motion import Clip
from kinemesh.objectives import Orientation
from kinemesh.problem import Frame, OrientationTarget
from kinemesh.robot import OrientedLink, RobotModel
from kinemesh.testing import evaluate_term

PARTS = ["torso", "left_foot", "right_foot", "left_hand", "right_hand"]


def orientation_targets(robot: RobotModel, turn: Rotation) -> tuple[OrientationTarget, ...]:
    """All parts as they are at rest, turned in the world."""
    rest = robot.configuration(robot.rest)
    return tuple(
        OrientationTarget(part, turn.as_matrix() @ rest.rotations[part.joint] @ part.axes)
        for part in robot.parts
    )


def pitch(axes: np.ndarray) -> np.ndarray:
    """Lean ``(T,)`` [rad] of parts ``(T, 3, 3)``: how far up leans ahead, in their own heading."""
    ahead = np.cross(axes[:, :, 1], [0.0, 0.0, 1.0])
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    return np.arctan2(np.sum(axes[:, :, 2] * ahead, axis=1), axes[:, 2, 2])


def axes_of(robot: RobotModel, part: OrientedLink, q: np.ndarray) -> np.ndarray:
    return np.stack([robot.configuration(k).rotations[part.joint] @ part.axes for k in q])


@pytest.mark.parametrize("name", ["g1", "g1_base"])
def test_the_parts_of_a_robot_at_rest_face_ahead_and_its_palms_face_each_other(name: str) -> None:
    robot = RobotModel.load(name)
    assert [part.name for part in robot.parts] == PARTS
    rest = robot.configuration(robot.rest)
    for part in robot.parts:
        axes = rest.rotations[part.joint] @ part.axes
        np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(axes) == pytest.approx(1.0)
        out = {"left_hand": [0.0, 1.0, 0.0], "right_hand": [0.0, -1.0, 0.0]}
        assert axes[:, 2] @ out.get(part.name, [0.0, 0.0, 1.0]) > 0.95
    torso = robot.pin_model.names[robot.parts[0].joint]
    assert torso == "waist_pitch_joint"


def test_the_cost_is_the_squared_angle_and_none_where_the_parts_face_as_asked(
    robot: RobotModel, frame: Frame
) -> None:
    rest = robot.configuration(robot.rest)
    there = replace(frame, orientation_targets=orientation_targets(robot, Rotation.identity()))
    assert evaluate_term(Orientation(), rest, there).cost == pytest.approx(0.0, abs=1e-20)
    away = replace(
        frame,
        orientation_targets=orientation_targets(robot, Rotation.from_rotvec([0.0, 0.02, 0.0])),
    )
    term = Orientation(2.0, torso=3.0, feet=0.5, hands=0.0)
    cost = evaluate_term(term, rest, away).cost
    assert cost == pytest.approx(2.0 * (3.0 + 2 * 0.5) * 0.02**2, rel=1e-3)


def test_nothing_is_asked_of_a_clip_without_rotations(
    robot: RobotModel, frame: Frame, carrying: Clip
) -> None:
    plan = Retargeter(robot).plan(replace(carrying, rotations=None).crop(0, 10))
    assert plan.facings == ()
    assert plan.frame(3).orientation_targets == ()
    start = robot.configuration(robot.rest)
    assert evaluate_term(Orientation(), start, plan.frame(3)) is None


@pytest.mark.slow
def test_the_torso_leans_as_the_person_does(carrying: Clip) -> None:
    clip = carrying.crop(20, 60)
    others = [o for o in objectives.defaults() if not isinstance(o, Orientation)]
    off = {}
    for weight in (0.0, 1.0):
        term = Orientation(weight, feet=0.0, hands=0.0)
        retargeter = Retargeter(objectives=[*others, term], refine=None)
        robot, plan = retargeter.robot, retargeter.plan(clip)
        asked = pitch(plan.facings[0].rotations)
        assert np.ptp(asked) > 0.3  # the person bends down
        got = pitch(axes_of(robot, robot.parts[0], retargeter.retarget(clip).trajectory.q))
        off[weight] = np.abs(got - asked).mean()
        assert np.corrcoef(got, asked)[0, 1] > 0.95
    assert off[1.0] < off[0.0]
    assert off[1.0] < np.deg2rad(8.0)
