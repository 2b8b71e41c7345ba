"""What a written file holds, read again: the motion that a trainer gets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from kinemesh.errors import WriteError
from kinemesh.result import Result
from kinemesh.robot import RobotModel, links_of
from kinemesh.trajectories.layouts import WRITERS
from kinemesh.trajectories.reading import read_layout

_ROUNDING = 1e-4
"""Columns of a file and of the result that it was written from differ by less [m], [rad]: what a
format rounds to, float32 far from the origin."""


def delivered(path: str | Path, result: Result, robot: RobotModel, *, format: str) -> Result:
    """``result`` with the numbers of the file that :func:`kinemesh.write` made of it.

    Trajectory and tracks are those of the file; the props for which ``format`` has no room, and
    all that no trajectory's file holds (shapes, stance, reports), are the result's.

    Args:
        path: the file, or the folder of a format that is one.
        result: what was written, at the rate that it was written at.
        robot: whose it is.
        format: one of :data:`WRITERS`.

    Raises:
        ReadError: the file cannot be read.
        WriteError: it holds another motion than the result: other frames, another rate, or
            numbers that differ by more than rounding.

    Examples:
        >>> result = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4))
        >>> robot = kinemesh.RobotModel.load("g1")
        >>> notes = kinemesh.write(result, "walk_gmr.pkl", format="gmr")
        >>> kinemesh.trajectories.delivered("walk_gmr.pkl", result, robot, format="gmr")
        Result('walk', Trajectory('g1', 4 frames at 30/s, 29 joints), 0 relaxed)
    """
    layout, own = WRITERS[format], result.trajectory
    fps = None if layout.states_fps else own.fps
    file = read_layout(
        path, robot.joint_names, robot.name, fps, links=links_of(robot), format=format
    )
    found = file.trajectory
    if len(found) != len(own) or abs(found.fps - own.fps) > 1e-6 * own.fps:
        raise WriteError(
            f"{path} holds {len(found)} frames at {found.fps:g}/s and the result {len(own)} at "
            f"{own.fps:g}/s: what is delivered is judged only where no frame was made up; retarget "
            f"the clip at the file's rate"
        )
    order = [own.joint_names.index(name) for name in found.joint_names]
    joints = np.abs(found.joints - own.joints[:, order]).max(initial=0.0)
    places = np.abs(found.base[:, :3] - own.base[:, :3]).max(initial=0.0)
    chords = [
        np.linalg.norm(found.base[:, 3:] - sign * own.base[:, 3:], axis=1) for sign in (1, -1)
    ]
    turns = 2.0 * np.minimum(*chords).max(initial=0.0)  # small ones alone are small rotations
    if max(joints, places, turns) > _ROUNDING:
        raise WriteError(
            f"{path} differs from its result by {places:.2g} m, {turns:.2g} rad and, in a joint, "
            f"{joints:.2g} rad: it is not what was retargeted"
        )
    kept = list(result.tracks)[: len(file.tracks)]
    tracks = {**result.tracks, **dict(zip(kept, file.tracks, strict=True))}
    props = tuple(replace(p, track=tracks[p.name]) for p in result.scene.props)
    return replace(
        result, trajectory=found, tracks=tracks, scene=replace(result.scene, props=props)
    )
