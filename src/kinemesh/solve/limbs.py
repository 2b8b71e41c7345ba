"""Arms and legs: whether they go another way than the person's, and other ways they could go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.motion import LANDMARKS
from kinemesh.robot import Configuration, RobotModel

_CHAINS = tuple(
    tuple(LANDMARKS.index(f"{side}_{mark}") for mark in chain)
    for side in ("left", "right")
    for chain in (("shoulder", "elbow", "hand"), ("hip", "knee", "ankle"))
)
"""Root, middle and end of each limb among the landmarks."""

STRAYED = np.deg2rad(50.0)
"""A limb turned away by more than this [rad] goes another way than the person's."""

_WAYS = 5
"""Other ways that a limb may go, at most."""
_SAMPLES = 256
"""Postures of a limb that are looked at."""
_APART = 0.8
"""Two of them that differ by more than this in a joint [rad] may be two ways to go."""


@dataclass(frozen=True, eq=False)
class Limbs:
    """The limbs of a robot that have the joints to follow a person's.

    Attributes:
        marks: root, middle and end of each among the landmarks ``(N, 3)``.
        joints: the joints of each, among those of ``q[7:]``.
    """

    robot: RobotModel
    marks: NDArray[np.int64]
    joints: tuple[NDArray[np.int64], ...]

    @classmethod
    def of(cls, robot: RobotModel) -> Limbs:
        """Those of ``robot`` that can turn both of their bones any way."""
        found = [chain for chain in _CHAINS if robot.reach.landmarks[list(chain[1:])].min() == 1.0]
        marks = np.array(found, dtype=np.int64).reshape(-1, 3)
        return cls(robot, marks, tuple(_carrying(robot, *chain) for chain in found))

    def turned(self, landmarks: Array, person: Array) -> Array:
        """How far each limb is from the person's ``(N,)`` [rad]: the worse of its two bones.

        Args:
            landmarks: the robot's ``(K, 3)`` [m].
            person: the person's.
        """
        return np.asarray(np.arccos(np.clip(self._alike(landmarks, person), -1.0, 1.0)))

    def strays(self, landmarks: Array, person: Array) -> bool:
        """Whether a limb goes another way than the person's."""
        return bool(np.any(self.turned(landmarks, person) > STRAYED))

    def _alike(self, landmarks: Array, person: Array) -> Array:
        """The smaller of the cosines of both bones ``(..., N)``."""
        mine, theirs = self._bones(landmarks), self._bones(person)
        cosines = (mine * theirs).sum(axis=-1)
        lengths = np.sqrt((mine * mine).sum(axis=-1) * (theirs * theirs).sum(axis=-1))
        return np.asarray((cosines / np.maximum(lengths, 1e-9)).min(axis=-1))

    def _bones(self, landmarks: Array) -> Array:
        """The bones ``(..., N, 2, 3)`` [m]."""
        ends = landmarks[..., self.marks, :]
        return np.asarray(ends[..., 1:, :] - ends[..., :-1, :])

    def ways(
        self, found: Configuration, person: Array, which: NDArray[np.bool_] | None = None
    ) -> Iterator[Array]:
        """Configurations ``(nq,)`` in which the limbs that stray go other ways, the best first.

        Of postures spread evenly over the joints' ranges those are taken whose bones look most as
        the person's do, each far from the limb's own posture and from those taken before.

        Args:
            found: where the rest of the robot is.
            person: the person's landmarks ``(K, 3)`` [m].
            which: of the limbs ``(N,)``; those that stray if left out.
        """
        if which is None:
            which = self.turned(found.landmarks(), person) > STRAYED
        spread = self._spread(found.q)
        posed = [self.robot.configuration(one).landmarks() for one in spread]
        alike = self._alike(np.array(posed), person)
        others = [
            (joints, _different(spread[:, 7 + joints], alike[:, k], found.q[7 + joints]))
            for k, joints in enumerate(self.joints)
            if which[k]
        ]
        for rank in range(max((len(postures) for _, postures in others), default=0)):
            way = np.array(found.q)
            for joints, postures in others:
                if rank < len(postures):
                    way[7 + joints] = postures[rank]
            yield way

    def _spread(self, q: Array) -> Array:
        """``q`` with its limbs in postures spread evenly over their ranges ``(S, nq)``."""
        robot = self.robot
        lower, upper = np.maximum(robot.lower, -np.pi), np.minimum(robot.upper, np.pi)
        spread = np.tile(q, (_SAMPLES, 1))
        for joints in self.joints:
            shares = _even(_SAMPLES, len(joints))
            spread[:, 7 + joints] = lower[joints] + shares * (upper - lower)[joints]
        spread[:, 7:] = robot.followed(spread[:, 7:])
        return spread


def _carrying(robot: RobotModel, root: int, middle: int, end: int) -> NDArray[np.int64]:
    """The joints that move a limb's middle or end, and not its root."""
    support, at = robot.support, robot.landmark_joints
    moving = np.maximum(support[at[middle]], support[at[end]]) > support[at[root]]
    # The joint of the root itself, where the landmark is on the first link of the limb.
    other = _CHAINS[(_CHAINS.index((root, middle, end)) + 2) % len(_CHAINS)][0]
    moving |= (support[at[root]] > support[at[other]]) & (support[at[end]] > 0.0)
    return np.flatnonzero(moving[6:])


def _even(count: int, dimensions: int) -> Array:
    """Points ``(count, dimensions)`` spread evenly in the unit cube, the same ones always.

    Multiples of the powers of the generalised golden ratio, modulo 1.
    """
    ratio = 1.5
    for _ in range(60):
        ratio = (1.0 + ratio) ** (1.0 / (dimensions + 1))
    steps = ratio ** -np.arange(1.0, dimensions + 1)
    return np.asarray((0.5 + np.arange(1, count + 1)[:, None] * steps) % 1.0)


def _different(postures: Array, alike: Array, own: Array) -> list[Array]:
    """The postures that look best, apart from ``own`` and from one another."""
    taken = [own]
    for k in np.argsort(-alike, kind="stable"):
        if len(taken) > _WAYS:
            break
        if all(np.abs(postures[k] - one).max() > _APART for one in taken):
            taken.append(postures[k])
    return taken[1:]
