"""Hold a prop where the person held it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array, readonly
from kinemesh.geometry.easing import smooth_step
from kinemesh.kernel import LeastSquares, PointOffsets
from kinemesh.objectives.objective import Objective
from kinemesh.problem import Frame
from kinemesh.robot import RobotModel

_WORLD = readonly(np.eye(3))


@dataclass(frozen=True)
class HandPlace(Objective):
    r"""A touching hand is where the person's is on the prop: its wrist and the middle of its palm.

    .. math:: w \sum_h \beta_h^2 \left( \|p_h(q) - c_h\|_h^2 + \|m_h(q) - c'_h\|_h^2
              + u \|m_h(q) + d_h(q) - c'_h - |d_h|\, n_h\|_h^2 \right)

    with the hand's landmark :math:`p_h`, the point :math:`m_h` of its axis in the middle of the
    palm, where they belong, :math:`c_h` and :math:`c'_h`, and a blend :math:`\beta` that rises from
    0 to 1 before the touch and falls after it; along the normal :math:`n_h` four fifths count. The
    last part turns the palm, which is at :math:`m_h + d_h`, to the surface, which is along
    :math:`n_h`: only where nothing else says how the hand is turned. A hand on terrain, whose wrist
    people bend further than robots can, and any other pad are drawn by one point to its place.
    """

    weight: float = 150.0
    """Weight [1/m^2]."""
    normal: float = 0.8
    """Share of what is off along the normal: there contact decides, which the pull must not
    outbid."""
    facing: float = 1.0
    """Share of the palm that faces the surface."""
    pads: float = 30.0
    """Weight [1/m^2] of a contact that says nothing of a hand."""
    blend: float = 0.3
    """Time over which the pull comes and goes [s]."""

    def rows(self, robot: RobotModel, frame: Frame) -> LeastSquares | None:
        """Three rows a point [m]; None while nothing is touched."""
        rows: list[tuple[int, Array, Array, Array, Array]] = []
        for contact in frame.contacts:
            if contact.place is None:
                continue
            share = max(0.0, 1.0 - contact.time / self.blend)
            blend = float(smooth_step(np.array(share))) ** 2
            pad, hold = contact.pad, contact.hold
            if hold is None:
                pull = np.full(3, self.pads * blend)
                rows.append((pad.joint, pad.point, contact.place, _WORLD, pull))
                continue
            axes = np.linalg.svd(hold.normal[None])[2]  # the first along the normal
            weights = self.weight * blend * np.array([self.normal, 1.0, 1.0])
            (joint,), (wrist,) = robot.landmark_points(f"{pad.name}_hand")
            rows.append((int(joint), wrist, hold.wrist, axes, weights))
            rows.append((pad.joint, hold.middle, hold.palm, axes, weights))
            if hold.faces:
                depth = float(np.linalg.norm(pad.point - hold.middle))
                there = hold.palm + depth * hold.normal
                rows.append((pad.joint, pad.point, there, axes, self.facing * weights))
        if not rows:
            return None
        joints, points, places, directions, pulls = (np.array(c) for c in zip(*rows, strict=True))
        offsets = PointOffsets(
            joints.repeat(3),
            points.repeat(3, axis=0),
            directions.reshape(-1, 3),
            places.repeat(3, axis=0),
        )
        return LeastSquares(offsets, pulls.ravel())
