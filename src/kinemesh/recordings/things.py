"""Things that a scene's file holds beside the person: meshes that hang from one node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.errors import ClipError, ReadError
from kinemesh.motion import Prop, Shape

MOST_THINGS = 64
_FLAT = 1e-3
"""A mesh thinner than this [m] is a picture of the floor, not a thing."""
_STEADY = 0.01
"""A thing's size may vary by this share over the clip."""


def check_count(file: str, count: int) -> None:
    """Refuse more things than a scene of one person has.

    Raises:
        ReadError: more than :data:`MOST_THINGS`.
    """
    if count > MOST_THINGS:
        raise ReadError(
            f"{file} holds {count} objects",
            given=count,
            expected=f"at most {MOST_THINGS}",
            advice="join those that belong together, or leave out what nobody touches",
        )


def solid_thing(
    file: str,
    name: str,
    places: Array,
    turns: Rotation,
    meshes: Sequence[tuple[Array, Any, Array]],
    frames: int,
) -> tuple[Prop | None, list[str]]:
    """What hangs from a node as a prop; None, and why, where it is no solid thing. In metres.

    Args:
        file: name of the file, for messages.
        name: the node's.
        places: matrices ``(T, 4, 4)`` from the node's frame to the world; ``(1, 4, 4)`` if it
            stays.
        turns: the rotations nearest to them.
        meshes: vertices ``(V, 3)``, triangles ``(F, 3)``, and the matrix ``(4, 4)`` to the world
            in the first frame, of each mesh.
        frames: how many the clip has.

    Raises:
        ReadError: a mesh that is damaged, or whose size cannot be metres.
    """
    # The scale goes into the shape: a pose has none.
    stretch = turns.as_matrix().transpose(0, 2, 1) @ places[:, :3, :3]
    size = np.linalg.norm(stretch[0])
    notes = []
    if np.abs(stretch - stretch[0]).max() > _STEADY * size:
        notes.append(f"object {name!r} changes its size; the size of its first frame is kept")
    vertices, faces, count = [], [], 0
    for points, triangles, world in meshes:
        inner = np.linalg.inv(places[0]) @ world
        points = (points @ inner[:3, :3].T + inner[:3, 3]) @ stretch[0].T
        if np.linalg.det(inner[:3, :3]) * np.linalg.det(stretch[0]) < 0.0:
            triangles = triangles[:, ::-1]  # a mirror turns triangles inside out
        vertices.append(points)
        faces.append(triangles + count)
        count += len(points)
    points, triangles = np.concatenate(vertices), np.concatenate(faces)
    if not len(triangles) or _thin(points):
        return None, [f"object {name!r}: flat or without triangles, left out"]
    track = np.zeros((frames, 7))
    track[:, :3] = places[:, :3, 3]
    track[:, 3:] = turns.as_quat()
    try:
        prop = Prop(name, Shape.from_mesh(points, triangles), track)
    except ClipError as error:
        raise ReadError(f"{file}: object {name!r}: {error}") from error
    how = "moves" if len(places) > 1 else "stands still"
    notes.insert(0, f"object: prop {name!r} from the file, {len(triangles)} triangles, {how}")
    return prop, notes


def _thin(points: Array) -> bool:
    """Whether points [m] lie within a millimetre of one plane."""
    off = points - points.mean(axis=0)
    _, axes = np.linalg.eigh(off.T @ off)
    return bool(np.ptp(off @ axes[:, 0]) < _FLAT)
