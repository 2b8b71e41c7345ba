"""Fresh processes: how long they take to start, what they hold, how two go together."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from peers import HERE, environment
from rich.console import Console
from rich.table import Table

WORKER = str(HERE / "kinemesh_worker.py")


def _launch(data: Path, robot: str, dance_frames: int, names: list[str]) -> subprocess.Popen[str]:
    """A process that has read its clips and waits to be told to solve them."""
    process = subprocess.Popen(
        [sys.executable, WORKER, "solve", str(data), robot, str(dance_frames), *names],
        env=environment(source=True),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    if process.stdout.readline().strip() != "ready":
        raise RuntimeError(f"{WORKER} ended before it was ready")
    return process


def _solve(waiting: list[subprocess.Popen[str]]) -> tuple[float, list[dict[str, Any]]]:
    """Tell all of them to start, and wait for all: seconds, and what each reports."""
    begin = time.perf_counter()
    for process in waiting:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = []
    for process in waiting:
        assert process.stdout is not None
        answers.append(json.loads(process.stdout.readline()))
    seconds = time.perf_counter() - begin
    for process in waiting:
        process.communicate()
    return seconds, answers


def memory(data: Path, robot: str, dance_frames: int, name: str) -> tuple[float, float]:
    """Peak memory [MB] before a clip is solved, and after."""
    _, (answer,) = _solve([_launch(data, robot, dance_frames, [name])])
    return answer["before"], answer["peak"]


def side_by_side(
    console: Console, data: Path, robot: str, dance_frames: int, name: str, repeat: int
) -> None:
    """Print what two clips take in one process and in two."""
    one, two = [], []
    for _ in range(repeat):
        one.append(_solve([_launch(data, robot, dance_frames, [name, name])])[0])
        two.append(_solve([_launch(data, robot, dance_frames, [name]) for _ in range(2)])[0])
    table = Table("", "seconds", "runs", title=f"{name} twice, medians of {repeat}")
    for label, runs in (("one process, in turn", one), ("two processes", two)):
        table.add_row(label, f"{np.median(runs):.2f}", " ".join(f"{s:.2f}" for s in runs))
    ratio = float(np.median(one) / np.median(two))
    table.add_row("one / two", f"{ratio:.2f} x", "2 x is the most that two can win")
    console.print(table)


def startup(console: Console, robot: str, count: int = 5) -> None:
    """Print how long import and loading take in fresh processes."""
    rows: dict[str, list[float]] = {}
    for _ in range(count):
        begin = time.perf_counter()
        done = subprocess.run(
            [sys.executable, WORKER, "start", robot],
            env=environment(source=True),
            capture_output=True,
            text=True,
            check=True,
        )
        whole = time.perf_counter() - begin
        answer = json.loads(done.stdout)
        rows.setdefault("import kinemesh", []).append(answer["import"])
        rows.setdefault(f'RobotModel.load("{robot}")', []).append(answer["load"])
        rows.setdefault("both", []).append(answer["import"] + answer["load"])
        rows.setdefault("the process from start to end", []).append(whole)
    table = Table("", "seconds", "least", "most", title=f"start-up, medians of {count} processes")
    for label, runs in rows.items():
        table.add_row(label, *(f"{s:.2f}" for s in (np.median(runs), min(runs), max(runs))))
    console.print(table)
