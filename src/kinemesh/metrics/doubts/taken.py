"""Doubts about meshes that were taken for sheets although the robot is inside of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.geometry.winding import Winding
from kinemesh.metrics.score import Doubt
from kinemesh.motion import Scene, Shape

_ROUND = 0.75
"""A place that a sheet goes round by more than this may be inside of a solid."""
_ROOM = 1.5
"""What is this wide [m] both ways, and as high, has room for somebody and may be a room."""
_FRAMES = 24
"""As many frames are looked at."""


def within_sheets(posed: KinematicTrajectory, scene: Scene) -> Iterator[Doubt]:
    """Hulls of the robot inside of what has no inside, where that is too small for a room."""
    things: list[tuple[str, Shape, Array]] = [(p.name, p.shape, p.track) for p in scene.props]
    if scene.terrain is not None:
        things.append((scene.terrain.name, scene.terrain.shape, poses.IDENTITY[None]))
    table = posed.robot.hull_table
    for name, shape, track in things:
        size = np.ptp(shape.bounds, axis=0)
        if not shape.sheets.any() or float(size.min()) >= _ROOM:
            continue
        winding = Winding(shape.vertices, shape.faces[shape.sheets])
        most, where = 0, 0
        for k in np.unique(np.linspace(0, len(posed) - 1, min(_FRAMES, len(posed))).astype(int)):
            pose = track[min(k, len(track) - 1)]
            centres = posed.configurations[k].positions(table.joints, table.centres)
            local = (centres - pose[:3]) @ poses.matrix(pose)
            count = int(np.sum(np.abs(winding.numbers(local)) > _ROUND))
            most, where = max((most, where), (count, int(k)), key=lambda pair: pair[0])
        if most:
            extent = " x ".join(f"{x:.2f}" for x in size)
            why = (
                f"{most} of {len(table.centres)} hulls of the robot are inside of {name!r} "
                f"({extent} m), which was taken for a sheet that has no inside: whether it is a "
                f"solid, and how deep they are, is not known"
            )
            yield Doubt("doubt.mesh", why, ((where, where),))
