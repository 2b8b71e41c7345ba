from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh.motion import LANDMARKS
from kinemesh.objectives import (
    Acceleration,
    Differences,
    Laplacian,
    LimbDirections,
    Nominal,
    Objective,
    Posture,
    Smoothness,
)
from kinemesh.problem import Frame, InteractionMesh, LaplacianTarget, Neighbours
from kinemesh.robot import Configuration, RobotModel
from kinemesh.testing import evaluate_term


def test_the_laplacian_costs_nothing_at_the_persons_own_shape(
    configuration: Configuration, frame: Frame, rng: np.random.Generator
) -> None:
    points = configuration.landmarks()
    anchors = points.mean(axis=0) + rng.uniform(-0.5, 0.5, (40, 3))
    source = np.concatenate([points, anchors])
    mesh = InteractionMesh.from_points(source)
    target = LaplacianTarget.reduce(mesh, mesh.deltas(source), anchors, np.ones(len(source)))
    here = evaluate_term(Laplacian(), configuration, replace(frame, laplacian=target))
    assert here.cost == pytest.approx(0.0, abs=1e-5)
    step = np.zeros(configuration.robot.nv)
    step[0] = 0.05  # anchors stay behind: it shows
    away = evaluate_term(
        Laplacian(), configuration.integrate(step), replace(frame, laplacian=target)
    )
    assert away.cost > 1e-2


def test_the_laplacian_costs_what_the_full_sum_does(
    configuration: Configuration, frame: Frame, rng: np.random.Generator
) -> None:
    source = rng.uniform(-1.0, 1.0, (60, 3))
    anchors = source[15:] + 0.05
    weights = rng.uniform(0.1, 1.0, 60)
    mesh = InteractionMesh.from_points(source)
    deltas = mesh.deltas(source)
    target = LaplacianTarget.reduce(mesh, deltas, anchors, weights)
    residual = evaluate_term(Laplacian(weight=4.0), configuration, replace(frame, laplacian=target))
    whole = mesh.laplacian @ np.concatenate([configuration.landmarks(), anchors]) - deltas
    assert residual.cost == pytest.approx(4.0 * np.sum(weights[:, None] * whole**2), rel=1e-6)
    assert residual.value.shape == (45,)


def test_standing_still_is_smooth(robot: RobotModel, frame: Frame, neighbours: Neighbours) -> None:
    here = robot.configuration(neighbours.previous)
    residual = evaluate_term(Smoothness(), here, frame, neighbours)
    assert residual is not None
    assert residual.cost == 0.0


def test_moving_on_at_the_same_speed_is_no_acceleration(
    robot: RobotModel, frame: Frame, rng: np.random.Generator
) -> None:
    step = rng.normal(scale=0.05, size=robot.nv)
    previous = robot.integrate(robot.rest, step)
    now = robot.configuration(robot.integrate(previous, step))
    residual = evaluate_term(Acceleration(), now, frame, Neighbours({-2: robot.rest, -1: previous}))
    assert residual is not None
    assert residual.cost == pytest.approx(0.0, abs=1e-20)


def test_the_same_speed_costs_the_same_a_second_at_every_frame_rate(
    robot: RobotModel, frame: Frame
) -> None:
    velocity = np.linspace(-1.0, 1.0, robot.nv)
    costs = []
    for fps in (30.0, 60.0, 120.0):
        now = robot.configuration(robot.integrate(robot.rest, velocity / fps))
        last = Neighbours({-1: robot.rest})
        residual = evaluate_term(Smoothness(), now, replace(frame, dt=1.0 / fps), last)
        assert residual is not None
        costs.append(residual.cost * fps)
    np.testing.assert_allclose(costs, costs[0], rtol=1e-9)


@pytest.mark.parametrize(
    ("term", "known"),
    [
        (Smoothness(), []),
        (Smoothness(), [-2]),
        (Acceleration(), [-1]),
        (Acceleration(), []),
        (Nominal(), [-2, -1]),
    ],
)
def test_a_term_without_its_data_is_inactive(
    robot: RobotModel, frame: Frame, term: Objective, known: list[int]
) -> None:
    posed, around = robot.configuration(robot.rest), Neighbours(dict.fromkeys(known, robot.rest))
    assert evaluate_term(term, posed, replace(frame, nominal=None), around) is None


