"""The answer to a clip: a trajectory, and one honest report a frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
)
from kinemesh.arrays import Array, readonly
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.motion import LANDMARKS, Clip, Scene, Trajectory
from kinemesh.motion.notebook import Panel, html_table, plot
from kinemesh.result import file
from kinemesh.result.report import FrameReport

_SEEN = 1e-6
"""What is never larger is not plotted."""

Flags = NDArray[np.bool_]


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
    """Prop name to poses ``(T, 7)`` in the robot's scene; all that older files have of it."""
    stance: Mapping[str, Flags] = field(default_factory=dict)
    """When feet were held ``(T,)``, by ``left_toe``, ``left_heel``, ``left_landing``, ...; empty
    where a file does not say."""
    touch: Mapping[tuple[str, str], Flags] = field(default_factory=dict)
    """When hands were held to things ``(T,)``, by hand and thing."""
    demonstration: Clip | None = None
    """The clip that was followed, frame for frame, in its own scene at human scale; of one that was
    read from a file, without rotations of joints. None where a file does not have it."""
    target: Scene | None = None
    """The scene, at human scale, that the motion was adapted to; None: the demonstration's own."""

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
        self._check_carried()
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

    def _check_carried(self) -> None:
        clip, own = self.demonstration, self.trajectory
        if clip is not None:
            instance("demonstration", clip, Clip, "the Clip that was followed, or None")
            if len(clip) != len(own) or abs(clip.fps - own.fps) > 1e-6 * own.fps:
                raise ClipError(
                    f"the demonstration has {len(clip)} frames at {clip.fps:g}/s and the "
                    f"trajectory {len(own)} at {own.fps:g}/s: expected the same"
                )
        if self.target is not None:
            instance("target", self.target, Scene, "a Scene, or None for the demonstration's own")
            for prop in self.target.props:
                if len(prop.track) != len(own):
                    raise ClipError(
                        f"prop {prop.name!r} of the target has {len(prop.track)} poses for "
                        f"{len(own)} frames"
                    )

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

        It holds all of the result: motion, reports, scene with all shapes, demonstration (see
        docs/conventions.md for the keys). OmniRetarget's released evaluator reads the same file.

        Raises:
            WriteError: the folder does not exist or cannot be written to.
        """
        return file.write(self, path)

    @classmethod
    def load(cls, path: str | Path) -> Result:
        """Read what :meth:`save` wrote.

        A file of an earlier version has neither scene nor demonstration: the one is empty, the
        other None.

        Raises:
            ReadError: not such a file.
        """
        return file.read(path, cls)
