"""``kinemesh retarget`` and ``kinemesh demo``."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro
from rich.console import Console
from rich.markup import escape

from kinemesh import demos
from kinemesh._files.disk import same_file
from kinemesh.arguments import unknown
from kinemesh.cli.commands.viewing import Window, until_interrupted, watched
from kinemesh.cli.progress import bar, short, solving
from kinemesh.cli.source import Source
from kinemesh.cli.tables import print_failures, print_findings, print_verdict, score_table
from kinemesh.errors import KinemeshError, OptionError, WriteError
from kinemesh.matching import evaluate
from kinemesh.metrics import Score
from kinemesh.motion import Clip, in_place
from kinemesh.result import Result, check_writable
from kinemesh.robot import RobotModel
from kinemesh.solve.refine import Refinement
from kinemesh.solve.retargeter import DEFAULT_REFINEMENT, Retargeter
from kinemesh.solve.walk import OnFrame
from kinemesh.viewer import MeshOverlay, check_viewer, stage

_Output = Annotated[Path, tyro.conf.arg(aliases=["-o"])]


@dataclass(frozen=True, kw_only=True)
class RetargetCommand:
    """Retarget a recording to a robot and write the trajectory."""

    source: tyro.conf.OmitArgPrefixes[Source]
    source_robot: str | None = None
    """Whose trajectory the recording is, where it is a robot's; the file's own, else g1."""
    output: _Output
    """The .npz to write."""
    robot: str = "g1"
    """A robot's name, or a folder with a robot.toml."""
    freeze: Annotated[tuple[str, ...], tyro.conf.arg(metavar="WHAT")] = ()
    """What keeps its rest posture: legs (the base with them), arms, waist, head, base, or joints by
    name."""
    proportions: Literal["robot", "person"] = "robot"
    """Whose lengths are followed: the robot's, with the directions and footsteps of the person, or
    the person's own, scaled by stature as a whole."""
    mechanics: bool = True
    """Without it the motion is not drawn to what the forces of contacts can make."""
    solver: str = "daqp"
    """daqp, osqp or cvxpy."""
    view: bool = False
    """Show the solve in a browser as it goes, and the result until Ctrl-C."""
    window: tyro.conf.OmitArgPrefixes[Window]
    json: bool = False
    """Print the report as JSON and nothing else."""
    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 is success."""
        if self.view and self.json:
            raise KinemeshError("--view shows and --json prints JSON alone: give one of them")
        if self.view:
            check_viewer()
        target = check_writable(self.output)
        if same_file(target, self.source.clip):
            raise WriteError(f"{target} is the recording itself; give the result another name")
        robot = RobotModel.load(self.robot)
        retargeter = Retargeter(
            robot,
            freeze=self.freeze,
            solver=self.solver,
            proportions=self.proportions,
            refine=DEFAULT_REFINEMENT if self.mechanics else Refinement(mechanics=None),
        )
        clip = self.source.read(self.source_robot)
        if retargeter.robot.fixed_base:
            clip = in_place(clip)
        if not self.json:
            print_findings(console, self, clip.notes, clip.warnings)
        if not self.view:
            self._solve(console, retargeter, clip)
            return 0
        with watched(self.window, console, retargeter, clip) as (view, on_frame):
            result, score = self._solve(console, retargeter, clip, on_frame)
            shown = stage(result, robot, clip, score=score, meshes=self.window.meshes)
            with until_interrupted(view):
                view.show([shown], [MeshOverlay(clip, robot, self.proportions)])
        return 0

    def _solve(
        self,
        console: Console,
        retargeter: Retargeter,
        clip: Clip,
        on_frame: OnFrame | None = None,
    ) -> tuple[Result, Score]:
        """Solve, write, judge and say so."""
        robot = retargeter.robot.whole
        start = time.perf_counter()
        result = solve(retargeter, clip, on_frame)
        seconds = time.perf_counter() - start
        result.save(self.output)
        score = judged(result, robot)
        if self.json:
            report = {**result.summary(), "seconds": seconds, "score": score.as_dict()}
            sys.stdout.write(json.dumps(report, indent=2) + "\n")
            return result, score
        console.print(
            f"[bold]{escape(str(self.output))}[/]: {len(result)} frames of {robot.name} "
            f"in {seconds:.1f} s ({len(result) / seconds:.0f} frames/s)",
            highlight=False,
            soft_wrap=True,
        )
        console.print(score_table([(clip.name, score)]))
        print_verdict(console, score)
        if clip.warnings:
            many = f"{len(clip.warnings)} warning{'s' * (len(clip.warnings) > 1)}"
            console.print(
                f"{many} of the recording above the table", style="yellow", highlight=False
            )
        print_failures(console, result)
        return result, score


@dataclass(frozen=True, kw_only=True)
class DemoCommand:
    """Retarget clips that the package makes itself: no download needed."""

    clips: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="CLIP...")] = ()
    """Which: walk, lift_box, step_up, kneel, crawl, sit, lie, get_up; none: the first three."""
    output: _Output = Path("kinemesh_demo")
    """Folder for the trajectories."""
    robot: str = "g1"
    """A robot's name, or a folder with a robot.toml."""
    json: bool = False
    """Print the report as JSON and nothing else."""
    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 is success."""
        known = {**demos.DEMOS, **demos.FLOOR}
        for name in self.clips:
            if name not in known:
                unknown("clip", name, list(known), OptionError)
        robot = RobotModel.load(self.robot)
        _make_folder(self.output)
        retargeter = Retargeter(robot)
        scores, reports = [], {}
        for name in self.clips or demos.DEMOS:
            clip = known[name]()
            start = time.perf_counter()
            result = solve(retargeter, clip)
            seconds = time.perf_counter() - start
            path = result.save(self.output / f"{name}.npz")
            score = judged(result, robot)
            scores.append((name, score))
            reports[name] = {**result.summary(), "seconds": seconds, "score": score.as_dict()}
            if not self.json:
                text = f"{name:9s} {len(clip)} frames in {seconds:.1f} s -> {path}"
                console.print(text, highlight=False, markup=False, soft_wrap=True)
        if self.json:
            sys.stdout.write(json.dumps(reports, indent=2) + "\n")
        else:
            console.print(score_table(scores))
            for name, score in scores:
                print_verdict(console, score, name)
        return 0


def solve(retargeter: Retargeter, clip: Clip, on_frame: OnFrame | None = None) -> Result:
    """Retarget with a progress bar on standard error, if that is a terminal."""
    with solving(clip.name, len(clip)) as progress:
        return retargeter.retarget(clip, progress=progress, on_frame=on_frame)


def judged(result: Result, robot: RobotModel) -> Score:
    """The score of a result, with a progress bar too."""
    with bar(f"{short(result.clip)}: judging") as progress:
        return evaluate(result, robot=robot, progress=progress)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KinemeshError(f"the folder {folder} cannot be made: {error.strerror}") from error
    check_writable(folder / "probe.npz")
