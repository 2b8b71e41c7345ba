"""Where under the feet the ground would have to press, and whether there is a sole."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.metrics.mechanics.balance import Balance
from kinemesh.metrics.mechanics.contacts import WORLD
from kinemesh.metrics.mechanics.patches import NEAR, outline, sides
from kinemesh.robot.model import RobotModel

_LEAST = 0.1
"""At less than this share of the weight the ground presses nowhere."""
_UPRIGHT = np.cos(np.radians(5.0))
"""A normal that rises less than this [1] is that of a slope."""


def outside(robot: RobotModel, found: Balance) -> Array:
    """How far the centre of pressure is outside of what stands ``(T,)`` [m]; 0 within.

    The centre of pressure is where what the ground gives to the robot, and to all that hangs on
    it, has no moment but about the vertical. NaN in frames in which anything else than soles on
    level ground bears, or hardly any weight is to be borne.
    """
    touching, soles = found.touching, [sole.joint for sole in robot.soles]
    bodies = found.bodies[touching.pushed]
    bears = (touching.pushing == WORLD) & found.joined[touching.frames, bodies]
    level = np.isin(touching.pushed, soles) & (touching.normals[:, 2] > _UPRIGHT)
    result = np.full(len(found.force), np.nan)
    other = np.unique(touching.frames[bears & ~level])
    alone = bears & found.known[touching.frames] & ~np.isin(touching.frames, other)
    frames, places = touching.frames[alone], touching.points[alone]
    for frame in np.unique(frames).tolist():
        points = places[slice(*np.searchsorted(frames, [frame, frame + 1]))]
        if np.ptp(points[:, 2]) > NEAR:
            continue
        place = centre_of_pressure(found, frame, float(points[:, 2].mean()))
        if place is not None:
            result[frame] = _away(place, points[:, :2])
    return result


def centre_of_pressure(found: Balance, frame: int, height: float) -> Array | None:
    """Where at a height [m] the ground has to press ``(2,)`` [m]; None where it hardly has to.

    By what the robot and all that hangs on it lack: a force, and a moment about ``(0, 0, height)``.
    """
    force, moment = np.zeros(3), np.zeros(3)
    for one in np.flatnonzero(found.joined[frame]).tolist():
        wanted = found.wanted[one]
        force += wanted.forces[frame]
        arm = wanted.centres[frame] - np.array([0.0, 0.0, height])
        moment += wanted.moments[frame] + np.cross(arm, wanted.forces[frame])
    if force[2] < _LEAST * found.weight:
        return None
    return np.array([-moment[1] / force[2], moment[0] / force[2]])


def _away(place: Array, points: Array) -> float:
    """Distance [m] of a place of the plane from the convex hull of points; 0 within."""
    corners = np.array(outline(points.tolist()))
    if len(corners) > 2:
        lines = np.array(sides([(x, y) for x, y in corners.tolist()]))
        if np.all(lines[:, :2] @ place + lines[:, 2] <= 0.0):
            return 0.0
    ends = np.roll(corners, -1, axis=0) - corners
    size = np.maximum(np.sum(ends**2, axis=1), 1e-300)
    share = np.clip(np.sum((place - corners) * ends, axis=1) / size, 0.0, 1.0)
    return float(np.linalg.norm(corners + share[:, None] * ends - place, axis=1).min())
