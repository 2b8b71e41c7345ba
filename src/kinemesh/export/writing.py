"""``write``: a trajectory into the file that a trainer reads, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from kinemesh import arguments
from kinemesh._files import check_place, write_whole
from kinemesh.errors import WriteError
from kinemesh.export.archives import (
    write_beyondmimic,
    write_holosoma,
    write_holosoma_train,
    write_mjlab,
    write_omniretarget,
)
from kinemesh.export.hdmi import write_hdmi
from kinemesh.export.motion import Motion, motion_of
from kinemesh.export.pickles import write_gmr, write_mimickit, write_motionlib
from kinemesh.export.tables import write_sonic, write_unitree_csv
from kinemesh.export.tensors import write_protomotions
from kinemesh.io.jointsets import JOINT_SETS, kept
from kinemesh.motion import Trajectory
from kinemesh.motion.arrays import Array
from kinemesh.result import Result
from kinemesh.robot import RobotModel


@dataclass(frozen=True)
class Writer:
    """How one format is written."""

    write: Callable[[Motion, Path], None]
    """``(motion, path that does not exist)``."""
    suffixes: tuple[str, ...]
    """What the name of the file may end in; empty for a folder."""
    fps: float | None = None
    """The rate [1/s] that its readers take for granted."""
    props: int = 0
    """How many props it has room for."""
    files: frozenset[str] = frozenset()
    """The files of a folder."""
    states_fps: bool = True
    """Whether the rate is in the file."""


_ANY = 1 << 30

WRITERS: Mapping[str, Writer] = MappingProxyType(
    {
        "beyondmimic": Writer(write_beyondmimic, (".npz",), 50.0),
        "mjlab": Writer(write_mjlab, (".npz",), 50.0),
        "holosoma-train": Writer(write_holosoma_train, (".npz",), 50.0, 1),
        "holosoma": Writer(write_holosoma, (".npz",), None, 1),
        "omniretarget": Writer(write_omniretarget, (".npz",), None, 1),
        "unitree-csv": Writer(write_unitree_csv, (".csv",), None, states_fps=False),
        "gmr": Writer(write_gmr, (".pkl", ".pickle")),
        "motionlib": Writer(write_motionlib, (".pkl", ".joblib")),
        "protomotions": Writer(write_protomotions, (".motion",)),
        "hdmi": Writer(write_hdmi, (), 50.0, _ANY, frozenset({"motion.npz", "meta.json"})),
        "mimickit": Writer(write_mimickit, (".pkl", ".pickle")),
        "sonic": Writer(
            write_sonic,
            (),
            50.0,
            files=frozenset(
                {
                    *("joint_pos.csv", "joint_vel.csv", "body_pos.csv", "body_quat.csv"),
                    *("body_lin_vel.csv", "body_ang_vel.csv", "metadata.txt"),
                }
            ),
            states_fps=False,
        ),
    }
)
"""Format to writer."""


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
) -> tuple[str, ...]:
    """Write a trajectory as a trainer, or another tool, reads it: whole or not at all.

    Layouts, orders and what velocities mean in each format: ``docs/formats.md``.

    Args:
        result: what :func:`kinemesh.retarget` gave, or a bare trajectory.
        path: the file, or the folder of a format that is one (``hdmi``, ``sonic``).
        format: one of :data:`WRITERS`.
        fps: frames per second [1/s] to write at; the rate that the format's readers take for
            granted (50 for whole-body trackers), else the trajectory's own, if left out.
        robot: the model, or what :meth:`RobotModel.load` takes; the trajectory's own if left out.
        tracks: prop to poses ``(T, 7)``, in place of the result's own.
        name: the motion's name in formats that have one; the clip's if left out.
        joint_set: a part of the robot's joints, of ``motionlib`` alone: ``"asap23"``, G1's 29
            without the wrists, as ASAP and PBHC read them; all if left out.

    Returns:
        What was done on the way, and what the format has no room for.

    Raises:
        WriteError: an unknown format, a path that cannot be written to or has another suffix,
            fewer than two frames.
        ClipError: the trajectory is not this robot's.
        RobotError: the robot is not known.
        TypeError: an argument of another kind.
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
        if format != "motionlib":
            raise WriteError(
                f"joint_set={joint_set!r} is for motionlib, not {format}: leave it out"
            )
    writer = WRITERS[format]
    trajectory = result.trajectory if isinstance(result, Result) else result
    own = trajectory.robot if robot is None else robot
    model = own if isinstance(own, RobotModel) else RobotModel.load(own)
    motion = motion_of(result, model, writer.fps if fps is None else fps, tracks, name)
    said = () if joint_set is None else (_left_out(motion, joint_set),)
    if joint_set is None:
        write_whole(target, lambda temporary: writer.write(motion, temporary))
    else:
        write_whole(target, lambda temporary: write_motionlib(motion, temporary, joint_set))
    return (*motion.notes, *said, *_remarks(motion, format, writer))


def _left_out(motion: Motion, joint_set: str) -> str:
    """What a set of joints has no room for, checked against the robot."""
    names = motion.links.joints
    gone = sorted(set(range(len(names))) - set(kept(joint_set, names).tolist()))
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
    """
    arguments.choice("format", format, WRITERS, WriteError)
    writer, target = WRITERS[format], arguments.path("path", path, "a path", WriteError)
    if writer.suffixes and target.suffix.lower() not in writer.suffixes:
        raise WriteError(
            f"{target}: {format} is a {' or '.join(writer.suffixes)} file; give it that suffix"
        )
    check_place(target, folder=not writer.suffixes)
    if not writer.suffixes and target.exists():
        if not target.is_dir():
            raise WriteError(f"{target} is a file; {format} is a folder: give another name")
        others = {entry.name for entry in target.iterdir()} - writer.files
        if others:
            raise WriteError(
                f"{target} holds {', '.join(sorted(others)[:3])}, which is not of a {format} "
                f"folder: give another name, or empty it first"
            )
    return target


def _remarks(motion: Motion, format: str, writer: Writer) -> tuple[str, ...]:
    """What the file does not say."""
    dropped = list(motion.props)[writer.props :]
    notes = []
    if dropped:
        room = f"for {writer.props} prop" if writer.props else "for no prop"
        notes.append(f"dropped: {', '.join(dropped)}: {format} has room {room}")
    if not writer.states_fps:
        notes.append(f"frame rate: {motion.fps:g}/s, which the file does not say: tell its reader")
    if writer.fps is not None and motion.fps != writer.fps:
        notes.append(
            f"frame rate: {motion.fps:g}/s; readers of {format} usually step at {writer.fps:g}/s"
        )
    return tuple(notes)
