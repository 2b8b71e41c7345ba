"""Poses at a fixed rate, within limits, whenever frames come."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinemesh.errors import OptionError
from kinemesh.robot import RobotModel
from kinemesh.streaming.output import Output
from kinemesh.testing import random_configuration


def driven(robot: RobotModel, seed: int, gaps: list[float], rate: float) -> list:
    """Samples of an output that random poses come to."""
    rng, output = np.random.default_rng(seed), Output(robot)
    comes, now, samples = 0.0, 0.0, []
    output.take(0.0, random_configuration(robot, rng).q, 1.0 / 30.0)
    for gap in gaps:
        comes += gap
        while now <= comes:
            samples.append(output.sample(now))
            now += 1.0 / rate
        output.take(comes, random_configuration(robot, rng).q, gap)
    return samples


@pytest.mark.slow
@given(
    st.integers(0, 1000),
    st.lists(st.floats(0.002, 0.5), min_size=1, max_size=12),
    st.sampled_from([25.0, 50.0, 200.0]),
)
def test_no_joint_outruns_its_motor_wherever_poses_are(
    robot: RobotModel, seed: int, gaps: list[float], rate: float
) -> None:
    samples = driven(robot, seed, gaps, rate)
    for before, after in itertools.pairwise(samples):
        dt = after.time - before.time
        assert (np.abs(after.velocity[6:]) <= robot.velocity * (1.0 + 1e-6)).all()
        np.testing.assert_allclose(
            robot.integrate(before.q, dt * after.velocity), after.q, atol=1e-9
        )
        assert (after.q[7:] >= robot.lower - 1e-9).all()
        assert (after.q[7:] <= robot.upper + 1e-9).all()


def test_what_comes_evenly_is_sent_one_frame_late(robot: RobotModel) -> None:
    output, dt = Output(robot), 0.04
    rest = np.array(robot.rest)
    way = np.zeros(robot.nv)
    way[10] = 0.01
    for k in range(5):
        output.take(k * dt, robot.integrate(rest, k * way), dt)
        for share in (0.25, 0.75):
            sample = output.sample((k + share) * dt)
            wanted = robot.integrate(rest, max(0.0, k - 1 + share) * way)
            np.testing.assert_allclose(sample.q, wanted, atol=1e-12)
            assert not sample.held


def test_on_the_way_nothing_is_deeper_in_the_ground_than_at_its_ends(robot: RobotModel) -> None:
    output = Output(robot)
    output.ground = 0.0
    table = robot.hull_table

    def lowest(q: np.ndarray) -> float:
        points = robot.configuration(q).positions(table.vertex_joints, table.vertices)
        return float(points[:, 2].min())

    def on_the_ground(q: np.ndarray) -> np.ndarray:
        q = np.array(q)
        q[2] -= lowest(q)
        return q

    rng, deep = np.random.default_rng(5), 0.0
    while deep > -0.05:
        begin, end = (on_the_ground(random_configuration(robot, rng).q) for _ in range(2))
        deep = lowest(robot.integrate(begin, 0.5 * robot.difference(begin, end)))
    output.take(0.0, begin, 0.1)
    output.take(0.1, end, 0.1)
    heights = [lowest(output.sample(0.1 + 0.02 * k).q) for k in range(200)]
    assert min(heights) > -1e-9
    np.testing.assert_allclose(output.sample(4.2).q, end, atol=1e-9)


def test_where_nothing_comes_it_rests_in_the_last_pose(robot: RobotModel) -> None:
    output = Output(robot)
    output.take(0.0, robot.rest, 0.02)
    there = robot.integrate(robot.rest, np.full(robot.nv, 0.01))
    output.take(0.02, there, 0.02)
    for k in range(2, 40):
        sample = output.sample(0.02 * k)
        assert sample.held == (0.02 * k > 0.27)
    np.testing.assert_allclose(sample.q, there, atol=1e-9)
    np.testing.assert_array_equal(sample.velocity, 0.0)


def test_what_cannot_be_sent_is_refused(robot: RobotModel) -> None:
    output = Output(robot)
    with pytest.raises(OptionError, match="no frame"):
        output.sample(0.0)
    output.take(0.0, robot.rest, 0.02)
    output.sample(1.0)
    with pytest.raises(OptionError, match="before"):
        output.sample(0.5)
    with pytest.raises(OptionError, match="time"):
        output.sample(float("nan"))
