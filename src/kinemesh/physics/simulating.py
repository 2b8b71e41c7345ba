"""``simulate``: one call from a trajectory, whoever made it, to the motion of a simulated robot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kinemesh._version import __version__
from kinemesh.arrays import Array
from kinemesh.matching import MatchedTrajectory, MotionLike, match
from kinemesh.motion import LANDMARKS, Clip, Scene
from kinemesh.physics.controller import Controller
from kinemesh.physics.simulate import Progress
from kinemesh.physics.simulate import simulate as follow
from kinemesh.physics.simulated import Simulated
from kinemesh.result import Result, Simulation
from kinemesh.robot import RobotModel, configurations, links_of

_TOUCHES = 1.0
"""A part of the robot that is pushed by more than this [N] in the mean of a frame touches."""


def simulate(
    motion: MotionLike,
    recording: Clip | str | Path | None = None,
    *,
    robot: RobotModel | str | Path | None = None,
    scene: Scene | None = None,
    object: str | Path | None = None,
    terrain: str | Path | None = None,
    decompose: bool = False,
    height: float | None = None,
    mass: Mapping[str, float] | float | None = None,
    fps: float | None = None,
    recording_fps: float | None = None,
    seed: int = 0,
    controller: Controller | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Result:
    """Let a simulated robot follow a trajectory, whoever made it, as ``kinemesh simulate`` does.

    Motors of limited torque follow it in MuJoCo, with ground, terrain and props of their mass
    (docs/simulation.md). The same arguments give the same bytes.

    Args:
        motion: a result; a trajectory; what :func:`read_trajectory` gives; or a path to a file, or
            a folder, of any layout in docs/formats.md.
        recording: the clip that it answers, or the path of one; what the motion carries if left
            out.
        robot: whose motion it is; the motion's own if left out, else g1.
        scene: what the robot meets, at its real size; the motion's own, or the recording's scaled,
            if left out.
        object: shape of the object that the file, or the recording at a path, tracks.
        terrain: shape of what is climbed, at human scale.
        decompose: cut these shapes into convex parts where they are not convex.
        height: the person's height [m]; the recording's, or estimated, if left out.
        mass: of the robot's props by name, or of the only one [kg]; what the scene says, else by
            their size, if left out.
        fps: frames per second [1/s] of the trajectory's file, where it does not say.
        recording_fps: frames per second [1/s] of the recording's file, where it does not say.
        seed: of the controller's random numbers.
        controller: how hard it tries; ``Controller()`` if left out.
        threads: how many at once; as many as there are processors if left out.
        progress: called with (frames done, frames in all).

    Returns:
        The motion as it happened, up to where it ended; ``result.simulation`` says whether it was
        followed, and has velocities, torques and contact forces.

    Raises:
        MissingExtra: MuJoCo is not installed.
        ReadError: a file is no trajectory, no recording, or damaged.
        ClipError: the motion is not as long as the recording, or not this robot's.
        RobotError: the robot is not known, or has a motor without a limit of its torque.
        OptionError: arguments that do not go together.
        TypeError: an argument of another kind.

    Examples:
        >>> result = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4))
        >>> kinemesh.simulate(result).simulation.followed
        True
    """
    matched = match(
        motion,
        recording,
        robot=robot,
        scene=scene,
        object=object,
        terrain=terrain,
        decompose=decompose,
        height=height,
        mass=mass,
        fps=fps,
        recording_fps=recording_fps,
    )
    name = Path(motion).stem if isinstance(motion, str | Path) else ""
    return simulated(
        matched, name=name, seed=seed, controller=controller, threads=threads, progress=progress
    )


def simulated(
    matched: MatchedTrajectory,
    *,
    name: str = "",
    seed: int = 0,
    controller: Controller | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Result:
    """What a simulated robot makes of a trajectory in the scene that it was matched with.

    Args:
        matched: the trajectory, its robot, its scene and what it answers.
        name: the motion's, where it is no result's.
        seed: of the controller's random numbers.
        controller: how hard it tries.
        threads: how many at once.
        progress: called with (frames done, frames in all).

    Raises:
        KinemeshError: as for :func:`simulate`.
    """
    happened = follow(
        matched.trajectory,
        matched.robot,
        scene=matched.scene,
        seed=seed,
        controller=controller,
        threads=threads,
        progress=progress,
    )
    return _result(happened, matched, name)


def _result(happened: Simulated, matched: MatchedTrajectory, name: str) -> Result:
    """The simulated motion with what it was made of, as far as it went."""
    count = len(happened.trajectory)
    own = matched.motion if isinstance(matched.motion, Result) else None
    target, clip = matched.target, matched.clip
    if target is not None:
        props = tuple(replace(prop, track=prop.track[:count]) for prop in target.props)
        target = replace(target, props=props)
    landmarks = _landmarks(matched) if own is None else own.landmarks
    touch = {} if own is None else own.touch
    lost = () if happened.followed else (f"simulated: not followed: {happened.reason}",)
    note = f"simulated in MuJoCo {version('mujoco')}, seed {happened.seed}"
    return Result(
        happened.trajectory,
        happened.scene,
        landmarks[:count],
        reports=(),
        clip=(own.clip if own else name) or matched.robot.name,
        scale=1.0 if matched.scale is None else matched.scale,
        version=__version__,
        notes=(*(own.notes if own else matched.notes), note),
        warnings=(*(own.warnings if own else matched.warnings), *lost),
        stance=_stance(happened, matched.robot),
        touch={
            (part, thing): _pushed(happened, _links(matched.robot, part), thing)
            for part, thing in touch
        },
        # A clip of one frame is none.
        demonstration=None if clip is None or count < 2 else clip.crop(0, count),
        target=target,
        simulation=_record(happened),
    )


def _record(happened: Simulated) -> Simulation:
    """What is carried beside trajectory and scene."""
    return Simulation(**{f.name: getattr(happened, f.name) for f in fields(Simulation)})


def _stance(happened: Simulated, robot: RobotModel) -> dict[str, NDArray[np.bool_]]:
    """When each foot was pushed by anything ``(T,)``, as a result says when feet are held."""
    links = links_of(robot).names
    return {
        f"{sole.name}_toe": _pushed(happened, {links[sole.joint - 1]}, None) for sole in robot.soles
    }


def _links(robot: RobotModel, part: str) -> set[str]:
    """The links that touch for a part of the body."""
    links, pad = links_of(robot).names, robot.touching.get(part)
    return set() if pad is None else {links[robot.hulls[k].joint - 1] for k in pad.hulls}


def _pushed(happened: Simulated, links: set[str], thing: str | None) -> NDArray[np.bool_]:
    """When ``links`` and ``thing``, or anything if None, pushed each other ``(T,)``."""
    chosen = [
        k
        for k, pair in enumerate(happened.contacts)
        if links & set(pair) and (thing is None or thing in pair)
    ]
    return np.asarray(np.linalg.norm(happened.forces[:, chosen], axis=2).sum(axis=1) > _TOUCHES)


def _landmarks(matched: MatchedTrajectory) -> Array:
    """The robot's own landmarks ``(T, K, 3)`` [m], where no person's are known."""
    robot = matched.robot
    rows = [robot.configuration(q).landmarks() for q in configurations(matched.trajectory, robot)]
    return np.reshape(rows, (-1, len(LANDMARKS), 3))
