"""One motion of a report: the trajectory, how it was judged, and what there is to draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.metrics import Held, Score, Touching, evaluate, timeline
from kinemesh.motion import Clip, Scene, Trajectory
from kinemesh.result import FrameReport, Result
from kinemesh.robot import RobotModel
from kinemesh.viewer import Stage, stage


@dataclass(frozen=True, eq=False)
class Entry:
    """One motion of a report."""

    name: str
    """What it is called in the report."""
    stage: Stage
    score: Score
    touching: tuple[Touching, ...]
    """When limbs touch, the person's and the robot's."""
    fastest: Array
    """Speed of the joint that is nearest its limit, between frames ``(T - 1,)`` [% of it]."""
    fastest_joint: tuple[str, ...]
    """Which joint that is ``(T - 1,)``."""
    reports: tuple[FrameReport, ...] = ()
    """How every frame was solved; none for a trajectory of somebody else."""
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.stage)

    @property
    def times(self) -> Array:
        """Of every frame ``(T,)`` [s]."""
        return np.arange(len(self)) / self.stage.fps


def entry(
    motion: Result | Trajectory,
    robot: RobotModel,
    *,
    scene: Scene,
    clip: Clip | None = None,
    scale: float | None = None,
    target: Scene | None = None,
    held: Held | None = None,
    name: str | None = None,
    notes: tuple[str, ...] = (),
    warnings: tuple[str, ...] = (),
) -> Entry:
    """Judge a motion and gather what a report shows of it.

    Args:
        motion: a result, or a trajectory that somebody else made.
        robot: whose it is.
        scene: the robot's scene.
        clip: the demonstration, frame for frame; without it nothing that the person has to say
            is known: stance, contact, tracking.
        scale: robot height / person's; default by stature.
        target: the scene, at human scale, that the motion was adapted to; default: the clip's.
        held: what the solver held; default: what a result says.
        name: what to call it; default: the clip's name.
        notes: what was found on reading.
        warnings: what looked wrong on reading.

    Raises:
        ClipError: motion, robot, scene and clip do not fit together.
    """
    own = motion if isinstance(motion, Result) else None
    trajectory = motion.trajectory if isinstance(motion, Result) else motion
    scale = own.scale if own is not None and scale is None else scale
    if own is not None and held is None:
        held = Held(own.stance, own.touch)
    score = evaluate(
        trajectory, robot, scene=scene, clip=clip, scale=scale, target=target, held=held
    )
    order = [trajectory.joint_names.index(joint) for joint in robot.joint_names]
    share = 100.0 * np.abs(trajectory.velocity()[:, order]) / robot.velocity
    worst = share.argmax(axis=1)
    return Entry(
        name or (own.clip if own is not None else clip.name if clip is not None else robot.name),
        stage(motion, robot, clip, scene),
        score,
        timeline(trajectory, robot, scene=scene, clip=clip),
        share[np.arange(len(share)), worst],
        tuple(robot.joint_names[k] for k in worst),
        () if own is None else own.reports,
        notes,
        warnings,
    )
