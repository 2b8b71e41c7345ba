"""The reference at time steps: known velocities and accelerations; what being off it costs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh.motion import Scene
from kinemesh.physics.model import build
from kinemesh.physics.reference import reference_of, steps_of
from kinemesh.physics.tracking import tracking
from kinemesh.robot import RobotModel


@pytest.mark.parametrize("fps", [1.0, 24.0, 30.0, 50.0, 59.94, 120.0, 240.0, 1000.0])
def test_a_frame_is_whole_steps_of_at_most_five_milliseconds(fps: float) -> None:
    count, step = steps_of(fps)
    assert count * step == pytest.approx(1.0 / fps)
    assert step <= 0.005 + 1e-12
    assert count == 1 or 1.0 / (fps * (count - 1)) > 0.005


def test_velocities_and_accelerations_are_those_of_the_motion(robot: RobotModel) -> None:
    fps, (per, timestep) = 30.0, steps_of(30.0)
    model = build(robot, Scene(), timestep=timestep, friction=0.9)
    times = np.arange(30) / fps
    q = np.tile(robot.rest, (30, 1))
    q[:, 0] += 0.7 * times
    q[:, 2] += 3.0 * times - 0.5 * 9.81 * times**2
    q[:, 3:7] = Rotation.from_euler("z", 1.2 * times[:, None]).as_quat()
    q[:, 10] += 0.3 * times
    reference = reference_of(model, q, [], fps, per)
    assert len(reference) == 29 * per + 1
    assert np.allclose(reference.q[::per], model.qpos(q), atol=1e-9)
    inside = slice(30, -30)
    assert np.allclose(reference.v[inside, 0], 0.7, atol=1e-3)
    assert np.allclose(reference.v[inside, 5], 1.2, atol=1e-3)
    assert np.allclose(reference.v[inside, 6 + 3], 0.3, atol=1e-3)
    assert np.allclose(reference.a[inside, 2], -9.81, atol=1e-2)


def test_a_robot_five_centimetres_aside_costs_one(
    robot: RobotModel, rng: np.random.Generator
) -> None:
    model = build(robot, Scene(), timestep=0.005, friction=0.9)
    reference = reference_of(model, np.tile(robot.rest, (4, 1)), [], 30.0, 7)
    costs = tracking(model, reference, Scene(), 7)
    nv, nu = model.mj.nv, model.mj.nu
    aside = np.zeros((1, 2 * nv))
    aside[0, 1] = 0.05
    assert costs.cost(2, aside, np.zeros((1, nu)))[0] == pytest.approx(1.0)
    errors, off = rng.standard_normal((3, 2 * nv)), rng.standard_normal((3, nu))
    wanted = np.einsum("si,ij,sj->s", errors, costs.weights(slice(1, 2))[0], errors)
    wanted += off**2 @ costs.control
    assert np.allclose(costs.cost(1, errors, off), wanted)
