"""The mended copy: root, joints, props and rate as they are to be read, written by the format."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kinemesh._files.disk import same_file
from kinemesh.errors import WriteError
from kinemesh.geometry import poses
from kinemesh.motion import Trajectory
from kinemesh.robot import RobotModel
from kinemesh.trajectories import WRITERS, check_target, write
from kinemesh.trajectories.raw import RawMotion


def check_copy(source: Path, target: Path, format: str) -> None:
    """Whether ``format`` can be written to ``target``, which is not the file itself.

    Raises:
        WriteError: it cannot.
    """
    if format not in WRITERS:
        raise WriteError(
            f"{source.name} is {format}, which is read and not written: nothing can be mended in "
            f"it; `kinemesh convert` makes another format of it"
        )
    check_target(target, format)
    if same_file(target, source):
        raise WriteError(f"{target} is the file itself; give the mended copy another name")


def mend(raw: RawMotion, robot: RobotModel, target: Path, name: str) -> tuple[str, ...]:
    """Write what was mended, with bodies and velocities made again from root and joints.

    Raises:
        WriteError: the target cannot be written to, or there are fewer than two frames.
    """
    base = poses.normalised(np.hstack([raw.place, raw.turn]))
    trajectory = Trajectory(np.hstack([base, raw.joints]), raw.rate, robot.joint_names, robot.name)
    tracks = {prop: poses.normalised(track) for prop, track in raw.tracks.items()}
    return write(trajectory, target, format=raw.format, robot=robot, tracks=tracks, name=name)
