"""A hand that touches stays in touch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kinemesh.constraints.constraint import Constraint
from kinemesh.motion.arrays import Array
from kinemesh.problem import Bounded, Contact, Frame
from kinemesh.robot import NEAR, Configuration, near_obstacle


@dataclass(frozen=True)
class HandContact(Constraint):
    r"""While the person's hand touches a prop, so does the robot's.

    .. math:: \phi(\mathrm{hand}, \mathrm{prop}) \le
              \epsilon + \max\left(\tfrac12 a t^2,\; d \min(1, t / t_0)\right)

    Together with :class:`NonPenetration` this is exact contact, :math:`0 \le \phi \le \epsilon`.
    Before the touch and after it, at a time t from it, the bound opens as fast as a constant
    acceleration or the person's own distance d allows, so that nothing jumps.
    """

    tolerance: float = 2e-4
    """:math:`\\epsilon` [m]."""
    acceleration: float = 20.0
    """:math:`a` [m/s^2]."""
    blend: float = 0.1
    """:math:`t_0` [s]."""
    sacrifice: int = 4
    beside: ClassVar[bool] = False

    def evaluate(self, configuration: Configuration, frame: Frame) -> Bounded | None:
        """One row a touching hand: its distance [m] and rate."""
        if not frame.contacts:
            return None
        values: list[float] = []
        rows: list[Array] = []
        for contact in frame.contacts:
            obstacle, pose, hulls = contact.obstacle, contact.pose, contact.hand.hulls
            # Near by, these are the places that non-penetration asks for too.
            near = near_obstacle(configuration, obstacle, pose, NEAR)
            own = hulls.tolist()
            mine = [k for k, hull in enumerate(near.hulls.tolist()) if hull in own]
            if not mine:
                near = near_obstacle(configuration, obstacle, pose, np.inf, hulls)
                mine = list(range(len(near.distance)))
            distance = near.distance.tolist()
            closest = min(mine, key=distance.__getitem__)
            values.append(distance[closest])
            rows.append(near.rates(configuration)[closest])
        bounds = frame.worked_out(self, lambda: self._reaches(frame), beside=False)
        return Bounded(np.array(values), np.array(rows), -np.inf, bounds)

    def _reaches(self, frame: Frame) -> Array:
        """The distances allowed to all hands [m]."""
        return np.array([self._reach(contact) for contact in frame.contacts])

    def _reach(self, contact: Contact) -> float:
        """The distance allowed to a hand [m]."""
        if contact.time <= 0.0:
            return self.tolerance
        own = contact.distance * min(1.0, contact.time / self.blend)
        return self.tolerance + max(0.5 * self.acceleration * contact.time**2, own)
