"""Speed on real recordings: kinemesh's settings and its peers side by side, in one run.

    python benchmarks/speed [--data DIR] [--robot g1_base] [--holosoma PYTHON] [--mink PYTHON]
                            [--only SECTION ...] [--clips CLIP ...] [--repeat 3]

Sections: ``pairs`` (kinemesh with and without the whole-clip pass and without objects, the
released OmniRetarget, inverse kinematics as GMR does it, in turn on the same frames), ``stages``
(where the time goes), ``growth`` (frames, anchors, triangles, pairs of hulls), ``processes`` (two
clips in two processes) and ``startup``. Everything runs on one thread. Recordings are looked for
in ../shared/data beside the repository, or at $KINEMESH_DATA.

The peers run in environments of their own; without one they are reported as not run:

    python3 -m venv holosoma
    holosoma/bin/pip install torch "mujoco==3.3.7" "holosoma-retargeting==0.1.0"
    python3 -m venv mink
    mink/bin/pip install "mink>=1.3,<2" daqp

then ``--holosoma holosoma/bin/python --mink mink/bin/python``. The first needs MuJoCo 3.11 at
most. It solves a short window in the middle of the clip; the row of kinemesh's own rate in that
window is the one to compare. mink gets all frames, and the same robot, from its URDF.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import clips
import growth
import machine
import pairs
import processes
from rich.console import Console
from threadpoolctl import threadpool_limits

import kinemesh

SHARED = Path(__file__).resolve().parents[3] / "shared"
SECTIONS = ("pairs", "stages", "growth", "processes", "startup")


def options() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    data = os.environ.get("KINEMESH_DATA", SHARED / "data")
    parser.add_argument("--data", type=Path, default=Path(data))
    parser.add_argument("--robot", default="g1_base")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=SECTIONS)
    parser.add_argument("--clips", nargs="+", choices=clips.NAMES, default=clips.NAMES)
    parser.add_argument("--repeat", type=int, default=3, help="turns in which all are timed")
    parser.add_argument("--dance-frames", type=int, default=600, help="of 3945")
    parser.add_argument("--holosoma", metavar="PYTHON", help="its environment's python")
    parser.add_argument("--holosoma-frames", type=int, default=25, help="frames that are timed")
    parser.add_argument("--mink", metavar="PYTHON", help="its environment's python")
    return parser.parse_args()


def main() -> None:
    """Run the sections asked for."""
    chosen = options()
    console = Console(width=120)
    console.print(machine.description(), markup=False, highlight=False)
    robot = kinemesh.RobotModel.load(chosen.robot)
    names = [name for name in chosen.clips if clips.available(chosen.data, name)]
    for name in chosen.clips:
        if name not in names:
            console.print(f"{name}: not run: no such recording in {chosen.data}", markup=False)
    setting = pairs.Setting(
        *(chosen.data, robot, chosen.repeat, chosen.dance_frames),
        *(chosen.holosoma, chosen.holosoma_frames, chosen.mink),
    )
    with threadpool_limits(limits=1):
        if "pairs" in chosen.only:
            for name in names:
                pairs.compare(console, setting, name)
        if "stages" in chosen.only:
            for name in names:
                pairs.stages(console, setting, name)
        if "growth" in chosen.only:
            if "dance1_subject1" in names:
                base = chosen.dance_frames
                growth.frames(console, chosen.data, robot, base, chosen.repeat)
            if "sub3_largebox_003" in names:
                growth.anchors(console, chosen.data, robot, chosen.repeat)
                growth.triangles(console, chosen.data, robot, chosen.repeat)
                growth.pairs(console, chosen.data, robot, chosen.repeat)
        if "processes" in chosen.only:
            for name in names[:1]:
                processes.side_by_side(
                    *(console, chosen.data, robot.name, chosen.dance_frames, name, chosen.repeat)
                )
        if "startup" in chosen.only:
            processes.startup(console, "g1")
    console.print(f"load at the end: {machine.load()}", highlight=False)


if __name__ == "__main__":
    main()
