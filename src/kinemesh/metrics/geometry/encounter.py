"""A robot and a solid over a whole trajectory: how deep they are in each other, how far apart.

A frame's figure is that of its worst hull, so most hulls never have to be measured: facets say
for all frames at once how deep two convex bodies can be in each other at most, or how near at
least, and a hull that was some way off cannot be there before it has moved so far. Exact depths
are worked out until no other can be worse. Nothing is sampled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.broad_phase import facet_levels
from kinemesh.metrics.geometry.narrow_phase import Meeting, meet
from kinemesh.metrics.geometry.polytope import Polytope, body_of
from kinemesh.metrics.geometry.solid import Solid, props_of, terrain_of
from kinemesh.metrics.geometry.surface import Surface, Surfaces
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.motion import Scene

_SLACK = 1e-9
"""Bounds are worked out in another order than what they bound [m]."""

Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Hulls and convex parts that may overlap, those of a frame together, the worst first."""

    frames: Index
    hulls: Index
    parts: Index
    most: Array
    """They are no deeper in each other than this [m]."""

    def __iter__(self) -> Iterator[tuple[int, int, int, float]]:
        columns = (self.frames, self.hulls, self.parts, self.most)
        return zip(*(column.tolist() for column in columns), strict=True)


class Encounter:
    """A robot that moves beside a solid: what both kinds of rows ask is worked out once."""

    def __init__(self, solid: Solid, posed: KinematicTrajectory) -> None:
        self.solid, self.posed, self.robot = solid, posed, posed.robot
        track = np.broadcast_to(solid.track, (len(posed), 7))
        back = poses.matrix(track).transpose(0, 2, 1)
        self.rotations: Array = back[:, None] @ posed.rotations
        """Of every joint frame in the solid's ``(T, njoints, 3, 3)``."""
        away = posed.translations - track[:, None, :3]
        self.shifts: Array = np.einsum("tij,tnj->tni", back, away)
        """``(T, njoints, 3)`` [m]."""
        self._known: dict[tuple[int, int], float] = {}
        self._last: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self.shifts)

    def depths(self) -> tuple[Array, Index]:
        """Depth in the solid ``(T,)`` [m], and the hull ``(T,)`` that is so deep.

        Against convex parts the shortest way out of one. Against a true surface: see
        :meth:`Surface.depth`.
        """
        return self._in_surface(self.solid.surface) if self.solid.surface else self.in_parts()

    def in_parts(self) -> tuple[Array, Index]:
        """Depth in the convex parts ``(T,)`` [m], and the hull ``(T,)`` that is so deep."""
        depth, hulls = np.zeros(len(self)), np.zeros(len(self), np.int64)
        for frame, hull, part, most in self._pairs:
            if most > depth[frame]:
                found = self._overlap(part, hull, frame)
                if found > depth[frame]:
                    depth[frame], hulls[frame] = found, hull
        return depth, hulls

    def deepest_in_parts(self) -> float:
        """Depth in the convex parts over all frames [m].

        The shortest way out in one frame is a way out in the others, if no longer the shortest.
        """
        deepest, pairs = 0.0, self._pairs
        most = np.array(pairs.most)
        while len(most) and most.max() > deepest:
            k = int(np.argmax(most))
            part, hull, frame = int(pairs.parts[k]), int(pairs.hulls[k]), int(pairs.frames[k])
            met = meet(self.solid.parts[part], self._body(hull, frame), 0.0, float(most[k]))
            most[k] = -np.inf
            deepest = max(deepest, 0.0 if met is None else -met.distance)
            if met is not None and met.distance < -_SLACK:
                same = (pairs.hulls == hull) & (pairs.parts == part) & (most > deepest)
                found = self._out(part, hull, met, frame, pairs.frames[same])
                most[same] = np.minimum(most[same], found + _SLACK)
        return deepest

    def gaps(self, frames: Index, hulls: Index) -> Array:
        """Signed distance ``(K,)`` [m] from the nearest of ``hulls`` in each of ``frames``."""
        if self.solid.surface is None:
            return self._from_parts(frames, hulls)
        found = np.full(len(frames), np.inf)
        for j, frame in enumerate(frames.tolist()):
            least = [self._at_least(hull, frame) for hull in hulls.tolist()]
            for k in np.argsort(least).tolist():
                if least[k] < max(found[j], 0.0):
                    gap = self._from_surface(self.solid.surface, int(hulls[k]), frame)
                    found[j] = min(found[j], gap)
        return found

    def _in_surface(self, surface: Surface) -> tuple[Array, Index]:
        """Depth in the true surface ``(T,)`` [m], and the hull ``(T,)`` that is so deep.

        Nothing is deeper in a solid than in the one hull around it. Where a scan is open its
        inside is a matter of degree, and this bound is not; parts, which may fall short of the
        surface, give none.
        """
        depth, hulls = np.zeros(len(self)), np.zeros(len(self), np.int64)
        whole = len(self.solid.parts) == 1
        if whole:
            order = np.lexsort((self._pairs.frames, self._pairs.hulls))
            frames, bodies = self._pairs.frames[order], self._pairs.hulls[order]
            most = self._pairs.most[order]
        else:
            bodies, frames = np.nonzero(self._near(*self.solid.shape.bounds).T)
            most = np.full(len(frames), np.inf)
        asked = ~self._beside(surface, bodies, frames)
        frames, bodies, most = frames[asked], bodies[asked], most[asked]
        for frame, hull, bound in zip(frames.tolist(), bodies.tolist(), most.tolist(), strict=True):
            if bound <= depth[frame]:
                continue
            found = -self._from_surface(surface, hull, frame)
            if whole and found > max(depth[frame], self._surely_in(hull, frame)):
                found = min(found, self._overlap(0, hull, frame))
            if found > depth[frame]:
                depth[frame], hulls[frame] = found, hull
        return depth, hulls

    def _beside(self, surface: Surface, hulls: Index, frames: Index) -> NDArray[np.bool_]:
        """Which of the hulls ``(N,)`` are surely off the surface and outside of the solid.

        A hull that is clear of all triangles is inside with all of its vertices or with none.
        """
        found = np.zeros(len(hulls), dtype=bool)
        for hull in np.unique(hulls).tolist():
            rows, item = np.flatnonzero(hulls == hull), self.robot.hulls[hull]
            body, there = body_of(item), frames[rows]
            turns, moves = self.rotations[there, item.joint], self.shifts[there, item.joint]
            rows = rows[surface.clear(body, turns, moves)]
            first = self._points(hull, frames[rows], body.vertices[:1])[:, 0]
            found[rows] = ~surface.inside(first)
        return found

    def _from_surface(self, surface: Surface, hull: int, frame: int) -> float:
        """Signed distance [m] of a hull from the true surface."""
        if (hull, frame) not in self._known:
            last, most = self._last.get(hull), np.inf
            if last is not None:
                most = max(self._known[hull, last], 0.0) + self._moved(hull, last, frame)
            self._known[hull, frame] = surface.gap(self._body(hull, frame), most)[0]
        self._last[hull] = frame
        return self._known[hull, frame]

    def _at_least(self, hull: int, frame: int) -> float:
        """What is known of a hull's distance from the true surface [m]: it moved no further."""
        known, last = self._known.get((hull, frame)), self._last.get(hull)
        if known is not None or last is None:
            return -np.inf if known is None else known
        away = self._known[hull, last]
        return away - self._moved(hull, last, frame) - _SLACK if away > 0.0 else -np.inf

    def _moved(self, hull: int, first: int, second: int) -> float:
        """How far the vertex of a hull that moves furthest does from frame to frame [m]."""
        one, other = self._points(
            hull, np.array([first, second]), body_of(self.robot.hulls[hull]).vertices
        )
        return float(np.sqrt(np.sum((other - one) ** 2, axis=1).max()))

    def _from_parts(self, frames: Index, hulls: Index) -> Array:
        """Signed distance ``(K,)`` [m] of the nearest of ``hulls`` from the nearest part."""
        found = np.full(len(frames), np.inf)
        pairs = [(k, h) for k in range(len(self.solid.parts)) for h in hulls.tolist()]
        least = np.reshape([self._levels(*pair, frames) for pair in pairs], (len(pairs), -1))
        for j, frame in enumerate(frames.tolist()):
            for row in np.argsort(least[:, j]).tolist():
                if least[row, j] - _SLACK > max(found[j], 0.0):
                    break
                part, hull = pairs[row]
                body = self._body(hull, frame)
                met = meet(self.solid.parts[part], body, max(found[j], 0.0))
                found[j] = found[j] if met is None else min(found[j], met.distance)
        return found

    @cached_property
    def _pairs(self) -> Pairs:
        """Hulls and parts that no facet has apart."""
        found = list[tuple[Index, int, int, Array]]()
        for k, part in enumerate(self.solid.parts):
            near = self._near(part.vertices.min(axis=0), part.vertices.max(axis=0))
            for hull in np.flatnonzero(near.any(axis=0)).tolist():
                frames = np.flatnonzero(near[:, hull])
                most = _SLACK - self._levels(k, hull, frames)
                found.append((frames[most > 0.0], hull, k, most[most > 0.0]))
        sizes = [len(frames) for frames, _, _, _ in found]
        frames = np.concatenate([np.zeros(0, np.int64), *(f for f, _, _, _ in found)])
        most = np.concatenate([np.zeros(0), *(m for _, _, _, m in found)])
        hulls = np.repeat(np.array([h for _, h, _, _ in found], np.int64), sizes)
        parts = np.repeat(np.array([p for _, _, p, _ in found], np.int64), sizes)
        order = np.lexsort((-most, frames))
        return Pairs(frames[order], hulls[order], parts[order], most[order])

    def _near(self, low: Array, high: Array) -> NDArray[np.bool_]:
        """Whether the sphere around each hull meets a box of the solid's frame ``(T, H)``."""
        table, frames = self.robot.hull_table, np.arange(len(self))
        result = np.zeros((len(self), len(table.joints)), dtype=bool)
        for hull, (centre, radius) in enumerate(zip(table.centres, table.radii, strict=True)):
            at = self._points(hull, frames, centre[None])[:, 0]
            outside = np.maximum(np.maximum(low - at, at - high), 0.0)
            result[:, hull] = np.linalg.norm(outside, axis=1) < radius
        return result

    def _levels(self, part: int, hull: int, frames: Index) -> Array:
        """What facets say of a part and a hull in ``frames``: see :func:`facet_levels`."""
        item = self.robot.hulls[hull]
        turns, moves = self.rotations[frames, item.joint], self.shifts[frames, item.joint]
        return facet_levels(self.solid.parts[part], body_of(item), turns, moves)

    def _out(self, part: int, hull: int, met: Meeting, frame: int, frames: Index) -> Array:
        """How far a hull is out of a part in ``frames`` ``(K,)`` [m] by the way of another frame.

        It is kept in the part's axes and in the hull's, and across their edges, and gone forth
        and back: the least counts.
        """
        item, solid = self.robot.hulls[hull], self.solid.parts[part]
        turns, moves = self.rotations[frames, item.joint], self.shifts[frames, item.joint]
        since = turns @ self.rotations[frame, item.joint].T
        way = (met.first - met.second) / np.linalg.norm(met.first - met.second)
        found = [np.broadcast_to(way, (len(frames), 3)), since @ way]
        if met.edges is not None:
            across = np.cross(met.edges[0], since @ met.edges[1])
            long = np.linalg.norm(across, axis=1, keepdims=True)
            found.append(np.where(long > 0.0, across / np.where(long > 0.0, long, 1.0), way))
        ways = np.stack([*found, *(-one for one in found)], axis=1)
        to = (ways @ solid.vertices.T).max(axis=2)
        here = (ways @ turns @ body_of(item).vertices.T).min(axis=2)
        return np.asarray((to - here - (ways @ moves[:, :, None])[..., 0]).min(axis=1))

    def _overlap(self, part: int, hull: int, frame: int) -> float:
        """Depth [m] of a hull in a convex part; 0 where they do not overlap."""
        met = meet(self.solid.parts[part], self._body(hull, frame), 0.0)
        return 0.0 if met is None else max(0.0, -met.distance)

    def _surely_in(self, hull: int, frame: int) -> float:
        """A depth [m] that a hull surely has in the only part: of its deepest vertex."""
        planes = self.solid.parts[0].planes
        levels = self._body(hull, frame).vertices @ planes[:, :3].T + planes[:, 3]
        return max(0.0, -float(levels.max(axis=1).min()))

    def _body(self, hull: int, frame: int) -> Polytope:
        """A hull in the solid's frame."""
        item = self.robot.hulls[hull]
        turn, move = self.rotations[frame, item.joint], self.shifts[frame, item.joint]
        return body_of(item).moved(turn, move)

    def _points(self, hull: int, frames: Index, points: Array) -> Array:
        """``points`` ``(N, 3)`` of a hull's joint frame in the solid's ``(K, N, 3)`` [m]."""
        joint = self.robot.hulls[hull].joint
        turned = points @ self.rotations[frames, joint].transpose(0, 2, 1)
        return np.asarray(turned + self.shifts[frames, joint][:, None])


def encounters(
    scene: Scene, posed: KinematicTrajectory, surfaces: Surfaces
) -> tuple[tuple[Encounter, ...], Encounter | None]:
    """The robot with each prop of a scene, and with the terrain."""
    terrain = terrain_of(scene, surfaces)
    return (
        tuple(Encounter(solid, posed) for solid in props_of(scene, surfaces)),
        None if terrain is None else Encounter(terrain, posed),
    )
