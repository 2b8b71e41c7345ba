"""``kinemesh convert``: a robot's trajectory into the file that a trainer reads."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro
from rich.console import Console

from kinemesh._files.disk import same_file
from kinemesh._files.inputs import existing_file
from kinemesh.cli.progress import bar, short
from kinemesh.cli.source import Recording
from kinemesh.cli.statuses import DONE, FOUND
from kinemesh.cli.tables import print_findings, verdict_lines
from kinemesh.cli.wording import all_worded, options_of
from kinemesh.errors import WriteError
from kinemesh.matching import Delivery, TrajectoryFile, read_trajectory
from kinemesh.matching.delivery import reread, scored
from kinemesh.metrics import Score
from kinemesh.motion import Clip
from kinemesh.trajectories import LAYOUTS, WRITERS, check_target, write

_LAYOUT = "What the trajectory's layout is, where its content cannot tell: one of these, "


def _one_of(names: Collection[str]) -> str:
    *most, last = [name for name in LAYOUTS if name in names]
    return f"{', '.join(most)} or {last}"


@dataclass(frozen=True, kw_only=True)
class ConvertCommand:
    """Convert a robot's trajectory to another format, by docs/formats.md."""

    source: tyro.conf.Positional[Path]
    """The trajectory: a result .npz, or any layout that is known, a folder too."""
    output: tyro.conf.Positional[Path]
    """The file to write, or the folder of a format that is one."""
    to: Annotated[str, tyro.conf.arg(help=f"{_one_of(WRITERS)}.")]
    layout: Annotated[
        str | None,
        tyro.conf.arg(name="from", help=f"{_LAYOUT}{_one_of(LAYOUTS.keys() - WRITERS)}."),
    ] = None
    joint_set: Annotated[str | None, tyro.conf.arg(name="set")] = None
    """Of motionlib alone: asap23, G1's 29 joints without the wrists; sonic43, with fingers at 0."""
    objects: Annotated[Path | None, tyro.conf.arg(name="objects-to")] = None
    """Where to write the things that move, of motionlib (SONIC's .pkl), protomotions (a folder)."""
    rate: float | None = None
    """Frames per second to write at; what the format's readers take for granted, else its own."""
    source_fps: float | None = None
    """The trajectory's frames per second, where its file does not say."""
    robot: str | None = None
    """A robot's name, or a folder with a robot.toml; the file's own, else g1."""
    motion: str | None = None
    """Which motion of a library of several."""
    clip: Path | None = None
    """The recording that it answers: the file is judged against it."""
    recording: tyro.conf.OmitArgPrefixes[Recording]
    strict: bool = False
    """Exit with status 1 where something that held before does not hold in the file."""
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
        file = read_trajectory(
            source, self.robot, fps=self.source_fps, format=self.layout, motion=self.motion
        )
        name = self.motion or (file.result.clip if file.result else source.stem)
        clip, masses = self.recording.read(self.clip), self.recording.masses
        own = file.trajectory.fps
        rate = self.rate if self.rate is not None else WRITERS[self.to].fps or own
        judging = clip is not None or rate != own
        # Before anything is written: what does not fit together is found now.
        before = _judged("what was read", file, clip, self.recording, masses) if judging else None
        notes = write(
            file.result or file.trajectory,
            target,
            format=self.to,
            fps=self.rate,
            robot=file.robot,
            tracks=file.tracks,
            name=name,
            joint_set=self.joint_set,
            objects=self.objects,
        )
        found, warnings = [*file.notes], [*file.warnings]
        delivery: Delivery | None = None
        if before is not None:
            new = reread(file, target, self.to, rate, self.robot)
            after = _judged(target.name, new, clip, self.recording, masses)
            delivery = Delivery((own, rate), before[0], after[0])
            found += dict.fromkeys((*before[1], *after[1]))
            warnings += delivery.warnings
        status = FOUND if self.strict and delivery is not None and delivery.lost else DONE
        options = options_of(self)
        if self.json:
            report: dict[str, Any] = {
                "format": self.to,
                "found": all_worded(found, options),
                "warnings": all_worded(warnings, options),
                "notes": all_worded(notes, options),
            }
            if delivery is not None:
                report["before"] = delivery.before.as_dict()
                report["score"] = delivery.after.as_dict()
            sys.stdout.write(json.dumps(report, indent=2) + "\n")
            return status
        print_findings(console, self, found, warnings)
        frames = f"{len(file.trajectory)} frames read"
        console.print(
            f"{target}: {self.to}, {frames}", highlight=False, markup=False, soft_wrap=True
        )
        for note in all_worded(notes, options):
            console.print(f"  {note}", highlight=False, markup=False, soft_wrap=True)
        if delivery is not None and clip is not None:
            for line in verdict_lines(delivery.after):
                console.print(line, highlight=False, markup=False, soft_wrap=True)
        return status


def _judged(
    name: str,
    file: TrajectoryFile,
    clip: Clip | None,
    recording: Recording,
    masses: Mapping[str, float] | float | None,
) -> tuple[Score, tuple[str, ...]]:
    """What is said of a trajectory, with a progress bar."""
    with bar(f"{short(name)}: judging") as progress:
        return scored(file, clip, recording, masses, progress)