def test_posture_pulls_joints_to_rest_and_leaves_the_base(
    configuration: Configuration, robot: RobotModel, frame: Frame
) -> None:
    residual = evaluate_term(Posture(), configuration, frame)
    np.testing.assert_allclose(residual.value, configuration.q[7:] - robot.rest[7:])
    np.testing.assert_array_equal(residual.jacobian[:, :6], 0.0)
    np.testing.assert_array_equal(residual.weight, Posture().weight * robot.posture)
    assert evaluate_term(Posture(), robot.configuration(robot.rest), frame).cost == 0.0


def test_the_nominal_is_free_where_it_is(robot: RobotModel, frame: Frame) -> None:
    residual = evaluate_term(Nominal(), robot.configuration(frame.nominal), frame)
    assert residual is not None
    assert residual.cost == pytest.approx(0.0, abs=1e-20)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_differences_change_as_the_sum_over_the_whole_trajectory_does(
    robot: RobotModel, frame: Frame, rng: np.random.Generator, order: int
) -> None:
    # Joints alone, where differences are plain ones: the whole sum is written out.
    track = robot.rest + np.zeros((7, 1))
    track[:, 7:] += rng.normal(scale=0.05, size=(7, 29))
    for here in (3, 0, 1, 6):
        beside = {k - here: track[k] for k in range(7) if k != here and abs(k - here) <= 3}
        now, around = replace(frame, dt=1.0 / 30.0), Neighbours(beside)
        term = Differences(order, weight=2.0)
        costs, sums = [], []
        for _ in range(3):
            track[here, 7:] += rng.normal(scale=0.05, size=29)
            residual = evaluate_term(term, robot.configuration(track[here]), now, around)
            assert residual is not None
            costs.append(residual.cost)
            sums.append(2.0 * float(np.sum(np.diff(track[:, 7:], n=order, axis=0) ** 2)))
        np.testing.assert_allclose(np.diff(costs), np.diff(sums), rtol=1e-9, atol=1e-12)


def test_differences_want_both_neighbours(
    robot: RobotModel, frame: Frame, neighbours: Neighbours
) -> None:
    here = robot.configuration(robot.rest)
    assert evaluate_term(Differences(2), here, frame) is None
    alone = Neighbours({1: neighbours.following})
    assert evaluate_term(Differences(1), here, frame, alone) is not None
    assert evaluate_term(Differences(2), here, frame, alone) is None


def test_limbs_that_point_as_the_persons_cost_nothing_wherever_they_are(
    robot: RobotModel, frame: Frame
) -> None:
    posed = robot.configuration(robot.rest)
    there = replace(frame, figure=posed.landmarks() + np.array([3.0, -1.0, 0.5]))
    assert evaluate_term(LimbDirections(), posed, there).cost == pytest.approx(0.0, abs=1e-12)


def test_a_limb_costs_its_angle_squared(robot: RobotModel, frame: Frame) -> None:
    posed = robot.configuration(robot.rest)
    figure = posed.landmarks().copy()
    hand, elbow = (LANDMARKS.index(f"left_{mark}") for mark in ("hand", "elbow"))
    angle = 0.01
    turn = Rotation.from_rotvec([0.0, angle, 0.0])
    bone = figure[hand] - figure[elbow]
    figure[hand] = figure[elbow] + turn.apply(bone)
    off = np.linalg.norm(turn.apply(bone) - bone) / np.linalg.norm(bone)
    cost = evaluate_term(LimbDirections(weight=2.0), posed, replace(frame, figure=figure)).cost
    assert cost == pytest.approx(2.0 * off**2)


def test_scaled_as_a_whole_a_person_has_no_limb_directions(robot: RobotModel, frame: Frame) -> None:
    posed = robot.configuration(robot.rest)
    assert evaluate_term(LimbDirections(), posed, replace(frame, figure=None)) is None
