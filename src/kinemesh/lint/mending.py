"""The mended copy: root, joints, props and rate as they are to be read, written by the format."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kinemesh._files import same_file
from kinemesh.errors import WriteError
from kinemesh.export import WRITERS, check_target, write
from kinemesh.lint.held import Held
from kinemesh.motion import Trajectory, poses
from kinemesh.robot import RobotModel


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


def mend(held: Held, robot: RobotModel, target: Path, name: str) -> tuple[str, ...]:
    """Write what was mended, with bodies and velocities made again from root and joints.

    Raises:
        WriteError: the target cannot be written to, or there are fewer than two frames.
    """
    base = poses.normalised(np.hstack([held.place, held.turn]))
    trajectory = Trajectory(
        np.hstack([base, held.joints]), held.rate, robot.joint_names, robot.name
    )
    tracks = {prop: poses.normalised(track) for prop, track in held.tracks.items()}
    return write(trajectory, target, format=held.format, robot=robot, tracks=tracks, name=name)
