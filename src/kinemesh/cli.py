"""The command: ``kinemesh retarget``, ``kinemesh demo``, ``kinemesh info``."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from kinemesh import demos, metrics
from kinemesh._version import __version__
from kinemesh.errors import KinemeshError, ReadError, WriteError
from kinemesh.io import read
from kinemesh.motion import Clip
from kinemesh.motion.contacts import detect_footing
from kinemesh.result import Result, check_writable
from kinemesh.retarget import Retargeter
from kinemesh.robot import RobotModel

_FAILED = 2
"""Exit status when something given was wrong."""


@dataclass(frozen=True)
class Source:
    """Where a recording comes from, and what its file does not say."""

    clip: tyro.conf.Positional[Path]
    """The recording: OMOMO/InterMimic .pt, joint positions .npy or .npz."""
    object: Path | None = None
    """Mesh of the object that the recording tracks (.obj .stl .glb .ply)."""
    terrain: Path | None = None
    """Mesh of what was climbed, in the recording's world."""
    skeleton: str | None = None
    """Joint layout of a bare array: lafan22, mocap53, optitrack26, smpl22 or smplh52."""
    height: float | None = None
    """The person's height [m]; estimated from the legs if left out."""
    fps: float | None = None
    """The recording's frames per second, where the file does not say."""
    floor: float | None = None
    """Height of the floor in the recording [m]; found under the feet if left out."""
    up: str | None = None
    """The recording's vertical axis, y or z; found if left out."""

    def read(self) -> Clip:
        """The clip that these describe."""
        return read(
            self.clip,
            object=self.object,
            terrain=self.terrain,
            skeleton=self.skeleton,
            height=self.height,
            fps=self.fps,
            floor=self.floor,
            up=self.up,
        )


_Output = Annotated[Path, tyro.conf.arg(aliases=["-o"])]


@dataclass(frozen=True)
class RetargetCommand:
    """Retarget a recording to a robot and write the trajectory."""

    source: tyro.conf.OmitArgPrefixes[Source]
    output: _Output
    """The .npz to write."""
    robot: str = "g1"
    """A robot's name, or a folder with a robot.toml."""
    resample: float | None = None
    """Frames per second of the result; the recording's own if left out."""
    solver: str = "daqp"
    """daqp, osqp or cvxpy."""
    json: bool = False
    """Print the report as JSON and nothing else."""
    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 is success."""
        target = check_writable(self.output)
        if target.exists() and target.samefile(self.source.clip):
            raise WriteError(f"{target} is the recording itself; give the result another name")
        robot = RobotModel.load(self.robot)
        clip = self.source.read()
        if self.resample is not None:
            clip = clip.resample(self.resample)
        if not self.json:
            _print_findings(console, clip)
        start = time.perf_counter()
        result = _solve(Retargeter(robot, solver=self.solver), clip)
        seconds = time.perf_counter() - start
        result.save(self.output)
        score = metrics.evaluate(
            result.trajectory, robot, scene=result.scene, clip=clip, scale=result.scale
        )
        if self.json:
            report = {**result.summary(), "seconds": seconds, "score": score.as_dict()}
            sys.stdout.write(json.dumps(report, indent=2) + "\n")
            return 0
        console.print(
            f"[bold]{escape(str(self.output))}[/]: {len(result)} frames of {robot.name} "
            f"in {seconds:.1f} s ({len(result) / seconds:.0f} frames/s)",
            highlight=False,
            soft_wrap=True,
        )
        console.print(_score_table([(clip.name, score)]))
        _print_failures(console, result)
        return 0


@dataclass(frozen=True)
class DemoCommand:
    """Retarget three clips that the package makes itself: no download needed."""

    out: Path = Path("kinemesh_demo")
    """Folder for the trajectories."""
    robot: str = "g1"
    """A robot's name, or a folder with a robot.toml."""
    json: bool = False
    """Print the report as JSON and nothing else."""
    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 is success."""
        robot = RobotModel.load(self.robot)
        _make_folder(self.out)
        retargeter = Retargeter(robot)
        scores, reports = [], {}
        for name, make in demos.DEMOS.items():
            clip = make()
            start = time.perf_counter()
            result = _solve(retargeter, clip)
            seconds = time.perf_counter() - start
            path = result.save(self.out / f"{name}.npz")
            score = metrics.evaluate(
                result.trajectory, robot, scene=result.scene, clip=clip, scale=result.scale
            )
            scores.append((name, score))
            reports[name] = {**result.summary(), "seconds": seconds, "score": score.as_dict()}
            if not self.json:
                text = f"{name:9s} {len(clip)} frames in {seconds:.1f} s -> {path}"
                console.print(text, highlight=False, markup=False, soft_wrap=True)
        if self.json:
            sys.stdout.write(json.dumps(reports, indent=2) + "\n")
        else:
            console.print(_score_table(scores))
        return 0


@dataclass(frozen=True)
class InfoCommand:
    """Say what a recording or a written trajectory holds."""

    source: tyro.conf.OmitArgPrefixes[Source]
    json: bool = False
    """Print as JSON and nothing else."""
    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 is success."""
        table = self._result() or self._clip()
        if self.json:
            sys.stdout.write(json.dumps(table, indent=2) + "\n")
            return 0
        for key, value in table.items():
            lines = value if isinstance(value, list) else [value]
            for line in lines or ["none"]:
                text = f"{key:>16}  {line}"
                console.print(text, highlight=False, markup=False, soft_wrap=True)
        return 0

    def _result(self) -> dict[str, Any] | None:
        """What a kinemesh result holds; None if the file is something else."""
        if self.source.clip.suffix.lower() != ".npz":
            return None
        try:
            result = Result.load(self.source.clip)
        except ReadError:
            return None
        summary = result.summary()
        summary["props"] = list(result.tracks)
        summary["made by"] = f"kinemesh {result.version}"
        return {key.replace("_", " "): value for key, value in summary.items()}

    def _clip(self) -> dict[str, Any]:
        clip = self.source.read()
        footing = detect_footing(clip)
        return {
            "clip": clip.name,
            "frames": f"{len(clip)} at {clip.fps:g}/s, {clip.duration:.2f} s",
            "skeleton": f"{clip.skeleton.name}, {len(clip.skeleton.joints)} joints",
            "height": f"{clip.stature:.3f} m",
            "props": [p.name for p in clip.scene.props],
            "terrain": clip.scene.terrain.name if clip.scene.terrain else "none",
            "stance": [
                f"{side} foot planted in {foot.toe.mean():.0%} of frames, "
                f"{int(foot.touchdown.sum())} touchdowns"
                for side, foot in footing.items()
            ],
            "found": list(clip.notes),
            "warning": list(clip.warnings),
        }


