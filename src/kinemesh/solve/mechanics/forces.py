"""The forces that carry a clip as far as contacts can, and what is left over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

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
        self._cones = [Cones.of(support, term.friction) for support in supports]
        count, n = len(balance), balance.stride
        self.frames = range(n, max(n, count - n))
        self._inner = slice(self.frames.start, self.frames.stop)
        self.blocks = np.stack(balance.blocks(self._inner), axis=2)
        self._unarmed = self.blocks[:, 3:, 1].copy()
        self.at: Array = np.zeros((count, balance.robot.nv))
        self._pushed: list[Array] = []
        self.strains: dict[int, Strain] = {
            k: strain
            for k, strain in (strains or {}).items()
            if strain.arms.shape[1] == len(supports[self.frames[k]].points)
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
        wanted = balance.wanted[inner] + self.of_changes(self.blocks, changes) / balance.scale
        centres = balance.moved(inner, changes[inner])
        pushed = np.zeros_like(wanted)
        self._pushed = []
        for k in range(len(self.frames)):
            forces, pushed[k] = self._nearest(k, wanted[k], centres[k])
            self._pushed.append(forces)
        self.residual = balance.scale * (wanted - pushed)
        self.blocks[:, 3:, 1] += balance.arms(inner, pushed[:, :3])

    def of_changes(self, blocks: Array, changes: Array) -> Array:
        """What blocks ``(F, m, 3, nv)`` make of changes ``(T, nv)`` of the frames ``(F, m)``."""
        n = self._balance.stride
        count = len(changes) - 2 * n
        around = np.stack([changes[k * n : k * n + count] for k in range(3)], axis=1)
        return np.asarray(np.einsum("fmkv,fkv->fm", blocks, around))

    def _nearest(self, k: int, wanted: Array, centre: Array) -> tuple[Array, Array]:
        """Forces at the places of frame ``frames[k]``, and their wrench."""
        cones, scale = self._cones[self.frames[k]], self._balance.scale
        strain = self.strains.get(k)
        if strain is None:
            none = np.zeros((0, len(cones.edges), 3))
            return cones.nearest(wanted, centre, scale, np.zeros(0), none)
        weight, n, index = self._term.torque, self._balance.stride, self.frames[k]
        around = np.stack([self.at[index + m * n] for m in (-1, 0, 1)])
        asked = weight * (strain.value + np.einsum("mkv,kv->m", strain.blocks, around) - NEAR)
        rates = weight * strain.arms
        forces, wrench = cones.nearest(wanted, centre, scale, asked, rates)
        self.excess[k] = np.maximum(asked - np.einsum("mnc,nc->m", rates, forces), 0.0)
        return forces, wrench

    def strains_after(self, changes: Array) -> dict[int, Strain]:
        """The strains of the same frames when they have changed by ``changes`` ``(T, nv)``."""
        n = self._balance.stride
        found = {}
        for k, strain in self.strains.items():
            around = changes[k : k + 2 * n + 1 : n]
            value = strain.value + np.einsum("mkv,kv->m", strain.blocks, around)
            found[k] = replace(strain, value=value)
        return found

    def _strain(self) -> None:
        """Find the motors that are near their limits as the clip is now, and make forces anew."""
        for k, index in enumerate(self.frames):
            found = strain_of(self._balance, index, self._cones[index].support, self._pushed[k])
            if found is not None:
                self.strains[k] = found
        self.make(self.at)

    def strained(self, k: int) -> tuple[Array, Array] | None:
        """Rows of motors over their limits in frame ``frames[k]``: ``(m,)``, ``(m, 3, nv)``."""
        excess = self.excess.get(k)
        if excess is None or not excess.any():
            return None
        over = excess > 0.0
        return excess[over], self._term.torque * self.strains[k].blocks[over]
