"""MuJoCo's model of a robot in a scene, built from the robot's own tree and hulls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.errors import ClipError, MissingExtra
from kinemesh.geometry import poses
from kinemesh.geometry.hollow import is_hollow
from kinemesh.motion import GROUND, Inertia, Prop, Scene
from kinemesh.physics.motors import motors_of
from kinemesh.physics.solids import add_solid
from kinemesh.robot import Motors, RobotModel, Sole
from kinemesh.robot.bodies import joint_axes, link_names

ROBOT, PROPS = 1, 2
"""Kinds of what moves: the robot's parts meet all but each other, props meet all."""
_SOLE = 0.005
"""Radius [m] of the balls under a sole's corners."""
_LIFT = 0.004
"""The hull of a foot begins so far [m] above its sole: a flat foot stands on its corners."""
_ENDLESS = 1e3
"""A range wider than this [rad] is no limit."""
_STILL = 0.01
"""A prop none of whose corners goes further than this [m] stands still."""
_GRIP = (0.02, 0.001)
"""Friction against twisting and rolling on the spot [m]."""


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
    spec.option.iterations, spec.option.ls_iterations = 10, 20
    spec.compiler.boundmass, spec.compiler.boundinertia = 1e-6, 1e-9
    spec.compiler.balanceinertia, spec.compiler.degree = True, False
    names = link_names(robot)
    _add_links(spec, robot, motors, names, robot.rest[:7] if base is None else base, friction)
    _add_motors(spec, robot, motors)
    free = _add_things(spec, scene, friction)
    things = [scene.props[k].name for k in free]
    twice = sorted({*names, GROUND} & {prop.name for prop in scene.props})
    if twice:
        raise ClipError(f"prop {twice[0]!r} has the name of a link; give it another")
    model = spec.compile()
    joints = [model.joint(name) for name in robot.joint_names]
    bodies = [model.joint(f"{_PROP}{name}") for name in things]
    called = [model.body(k).name.removeprefix(_PROP) for k in range(model.nbody)]
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
        np.array([model.body(f"{_PROP}{name}").id for name in things], dtype=np.int64),
        (GROUND, *called[1:]),
    )


_PROP = "thing: "
"""What stands before a thing's name, which may be that of a link or a joint."""


def _add_links(
    spec: Any, robot: RobotModel, motors: Motors, names: Sequence[str], base: Array, friction: float
) -> None:
    """The robot's tree, with its inertias, ranges, hulls and soles."""
    import mujoco

    tree = robot.pin_model
    axes, sliding = joint_axes(robot)
    bodies = [spec.worldbody]
    kinds = (mujoco.mjtJoint.mjJNT_HINGE, mujoco.mjtJoint.mjJNT_SLIDE)
    for k in range(1, tree.njoints):
        placement, inertia = tree.jointPlacements[k], tree.inertias[k]
        if k == 1:
            place, turn = np.array(base[:3]), poses.to_wxyz(base)[3:]
        else:
            place = np.array(placement.translation)
            turn = Rotation.from_matrix(placement.rotation).as_quat()[[3, 0, 1, 2]]
        body = bodies[int(tree.parents[k])].add_body(name=names[k - 1], pos=place, quat=turn)
        bodies.append(body)
        full = np.array(inertia.inertia)
        body.explicitinertial = True
        body.mass = max(float(inertia.mass), 1e-6)
        body.ipos = np.array(inertia.lever)
        body.fullinertia = [*np.diag(full), full[0, 1], full[0, 2], full[1, 2]]
        if not np.linalg.eigvalsh(full).min() > 0.0:
            body.fullinertia = np.full(6, np.nan)
            body.inertia = np.full(3, 1e-9)
        if k == 1:
            if not robot.fixed_base:
                body.add_freejoint(name="base")
            continue
        low, high = (float(x[5 + k]) for x in (tree.lowerPositionLimit, tree.upperPositionLimit))
        bounded = high - low < _ENDLESS
        body.add_joint(
            name=robot.joint_names[k - 2],
            type=kinds[int(sliding[k])],
            axis=axes[k],
            armature=float(motors.armature[k - 2]),
            limited=bounded,
            range=[low, high] if bounded else [0.0, 0.0],
        )
    touches = {"contype": ROBOT, "conaffinity": 0, "friction": [friction, *_GRIP]}
    for hull in robot.hulls:
        points = hull.vertices
        for sole in robot.soles:
            if sole.joint == hull.joint:
                # Balls and hull would share the load of a flat foot, and chatter.
                low = _LIFT - (points - sole.corners[0]) @ _upwards(sole)
                points = points + np.maximum(low, 0.0)[:, None] * _upwards(sole)
        add_solid(spec, bodies[hull.joint], points, **touches)
    for sole in robot.soles:
        for corner in sole.corners:
            bodies[sole.joint].add_geom(
                type=mujoco.mjtGeom.mjGEOM_SPHERE,
                size=[_SOLE, 0.0, 0.0],
                pos=corner + _SOLE * _upwards(sole),
                mass=0.0,
                **touches,
            )