@dataclass(frozen=True)
class VersionCommand:
    """Print the version."""

    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 is success."""
        console.print(__version__, highlight=False)
        return 0


_Command = (
    Annotated[RetargetCommand, tyro.conf.subcommand("retarget")]
    | Annotated[DemoCommand, tyro.conf.subcommand("demo")]
    | Annotated[InfoCommand, tyro.conf.subcommand("info")]
    | Annotated[VersionCommand, tyro.conf.subcommand("version")]
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; an error is one red line and exit status 2."""
    command = tyro.cli(
        _Command,
        prog="kinemesh",
        description="Human motion to humanoid robot trajectories.",
        args=arguments,
        config=(tyro.conf.FlagCreatePairsOff, tyro.conf.CascadeSubcommandArgs),
    )
    try:
        return int(command.run(Console()))
    except KinemeshError as error:
        if command.debug:
            raise
        Console(stderr=True, soft_wrap=True).print(
            f"error: {error}", style="bold red", highlight=False, markup=False
        )
        return _FAILED
    except KeyboardInterrupt:
        Console(stderr=True).print("stopped: nothing was written", style="bold red")
        return 130


def _solve(retargeter: Retargeter, clip: Clip) -> Result:
    """Retarget with a progress bar on standard error, if that is a terminal."""
    columns = (
        *(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()),
        TimeRemainingColumn(),
    )
    errors = Console(stderr=True)
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(clip.name, total=len(clip))
        return retargeter.retarget(clip, progress=lambda done, _: bar.update(task, completed=done))


def _score_table(scores: Sequence[tuple[str, metrics.Score]]) -> Table:
    """Measures down, clips across; a measure that no clip has is left out."""
    columns = [{measure.name: measure for measure in score} for _, score in scores]
    names = list(dict.fromkeys(name for column in columns for name in column))
    groups = list(dict.fromkeys(name.rpartition(".")[0] for name in names))
    clips = (Column(clip, min_width=len(clip)) for clip, _ in scores)
    table = Table(
        *(Column("measure", no_wrap=True), *clips, Column("unit, limit", no_wrap=True)),
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
    )
    for name in sorted(names, key=lambda name: groups.index(name.rpartition(".")[0])):
        found = [column[name] for column in columns if name in column]
        if all(measure.value is None for measure in found):
            continue
        one = next((m for m in found if m.limit is not None), found[0])
        unit = one.unit if one.unit != "1" else ""
        bound = "≥" if one.at_least else "≤"
        limit = unit if one.limit is None else f"{unit} {bound} {one.limit:g}".lstrip()
        failed = any(not measure.passed for measure in found)
        cells = [_cell(column.get(name)) for column in columns]
        table.add_row(name, *cells, limit, style="bold red" if failed else None)
    return table


def _cell(measure: metrics.Measure | None) -> str:
    if measure is None or measure.value is None:
        return "-"
    value = "<0.001" if 0.0 < measure.value < 1e-3 else f"{measure.value:.3g}"
    return value if measure.passed else f"{value} FAIL"


def _print_findings(console: Console, clip: Clip) -> None:
    for note in clip.notes:
        text = f"found    {note}"
        console.print(text, style="dim", highlight=False, markup=False, soft_wrap=True)
    for warning in clip.warnings:
        text = f"warning  {warning}"
        console.print(text, style="yellow", highlight=False, markup=False, soft_wrap=True)


def _print_failures(console: Console, result: Result) -> None:
    failures = result.failures
    if not failures:
        return
    console.print(
        f"{len(failures)} of {len(result)} frames could not hold every constraint:", style="yellow"
    )
    for report in failures[:10]:
        what = ", ".join(
            f"{name} by {report.violation[name] * 1e3:.1f} mm" for name in report.relaxed
        )
        console.print(f"  frame {report.index}: {what}", highlight=False, soft_wrap=True)
    if len(failures) > 10:
        console.print(f"  ... and {len(failures) - 10} more, in the file's reports")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KinemeshError(f"the folder {folder} cannot be made: {error.strerror}") from error
    check_writable(folder / "probe.npz")


if __name__ == "__main__":
    sys.exit(main())
