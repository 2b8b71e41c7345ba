"""Arms that are aimed anew: hands at the places that they touch, whatever the arm's length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry.easing import smooth_step
from kinemesh.problem.person.holding import Grasp
from kinemesh.problem.person.limbs import bent
from kinemesh.problem.person.proportions import SIDES, Body


def reaching(body: Array, robot: Array, grasps: Sequence[Grasp]) -> Array:
    """Landmarks ``(T, K, 3)`` [m] of whom touching hands are where they touch.

    Args:
        body: the person in the robot's proportions ``(T, K, 3)`` [m].
        robot: landmarks ``(K, 3)`` [m] at rest.
        grasps: the touches of both hands.
    """
    moved, rest = Body(np.array(body)), Body(robot[None])
    forward = moved.axes()[..., 0]
    for side in SIDES:
        shoulder, elbow, hand = (moved.at(f"{side}_{m}") for m in ("shoulder", "elbow", "hand"))
        off, total, most = np.zeros_like(hand), np.zeros(len(hand)), np.zeros(len(hand))
        for grasp in (grasp for grasp in grasps if grasp.side == side):
            off += grasp.share[:, None] * (grasp.place - hand)
            total, most = total + grasp.share, np.maximum(most, grasp.share)
        if not total.any():
            continue
        # Of several things at once each counts by its share, and all no more than the nearest.
        off *= (smooth_step(most) / np.maximum(total, 1e-12))[:, None]
        lengths = (
            rest.length(f"{side}_shoulder", f"{side}_elbow"),
            rest.length(f"{side}_elbow", f"{side}_hand"),
        )
        elbow, hand = bent(shoulder, elbow, hand + off, lengths, -forward)
        moved.put(f"{side}_elbow", elbow)
        moved.put(f"{side}_hand", hand)
    return moved.places
