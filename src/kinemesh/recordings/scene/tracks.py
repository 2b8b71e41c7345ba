"""Tracks of objects: arrays of poses in files of their own."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kinemesh._files.numpy_files import read_npy, read_npz
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.geometry import poses
from kinemesh.recordings.interactions.known import known_track
from kinemesh.recordings.interactions.track import Track
from kinemesh.recordings.scene.scene_file import TrackEntry

_LARGEST_TEXT = 64 << 20
_FARTHEST = 1e9
_UNIT = 0.01
"""A quaternion may be longer or shorter than one by this."""


def read_track(entry: TrackEntry, frames: int, fps: float) -> Track:
    """The poses ``(frames, 7)`` of a track at the frames of a clip.

    Args:
        entry: the file: ``.npy``, ``.npz``, or ``.csv`` with seven columns, position first; or a
            file of an object in a published layout.
        frames: how many the clip has.
        fps: the clip's frames per second [1/s].

    Raises:
        ReadError: not an array ``(T, 7)`` of poses, quaternions that are not unit (the other
            order, perhaps), or a track that ends before the clip.
    """
    found = known_track(entry.file, entry.key)
    if found is None:
        return Track(_at(entry, _table(entry.file, entry.key), frames, fps))
    return Track(_at(entry, found.poses, frames, fps), found.centred)


def _at(entry: TrackEntry, table: Array, frames: int, fps: float) -> Array:
    """The poses ``(frames, 7)`` of a table ``(T, 7)`` at the frames of a clip."""
    file = entry.file
    if table.ndim != 2 or table.shape[1] != 7 or not len(table):
        raise ReadError(
            f"{file.name} holds an array {table.shape}",
            given=table.shape,
            expected="poses (T, 7), x y z and a quaternion",
        )
    track = poses.from_wxyz(table) if entry.quaternion == "wxyz" else table
    known = np.isfinite(track).all(axis=1)
    if np.any(np.abs(track[known]) > _FARTHEST):
        raise ReadError(f"{file.name} holds numbers beyond {_FARTHEST:g}", expected="metres")
    off = np.abs(np.linalg.norm(track[known, 3:], axis=1) - 1.0)
    if not known.any() or np.mean(off > _UNIT) > 0.01:
        raise ReadError(
            f"{file.name}: columns 4 to 7 are no unit quaternions",
            expected=f"x y z [m], then {entry.quaternion}",
        )
    if entry.fps is None or entry.fps == fps:
        if len(track) == frames:
            return np.asarray(track)
        rate = "the clip's" if entry.fps is None else f"{fps:g}/s, as the clip has"
        raise ReadError(
            f"{file.name} holds {len(track)} poses at {rate}; the clip has {frames} frames: give "
            f"the track's own fps, or as many poses"
        )
    if entry.fps <= 0.0:
        raise ReadError(
            f"{file.name}: fps = {entry.fps}", given=entry.fps, expected="a positive number"
        )
    if not known.all():
        raise ReadError(f"{file.name} has poses that are NaN or infinite: fill them first")
    times, wanted = np.arange(len(track)) / entry.fps, np.arange(frames) / fps
    if wanted[-1] > times[-1] + 1.5 / min(entry.fps, fps):
        raise ReadError(
            f"{file.name} ends after {times[-1]:.2f} s; the clip lasts {wanted[-1]:.2f} s: give a "
            f"track as long as the clip, or its right fps"
        )
    return poses.resample(poses.normalised(track), times, wanted)


def _table(file: Path, key: str | None) -> Array:
    suffix = file.suffix.lower()
    if suffix == ".npy":
        return read_npy(file)
    if suffix == ".npz":
        arrays = read_npz(file, () if key is None else (key,))
        if key is None and len(arrays.names) == 1:
            key = arrays.names[0]
            arrays = read_npz(file, (key,))
        if key is None or key not in arrays:
            raise ReadError(
                f"{file.name}: give key = the name of the track; it holds "
                f"{', '.join(sorted(arrays.names)[:20])}"
            )
        return arrays[key]
    if suffix == ".csv":
        return _text(file)
    raise ReadError(f"{file.name}: a track is a .npy, .npz or .csv file of poses (T, 7)")


def _text(file: Path) -> Array:
    """Numbers between commas, after a line of names perhaps."""
    if file.stat().st_size > _LARGEST_TEXT:
        raise ReadError(f"{file.name} is larger than 64 MiB", expected="seven columns of poses")
    rows = []
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ReadError(f"{file.name} is not text", expected="numbers between commas") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = [float(word) for word in line.split(",")]
        except ValueError as error:
            if number == 1:
                continue  # the names of the columns
            raise ReadError(
                f"{file.name}, line {number}: expected numbers between commas"
            ) from error
        if len(row) != 7:
            raise ReadError(
                f"{file.name}, line {number}: {len(row)} numbers", given=len(row), expected="seven"
            )
        rows.append(row)
    return np.array(rows, dtype=np.float64).reshape(-1, 7)
