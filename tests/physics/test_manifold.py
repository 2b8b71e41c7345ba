"""Differences and steps of configurations are MuJoCo's."""

from __future__ import annotations

import mujoco
import numpy as np

from kinemesh.motion import Prop, Scene, Shape
from kinemesh.physics.manifold import Manifold
from kinemesh.physics.model import build
from kinemesh.robot import RobotModel


def test_steps_and_differences_are_mujocos(robot: RobotModel, rng: np.random.Generator) -> None:
    track = np.array([[2.0, 0, 1, 0, 0, 0, 1], [3.0, 0, 1, 0, 0, 0, 1]])
    scene = Scene(props=(Prop("box", Shape.box((0.3, 0.3, 0.3)), track),))
    mj = build(robot, scene, timestep=0.005, friction=0.9).mj
    manifold = Manifold.of(mj)
    for scale in (1e-9, 1e-3, 1.0):
        start = rng.standard_normal((4, mj.nq))
        for row in start:
            mujoco.mj_normalizeQuat(mj, row)
        step = scale * rng.standard_normal((4, mj.nv))
        ended = manifold.integrate(start, step)
        for origin, tangent, end in zip(start, step, ended, strict=True):
            wanted, found = origin.copy(), np.zeros(mj.nv)
            mujoco.mj_integratePos(mj, wanted, tangent, 1.0)
            assert np.allclose(end, wanted, atol=1e-12)
            mujoco.mj_differentiatePos(mj, found, 1.0, origin, wanted)
            assert np.allclose(manifold.difference(origin, end), found, rtol=1e-6, atol=1e-12)


def test_a_turn_the_other_way_round_is_the_same(robot: RobotModel) -> None:
    manifold = Manifold.of(build(robot, Scene(), timestep=0.005, friction=0.9).mj)
    q = np.zeros(manifold.nq)
    q[3:7] = [0.6, 0.8, 0.0, 0.0]
    other = q.copy()
    other[3:7] *= -1.0
    assert np.allclose(manifold.difference(q, other), 0.0)
