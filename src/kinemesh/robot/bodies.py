"""Where every link of a robot is over a whole trajectory, and how its links hang together."""

from __future__ import annotations

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.errors import ClipError, RobotError
from kinemesh.motion import Trajectory
from kinemesh.motion.links import Bodies, Links
from kinemesh.robot.model import RobotModel


def links_of(robot: RobotModel) -> Links:
    """The moving links of ``robot`` as plain data.

    Raises:
        RobotError: ``[formats]`` names a link that no joint moves.

    Examples:
        >>> links = kinemesh.robot.links_of(kinemesh.RobotModel.load("g1"))
        >>> links.names[:2], len(links.joints)
        (('pelvis', 'left_hip_pitch_link'), 29)
    """
    model, names = robot.pin_model, link_names(robot)
    axes, sliding = joint_axes(robot)
    placements = [model.jointPlacements[k] for k in range(1, model.njoints)]
    return Links(
        robot.name,
        names,
        np.array([int(model.parents[k]) - 1 for k in range(1, model.njoints)]),
        robot.joint_names,
        np.array([np.zeros(3), *(p.translation for p in placements[1:])]),
        np.array([np.eye(3), *(p.rotation for p in placements[1:])]),
        np.where(sliding[:, None], 0.0, axes)[1:],
        np.array([model.inertias[k].lever for k in range(1, model.njoints)]),
        {name: _bodies(robot, name, names) for name in robot.listed},
    )


def link_names(robot: RobotModel) -> tuple[str, ...]:
    """Names of the links that joints move, the base's first, in the order of the joints."""
    model = robot.pin_model
    names: list[str] = [""] * (model.njoints - 1)
    for frame in model.frames:
        # The first body frame of a joint is the link whose frame is the joint's own.
        if int(frame.type) == int(pin.FrameType.BODY) and not names[frame.parentJoint - 1]:
            names[frame.parentJoint - 1] = str(frame.name)
    return tuple(names)


def configurations(trajectory: Trajectory, robot: RobotModel) -> Array:
    """Configurations ``(T, nq)`` of a trajectory, its joints in the robot's order.

    Raises:
        ClipError: the trajectory has not the joints of this robot.

    Examples:
        >>> done = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4)).trajectory
        >>> kinemesh.robot.configurations(done, kinemesh.RobotModel.load("g1")).shape
        (4, 36)
    """
    given, wanted = trajectory.joint_names, robot.joint_names
    if set(given) != set(wanted):
        missing = [name for name in wanted if name not in given]
        more = [name for name in given if name not in wanted]
        raise ClipError(
            f"the trajectory of {trajectory.robot!r} has not the joints of {robot.name!r}: "
            f"it lacks {', '.join(missing) or 'none'} and has besides {', '.join(more) or 'none'}; "
            f"give the robot that it was made for"
        )
    order = [given.index(name) for name in wanted]
    return np.hstack([trajectory.base, trajectory.joints[:, order]])


def link_poses(robot: RobotModel, q: Array) -> Array:
    """World poses ``(T, B, 7)`` of the links of :func:`links_of` at configurations ``(T, nq)``.

    The quaternions of a link are on one hemisphere from frame to frame.

    Examples:
        >>> robot = kinemesh.RobotModel.load("g1")
        >>> kinemesh.robot.link_poses(robot, robot.rest[None]).shape  # (T, L, 7)
        (1, 30, 7)
    """
    model, data = robot.pin_model, robot.scratch()
    placements = np.zeros((len(q), model.njoints - 1, 4, 4))
    for row, target in zip(np.asarray(q, dtype=np.float64), placements, strict=True):
        pin.forwardKinematics(model, data, row)
        target[:] = [data.oMi[k].homogeneous for k in range(1, model.njoints)]
    turned = Rotation.from_matrix(placements[..., :3, :3].reshape(-1, 3, 3)).as_quat(canonical=True)
    quaternions = turned.reshape(*placements.shape[:2], 4)
    agree = np.sum(quaternions[1:] * quaternions[:-1], axis=-1)
    quaternions[1:] *= np.cumprod(np.where(agree < 0.0, -1.0, 1.0), axis=0)[..., None]
    return np.concatenate([placements[..., :3, 3], quaternions], axis=-1)


