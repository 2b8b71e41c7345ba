"""NumPy archives: BeyondMimic's, mjlab's, holosoma's two, OmniRetarget's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.export.motion import Motion
from kinemesh.motion.arrays import Array


def write_beyondmimic(motion: Motion, path: Path) -> None:
    """IsaacLab's orders: joints and bodies breadth first, velocities of the centres of mass.

    ``whole_body_tracking`` reads ``body_lin_vel_w`` as PhysX reports it, at the centre of mass,
    and ``body_pos_w`` at the link's frame.
    """
    order = motion.links.breadth_first()
    joints = motion.links.breadth_first_joints()
    bodies = motion.bodies(motion.links.whole(order))
    linear = motion.centre_velocity(order)
    _save(
        path,
        fps=_fps(motion),
        joint_pos=_single(motion.joints[:, joints]),
        joint_vel=_single(motion.joint_velocity[:, joints]),
        body_pos_w=_single(bodies.positions),
        body_quat_w=_single(bodies.wxyz),
        body_lin_vel_w=_single(linear),
        body_ang_vel_w=_single(bodies.angular),
    )


def write_mjlab(motion: Motion, path: Path) -> None:
    """MuJoCo's orders without the world body, velocities of the links' origins."""
    _save(
        path,
        fps=_fps(motion),
        joint_pos=_single(motion.joints),
        joint_vel=_single(motion.joint_velocity),
        body_pos_w=_single(motion.moving.positions),
        body_quat_w=_single(motion.moving.wxyz),
        body_lin_vel_w=_single(motion.moving.linear),
        body_ang_vel_w=_single(motion.moving.angular),
    )


def write_holosoma_train(motion: Motion, path: Path) -> None:
    """Named joints after the free joint, named bodies after the world, the first prop's motion.

    ``joint_vel`` is a ``qvel``: the root's velocity in the world and its angular velocity in its
    own axes. Velocities of bodies are those of the links' origins, in the world.
    """
    root = motion.moving
    turn = _own_axes(motion)
    world = {
        "body_pos_w": np.zeros(3),
        "body_quat_w": np.array([1.0, 0.0, 0.0, 0.0]),
        "body_lin_vel_w": np.zeros(3),
        "body_ang_vel_w": np.zeros(3),
    }
    bodies = {
        "body_pos_w": root.positions,
        "body_quat_w": root.wxyz,
        "body_lin_vel_w": root.linear,
        "body_ang_vel_w": root.angular,
    }
    arrays: dict[str, Any] = {
        "fps": _fps(motion),
        "joint_pos": motion.qpos(0),
        "joint_vel": np.hstack([root.linear[:, 0], turn, motion.joint_velocity]),
        **{
            key: np.concatenate(
                [np.broadcast_to(world[key], (len(motion), 1, len(world[key]))), values], axis=1
            )
            for key, values in bodies.items()
        },
        "joint_names": np.array(motion.links.joints),
        "body_names": np.array(["world", *motion.links.names]),
    }
    for prop in list(motion.props.values())[:1]:
        arrays |= {
            "object_pos_w": prop.positions[:, 0],
            "object_quat_w": prop.wxyz[:, 0],
            "object_lin_vel_w": prop.linear[:, 0],
            "object_ang_vel_w": prop.angular[:, 0],
        }
    _save(path, **arrays)


def write_holosoma(motion: Motion, path: Path) -> None:
    """``qpos`` as the released retargeter writes it, the person's landmarks beside it."""
    arrays: dict[str, Any] = {"qpos": motion.qpos(1), "fps": _fps(motion)[0]}
    if motion.landmarks is not None:
        arrays["human_joints"] = motion.landmarks
    if motion.cost is not None:
        arrays["cost"] = motion.cost
    _save(path, **arrays)


def write_omniretarget(motion: Motion, path: Path) -> None:
    """``qpos`` of the published data set: every pose has its quaternion before its place."""
    qpos = motion.qpos(1)
    rolled = [3, 4, 5, 6, 0, 1, 2]
    blocks = [qpos[:, :7][:, rolled], motion.joints]
    if motion.props:
        blocks.append(qpos[:, -7:][:, rolled])
    _save(path, qpos=np.hstack(blocks), fps=_fps(motion)[0])


def _own_axes(motion: Motion) -> Array:
    """The root's angular velocity ``(T, 3)`` [rad/s] in its own axes."""
    turns = Rotation.from_quat(motion.base[:, 3:])
    return np.asarray(turns.inv().apply(motion.moving.angular[:, 0]))


def _single(values: Array) -> Any:
    return values.astype(np.float32)


def _fps(motion: Motion) -> Any:
    """The rate as an array of one; whole numbers as integers, as the tools themselves write."""
    whole = float(motion.fps).is_integer()
    return np.array([int(motion.fps) if whole else motion.fps])


def _save(path: Path, **arrays: Any) -> None:
    with path.open("wb") as stream:
        np.savez(stream, **arrays)
