"""In which order a file lists links and joints, where it does not name them.

A child's origin stands still in its parent's frame, and turns there by its joint's angle about its
joint's axis. In the wrong order neither holds, by decimetres and radians, whatever the motion.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.motion.links import Links
from kinemesh.trajectories.raw import Order, into

_FRAMES = 40
"""So many frames of a file, spread over it, are looked at."""


def orders(links: Links) -> Mapping[str, tuple[Order, Order]]:
    """Depth first (MuJoCo) and breadth first (IsaacLab): links, and joints."""
    count = len(links)
    return {
        "depth first": (np.arange(count), np.arange(count - 1)),
        "breadth first": (links.breadth_first(), links.breadth_first_joints()),
    }


def link_misfit(links: Links, order: Order, positions: Array, xyzw: Array) -> float:
    """How far links are from where their parents hold them: root mean square [m].

    Args:
        links: the robot's.
        order: which link each column is.
        positions: origins ``(T, B, 3)`` [m], columns as in the file.
        xyzw: quaternions ``(T, B, 4)``.
    """
    rows = _rows(len(positions))
    places, turns = into(positions[rows], order), _turns(into(xyzw[rows], order))
    children, parents = np.arange(1, len(links)), links.parents[1:]
    held = np.einsum("tbij,bj->tbi", turns[:, parents], links.offsets[children])
    gaps = places[:, children] - places[:, parents] - held
    return float(np.sqrt(np.mean(np.sum(gaps**2, axis=-1))))


def joint_misfit(links: Links, links_order: Order, order: Order, xyzw: Array, q: Array) -> float:
    """How far links are turned from what their joints' angles say: root mean square [rad].

    Args:
        links: the robot's.
        links_order: which link each column of ``xyzw`` is.
        order: which joint each column of ``q`` is.
        xyzw: quaternions ``(T, B, 4)``, columns as in the file.
        q: joint angles ``(T, n)`` [rad], columns as in the file.
    """
    rows = _rows(len(xyzw))
    turns, angles = _turns(into(xyzw[rows], links_order)), into(q[rows], order)
    children, parents = np.arange(1, len(links)), links.parents[1:]
    said = Rotation.from_rotvec((angles[..., None] * links.axes[children]).reshape(-1, 3))
    wanted = links.turns[children] @ said.as_matrix().reshape(*angles.shape, 3, 3)
    found = np.swapaxes(turns[:, parents], -1, -2) @ turns[:, children]
    rest = Rotation.from_matrix((np.swapaxes(wanted, -1, -2) @ found).reshape(-1, 3, 3))
    return float(np.sqrt(np.mean(rest.magnitude() ** 2)))


def _rows(frames: int) -> Order:
    return np.unique(np.linspace(0, frames - 1, min(frames, _FRAMES)).astype(np.int64))


def _turns(xyzw: Array) -> Array:
    return Rotation.from_quat(xyzw.reshape(-1, 4)).as_matrix().reshape(*xyzw.shape[:-1], 3, 3)
