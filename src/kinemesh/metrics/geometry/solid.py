"""Solids of the scene: how deep the robot is in them, and how far a hand is from them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.kinematics import PosedRobot
from kinemesh.metrics.geometry.narrow_phase import meet
from kinemesh.metrics.geometry.polytope import Polytope, body_of
from kinemesh.metrics.geometry.surface import Surface, Surfaces
from kinemesh.motion import Scene, Shape


@dataclass(frozen=True, eq=False)
class Solid:
    """A prop or the terrain, with its poses over time."""

    name: str
    shape: Shape
    track: Array
    """Poses ``(T, 7)``, or ``(1, 7)`` of what stands still."""
    parts: tuple[Polytope, ...]
    """The shape's convex parts."""
    surface: Surface | None
    """The true surface where the convex parts do not describe the shape exactly."""
    _boxes: tuple[Array, Array] = field(init=False)
    """Lowest and highest corners of the parts' boxes, ``(1, P, 3)`` [m] each."""

    def __post_init__(self) -> None:
        low = np.array([[part.vertices.min(axis=0) for part in self.parts]])
        high = np.array([[part.vertices.max(axis=0) for part in self.parts]])
        object.__setattr__(self, "_boxes", (low, high))

    @classmethod
    def from_surface(cls, name: str, surface: Surface, track: Array) -> Solid:
        """Prepare the shape of a surface on a track."""
        shape = surface.shape
        parts = tuple(Polytope.from_part(part) for part in shape.parts)
        true = surface if shape.warnings else None
        return cls(name, shape, np.atleast_2d(track), parts, true)

    def pose(self, frame: int) -> Array:
        """Its pose ``(7,)`` in a frame."""
        return np.asarray(self.track[min(frame, len(self.track) - 1)])

    def depths(self, robot: PosedRobot, frame: int) -> tuple[Array, Array]:
        """How deep every hull of the robot is inside ``(H,)`` [m]: the solid, its convex parts.

        Against a convex part: the shortest way out of it. Against a true surface: the deeper of
        the surface's deepest point inside the hull and the hull's deepest vertex inside the solid;
        a sheet, which has no inside, knows the first alone.
        """
        pose, bodies = self.pose(frame), dict[int, Polytope]()
        cover = self._cover(robot, pose, bodies)
        if self.surface is None:
            return cover, cover
        true = np.zeros(len(cover))
        # What meets the shape meets the single hull around it. Parts may fall short of it.
        whole = len(self.parts) == 1
        low, high = (corner[None, None] for corner in self.shape.bounds)
        near = cover > 0.0 if whole else self._near(robot, pose, low, high)[:, 0]
        for hull in np.flatnonzero(near):
            true[hull] = self.surface.depth(_placed(robot, int(hull), pose, bodies))
        # Nothing is deeper in the solid than in the one hull around it. Where a scan is open
        # its inside is a matter of degree, and this bound is not.
        return np.minimum(true, cover) if whole else true, cover

    def cover(self, robot: PosedRobot, frame: int) -> Array:
        """How deep every hull of the robot is inside the convex parts ``(H,)`` [m]."""
        return self._cover(robot, self.pose(frame), {})

    def _cover(self, robot: PosedRobot, pose: Array, bodies: dict[int, Polytope]) -> Array:
        depth = np.zeros(len(robot.robot.hulls))
        low, high = self._boxes
        for hull, part in np.argwhere(self._near(robot, pose, low, high)).tolist():
            met = meet(self.parts[part], _placed(robot, hull, pose, bodies), 0.0)
            if met is not None:
                depth[hull] = max(depth[hull], -met.distance)
        return depth

    def gap(self, robot: PosedRobot, frame: int, hulls: NDArray[np.int64]) -> tuple[float, Array]:
        """Signed distance [m] from the nearest of ``hulls`` to the surface, and where on it.

        Returns:
            The distance, negative where a hull is inside or crosses the surface, and the
            nearest point of the surface ``(3,)`` [m] in the solid's own frame.
        """
        pose = self.pose(frame)
        if self.surface is not None:
            return self._true_gap(self.surface, robot, hulls, pose)
        bodies = [_placed(robot, int(hull), pose, {}) for hull in hulls]
        pairs = [
            (float(np.linalg.norm(part.centre - body.centre)) - part.radius - body.radius, k, j)
            for k, part in enumerate(self.parts)
            for j, body in enumerate(bodies)
        ]
        best, where = np.inf, np.zeros(3)
        for least, k, j in sorted(pairs):
            if least > max(best, 0.0):
                break
            met = meet(self.parts[k], bodies[j], max(best, 0.0))
            if met is not None and met.distance < best:
                best, where = met.distance, met.first
        return best, where

    def _true_gap(
        self, surface: Surface, robot: PosedRobot, hulls: NDArray[np.int64], pose: Array
    ) -> tuple[float, Array]:
        table = robot.robot.hull_table
        world = robot.positions(table.joints[hulls], table.centres[hulls])
        local = _local(world, pose)
        _, distance = surface.nearest(local)
        best, where = np.inf, np.zeros(3)
        least = distance - table.radii[hulls]  # no part of a hull is nearer than this
        for k in np.argsort(least):
            if least[k] > max(best, 0.0) and not surface.inside(local[k])[0]:
                continue
            gap, place = surface.gap(_placed(robot, int(hulls[k]), pose, {}))
            if gap < best:
                best, where = gap, place
        return best, where

    def _near(self, robot: PosedRobot, pose: Array, low: Array, high: Array) -> NDArray[np.bool_]:
        """Which hulls may meet which of the boxes ``(1, P, 3)`` of the solid ``(H, P)``."""
        table = robot.robot.hull_table
        centres = _local(robot.positions(table.joints, table.centres), pose)[:, None]
        outside = np.maximum(np.maximum(low - centres, centres - high), 0.0)
        return np.asarray(np.linalg.norm(outside, axis=2) < table.radii[:, None])


def _local(points: Array, pose: Array) -> Array:
    """World ``points`` ``(N, 3)`` [m] in the frame at ``pose`` ``(7,)``."""
    return np.asarray((points - pose[:3]) @ poses.matrix(pose))


def _placed(robot: PosedRobot, hull: int, pose: Array, known: dict[int, Polytope]) -> Polytope:
    """A hull of the posed robot in the frame at ``pose`` ``(7,)``; ``known`` keeps it."""
    if hull not in known:
        item = robot.robot.hulls[hull]
        turn = poses.matrix(pose).T
        shift = turn @ (robot.translations[item.joint] - pose[:3])
        known[hull] = body_of(item).moved(turn @ robot.rotations[item.joint], shift)
    return known[hull]


def props_of(scene: Scene, surfaces: Surfaces) -> tuple[Solid, ...]:
    """The props of a scene as solids."""
    return tuple(Solid.from_surface(p.name, surfaces[p.shape], p.track) for p in scene.props)


def terrain_of(scene: Scene, surfaces: Surfaces) -> Solid | None:
    """The terrain of a scene as a solid."""
    if scene.terrain is None:
        return None
    return Solid.from_surface(scene.terrain.name, surfaces[scene.terrain.shape], poses.IDENTITY)
