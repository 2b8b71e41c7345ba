"""A fresh process of kinemesh: start-up, memory, and clips side by side.

    python kinemesh_worker.py start ROBOT
    python kinemesh_worker.py solve DATA ROBOT DANCE_FRAMES CLIP ...

``start`` prints the seconds that import and loading took. ``solve`` reads the clips, prints
``ready``, waits for a line, retargets them in turn, and prints seconds and peak memory.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path


def peak() -> float:
    """The largest amount of memory that this process has held [MB]."""
    status = Path("/proc/self/status")
    if status.is_file():
        # getrusage also counts what the parent held when it forked.
        for line in status.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM"):
                return float(line.split()[1]) / 1024.0
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (2**20 if sys.platform == "darwin" else 2**10)


def start(robot: str) -> None:
    """Import kinemesh and load a robot."""
    begin = time.perf_counter()
    import kinemesh

    imported = time.perf_counter()
    kinemesh.RobotModel.load(robot)
    loaded = time.perf_counter()
    print(json.dumps({"import": imported - begin, "load": loaded - imported}))


def solve(data: Path, robot: str, dance_frames: int, names: list[str]) -> None:
    """Retarget clips in turn, once told to."""
    import clips

    import kinemesh

    model = kinemesh.RobotModel.load(robot)
    recordings = [clips.read(data, name, dance_frames) for name in names]
    ready = peak()
    print("ready", flush=True)
    sys.stdin.readline()
    begin = time.perf_counter()
    for clip in recordings:
        kinemesh.retarget(clip, model)
    seconds = time.perf_counter() - begin
    print(json.dumps({"seconds": seconds, "before": ready, "peak": peak()}), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "start":
        start(sys.argv[2])
    else:
        solve(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5:])
