"""What following a person live costs and loses.

    python benchmarks/live [--data DIR] [--robot g1_base] [--mink PYTHON]
                           [--only SECTION ...] [--clips CLIP ...]

Sections: ``latency`` (from a frame to its answer, beside mink's two passes in turns, and 10,000
frames without an end), ``memory`` (100,000 frames), ``quality`` (the judge on the streamed, the
frame-by-frame and the whole-clip answer), ``faults`` (frames that are lost, late, swapped,
mislabelled, spiked or missing, a person who is suddenly elsewhere, other rates). Tables are in
markdown. All of it runs on one thread. Recordings are looked for in ../shared/data beside the
repository, or at $KINEMESH_DATA; mink's environment is that of benchmarks/speed.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import faults
import latency
import memory
import playing
import verdicts
from threadpoolctl import threadpool_limits

import kinemesh

TIMED = ("sub3_largebox_003", "climb_seq_0", "dance1_subject1")
FAULTY = ("sub3_largebox_003", "optitrack_walk", "dance1_subject1")
JUDGED = (*(one.name for one in playing.quality.RECORDINGS), *playing.MADE)
USUAL = {"latency": TIMED, "memory": TIMED[2:], "quality": JUDGED, "faults": FAULTY}


def options() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    data = os.environ.get("KINEMESH_DATA", playing.quality.SHARED / "data")
    parser.add_argument("--data", type=Path, default=Path(data))
    parser.add_argument("--robot", default="g1_base")
    parser.add_argument("--mink", metavar="PYTHON", help="its environment's python")
    parser.add_argument("--only", nargs="+", choices=USUAL, default=list(USUAL))
    parser.add_argument("--clips", nargs="+", choices=JUDGED, help="other ones than usual")
    parser.add_argument("--repeat", type=int, default=3, help="turns in which all are timed")
    parser.add_argument("--dance-frames", type=int, default=600, help="of 3945")
    parser.add_argument("--long", type=int, default=10_000, help="frames of the long run")
    parser.add_argument("--longest", type=int, default=100_000, help="frames of the memory run")
    parser.add_argument("--faults", nargs="+", choices=faults.KINDS, default=list(faults.KINDS))
    return parser.parse_args()


def main() -> None:
    """Run the sections asked for."""
    chosen = options()
    robot = kinemesh.RobotModel.load(chosen.robot)
    for section in chosen.only:
        for name in chosen.clips or USUAL[section]:
            print(f"\n## {section}: {name}\n", flush=True)
            clip = playing.read(chosen.data, name, chosen.dance_frames)
            if section == "latency":
                print(latency.compare(clip, robot, chosen.mink, chosen.repeat), "\n", flush=True)
                print(latency.long(clip, robot, chosen.long), flush=True)
            elif section == "memory":
                print(memory.growth(clip, robot, chosen.longest), flush=True)
            elif section == "quality":
                print(verdicts.side_by_side(clip, robot), flush=True)
            else:
                print(faults.table(clip, robot, chosen.faults), flush=True)


if __name__ == "__main__":
    with threadpool_limits(limits=1):
        main()
