"""The file of a result: one ``.npz`` that says all of itself, without pickle."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np

from kinemesh import arguments
from kinemesh._files.disk import check_place, existing_file, write_whole
from kinemesh._files.numpy_files import read_exactly
from kinemesh.errors import KinemeshError, ReadError, WriteError
from kinemesh.geometry import poses
from kinemesh.motion import LANDMARKS, Trajectory
from kinemesh.result import simulation
from kinemesh.result.carried import arrays_of, columns, fields_of
from kinemesh.result.report import FrameReport
from kinemesh.result.result_fields import ResultFields

FORMAT = "kinemesh-result-1"
"""What the key ``format`` of a file says."""

_EFFORT = 3
"""Of deflate, 1 to 9: 6, which is usual, takes up to three times as long for 1 to 3 % of a file."""

T = TypeVar("T")

_MALFORMED = (LookupError, ValueError, TypeError, AttributeError, RecursionError)
"""What our own look-ups raise on a file that is something else."""


def write(result: ResultFields, path: str | Path) -> Path:
    """Write ``result`` to ``path``, whole or not at all; see :meth:`Result.save`.

    Raises:
        WriteError: the folder does not exist or cannot be written to.
    """
    target = check_writable(path)
    write_whole(target, partial(_save, _arrays(result)))
    return target


def _save(arrays: Mapping[str, Any], path: Path) -> None:
    """As ``numpy.savez_compressed`` does, which has no word for how hard it is to try."""
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=_EFFORT) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, np.asanyarray(array), allow_pickle=False)


def read(path: str | Path, make: Callable[..., T]) -> T:
    """What ``make`` makes of the fields of the result that :func:`write` wrote, by name.

    Raises:
        ReadError: not such a file.
    """
    path = arguments.path("path", path, "a file that `kinemesh retarget` wrote", ReadError)
    existing_file(path)
    try:
        data = read_exactly(path)
        if str(data.get("format")) != FORMAT:
            raise KeyError("format")
        return make(**_fields(data))
    except OSError as error:
        raise ReadError(f"{path}: cannot be read ({error})") from error
    except (KinemeshError, *_MALFORMED) as error:
        raise ReadError(
            f"{path}: not a kinemesh result ({error}); expected an .npz that "
            f"`kinemesh retarget` wrote"
        ) from error


def check_writable(path: str | Path) -> Path:
    """The path to write to, checked before the work and not after it.

    Raises:
        WriteError: the folder does not exist, is not writable, or the path is a folder.
    """
    target = arguments.path("path", path, "the path of an .npz file", WriteError)
    if target.suffix.lower() != ".npz":
        raise WriteError(f"{target}: the output is an .npz file; give it that suffix")
    return check_place(target)


def _arrays(result: ResultFields) -> dict[str, Any]:
    """What the file holds, by key."""
    trajectory = result.trajectory
    reports = [
        {**vars(report), "cost": dict(report.cost), "violation": dict(report.violation)}
        for report in result.reports
    ]
    return {
        "format": FORMAT,
        "version": result.version,
        "clip": result.clip,
        "robot": trajectory.robot,
        "fps": trajectory.fps,
        "scale": result.scale,
        "qpos": result.qpos(),
        "joint_names": np.array(trajectory.joint_names),
        "prop_names": np.array(list(result.tracks), dtype=np.str_),
        "cost": result.reports[-1].total if result.reports else 0.0,
        "human_joints": result.landmarks,
        "landmark_names": np.array(LANDMARKS),
        "stance": columns(result.stance.values(), len(result)),
        "stance_names": np.array(list(result.stance), dtype=np.str_),
        "touch": columns(result.touch.values(), len(result)),
        "touch_names": np.array(list(result.touch), dtype=np.str_).reshape(-1, 2),
        "reports": json.dumps(reports),
        "notes": json.dumps({"notes": result.notes, "warnings": result.warnings}),
        **arrays_of(result),
        **simulation.arrays_of(result.simulation),
    }


def _fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a result is made of, from what the file holds."""
    names = tuple(str(n) for n in data["joint_names"])
    qpos, split = data["qpos"], 7 + len(names)
    q = np.hstack([poses.from_wxyz(qpos[:, :7]), qpos[:, 7:split]])
    tracks = {
        str(name): poses.from_wxyz(qpos[:, split + 7 * k : split + 7 * k + 7])
        for k, name in enumerate(data["prop_names"])
    }
    notes = json.loads(str(data["notes"]))
    # Files of earlier versions do not say what was held.
    stance = zip(data.get("stance_names", ()), np.transpose(data.get("stance", ())), strict=True)
    touch = zip(data.get("touch_names", ()), np.transpose(data.get("touch", ())), strict=True)
    return {
        "trajectory": Trajectory(q, float(data["fps"]), names, str(data["robot"])),
        **fields_of(data, tracks),
        "landmarks": data["human_joints"],
        "reports": _reports(json.loads(str(data["reports"]))),
        "clip": str(data["clip"]),
        "scale": float(data["scale"]),
        "version": str(data["version"]),
        "notes": tuple(notes["notes"]),
        "warnings": tuple(notes["warnings"]),
        "tracks": tracks,
        "stance": {str(name): flags for name, flags in stance},
        "touch": {(str(part), str(thing)): flags for (part, thing), flags in touch},
        "simulation": simulation.simulation_of(data),
    }


def _reports(entries: Sequence[Mapping[str, Any]]) -> tuple[FrameReport, ...]:
    return tuple(
        FrameReport(e["index"], e["iterations"], e["cost"], e["violation"], tuple(e["relaxed"]))
        for e in entries
    )
