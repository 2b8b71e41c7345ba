"""All that touches in a motion: the robot, its props and what stands still, frame by frame."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.encounter import Encounter
from kinemesh.metrics.geometry.polytope import Polytope, body_of
from kinemesh.metrics.geometry.solid import Solid
from kinemesh.metrics.geometry.surface import Surface
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.mechanics.patches import NEAR, Facets, Patch, outline, patches, thinned
from kinemesh.metrics.mechanics.pieces import pieces

Index = NDArray[np.int64]

WORLD = 0
"""The body that stands still: ground and terrain. The robot's have the numbers of their joints,
and props follow."""
_UP = np.array([0.0, 0.0, 1.0])

_Found = tuple[int, int, int, Array, Array]
"""Frame, body that is pushed, body that pushes, points ``(N, 3)``, and one normal or as many."""


@dataclass(frozen=True, eq=False)
class Contacts:
    """Points at which bodies push each other apart."""

    frames: Index
    """``(N,)``."""
    pushed: Index
    """Body that is pushed along the normal ``(N,)``."""
    pushing: Index
    """Body that pushes, and is pushed back ``(N,)``: the world, or a prop."""
    points: Array
    """World ``(N, 3)`` [m]."""
    normals: Array
    """Unit ``(N, 3)``."""

    def pairs(self, pushed: NDArray[np.bool_], pushing: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which contacts are between two kinds of bodies, flags by number, either way ``(N,)``."""
        one, other = self.pushed, self.pushing
        return (pushed[one] & pushing[other]) | (pushed[other] & pushing[one])


@dataclass(frozen=True, eq=False)
class _Mover:
    """A convex body that moves with a link of the robot or is part of a prop."""

    number: int
    facets: Facets
    turns: Array
    """``(T, 3, 3)``."""
    moves: Array
    """``(T, 3)`` [m]."""


def contacts(
    posed: KinematicTrajectory,
    ground: float | None,
    props: Sequence[Encounter],
    terrain: Encounter | None,
    limbs: Sequence[Encounter] = (),
) -> Contacts:
    """What touches what within 1 cm, from the geometry of the posed robot and of its scene.

    A patch of contact is there by its corners. Parts of one body, and links of the robot, do not
    push each other.

    Args:
        posed: the robot over time.
        ground: height of the ground plane [m], or None.
        props: the robot beside each prop.
        terrain: the robot beside the terrain.
        limbs: the robot beside other people, who push it as the world does.
    """
    frames, first = len(posed), posed.robot.pin_model.njoints
    robot = [
        _Mover(
            h.joint, Facets(body_of(h)), posed.rotations[:, h.joint], posed.translations[:, h.joint]
        )
        for h in posed.robot.hulls
    ]
    things = [list(_parts(first + k, one.solid, frames)) for k, one in enumerate(props)]
    found = list[_Found]()
    if ground is not None:
        found += _on_ground(posed, ground)
        for mover in itertools.chain(*things):
            found += _part_on_ground(mover, ground)
    solids = [(first + k, one) for k, one in enumerate(props)]
    if terrain is not None:
        solids.append((WORLD, terrain))
        found += _on_solid([m for parts in things for m in parts], WORLD, terrain.solid, frames)
    solids += [(WORLD, limb) for limb in limbs]
    for number, one in solids:
        found += _on_solid(robot, number, one.solid, frames)
    for pair in itertools.combinations(range(len(props)), 2):
        # Of a hollow prop the surface is met, and of the other its convex parts.
        k, j = sorted(pair, key=lambda k: props[k].solid.surface is None)
        found += _on_solid(things[j], first + k, props[k].solid, frames)
    return _table(found)


def _on_ground(posed: KinematicTrajectory, ground: float) -> Iterator[_Found]:
    """Links of the robot on the ground: vertices of their hulls, corners of their soles."""
    table = posed.robot.hull_table
    corners = {sole.joint: sole.corners for sole in posed.robot.soles}
    for joint in sorted({*table.joints.tolist(), *corners}):
        points = np.vstack(
            [table.vertices[table.vertex_joints == joint], corners.get(joint, np.zeros((0, 3)))]
        )
        near = posed.heights(joint, points) < ground + NEAR
        turns, moves = posed.rotations[:, joint], posed.translations[:, joint]
        yield from _over_ground(near, points, turns, moves, joint, ground)


def _over_ground(
    near: NDArray[np.bool_], points: Array, turns: Array, moves: Array, number: int, ground: float
) -> Iterator[_Found]:
    for frame in np.flatnonzero(near.any(axis=1)).tolist():
        flat = points[near[frame]] @ turns[frame, :2].T + moves[frame, :2]
        corners = np.array(thinned(outline(flat.tolist())))
        level = np.full((len(corners), 1), ground)
        yield frame, number, WORLD, np.hstack([corners, level]), _UP


def _parts(number: int, solid: Solid, frames: int) -> Iterator[_Mover]:
    track = np.broadcast_to(solid.track, (frames, 7))
    for part in solid.parts:
        yield _Mover(number, Facets(part), poses.matrix(track), track[:, :3])


def _part_on_ground(mover: _Mover, ground: float) -> Iterator[_Found]:
    points, turns, moves = mover.facets.body.vertices, mover.turns, mover.moves
    near = turns[:, 2] @ points.T + moves[:, 2, None] < ground + NEAR
    yield from _over_ground(near, points, turns, moves, mover.number, ground)


def _on_solid(movers: Iterable[_Mover], number: int, solid: Solid, frames: int) -> Iterator[_Found]:
    """Bodies on a prop or on the terrain: its parts, or its true surface."""
    track = np.broadcast_to(solid.track, (frames, 7))
    placed = poses.matrix(track)
    back, parts = placed.transpose(0, 2, 1), [Facets(part) for part in solid.parts]
    for mover in movers:
        turns = back @ mover.turns
        moves = (back @ (mover.moves - track[:, :3])[:, :, None])[..., 0]
        touched = (
            itertools.chain(*(patches(part, mover.facets, turns, moves) for part in parts))
            if solid.surface is None or solid.surface.snug
            else _on_surface(mover.facets.body, solid.surface, turns, moves)
        )
        for frame, points, normals in touched:
            world = points @ placed[frame].T + track[frame, :3]
            yield frame, mover.number, number, world, normals @ placed[frame].T


def _on_surface(body: Polytope, surface: Surface, turns: Array, moves: Array) -> Iterator[Patch]:
    low, high = surface.shape.bounds
    middles = turns @ body.centre + moves
    away = np.linalg.norm(np.maximum(np.maximum(low - middles, middles - high), 0.0), axis=1)
    near = np.flatnonzero(away < body.radius + NEAR)
    near = near[~surface.clear(body, turns[near], moves[near], NEAR)]
    for frame in near.tolist():
        points, normals = pieces(surface, body.moved(turns[frame], moves[frame]), NEAR)
        if len(points):
            yield frame, points, normals


def _table(found: Sequence[_Found]) -> Contacts:
    sizes = [len(points) for _, _, _, points, _ in found]
    frames, pushed, pushing = (
        np.repeat(np.array([one[k] for one in found], np.int64), sizes) for k in range(3)
    )
    points = np.concatenate([np.zeros((0, 3)), *(one[3] for one in found)])
    normals = [np.broadcast_to(way, at.shape) for *_, at, way in found]
    order = np.argsort(frames, kind="stable")
    normal = np.concatenate([np.zeros((0, 3)), *normals])
    return Contacts(frames[order], pushed[order], pushing[order], points[order], normal[order])
