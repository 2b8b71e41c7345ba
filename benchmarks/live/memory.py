"""What a stream that does not end holds."""

from __future__ import annotations

from pathlib import Path

from playing import RATE, markdown, stream, to_and_fro

from kinemesh import RobotModel
from kinemesh.motion import Clip

SAMPLED = 50.0
"""Samples a second [1/s]."""


def resident() -> float:
    """Memory of this process now [MB]."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS"):
            return float(line.split()[1]) / 1024.0
    raise RuntimeError("/proc/self/status says nothing of VmRSS")


def growth(clip: Clip, robot: RobotModel, count: int) -> str:
    """Resident memory while so many frames are pushed, sampled and kept for a minute."""
    marks = {count // 100, count // 10, count // 2, count}
    rows, sent = [["before", f"{resident():.1f}"]], 0.0
    with stream(clip, robot, keep=60.0) as following:
        for index, seen in enumerate(to_and_fro(clip, count), 1):
            pose = following.push(seen.positions, seen.rotations, seen.props)
            while sent <= pose.time:
                following.sample(sent)
                sent += 1.0 / SAMPLED
            if index in marks:
                rows.append([str(index), f"{resident():.1f}"])
        result = following.record()
    last = f"record(): {len(result)} frames, {len(result) / RATE:.1f} s"
    return f"{markdown(['frames', 'RSS [MB]'], rows)}\n{last}"
