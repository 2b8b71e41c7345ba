"""Between the frames: where those who interpolate a trajectory find the robot."""

from __future__ import annotations

import numpy as np

from kinemesh.geometry import poses
from kinemesh.metrics.geometry.selfcollision import SelfPairs
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.measures.penetration import penetration
from kinemesh.metrics.score import Measure, none
from kinemesh.motion import Scene, Trajectory

NAME = "penetration.between.max"


def between(posed: KinematicTrajectory, scene: Scene, pairs: SelfPairs) -> Measure:
    """Deepest penetration of the ground and of itself half-way from frame to frame.

    Joints and the base's place are half-way, its rotation by slerp, as trackers interpolate. It
    decides nothing: a motion of 50/s may pass in every frame and a fast hand be 10 mm in a hip
    between two.
    """
    if len(posed) < 2:
        return none(NAME, "mm", "needs more than 1 frame")
    q, frames = posed.q, np.arange(len(posed), dtype=float)
    base = poses.resample(q[:, :7], frames, frames[:-1] + 0.5)
    middle = Trajectory(
        np.hstack([base, (q[1:, 7:] + q[:-1, 7:]) / 2.0]),
        posed.fps,
        posed.robot.joint_names,
        posed.robot.name,
    )
    half = KinematicTrajectory(middle, posed.robot)
    rows = penetration(half, Scene(ground=scene.ground), (), None, pairs, Limits())
    named = {row.name: row for row in rows}
    kinds = [named[f"penetration.{kind}.max"] for kind in ("ground", "self")]
    worst = max(kinds, key=lambda row: row.value or 0.0)
    series = np.max([row.series for row in kinds if row.series is not None], axis=0)
    note = f"{worst.note}, half-way to the next" if worst.note else ""
    return Measure(NAME, worst.value, "mm", note=note, series=np.append(series, np.nan))