def link_velocities(robot: RobotModel, q: Array, v: Array) -> tuple[Array, Array]:
    """Velocities of the links of :func:`links_of`, linear and angular ``(T, B, 3)``, in the world.

    Args:
        robot: whose links they are.
        q: configurations ``(T, nq)``.
        v: how they change ``(T, nv)``: the base's linear velocity in the world's axes [m/s], its
            angular velocity in its own [rad/s], then the joints' [rad/s].

    Returns:
        Of the links' origins [m/s], and [rad/s].

    Examples:
        >>> robot = kinemesh.RobotModel.load("g1")
        >>> q, v = robot.rest[None], np.zeros((1, robot.nv))
        >>> linear, angular = kinemesh.robot.link_velocities(robot, q, v)
        >>> linear.shape, angular.shape
        ((1, 30, 3), (1, 30, 3))
    """
    model, data = robot.pin_model, robot.scratch()
    found = np.zeros((2, len(q), model.njoints - 1, 3))
    own = np.array(v, dtype=np.float64)
    own[:, :3] = Rotation.from_quat(q[:, 3:7]).inv().apply(own[:, :3])
    for k, (row, rates) in enumerate(zip(np.asarray(q, dtype=np.float64), own, strict=True)):
        pin.forwardKinematics(model, data, row, rates)
        for joint in range(1, model.njoints):
            moving = pin.getVelocity(model, data, joint, pin.ReferenceFrame.LOCAL_WORLD_ALIGNED)
            found[0, k, joint - 1], found[1, k, joint - 1] = moving.linear, moving.angular
    return found[0], found[1]


def joint_axes(robot: RobotModel) -> tuple[Array, NDArray[np.int64]]:
    """Axis ``(njoints, 3)`` of every joint in its own frame, and whether it slides along it."""
    model = robot.pin_model
    data = model.createData()
    pin.computeJointJacobians(model, data, pin.neutral(model))
    axes = np.zeros((model.njoints, 3))
    sliding = np.zeros(model.njoints, dtype=np.int64)
    for joint in range(2, model.njoints):
        local = pin.getJointJacobian(model, data, joint, pin.ReferenceFrame.LOCAL)
        linear, angular = np.split(local[:, model.idx_vs[joint]], 2)
        sliding[joint] = int(np.linalg.norm(linear) > np.linalg.norm(angular))
        axes[joint] = linear if sliding[joint] else angular
    return axes, sliding


def centre_of_mass(robot: RobotModel, q: Array) -> Array:
    """Centre of mass ``(3,)`` [m] in the world, by the masses of the robot's URDF.

    Examples:
        >>> robot = kinemesh.RobotModel.load("g1")
        >>> kinemesh.robot.centre_of_mass(robot, robot.rest).shape  # [m]
        (3,)
    """
    return np.array(pin.centerOfMass(robot.pin_model, robot.scratch(), np.asarray(q)))


def _bodies(robot: RobotModel, format: str, names: tuple[str, ...]) -> Bodies:
    """What ``[formats.<format>]`` of the robot lists."""
    listed = robot.listed[format]
    carriers, offsets = [], []
    for name, (link, offset) in listed.items():
        if link not in names:
            raise RobotError(
                f"robot {robot.name!r}: [formats.{format}] places {name!r} in link {link!r}, "
                f"which no joint moves; the links that joints move are {', '.join(names)}"
            )
        carriers.append(names.index(link))
        offsets.append(offset)
    return Bodies(tuple(listed), np.array(carriers), np.array(offsets))
