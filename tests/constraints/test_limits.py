from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh.constraints import JointLimits, TrustRegion, VelocityLimits
from kinemesh.problem import Frame, Neighbours
from kinemesh.robot import Configuration, RobotModel
from kinemesh.testing import evaluate_term


def test_the_base_has_no_joint_limits(configuration: Configuration, frame: Frame) -> None:
    box = evaluate_term(JointLimits(), configuration, frame)
    assert np.all(box.lower[:6] == -np.inf)
    assert np.all(box.upper[:6] == np.inf)


def test_a_step_to_a_bound_of_the_box_ends_at_a_joint_limit(
    configuration: Configuration, robot: RobotModel, frame: Frame
) -> None:
    box = evaluate_term(JointLimits(), configuration, frame)
    for step, limit in ((box.lower, robot.lower), (box.upper, robot.upper)):
        moved = configuration.integrate(np.where(np.isfinite(step), step, 0.0))
        np.testing.assert_allclose(moved.q[7:], limit, atol=1e-12)


def test_a_step_to_a_bound_of_the_box_is_as_fast_as_the_motors(
    robot: RobotModel, frame: Frame, neighbours: Neighbours, rng: np.random.Generator
) -> None:
    last = neighbours.previous
    now = robot.configuration(robot.integrate(last, rng.normal(0, 0.05, robot.nv)))
    for fraction in (1.0, 0.5):
        box = evaluate_term(VelocityLimits(fraction), now, frame, Neighbours({-1: last}))
        assert box is not None
        for step, sign in ((box.lower, -1.0), (box.upper, 1.0)):
            moved = now.integrate(np.where(np.isfinite(step), step, 0.0))
            speed = (moved.q[7:] - last[7:]) / frame.dt
            np.testing.assert_allclose(speed, sign * fraction * robot.velocity, atol=1e-9)


def test_the_frame_after_must_be_within_reach_too(
    robot: RobotModel, frame: Frame, neighbours: Neighbours, rng: np.random.Generator
) -> None:
    last, after = neighbours.previous, neighbours.following
    now = robot.configuration(last)
    box = evaluate_term(VelocityLimits(), now, frame, neighbours)
    assert box is not None
    reach = robot.velocity * frame.dt
    low = np.maximum(last[7:], after[7:]) - reach
    high = np.minimum(last[7:], after[7:]) + reach
    np.testing.assert_allclose(now.q[7:] + box.lower[6:], low, atol=1e-12)
    np.testing.assert_allclose(now.q[7:] + box.upper[6:], high, atol=1e-12)


def test_the_first_frame_has_no_velocity(robot: RobotModel, frame: Frame) -> None:
    now = robot.configuration(robot.rest)
    assert evaluate_term(VelocityLimits(), now, frame) is None


def test_velocity_limits_tighten_with_the_frame_rate(robot: RobotModel, frame: Frame) -> None:
    now, last = robot.configuration(robot.rest), Neighbours({-1: robot.rest})
    slow, fast = (
        evaluate_term(VelocityLimits(), now, replace(frame, dt=dt), last) for dt in (0.1, 0.01)
    )
    assert slow is not None
    assert fast is not None
    np.testing.assert_allclose(slow.upper[6:], 10.0 * fast.upper[6:])


def test_a_trust_region_is_a_box_or_a_ball(configuration: Configuration, frame: Frame) -> None:
    nv = configuration.robot.nv
    box = evaluate_term(TrustRegion(0.3), configuration, frame)
    np.testing.assert_array_equal(box.lower, np.full(nv, -0.3))
    np.testing.assert_array_equal(box.upper, np.full(nv, 0.3))
    assert box.radius is None
    ball = evaluate_term(TrustRegion(0.3, ball=True), configuration, frame)
    assert np.all(np.isinf(ball.upper))
    assert ball.radius == 0.3
    assert ball.violation() == pytest.approx(0.0)
