"""Whether files pass where the results that they were written from do, format by format.

    python benchmarks/delivered.py [--data DIR] [--robot g1_base] [--rate 50] [NAME ...]

Each recording, and each variant, is retargeted once at the rate, written in all formats at that
rate, read again and judged at that rate, as ``kinemesh batch --to`` does. Recordings are those
of ``benchmarks/quality.py``, variants are listed below (``variants`` names all of them). The exit
status is 1 if any file is judged otherwise than its result.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from quality import RECORDINGS, SHARED, Recording
from rich.console import Console
from rich.table import Table

import kinemesh
from kinemesh import metrics
from kinemesh.augment import Variant, Varied
from kinemesh.motion import Clip
from kinemesh.result import Result
from kinemesh.trajectories import WRITERS, delivered

VARIANTS = {
    "further": ("sub3_largebox_003", {"prop.x": 0.2}),
    "turned": ("sub3_largebox_003", {"prop.turn": 45.0}),
    "smaller": ("sub3_largebox_003", {"prop.size": 0.8}),
    "left": ("sub8_largebox_000", {"prop.y": 0.2}),
    "longer": ("sub8_largebox_000", {"prop.size_x": 1.2}),
    "table_turned": ("sub2_largetable_000", {"prop.turn": -45.0}),
    "lower": ("climb_seq_0", {"terrain.height": 0.9}),
    "moved": ("climb_seq_1", {"terrain.box": 1, "terrain.box_x": 0.1}),
    "mirrored": ("optitrack_walk", {"motion.mirror": True}),
    "slower": ("optitrack_squat", {"motion.speed": 0.8}),
}
"""Variants by name: the recording and what is changed of it."""


@dataclass(frozen=True)
class Case:
    """A motion, the scene to adapt it to if there is one, and the answer."""

    name: str
    varied: Varied
    result: Result

    def judge(self, result: Result, robot: kinemesh.RobotModel) -> metrics.Score:
        """The verdict on the answer, or on a file of it read again."""
        return metrics.evaluate(
            result.trajectory,
            robot,
            scene=result.scene,
            clip=self.varied.clip,
            scale=result.scale,
            target=self.varied.scene or self.varied.clip.scene,
            held=metrics.Held(self.result.stance, self.result.touch),
        )


def cases(names: list[str], data: Path, rate: float, robot: kinemesh.RobotModel) -> Iterator[Case]:
    """What was asked for, solved at the rate, one after the other."""
    by_name = {recording.name: recording for recording in RECORDINGS}
    wanted = [v for v in VARIANTS if v in names or "variants" in names or not names]
    for name in by_name:
        if name in names or not names:
            clip = read(by_name[name], data, rate)
            yield Case(name, Varied(clip, None, False), kinemesh.retarget(clip, robot))
    for name in wanted:
        source, settings = VARIANTS[name]
        clip = read(by_name[source], data, rate)
        varied = Variant(name, settings).apply(clip)
        nominal = kinemesh.retarget(clip, robot).trajectory if varied.anchored else None
        result = kinemesh.retarget(varied.clip, robot, scene=varied.scene, nominal=nominal)
        yield Case(f"{source}, {name}", varied, result)


def read(recording: Recording, data: Path, rate: float) -> Clip:
    """A recording at the rate of what is delivered."""
    return recording.read(data).resample(rate)


def differences(own: metrics.Score, other: metrics.Score) -> list[str]:
    """Rows that are passed in one and failed in the other."""
    return [
        f"{row.name} {row.value:.4g}, {other[row.name].value:.4g} in the file"
        for row in own
        if row.passed != other[row.name].passed
    ]


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    data = os.environ.get("KINEMESH_DATA", SHARED / "data")
    parser.add_argument("--data", type=Path, default=Path(data))
    parser.add_argument("--robot", default="g1_base")
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("names", nargs="*", help="what to run; everything if left out")
    options = parser.parse_args()
    console, wrong = Console(width=120), 0
    robot = kinemesh.RobotModel.load(options.robot)
    for case in cases(options.names, options.data, options.rate, robot):
        result, clip = case.result, case.varied.clip
        own = case.judge(result, robot)
        title = f"{case.name}: {len(clip)} frames at {clip.fps:g}/s: {own.verdict}"
        table = Table("format", "verdict", "rows judged otherwise", "remark", title=title)
        for format, writer in WRITERS.items():
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"motion{next(iter(writer.suffixes), '')}"
                kinemesh.write(result, path, format=format, fps=clip.fps, robot=robot)
                again = case.judge(delivered(path, result, robot, format=format), robot)
            rows = differences(own, again)
            same = own.state == again.state and not rows
            wrong += not same
            dropped = len(result.tracks) - min(len(result.tracks), writer.props)
            table.add_row(
                format,
                again.state if same else f"{again.state} !",
                ", ".join(rows) or "none",
                f"{dropped} prop not in the file: the result's" if dropped else "",
            )
        console.print(table)
    console.print(f"{wrong} files are judged otherwise than their results")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
