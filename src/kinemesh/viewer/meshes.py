"""What a robot's links look like: their true meshes where there are any, else their hulls."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

import numpy as np

from kinemesh.arrays import Array, readonly
from kinemesh.errors import ReadError
from kinemesh.motion import Shape
from kinemesh.recordings.scene.meshes import MESHES, read_triangles
from kinemesh.robot import RobotModel
from kinemesh.viewer.coarse import Faces, coarser
from kinemesh.viewer.palette import DARK, LIGHT, Colour

HULLS = "hulls"
"""In place of a folder of meshes: draw the collision hulls."""

_PACKAGE = "example-robot-data"
_FOLDER = "cmeel.prefix/share/example-robot-data/robots"
_GRAIN = 0.004
"""Vertices of a link's mesh within this [m] are merged."""
_FITS = 0.02
"""A link's mesh may stick out of its hull by this [m]; beyond it the mesh is another robot's."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """A surface to draw, in the frame of what carries it."""

    name: str
    """What it is called in the page."""
    vertices: Array
    """``(N, 3)`` [m]."""
    faces: Faces
    """Outward triangles ``(M, 3)``."""
    colour: Colour
    """Red, green, blue."""
    part_of: str = ""
    """What it is a part of, where that is one thing to whoever looks."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "vertices", readonly(self.vertices))
        object.__setattr__(self, "faces", readonly(self.faces, np.int64))


def link_meshes(
    robot: RobotModel, meshes: str | Path | None = None
) -> tuple[tuple[Mesh, ...], tuple[int, ...]]:
    """The links of ``robot`` that have a shape, and the joint that carries each.

    Args:
        robot: whose links.
        meshes: a folder with one mesh a link, named as the link is and in its frame;
            ``"hulls"``; or None: the meshes of the package example-robot-data, where it is
            installed and has this robot, else the hulls.

    Returns:
        Meshes in the frames of their joints, and the joints' indices. A mesh that sticks out
        of its link's hull is not this robot's; the hull is drawn in its place.

    Raises:
        ReadError: no such folder, none of its meshes has the name of a link, or one is damaged.
    """
    links: dict[str, tuple[int, Shape]] = {}
    for hull in robot.hulls:
        shape = Shape.convex(hull.vertices)
        known = links.get(hull.link)
        links[hull.link] = (hull.joint, shape if known is None else Shape.union([known[1], shape]))
    drawn = {
        name: (joint, Mesh(name, shape.vertices, shape.faces, LIGHT))
        for name, (joint, shape) in links.items()
    }
    folder = _installed(robot) if meshes is None else None if meshes == HULLS else Path(meshes)
    if folder is not None:
        drawn |= _true(robot, folder, {name: shape for name, (_, shape) in links.items()})
    dark = _dark(robot)
    return (
        tuple(replace(m, colour=DARK if joint in dark else LIGHT) for joint, m in drawn.values()),
        tuple(joint for joint, _ in drawn.values()),
    )


def _true(robot: RobotModel, folder: Path, hulls: dict[str, Shape]) -> dict[str, tuple[int, Mesh]]:
    """Joint and mesh of every link that has a file in ``folder``."""
    if not os.path.isdir(folder):
        raise ReadError(f"{folder} is no folder; expected one with a mesh for each link")
    files = {p.stem: p for p in sorted(folder.iterdir()) if p.suffix.lower() in MESHES}
    model = robot.pin_model
    found = {}
    for name in {str(frame.name) for frame in model.frames if model.existBodyName(frame.name)}:
        file = _file(name, files)
        if file is None:
            continue
        frame = model.frames[model.getBodyId(name)]
        vertices, faces = coarser(*read_triangles(file), grain=_GRAIN, dense=0)
        placed = vertices @ frame.placement.rotation.T + frame.placement.translation
        if name not in hulls or _fits(placed, hulls[name]):
            found[name] = (int(frame.parentJoint), Mesh(name, placed, faces, LIGHT))
    if not files or (hulls and not found):
        raise ReadError(
            f"{folder} has no meshes of {robot.name!r}; expected {', '.join(MESHES)} files named "
            f"as its links are: {', '.join(sorted(hulls)[:3])}, ..."
        )
    return dict(sorted(found.items()))


def _file(link: str, files: dict[str, Path]) -> Path | None:
    """The link's own file, or the only revision of it: ``torso_link_rev_1_0`` of torso_link."""
    if link in files:
        return files[link]
    revisions = [path for stem, path in files.items() if stem.startswith(f"{link}_rev")]
    return revisions[0] if len(revisions) == 1 else None


def _fits(vertices: Array, hull: Shape) -> bool:
    low, high = hull.bounds
    return bool(np.all(vertices > low - _FITS) and np.all(vertices < high + _FITS))


def _installed(robot: RobotModel) -> Path | None:
    """The folder of this robot's meshes in the package of robots' meshes, if there is one."""
    family = robot.name.split("_", maxsplit=1)[0]
    try:
        place = metadata.distribution(_PACKAGE).locate_file(
            f"{_FOLDER}/{family}_description/meshes"
        )
    except metadata.PackageNotFoundError:
        return None
    folder = Path(str(place))
    return folder if os.path.isdir(folder) else None


def _dark(robot: RobotModel) -> set[int]:
    """Joints of the base, the hands and the feet."""
    return {1, *(sole.joint for sole in robot.soles), *(hand.joint for hand in robot.hands)}
