"""The answer to a clip: a trajectory, and one honest report a frame."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinemesh import arguments
from kinemesh._files import check_place, existing_file, write_whole
from kinemesh.arguments import (
    FARTHEST,
    flags,
    floats,
    instance,
    mapping,
    number,
    several,
    text,
    texts,
    whole,
)
from kinemesh.errors import ClipError, ReadError, WriteError
from kinemesh.motion import LANDMARKS, Scene, Trajectory, poses
from kinemesh.motion.arrays import Array, readonly
from kinemesh.motion.shown import Panel, html_table, plot

FORMAT = "kinemesh-result-1"
_LARGEST_FILE = 4 << 30
_MOST_AXES = 32
_SEEN = 1e-6
"""What is never larger is not plotted."""

Flags = NDArray[np.bool_]

_MALFORMED = (
    *(LookupError, ValueError, TypeError, AttributeError, EOFError, RuntimeError, SystemError),
    zipfile.BadZipFile,
)
"""What numpy, zipfile and our own look-ups raise on a file that is something else."""


@dataclass(frozen=True)
class FrameReport:
    """How one frame was solved."""

    index: int
    iterations: int
    """QPs solved."""
    cost: Mapping[str, float]
    """Cost by objective."""
    violation: Mapping[str, float]
    """Worst violation by constraint, measured on the nonlinear constraint [m] or [rad]."""
    relaxed: tuple[str, ...] = ()
    """Constraints that had to give way because not all rows could hold."""

    def __post_init__(self) -> None:
        for name in ("index", "iterations"):
            whole(name, getattr(self, name), "a whole number, 0 or more", low=0, high=1 << 62)
        mapping("cost", self.cost, "names of objectives to costs")
        mapping("violation", self.violation, "names of constraints to violations")
        relaxed = texts("relaxed", self.relaxed, "a tuple of names of constraints")
        object.__setattr__(self, "relaxed", relaxed)

    @property
    def total(self) -> float:
        """The whole cost."""
        return sum(self.cost.values())

    @property
    def worst(self) -> tuple[str, float]:
        """The constraint with the largest violation, and by how much."""
        return max(self.violation.items(), key=lambda item: item[1], default=("none", 0.0))


@dataclass(frozen=True, eq=False)
class Result:
    """A robot trajectory, the scene it belongs to, and how every frame was solved.

    Raises:
        ClipError: landmarks or tracks that do not fit the trajectory or are not finite.
    """

    trajectory: Trajectory
    scene: Scene
    """The robot's scene: props at real size on scaled tracks, terrain scaled."""
    landmarks: Array
    """The person's landmarks scaled to the robot ``(T, K, 3)`` [m]."""
    reports: tuple[FrameReport, ...]
    clip: str = "clip"
    """Name of the clip."""
    scale: float = 1.0
    """Robot height / human height."""
    version: str = ""
    """Version of kinemesh that made it."""
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    tracks: Mapping[str, Array] = field(default_factory=dict)
    """Prop name to poses ``(T, 7)``: what a file keeps of the scene."""
    stance: Mapping[str, Flags] = field(default_factory=dict)
    """When feet were held ``(T,)``, by ``left_toe``, ``left_heel``, ``left_landing``, ...; empty
    where a file does not say."""
    touch: Mapping[tuple[str, str], Flags] = field(default_factory=dict)
    """When hands were held to things ``(T,)``, by hand and thing."""

    def __post_init__(self) -> None:
        instance("trajectory", self.trajectory, Trajectory, "a Trajectory")
        instance("scene", self.scene, Scene, "the robot's Scene")
        frames = len(self.trajectory)
        span: dict[str, Any] = {"largest": FARTHEST, "error": ClipError}
        places = floats(
            "landmarks",
            self.landmarks,
            f"places ({frames}, {len(LANDMARKS)}, 3) [m]",
            shape=(frames, len(LANDMARKS), 3),
            **span,
        )
        object.__setattr__(self, "landmarks", readonly(places))
        reports = several("reports", self.reports, FrameReport, "FrameReports")
        object.__setattr__(self, "reports", reports)
        number("scale", self.scale, "a factor, more than 0", over=0.0, error=ClipError)
        for name in ("clip", "version"):
            text(name, getattr(self, name))
        for name in ("notes", "warnings"):
            said = texts(name, getattr(self, name), "a tuple of texts")
            object.__setattr__(self, name, said)
        for name, track in mapping("tracks", self.tracks, "props to poses (T, 7)").items():
            what = f"poses ({frames}, 7)"
            found = floats(f"tracks[{name!r}]", track, what, shape=(frames, 7), **span)
            if not np.all(np.linalg.norm(found[:, 3:], axis=1) > 1e-6):
                raise ClipError(f"tracks[{name!r}] holds a quaternion of zeros: expected length 1")
        if not self.tracks and self.scene.props:
            object.__setattr__(self, "tracks", {p.name: p.track for p in self.scene.props})
        for name, what in (("stance", "parts of feet"), ("touch", "(hand, thing)")):
            held = mapping(name, getattr(self, name), f"{what} to flags (T,)")
            known = {
                key: readonly(
                    flags(f"{name}[{key!r}]", each, (frames,), f"flags ({frames},)", ClipError),
                    np.bool_,
                )
                for key, each in held.items()
            }
            object.__setattr__(self, name, known)

    def __len__(self) -> int:
        return len(self.trajectory)

    @property
    def failures(self) -> tuple[FrameReport, ...]:
        """Frames in which a constraint had to give way."""
        return tuple(report for report in self.reports if report.relaxed)

    @property
    def cost(self) -> float:
        """Mean cost a frame."""
        return float(np.mean([report.total for report in self.reports] or [0]))

    def qpos(self) -> Array:
        """MuJoCo's order ``(T, 7 + n + 7 P)``: base, joints, then ``xyz wxyz`` of each prop."""
        tracks = [poses.to_wxyz(track) for track in self.tracks.values()]
        return np.hstack([self.trajectory.qpos(), *tracks])

    def summary(self) -> dict[str, Any]:
        """The figures that say how the solve went, ready for JSON."""
        worst: dict[str, float] = {}
        for report in self.reports:
            for name, amount in report.violation.items():
                worst[name] = max(worst.get(name, 0.0), amount)
        return {
            "clip": self.clip,
            "robot": self.trajectory.robot,
            "frames": len(self),
            "fps": self.trajectory.fps,
            "scale": round(self.scale, 6),
            "mean_cost": self.cost,
            "mean_iterations": float(np.mean([r.iterations for r in self.reports] or [0])),
            "relaxed_frames": [r.index for r in self.failures],
            "worst_violation": worst,
            "notes": list(self.notes),
            "warnings": list(self.warnings),
        }

    def plot(self) -> Any:
        """A matplotlib figure: cost by term, broken constraints, joint speeds, over time.

        Raises:
            MissingExtra: matplotlib is not installed.
        """
        fps = self.trajectory.fps
        times = np.array([report.index for report in self.reports]) / fps
        panels = []
        for label, scale, entries in (
            ("cost [1]", 1.0, [report.cost for report in self.reports]),
            ("violation [mm, mrad]", 1e3, [report.violation for report in self.reports]),
        ):
            names = dict.fromkeys(name for entry in entries for name in entry)
            values = {n: scale * np.array([e.get(n, np.nan) for e in entries]) for n in names}
            shown = {n: (times, v) for n, v in values.items() if np.nanmax(v) > _SEEN}
            if shown:
                panels.append(Panel(label, shown))
        frames = np.arange(len(self)) / fps
        speed = np.abs(self.trajectory.velocity()).max(axis=1, initial=0.0)
        panels.append(Panel("fastest joint [rad/s]", {"fastest": (frames[1:], speed)}))
        panels.append(Panel("base height [m]", {"base": (frames, self.trajectory.base[:, 2])}))
        return plot(panels, f"{self.clip}, {self.trajectory.robot}")

    def _repr_html_(self) -> str:
        said = self.summary()
        worst = max(said["worst_violation"].items(), key=lambda item: item[1], default=None)
        rows = {
            "robot": said["robot"],
            "frames": f"{len(self)} at {self.trajectory.fps:g}/s",
            "scale": f"{self.scale:.3f}",
            "props": ", ".join(self.tracks) or "none",
            "mean cost": f"{said['mean_cost']:.4g}",
            "QPs a frame": f"{said['mean_iterations']:.2f}",
            "frames with a constraint that gave way": len(said["relaxed_frames"]),
            "worst violation": "none"
            if worst is None
            else f"{worst[0]}, {1e3 * worst[1]:.3g} mm or mrad",
        }
        return html_table(f"Result of {self.clip}", rows, self.warnings)

    def save(self, path: str | Path) -> Path:
        """Write a self-describing ``.npz`` (no pickle), whole or not at all.

        Keys: ``qpos`` in MuJoCo's order, ``fps``, ``joint_names``, ``robot``, ``prop_names``,
        ``cost`` (last frame), ``human_joints`` (scaled landmarks), ``landmark_names``, the
        ``stance`` and ``touch`` that were used, and the reports as JSON. OmniRetarget's
        released evaluator reads the same file.

        Raises:
            WriteError: the folder does not exist or cannot be written to.
        """
        target = check_writable(path)
        reports = [
            {**vars(report), "cost": dict(report.cost), "violation": dict(report.violation)}
            for report in self.reports
        ]
        arrays: dict[str, Any] = {
            "format": FORMAT,
            "version": self.version,
            "clip": self.clip,
            "robot": self.trajectory.robot,
            "fps": self.trajectory.fps,
            "scale": self.scale,
            "qpos": self.qpos(),
            "joint_names": np.array(self.trajectory.joint_names),
            "prop_names": np.array(list(self.tracks), dtype=np.str_),
            "cost": self.reports[-1].total if self.reports else 0.0,
            "human_joints": self.landmarks,
            "landmark_names": np.array(LANDMARKS),
            "stance": _columns(self.stance.values(), len(self)),
            "stance_names": np.array(list(self.stance), dtype=np.str_),
            "touch": _columns(self.touch.values(), len(self)),
            "touch_names": np.array(list(self.touch), dtype=np.str_).reshape(-1, 2),
            "reports": json.dumps(reports),
            "notes": json.dumps({"notes": self.notes, "warnings": self.warnings}),
        }
        write_whole(target, partial(_write, arrays))
        return target

    @classmethod
    def load(cls, path: str | Path) -> Result:
        """Read what :meth:`save` wrote. The shapes of the scene are not in the file.

        Raises:
            ReadError: not such a file.
        """
        path = arguments.path("path", path, "a file that `kinemesh retarget` wrote", ReadError)
        try:
            data = _arrays(existing_file(path))
            if str(data.get("format")) != FORMAT:
                raise KeyError("format")
            return _result(data)
        except ReadError:
            raise
        except OSError as error:
            raise ReadError(f"{path}: cannot be read ({error})") from error
        except _MALFORMED as error:
            raise ReadError(
                f"{path}: not a kinemesh result ({error}); expected an .npz that "
                f"`kinemesh retarget` wrote"
            ) from error


