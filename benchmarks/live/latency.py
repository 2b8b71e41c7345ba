"""From a frame to its answer: how long, how long at worst, and beside inverse kinematics."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from playing import RATE, Seen, frame, markdown, stream, to_and_fro

from kinemesh import RobotModel
from kinemesh.arrays import Array
from kinemesh.motion import Clip

sys.path.append(str(Path(__file__).resolve().parents[1] / "speed"))
import peers

MEDIAN, WORST = 1.0 / 6.0, 1.0 / 2.0
"""Of the time between frames: what the median and the 99th percentile may take."""


@dataclass
class Collected:
    """What the garbage collector took while it was watched."""

    pauses: list[float] = field(default_factory=list)
    _since: float = 0.0

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        """Take note of a collection."""
        now = time.perf_counter()
        if phase == "start":
            self._since = now
        else:
            self.pauses.append(now - self._since)


@dataclass(frozen=True, eq=False)
class Run:
    """One stream from its start to its end."""

    made: float
    """``Stream(...)`` [s]."""
    cpu: Array
    """Of this process for each frame ``(T,)`` [s]."""
    wall: Array
    """By the clock on the wall ``(T,)`` [s]."""
    pauses: Array
    """Of the garbage collector [s]."""


def run(clip: Clip, robot: RobotModel, frames: Iterable[Seen], measured: bool = True) -> Run:
    """Push frames, and time each.

    Args:
        clip: whose person and scene.
        robot: who answers.
        frames: what to push.
        measured: whether the person was measured before.
    """
    begin = time.process_time()
    options = {} if measured else {"calibration": None, "floor": 0.0}
    cpu, wall, collected = [], [], Collected()
    with stream(clip, robot, **options) as following:
        made = time.process_time() - begin
        gc.callbacks.append(collected)
        try:
            for seen in frames:
                first, begin = time.perf_counter(), time.process_time()
                following.push(seen.positions, seen.rotations, seen.props)
                cpu.append(time.process_time() - begin)
                wall.append(time.perf_counter() - first)
        finally:
            gc.callbacks.remove(collected)
    return Run(made, np.array(cpu), np.array(wall), np.array(collected.pauses))


def figures(times: Array) -> list[str]:
    """Median, 99th percentile, most [ms]."""
    return [f"{1e3 * v:.2f}" for v in (np.median(times), np.quantile(times, 0.99), times.max())]


def compare(clip: Clip, robot: RobotModel, mink: str | None, repeat: int) -> str:
    """The stream and mink in turns on the same frames.

    Args:
        clip: whose frames.
        robot: who answers.
        mink: the python of an environment with mink; None: without.
        repeat: turns.
    """
    ours: list[Run] = []
    theirs: list[Array] = []
    waited: list[Run] = []
    why = ""
    for _ in range(repeat):
        frames = [frame(clip, index) for index in range(len(clip))]
        ours.append(run(clip, robot, frames))
        waited.append(run(clip, robot, frames[: round(RATE)], measured=False))
        try:
            theirs.append(np.array(peers.mink(mink, clip, robot)["each"]))
        except peers.NotRun as error:
            why = str(error)
    first = min(one.cpu[0] for one in ours)
    best = np.min([one.cpu[1:] for one in ours], axis=0)
    rows = [
        *(["stream, CPU", f"turn {k}", *figures(r.cpu[1:])] for k, r in enumerate(ours, 1)),
        *(["stream, wall", f"turn {k}", *figures(r.wall[1:])] for k, r in enumerate(ours, 1)),
        ["stream, CPU", "least of the turns, frame by frame", *figures(best)],
    ]
    if theirs:
        least = np.min(theirs, axis=0)[1:]
        shares = [np.median(best) / np.median(least)]
        shares.append(np.quantile(best, 0.99) / np.quantile(least, 0.99))
        rows.append(["mink's two passes, CPU", "least of the turns", *figures(least)])
        ratio = [f"{share:.2f}" for share in (*shares, best.max() / least.max())]
        rows.append(["stream / mink", "", *ratio])
        means = [float(a.cpu[1:].mean() / b[1:].mean()) for a, b in zip(ours, theirs, strict=True)]
        said = ", ".join(f"{mean:.2f}" for mean in means)
        rows.append(["stream / mink, means", said, "", "", ""])
    table = markdown(["", "", "median [ms]", "p99 [ms]", "max [ms]"], rows)
    low, high = 1e3 * MEDIAN / RATE, 1e3 * WORST / RATE
    kept = 1e3 * np.median(best) <= low and 1e3 * np.quantile(best, 0.99) <= high
    made = min(one.made for one in ours)
    ends = min(float(one.cpu.max()) for one in waited)
    return "\n".join(
        [
            table,
            f"bounds: median {low:.1f} ms, p99 {high:.1f} ms: {'kept' if kept else 'BROKEN'}. "
            f"`Stream(...)` {1e3 * made:.0f} ms, first answer {1e3 * first:.1f} ms; where the "
            f"person is measured first, the frame that ends it takes {1e3 * ends:.0f} ms. "
            + (f"mink not run: {why}" if why else ""),
        ]
    )


def long(clip: Clip, robot: RobotModel, count: int) -> str:
    """So many frames without an end, and what the garbage collector takes of them."""
    one = run(clip, robot, to_and_fro(clip, count))
    late = np.flatnonzero(one.cpu[1:] > WORST / RATE) + 1
    rows = [["CPU", *figures(one.cpu[1:])], ["wall", *figures(one.wall[1:])]]
    table = markdown([f"{count} frames", "median [ms]", "p99 [ms]", "max [ms]"], rows)
    pauses = f"{len(one.pauses)} collections, {1e3 * one.pauses.max(initial=0.0):.2f} ms at most"
    where = ", ".join(f"{k} ({1e3 * one.cpu[k]:.0f})" for k in late[:12])
    return (
        f"{table}\n{pauses}; {len(late)} frames over {1e3 * WORST / RATE:.1f} ms of CPU"
        f"{': ' + where + (' ...' if len(late) > 12 else '') if len(late) else ''}"
    )
