"""Motions whose forces are known before they are asked for."""

import numpy as np
import pytest
from metrics_places import at_rest

from kinemesh.metrics.geometry.encounter import encounters
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.measures.dynamics import UNITS, dynamics
from kinemesh.metrics.mechanics.balance import balance
from kinemesh.motion import Scene, Trajectory

FRAMES, FPS = 91, 60.0


@pytest.fixture(scope="module")
def rows(robot):
    """Gives the rows of a motion by their names without the group."""

    def judge(q, scene=None, fps=FPS):
        scene = scene or Scene()
        posed = KinematicTrajectory(Trajectory(q, fps, robot.joint_names, robot.name), robot)
        measures = dynamics(posed, scene, *encounters(scene, posed, Surfaces()))
        assert [m.name for m in measures if m.name.startswith("dynamics.")] == [
            m.name for m in measures
        ]
        return {m.name.removeprefix("dynamics."): m for m in measures}

    return judge


@pytest.fixture(scope="module")
def weighed(robot):
    """Gives the balance of a motion."""

    def judge(q, scene=None, fps=FPS):
        scene = scene or Scene()
        posed = KinematicTrajectory(Trajectory(q, fps, robot.joint_names, robot.name), robot)
        return balance(posed, scene, *encounters(scene, posed, Surfaces()))

    return judge


def statue(robot, frames=FRAMES):
    return np.repeat(at_rest(robot)[None], frames, axis=0)


def test_every_row_is_there_once(robot, rows):
    assert list(rows(statue(robot))) == list(UNITS)


def test_a_statue_is_carried_by_its_soles(robot, rows, weighed):
    found = rows(statue(robot))
    for what in ("residual_force", "residual_moment", "unsupported_share", "pressure_outside"):
        assert found[what].value == pytest.approx(0.0, abs=0.02), what
    for what in ("flight_force", "flight_momentum"):
        assert found[what].value is None and "nothing flies" in found[what].note
    assert 2.0 < found["torque_worst"].value < 60.0
    asked = weighed(statue(robot)).wanted[0]
    np.testing.assert_allclose(asked.forces[20], [0.0, 0.0, asked.weight], atol=1e-9)
    np.testing.assert_allclose(asked.moments[20], 0.0, atol=1e-9)


def test_a_robot_that_hovers_falls_with_nothing_to_hold_it(robot, rows):
    q = statue(robot)
    q[:, 2] += 0.02
    found = rows(q)
    assert found["flight_force"].value == pytest.approx(100.0)
    assert found["flight_momentum"].value == pytest.approx(0.0, abs=1e-6)
    assert found["unsupported_share"].value == 100.0
    assert found["residual_force"].value is None
    assert "nothing bears" in found["residual_force"].note
    assert "contacts carry no frame" in found["torque_worst"].note
