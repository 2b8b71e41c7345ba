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

from kinemesh._files.disk import same_file
from kinemesh._files.inputs import existing_file
from kinemesh.arguments import whole
from kinemesh.cli.progress import bar, short
from kinemesh.cli.source import Recording
from kinemesh.cli.statuses import DONE, FOUND
from kinemesh.cli.tables import print_findings, simulation_line
from kinemesh.cli.wording import all_worded, options_of
from kinemesh.errors import OptionError, WriteError
from kinemesh.matching import MatchedTrajectory
from kinemesh.result import Result, Simulation, check_writable
from kinemesh.robot import RobotModel
from kinemesh.trajectories import WRITERS, check_target, write

_MOST = 1000
"""Seeds."""

Run = dict[str, Any]
"""What :meth:`Simulation.summary` says of a seed, and the ``seconds`` that it took."""
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
    """How far off the reference it starts, by chance: standard deviation of the joints [rad]; as
    much of the base's turning [rad/s], half as much of its speed [m/s]."""
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
        runs: list[Run] = []
        best: Result | None = None
        for seed in range(self.seed, self.seed + self.seeds):
            start = time.perf_counter()
            done = self._simulated(matched, seed)
            runs.append({**_of(done).summary(), "seconds": time.perf_counter() - start})
            if best is None or _rank(_of(done)) < _rank(_of(best)):
                best = done
            if not self.json:
                _say(console, _of(done), runs[-1]["seconds"])
        assert best is not None  # one seed at least
        written = self._write(best, target, matched.robot)
        lost = not all(run["followed"] for run in runs)
        status = FOUND if self.strict and lost else DONE
        if self.json:
            options = options_of(self)
            report = {
                **summary(runs),
                "runs": runs,
                "output": None if target is None else str(target),
                "written": all_worded(written, options),
                "notes": all_worded(notes, options),
                "warnings": all_worded(warnings, options),
            }
            sys.stdout.write(json.dumps(report, indent=2) + "\n")
            return status
        if len(runs) > 1:
            _say_all(console, runs)
        if target is not None:
            kind = self.to or "a result"
            text = f"{target}: {kind}, {len(best)} frames of seed {_of(best).seed}"
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

        with bar(f"{short(self.result.stem)}: seed {seed}", "frames") as progress:
            return simulated(
                matched,
                name=self.result.stem,
                seed=seed,
                controller=Controller(disturbance=self.disturbance),
                progress=progress,
            )

    def _write(self, result: Result, target: Path | None, robot: RobotModel) -> tuple[str, ...]:
        """Write what happened; what was done on the way."""
        if target is None:
            return ()
        if self.to is None:
            result.save(target)
            return ()
        return write(result, target, format=self.to, robot=robot)


def summary(runs: list[Run]) -> dict[str, Any]:
    """How many followed, and errors of those in the mean, with their spread between seeds."""
    followed = [run for run in runs if run["followed"]]
    return {
        "followed": len(followed),
        "seeds": len(runs),
        "body_error": _spread([run["body_error_mean"] for run in followed]),
        "prop_error": _spread([run["prop_error_mean"] for run in followed]),
    }


def _spread(values: list[float | None]) -> dict[str, float] | None:
    """Mean and standard deviation [m]; None where there is nothing."""
    found = np.array([value for value in values if value is not None], dtype=np.float64)
    if not len(found):
        return None
    return {"mean": float(found.mean()), "std": float(found.std(ddof=min(1, len(found) - 1)))}


def _of(result: Result) -> Simulation:
    assert result.simulation is not None  # a simulated motion has it
    return result.simulation


def _rank(one: Simulation) -> tuple[bool, float, float]:
    """The best first: who followed, then who got farthest, then who was nearest."""
    return not one.followed, -one.ended, float(one.body_error.mean())


def _say(console: Console, one: Simulation, seconds: float) -> None:
    console.print(
        f"{simulation_line(one)} ({seconds:.1f} s)",
        style="bold green" if one.followed else "bold red",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


def _say_all(console: Console, runs: list[Run]) -> None:
    said = summary(runs)
    text = f"{said['followed']} of {said['seeds']} seeds followed"
    for name, what in (("body_error", "body error"), ("prop_error", "props")):
        if said[name] is not None:
            text += f"; {what} {1e2 * said[name]['mean']:.1f} ± {1e2 * said[name]['std']:.1f} cm"
    console.print(text, highlight=False, markup=False, soft_wrap=True)
