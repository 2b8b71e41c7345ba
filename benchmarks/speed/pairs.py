"""The same clips through kinemesh in several settings and through its peers, side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import clips
import numpy as np
import peers
import processes
from rich.console import Console
from rich.table import Table
from solving import Timing, timed
from stopwatch import PASS, STAGES, Stopwatch, cost_of_a_call

from kinemesh import Clip, RobotModel

SETTLING = 5
"""The released system's first frames after its start are left out."""

FRAMES_ONLY = "kinemesh, refine=None"
DEFAULT = "kinemesh, default"
BARE = "kinemesh, default, no scene"
BARE_FRAMES = "  and refine=None"
RELEASED = "holosoma, {} frames"
MINK = "mink, two passes (for GMR)"


@dataclass(frozen=True)
class Setting:
    """What to run: where recordings and environments are, how often, how much."""

    data: Path
    robot: RobotModel
    repeat: int
    dance_frames: int
    holosoma: str | None
    holosoma_frames: int
    mink: str | None


def kinds(clip: Clip, robot: RobotModel) -> dict[str, Callable[[], Timing]]:
    """What kinemesh is asked for, by name."""
    every: dict[str, Callable[[], Timing]] = {
        FRAMES_ONLY: lambda: timed(clip, robot, refine=None),
        DEFAULT: lambda: timed(clip, robot),
    }
    if clip.scene.things:
        empty = clips.bare(clip)
        every[BARE] = lambda: timed(empty, robot)
        every[BARE_FRAMES] = lambda: timed(empty, robot, refine=None)
    return every


def compare(console: Console, setting: Setting, name: str) -> None:
    """Run one clip through everything in turn, ``repeat`` times over, and print the rates."""
    robot = setting.robot
    clip = clips.read(setting.data, name, setting.dance_frames)
    count = min(setting.holosoma_frames, len(clip) - SETTLING - 2)
    start = (len(clip) - count - SETTLING - 1) // 2
    runs: dict[str, list[Timing]] = {}
    theirs: list[dict[str, Any]] = []
    released: dict[str, Any] = {}
    absent: dict[str, str] = {}
    timed(clip.crop(0, 5), robot)  # what is loaded on first use is not part of any figure
    for turn in range(setting.repeat):
        for kind, run in kinds(clip, robot).items():
            runs.setdefault(kind, []).append(run())
        if turn == 0:
            lafan = setting.data / "lafan1"
            try:
                released = peers.holosoma(
                    setting.holosoma, name, start, count + SETTLING + 1, lafan.resolve()
                )
            except peers.NotRun as reason:
                absent[RELEASED.format(count)] = str(reason)
        try:
            theirs.append(peers.mink(setting.mink, clip, robot))
        except peers.NotRun as reason:
            absent[MINK] = str(reason)
    table = Table(
        *("", "frames/s", "ms a frame", "runs"),
        *("QPs a frame", r"error \[cm]", "/ holosoma", "/ mink"),
        title=f"{name}: {len(clip)} frames at {clip.fps:g}/s, {robot.name}, interleaved, medians",
    )
    first = start + SETTLING + 1
    windows = [timing.rate_within(first, first + count) for timing in runs[FRAMES_ONLY]]
    rates = released.get("seconds", [])[SETTLING:]
    slow = len(rates) / sum(rates) if rates else None
    fast = [answer["frames"] / answer["seconds"] for answer in theirs]
    for kind, timings in runs.items():
        mine = [timing.rate for timing in timings]
        _row(table, kind, mine, timings[0].solves, timings[0].error, slow, fast)
        if kind == FRAMES_ONLY:
            inside = f"  in frames {first} to {first + count - 1}"
            _row(table, inside, windows, None, None, slow, [])
    if slow is not None:
        _row(table, RELEASED.format(len(rates)), [slow], released["solves"], None, slow, fast)
    if fast:
        _row(table, MINK, fast, theirs[0]["solves"], theirs[0]["error"], slow, fast)
    for kind in absent:
        table.add_row(kind, "not run")
    console.print(table)
    for kind, why in absent.items():
        console.print(f"  {kind}: not run: {why}", markup=False)
    for answer in (released, *theirs[:1]):
        if answer:
            versions = ", ".join(f"{k} {v}" for k, v in answer["versions"].items())
            console.print(f"  {versions}", markup=False)
    before, peak = processes.memory(setting.data, robot.name, setting.dance_frames, name)
    console.print(
        f"  peak memory of a process of its own: {peak:.0f} MB, of which {before:.0f} MB were "
        f"taken once robot and clip were read\n",
        markup=False,
    )


