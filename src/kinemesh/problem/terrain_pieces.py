"""Terrain of which boxes are elsewhere than in the demonstration: what goes with them.

Each box has moved as a whole. A place on its surface goes with it, and so does a foot for as long
as it stands on it. In the air a foot goes over from what it leaves to where it lands, so that it
leaves and arrives without a jump.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array, runs
from kinemesh.detection.stance import Flags
from kinemesh.detection.support import support_height
from kinemesh.geometry.pieces import pieces, rigid
from kinemesh.motion import Scene, Shape

_SAME = 1e-6
"""Vertices that differ by less [m] are the same."""


@dataclass(frozen=True, eq=False)
class SupportBlend:
    """What a foot goes with in every frame: from one piece over to another."""

    leaves: NDArray[np.int64]
    """Piece ``(T,)`` that it leaves or stands on; -1 is the ground."""
    lands: NDArray[np.int64]
    """Piece ``(T,)`` that it goes to."""
    share: Array
    """How far over it is ``(T,)``, 0 to 1."""


@dataclass(frozen=True, eq=False)
class TerrainPieces:
    """Where each piece of the demonstration's terrain is in the robot's scene."""

    home: tuple[Shape, ...]
    """The pieces ``(P,)``, scaled to the robot."""
    turns: Array
    """Their turns ``(P + 1, 3, 3)``; the last is the ground's, none."""
    offsets: Array
    """And their offsets ``(P + 1, 3)`` [m]: ``turn @ x + offset``."""
    trails: Mapping[str, SupportBlend]
    """By foot, ``left`` and ``right``."""

    @classmethod
    def between(
        cls,
        home: Scene,
        target: Scene,
        toes: Mapping[str, Array],
        planted: Mapping[str, Flags],
    ) -> TerrainPieces | None:
        """None if no piece has moved, or one is not as it was but for its place.

        Args:
            home: the demonstration's scene, scaled to the robot.
            target: the robot's scene.
            toes: of each foot, ``(T, 3)`` [m], scaled.
            planted: when each stands, ``(T,)``.
        """
        if home.terrain is None or target.terrain is None:
            return None
        before, after = home.terrain.shape, target.terrain.shape
        if before.vertices.shape != after.vertices.shape or not np.array_equal(
            before.faces, after.faces
        ):
            return None
        found = pieces(before)
        moves = [rigid(before.vertices[p.vertices], after.vertices[p.vertices]) for p in found]
        if max(left for *_, left in moves) > _SAME:
            return None
        if np.abs(before.vertices - after.vertices).max() < _SAME:
            return None
        shapes = tuple(piece.of(before) for piece in found)
        return cls(
            shapes,
            np.array([*(turn for turn, *_ in moves), np.eye(3)]),
            np.array([*(offset for _, offset, _ in moves), np.zeros(3)]),
            {side: _trail(toes[side], planted[side], home, shapes) for side in toes},
        )

    def on_surface(self, points: Array) -> Array:
        """Places ``(N, 3)`` [m] of the demonstration's terrain, on the robot's."""
        gaps = [
            np.min([np.abs(_outside(part.planes, points)) for part in piece.parts], axis=0)
            for piece in self.home
        ]
        return self._moved(points, np.argmin(gaps, axis=0))

    def foot(self, places: Array, side: str, index: int | slice = slice(None)) -> Array:
        """Places ``(N, 3)`` [m] of a foot in frames ``index``, where the robot's are to be."""
        trail = self.trails[side]
        share = np.reshape(trail.share[index], (-1, 1))
        before = self._moved(places, np.reshape(trail.leaves[index], -1))
        after = self._moved(places, np.reshape(trail.lands[index], -1))
        return np.asarray(before + share * (after - before))

    def _moved(self, points: Array, with_piece: NDArray[np.int64]) -> Array:
        turned = np.einsum("nij,nj->ni", self.turns[with_piece], points)
        return np.asarray(turned + self.offsets[with_piece])


def _outside(planes: Array, points: Array) -> Array:
    """How far ``points`` ``(N, 3)`` are outside of the farthest face ``(N,)`` [m]."""
    return np.asarray((points @ planes[:, :3].T + planes[:, 3]).max(axis=1))


def _trail(toe: Array, planted: Flags, scene: Scene, shapes: tuple[Shape, ...]) -> SupportBlend:
    """What a foot stands on, stance by stance, and between them."""
    frames = len(toe)
    stances = runs(planted)
    on = _stands_on(
        np.array([np.median(toe[a : b + 1], axis=0) for a, b in stances]), scene, shapes
    )
    leaves, lands, share = np.full(frames, -1), np.full(frames, -1), np.zeros(frames)
    for (first, last), piece in zip(stances, on, strict=True):
        leaves[first : last + 1] = lands[first : last + 1] = piece
    if stances:
        leaves[: stances[0][0]] = lands[: stances[0][0]] = on[0]
        leaves[stances[-1][1] :] = lands[stances[-1][1] :] = on[-1]
    ends = zip(itertools.pairwise(stances), itertools.pairwise(on), strict=True)
    for ((_, end), (begin, _)), (a, b) in ends:
        air = slice(end + 1, begin)
        u = np.arange(1, begin - end) / (begin - end)
        leaves[air], lands[air] = a, b
        share[air] = u**3 * (10.0 - 15.0 * u + 6.0 * u**2)
    return SupportBlend(leaves, lands, share)


def _stands_on(places: Array, scene: Scene, shapes: tuple[Shape, ...]) -> list[int]:
    """Number of the piece under each of ``places`` ``(N, 3)`` [m]; -1 for ground and nothing."""
    if not len(places) or scene.terrain is None:
        return []
    alone = (replace(scene, terrain=replace(scene.terrain, shape=shape)) for shape in shapes)
    heights = np.array([support_height(piece, places) for piece in alone])
    ground = -np.inf if scene.ground is None else scene.ground
    best = np.argmax(heights, axis=0)
    return [int(k) if heights[k, n] > ground + _SAME else -1 for n, k in enumerate(best)]
