"""Robots' trajectories, whoever wrote them: every layout of :data:`LAYOUTS`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kinemesh.arguments import unknown
from kinemesh.arrays import Array
from kinemesh.errors import ClipError, ReadError
from kinemesh.motion import Trajectory
from kinemesh.motion.links import Links
from kinemesh.trajectories.checks import checked
from kinemesh.trajectories.containers import Contents
from kinemesh.trajectories.layout import Layout
from kinemesh.trajectories.layouts import LAYOUTS
from kinemesh.trajectories.layouts.families.rows import upright
from kinemesh.trajectories.raw import RawMotion, Target
from kinemesh.trajectories.recognising import read_contents, recognise

_LARGEST = 1e100
"""What is larger is no measure of anything, and its square is infinite."""


@dataclass(frozen=True, eq=False)
class LayoutFile:
    """What a file of somebody's trajectory holds."""

    trajectory: Trajectory
    """The robot's motion."""
    tracks: tuple[Array, ...] = ()
    """Poses ``(T, 7)`` of each prop, in the order of the columns."""
    notes: tuple[str, ...] = ()
    """What was found or assumed."""
    warnings: tuple[str, ...] = ()
    """What looks wrong."""
    prop_names: tuple[str, ...] = ()
    """Names of the props; ``prop 1``, ... where the file has none."""
    format: str = ""
    """The layout that it has: a key of :data:`LAYOUTS`."""


def read_layout(
    path: str | Path,
    joint_names: Sequence[str],
    robot: str,
    fps: float | None = None,
    *,
    links: Links | None = None,
    format: str | None = None,
    motion: str | None = None,
) -> LayoutFile:
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

    Examples:
        >>> result = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4))
        >>> notes = kinemesh.write(result, "walk.csv", format="unitree-csv")
        >>> names = result.trajectory.joint_names
        >>> kinemesh.trajectories.read_layout("walk.csv", names, "g1").trajectory
        Trajectory('g1', 4 frames at 30/s, 29 joints)
    """
    contents = read_contents(path, motion)
    _check_sizes(contents)
    target = Target(tuple(joint_names), robot, links)
    if format is not None and format not in LAYOUTS:
        unknown("format", format, tuple(LAYOUTS), ReadError)
    found = format or recognise(contents, target)
    raw = strict(LAYOUTS[found], contents, target, told=format is None)
    rate, note = _rate(contents, fps, raw)
    try:
        trajectory = Trajectory(
            np.hstack([raw.place, raw.turn, raw.joints]), rate, target.joint_names, robot
        )
    except ClipError as error:
        raise ClipError(f"{contents.path.name}: {error}") from error
    count = len(raw.tracks)
    props = f" and {count} prop{'s' * (count > 1)}" if count else ""
    how = "given" if format else "found"
    layout = (
        f"layout: {found}: base, {len(joint_names)} joints{props}, quaternions "
        f"{raw.facts.quaternions} ({how})"
    )
    return LayoutFile(
        trajectory,
        tuple(raw.tracks.values()),
        (layout, note, *raw.notes),
        (*raw.warnings, *_doubts(contents, raw)),
        tuple(raw.tracks),
        found,
    )


def strict(layout: Layout, contents: Contents, target: Target, *, told: bool) -> RawMotion:
    """The motion in a file of ``layout``, which its content told (``told``) or the user gave.

    Raises:
        ReadError: what the file holds cannot be right.
    """
    raw = layout.decode(layout, contents, target)
    for oddity in raw.oddities:
        if oddity.refusal is not None:
            raise ReadError(oddity.refusal)
    warnings = [oddity.warning for oddity in raw.oddities if oddity.warning is not None]
    raw = replace(raw, warnings=(*raw.warnings, *warnings))
    return checked(contents, layout.settle(contents, raw, told))


def _check_sizes(contents: Contents) -> None:
    for key, values in contents.arrays.items():
        if np.any(np.isfinite(values) & (np.abs(values) > _LARGEST)):
            raise ReadError(
                f"{contents.path.name}: {key!r} holds numbers beyond {_LARGEST:g}: it is damaged; "
                f"copy or write it again"
            )


def _rate(contents: Contents, given: float | None, raw: RawMotion) -> tuple[float, str]:
    stated, name = raw.fps, contents.path.name
    if stated is not None:
        if given is not None and given != stated:
            raise ReadError(
                f"{name} states {stated:g} frames/s and {given:g} are given: leave them out"
            )
        return stated, f"frame rate: {stated:g}/s (in the file)"
    if given is not None:
        return given, f"frame rate: {given:g}/s (given)"
    usual = raw.facts.usual_fps
    return usual, (
        f"frame rate: {usual:g}/s (assumed: the file does not say; give fps= if it differs)"
    )


def _doubts(contents: Contents, raw: RawMotion) -> tuple[str, ...]:
    """A warning where the base's quaternions are odd."""
    if raw.facts.w_first is None:
        return ()
    read, other = upright(raw.turn)[0], upright(raw.other(raw.turn))[0]
    if read > 0.5 or other < 0.8:
        return ()
    return (
        f"{contents.path.name}: the robot lies or stands on its head for most of the time, and "
        f"would stand upright if its quaternions were not {raw.facts.quaternions}: check their "
        f"order",
    )
