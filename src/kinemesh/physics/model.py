"""MuJoCo's model of a robot in a scene, built from the robot's own tree and hulls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.errors import ClipError, MissingExtra
from kinemesh.geometry import poses
from kinemesh.motion import GROUND, Scene
from kinemesh.physics.links import add_links, add_motors
from kinemesh.physics.motors import motors_of
from kinemesh.physics.things import THING, add_things
from kinemesh.robot import Motors, RobotModel
from kinemesh.robot.bodies import link_names


@dataclass(frozen=True, eq=False)
class Model:
    """A robot in its scene, for MuJoCo.

    Its configuration (``qpos``) is the base's ``x y z qw qx qy qz``, unless the base is fixed, the
    joints, then each free prop as the base is.
    """

    mj: Any
    """The compiled ``mujoco.MjModel``."""
    robot: RobotModel
    motors: Motors
    driven: NDArray[np.int64]
    """The joint that each of MuJoCo's actuators moves ``(nu,)``."""
    joint_q: NDArray[np.int64]
    """Where each joint is in ``qpos`` ``(n,)``."""
    joint_v: NDArray[np.int64]
    """Where each joint is in ``qvel`` ``(n,)``."""
    links: NDArray[np.int64]
    """MuJoCo's body of each of Pinocchio's joints, the base's first ``(njoints - 1,)``."""
    free: tuple[int, ...]
    """Which props of the scene are free."""
    free_q: NDArray[np.int64]
    """Where each free prop is in ``qpos`` ``(P, 7)``."""
    free_v: NDArray[np.int64]
    """Where each free prop is in ``qvel`` ``(P, 6)``."""
    free_bodies: NDArray[np.int64]
    """MuJoCo's body of each free prop ``(P,)``."""
    names: tuple[str, ...]
    """What MuJoCo's bodies are called in the robot or the scene, the world's ground first."""

    def qpos(self, q: Array, tracks: Sequence[Array] = ()) -> Array:
        """MuJoCo's configurations ``(T, nq)`` of the robot's ``(T, 7 + n)`` and the props' tracks.

        Args:
            q: the robot's configurations, in Pinocchio's order.
            tracks: of the free props, ``(T, 7)`` each.
        """
        result = np.zeros((len(q), self.mj.nq))
        if not self.robot.fixed_base:
            result[:, :7] = poses.to_wxyz(q[:, :7])
        result[:, self.joint_q] = q[:, 7:]
        for where, track in zip(self.free_q, tracks, strict=True):
            result[:, where] = poses.to_wxyz(track)
        return result


def build(
    robot: RobotModel,
    scene: Scene,
    *,
    timestep: float,
    friction: float,
    base: Array | None = None,
) -> Model:
    """The model of ``robot`` in ``scene``.

    Links have the masses of the robot's URDF and its limits of angle, hulls and soles touch; the
    robot does not touch itself. Props that move are free bodies.

    Args:
        robot: any.
        scene: ground, terrain and props, of the robot's size.
        timestep: [s].
        friction: of everything [1].
        base: where a fixed base is ``(7,)``; at the robot's rest if left out.

    Raises:
        MissingExtra: MuJoCo is not installed.
        RobotError: a motor without a limit.
        ClipError: a thing that no convex parts stand for, or one named as a link is.
    """
    try:
        import mujoco
    except ImportError as error:
        raise MissingExtra("mujoco", "physics") from error
    motors = motors_of(robot)
    spec = mujoco.MjSpec()
    spec.option.timestep = timestep
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    # What explodes shall not be put back to where it began.
    spec.option.disableflags |= int(mujoco.mjtDisableBit.mjDSBL_AUTORESET)
    spec.option.iterations, spec.option.ls_iterations = 10, 20
    spec.compiler.boundmass, spec.compiler.boundinertia = 1e-6, 1e-9
    spec.compiler.balanceinertia, spec.compiler.degree = True, False
    names = link_names(robot)
    add_links(spec, robot, motors, names, robot.rest[:7] if base is None else base, friction)
    add_motors(spec, robot, motors)
    free = add_things(spec, scene, friction)
    things = [scene.props[k].name for k in free]
    twice = sorted({*names, GROUND} & {prop.name for prop in scene.props})
    if twice:
        raise ClipError(f"prop {twice[0]!r} has the name of a link; give it another")
    model = spec.compile()
    joints = [model.joint(name) for name in robot.joint_names]
    bodies = [model.joint(f"{THING}{name}") for name in things]
    called = [model.body(k).name.removeprefix(THING) for k in range(model.nbody)]
    follow = [name in robot.followers for name in robot.joint_names]
    return Model(
        model,
        robot,
        motors,
        np.flatnonzero(~np.array(follow, dtype=bool)),
        np.array([j.qposadr[0] for j in joints], dtype=np.int64),
        np.array([j.dofadr[0] for j in joints], dtype=np.int64),
        np.array([model.body(name).id for name in names], dtype=np.int64),
        free,
        np.array([j.qposadr[0] + np.arange(7) for j in bodies], dtype=np.int64).reshape(-1, 7),
        np.array([j.dofadr[0] + np.arange(6) for j in bodies], dtype=np.int64).reshape(-1, 6),
        np.array([model.body(f"{THING}{name}").id for name in things], dtype=np.int64),
        (GROUND, *called[1:]),
    )
