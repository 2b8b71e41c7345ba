"""The self test: two short motions retargeted, with the figures that are expected of them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kinemesh import demos, kernel
from kinemesh.doctor.report import Finding, without_paths
from kinemesh.matching import evaluate
from kinemesh.metrics import Score
from kinemesh.motion import Clip
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from kinemesh.solve.retargeter import Retargeter

_PART = "self test"
_REPORT = "report it, with all that kinemesh doctor prints"


@dataclass(frozen=True)
class Motion:
    """A short motion, and what is expected of the default robot's answer."""

    name: str
    make: Callable[[], Clip]
    figures: Mapping[str, float]
    """Rows of the verdict, and their values."""
    rates: Mapping[str, float]
    """Kernel to frames/s [1/s]: by the processor's time, on one core of an AMD EPYC."""


MOTIONS = (
    Motion(
        "walk",
        lambda: replace(demos.walk().crop(25, 60), name="walk"),
        {"tracking.landmark_error": 2.04, "limbs.mean": 2.50, "posture.knee_flexion": 3.93},
        {"native": 440.0, "reference": 110.0},
    ),
    Motion(
        "lift",
        lambda: replace(demos.lift_box().crop(35, 70), name="lift"),
        {"tracking.landmark_error": 3.77, "limbs.mean": 8.63, "contact.prop.place_mean": 6.72},
        {"native": 230.0, "reference": 40.0},
    ),
)

_OFF = 0.1
"""A figure further from the expected one than this share of it,"""
_LEAST = 0.05
"""and than this, in its unit, is odd: solvers and libraries round otherwise elsewhere."""
_SLOW = 0.25
"""Less than this share of the expected rate is odd;"""
_BUSY = 0.7
"""less of the time spent at work than this: others had the core."""
_APART = 1e-3
"""Kernels whose answers differ by more [m, rad] do not agree: they differ by 1e-4 at most."""


def self_test(progress: Callable[[int, int], None] | None = None) -> Iterator[Finding]:
    """Retarget, judge, write and read; each a finding.

    Args:
        progress: called with (steps done, steps in all).
    """
    kinds = ["native", "reference"] if kernel.available() else ["reference"]
    total, done = len(MOTIONS) * len(kinds) + 1, 0

    def step() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    retargeters: dict[str, Retargeter] = {}
    for kind in kinds:
        robot = RobotModel.load("g1", compiled=kind == "native")
        retargeters[kind] = Retargeter(robot)
        retargeters[kind].retarget(demos.walk().crop(0, 3))  # what is worked out once
    step()
    results: list[Result] = []
    for motion in MOTIONS:
        clip = motion.make()
        answers: dict[str, Result] = {}
        for kind, retargeter in retargeters.items():
            wall, cpu = time.perf_counter(), time.process_time()
            answers[kind] = retargeter.retarget(clip)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            if kind == kinds[0]:
                results.append(answers[kind])
                robot = retargeter.robot.whole
                yield verdict(motion, evaluate(answers[kind], robot=robot))
                yield held(motion, answers[kind])
            yield speed(motion, kind, len(clip) / wall, cpu / wall)
            step()
        if len(answers) > 1:
            yield agreement(motion, *answers.values())
    yield kept(results[0])


def verdict(motion: Motion, score: Score) -> Finding:
    """Whether the motion passes, with the figures that are expected."""
    name, judged = f"{motion.name}: verdict", [m for m in score if m.limit is not None]
    figures = {row: score.value(row) for row in motion.figures}
    facts = {"verdict": score.verdict, "figures": figures, "expected": dict(motion.figures)}
    if not score.passed:
        return Finding(_PART, name, "broken", score.verdict, _REPORT, facts)
    said = ", ".join(
        f"{row} {figures[row]:.3g} (expected {value:.3g})" for row, value in motion.figures.items()
    )
    found = f"pass, {sum(m.value is not None for m in judged)} rows with a limit; {said}"
    off = [
        row
        for row, value in motion.figures.items()
        if abs(figures[row] - value) > max(_OFF * value, _LEAST)
    ]
    if off:
        mend = f"other figures than expected ({', '.join(off)}): {_REPORT}"
        return Finding(_PART, name, "odd", found, mend, facts)
    return Finding(_PART, name, "ok", found, facts=facts)


def held(motion: Motion, result: Result) -> Finding:
    """Whether every constraint held in every frame."""
    name = f"{motion.name}: constraints"
    worst = max(max(report.violation.values(), default=0.0) for report in result.reports)
    facts = {"failed": len(result.failures), "frames": len(result), "worst": worst}
    if result.failures:
        found = f"gave way in {len(result.failures)} of {len(result)} frames"
        return Finding(_PART, name, "broken", found, _REPORT, facts)
    found = f"held in {len(result)} frames, worst row off by {worst:.0e}"
    return Finding(_PART, name, "ok", found, facts=facts)


def speed(motion: Motion, kind: str, rate: float, busy: float) -> Finding:
    """How fast it was, beside what it should be.

    Args:
        motion: what was retargeted.
        kind: by which kernel.
        rate: frames/s [1/s].
        busy: share of the time that the process was at work [1].
    """
    expected = motion.rates[kind]
    found = f"{rate:.0f} frames/s (about {expected:.0f} on one free core)"
    facts = {"rate": rate, "expected": expected, "busy": busy}
    name = f"{motion.name}: {kind} kernel"
    if rate >= _SLOW * expected:
        return Finding(_PART, name, "ok", found, facts=facts)
    mend = "the machine is slow, or its threads are in each other's way: set OMP_NUM_THREADS=1"
    if busy < _BUSY:
        mend = f"others had the core {1.0 - busy:.0%} of the time: try again when it is free"
    return Finding(_PART, name, "odd", found, mend, facts)


def agreement(motion: Motion, native: Result, reference: Result) -> Finding:
    """Whether both kernels gave the same motion."""
    apart = float(np.abs(native.trajectory.q - reference.trajectory.q).max())
    name, facts = f"{motion.name}: kernels", {"apart": apart, "limit": _APART}
    if apart > _APART:
        found = f"answers {apart:.1e} m or rad apart (at most {_APART:g})"
        mend = f"the compiled kernel is wrong here: compiled=False does without; {_REPORT}"
        return Finding(_PART, name, "broken", found, mend, facts)
    return Finding(_PART, name, "ok", f"agree within {apart:.0e} m and rad", facts=facts)


def kept(result: Result) -> Finding:
    """Whether a result is written, and read as it was."""
    name = "file"
    try:
        with tempfile.TemporaryDirectory() as folder:
            again = Result.load(result.save(Path(folder) / "walk.npz"))
    except Exception as error:
        found = without_paths(f"not written and read again: {type(error).__name__}: {error}")
        return Finding(_PART, name, "broken", found, "make room in the temporary folder ($TMPDIR)")
    if not np.array_equal(again.trajectory.q, result.trajectory.q):
        return Finding(_PART, name, "broken", "read otherwise than it was written", _REPORT)
    return Finding(_PART, name, "ok", "written and read again")
