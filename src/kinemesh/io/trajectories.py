"""Robot trajectories that others wrote: holosoma's raw ``.npz`` and Unitree's ``.csv``."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinemesh.errors import ClipError, ReadError
from kinemesh.io.arrays import read_npz
from kinemesh.io.files import existing_file, head, looks_like
from kinemesh.motion import Trajectory, poses
from kinemesh.motion.arrays import Array

USUAL_FPS = 30.0
"""Frames per second [1/s] of a file that does not state them."""

_UNIT = 0.01
"""A quaternion whose norm is this far from 1 is none."""


@dataclass(frozen=True, eq=False)
class TrajectoryFile:
    """What a file of somebody's trajectory holds."""

    trajectory: Trajectory
    tracks: tuple[Array, ...] = ()
    """Poses ``(T, 7)`` of each prop, in the order of the columns."""
    notes: tuple[str, ...] = ()
    """What was found or assumed."""
    warnings: tuple[str, ...] = ()


def read_trajectory(
    path: str | Path, joint_names: Sequence[str], robot: str, fps: float | None = None
) -> TrajectoryFile:
    """Read a robot's trajectory, recognised by its content.

    * an archive of NumPy arrays with ``qpos`` ``(T, 7 + n [+ 7 P])``: base ``x y z qw qx qy qz``,
      joints [rad], then a pose like the base's for each prop; ``fps`` where it is;
    * text of comma separated numbers without a header, ``7 + n [+ 7 P]`` columns: the same with
      quaternions ``qx qy qz qw``.

    Args:
        path: the file.
        joint_names: the ``n`` joints of the robot, in the order of the columns (MuJoCo's).
        robot: the robot's name.
        fps: frames per second [1/s] where the file does not say; 30 if left out.

    Raises:
        ReadError: neither of the two, a number of columns that does not fit the robot, no unit
            quaternions, or another frame rate than the file's own.
        ClipError: numbers that make no trajectory.
    """
    path = existing_file(path)
    start = head(path)
    stated: float | None = None
    if start.startswith(b"PK\x03\x04"):
        table, stated = _archive(path)
        order = "w x y z"
    elif looks_like(start) == "text":
        table = _text(path)
        order = "x y z w"
    else:
        raise ReadError(
            f"{path.name} is {looks_like(start)}; expected a trajectory: .npz with 'qpos', or a "
            f".csv of numbers"
        )
    _check_columns(path, table, len(joint_names))
    rate, note = _rate(path, fps, stated)
    split = 7 + len(joint_names)
    bodies = [table[:, :7], *(table[:, k : k + 7] for k in range(split, table.shape[1], 7))]
    base, *tracks = (_poses(path, body, order) for body in bodies)
    try:
        trajectory = Trajectory(
            np.hstack([base, table[:, 7:split]]), rate, tuple(joint_names), robot
        )
    except ClipError as error:
        raise ClipError(f"{path.name}: {error}") from error
    props = f" and {len(tracks)} prop{'s' * (len(tracks) > 1)}" if tracks else ""
    layout = f"layout: base, {len(joint_names)} joints{props}, quaternions {order} (found)"
    return TrajectoryFile(
        trajectory, tuple(tracks), (layout, note), _doubts(path, table[:, 3:7], order)
    )


def _archive(path: Path) -> tuple[Array, float | None]:
    """``qpos`` and the frame rate that the file states."""
    arrays = read_npz(path, ("qpos", "fps"))
    if "qpos" not in arrays:
        raise ReadError(
            f"{path.name} has no array 'qpos', only {', '.join(arrays.names[:8])}; expected a "
            f"trajectory in MuJoCo's order under that name"
        )
    fps = arrays.get("fps")
    if fps is not None and fps.size != 1:
        raise ReadError(f"{path.name}: 'fps' has shape {fps.shape}; expected a number")
    return arrays["qpos"], None if fps is None else float(fps.reshape(()))


def _text(path: Path) -> Array:
    """The numbers of a ``.csv`` without a header."""
    try:
        with path.open(encoding="utf-8") as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there are no numbers is said below
            return np.loadtxt(stream, delimiter=",", ndmin=2, dtype=np.float64)
    except ValueError as error:
        raise ReadError(
            f"{path.name} is text but no table of numbers ({error}); expected comma separated "
            f"numbers, one frame a line, without a header"
        ) from error


def _check_columns(path: Path, table: Array, joints: int) -> None:
    width = 7 + joints
    if table.ndim != 2 or table.shape[1] < width or (table.shape[1] - width) % 7 or not len(table):
        raise ReadError(
            f"{path.name} holds an array of shape {table.shape}; a robot of {joints} joints "
            f"needs (T, {width}), and 7 columns more for each prop: check the robot"
        )
    if not np.all(np.isfinite(table)):
        frame = int(np.argwhere(~np.isfinite(table))[0, 0])
        raise ReadError(f"{path.name} holds NaN or infinite numbers, the first in frame {frame}")


def _rate(path: Path, given: float | None, stated: float | None) -> tuple[float, str]:
    if stated is not None:
        if given is not None and given != stated:
            raise ReadError(
                f"{path.name} states {stated:g} frames/s and {given:g} are given: leave them out"
            )
        return stated, f"frame rate: {stated:g}/s (in the file)"
    if given is not None:
        return given, f"frame rate: {given:g}/s (given)"
    return USUAL_FPS, (
        f"frame rate: {USUAL_FPS:g}/s (assumed: the file does not say; give fps= if it differs)"
    )


def _poses(path: Path, body: Array, order: str) -> Array:
    """Poses ``(T, 7)``, ``x y z qx qy qz qw``, their quaternions checked and made unit."""
    norm = np.linalg.norm(body[:, 3:], axis=1)
    if np.abs(norm - 1.0).max() > _UNIT:
        first = np.linalg.norm(body[:, :4], axis=1)
        hint = " (its quaternions come first)" if np.abs(first - 1.0).max() < _UNIT else ""
        raise ReadError(
            f"{path.name}: a pose has quaternions of norm {norm.min():.3g} to {norm.max():.3g}"
            f"{hint}; expected x y z, then a unit quaternion {order}"
        )
    return np.asarray(poses.normalised(poses.from_wxyz(body) if order == "w x y z" else body))


def _doubts(path: Path, quaternions: Array, order: str) -> tuple[str, ...]:
    """A warning where only the other order of the base's quaternions has the robot upright."""

    def up(x: int, y: int) -> float:
        q = quaternions / np.linalg.norm(quaternions, axis=1, keepdims=True)
        return float(np.median(1.0 - 2.0 * (q[:, x] ** 2 + q[:, y] ** 2)))

    last, first = up(0, 1), up(1, 2)  # w last, w first
    read, other = (last, first) if order == "x y z w" else (first, last)
    if read > 0.5 or other < 0.8:
        return ()
    return (
        f"{path.name}: the robot lies or stands on its head for most of the time, and would "
        f"stand upright if its quaternions were not {order}: check their order",
    )
