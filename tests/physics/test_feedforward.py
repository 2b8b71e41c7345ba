"""Torques of inverse dynamics are those of gravity, of flight, and of standing."""

from __future__ import annotations

import mujoco
import numpy as np
import pinocchio as pin

from kinemesh.motion import Prop, Scene, Shape
from kinemesh.physics.feedforward import torques
from kinemesh.physics.model import Model, build
from kinemesh.physics.reference import reference_of, steps_of
from kinemesh.robot import RobotModel

FPS = 30.0
STEPS, TIMESTEP = steps_of(FPS)


def built(robot: RobotModel, scene: Scene) -> Model:
    return build(robot, scene, timestep=TIMESTEP, friction=0.9)


def test_arms_on_a_fixed_base_carry_their_weight(robot: RobotModel) -> None:
    arms = robot.frozen("legs")
    model = built(arms, Scene())
    reference = reference_of(model, np.tile(arms.rest, (5, 1)), [], FPS, STEPS)
    weight = pin.computeGeneralizedGravity(arms.pin_model, arms.pin_model.createData(), arms.rest)
    found = torques(model, reference, 0.9, 4)
    assert np.allclose(found, weight[6:], atol=1e-6)


def test_in_flight_nothing_pushes(robot: RobotModel) -> None:
    model = built(robot, Scene())
    times = np.arange(16) / FPS
    q = np.tile(robot.rest, (16, 1))
    q[:, 2] += 2.0 + 2.0 * times - 0.5 * 9.81 * times**2
    found = torques(model, reference_of(model, q, [], FPS, STEPS), 0.9, 4)
    middle = found[8:-8]  # the bells that smooth it see no edge there
    assert np.abs(middle).max() < 0.2
    still = torques(model, reference_of(model, np.tile(q[:1], (16, 1)), [], FPS, STEPS), 0.9, 4)
    assert np.abs(still[8:-8]).max() > 2.0


def test_a_statue_stands_longer_by_them(robot: RobotModel) -> None:
    model = built(robot, Scene())
    reference = reference_of(model, np.tile(robot.rest, (5, 1)), [], FPS, STEPS)
    push = torques(model, reference, 0.9, 4)[0]
    sagged = []
    for share in (0.0, 1.0):
        data = mujoco.MjData(model.mj)
        data.qpos[:] = reference.q[0]
        data.ctrl[:] = robot.rest[7:] + share * push / model.motors.stiffness
        for _ in range(40):
            mujoco.mj_step(model.mj, data)
        sagged.append(np.abs(data.qpos[model.joint_q] - robot.rest[7:]).max())
    assert sagged[1] < 0.4 * sagged[0]


def test_a_prop_between_the_palms_is_grasped_harder_the_heavier_it_is(robot: RobotModel) -> None:
    data = robot.pin_model.createData()
    pin.forwardKinematics(robot.pin_model, data, robot.rest)
    palms = [data.oMi[hand.joint].act(hand.point) for hand in robot.hands]
    middle, width = np.mean(palms, axis=0), abs(palms[0][1] - palms[1][1])
    track = np.tile([*middle, 0.0, 0.0, 0.0, 1.0], (5, 1))
    # So little that it moves in the scene, and so is free.
    track[-1, 2] += 0.011
    posed = np.tile(robot.rest, (5, 1))
    empty = built(robot, Scene())
    bare = torques(empty, reference_of(empty, posed, [], FPS, STEPS), 0.9, 4)
    asked = []
    for mass in (1.0, 2.0):
        box = Prop("box", Shape.box((0.1, width, 0.1)), track, mass=mass)
        model = built(robot, Scene(props=(box,)))
        reference = reference_of(model, posed, [track], FPS, STEPS)
        asked.append(np.abs(torques(model, reference, 0.9, 4) - bare)[2, 15:].sum())
    assert asked[0] > 1.0
    assert asked[1] > 1.5 * asked[0]