def _upwards(sole: Sole) -> Array:
    """Out of the sole into the foot: unit ``(3,)`` in the joint's frame."""
    heel, toe = sole.edges
    up = np.cross(toe - heel, sole.corners[0] - sole.corners[1])
    return np.asarray(up * -np.sign(up @ (heel + toe)) / np.linalg.norm(up))


def _add_motors(spec: Any, robot: RobotModel, motors: Motors) -> None:
    """A position servo for each joint; those that follow others are tied to them instead."""
    import mujoco

    for k, name in enumerate(robot.joint_names):
        follower = robot.followers.get(name)
        if follower is not None:
            tie = spec.add_equality(
                type=mujoco.mjtEq.mjEQ_JOINT,
                objtype=mujoco.mjtObj.mjOBJ_JOINT,
                name1=name,
                name2=follower.leader,
            )
            tie.data[:5] = [follower.offset, follower.factor, 0.0, 0.0, 0.0]
            continue
        limit = float(motors.effort[k])
        servo = spec.add_actuator(
            name=name,
            target=name,
            trntype=mujoco.mjtTrn.mjTRN_JOINT,
            biastype=mujoco.mjtBias.mjBIAS_AFFINE,
            forcelimited=True,
            forcerange=[-limit, limit],
        )
        servo.gainprm[0] = motors.stiffness[k]
        servo.biasprm[:3] = [0.0, -motors.stiffness[k], -motors.damping[k]]


def _add_things(spec: Any, scene: Scene, friction: float) -> tuple[int, ...]:
    """Ground, terrain and props; which of these are free."""
    import mujoco

    grip = [friction, *_GRIP]
    still = {"contype": 0, "conaffinity": ROBOT | PROPS, "friction": grip}
    moved = {"contype": PROPS, "conaffinity": ROBOT | PROPS, "friction": grip, "condim": 4}
    world = spec.worldbody
    if scene.ground is not None:
        plane = mujoco.mjtGeom.mjGEOM_PLANE
        world.add_geom(type=plane, size=[0, 0, 1.0], pos=[0, 0, scene.ground], **still)
    if scene.terrain is not None:
        shape = scene.terrain.shape
        _refuse_hollow(scene.terrain.name, shape)
        body = world.add_body(name=f"{_PROP}{scene.terrain.name}")
        for part in shape.parts:
            add_solid(spec, body, part.vertices, **still)
    free = []
    for k, prop in enumerate(scene.props):
        _refuse_hollow(prop.name, prop.shape)
        start = poses.to_wxyz(prop.track[0])
        body = world.add_body(name=f"{_PROP}{prop.name}", pos=start[:3], quat=start[3:])
        for part in prop.shape.parts:
            add_solid(spec, body, part.vertices, **(moved if moves(prop) else still))
        if not moves(prop):
            continue
        free.append(k)
        inertia = Inertia.of(prop)
        body.add_freejoint(name=f"{_PROP}{prop.name}")
        body.explicitinertial = True
        body.mass, body.ipos = inertia.mass, np.array(inertia.centre)
        full = inertia.tensor
        body.fullinertia = [*np.diag(full), full[0, 1], full[0, 2], full[1, 2]]
    return tuple(free)


def moves(prop: Prop) -> bool:
    """Whether a prop moves along its track."""
    corners = np.concatenate([part.vertices for part in prop.shape.parts])
    low, high = corners.min(axis=0), corners.max(axis=0)
    ends = poses.apply(prop.track, np.stack([low, high]))
    return bool(np.abs(ends - ends[0]).max() > _STILL)


def _refuse_hollow(name: str, shape: Any) -> None:
    if is_hollow(shape):
        raise ClipError(
            f"{name!r} is hollow, and a simulation needs convex parts",
            advice="read it with decompose=True",
        )
