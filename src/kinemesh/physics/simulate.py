"""One call from a trajectory to what a simulated robot makes of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from threadpoolctl import threadpool_limits

from kinemesh.arguments import function, given, instance, whole
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.motion import Scene, Trajectory
from kinemesh.physics.controller import Controller
from kinemesh.physics.following import followed
from kinemesh.physics.model import Model, build
from kinemesh.physics.recorder import Recorder
from kinemesh.physics.reference import reference_of, steps_of
from kinemesh.physics.simulated import Simulated
from kinemesh.physics.stepping import silent
from kinemesh.robot import RobotModel
from kinemesh.robot.bodies import configurations

Progress = Callable[[int, int], None]
"""Called with frames done, and frames in all."""


def simulate(
    trajectory: Trajectory,
    robot: RobotModel,
    *,
    scene: Scene | None = None,
    seed: int = 0,
    controller: Controller | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Simulated:
    """Let a robot whose motors are limited follow ``trajectory`` in MuJoCo.

    The same arguments give the same bytes, whatever the number of threads.

    Args:
        trajectory: what is to be followed.
        robot: whose joints these are.
        scene: ground, terrain and props of the robot's size, on tracks of the trajectory's length;
            props that move there are free bodies of their mass, others stand still. Level ground at
            z = 0 if left out.
        seed: of the controller's random numbers.
        controller: how hard it tries; ``Controller()`` if left out.
        threads: how many at once; as many as there are processors if left out.
        progress: called with (frames done, frames in all).

    Raises:
        MissingExtra: MuJoCo is not installed.
        ClipError: the joints are not the robot's, or the tracks are not as long as the trajectory.
        RobotError: a motor without a limit of its torque.
        OptionError: a seed or a number of threads that cannot be.
    """
    instance("trajectory", trajectory, Trajectory, "a Trajectory")
    instance("robot", robot, RobotModel, "a RobotModel")
    scene = given("scene", scene, Scene, "a Scene, or None") or Scene()
    controller = given("controller", controller, Controller, "a Controller") or Controller()
    seed = whole("seed", seed, "a whole number, 0 or more", low=0, high=2**63)
    if threads is None:
        threads = os.cpu_count() or 1
    threads = whole("threads", threads, "a whole number, 1 to 1024", low=1, high=1024)
    function("progress", progress)
    q, count = configurations(trajectory, robot), len(trajectory)
    for prop in scene.props:
        if len(prop.track) != count:
            raise ClipError(
                f"the track of prop {prop.name!r} has {len(prop.track)} frames, and the trajectory "
                f"{count}; expected as many"
            )
    steps, timestep = steps_of(trajectory.fps)
    model = build(
        robot, scene, timestep=timestep, friction=controller.friction, base=trajectory.q[0, :7]
    )
    tracks = [scene.props[k].track for k in model.free]
    reference = reference_of(model, q, tracks, trajectory.fps, steps)

    def done(step: int) -> None:
        if progress is not None:
            progress(min(step // steps + 1, count), count)

    # Matrices are small: threads of BLAS would only wait for each other.
    with silent(), threadpool_limits(limits=1, user_api="blas"):
        recorder = followed(model, reference, scene, controller, seed, threads, done)
    return _simulated(trajectory, scene, model, recorder, seed)


def _simulated(
    trajectory: Trajectory, scene: Scene, model: Model, recorder: Recorder, seed: int
) -> Simulated:
    """What was written down, as a value."""
    robot = model.robot
    states, count = np.array(recorder.q), len(recorder.q)
    base = (
        np.tile(trajectory.q[:1, :7], (count, 1))
        if robot.fixed_base
        else poses.from_wxyz(states[:, :7])
    )
    velocities = np.array(recorder.v)
    free = np.zeros((count, 6)) if robot.fixed_base else velocities[:, :6]
    props = [replace(prop, track=prop.track[:count]) for prop in scene.props]
    for k, where in zip(model.free, model.free_q, strict=True):
        props[k] = replace(props[k], track=poses.from_wxyz(states[:, where]))
    pairs = sorted({pair for frame in recorder.pushes for pair in frame})
    pushes = np.full((count, len(pairs), 6), np.nan)
    pushes[..., :3] = 0.0
    for row, frame in zip(pushes, recorder.pushes, strict=True):
        for pair, push in frame.items():
            row[pairs.index(pair)] = push
    return Simulated(
        followed=not recorder.reason,
        ended=(count - 1) / trajectory.fps,
        reason=recorder.reason,
        seed=seed,
        trajectory=Trajectory(
            np.hstack([base, states[:, model.joint_q]]),
            trajectory.fps,
            robot.joint_names,
            trajectory.robot,
        ),
        scene=replace(scene, props=tuple(props)),
        velocities=np.hstack([free, velocities[:, model.joint_v]]),
        torques=np.array(recorder.torques),
        contacts=tuple(pairs),
        forces=pushes[..., :3],
        points=pushes[..., 3:],
        body_error=np.array(recorder.body_error),
        prop_error=np.array(recorder.prop_error) if model.free else None,
        saturated=recorder.saturated,
    )
