"""What contacts cannot push, with forces in the whole-clip pass and without: one line a clip.

    python benchmarks/mechanics.py [--data DIR] [--frames 400] [CLIP ...]

All demos and the recordings of quality.py, at 30 frames/s at most and of so many frames; the
ruler's own mechanics judge (docs/metrics.md). Seconds are CPU, both ways in turn.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

from quality import RECORDINGS, SHARED

import kinemesh
from kinemesh import demos, metrics
from kinemesh.motion import Clip
from kinemesh.solve.refine import Refinement

ROWS = {
    "force %": "dynamics.residual_force",
    "moment %": "dynamics.residual_moment",
    "moment p95": "dynamics.residual_moment_p95",
    "beyond %": "dynamics.unsupported_share",
    "pressure mm": "dynamics.pressure_outside",
    "torque %": "dynamics.torque_share",
    "worst %": "dynamics.torque_worst",
    "limbs deg": "limbs.mean",
    "place mm": "contact.prop.place_mean",
    "root jerk": "smoothness.root_jerk",
    "joint jerk": "smoothness.joint_jerk",
}


def clips(data: Path, frames: int) -> dict[str, Callable[[], Clip]]:
    """What is run, by name."""

    def short(read: Callable[[Path], Clip]) -> Clip:
        clip = read(data)
        clip = clip.resample(30.0) if clip.fps > 30.5 else clip
        return clip.crop(0, min(frames, len(clip)))

    built = {**demos.DEMOS, **demos.FLOOR, "squat": demos.squat}
    recorded = {one.name: (lambda one=one: short(one.read)) for one in RECORDINGS}
    return {**built, **recorded}


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    data = os.environ.get("KINEMESH_DATA", SHARED / "data")
    parser.add_argument("--data", type=Path, default=Path(data))
    parser.add_argument("--frames", type=int, default=400)
    parser.add_argument("clips", nargs="*", help="names to run; all if left out")
    options = parser.parse_args()
    robot = kinemesh.RobotModel.load("g1")
    ways = {"without": Refinement(mechanics=None), "with": Refinement()}
    print("| clip | " + " | ".join(ROWS) + " | verdict | seconds |")
    print("|---" * (len(ROWS) + 3) + "|")
    for name, read in clips(options.data, options.frames).items():
        if options.clips and name not in options.clips:
            continue
        clip = read()
        for way, refine in ways.items():
            retargeter = kinemesh.Retargeter(robot, refine=refine)
            start = time.process_time()
            result = retargeter.retarget(clip)
            seconds = time.process_time() - start
            held = metrics.Held(result.stance, result.touch)
            world = {"scene": result.scene, "clip": clip, "scale": result.scale, "held": held}
            score = metrics.evaluate(result.trajectory, robot, **world)
            values = {row.name: row.value for row in score.measures}
            cells = [
                "" if values.get(row) is None else f"{values[row]:.3g}" for row in ROWS.values()
            ]
            verdict = (
                "pass" if score.passed else ", ".join(m.name for m in score.failed) or "unsure"
            )
            cells += [verdict, f"{seconds:.1f}"]
            print(f"| {name}, {way} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
