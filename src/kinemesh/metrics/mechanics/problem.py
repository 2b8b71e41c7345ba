"""The forces of all frames of a motion: what is asked of them, and what each contact adds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.kinematics import joint_jacobians
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.mechanics.contacts import WORLD, Contacts
from kinemesh.metrics.mechanics.forces import cones, nearest_forces
from kinemesh.metrics.mechanics.wrenches import Wanted, leg

Flags = NDArray[np.bool_]
Index = NDArray[np.int64]

_FIRST = 20.0
"""Weight of forces, as shares of the weight, beside moments, as shares of the weight times the leg:
forces come first, and moments lack what they lack to 0.3 %."""
_SCALES = np.array([_FIRST, _FIRST, _FIRST, 1.0, 1.0, 1.0])
_EFFORT = 3e-3
"""Weight of torques, as shares of their limits, beside forces as shares of the weight: it settles
which of the forces that carry a motion are taken, and what they carry by no more than 0.1 %."""
_SPARED = 100.0
"""Square of how much of what a motor can give a force may ask, as large as the weight, and be
spared the more for it: beyond that it would not be had where it is needed."""
_LOST = 5e-3
"""Forces that spare motors carry all but this share of what others do."""
_AT_ONCE = 32
"""Frames that are worked on together."""


@dataclass(frozen=True, eq=False)
class Problem:
    """Six rows for each body, in world axes about its centre of mass; a row for each joint."""

    touching: Contacts
    bodies: Index
    """The robot is body 0, and props follow; by the number of a link or a prop."""
    counts: Flags
    """Which bodies count in which frames ``(T, 1 + P)``."""
    wanted: tuple[Wanted, ...]
    """What each body lacks."""
    torques: Array
    """What joints would need without contacts ``(T, n)`` [N m]."""
    posed: KinematicTrajectory

    @cached_property
    def lever(self) -> float:
        """The robot's leg [m]: moments are shares of the weight times it."""
        return leg(self.posed.robot)

    def solve(self) -> tuple[Array, Array]:
        """What is left over of each body's wrench ``(T, 1 + P, 6)``, in shares, and efforts.

        Efforts ``(T, n)`` are torques in shares of their limits, zero where none is known. Forces
        first spare joints one by one, each as if there were no other; where that asks more of a
        motor than it has they are found anew, with all torques beside them, and the better counts.
        """
        weight, frames = self.wanted[0].weight, len(self.torques)
        scales = _SCALES / np.r_[np.ones(3), np.full(3, self.lever)]
        whole = [np.hstack([w.forces, w.moments]) * (scales / weight) for w in self.wanted]
        asked = np.stack(whole, axis=1) * self.counts[:, :, None]
        asked[:, 0] *= not self.posed.robot.fixed_base
        left, efforts = asked.reshape(frames, -1), self.torques * self._effort
        for some, on_bodies, on_joints in self._columns():
            ease = 1.0 / np.sqrt(1.0 + np.minimum(np.sum(on_joints**2, axis=1), _SPARED))
            forces, over = nearest_forces(on_bodies * ease[:, None], left[some])
            effort = efforts[some] - _times(on_joints, forces * ease)
            for k in np.flatnonzero(np.abs(effort).max(axis=1, initial=0.0) > 1.0).tolist():
                own = efforts[some[k]]
                both = np.vstack([on_bodies[k], _EFFORT * on_joints[k]])
                forces, rest = nearest_forces(both[None], np.r_[left[some[k]], _EFFORT * own][None])
                found = own - on_joints[k] @ forces[0]
                lost = np.abs(rest[0, : len(over[k])] - over[k]).reshape(-1, 6) / _SCALES
                if lost.max() < _LOST and np.abs(found).max() < np.abs(effort[k]).max():
                    effort[k] = found
            left[some], efforts[some] = over, effort
        return left.reshape(frames, -1, 6) / _SCALES, efforts

    @cached_property
    def _effort(self) -> Array:
        """One over the limits of torques ``(n,)`` [1 / N m]; zero where none is known."""
        limits = self.posed.robot.effort
        stated = (limits > 0.0) & np.isfinite(limits)
        return np.where(stated, 1.0 / np.where(stated, limits, 1.0), 0.0)

    def _columns(self) -> Iterator[tuple[Index, Array, Array]]:
        """What forces as large as the weight, along the edges of cones, add in frames ``(K,)``.

        To the wrenches of all bodies, in shares ``(K, 6 + 6 P, C)``, and to the torques of joints,
        in shares of their limits ``(K, n, C)``.
        """
        which = np.flatnonzero(self._sides[0][1] | self._sides[1][1])
        every, starts, counts = np.unique(
            self.touching.frames[which], return_index=True, return_counts=True
        )
        for k in range(0, len(every), _AT_ONCE):
            frames, count = every[k : k + _AT_ONCE], counts[k : k + _AT_ONCE]
            here = which[starts[k] : starts[k] + count.sum()]
            rows = np.repeat(np.arange(len(frames)), count)
            places = np.arange(len(here)) - np.repeat(np.cumsum(count) - count, count)
            edges = cones(self.touching.normals[here])
            found = []
            for added in (self._on_bodies(here, edges), self._on_joints(here, edges)):
                columns = np.zeros((len(frames), count.max(), *added.shape[1:]))
                columns[rows, places] = added
                flat = columns.reshape(len(frames), -1, added.shape[2])
                found.append(np.ascontiguousarray(flat.transpose(0, 2, 1)))
            yield frames, found[0], found[1]

    @cached_property
    def _sides(self) -> tuple[tuple[Index, Flags], tuple[Index, Flags]]:
        """Body on either side of each contact ``(N,)``, and whether it counts there."""
        frames, found = self.touching.frames, []
        for number in (self.touching.pushed, self.touching.pushing):
            body = self.bodies[number]
            found.append((body, (number != WORLD) & self.counts[frames, body]))
        return found[0], found[1]

    def _on_bodies(self, contacts: Index, edges: Array) -> Array:
        """What forces along ``edges`` ``(N, E, 3)`` of contacts add to bodies ``(N, E, B)``."""
        frames, points = self.touching.frames[contacts], self.touching.points[contacts]
        added = np.zeros((*edges.shape[:2], len(self.wanted), 6))
        for (body, counted), sign in zip(self._sides, (1.0, -1.0), strict=True):
            on = np.flatnonzero(counted[contacts])
            own = body[contacts[on]]
            arms = points[on] - self._centres[frames[on], own]
            turns = np.cross(arms[:, None], edges[on]) / self.lever
            added[on, :, own] = sign * np.concatenate([_FIRST * edges[on], turns], axis=2)
        if self.posed.robot.fixed_base:
            added[:, :, 0] = 0.0
        return added.reshape(*edges.shape[:2], -1)

    def _on_joints(self, contacts: Index, edges: Array) -> Array:
        """And to joints ``(N, E, n)``."""
        robot, links = self.posed.robot, self.touching.pushed[contacts]
        added = np.zeros((*edges.shape[:2], len(self._effort)))
        on = np.flatnonzero((links != WORLD) & (links < robot.pin_model.njoints))
        if len(on):
            at, links = self.touching.frames[contacts[on]], links[on]
            frames, row = np.unique(at, return_inverse=True)
            joints, place = np.unique(links, return_inverse=True)
            jacobians = joint_jacobians(robot, self.posed.q[frames], joints.tolist())
            turned = np.array(list(jacobians))[row, place][..., 6:]
            arms = self.touching.points[contacts[on]] - self.posed.translations[at, links]
            wrenches = np.concatenate([edges[on], np.cross(arms[:, None], edges[on])], axis=2)
            added[on] = wrenches @ turned * (self.wanted[0].weight * self._effort)
        return added

    @cached_property
    def _centres(self) -> Array:
        """Of all bodies ``(T, 1 + P, 3)`` [m]."""
        return np.stack([w.centres for w in self.wanted], axis=1)


def _times(columns: Array, forces: Array) -> Array:
    """Sums ``(K, M)`` of columns ``(K, M, C)`` times forces ``(K, C)``."""
    return np.asarray((columns @ forces[:, :, None])[..., 0])
