"""BEHAVE and InterAct: a person and an object in two files of one folder.

BEHAVE publishes ``smpl_fit_all.npz`` and ``object_fit_all.npz`` (30/s), InterAct makes of many
data sets ``human.npz`` and ``object.npz``, or ``object_NAME.npz`` of several and of parts. The
object's file has ``angles`` ``(T, 3)`` [rad] and ``trans`` ``(T, 3)`` [m], and v' = R v + t.
BEHAVE's world is that of a camera, x right, y down, z ahead; its tracks move the mean of the
vertices of its simplified mesh (``tools/parse_obj_pose.py``). InterAct's is y up.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np

from kinemesh._files.numpy_files import Archive, read_archive, read_npz
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.geometry import poses as turning
from kinemesh.recordings.interactions.track import Track, hinged, turned

TIMES = "frame_times"
"""BEHAVE's name for the time of every frame, a text such as ``t0003.033``."""
PARTS = ("top", "bottom")
"""What ARCTIC calls the two parts of an object; the top turns in the bottom."""
HINGE = (0.0, 0.0, -1.0)
"""The axis of ARCTIC's hinges, in the object's axes."""
CAMERA = np.array([0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0])
"""The half turn about x, as a pose, that makes y up of a camera's y down."""
CAMERA.setflags(write=False)
_PERIOD = 1.0 / 30.0


def is_behave(names: Collection[str]) -> bool:
    """Whether the arrays of a person are BEHAVE's."""
    return TIMES in names and "poses" in names


def is_track(names: Collection[str]) -> bool:
    """Whether the arrays of a ``.npz`` file are an object's."""
    return "angles" in names and "trans" in names


def has_parts(path: Path) -> bool:
    """Whether an object's file has the angle of a hinge."""
    return "arti" in read_npz(path, ()).names


def read_angles(path: Path, key: str | None) -> Track:
    """The track in a file for which :func:`is_track` holds.

    Args:
        path: the file.
        key: ``top`` or ``bottom`` of an object of two parts.

    Raises:
        ReadError: damaged, or a part that the object does not have.
    """
    archive = read_archive(path)
    poses = turned(path, _needed(path, archive, "angles"), _needed(path, archive, "trans"))
    parts = "arti" in archive.arrays
    if (key is not None) != parts or key not in (None, *PARTS):
        kind = "two parts, top and bottom" if parts else "one part"
        raise ReadError(
            f"{path.name} moves an object of {kind}; key = {key!r}",
            given=key,
            expected=" or ".join(f'key = "{part}"' for part in PARTS) if parts else "no key",
        )
    if key == PARTS[0]:
        poses = hinged(path, poses, HINGE, angles_of(path, archive.arrays["arti"], len(poses)))
    if TIMES in archive.texts:
        return Track(in_the_room(poses), centred=True)
    return Track(poses)


def in_the_room(poses: Array) -> Array:
    """Poses ``(T, 7)`` of a camera's axes with y up."""
    result = np.full(poses.shape, np.nan)
    known = np.isfinite(poses).all(axis=1)
    result[known] = turning.compose(CAMERA, poses[known])
    return result


def angles_of(path: Path, values: Array, frames: int) -> Array:
    """The angles ``(T,)`` of a hinge.

    Raises:
        ReadError: not as many as there are frames.
    """
    if values.size != frames:
        raise ReadError(
            f"{path.name} holds {values.size} angles of a hinge for {frames} frames",
            given=values.shape,
            expected=f"({frames},)",
        )
    return values.reshape(frames)


def beside_behave(path: Path, frames: int) -> tuple[Track | None, tuple[str, ...], tuple[str, ...]]:
    """The track beside BEHAVE's person, notes, and warnings.

    Frames are matched by their times; those that the object's file lacks are gaps.
    """
    own = _times(path)
    warnings: tuple[str, ...] = ()
    if len(own) == frames:
        steps = np.diff([_seconds(time) for time in own])
        missing = int(np.sum(steps > 1.5 * _PERIOD))
        if missing:
            warnings = (
                f"frames are missing at {missing} places, the first after frame "
                f"{int(np.argmax(steps > 1.5 * _PERIOD))}: the motion jumps there; take a part "
                f"without them (start, stop)",
            )
    file = path.with_name(path.name.replace("smpl", "object"))
    if file == path or not file.is_file() or not is_track(read_npz(file, ()).names):
        return None, ("object: no object_fit_all.npz beside the file",), warnings
    track = read_angles(file, None)
    times = _times(file)
    if times != own and len(times) == len(track.poses) and len(own) == frames:
        place = {time: row for row, time in enumerate(times)}
        poses = np.full((frames, 7), np.nan)
        for row, time in enumerate(own):
            if time in place:
                poses[row] = track.poses[place[time]]
        if np.isnan(poses).all():
            return (
                None,
                (f"object: {file.name} has none of the person's times, left out",),
                warnings,
            )
        track = Track(poses, track.centred)
    elif len(track.poses) != frames:
        return None, (f"object: {file.name} has {len(track.poses)} frames, left out",), warnings
    note = f"object: its track from {file.name}, about the mean of its mesh's vertices"
    return track, (note,), warnings


def objects_beside(path: Path) -> list[Path]:
    """The files of objects in the folder of InterAct's ``human.npz``."""
    if path.name != "human.npz":
        return []
    files = sorted(path.parent.glob("object*.npz"))
    return [file for file in files if file.is_file() and is_track(read_npz(file, ()).names)]


def _needed(path: Path, archive: Archive, name: str) -> Array:
    if name not in archive.arrays:
        raise ReadError(archive.skipped.get(name, f"{path.name} holds no {name!r}"))
    return archive.arrays[name]


def _times(path: Path) -> tuple[str, ...]:
    return read_archive(path).texts.get(TIMES, ())


def _seconds(text: str) -> float:
    try:
        return float(text.lstrip("t"))
    except ValueError:
        return float("nan")
