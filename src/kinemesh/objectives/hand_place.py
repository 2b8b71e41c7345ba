"""Hold a prop where the person held it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry.easing import smooth_step
from kinemesh.kernel import LeastSquares, PointMixture
from kinemesh.objectives.objective import Objective
from kinemesh.problem import Frame
from kinemesh.robot import RobotModel


@dataclass(frozen=True)
class HandPlace(Objective):
    r"""A touching hand is where the person's is on the prop: its wrist and the middle of its palm.

    .. math:: w \sum_h \beta_h^2 \left( \|p_h(q) - c_h\|^2 + \|m_h(q) - c'_h\|^2
              + u \|m_h(q) + d_h(q) - c'_h - |d_h|\, n_h\|^2 \right)

    with the hand's landmark :math:`p_h`, the point :math:`m_h` of its axis in the middle of the
    palm, where they belong, :math:`c_h` and :math:`c'_h`, and a blend :math:`\beta` that rises from
    0 to 1 before the touch and falls after it. The last part turns the palm, which is at
    :math:`m_h + d_h`, to the surface, which is along :math:`n_h`: only where nothing else says how
    the hand is turned. A contact that says nothing of
    a hand, of one on terrain or of another pad, is drawn by its point to its place.
    """

    weight: float = 200.0
    """Weight [1/m^2]."""
    facing: float = 1.0
    """Share of the palm that faces the surface."""
    pads: float = 30.0
    """Weight [1/m^2] of a contact that says nothing of a hand."""
    blend: float = 0.3
    """Time over which the pull comes and goes [s]."""

    def rows(self, robot: RobotModel, frame: Frame) -> LeastSquares | None:
        """Three rows a point [m], along the world's axes; None while nothing is touched."""
        rows: list[tuple[int, Array, Array, float]] = []
        for contact in frame.contacts:
            if contact.place is None:
                continue
            share = max(0.0, 1.0 - contact.time / self.blend)
            blend = float(smooth_step(np.array(share))) ** 2
            pad, hold, weight = contact.pad, contact.hold, self.weight * blend
            if hold is None:
                rows.append((pad.joint, pad.point, contact.place, self.pads * blend))
                continue
            (joint,), (wrist,) = robot.landmark_points(f"{pad.name}_hand")
            rows.append((int(joint), wrist, hold.wrist, weight))
            rows.append((pad.joint, hold.middle, hold.palm, weight))
            if hold.facing is not None:
                depth = float(np.linalg.norm(pad.point - hold.middle))
                there = hold.palm + depth * hold.facing
                rows.append((pad.joint, pad.point, there, self.facing * weight))
        if not rows:
            return None
        joints, points, places, weights = zip(*rows, strict=True)
        held = PointMixture(
            np.array(joints), np.array(points), np.eye(len(rows)), -np.array(places)
        )
        return LeastSquares(held, np.repeat(weights, 3))
