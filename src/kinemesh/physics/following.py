"""The loop: plan ahead, carry the first part out, plan again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from kinemesh.arrays import Array
from kinemesh.motion import Scene
from kinemesh.physics.controller import Controller
from kinemesh.physics.feedforward import torques
from kinemesh.physics.model import Model
from kinemesh.physics.planning import Plan, Planner
from kinemesh.physics.recorder import Recorder
from kinemesh.physics.reference import Reference
from kinemesh.physics.stepping import Stepper
from kinemesh.physics.tracking import tracking

_GOOD = 0.1
"""A plan whose knots cost no more in the mean [1] is good enough,"""
_GAIN = 0.1
"""and where a turn made it no better than by this share, the next will not either."""
_HOLD = 0.02
"""The servos get new targets this often [s]: at 50 Hz, as from a learned policy."""


def followed(
    model: Model,
    reference: Reference,
    scene: Scene,
    controller: Controller,
    seed: int,
    threads: int,
    progress: Callable[[int], None] | None = None,
) -> Recorder:
    """Follow ``reference`` to its end, or until the robot is lost.

    Args:
        model: of the robot in its scene.
        reference: what is followed.
        scene: what the model was made from.
        controller: how hard it tries.
        seed: of what is random.
        threads: how many at once.
        progress: called with the number of time steps done.
    """
    recorder = Recorder(model, reference)
    timestep = float(model.mj.opt.timestep)
    hold = max(1, round(_HOLD / timestep))
    knots = -(-(len(reference) - 1) // hold)
    stepper = Stepper(model.mj, hold, threads)
    try:
        start = _start(stepper, model, reference, controller.disturbance, seed)
        recorder.start(start)
        if knots:
            planner = _planner(
                stepper, model, _padded(reference, knots * hold + 1), scene, controller, seed
            )
            _follow(planner, recorder, planner.started(start), knots, controller, progress)
    finally:
        stepper.close()
    return recorder


def _start(
    stepper: Stepper, model: Model, reference: Reference, disturbance: float, seed: int
) -> Array:
    """The state at which the reference begins, off by chance."""
    rng = np.random.default_rng([seed, 1])
    turn, speed = np.zeros((2, model.mj.nv))
    turn[model.joint_v[model.driven]] = rng.standard_normal(len(model.driven))
    if not model.robot.fixed_base:
        speed[:6] = rng.standard_normal(6) * np.repeat([0.5, 1.0], 3)
    return stepper.state(
        stepper.manifold.integrate(reference.q[0], disturbance * turn),
        reference.v[0] + disturbance * speed,
    )


def _follow(
    planner: Planner,
    recorder: Recorder,
    plan: Plan,
    knots: int,
    controller: Controller,
    progress: Callable[[int], None] | None,
) -> None:
    stepper = planner.stepper
    knot = stepper.hold * float(stepper.mj.opt.timestep)
    horizon, part = (max(1, round(x / knot)) for x in (controller.horizon, controller.replan))
    while plan.first < knots and not recorder.reason:
        while True:
            plan = planner.longer(plan, min(part, horizon - len(plan)))
            for _ in range(controller.iterations):
                before, plan = float(plan.costs.sum()), planner.better(plan)
                after = float(plan.costs.sum())
                if after < _GOOD * len(plan) or after > (1.0 - _GAIN) * before:
                    break
            if len(plan) >= horizon or plan.first + len(plan) >= knots:
                break
        done = len(plan) if plan.first + len(plan) >= knots else part
        for k in range(done):
            recorder.carry_out(plan.states[k], plan.warm[k], plan.controls[k], stepper.hold)
        plan = plan.later(done)
        if progress is not None:
            progress(plan.first * stepper.hold)


def _planner(
    stepper: Stepper,
    model: Model,
    reference: Reference,
    scene: Scene,
    controller: Controller,
    seed: int,
) -> Planner:
    """What plans, with the servos' targets that would give the reference's torques."""
    hold, motors = stepper.hold, model.motors
    torque = torques(model, reference, controller.friction, hold)
    ahead = torque + motors.damping * reference.v[::hold][:, model.joint_v]
    targets = reference.q[::hold][:, model.joint_q]
    targets = (targets + ahead / np.maximum(motors.stiffness, 1e-9))[:, model.driven]
    wanted = stepper.state(reference.q[::hold], reference.v[::hold])
    return Planner(
        stepper,
        tracking(model, reference, scene, hold),
        wanted,
        (targets[:-1] + targets[1:]) / 2.0,
        (motors.effort / motors.stiffness)[model.driven],
        controller,
        seed,
    )


def _padded(reference: Reference, length: int) -> Reference:
    """The reference with its last step repeated, so that the last knot is one of its steps."""
    rows = np.minimum(np.arange(length), len(reference) - 1)
    return replace(reference, q=reference.q[rows], v=reference.v[rows], a=reference.a[rows])
