"""Robots' trajectories, whoever wrote them: every layout of :data:`LAYOUTS`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinemesh.errors import ClipError, ReadError
from kinemesh.io.arrays import read_npz
from kinemesh.io.contents import Contents, is_motion_folder, read_contents
from kinemesh.io.decoded import Decoded, Target, settled, upright
from kinemesh.io.files import existing_file, head
from kinemesh.io.layouts import LAYOUTS, recognise
from kinemesh.io.pickled import is_pickle
from kinemesh.io.torchfile import is_torch
from kinemesh.motion import Trajectory
from kinemesh.motion.arrays import Array
from kinemesh.motion.links import Links

USUAL_FPS = 30.0
"""Frames per second [1/s] of most files that do not state them."""

_LARGEST = 1e100
"""What is larger is no measure of anything, and its square is infinite."""


@dataclass(frozen=True, eq=False)
class TrajectoryFile:
    """What a file of somebody's trajectory holds."""

    trajectory: Trajectory
    tracks: tuple[Array, ...] = ()
    """Poses ``(T, 7)`` of each prop, in the order of the columns."""
    notes: tuple[str, ...] = ()
    """What was found or assumed."""
    warnings: tuple[str, ...] = ()
    prop_names: tuple[str, ...] = ()
    """Names of the props; ``prop 1``, ... where the file has none."""
    format: str = ""
    """The layout that it has: a key of :data:`LAYOUTS`."""


def read_trajectory(
    path: str | Path,
    joint_names: Sequence[str],
    robot: str,
    fps: float | None = None,
    *,
    links: Links | None = None,
    format: str | None = None,
    motion: str | None = None,
) -> TrajectoryFile:
    """Read a robot's trajectory, its layout recognised by its content.

    Args:
        path: the file, or the folder of a layout that is one.
        joint_names: the ``n`` joints of the robot, in MuJoCo's order.
        robot: the robot's name.
        fps: frames per second [1/s] where the file does not say; what such files usually have
            if left out.
        links: the robot's links (:func:`kinemesh.robot.links_of`), which tell orders of bodies
            and joints that a file does not name, and props from links.
        format: the layout, a key of :data:`LAYOUTS`, where the content cannot tell.
        motion: which motion of a library of several.

    Raises:
        ReadError: no layout that is known, numbers of columns that do not fit the robot, no unit
            quaternions, or another frame rate than the file's own.
        ClipError: numbers that make no trajectory.
    """
    contents = read_contents(path, motion)
    _check_sizes(contents)
    target = Target(tuple(joint_names), robot, links)
    if format is not None and format not in LAYOUTS:
        raise ReadError(f"unknown format {format!r}; known are {', '.join(LAYOUTS)}")
    found = format or recognise(contents, target)
    decoded = settled(contents, LAYOUTS[found](contents, target))
    rate, note = _rate(contents, fps, decoded)
    try:
        trajectory = Trajectory(
            np.hstack([decoded.base, decoded.joints]), rate, target.joint_names, robot
        )
    except ClipError as error:
        raise ClipError(f"{contents.path.name}: {error}") from error
    count = len(decoded.tracks)
    props = f" and {count} prop{'s' * (count > 1)}" if count else ""
    how = "given" if format else "found"
    layout = (
        f"layout: {found}: base, {len(joint_names)} joints{props}, quaternions {decoded.order} "
        f"({how})"
    )
    notes = (layout, note, *decoded.notes)
    if found == "unitree-csv" and not format and upright(decoded.base[:, 3:])[1] > 0.8:
        notes = (*notes, "quaternions: w last (assumed: w first would stand too; format='kimodo')")
    return TrajectoryFile(
        trajectory,
        tuple(decoded.tracks.values()),
        notes,
        (*decoded.warnings, *_doubts(contents, found, decoded, format is not None)),
        tuple(decoded.tracks),
        found,
    )


def holds_trajectory(path: str | Path) -> bool:
    """Whether a file or folder holds a robot's trajectory, and not a person's motion.

    Raises:
        ReadError: there is nothing, or it is damaged.
    """
    path = Path(path)
    if os.path.isdir(path):
        return is_motion_folder(path)
    start = head(existing_file(path))
    suffix = path.suffix.lower()
    if start.startswith(b"PK\x03\x04"):
        if suffix == ".npz":
            names = read_npz(path, ()).names
            return "qpos" in names or {"joint_pos", "body_pos_w"} <= set(names)
        return suffix == ".motion" and is_torch(path)
    if is_pickle(start) and suffix in (".pkl", ".pickle", ".joblib"):
        return True
    return suffix == ".csv"


def _check_sizes(contents: Contents) -> None:
    for key, values in contents.arrays.items():
        if np.any(np.isfinite(values) & (np.abs(values) > _LARGEST)):
            raise ReadError(
                f"{contents.path.name}: {key!r} holds numbers beyond {_LARGEST:g}: it is damaged; "
                f"copy or write it again"
            )


def _rate(contents: Contents, given: float | None, decoded: Decoded) -> tuple[float, str]:
    stated, name = decoded.fps, contents.path.name
    if stated is not None:
        if given is not None and given != stated:
            raise ReadError(
                f"{name} states {stated:g} frames/s and {given:g} are given: leave them out"
            )
        return stated, f"frame rate: {stated:g}/s (in the file)"
    if given is not None:
        return given, f"frame rate: {given:g}/s (given)"
    return decoded.usual, (
        f"frame rate: {decoded.usual:g}/s (assumed: the file does not say; give fps= if it differs)"
    )


def _doubts(contents: Contents, found: str, decoded: Decoded, given: bool) -> tuple[str, ...]:
    """A warning where the base's quaternions, or the sign that told their order, are odd."""
    name = contents.path.name
    if found == "kimodo" and not given:
        return (
            f"{name}: read with w first, as Kimodo writes, because only so the robot does not "
            f"stand on its head; format='unitree-csv' if it does",
        )
    if decoded.order not in ("w x y z", "x y z w"):
        return ()
    columns = [3, 4, 5, 6] if decoded.order == "x y z w" else [6, 3, 4, 5]
    last, first = upright(decoded.base[:, columns])
    read, other = (last, first) if decoded.order == "x y z w" else (first, last)
    if read > 0.5 or other < 0.8:
        return ()
    return (
        f"{name}: the robot lies or stands on its head for most of the time, and would "
        f"stand upright if its quaternions were not {decoded.order}: check their order",
    )
