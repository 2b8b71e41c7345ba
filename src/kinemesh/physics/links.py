"""The robot's links, soles and servos, for MuJoCo: from its own tree, inertias and hulls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.physics.solids import GRIP, ROBOT, add_solid
from kinemesh.robot import Motors, RobotModel, Sole
from kinemesh.robot.bodies import joint_axes

_SOLE = 0.005
"""Radius [m] of the balls under a sole's corners."""
_LIFT = 0.004
"""The hull of a foot begins so far [m] above its sole: a flat foot stands on its corners."""
_ENDLESS = 1e3
"""A range wider than this [rad] is no limit."""


def add_links(
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
    touches = {"contype": ROBOT, "conaffinity": 0, "friction": [friction, *GRIP]}
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


def add_motors(spec: Any, robot: RobotModel, motors: Motors) -> None:
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
