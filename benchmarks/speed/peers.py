"""Other programs on the same recordings, each in a Python environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh import Clip, Retargeter, RobotModel
from kinemesh.motion import LANDMARKS

HERE = Path(__file__).resolve().parent
ROBOTS = HERE.parents[1] / "robots"

ONE_THREAD = {
    name: "1"
    for name in (
        *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"),
        *("RAYON_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS"),
    )
}
"""What holds numerical libraries to one thread, if set before they are loaded."""

LONGEST = 1800.0
"""A peer that takes longer [s] is stopped."""


class NotRun(Exception):
    """A peer could not be run; the message says why."""


def environment(source: bool = False) -> dict[str, str]:
    """Environment of a subprocess: one thread; kinemesh's own path only where it is wanted."""
    result = {k: v for k, v in os.environ.items() if source or k != "PYTHONPATH"}
    return result | ONE_THREAD


def holosoma(python: str | None, name: str, start: int, count: int, lafan: Path) -> dict[str, Any]:
    """Frames ``start`` to ``start + count`` through holosoma-retargeting.

    Raises:
        NotRun: no environment, or its run failed.
    """
    return _answer(python, "holosoma_worker.py", [name, str(start), str(count)], [str(lafan)])


def mink(python: str | None, clip: Clip, robot: RobotModel) -> dict[str, Any]:
    """All frames by two passes of inverse kinematics with mink.

    Raises:
        NotRun: no environment, or its run failed.
    """
    folder = ROBOTS / robot.name
    if not (folder / "robot.toml").is_file():
        raise NotRun(f"{robot.name} is none of the robots in {ROBOTS}")
    table = tomllib.loads((folder / "robot.toml").read_text(encoding="utf-8"))
    retargeter = Retargeter(robot)
    plan = retargeter.plan(clip)
    places = [table["landmarks"][name] for name in LANDMARKS]
    with tempfile.TemporaryDirectory() as home:
        task = Path(home) / "task.npz"
        np.savez(
            task,
            names=np.array(LANDMARKS),
            landmarks=plan.landmarks,
            links=np.array([place["link"] for place in places]),
            offsets=np.array([place["offset"] for place in places]),
            urdf=np.array(str(folder / table["urdf"])),
            joint_names=np.array(robot.joint_names),
            rest=robot.rest,
            rest_landmarks=robot.configuration(robot.rest).landmarks(),
            start=retargeter.start(plan).q,
        )
        return _answer(python, "mink_worker.py", [str(task)], [])


def _answer(python: str | None, script: str, before: list[str], after: list[str]) -> dict[str, Any]:
    """Run a worker and read the figures that it writes."""
    if python is None:
        raise NotRun("no environment was named")
    with tempfile.TemporaryDirectory() as home:
        answer = Path(home) / "answer.json"
        command = [python, str(HERE / script), *before, str(answer), *after]
        try:
            done = subprocess.run(
                command,
                env=environment(),
                capture_output=True,
                text=True,
                timeout=LONGEST,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotRun(str(error)) from error
        if done.returncode or not answer.is_file():
            lines = done.stderr.strip().splitlines() or ["it said nothing"]
            raise NotRun(lines[-1][:200])
        figures: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        return figures
