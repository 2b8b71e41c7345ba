"""Solids of the scene: how deep the robot is in them, and how far a hand is from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kinemesh.metrics.surface import PlacedHull, Surface
from kinemesh.motion import Scene, Shape, poses
from kinemesh.motion.arrays import Array
from kinemesh.motion.shape import ConvexPart
from kinemesh.robot import Configuration, Hull, Obstacle, near_obstacle

_REACH = (0.05, 0.3, 1.0, 10.0, 100.0)
"""Distances [m] in which a hand's nearest solid is sought, one after the other."""


@dataclass(frozen=True, eq=False)
class Solid:
    """A prop or the terrain, with its poses over time."""

    name: str
    shape: Shape
    obstacle: Obstacle
    track: Array
    """Poses ``(T, 7)``, or ``(1, 7)`` of what stands still."""
    surface: Surface | None
    """The true surface where the convex parts do not describe the shape exactly."""

    @classmethod
    def of(cls, name: str, shape: Shape, track: Array) -> Solid:
        """Prepare a shape on a track."""
        surface = Surface.of(shape) if shape.warnings else None
        return cls(name, shape, Obstacle.of(name, shape), np.atleast_2d(track), surface)

    def pose(self, frame: int) -> Array:
        """Its pose ``(7,)`` in a frame."""
        return np.asarray(self.track[min(frame, len(self.track) - 1)])

    def depths(self, configuration: Configuration, frame: int) -> tuple[Array, Array]:
        """How deep every hull of the robot is inside ``(H,)`` [m]: the solid, its convex parts.

        Against a convex part: the shortest way out of it. Against a true surface: the deeper of
        its deepest lattice point inside the hull and the hull's deepest vertex inside the solid.
        """
        cover = self.cover(configuration, frame)
        if self.surface is None:
            return cover, cover
        true, pose = np.zeros(len(cover)), self.pose(frame)
        for hull in np.flatnonzero(cover > 0.0):
            part = hull_in(configuration, int(hull), pose)
            gap, _ = self.surface.to_hull(part)
            true[hull] = self._depth_inside(self.surface, part, gap)
        if len(self.obstacle.parts) == 1:
            # Nothing is deeper in the solid than in the one hull around it. Where a scan is open
            # its inside is a matter of degree, and this bound is not.
            true = np.minimum(true, cover)
        return true, cover

    def cover(self, configuration: Configuration, frame: int) -> Array:
        """How deep every hull of the robot is inside the convex parts ``(H,)`` [m]."""
        depth = np.zeros(len(configuration.robot.hulls))
        near = near_obstacle(configuration, self.obstacle, self.pose(frame), 0.0)
        np.maximum.at(depth, near.hulls, -near.distance)
        return depth

    def gap(
        self, configuration: Configuration, frame: int, hulls: NDArray[np.int64]
    ) -> tuple[float, Array]:
        """Signed distance [m] from the nearest of ``hulls`` to the surface, and where on it.

        Returns:
            The distance, negative where a hull is inside or crosses the surface, and the
            nearest point of the surface ``(3,)`` [m] in the solid's own frame.
        """
        pose = self.pose(frame)
        if self.surface is not None:
            return self._true_gap(self.surface, configuration, hulls, pose)
        for within in _REACH:
            near = near_obstacle(configuration, self.obstacle, pose, within)
            mine = np.flatnonzero(np.isin(near.hulls, hulls))
            if len(mine):
                best = int(mine[np.argmin(near.distance[mine])])
                place = near.points[best] - near.distance[best] * near.normals[best]
                local = poses.apply(poses.inverse(pose), place[None])[0]
                return float(near.distance[best]), local
        return np.inf, np.zeros(3)

    def _true_gap(
        self,
        surface: Surface,
        configuration: Configuration,
        hulls: NDArray[np.int64],
        pose: Array,
    ) -> tuple[float, Array]:
        table = configuration.robot.hull_table
        world = configuration.positions(table.joints[hulls], table.centres[hulls])
        local = poses.apply(poses.inverse(pose), world)
        _, distance = surface.nearest(local)
        best, where = np.inf, np.zeros(3)
        least = distance - table.radii[hulls]  # no part of a hull is nearer than this
        for k in np.argsort(least):
            if least[k] > max(best, 0.0) and not surface.inside(local[k])[0]:
                continue
            hull = hull_in(configuration, int(hulls[k]), pose)
            gap, place = surface.to_hull(hull)
            depth = self._depth_inside(surface, hull, gap)
            gap = -depth if depth > 0.0 else gap
            if gap < best:
                best, where = gap, place
        return best, where

    def _depth_inside(self, surface: Surface, hull: PlacedHull, gap: float) -> float:
        """The deeper of the surface inside the hull (``gap`` < 0) and the hull inside the solid."""
        crossing = max(0.0, -gap)
        inside = np.zeros(len(hull.vertices), dtype=bool)
        for part in self.obstacle.parts:
            level = hull.vertices @ part.planes[:, :3].T + part.planes[:, 3]
            inside |= level.max(axis=1) < 0.0
        if not inside.any():
            return crossing
        return max(crossing, surface.deepest_inside(hull.vertices[inside], crossing))


def hull_in(configuration: Configuration, hull: int, pose: Array) -> PlacedHull:
    """A hull of the posed robot in the frame at ``pose`` ``(7,)``."""
    item = configuration.robot.hulls[hull]
    turn = poses.matrix(pose).T
    rotation = turn @ configuration.rotations[item.joint]
    shift = turn @ (configuration.translations[item.joint] - pose[:3])
    return PlacedHull.of(_part(item), rotation, shift, item.geometry)


@lru_cache(maxsize=256)
def _part(hull: Hull) -> ConvexPart:
    return ConvexPart(hull.vertices)


def props_of(scene: Scene) -> tuple[Solid, ...]:
    """The props of a scene as solids."""
    return tuple(Solid.of(prop.name, prop.shape, prop.track) for prop in scene.props)


def terrain_of(scene: Scene) -> Solid | None:
    """The terrain of a scene as a solid."""
    if scene.terrain is None:
        return None
    return Solid.of(scene.terrain.name, scene.terrain.shape, poses.IDENTITY)
