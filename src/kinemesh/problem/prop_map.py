"""Props and terrain that are elsewhere than in the demonstration, and what follows from that.

Laplacian coordinates are vectors of the world. Where a prop is turned, those of its neighbourhood
have to turn with it (OmniRetarget builds them in the prop's own frame), else a box that is turned
by half a turn would have the hands on its far sides. Far from the prop, legs and ground for
instance, they stay those of the world.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.geometry.easing import smooth_step
from kinemesh.motion import LANDMARKS, Scene
from kinemesh.problem.scaling import carried, same_prop

_NEAR, _FAR = 0.1, 0.6
"""What is nearer to a prop than the one [m] goes wholly with it, further than the other not."""

_SAME = 1e-9
"""Poses that differ by less [m], [rad] are the same."""


@dataclass(frozen=True, eq=False)
class PropMap:
    """Where the props of the robot's scene are, against where the demonstration has them."""

    moves: Array
    """Poses ``(P, T, 7)`` that take the demonstration's props, scaled to the robot, to where they
    are in the robot's scene."""
    turns: Array
    """How they are turned by it: rotation vectors ``(P, T, 3)`` [rad] in the world."""

    @classmethod
    def between(cls, home: Scene, target: Scene) -> PropMap | None:
        """From the demonstration's scene ``home`` to ``target``, both the robot's size.

        None if every prop is where it was.

        Raises:
            ClipError: ``target`` lacks a prop, or has it in another number of frames.
        """
        pairs = [(prop, same_prop(target, prop)) for prop in home.props]
        for prop, other in pairs:
            if len(prop.track) != len(other.track):
                raise ClipError(
                    f"prop {prop.name!r} of the scene has {len(other.track)} poses; expected "
                    f"{len(prop.track)}, one for each frame of the clip"
                )
        if not pairs:
            return None
        before = np.array([prop.track for prop, _ in pairs])
        after = np.array([other.track for _, other in pairs])
        there = Rotation.from_quat(after[..., 3:].reshape(-1, 4))
        back = Rotation.from_quat(before[..., 3:].reshape(-1, 4)).inv()
        turns = (there * back).as_rotvec().reshape(*before.shape[:2], 3)
        for vectors in turns:
            _unwrap(vectors)
        moved = np.abs(after[..., :3] - before[..., :3])
        if max(moved.max(initial=0.0), np.abs(turns).max(initial=0.0)) < _SAME:
            return None
        return cls(poses.compose(after, poses.inverse(before)), turns)

    def shares(self, points: Array, anchors: Sequence[Array]) -> Array:
        """How far each of ``points`` ``(N, 3)`` goes with each prop ``(P, N)``, 0 to 1.

        Args:
            points: in the source's world [m].
            anchors: of each prop ``(A, 3)`` [m], in the same.
        """
        gaps = [np.linalg.norm(points[:, None] - places, axis=2).min(axis=1) for places in anchors]
        u = np.clip((_FAR - np.array(gaps)) / (_FAR - _NEAR), 0.0, 1.0)
        share = smooth_step(u)
        return np.asarray(share / np.maximum(share.sum(axis=0), 1.0))

    def turn(self, shares: Array) -> Rotation:
        """The turn in each frame ``(T,)`` of what goes with the props by ``shares`` ``(P, T)``."""
        return Rotation.from_rotvec(np.einsum("pt,pti->ti", shares, self.turns))

    def deltas(self, index: int, deltas: Array, shares: Array, anchors: Sequence[Array]) -> Array:
        """Laplacian coordinates ``(V, 3)`` turned with the props.

        Args:
            index: the frame.
            deltas: landmarks, then each prop's anchors, then the rest [m].
            shares: how far the landmarks go with each prop ``(P, K)``.
            anchors: each prop's anchors ``(A, 3)`` [m] in the source.
        """
        turned = np.array(deltas)
        turns = self.turns[:, index]
        each = [shares.T @ turns]
        each += [np.tile(turn, (len(own), 1)) for own, turn in zip(anchors, turns, strict=True)]
        vectors = np.concatenate(each)
        turned[: len(vectors)] = Rotation.from_rotvec(vectors).apply(deltas[: len(vectors)])
        return turned

    def turned_arms(self, index: int, landmarks: Array, shares: Array) -> Array:
        """Landmarks ``(K, 3)`` [m] with upper arms and forearms turned with the props.

        Args:
            index: the frame.
            landmarks: of the person.
            shares: how far each goes with each prop ``(P, K)``.
        """
        turned = np.array(landmarks)
        for side in ("left", "right"):
            arm = [LANDMARKS.index(f"{side}_{mark}") for mark in ("shoulder", "elbow", "hand")]
            for start, end in itertools.pairwise(arm):
                turn = Rotation.from_rotvec(shares[:, end] @ self.turns[:, index])
                turned[end] = turned[start] + turn.apply(landmarks[end] - landmarks[start])
        return turned

    def places(self, index: int, points: Array, shares: Array) -> Array:
        """Where ``points`` ``(N, 3)`` [m] of the source are to be looked for, by ``shares``."""
        moved = np.array(points)
        for share, move in zip(shares, self.moves[:, index], strict=True):
            moved += share[:, None] * (poses.apply(move, points) - points)
        return moved


def _unwrap(turns: Array) -> None:
    """Rotation vectors ``(T, 3)`` [rad] without jumps where a turn passes half a one; in place.

    From the smallest on, both ways: that one is what it says.
    """
    least = int(np.argmin(np.sum(turns**2, axis=1)))
    for way in (turns[least:], turns[least::-1]):
        for last, now in itertools.pairwise(way):
            angle = float(np.linalg.norm(now))
            if angle > _SAME:
                other = now * (1.0 - 2.0 * np.pi / angle)
                if np.sum((other - last) ** 2) < np.sum((now - last) ** 2):
                    now[:] = other


@dataclass(frozen=True, eq=False)
class TerrainScale:
    """Terrain of another size: a place goes by its position within the bounds."""

    source: Array
    """Bounds ``(2, 3)`` [m] of the demonstration's terrain, scaled to the robot."""
    target: Array
    """Bounds ``(2, 3)`` [m] of the robot's."""

    @classmethod
    def between(cls, home: Scene, target: Scene) -> TerrainScale | None:
        """None if both have the same terrain, or one has none."""
        if home.terrain is None or target.terrain is None:
            return None
        a, b = home.terrain.shape.bounds, target.terrain.shape.bounds
        return None if np.abs(a - b).max() < _SAME else cls(a, b)

    def foot(self, places: Array, side: str, index: int | slice = slice(None)) -> Array:
        """Places ``(N, 3)`` [m] of a foot, where the robot's are to be: the same in all frames."""
        return carried(places, self.source, self.target)
