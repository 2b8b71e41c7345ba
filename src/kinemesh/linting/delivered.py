"""What a robot cannot do in the frames as they are delivered: pass through itself, be too fast."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.linting.steadiness import listed
from kinemesh.metrics import Limits
from kinemesh.metrics.geometry.selfcollision import SelfPairs
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.measures.penetration import penetration
from kinemesh.motion import Scene, Trajectory
from kinemesh.robot import RobotModel
from kinemesh.trajectories.findings import Finding
from kinemesh.trajectories.raw import RawMotion

_INSIDE = 0.01
"""Parts of the robot this deep [m] in each other, or below the ground, are found; less may be
between its hulls alone, and is for the verdict (``kinemesh evaluate``)."""

_MEND = "nothing in the file says where they should be: retarget it at this rate"


def deliver(raw: RawMotion, robot: RobotModel, *, timed: bool) -> tuple[Finding, ...]:
    """Overlaps and speeds of the frames themselves; speeds where the rate is known (``timed``)."""
    norms = np.linalg.norm(raw.turn, axis=1, keepdims=True)
    q = np.hstack([raw.place, raw.turn / norms, raw.joints])
    posed = KinematicTrajectory(Trajectory(q, raw.rate, robot.joint_names, robot.name), robot)
    return (
        *_overlaps(raw, posed),
        *_below(raw, posed),
        *(_speeds(raw, robot) if timed else ()),
    )


def _overlaps(raw: RawMotion, posed: KinematicTrajectory) -> list[Finding]:
    """Parts of the robot inside each other."""
    rows = penetration(posed, Scene(ground=None), (), None, SelfPairs(posed.robot), Limits())
    row = next(row for row in rows if row.name == "penetration.self.max")
    depth = np.zeros(0) if row.series is None else 1e-3 * row.series
    evidence = f"in each other, {row.note}"
    return _deep(raw, "self-collision", depth, evidence)


def _below(raw: RawMotion, posed: KinematicTrajectory) -> list[Finding]:
    """Parts of the robot below the ground; soles are looked at by themselves."""
    robot = posed.robot
    table = robot.hull_table
    own = ~np.isin(table.vertex_joints, [sole.joint for sole in robot.soles])
    joints, vertices = table.vertex_joints[own], table.vertices[own]
    depth = np.zeros(len(posed))
    for k, c in enumerate(posed.configurations):
        heights = (
            np.einsum("ij,ij->i", c.rotations[joints, 2], vertices) + c.translations[joints, 2]
        )
        depth[k] = max(0.0, -float(heights.min()))
    return _deep(raw, "below-ground", depth, "below z = 0")


def _deep(raw: RawMotion, trap: str, depth: Array, where: str) -> list[Finding]:
    frames: NDArray[np.int64] = np.flatnonzero(depth > _INSIDE)
    if not len(frames):
        return []
    evidence = (
        f"parts of the robot up to {1e3 * depth.max():.0f} mm {where}, over {1e3 * _INSIDE:.0f} mm "
        f"in {len(frames)} frames: {listed(frames)}"
    )
    return [Finding(trap, raw.where["joints"], evidence, _MEND, mendable=False)]


def _speeds(raw: RawMotion, robot: RobotModel) -> list[Finding]:
    """Joints that go from frame to frame faster than their motors."""
    allowed = Limits().velocity_excess or 0.0
    pace = np.abs(np.diff(raw.joints, axis=0)) * raw.rate
    beyond = pace - robot.velocity
    found = []
    for k in np.flatnonzero((beyond > allowed).any(axis=0)):
        frames = np.flatnonzero(beyond[:, k] > allowed) + 1
        most, limit = float(pace[:, k].max()), float(robot.velocity[k])
        found.append(
            Finding(
                "joint-speed",
                f"{raw.where['joints']}, {robot.joint_names[k]}",
                f"up to {most:.2f} rad/s, {100.0 * (most / limit - 1.0):.1f} % over its "
                f"{limit:g}, in {len(frames)} frames: {listed(frames)}",
                "retarget it at this rate, or play it more slowly",
                mendable=False,
            )
        )
    return found
