"""``kinemesh lint``: traps in files of trajectories, by name, and mended copies."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from kinemesh.cli.progress import short, working
from kinemesh.cli.statuses import DONE, FOUND, WRONG
from kinemesh.cli.wording import options_of, worded
from kinemesh.errors import KinemeshError, ReadError, WriteError
from kinemesh.linting import Finding, Lint, lint
from kinemesh.robot import RobotModel


@dataclass(frozen=True, kw_only=True)
class LintCommand:
    """Find what is wrong in files of robots' trajectories, by docs/formats.md.

    Exit status: 0 clean, 1 something was found, 2 a file cannot be read.
    """

    files: tyro.conf.Positional[tuple[Path, ...]]
    """Trajectories of any layout that is known, folders too."""
    fix: Path | None = None
    """Write a copy of the one file with everything mended that can be."""
    layout: Annotated[str | None, tyro.conf.arg(name="from")] = None
    """What the files are meant to be, where it is not to be told by their content."""
    source_fps: float | None = None
    """Frames per second, where the files do not say."""
    robot: str = "g1"
    """A robot's name, or a folder with a robot.toml."""
    motion: str | None = None
    """Which motion of a library of several."""
    json: bool = False
    """Print the findings as JSON and nothing else: a list, one entry a file."""
    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 is clean."""
        if not self.files:
            raise ReadError("no file is given; name at least one")
        if self.fix is not None and len(self.files) > 1:
            raise WriteError(f"--fix writes one copy and {len(self.files)} files are given")
        robot = RobotModel.load(self.robot)
        status, table = DONE, []
        for path in self.files:
            try:
                with working(f"{short(path.name)}: looking for traps"):
                    report = lint(
                        path,
                        robot,
                        format=self.layout,
                        fps=self.source_fps,
                        motion=self.motion,
                        fix=self.fix,
                    )
            except KinemeshError as error:
                if self.debug or len(self.files) == 1:
                    raise
                status = WRONG
                said = worded(str(error), options_of(self))
                table.append({"path": str(path), "error": said})
                Console(stderr=True, soft_wrap=True).print(
                    f"error: {said}", style="bold red", highlight=False, markup=False
                )
                continue
            if not report.clean:
                status = max(status, FOUND)
            table.append(report.as_dict())
            if not self.json:
                _show(console, report, options_of(self))
        if self.json:
            sys.stdout.write(json.dumps(table, indent=2) + "\n")
        return status


def _show(console: Console, report: Lint, options: Mapping[str, str]) -> None:
    def line(text: str, style: str | None = None) -> None:
        said = worded(text, options)
        console.print(said, style=style, highlight=False, markup=False, soft_wrap=True)

    count = len(report.findings)
    verdict = "clean" if report.clean else f"{count} finding{'s' * (count > 1)}"
    line(
        f"{report.path}: {report.format}, {report.frames} frames: {verdict}",
        "bold green" if report.clean else "bold red",
    )
    for finding in report.findings:
        line(f"  {finding.trap}{' (note)' if finding.note else ''}: {finding.where}")
        line(f"    {finding.evidence}")
        line(f"    {_mend(finding)}")
    for note in report.notes:
        line(f"  {note}")
    if report.written is not None:
        line(f"  written: {report.written}")


def _mend(finding: Finding) -> str:
    return f"{'mend' if finding.mendable else 'not mended'}: {finding.mend}"
