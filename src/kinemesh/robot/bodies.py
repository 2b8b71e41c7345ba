"""Where every link of a robot is over a whole trajectory, and how its links hang together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pinocchio as pin
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.errors import ClipError, RobotError
from kinemesh.motion import Trajectory
from kinemesh.motion.links import Bodies, Links

if TYPE_CHECKING:
    from kinemesh.robot.model import RobotModel


def links_of(robot: RobotModel) -> Links:
    """The moving links of ``robot`` as plain data.

    Raises:
        RobotError: ``[formats]`` names a link that no joint moves.
    """
    model = robot.pin_model
    count = model.njoints - 1
    names: list[str] = [""] * count
    for frame in model.frames:
        # The first body frame of a joint is the link whose frame is the joint's own.
        if int(frame.type) == int(pin.FrameType.BODY) and not names[frame.parentJoint - 1]:
            names[frame.parentJoint - 1] = str(frame.name)
    placements = [model.jointPlacements[k] for k in range(1, model.njoints)]
    return Links(
        robot.name,
        tuple(names),
        np.array([int(model.parents[k]) - 1 for k in range(1, model.njoints)]),
        robot.joint_names,
        np.array([np.zeros(3), *(p.translation for p in placements[1:])]),
        np.array([np.eye(3), *(p.rotation for p in placements[1:])]),
        _axes(robot),
        np.array([model.inertias[k].lever for k in range(1, model.njoints)]),
        {name: _bodies(robot, name, tuple(names)) for name in robot.listed},
    )


def configurations(trajectory: Trajectory, robot: RobotModel) -> Array:
    """Configurations ``(T, nq)`` of a trajectory, its joints in the robot's order.

    Raises:
        ClipError: the trajectory has not the joints of this robot.
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


def _axes(robot: RobotModel) -> Array:
    """The axis of each link's joint ``(B, 3)``, read from the joint's own motion."""
    model, data = robot.pin_model, robot.scratch()
    q = pin.neutral(model)
    pin.computeJointJacobians(model, data, q)
    axes = np.zeros((model.njoints - 1, 3))
    for k in range(2, model.njoints):
        column = pin.getJointJacobian(model, data, k, pin.ReferenceFrame.LOCAL)[:, model.idx_vs[k]]
        axes[k - 1] = column[3:]
    return axes


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
