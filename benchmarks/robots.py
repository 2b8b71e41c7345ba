"""The same recordings on every robot that is shipped, by kinemesh's own ruler.

    python benchmarks/robots.py [--data DIR] [--robots h1 t1] [--pictures DIR]

Recordings are looked for in ../shared/data beside the repository, or where the options say. The
table in docs/robots.md is what it prints.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

import kinemesh
from kinemesh import demos, metrics, viewer
from kinemesh.motion import Clip

SHARED = Path(__file__).resolve().parents[2] / "shared"
FRAMES = 600
"""Longer recordings are cut to this."""
COLUMNS = (
    ("penetration [mm]", ("penetration.ground.max", "penetration.prop.max")),
    ("self [mm]", ("penetration.self.max",)),
    ("drift [mm]", ("stance.drift_max",)),
    ("slip [cm/s]", ("stance.slip_mean",)),
    ("hand gap [mm]", ("contact.prop.gap_mean",)),
    ("limits [rad, rad/s]", ("limits.joint_excess", "limits.velocity_excess")),
    ("landmarks [cm]", ("tracking.landmark_error",)),
)


def box(data: Path) -> Clip:
    """A large box is lifted, carried and put down."""
    return kinemesh.read(
        data / "omomo/sub3_largebox_003.pt",
        object=data / "omomo/objects/largebox.obj",
        height=1.941,
    )


RECORDINGS: dict[str, Callable[[Path], Clip]] = {
    "walk (demo)": lambda data: demos.walk(),
    "walk (optitrack)": lambda data: kinemesh.read(data / "optitrack/walk.npz"),
    "sub3_largebox_003": box,
    "dance1_subject1": lambda data: kinemesh.read(data / "lafan1/dance1_subject1.npy"),
}


def row(score: metrics.Score) -> list[str]:
    """The worst measure of every column, marked where it fails."""
    cells = []
    for _, names in COLUMNS:
        measures = [m for m in score if m.name in names and m.value is not None]
        worst = max((float(m.value) for m in measures), default=None)
        failed = any(not m.passed for m in measures)
        cells.append("-" if worst is None else f"{worst:.2g}{' !' if failed else ''}")
    return cells


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    data = os.environ.get("KINEMESH_DATA", SHARED / "data")
    parser.add_argument("--data", type=Path, default=Path(data))
    parser.add_argument("--robots", nargs="*", default=["g1", "g1_23dof", "h1", "t1"])
    parser.add_argument("--clips", nargs="*", default=list(RECORDINGS))
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    print("| clip | robot | frames/s | " + " | ".join(c for c, _ in COLUMNS) + " | verdict |")
    print("|---|---|---|" + "---|" * (len(COLUMNS) + 1))
    for name in options.clips:
        clip = RECORDINGS[name](options.data)
        clip = clip.crop(0, min(FRAMES, len(clip)))
        for robot in (kinemesh.RobotModel.load(r) for r in options.robots):
            start = time.perf_counter()
            result = kinemesh.retarget(clip, robot)
            seconds = time.perf_counter() - start
            score = metrics.evaluate(
                *(result.trajectory, robot),
                scene=result.scene,
                clip=clip,
                scale=result.scale,
                held=metrics.Held(result.stance, result.touch),
            )
            speed = f"{len(clip) / seconds:.0f}"
            cells = [name, robot.name, speed, *row(score), str(score.as_dict()["verdict"])]
            print("| " + " | ".join(cells) + " |", flush=True)
            if options.pictures is not None:
                options.pictures.mkdir(parents=True, exist_ok=True)
                stem = f"{name.split(' ')[0]}_{robot.name}.png"
                frames = [round(k * (len(clip) - 1) / 7) for k in range(8)]
                path = options.pictures / stem
                viewer.picture(result, path, robot=robot, clip=clip, frames=frames)


if __name__ == "__main__":
    main()
