"""Forces of contacts: in friction cones, as near to what a motion takes as they can be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from kinemesh.arrays import Array
from kinemesh.solve.mechanics.supports import Support

_SPREAD = 1e-3
"""Weight of the forces' own size: it spreads a load over all that can bear it."""


@dataclass(frozen=True, eq=False)
class Cones:
    r"""The wrenches that a support can exert: :math:`B f, f \ge 0`.

    Each place pushes along the four edges of a pyramid within its friction cone.
    """

    support: Support
    edges: Array
    """``(N, 4, 3)``."""
    wrenches: Array
    """Of a unit force along each edge, moments about the world's origin ``(6, 4 N)``."""

    @classmethod
    def of(cls, support: Support, friction: float) -> Cones:
        """The pyramids of a support with a coefficient of friction [1]."""
        normals = support.normals
        aside = np.where(np.abs(normals[:, :1]) < 0.8, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
        first = _cross(normals, aside)
        first /= np.linalg.norm(first, axis=1, keepdims=True)
        tangents = np.stack([first, _cross(normals, first)], axis=1)
        edges = normals[:, None] + friction * np.concatenate([tangents, -tangents], axis=1)
        moments = _cross(support.points[:, None], edges)
        wrenches = np.concatenate([edges, moments], axis=2).reshape(-1, 6).T
        return cls(support, edges, wrenches)

    def nearest(
        self, wanted: Array, centre: Array, scale: Array, torque: Array, rates: Array
    ) -> tuple[Array, Array]:
        r"""The forces ``(N, 3)`` [N] nearest to a wrench, and the wrench ``(6,)`` that they make.

        .. math:: \min_{f \ge 0} \|S (w - B f)\|^2 + \|\tau - R f\|^2 + \epsilon^2 \|f'\|^2

        with :math:`f'` in units of the scale.

        Args:
            wanted: force and moment :math:`w` ``(6,)``.
            centre: the point that moments are about ``(3,)`` [m].
            scale: of each of the six :math:`S` ``(6,)`` [1/N], [1/(N m)].
            torque: what is asked of joints beside, :math:`\tau` ``(k,)``, weighted.
            rates: what a force at each place takes off it ``(k, N, 3)``.
        """
        count = self.wrenches.shape[1]
        if not count:
            return np.zeros((0, 3)), np.zeros(6)
        x, y, z = centre
        across = np.array([[0.0, z, -y], [-z, 0.0, x], [y, -x, 0.0]])
        columns = np.array(self.wrenches)
        columns[3:] += across @ columns[:3]
        extra = len(torque)
        system = np.zeros((6 + extra + count, count))
        unit = 1.0 / scale[0]
        system[:6] = (unit * scale)[:, None] * columns
        if extra:
            off = np.einsum("knc,nec->kne", rates, self.edges)
            system[6 : 6 + extra] = unit * off.reshape(extra, count)
        np.fill_diagonal(system[6 + extra :], _SPREAD)
        asked = np.zeros(len(system))
        asked[:6], asked[6 : 6 + extra] = scale * wanted, torque
        sizes = unit * nnls(system, asked)[0]
        forces = np.einsum("ne,nec->nc", sizes.reshape(-1, 4), self.edges)
        return forces, columns @ sizes


def _cross(a: Array, b: Array) -> Array:
    """Cross products, written out: numpy's costs ten times the arithmetic."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=-1)
