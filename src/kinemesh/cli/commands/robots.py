"""``kinemesh robot new`` and ``kinemesh robot check``."""

from __future__ import annotations

import inspect
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from kinemesh.cli.examples import with_examples
from kinemesh.cli.progress import bar, short, working
from kinemesh.cli.statuses import DONE, FOUND
from kinemesh.cli.wording import all_worded, options_of
from kinemesh.newrobot import new_robot
from kinemesh.robot import RobotModel
from kinemesh.robotcheck import MOTIONS, CheckReport, check_robot


@dataclass(frozen=True, kw_only=True)
class NewCommand:
    """Propose a robot's folder from its URDF or MuJoCo XML: nothing is asked."""

    path: tyro.conf.Positional[Path]
    """The .urdf, or MuJoCo's .xml."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    """The folder to write: robot.toml, robot.urdf, hulls/."""
    name: str | None = None
    """What to call the robot; else as the folder."""
    forward: Annotated[str | None, tyro.conf.arg(metavar="{+x,-x,+y,-y}")] = None
    """Which way its root faces at zero posture, where knees and soles leave it unsure."""
    without_missing_meshes: bool = False
    """Go on where some of its meshes are missing, and say which."""
    overwrite: bool = False
    """Replace a robot's folder that is there."""
    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 is success."""
        start = time.perf_counter()
        with working(f"{short(self.path.name)}: making a robot of it"):
            made = new_robot(
                self.path,
                self.output,
                name=self.name,
                overwrite=self.overwrite,
                forward=self.forward,
                without_missing_meshes=self.without_missing_meshes,
            )
        seconds = time.perf_counter() - start
        robot = made.robot
        _line(
            console,
            f"{made.folder}: {len(robot.joint_names)} joints, {robot.height:.2f} m, "
            f"{len(robot.hulls)} hulls, in {seconds:.1f} s",
            "bold",
        )
        for note in all_worded(made.notes, options_of(self)):
            _line(console, f"found    {note}", "dim")
        if made.fixed:
            _line(console, f"fixed    {', '.join(made.fixed)}", "dim")
        _line(console, f"next     kinemesh robot check {made.folder} --picture {robot.name}.png")
        return 0


@dataclass(frozen=True, kw_only=True)
class CheckCommand:
    """Judge a robot's folder: at rest, and in four short motions.

    Exit status: 0 pass, 1 something is to be mended, 2 no robot that can be loaded.
    """

    robot: tyro.conf.Positional[str]
    """A robot's name, or a folder with a robot.toml."""
    picture: Path | None = None
    """A .png to draw: the robot at rest, with its landmarks, soles and palms."""
    json: bool = False
    """Print the report as JSON and nothing else."""
    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 is pass."""
        robot = RobotModel.load(self.robot)
        if self.picture is not None:
            from kinemesh.viewer import robot_picture

            robot_picture(robot, self.picture)
        with bar(f"{robot.name}: checking", "motions") as tick:
            seen: list[str] = []

            def progress(motion: str) -> None:
                tick(len(seen), 1 + len(MOTIONS))
                seen.append(motion)

            report = check_robot(robot, progress)
        if self.json:
            sys.stdout.write(json.dumps(report.as_dict(), indent=2) + "\n")
        else:
            _show(console, report)
        return DONE if report.passed else FOUND


_NEW = with_examples(inspect.getdoc(NewCommand), "robot new")
_CHECK = with_examples(inspect.getdoc(CheckCommand), "robot check")


@dataclass(frozen=True)
class RobotCommand:
    """Make a new robot's folder, or check one."""

    do: tyro.conf.OmitSubcommandPrefixes[
        Annotated[NewCommand, tyro.conf.subcommand("new", description=_NEW)]
        | Annotated[CheckCommand, tyro.conf.subcommand("check", description=_CHECK)]
    ]

    @property
    def debug(self) -> bool:
        """Whether to show the traceback of an error."""
        return self.do.debug

    def run(self, console: Console) -> int:
        """Do it."""
        return self.do.run(console)


def _show(console: Console, report: CheckReport) -> None:
    for check in report.checks:
        state = "pass" if check.passed else "FAIL"
        style = None if check.passed else "bold red"
        _line(console, f"{state}  {check.name:10s} {check.found}", style)
        if check.mend:
            _line(console, f"      {check.mend}")
    count = len(report.failed)
    verdict = "pass" if report.passed else f"{count} of {len(report.checks)} to mend"
    style = "bold green" if report.passed else "bold red"
    _line(console, f"{report.robot}: {verdict}", style)


def _line(console: Console, text: str, style: str | None = None) -> None:
    console.print(text, style=style, highlight=False, markup=False, soft_wrap=True)