def _arrays(path: Path) -> dict[str, Any]:
    """The arrays of an ``.npz``, whose sizes are checked before memory is taken."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if any(entry.compress_size > path.stat().st_size for entry in entries):
            raise ValueError("an entry claims more bytes than the file has")
        if sum(entry.file_size for entry in entries) > _LARGEST_FILE:
            raise ValueError(f"more than {_LARGEST_FILE >> 30} GiB, unpacked")
        for entry in entries:
            found[entry.filename.removesuffix(".npy")] = _array(_unpacked(archive, entry))
    return found


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(entry)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # every unpacker has an error of its own
        raise ValueError(f"its entry {entry.filename!r} cannot be unpacked: {error}") from error


def _array(data: bytes) -> NDArray[Any]:
    stream = io.BytesIO(data)
    try:
        first = np.lib.format.read_magic(stream) == (1, 0)
        form = np.lib.format
        header = form.read_array_header_1_0 if first else form.read_array_header_2_0
        shape, fortran, dtype = header(stream)
    except Exception as error:  # NumPy parses it as Python and raises whatever that gives
        raise ValueError("the header of an array is damaged") from error
    there = len(data) - stream.tell()
    whole = len(shape) <= _MOST_AXES and all(type(n) is int and n >= 0 for n in shape)
    if dtype.hasobject or not whole or math.prod(shape) * dtype.itemsize != there:
        raise ValueError(f"an array of {dtype}, {str(shape)[:60]}, that has {there} bytes")
    flat = np.frombuffer(data, dtype, offset=stream.tell()) if there else np.zeros(0, dtype)
    return flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)


def _result(data: Mapping[str, Any]) -> Result:
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
    return Result(
        Trajectory(q, float(data["fps"]), names, str(data["robot"])),
        Scene(),
        data["human_joints"],
        _reports(json.loads(str(data["reports"]))),
        clip=str(data["clip"]),
        scale=float(data["scale"]),
        version=str(data["version"]),
        notes=tuple(notes["notes"]),
        warnings=tuple(notes["warnings"]),
        tracks=tracks,
        stance={str(name): flags for name, flags in stance},
        touch={(str(hand), str(thing)): flags for (hand, thing), flags in touch},
    )


def _columns(flags: Iterable[Flags], frames: int) -> Flags:
    """One column ``(T, N)`` for each of ``flags`` ``(T,)``."""
    return np.array(list(flags), dtype=np.bool_).reshape(-1, frames).T


def _reports(entries: Sequence[Mapping[str, Any]]) -> tuple[FrameReport, ...]:
    return tuple(
        FrameReport(e["index"], e["iterations"], e["cost"], e["violation"], tuple(e["relaxed"]))
        for e in entries
    )


def check_writable(path: str | Path) -> Path:
    """The path to write to, checked before the work and not after it.

    Raises:
        WriteError: the folder does not exist, is not writable, or the path is a folder.
    """
    target = arguments.path("path", path, "the path of an .npz file", WriteError)
    if target.suffix.lower() != ".npz":
        raise WriteError(f"{target}: the output is an .npz file; give it that suffix")
    return check_place(target)


def _write(arrays: Mapping[str, Any], path: Path) -> None:
    with path.open("wb") as stream:
        np.savez_compressed(stream, **arrays)