def _row(
    table: Table,
    kind: str,
    rates: list[float],
    solves: float | None,
    error: float | None,
    slow: float | None,
    fast: list[float],
) -> None:
    """One way of solving the clip, and its rate as a multiple of the peers'.

    Of ratios to a peer that runs in every turn, the median over the turns is given: what slows
    the machine down for a while slows both.
    """
    rate = float(np.median(rates))
    paired = rates if len(rates) == len(fast) else [rate] * len(fast)
    ratio = np.median([a / b for a, b in zip(paired, fast, strict=True)]) if fast else None
    table.add_row(
        kind,
        f"{rate:.{1 if rate >= 10 else 2}f}",
        f"{1e3 / rate:.2f}",
        " ".join(f"{r:.0f}" for r in rates) if len(rates) > 1 else "",
        "" if solves is None else f"{solves:.1f}",
        "" if error is None else f"{100 * error:.1f}",
        "" if slow is None else f"{rate / slow:.3g} x",
        "" if ratio is None else f"{ratio:.2g} x",
    )


def stages(console: Console, setting: Setting, name: str) -> None:
    """Print where kinemesh's time goes, stage by stage, in one run with timers."""
    clip = clips.read(setting.data, name, setting.dance_frames)
    timed(clip.crop(0, 5), setting.robot)
    plain = timed(clip, setting.robot)
    with Stopwatch().attached() as watch:
        run = timed(clip, setting.robot)
    again = timed(clip, setting.robot)
    frames = len(clip)
    table = Table(
        *("stage", r"frames \[ms]", r"whole-clip pass \[ms]", "share"),
        title=f"{name}: own time by stage, ms a frame",
    )
    sums = [0.0, 0.0]
    for stage in STAGES:
        values = [watch.spent.get((second, stage), 0.0) for second in (False, True)]
        sums = [a + b for a, b in zip(sums, values, strict=True)]
        _stage(table, stage, values, frames, run.seconds)
    _stage(table, "rest", [run.seconds - sum(sums), 0.0], frames, run.seconds)
    table.add_section()
    _stage(table, "all", [run.seconds - sums[1], sums[1]], frames, run.seconds)
    console.print(table)
    calls = sum(watch.calls.values()) / frames
    each = cost_of_a_call()
    usual = 0.5 * (plain.seconds + again.seconds)
    console.print(
        f"  {run.solves:.1f} QPs a frame, whole-clip pass included. Timers: {calls:.0f} calls a "
        f"frame at {1e6 * each:.2f} us make {1e3 * calls * each:.2f} ms a frame; the run took "
        f"{run.seconds / usual - 1:+.0%} against those before and after it, without timers\n"
        f"  names that this version lacks, their time in the stage around them: "
        f"{', '.join(watch.missing) or 'none'}\n",
        markup=False,
    )


def _stage(table: Table, stage: str, seconds: list[float], frames: int, whole: float) -> None:
    first, second = (1e3 * value / frames for value in seconds)
    refined = "" if stage == "rest" else f"{second:.3f}"
    table.add_row(
        stage.replace(PASS, "pass itself"), f"{first:.3f}", refined, f"{sum(seconds) / whole:.1%}"
    )
