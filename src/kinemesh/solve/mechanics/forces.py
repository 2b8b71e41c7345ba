"""The forces that carry a clip as far as contacts can, and what is left over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.objectives import Mechanics
from kinemesh.solve.mechanics.cones import Cones
from kinemesh.solve.mechanics.linear import Balance
from kinemesh.solve.mechanics.strain import NEAR, Strain, strain_of
from kinemesh.solve.mechanics.supports import Support

_LARGE = 0.25
"""Where more than this share of the weight is left, no small change mends it: it pulls less and
less (Geman and McClure's loss)."""


class Forces:
    """Contact forces over a clip: made anew for every change of its frames that is looked at.

    Args:
        balance: what is asked of them.
        supports: where they can act, frame by frame.
        term: how they are weighed.
        strains: the motors near their limits, where that is known of frames much like these.

    Attributes:
        frames: those with neighbours: what follows is about them, in order.
        blocks: how what is left changes with the frame before, the frame and the one after
            ``(F, 6, 3, nv)``.
        at: the changes ``(T, nv)`` that they were made for.
        residual: what they leave, scaled ``(F, 6)``.
        weights: of each frame ``(F,)``: less than 1 where much is left over.
        excess: of each frame by what share of its limit each strained motor is over it, weighted.
    """

    def __init__(
        self,
        balance: Balance,
        supports: Sequence[Support],
        term: Mechanics,
        strains: Mapping[int, Strain] | None = None,
    ) -> None:
        self._balance, self._term = balance, term
        count, n = len(balance), balance.stride
        self.frames = range(n, max(n, count - n))
        self._inner = slice(self.frames.start, self.frames.stop)
        self._supports = [supports[index] for index in self.frames]
        self._cones = Cones.of(self._supports, term.friction)
        self.blocks = np.stack(balance.blocks(self._inner), axis=2)
        self._unarmed = self.blocks[:, 3:, 1].copy()
        self.at: Array = np.zeros((count, balance.robot.nv))
        self._wanted: Array = np.zeros((len(self.frames), 6))
        self._centres: Array = np.zeros((len(self.frames), 3))
        self._pushes: Array = np.zeros((*self._cones.edges.shape[:2], 3))
        self._pushed: Array = np.zeros((len(self.frames), 6))
        self.strains: dict[int, Strain] = {
            k: strain
            for k, strain in (strains or {}).items()
            if strain.arms.shape[1] == len(self._supports[k].points)
        }
        self.excess: dict[int, Array] = {}
        self.residual: Array = np.zeros((len(self.frames), 6))
        self.make(self.at)
        if term.torque > 0.0 and strains is None:
            self._strain()
        left = np.linalg.norm(self.residual, axis=1)
        self.weights: Array = 1.0 / (1.0 + (left / _LARGE) ** 2) ** 2

    def spare(self, ends: int, first: int, count: int) -> None:
        """Ask nothing of frames so near to the ends of a clip.

        Args:
            ends: how many frames at each.
            first: which frame of the clip is the first here.
            count: frames of the clip.
        """
        there = first + np.array(self.frames, dtype=np.int64)
        self.weights[(there < ends) | (there >= count - ends)] = 0.0

    def make(self, changes: Array) -> None:
        """The forces for changes ``(T, nv)`` of the frames, along the world's axes."""
        balance, inner = self._balance, self._inner
        self.at = np.array(changes)
        self.blocks[:, 3:, 1] = self._unarmed
        more = self.of_changes(self.blocks, changes) / balance.scale
        self._wanted = balance.wanted[inner] + more
        self._centres = balance.moved(inner, changes[inner])
        plain = np.array([k for k in range(len(self.frames)) if k not in self.strains], np.int64)
        nothing = np.zeros((len(plain), 0))
        self._push(plain, nothing, np.zeros((*nothing.shape, *self._pushes.shape[1:])))
        self._push_strained()
        self._settle()

    def of_changes(self, blocks: Array, changes: Array) -> Array:
        """What blocks ``(F, m, 3, nv)`` make of changes ``(T, nv)`` of the frames ``(F, m)``."""
        n = self._balance.stride
        count = len(changes) - 2 * n
        around = np.stack([changes[k * n : k * n + count] for k in range(3)], axis=1)
        return np.asarray(np.einsum("fmkv,fkv->fm", blocks, around))

    def _push(self, there: NDArray[np.int64], torques: Array, rates: Array) -> None:
        """Forces at the places of some of the frames, and their wrenches."""
        wanted, centres, scale = self._wanted[there], self._centres[there], self._balance.scale
        found = self._cones.nearest(there, wanted, centres, scale, torques, rates)
        self._pushes[there], self._pushed[there] = found

    def _push_strained(self) -> None:
        """Those in frames in which motors are near their limits."""
        there = sorted(self.strains)
        if not there:
            return
        weight, n = self._term.torque, self._balance.stride
        torques = np.zeros((len(there), max(len(self.strains[k].value) for k in there)))
        rates = np.zeros((*torques.shape, *self._pushes.shape[1:]))
        for row, k in enumerate(there):
            strain = self.strains[k]
            count, places, _ = strain.arms.shape
            torques[row, :count] = weight * (strain.after(self.at[k : k + 2 * n + 1 : n]) - NEAR)
            rates[row, :count, :places] = weight * strain.arms
        self._push(np.array(there), torques, rates)
        over = np.maximum(torques - np.einsum("fknc,fnc->fk", rates, self._pushes[there]), 0.0)
        for row, k in enumerate(there):
            self.excess[k] = over[row, : len(self.strains[k].value)]

    def _settle(self) -> None:
        """What the forces leave, and how that changes."""
        balance, inner = self._balance, self._inner
        self.residual = balance.scale * (self._wanted - self._pushed)
        self.blocks[:, 3:, 1] = self._unarmed + balance.arms(inner, self._pushed[:, :3])

    def strains_after(self, changes: Array) -> dict[int, Strain]:
        """The strains of the same frames when they have changed by ``changes`` ``(T, nv)``."""
        n = self._balance.stride
        return {
            k: replace(strain, value=strain.after(changes[k : k + 2 * n + 1 : n]))
            for k, strain in self.strains.items()
        }

    def _strain(self) -> None:
        """Find the motors that are near their limits as the clip is now, and push for them too."""
        for k, index in enumerate(self.frames):
            support = self._supports[k]
            pushes = self._pushes[k, : len(support.points)]
            found = strain_of(self._balance, index, support, pushes)
            if found is not None:
                self.strains[k] = found
        self._push_strained()
        self._settle()

    def strained(self, k: int) -> tuple[Array, Array] | None:
        """Rows of motors over their limits in frame ``frames[k]``: ``(m,)``, ``(m, 3, nv)``."""
        excess = self.excess.get(k)
        if excess is None or not excess.any():
            return None
        over = excess > 0.0
        return excess[over], self._term.torque * self.strains[k].blocks[over]
