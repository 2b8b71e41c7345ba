"""Archives that name joints and bodies: holosoma's for training, HDMI's and IsaacLab's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.trajectories.containers import Contents
from kinemesh.trajectories.layouts.families.columns import like, w_last
from kinemesh.trajectories.raw import RawBodies, RawMotion, Target

POSES = ("body_pos_w", "body_quat_w")
"""The arrays of bodies' places and quaternions, as most call them."""
VELOCITIES = ("body_lin_vel_w", "body_ang_vel_w")
"""Those of their linear and angular velocities."""


def joint_columns(contents: Contents, given: tuple[str, ...], target: Target) -> list[int]:
    """Which of the ``given`` names each of the robot's joints is.

    Raises:
        ReadError: one is not among them.
    """
    missing = [name for name in target.joint_names if name not in given]
    if missing:
        raise ReadError(
            f"{contents.path.name} names no joint {', '.join(missing[:5])}; it names "
            f"{', '.join(given[:5])}, ...: check the robot (robot=)"
        )
    return [given.index(name) for name in target.joint_names]


@dataclass(frozen=True, eq=False)
class NamedBodies:
    """The bodies of an archive by their names."""

    names: tuple[str, ...]
    places: Array
    """``(T, N, 3)`` [m]."""
    turns: Array
    """``(T, N, 4)``, ``x y z w``."""
    root: int
    """Which of them is the robot's root."""


def named_bodies(
    contents: Contents, frames: int, target: Target, poses: tuple[str, str] = POSES
) -> NamedBodies:
    """The bodies, and which is the root: by name, or the first that is not the world.

    Raises:
        ReadError: shapes that are none of so many names and frames, or no root.
    """
    names = contents.names.get("body_names", ())
    places = contents.array(poses[0], frames, len(names), 3)
    turns = w_last(contents.array(poses[1], frames, len(names), 4))
    root = int(names[:1] == ("world",))
    if target.links is not None:
        name = target.links.names[0]
        if name not in names:
            raise ReadError(
                f"{contents.path.name} names no body {name!r}, the root of {target.robot!r}; it "
                f"names {', '.join(names[:5])}, ..."
            )
        root = names.index(name)
    return NamedBodies(names, places, turns, root)


def robots_bodies(
    contents: Contents,
    raw: RawMotion,
    poses: tuple[str, str] = POSES,
    velocities: tuple[str, str] = VELOCITIES,
) -> RawBodies:
    """Those of the bodies that are links of the robot, with their velocities."""
    links, bodies = raw.links, named_bodies(contents, len(raw), raw.target, poses)
    own = [k for k, name in enumerate(bodies.names) if name in links.names]
    shape = (len(raw), len(bodies.names), 3)
    linear, angular = (like(contents, key, *shape) for key in velocities)
    return RawBodies(
        np.array([links.names.index(bodies.names[k]) for k in own], dtype=np.int64),
        np.zeros((len(own), 3)),
        bodies.places[:, own],
        bodies.turns[:, own],
        None if linear is None else linear[:, own],
        None if angular is None else angular[:, own],
        root=own.index(bodies.root),
    )
