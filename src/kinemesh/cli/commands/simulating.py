"""``kinemesh simulate``: a robot with motors follows a trajectory, and what happens is written."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import tyro
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kinemesh._files.disk import same_file
from kinemesh._files.inputs import existing_file
from kinemesh.arguments import whole
from kinemesh.cli.source import Recording
from kinemesh.cli.tables import print_findings
from kinemesh.cli.wording import all_worded, options_of
from kinemesh.errors import OptionError, WriteError
from kinemesh.matching import MatchedTrajectory
from kinemesh.result import Result, Simulation, check_writable
from kinemesh.trajectories import WRITERS, check_target, write

_LOST = 1
"""Exit status of ``--strict`` where a seed did not follow."""
_MOST = 1000
"""Seeds."""

_Output = Annotated[Path | None, tyro.conf.arg(aliases=["-o"])]


@dataclass(frozen=True, kw_only=True)
class SimulateCommand:
    """Let a robot with motors of limited torque follow a trajectory in MuJoCo."""

    result: tyro.conf.Positional[Path]
    """The trajectory: a result .npz, or any layout of docs/formats.md, a folder too."""
    output: _Output = None
    """Where the motion as it happened is written: a result .npz, or what --to says."""
    to: Annotated[str | None, tyro.conf.arg(help=f"A trainer's format: {', '.join(WRITERS)}.")] = (
        None
    )
    clip: Path | None = None
    """The recording it answers, where the file does not carry it (a result does); it says what is
    held and climbed."""
    recording: tyro.conf.OmitArgPrefixes[Recording]
    source_fps: float | None = None
    """The trajectory's frames per second, where its file does not say; else 30."""
    robot: str | None = None
    """A robot's name, or a folder with a robot.toml; the file's own, else g1."""
    seed: int = 0
    """Of the controller's random numbers; the same seed gives the same motion."""
    seeds: int = 1
    """How many seeds are tried, from --seed on; of those that follow, the one with the least error
    is written."""
    disturbance: float = 0.0
    """How far off the reference it starts, by chance: standard deviation of the joints [rad], of
    the base's turning [rad/s], and twice that of its speed [m/s]."""
    strict: bool = False
    """Exit with status 1 when a seed does not follow to the end."""
    json: bool = False
    """Print the report as JSON and nothing else."""
    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 is success, whether it followed or not, unless it is to be strict."""
        whole("seeds", self.seeds, f"a whole number, 1 to {_MOST}", low=1, high=_MOST)
        target = self._target()
        clip = self.recording.read(self.clip)
        found = ((), ()) if clip is None else (clip.notes, clip.warnings)
        matched = self.recording.match(self.result, clip, self.robot, self.source_fps)
        notes, warnings = [*found[0], *matched.notes], [*found[1], *matched.warnings]
        if not self.json:
            print_findings(console, self, notes, warnings)
        runs = []
        for seed in range(self.seed, self.seed + self.seeds):
            start = time.perf_counter()
            done = self._simulated(matched, seed)
            runs.append((done, time.perf_counter() - start))
            if not self.json:
                _say(console, done, runs[-1][1])
        tried = [_simulation(done) for done, _ in runs]
        best = min((done for done, _ in runs), key=lambda done: _rank(_simulation(done)))
        written = self._write(best, target)
        lost = not all(one.followed for one in tried)
        status = _LOST if self.strict and lost else 0
        if self.json:
            options = options_of(self)
            report = {
                **summary(tried),
                "runs": [
                    {**one.summary(), "seconds": seconds}
                    for one, (_, seconds) in zip(tried, runs, strict=True)
                ],
                "output": None if target is None else str(target),
                "written": all_worded(written, options),
                "notes": all_worded(notes, options),
                "warnings": all_worded(warnings, options),
            }
            sys.stdout.write(json.dumps(report, indent=2) + "\n")
            return status
        if len(tried) > 1:
            _say_all(console, tried)
        if target is not None:
            kind = self.to or "a result"
            text = f"{target}: {kind}, {len(best)} frames of seed {_simulation(best).seed}"
            console.print(text, highlight=False, markup=False, soft_wrap=True)
            for note in all_worded(written, options_of(self)):
                console.print(f"  {note}", highlight=False, markup=False, soft_wrap=True)
        return status

    def _target(self) -> Path | None:
        """Where to write, checked before the work."""
        source = self.result if os.path.isdir(self.result) else existing_file(self.result)
        if self.output is None:
            if self.to is not None:
                raise OptionError("--to says what is written, and --output does not say where")
            return None
        target = check_writable(self.output) if self.to is None else None
        target = target or check_target(self.output, str(self.to))
        if same_file(target, source):
            raise WriteError(f"{target} is the trajectory itself; give the new one another name")
        return target

    def _simulated(self, matched: MatchedTrajectory, seed: int) -> Result:
        """One try, with a progress bar on standard error, if that is a terminal."""
        from kinemesh.physics import Controller
        from kinemesh.physics.simulating import simulated

        columns = (
            *(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()),
            TimeRemainingColumn(),
        )
        errors = Console(stderr=True)
        hidden = not errors.is_terminal
        with Progress(*columns, console=errors, transient=True, disable=hidden) as bar:
            task = bar.add_task(f"{self.result.stem}: seed {seed}", total=None)
            return simulated(
                matched,
                name=self.result.stem,
                seed=seed,
                controller=Controller(disturbance=self.disturbance),
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )

    def _write(self, result: Result, target: Path | None) -> tuple[str, ...]:
        """Write what happened; what was done on the way."""
        if target is None:
            return ()
        if self.to is None:
            result.save(target)
            return ()
        return write(result, target, format=self.to, robot=self.robot)


def summary(tried: list[Simulation]) -> dict[str, Any]:
    """How many followed, and the figures of those in the mean, with their spread."""
    followed = [one for one in tried if one.followed]
    errors = [float(one.body_error.mean()) for one in followed]
    props = [float(one.prop_error.mean()) for one in followed if one.prop_error is not None]
    return {
        "followed": len(followed),
        "seeds": len(tried),
        "body_error": _spread(errors),
        "prop_error": _spread(props),
    }


def _spread(values: list[float]) -> dict[str, float] | None:
    """Mean, and standard deviation between seeds [m]; None where there is nothing."""
    if not values:
        return None
    return {
        "mean": float(np.mean(values)),
        "std": float(np.std(values, ddof=min(1, len(values) - 1))),
    }


def _simulation(result: Result) -> Simulation:
    assert result.simulation is not None  # a simulated motion has it
    return result.simulation


def _rank(one: Simulation) -> tuple[bool, float, float]:
    """The best first: who followed, then who got farthest, then who was nearest."""
    return not one.followed, -one.ended, float(one.body_error.mean())


def _say(console: Console, result: Result, seconds: float) -> None:
    one = _simulation(result)
    end = f"followed to its end, {one.ended:.2f} s"
    if not one.followed:
        end = f"lost after {one.ended:.2f} s: {one.reason}"
    error = one.body_error
    figures = [
        f"body error {1e2 * error.mean():.1f} cm, p95 {1e2 * np.percentile(error, 95):.1f} cm"
    ]
    if one.prop_error is not None:
        prop = one.prop_error
        figures.append(f"props {1e2 * prop.mean():.1f} cm, at most {1e2 * prop.max():.1f} cm")
    figures.append(f"torques at their limits {one.saturated:.1%}")
    console.print(
        f"seed {one.seed}: {end}; {'; '.join(figures)} ({seconds:.1f} s)",
        style="bold green" if one.followed else "bold red",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


def _say_all(console: Console, tried: list[Simulation]) -> None:
    said = summary(tried)
    text = f"{said['followed']} of {said['seeds']} seeds followed"
    for name, what in (("body_error", "body error"), ("prop_error", "props")):
        if said[name] is not None:
            text += f"; {what} {1e2 * said[name]['mean']:.1f} ± {1e2 * said[name]['std']:.1f} cm"
    console.print(text, highlight=False, markup=False, soft_wrap=True)
