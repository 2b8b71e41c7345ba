"""Root and joints against the rotation vectors in which a file says both once more."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.linting.readings import (
    Joints,
    joint_findings,
    joint_readings,
    order_finding,
    turned_over,
)
from kinemesh.trajectories.findings import Finding
from kinemesh.trajectories.raw import RawMotion

AGREES = 0.02
"""Angles this close [rad] are the same."""


def apart(first: Array, second: Array) -> float:
    """The median angle [rad] between quaternions ``(T, 4)``."""
    same = np.abs(np.sum(first * second, axis=-1))
    return float(np.median(2.0 * np.arccos(np.clip(same, 0.0, 1.0))))


def fit_rotvecs(raw: RawMotion) -> tuple[RawMotion, tuple[Finding, ...], bool]:
    """Hold the vectors against root and joints; as :func:`kinemesh.linting.fitting.fit`."""
    assert raw.rotvecs is not None
    said = raw.where["bodies"]
    angles = np.sum(raw.rotvecs[:, 1:] * raw.links.axes[1:], axis=-1)
    root = Rotation.from_rotvec(raw.rotvecs[:, 0]).as_quat()
    found: list[Finding] = []
    off = [apart(read, root) for read in (raw.turn, raw.other(raw.turn))]
    mended = raw
    if off[0] > AGREES > off[1]:
        evidence = f"{np.rad2deg(off[0]):.0f} deg off {said}, else {np.rad2deg(off[1]):.1g}"
        found.append(order_finding(raw, raw.where["turn"], evidence))
        mended = turned_over(raw)
    readings = {
        joints: float(np.sqrt(np.mean((joints.of(raw).joints - angles) ** 2)))
        for joints in joint_readings(raw, swaps=True)
    }
    stated = readings[Joints()]
    best = min(readings, key=lambda joints: readings[joints] + 1e-4 * joints.changes)
    if stated > AGREES > readings[best]:
        evidence = f"{stated:.2f} rad off {said}; so read, {readings[best]:.1g} rad"
        found += joint_findings(raw, best, evidence)
        mended = best.of(mended)
    elif stated > AGREES:
        found.append(
            Finding(
                "bodies",
                raw.where["bodies"],
                f"{said} is {stated:.2f} rad off {raw.where['joints']} (root mean square), in any "
                "order",
                "which of the two is right the file does not say: make it again",
                mendable=False,
            )
        )
    # Both may be wrong alike: how the robot stands is still to be looked at.
    return mended, tuple(found), False
