from __future__ import annotations

import threading

import numpy as np
import pinocchio as pin
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinemesh.proximity import distances_to_ground
from kinemesh.robot import Configuration, RobotModel
from kinemesh.testing import random_configuration

H = 1e-5


def slopes(configuration: Configuration, value) -> np.ndarray:
    """Central differences ``(..., nv)`` of ``value(configuration)`` on the manifold."""
    columns = []
    for k in range(configuration.robot.nv):
        step = np.zeros(configuration.robot.nv)
        step[k] = H
        ahead, behind = (value(configuration.integrate(s)) for s in (step, -step))
        columns.append((ahead - behind) / (2.0 * H))
    return np.stack(columns, axis=-1)


def test_a_configuration_does_not_change_when_its_source_does(robot: RobotModel) -> None:
    q = np.array(robot.rest)
    posed = robot.configuration(q)
    landmarks = posed.landmarks()
    q[:] = np.nan
    robot.configuration(robot.integrate(robot.rest, np.full(robot.nv, 0.1)))
    np.testing.assert_array_equal(posed.landmarks(), landmarks)
    np.testing.assert_array_equal(posed.q, robot.rest)


def test_a_configuration_is_read_only(configuration: Configuration) -> None:
    with pytest.raises(ValueError, match="read-only"):
        configuration.q[0] = 1.0
    with pytest.raises(AttributeError):
        configuration.note = "mine"


def test_the_kinematic_arrays_are_read_only(configuration: Configuration) -> None:
    with pytest.raises(ValueError, match="read-only"):
        configuration.translations[0, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        configuration.rotations[0, 0, 0] = 1.0


def test_landmarks_agree_with_pinocchios_own_kinematics(configuration: Configuration) -> None:
    robot = configuration.robot
    data = robot.pin_model.createData()
    pin.forwardKinematics(robot.pin_model, data, configuration.q)
    for joint, offset, found in zip(
        robot.landmark_joints, robot.landmark_offsets, configuration.landmarks(), strict=True
    ):
        np.testing.assert_allclose(data.oMi[int(joint)].act(offset), found, atol=1e-12)


def test_point_jacobians_agree_with_finite_differences_in_every_column(
    configuration: Configuration, rng: np.random.Generator
) -> None:
    robot = configuration.robot
    joints = rng.integers(1, len(configuration.translations), 12)
    offsets = rng.uniform(-0.2, 0.2, (12, 3))
    points = configuration.positions(joints, offsets)
    found = configuration.jacobians(joints, points)
    assert found.shape == (12, 3, robot.nv)
    expected = slopes(configuration, lambda c: c.positions(joints, offsets))
    np.testing.assert_allclose(found, expected, atol=1e-8)


def test_the_base_turns_and_moves_every_point_in_its_own_axes(robot: RobotModel) -> None:
    q = np.array(robot.rest)
    q[:7] = [1.0, 2.0, 3.0, 0.0, 0.0, np.sin(np.pi / 4), np.cos(np.pi / 4)]  # faces +y
    posed = robot.configuration(q)
    jacobian = posed.jacobians(robot.landmark_joints, posed.landmarks())
    np.testing.assert_allclose(jacobian[:, :, 0], [[0.0, 1.0, 0.0]] * 15, atol=1e-12)
    np.testing.assert_allclose(jacobian[:, :, 1], [[-1.0, 0.0, 0.0]] * 15, atol=1e-12)
    turned = np.cross([0.0, 0.0, 1.0], posed.landmarks() - q[:3])
    np.testing.assert_allclose(jacobian[:, :, 5], turned, atol=1e-12)


def test_rows_are_jacobians_along_directions(
    configuration: Configuration, rng: np.random.Generator
) -> None:
    joints = rng.integers(1, len(configuration.translations), 9)
    points, directions = rng.normal(size=(2, 9, 3))
    whole = np.einsum("ni,nij->nj", directions, configuration.jacobians(joints, points))
    np.testing.assert_allclose(
        configuration.directional_jacobian(joints, points, directions), whole, atol=1e-12
    )


def test_joints_do_not_move_what_they_do_not_carry(robot: RobotModel) -> None:
    posed = robot.configuration(robot.rest)
    names = robot.joint_names
    left = names.index("left_knee_joint") + 6
    foot = int(robot.pin_model.getJointId("right_ankle_roll_joint"))
    jacobian = posed.jacobians(np.array([foot]), np.zeros((1, 3)))
    assert np.all(jacobian[:, :, left] == 0.0)


def test_the_jacobian_of_a_difference_agrees_with_finite_differences(
    configuration: Configuration, robot: RobotModel
) -> None:
    origin = robot.rest
    value, jacobian = configuration.difference(origin)
    np.testing.assert_allclose(robot.integrate(origin, value), configuration.q, atol=1e-12)
    expected = slopes(configuration, lambda c: c.difference(origin)[0])
    np.testing.assert_allclose(jacobian, expected, atol=1e-7)


@given(st.integers(0, 2**32 - 1), st.floats(-3.0, 3.0))
def test_turning_the_base_turns_all_landmarks(seed: int, angle: float) -> None:
    robot = _ROBOT
    posed = random_configuration(robot, np.random.default_rng(seed))
    half = np.array([0.0, 0.0, np.sin(angle / 2), np.cos(angle / 2)])
    turn = pin.Quaternion(half).toRotationMatrix()
    q = np.array(posed.q)
    q[:3] = turn @ q[:3]
    q[3:7] = (pin.Quaternion(half) * pin.Quaternion(np.array(q[3:7]))).coeffs()
    turned = robot.configuration(q).landmarks()
    np.testing.assert_allclose(turned, posed.landmarks() @ turn.T, atol=1e-10)


def test_two_threads_that_share_a_robot_get_the_answers_of_one(robot: RobotModel) -> None:
    rng = np.random.default_rng(5)
    places = [random_configuration(robot, rng).q for _ in range(200)]

    def answers(q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        posed = robot.configuration(q)
        near = distances_to_ground(posed, float(q[2]) - 0.5, 0.2)
        return posed.landmarks(), near.jacobian(posed)

    expected = [answers(q) for q in places]
    found: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {}
    start = threading.Barrier(2)

    def work(which: int) -> None:
        start.wait()
        found[which] = [answers(q) for q in places]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for which in range(2):
        for (points, rates), (truth, slope) in zip(found[which], expected, strict=True):
            np.testing.assert_array_equal(points, truth)
            np.testing.assert_array_equal(rates, slope)


_ROBOT = RobotModel.load("g1")
