"""What touches stays in touch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.constraints.constraint import Constraint
from kinemesh.kernel import HandDistances, Within
from kinemesh.problem import Contact, Frame
from kinemesh.robot import RobotModel

_LOOSE = ("elbow", "forearm", "shin", "back", "head")


@dataclass(frozen=True)
class HandContact(Constraint):
    r"""While a hand, a knee, the seat of the person touches a thing, so does the robot's.

    .. math:: \phi(\mathrm{pad}, \mathrm{thing}) \le
              \epsilon + \max\left(\tfrac12 a t^2,\; d \min(1, t / t_0)\right)

    Together with :class:`NonPenetration` this is exact contact, :math:`0 \le \phi \le \epsilon`.
    Before the touch and after it, at a time t from it, the bound opens as fast as a constant
    acceleration or the person's own distance d allows, so that nothing jumps.
    """

    tolerance: float = 2e-4
    """:math:`\\epsilon` [m]."""
    loose: float = 5e-3
    """:math:`\\epsilon` [m] of elbows, forearms, shins, back and head: what lies on all of them at
    once are shells that were not made to, and on flesh."""
    acceleration: float = 20.0
    """:math:`a` [m/s^2]."""
    blend: float = 0.1
    """:math:`t_0` [s]."""
    sacrifice: int = 4

    def rows(self, robot: RobotModel, frame: Frame) -> Within | None:
        """One row a pad: its distance [m] to what it touches; None while nothing is touched."""
        contacts = frame.contacts
        if not contacts:
            return None
        distances = HandDistances(
            tuple((contact.obstacle, contact.pose) for contact in contacts),
            tuple(contact.pad.hulls for contact in contacts),
        )
        return Within(distances, -np.inf, np.array([self._reach(c) for c in contacts]))

    def _reach(self, contact: Contact) -> float:
        """The distance allowed to a pad [m]."""
        part = contact.pad.name.rpartition("_")[2]
        tolerance = self.loose if part in _LOOSE else self.tolerance
        if contact.time <= 0.0:
            return tolerance
        own = contact.distance * min(1.0, contact.time / self.blend)
        return tolerance + max(0.5 * self.acceleration * contact.time**2, own)
