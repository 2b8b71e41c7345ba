"""Landmarks and links by name: where they are, and Jacobians held against finite differences."""

from __future__ import annotations

import numpy as np
import pinocchio as pin
import pytest
from scipy.spatial.transform import Rotation

from kinemesh.errors import RobotError
from kinemesh.motion import LANDMARKS
from kinemesh.robot import Configuration, RobotModel
from kinemesh.testing import random_configuration

_STEP = 1e-6


@pytest.fixture(scope="module", params=["g1", "t1"])
def posed(request: pytest.FixtureRequest) -> Configuration:
    return random_configuration(RobotModel.load(request.param), np.random.default_rng(3))


def moved(posed: Configuration) -> list[tuple[Configuration, Configuration]]:
    """The configurations a little after and before along each axis of the tangent space."""
    steps = _STEP * np.eye(posed.robot.nv)
    return [(posed.integrate(step), posed.integrate(-step)) for step in steps]


def links(robot: RobotModel) -> list[str]:
    body = int(pin.FrameType.BODY)
    return [frame.name for frame in robot.pin_model.frames if int(frame.type) == body]


def test_a_landmark_is_where_all_landmarks_have_it_and_moves_as_differences_say(
    posed: Configuration,
) -> None:
    pairs = moved(posed)
    for name, place in zip(LANDMARKS, posed.landmarks(), strict=True):
        found = posed.landmark(name)
        np.testing.assert_array_equal(found.position, place)
        assert found.jacobian.shape == (3, posed.robot.nv)
        columns = [
            (ahead.landmark(name).position - behind.landmark(name).position) / (2.0 * _STEP)
            for ahead, behind in pairs
        ]
        np.testing.assert_allclose(found.jacobian, np.transpose(columns), atol=1e-7)


def test_a_link_is_where_pinocchio_has_it_and_moves_as_differences_say(
    posed: Configuration,
) -> None:
    model, data = posed.robot.pin_model, posed.robot.pin_model.createData()
    pin.framesForwardKinematics(model, data, posed.q)
    names = links(posed.robot)
    assert len(names) > len(posed.robot.joint_names)
    pairs = moved(posed)
    for name in names:
        found = posed.link(name)
        there = data.oMf[model.getFrameId(name, pin.FrameType.BODY)]
        np.testing.assert_allclose(found.pose[:3], there.translation, atol=1e-12)
        np.testing.assert_allclose(
            Rotation.from_quat(found.pose[3:]).as_matrix(), there.rotation, atol=1e-12
        )
        columns = []
        for ahead, behind in pairs:
            a, b = ahead.link(name).pose, behind.link(name).pose
            turn = (Rotation.from_quat(a[3:]) * Rotation.from_quat(b[3:]).inv()).as_rotvec()
            columns.append(np.concatenate([a[:3] - b[:3], turn]) / (2.0 * _STEP))
        assert found.jacobian.shape == (6, posed.robot.nv)
        np.testing.assert_allclose(found.jacobian, np.transpose(columns), atol=1e-7)


def test_a_name_that_nothing_has_is_refused_with_the_one_that_was_meant(
    robot: RobotModel,
) -> None:
    at_rest = robot.configuration(robot.rest)
    with pytest.raises(RobotError, match=r"unknown landmark 'left_hnd'.*mean 'left_hand'\?") as why:
        at_rest.landmark("left_hnd")
    assert why.value.nearest == "left_hand" and why.value.expected == LANDMARKS
    with pytest.raises(RobotError, match=r"unknown link 'left_hand_link'.*mean 'left_\w+'\?"):
        at_rest.link("left_hand_link")
    with pytest.raises(RobotError, match=r"unknown link 'shoe'; known are pelvis, "):
        at_rest.link("shoe")
    with pytest.raises(RobotError, match="unknown link 3"):
        at_rest.link(3)


def test_a_joint_is_no_link_even_where_both_have_one_name_in_pinocchio(robot: RobotModel) -> None:
    with pytest.raises(RobotError, match="unknown link 'left_knee_joint'"):
        robot.configuration(robot.rest).link("left_knee_joint")


def test_points_of_a_link_are_where_the_link_has_them() -> None:
    robot = RobotModel.load("g1")
    posed = robot.configuration(robot.rest)
    joints, places = robot.link_points("head_link", (0.0, 0.0, 0.4), (0.1, 0.0, 0.0))
    at = posed.link("head_link").pose
    turn = Rotation.from_quat(at[3:])
    assert joints.shape == (2,) and places.shape == (2, 3)
    for joint, place, given in zip(joints, places, ((0.0, 0.0, 0.4), (0.1, 0.0, 0.0)), strict=True):
        world = posed.translations[joint] + posed.rotations[joint] @ place
        assert world == pytest.approx(at[:3] + turn.apply(given))
    _, (origin,) = robot.link_points("head_link")
    assert posed.translations[joints[0]] + posed.rotations[joints[0]] @ origin == pytest.approx(
        at[:3]
    )
    with pytest.raises(RobotError, match=r"unknown link 'head'; .*mean 'head_link'"):
        robot.link_points("head")
    with pytest.raises(RobotError, match=r"unknown landmark 'head'; .* link_points\(link, place\)"):
        robot.landmark_points("head")
