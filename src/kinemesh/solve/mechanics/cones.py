"""Forces of contacts: in friction cones, as near to what a motion takes as they can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.solve.mechanics.nonnegative import nonnegative
from kinemesh.solve.mechanics.supports import Support

_SPREAD = 1e-3
"""Weight of the forces' own size: it spreads a load over all that can bear it."""


@dataclass(frozen=True, eq=False)
class Cones:
    r"""The wrenches that supports can exert, frame by frame: :math:`B f, f \ge 0`.

    Each place pushes along the four edges of a pyramid within its friction cone. Frames have as
    many places as the one that has most, N: what is over has edges of zeros.
    """

    edges: Array
    """``(F, N, 4, 3)``."""
    wrenches: Array
    """Of a unit force along each edge, moments about the world's origin ``(F, 6, 4 N)``."""

    @classmethod
    def of(cls, supports: Sequence[Support], friction: float) -> Cones:
        """The pyramids of supports with a coefficient of friction [1]."""
        counts = [len(support.points) for support in supports]
        most = max(counts, default=0)
        there = np.arange(most) < np.array(counts, dtype=np.int64)[:, None]
        none = [np.zeros((0, 3))]
        normals = np.concatenate([*(support.normals for support in supports), *none])
        points = np.concatenate([*(support.points for support in supports), *none])
        aside = np.where(np.abs(normals[:, :1]) < 0.8, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
        first = _cross(normals, aside)
        first /= np.linalg.norm(first, axis=1, keepdims=True)
        tangents = np.stack([first, _cross(normals, first)], axis=1)
        edges = np.zeros((len(supports), most, 4, 3))
        edges[there] = normals[:, None] + friction * np.concatenate([tangents, -tangents], axis=1)
        wrenches = np.zeros((len(supports), most, 4, 6))
        wrenches[..., :3] = edges
        wrenches[there, :, 3:] = _cross(points[:, None], edges[there])
        return cls(edges, wrenches.reshape(len(supports), 4 * most, 6).transpose(0, 2, 1).copy())

    def nearest(
        self,
        index: NDArray[np.int64],
        wanted: Array,
        centres: Array,
        scale: Array,
        torques: Array,
        rates: Array,
    ) -> tuple[Array, Array]:
        r"""The forces ``(K, N, 3)`` [N] nearest to wrenches, and the wrenches ``(K, 6)`` they make.

        .. math:: \min_{f \ge 0} \|S (w - B f)\|^2 + \|\tau - R f\|^2 + \epsilon^2 \|f'\|^2

        with :math:`f'` in units of the scale.

        Args:
            index: which frames ``(K,)``.
            wanted: forces and moments :math:`w` ``(K, 6)``.
            centres: the points that moments are about ``(K, 3)`` [m].
            scale: of each of the six :math:`S` ``(6,)`` [1/N], [1/(N m)].
            torques: what is asked of joints beside, :math:`\tau` ``(K, k)``, weighted.
            rates: what a force at each place takes off it ``(K, k, N, 3)``.
        """
        edges, columns = self.edges[index], self.wrenches[index]
        x, y, z = centres.T[:, :, None]
        a, b, c = columns[:, :3].transpose(1, 0, 2)
        columns[:, 3:] += np.stack([z * b - y * c, x * c - z * a, y * a - x * b], axis=1)
        unit = 1.0 / scale[0]
        off = np.einsum("fknc,fnec->fkne", rates, edges).reshape(*torques.shape, columns.shape[2])
        system = np.concatenate([(unit * scale)[:, None] * columns, unit * off], axis=1)
        sizes = unit * nonnegative(system, np.hstack([scale * wanted, torques]), _SPREAD)
        forces = np.einsum("fne,fnec->fnc", sizes.reshape(edges.shape[:3]), edges)
        return forces, np.einsum("fck,fk->fc", columns, sizes)


def _cross(a: Array, b: Array) -> Array:
    """Cross products, written out: numpy's costs ten times the arithmetic."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=-1)
