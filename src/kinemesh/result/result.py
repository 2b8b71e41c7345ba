"""The answer to a clip: a trajectory, and one honest report a frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh.motion.notebook import Panel, html_table, plot
from kinemesh.result import file
from kinemesh.result.report import FrameReport
from kinemesh.result.result_fields import ResultFields

_SEEN = 1e-6
"""What is never larger is not plotted."""


@dataclass(frozen=True, eq=False)
class Result(ResultFields):
    """A robot trajectory, the scene it belongs to, and how every frame was solved.

    Raises:
        ClipError: landmarks or tracks that do not fit the trajectory or are not finite.
    """

    @property
    def failures(self) -> tuple[FrameReport, ...]:
        """Frames in which a constraint had to give way."""
        return tuple(report for report in self.reports if report.relaxed)

    @property
    def cost(self) -> float:
        """Mean cost a frame."""
        return float(np.mean([report.total for report in self.reports] or [0]))

    def summary(self) -> dict[str, Any]:
        """The figures that say how the solve went, ready for JSON.

        Examples:
            >>> kinemesh.retarget(kinemesh.demos.walk().crop(0, 4)).summary()["relaxed_frames"]
            []
        """
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
            **({} if self.simulation is None else {"simulation": self.simulation.summary()}),
            "notes": list(self.notes),
            "warnings": list(self.warnings),
        }

    def plot(self) -> Any:
        """A matplotlib figure: cost by term, broken constraints, joint speeds, over time.

        Raises:
            MissingExtra: matplotlib is not installed.

        Examples:
            >>> figure = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4)).plot()
            >>> figure.savefig("walk.png")
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

    def __repr__(self) -> str:
        gave = f"{len(self.failures)} relaxed"
        return f"Result({self.clip!r}, {self.trajectory!r}, {gave})"

    def _repr_html_(self) -> str:
        said = self.summary()
        worst = max(said["worst_violation"].items(), key=lambda item: item[1], default=None)
        rows = {
            "robot": said["robot"],
            "frames": f"{len(self)} at {self.trajectory.fps:g}/s",
            "scale": f"{self.scale:.3f}",
            "props": ", ".join(self.scene.cast or self.tracks) or "none",
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

        Examples:
            >>> kinemesh.retarget(kinemesh.demos.walk().crop(0, 4)).save("walk.npz").name
            'walk.npz'
        """
        return file.write(self, path)

    @classmethod
    def load(cls, path: str | Path) -> Result:
        """Read what :meth:`save` wrote.

        A file of an earlier version has neither scene nor demonstration: the one is empty, the
        other None.

        Raises:
            ReadError: not such a file.

        Examples:
            >>> path = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4)).save("walk.npz")
            >>> kinemesh.Result.load(path)
            Result('walk', Trajectory('g1', 4 frames at 30/s, 29 joints), 0 relaxed)
        """
        return file.read(path, cls)
