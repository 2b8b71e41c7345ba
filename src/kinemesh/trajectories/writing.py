"""``write``: a trajectory into the file that a trainer reads, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from kinemesh import arguments
from kinemesh._files.disk import check_place, write_whole
from kinemesh.arrays import Array
from kinemesh.errors import WriteError
from kinemesh.motion import Trajectory
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from kinemesh.trajectories.layout import Companion, Layout
from kinemesh.trajectories.layouts import WRITERS
from kinemesh.trajectories.layouts.families.jointsets import FINGERS, JOINT_SETS, kept
from kinemesh.trajectories.motion import Motion, motion_of


def write(
    result: Result | Trajectory,
    path: str | Path,
    *,
    format: str,
    fps: float | None = None,
    robot: RobotModel | str | Path | None = None,
    tracks: Mapping[str, Array] | None = None,
    name: str | None = None,
    joint_set: str | None = None,
    objects: str | Path | None = None,
) -> tuple[str, ...]:
    """Write a trajectory as a trainer, or another tool, reads it: whole or not at all.

    Layouts, orders and what velocities mean in each format: ``docs/formats.md``.

    Args:
        result: what :func:`kinemesh.retarget` gave, or a bare trajectory.
        path: the file, or the folder of a format that is one (``hdmi``, ``sonic``, ``lerobot``).
        format: one of :data:`WRITERS`.
        fps: frames per second [1/s] to write at; the rate that the format's readers take for
            granted (50 for whole-body trackers), else the trajectory's own, if left out.
        robot: the model, or what :meth:`~kinemesh.RobotModel.load` takes; the trajectory's own
            if left out.
        tracks: prop to poses ``(T, 7)``, in place of the result's own.
        name: the motion's name in formats that have one; the clip's if left out.
        joint_set: another set of joints than the robot's, of ``motionlib`` alone: ``"asap23"``,
            G1's 29 without the wrists, as ASAP and PBHC read them, or ``"sonic43"``, with SONIC's
            14 of fingers after them, at 0; the robot's own if left out.
        objects: where to write the things that move, too, in the file that the format's tool has
            for them: ``motionlib``'s is SONIC's library of objects (``.pkl``), ``protomotions``'
            a folder with a scene, terrain too, and meshes. Each of the two files is written whole.

    Returns:
        What was done on the way, and what the format has no room for.

    Raises:
        WriteError: an unknown format, a path that cannot be written to or has another suffix,
            fewer than two frames, ``objects`` of a format that has no such file, or of a motion
            without any.
        ClipError: the trajectory is not this robot's.
        RobotError: the robot is not known.
        MissingExtra: ``lerobot`` or ``parquet``, without pyarrow.
        TypeError: an argument of another kind.

    Examples:
        >>> result = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4).resampled(50.0))
        >>> notes = kinemesh.write(result, "walk_mjlab.npz", format="mjlab")
    """
    if not isinstance(result, Result):
        arguments.instance("result", result, Trajectory, "a Result or a Trajectory")
    if fps is not None:
        arguments.rate(fps, WriteError, "cannot write at")
    if tracks is not None:
        arguments.mapping("tracks", tracks, "props to poses (T, 7)")
    if name is not None:
        arguments.text("name", name, "the motion's name, a text")
    target = check_target(path, format)
    if joint_set is not None:
        arguments.choice("joint_set", joint_set, JOINT_SETS, WriteError)
        if not WRITERS[format].joint_sets:
            known = ", ".join(name for name, layout in WRITERS.items() if layout.joint_sets)
            raise WriteError(f"joint_set={joint_set!r} is for {known}, not {format}: leave it out")
    layout = WRITERS[format]
    beside = None if objects is None else check_objects(objects, format)
    trajectory = result.trajectory if isinstance(result, Result) else result
    own = trajectory.robot if robot is None else robot
    model = own if isinstance(own, RobotModel) else RobotModel.load(own)
    motion = motion_of(result, model, layout.fps if fps is None else fps, tracks, name)
    said = () if joint_set is None else (_left_out(motion, joint_set),)
    assert layout.encode is not None  # such are WRITERS
    content = layout.encode(replace(motion, joint_set=joint_set))
    companion = None if beside is None else layout.companion
    if beside is not None and companion is not None:
        if not motion.props and not (companion.terrain and motion.terrain):
            room = "props or terrain" if companion.terrain else "props"
            raise WriteError(
                f"objects= is for a motion with {room}, and this has none: leave it out"
            )
        things = companion.encode(motion)
        write_whole(beside, lambda temporary: companion.write(temporary, things))
    write_whole(target, lambda temporary: layout.container.write(temporary, content))
    return (*motion.notes, *said, *_remarks(motion, layout, companion))


def _left_out(motion: Motion, joint_set: str) -> str:
    """What a set of joints has no room for, or has besides, checked against the robot."""
    names = motion.links.joints
    gone = sorted(set(range(len(names))) - set(kept(joint_set, names).tolist()))
    if FINGERS[joint_set]:
        return f"added: {FINGERS[joint_set]} joints of fingers at 0, after the robot's: {joint_set}"
    most = float(np.abs(motion.joints[:, gone]).max(initial=0.0))
    return (
        f"dropped: {', '.join(names[k] for k in gone)}, bent by up to {most:.2f} rad: the set "
        f"{joint_set} has none of them"
    )


def check_target(path: str | Path, format: str) -> Path:
    """The path to write ``format`` to, checked before the work.

    Raises:
        WriteError: an unknown format, another suffix, no such folder, no permission, or
            something else is there.
        MissingExtra: a package that the format takes is not installed.
    """
    arguments.choice("format", format, WRITERS, WriteError)
    layout, target = WRITERS[format], arguments.path("path", path, "a path", WriteError)
    layout.container.ready()
    return _free(target, format, layout)


def check_objects(path: str | Path, format: str) -> Path:
    """The path to write the things beside a file of ``format`` to, checked before the work.

    Raises:
        WriteError: the format has no such file, or as :func:`check_target`.
    """
    companion = WRITERS[format].companion
    if companion is None:
        known = ", ".join(name for name, layout in WRITERS.items() if layout.companion)
        raise WriteError(f"objects={str(path)!r} is for {known}, not {format}: leave it out")
    return _free(arguments.path("objects", path, "a path", WriteError), companion.words, companion)


def _free(target: Path, what: str, kind: Layout | Companion) -> Path:
    """``target``, where a file or a folder of ``kind``, called ``what``, can be written."""
    if kind.suffixes and target.suffix.lower() not in kind.suffixes:
        raise WriteError(
            f"{target}: {what} is a {' or '.join(kind.suffixes)} file; give it that suffix"
        )
    check_place(target, folder=not kind.suffixes)
    if not kind.suffixes and target.exists():
        if not target.is_dir():
            raise WriteError(f"{target} is a file; {what} is a folder: give another name")
        others = {entry.name for entry in target.iterdir()} - kind.files
        if others:
            raise WriteError(
                f"{target} holds {', '.join(sorted(others)[:3])}, which is not of a {what} "
                f"folder: give another name, or empty it first"
            )
    return target


def _remarks(motion: Motion, layout: Layout, beside: Companion | None) -> tuple[str, ...]:
    """What the file does not say."""
    format, dropped = layout.name, list(motion.props)[layout.props :]
    notes = []
    if beside is not None:
        under = [motion.terrain.name] if beside.terrain and motion.terrain else []
        notes.append(f"beside it: {', '.join([*dropped, *under])}, in {beside.words}")
    elif dropped:
        room = f"for {layout.props} prop" if layout.props else "for no prop"
        more = "" if layout.companion is None else f" (objects= writes {layout.companion.words})"
        notes.append(f"dropped: {', '.join(dropped)}: {format} has room {room}{more}")
    if not layout.states_fps:
        notes.append(f"frame rate: {motion.fps:g}/s, which the file does not say: tell its reader")
    if layout.fps is not None and motion.fps != layout.fps:
        notes.append(
            f"frame rate: {motion.fps:g}/s; readers of {format} usually step at {layout.fps:g}/s"
        )
    return tuple(notes)
