"""The base's six equations over a clip, linear in small changes of every frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.robot import RobotModel
from kinemesh.robot.momentum import GRAVITY, momentum, total_mass
from kinemesh.solve.mechanics.supports import Load

Blocks = tuple[Array, Array, Array]
"""How a window's wrench changes ``(6, nv)`` with the frame before, its own, and the one after."""


class Balance:
    r"""What contacts have to push, frame by frame, and how that changes.

    Of every frame t the centre of mass :math:`c` and the momentum map :math:`A` are taken where it
    is; a change :math:`\delta` moves the one by :math:`A_{lin} \delta / m` and the momentum about
    it by :math:`\bar A_{ang} (\delta_{t+1} - \delta_t) / h`. Newton's and Euler's equations then
    ask for

    .. math:: F_t = m (c_{t+1} - 2 c_t + c_{t-1}) / h^2 + m g e_z + F^p_t, \qquad
              M_t = (\ell_{t+1/2} - \ell_{t-1/2}) / h + M^p_t,

    :math:`F^p, M^p` being what carried props take. Changes are along the world's axes, the base's
    turn as a rotation vector there, so that those of different frames can be compared.

    Args:
        robot: whose.
        qs: configurations ``(nq,)``.
        interval: time between frames that are ``stride`` apart, h [s].
        load: what is carried.
        stride: the frames before and after are so many frames away.
    """

    def __init__(
        self, robot: RobotModel, qs: Sequence[Array], interval: float, load: Load, stride: int = 1
    ) -> None:
        self.robot, self.qs, self.interval, self.stride = robot, list(qs), interval, stride
        self.load, self.mass = load, total_mass(robot)
        weight = self.mass * GRAVITY
        leg = float(robot.rest[2])
        self.scale: Array = np.repeat([1.0 / weight, 1.0 / (weight * leg)], 3)
        """Of forces and moments: a share of the weight, and of the weight at a leg's length."""
        own = [momentum(robot, q) for q in self.qs]
        self.centres: Array = np.array([one.centre for one in own])
        """``(T, 3)`` [m]."""
        self.turns: Array = Rotation.from_quat(np.array(self.qs)[:, 3:7]).as_matrix()
        """Of the base ``(T, 3, 3)``."""
        self.maps: Array = np.array([one.matrix for one in own])
        """Momentum for a change along the world's axes ``(T, 6, nv)``."""
        for k in (0, 3):
            base = self.maps[:, :, k : k + 3]
            self.maps[:, :, k : k + 3] = base @ self.turns.transpose(0, 2, 1)
        self.wanted: Array = self._wanted()
        """The wrench about the centre of mass ``(T, 6)`` [N], [N m]; 0 at both ends."""

    def __len__(self) -> int:
        return len(self.qs)

    @property
    def inner(self) -> slice:
        """The frames that have neighbours."""
        return slice(self.stride, len(self) - self.stride)

    def outward(self, step: Array, index: int) -> Array:
        """A tangent step ``(nv,)`` of frame ``index`` along the world's axes."""
        turn, out = self.turns[index], np.array(step)
        out[:3], out[3:6] = turn @ step[:3], turn @ step[3:6]
        return out

    def inward(self, change: Array, index: int) -> Array:
        """A change ``(nv,)`` along the world's axes as a tangent step of frame ``index``."""
        turn, out = self.turns[index].T, np.array(change)
        out[:3], out[3:6] = turn @ change[:3], turn @ change[3:6]
        return out

    def _wanted(self) -> Array:
        count, n, h = len(self), self.stride, self.interval
        wanted = np.zeros((count, 6))
        if count <= 2 * n:
            return wanted
        c = self.centres
        steps = [
            self.outward(self.robot.difference(a, b), k)
            for k, (a, b) in enumerate(zip(self.qs[:-n], self.qs[n:], strict=True))
        ]
        maps = 0.5 * (self.maps[n:, 3:] + self.maps[:-n, 3:])
        about = np.einsum("tij,tj->ti", maps, np.array(steps)) / h
        inner = self.inner
        wanted[inner, :3] = self.mass * (c[2 * n :] - 2.0 * c[n:-n] + c[: -2 * n]) / h**2
        wanted[inner, 2] += self.mass * GRAVITY
        wanted[inner, 3:] = (about[n:] - about[:-n]) / h
        force, moment = self.load.force[inner], self.load.moment[inner]
        wanted[inner, :3] += force
        wanted[inner, 3:] += moment - np.cross(c[inner], force)
        return wanted

    def blocks(self, index: slice) -> Blocks:
        """The scaled changes ``(T, 6, nv)`` of the wrenches of frames that have neighbours.

        What moves the forces' arms is not among them: see :meth:`arms`.
        """
        n, h = self.stride, self.interval
        first, last = index.start, index.stop
        before, here, after = (self.maps[first + k : last + k].copy() for k in (-n, 0, n))
        centre = here[:, 3:].copy()
        here[:, :3] *= -2.0
        here[:, 3:] = -0.5 * (before[:, 3:] + 2.0 * centre + after[:, 3:])
        before[:, 3:] = 0.5 * (before[:, 3:] + centre)
        after[:, 3:] = 0.5 * (after[:, 3:] + centre)
        scale = self.scale[:, None] / h**2
        return before * scale, here * scale, after * scale

    def arms(self, index: slice, forces: Array) -> Array:
        """How moments about the centre of mass change ``(T, 3, nv)``, scaled, as it moves.

        Args:
            index: which frames.
            forces: of their contacts together ``(T, 3)`` [N].
        """
        x, y, z = (forces - self.load.force[index]).T[:, :, None] * (self.scale[3] / self.mass)
        a, b, c = self.maps[index, :3].transpose(1, 0, 2)
        return np.stack([z * b - y * c, x * c - z * a, y * a - x * b], axis=1)

    def moved(self, index: slice, changes: Array) -> Array:
        """Where the centres of mass ``(T, 3)`` [m] are after changes ``(T, nv)`` of the frames."""
        away = np.einsum("tij,tj->ti", self.maps[index, :3], changes)
        return np.asarray(self.centres[index] + away / self.mass)
