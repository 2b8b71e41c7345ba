"""How a robot stands and walks by what a file says: the judge where nothing else can tell.

Whatever the motion, some point of a sole is lowest, near the ground for most of the time, at rest
while it is, and the sole lies flat then; joints stay within their limits. Read in a wrong order,
unit or axis a motion breaks several of these at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.robot import RobotModel, link_poses

_PAIRS = 100
"""So many pairs of neighbouring frames are looked at."""


@dataclass(frozen=True)
class Footing:
    """How well a reading stands; 0 is as a robot stands, 1 and more is not."""

    upright: float
    """Median of cos of the root's lean."""
    low: float
    """Height [m] to which the lowest point of the soles comes down in a tenth of the frames."""
    slip: float
    """Median speed [m/s] of that point along the ground."""
    tilt: float
    """Median lean [rad] of the lower sole."""
    excess: float
    """Mean excess [rad] of joints beyond the robot's limits."""

    @property
    def cost(self) -> float:
        """Everything together."""
        parts = (
            (1.0 - self.upright) / 0.5,
            abs(self.low) / 0.15,
            self.slip / 0.5,
            self.tilt / 0.5,
            self.excess / 0.02,
        )
        return float(sum(min(part, 3.0) for part in parts))

    def __str__(self) -> str:
        lean = np.rad2deg(np.arccos(np.clip(self.upright, -1.0, 1.0)))
        return (
            f"leans {lean:.0f} deg, lowest sole at {self.low:+.2f} m, slips {self.slip:.2f} m/s, "
            f"sole tilted {np.rad2deg(self.tilt):.0f} deg, joints "
            f"{np.rad2deg(self.excess):.1f} deg beyond limits on average"
        )


def pairs(frames: int) -> NDArray[np.int64]:
    """First frames of pairs of neighbours, spread over the motion."""
    return np.unique(np.linspace(0, max(frames - 2, 0), min(frames, _PAIRS)).astype(np.int64))


def hard_limits(robot: RobotModel) -> tuple[Array, Array]:
    """The joints' own ranges ``(n,)`` [rad], not those that robot.toml narrows."""
    model = robot.pin_model
    return np.array(model.lowerPositionLimit[7:]), np.array(model.upperPositionLimit[7:])


def rooted(robot: RobotModel, joints: Array) -> Array:
    """Poses ``(T, B, 7)`` of all links in the root's frame."""
    base = np.tile([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0], (len(joints), 1))
    return link_poses(robot, np.hstack([base, joints]))


def soles(robot: RobotModel, local: Array) -> Array:
    """Corners ``(T, S, 4, 3)`` [m] of the soles in the root's frame."""
    return np.stack(
        [
            np.einsum("tij,cj->tci", _turns(local[:, s.joint - 1, 3:]), s.corners)
            + local[:, s.joint - 1, None, :3]
            for s in robot.soles
        ],
        axis=1,
    )


def placed(corners: Array, places: Array, xyzw: Array) -> Array:
    """Corners ``(T, S, 4, 3)`` carried into the world."""
    return np.asarray(np.einsum("tij,tscj->tsci", _turns(xyzw), corners) + places[:, None, None, :])


def excess(robot: RobotModel, joints: Array) -> Array:
    """By how much joints ``(T, n)`` [rad] are beyond their ranges."""
    lower, upper = hard_limits(robot)
    return np.asarray(np.maximum(np.maximum(lower - joints, joints - upper), 0.0))


def footing(world: Sequence[Array], xyzw: Array, beyond: Array, fps: float) -> Footing:
    """How a motion stands.

    Args:
        world: corners of the soles ``(K, S, 4, 3)`` [m] in frames, and in the frames after them.
        xyzw: quaternions of the root ``(K, 4)``.
        beyond: excess of joints ``(K, n)`` [rad].
        fps: frames per second [1/s].
    """
    now, then = (np.asarray(w).reshape(len(w), -1, 3) for w in world)
    rows = np.arange(len(now))
    lowest = np.argmin(now[..., 2] + then[..., 2], axis=1)
    step = (then[rows, lowest] - now[rows, lowest])[:, :2]
    feet = world[0][rows, lowest // 4]
    normal = np.cross(feet[:, 2] - feet[:, 0], feet[:, 1] - feet[:, 0])
    flat = np.abs(normal[:, 2]) / np.maximum(np.linalg.norm(normal, axis=1), 1e-12)
    up = 1.0 - 2.0 * (xyzw[:, 0] ** 2 + xyzw[:, 1] ** 2)
    return Footing(
        float(np.median(up)),
        float(np.percentile(now[rows, lowest, 2], 10)),
        float(np.median(np.linalg.norm(step, axis=1)) * fps),
        float(np.median(np.arccos(np.clip(flat, 0.0, 1.0)))),
        float(np.mean(beyond)),
    )


def _turns(xyzw: Array) -> Array:
    return Rotation.from_quat(xyzw).as_matrix()
