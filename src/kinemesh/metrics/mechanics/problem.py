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

_EFFORT = 3e-3
"""Weight of torques, as shares of their limits, beside forces as shares of the weight: it settles
which of the forces that carry a motion are taken, and what they carry by no more than 0.1 %."""
_AT_ONCE = 1 << 22
"""Numbers that are worked on together."""


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

        Efforts ``(T, n)`` are torques in shares of their limits, zero where none is known.
        """
        weight, frames = self.wanted[0].weight, len(self.torques)
        whole = [np.hstack([w.forces, w.moments / self.lever]) / weight for w in self.wanted]
        left = np.stack(whole, axis=1) * self.counts[:, :, None]
        left[:, 0] *= not self.posed.robot.fixed_base
        asked = np.hstack([left.reshape(frames, -1), self.torques * self._effort])
        for some, columns in self._columns():
            asked[some] = nearest_forces(columns, asked[some])[1]
        wrenches, efforts = np.split(asked, [6 * len(self.wanted)], axis=1)
        return wrenches.reshape(frames, -1, 6), efforts / _EFFORT

    @cached_property
    def _effort(self) -> Array:
        """What torques are multiplied by ``(n,)`` [1 / N m]."""
        limits = self.posed.robot.effort
        stated = (limits > 0.0) & np.isfinite(limits)
        return np.where(stated, _EFFORT / np.where(stated, limits, 1.0), 0.0)

    def _columns(self) -> Iterator[tuple[Index, Array]]:
        """Frames ``(K,)``, and their columns ``(K, M, C)``, those with few contacts first."""
        one, other = self._sides
        which = np.flatnonzero(one[1] | other[1])
        frames, first, count = np.unique(
            self.touching.frames[which], return_index=True, return_counts=True
        )
        order, edges = np.argsort(count, kind="stable"), cones(self.touching.normals[which])
        size = 6 * len(self.wanted) + self.torques.shape[1]
        start = 0
        while start < len(order):
            numbers = np.arange(1, len(order) - start + 1) * count[order[start:]]
            fit = int(np.sum(numbers * edges.shape[1] * size <= _AT_ONCE))
            some = order[start : start + max(1, fit)]
            start += len(some)
            each = count[some]
            rows = np.repeat(np.arange(len(some)), each)
            places = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each)
            here = np.repeat(first[some], each) + places
            columns = np.zeros((len(some), each.max(), edges.shape[1], size))
            columns[rows, places] = np.concatenate(
                [
                    self._on_bodies(which[here], edges[here]),
                    self._on_joints(which[here], edges[here], frames[some], rows),
                ],
                axis=2,
            )
            flat = columns.reshape(len(some), -1, size)
            yield frames[some], np.ascontiguousarray(flat.transpose(0, 2, 1))

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
            added[on, :, own] = sign * np.concatenate([edges[on], turns], axis=2)
        if self.posed.robot.fixed_base:
            added[:, :, 0] = 0.0
        return added.reshape(*edges.shape[:2], -1)

    def _on_joints(self, contacts: Index, edges: Array, frames: Index, rows: Index) -> Array:
        """And to joints ``(N, E, n)``; contacts are in ``frames`` ``(K,)``, at ``rows`` of them."""
        robot, links = self.posed.robot, self.touching.pushed[contacts]
        added = np.zeros((*edges.shape[:2], len(self._effort)))
        on = np.flatnonzero((links != WORLD) & (links < robot.pin_model.njoints))
        joints, place = np.unique(links[on], return_inverse=True)
        if len(on):
            at = frames[rows[on]]
            jacobians = joint_jacobians(robot, self.posed.q[frames], joints.tolist())
            turned = np.array(list(jacobians))[rows[on], place][..., 6:]
            arms = self.touching.points[contacts[on]] - self.posed.translations[at, links[on]]
            wrenches = np.concatenate([edges[on], np.cross(arms[:, None], edges[on])], axis=2)
            added[on] = wrenches @ turned * (self.wanted[0].weight * self._effort)
        return added

    @cached_property
    def _centres(self) -> Array:
        """Of all bodies ``(T, 1 + P, 3)`` [m]."""
        return np.stack([w.centres for w in self.wanted], axis=1)
