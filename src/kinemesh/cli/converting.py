"""``kinemesh convert``: a robot's trajectory into the file that a trainer reads."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from kinemesh._files import same_file
from kinemesh.cli.tables import print_findings
from kinemesh.cli.written import Written
from kinemesh.errors import WriteError
from kinemesh.export import check_target, write
from kinemesh.io.files import existing_file


@dataclass(frozen=True, kw_only=True)
class ConvertCommand:
    """Convert a robot's trajectory to another format, by docs/formats.md."""

    source: tyro.conf.Positional[Path]
    """The trajectory: a result .npz, or any layout that is known, a folder too."""
    output: tyro.conf.Positional[Path]
    """The file to write, or the folder (hdmi, sonic)."""
    to: str
    """beyondmimic, mjlab, holosoma-train, holosoma, omniretarget, unitree-csv, gmr, motionlib,
    protomotions, hdmi, mimickit or sonic."""
    layout: Annotated[str | None, tyro.conf.arg(name="from")] = None
    """What the trajectory's layout is, where its content cannot tell: one of these, kimodo or
    bones-seed."""
    fps: float | None = None
    """Frames per second to write at; what the format's readers take for granted, else its own."""
    source_fps: float | None = None
    """The trajectory's frames per second, where its file does not say."""
    robot: str | None = None
    """A robot's name, or a folder with a robot.toml; the file's own, else g1."""
    motion: str | None = None
    """Which motion of a library of several."""
    json: bool = False
    """Print what was found and done as JSON and nothing else."""
    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 is success."""
        target = check_target(self.output, self.to)
        source = self.source if os.path.isdir(self.source) else existing_file(self.source)
        if same_file(target, source):
            raise WriteError(f"{target} is the trajectory itself; give the new one another name")
        written = Written.read(
            source, self.robot, self.source_fps, format=self.layout, motion=self.motion
        )
        name = self.motion or (written.result.clip if written.result else source.stem)
        notes = write(
            written.result or written.trajectory,
            target,
            format=self.to,
            fps=self.fps,
            robot=written.robot,
            tracks=written.tracks,
            name=name,
        )
        if self.json:
            report = {
                "format": self.to,
                "found": list(written.notes),
                "warnings": list(written.warnings),
                "notes": list(notes),
            }
            sys.stdout.write(json.dumps(report, indent=2) + "\n")
            return 0
        print_findings(console, written.notes, written.warnings)
        frames = f"{len(written.trajectory)} frames read"
        console.print(
            f"{target}: {self.to}, {frames}", highlight=False, markup=False, soft_wrap=True
        )
        for note in notes:
            console.print(f"  {note}", highlight=False, markup=False, soft_wrap=True)
        return 0
