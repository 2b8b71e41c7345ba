"""Whether files pass where the results that they were written from do, format by format.

    python benchmarks/delivered.py [--data DIR] [--robot g1_base] [--rate 50] [RECORDING ...]

Each recording is retargeted once at the rate, written in all formats at that rate, read again and
judged against the recording at that rate, as ``kinemesh batch --to`` does. Recordings are
those of ``benchmarks/quality.py``. The exit status is 1 if any file is judged otherwise than its
result.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from quality import RECORDINGS, SHARED
from rich.console import Console
from rich.table import Table

import kinemesh
from kinemesh import metrics
from kinemesh.export import WRITERS, delivered
from kinemesh.motion import Clip
from kinemesh.result import Result


def judge(result: Result, robot: kinemesh.RobotModel, clip: Clip) -> metrics.Score:
    """The verdict on a result, or on a file read again."""
    return metrics.evaluate(
        result.trajectory,
        robot,
        scene=result.scene,
        clip=clip,
        scale=result.scale,
        held=metrics.Held(result.stance, result.touch),
    )


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
    parser.add_argument("recordings", nargs="*", help="names to run; all if left out")
    options = parser.parse_args()
    console, wrong = Console(width=120), 0
    robot = kinemesh.RobotModel.load(options.robot)
    for recording in RECORDINGS:
        if options.recordings and recording.name not in options.recordings:
            continue
        clip = recording.read(options.data).resample(options.rate)
        result = kinemesh.retarget(clip, robot)
        own = judge(result, robot, clip)
        title = f"{recording.name}: {len(clip)} frames at {clip.fps:g}/s: {own.verdict}"
        table = Table("format", "verdict", "rows judged otherwise", "remark", title=title)
        for format, writer in WRITERS.items():
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"motion{next(iter(writer.suffixes), '')}"
                kinemesh.write(result, path, format=format, fps=clip.fps, robot=robot)
                again = judge(delivered(path, result, robot, format=format), robot, clip)
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
