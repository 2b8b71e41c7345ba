"""The paper's three metrics, as the released evaluator of OmniRetarget defines them.

They are kept to compare with published tables, not to judge: a centimetre is the smallest
penetration they see, 30 cm/s (at 30 frames/s) the slowest slip, and their terrain contact is
1 whatever the robot does.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.encounter import encounters
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.geometry.trajectory import SIDES, KinematicTrajectory
from kinemesh.metrics.measures.penetration import ground_depth
from kinemesh.motion import LANDMARKS, Clip, Scene, Trajectory
from kinemesh.robot.model import RobotModel

PENETRATION = 0.01
"""Only what is deeper than this [m] counts."""
SLIDING = 0.01
"""A toe stands while it moves no more than this from frame to frame [m], and slides beyond."""
CONTACT = 0.28
"""A wrist within this [m] of the prop's origin is in contact."""


@dataclass(frozen=True)
class Official:
    """The released evaluator's figures of one clip."""

    penetration_duration: float
    """Share of frames with a penetration of more than 10 mm."""
    penetration_depth: float
    """Mean over those frames of the deepest one [m]; 0 if there are none."""
    sliding_duration: float
    """Frames in which a standing toe slides, over frames in which one stands; NaN if none."""
    sliding_velocity: float
    """Mean over sliding frames of the faster toe [m/frame]; 0 if there are none."""
    contact_preservation: float | None
    """1 - share of frames that miss a wrist's contact; 1 on terrain; None with neither."""

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON; NaN becomes None."""
        return {k: None if v is None or np.isnan(v) else v for k, v in asdict(self).items()}


def official(
    trajectory: Trajectory,
    robot: RobotModel,
    *,
    scene: Scene,
    clip: Clip,
    scale: float | None = None,
) -> Official:
    """Score a trajectory by the released evaluator's definitions, on this robot's hulls.

    The person is taken raw where there is a prop, else scaled, as the evaluator does.

    Args:
        trajectory: the robot's motion.
        robot: whose it is.
        scene: the robot's scene.
        clip: the demonstration.
        scale: robot height / human height; default by stature.

    Raises:
        ClipError: trajectory and clip are not of one length.

    Examples:
        >>> result = kinemesh.retarget(kinemesh.demos.lift_box().crop(0, 4))
        >>> robot, clip = kinemesh.RobotModel.load("g1"), result.demonstration
        >>> kinemesh.metrics.official(result.trajectory, robot, scene=result.scene, clip=clip)
        Official(penetration_duration=0.0, penetration_depth=0.0, ...
    """
    if len(trajectory) != len(clip):
        raise ClipError(f"the trajectory has {len(trajectory)} frames, the clip {len(clip)}")
    posed = KinematicTrajectory(trajectory, robot)
    depth = _depth(posed, scene)
    deep = depth[depth > PENETRATION]
    factor = 1.0
    if not clip.scene.objects:
        factor = robot.height / clip.stature if scale is None else scale
    duration, velocity = _sliding(posed, clip, factor)
    return Official(
        penetration_duration=len(deep) / len(depth),
        penetration_depth=float(deep.mean()) if len(deep) else 0.0,
        sliding_duration=duration,
        sliding_velocity=velocity,
        contact_preservation=_contact(posed, scene, clip),
    )


def _depth(posed: KinematicTrajectory, scene: Scene) -> Array:
    """Deepest penetration ``(T,)`` [m] of ground, terrain or props, against convex hulls."""
    props, terrain = encounters(scene, posed, Surfaces())
    depth = np.zeros(len(posed))
    if scene.ground is not None:
        depth, _ = ground_depth(posed, scene.ground)
    for thing in (*props, *([terrain] if terrain else [])):
        depth = np.maximum(depth, thing.in_parts()[0])
    return depth


def _sliding(posed: KinematicTrajectory, clip: Clip, scale: float) -> tuple[float, float]:
    slide, stand = np.zeros((2, len(posed))), np.zeros((2, len(posed)), dtype=bool)
    for row, side in enumerate(SIDES):
        person = clip.landmark(f"{side}_toe")[:, :2] * scale
        robot = posed.landmarks[:, LANDMARKS.index(f"{side}_toe"), :2]
        stand[row, 1:] = np.linalg.norm(np.diff(person, axis=0), axis=1) <= SLIDING
        slide[row, 1:] = np.linalg.norm(np.diff(robot, axis=0), axis=1)
    faster = np.max(slide * (stand & (slide > SLIDING)), axis=0)
    faster = faster[faster > 0.0]
    frames = int(stand.any(axis=0).sum())
    share = len(faster) / frames if frames else float("nan")
    return share, float(faster.mean()) if len(faster) else 0.0


def _contact(posed: KinematicTrajectory, scene: Scene, clip: Clip) -> float | None:
    if not clip.scene.objects or not scene.objects:
        return None if scene.terrain is None else 1.0
    prop, target = clip.scene.objects[0], scene.objects[0]
    missed = np.zeros(len(posed), dtype=bool)
    for side in SIDES:
        wrist = "wrist" if f"{side}_wrist" in clip.skeleton.landmarks else "hand"
        person = clip.landmark(f"{side}_{wrist}")
        robot = posed.landmarks[:, LANDMARKS.index(f"{side}_hand")]
        missed |= _from_origin(person, prop.track) & ~_from_origin(robot, target.track)
    return float(1.0 - missed.mean())


def _from_origin(points: Array, track: Array) -> Any:
    local = poses.apply(poses.inverse(track), points[:, None])[:, 0]
    return np.linalg.norm(local, axis=1) <= CONTACT
