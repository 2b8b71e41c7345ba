"""``kinemesh report``: motions judged and shown in one web page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from kinemesh._files.disk import same_file
from kinemesh.cli.progress import bar, short
from kinemesh.cli.source import Recording
from kinemesh.errors import KinemeshError, WriteError
from kinemesh.matching.names import distinct_names

_Output = Annotated[Path, tyro.conf.arg(aliases=["-o"])]


@dataclass(frozen=True, kw_only=True)
class ReportCommand:
    """Judge one trajectory, or several beside each other, in one web page that needs no network."""

    results: tyro.conf.Positional[tuple[Path, ...]]
    """Trajectories: result .npz, or any layout of docs/formats.md. At most six."""
    output: _Output
    """The .html to write."""
    clip: Path | None = None
    """The recording they answer, where the files do not carry it (results do); without any,
    stance, contact and tracking are not measured."""
    recording: tyro.conf.OmitArgPrefixes[Recording]
    source_fps: float | None = None
    """Frames per second of trajectories whose files do not say; else 30."""
    robot: str | None = None
    """A robot's name, or a folder with a robot.toml; the files' own, else g1."""
    title: str = ""
    """The page's title; the files' names if left out."""
    scene: bool = True
    """Put the scene in, to be played."""
    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 is success, whatever the verdicts."""
        from kinemesh.report import MOST, check_page, entry, report

        target = check_page(self.output)
        if not 1 <= len(self.results) <= MOST:
            raise KinemeshError(f"{len(self.results)} trajectories are given; expected 1 to {MOST}")
        if any(same_file(target, p) for p in self.results):
            raise WriteError(f"{target} is a trajectory itself; give the report another name")
        clip = self.recording.read(self.clip)
        read = [
            self.recording.match(path, clip, self.robot, self.source_fps) for path in self.results
        ]
        strange = [
            f"{path}: {matched.mismatch}"
            for path, matched in zip(self.results, read, strict=True)
            if matched.mismatch
        ]
        if strange:
            raise KinemeshError(
                f"{len(strange)} of {len(read)} trajectories answer another recording than "
                f"{self.clip}: {'; '.join(strange)}; give those that answer it, or leave --clip out"
            )
        found = () if clip is None else clip.notes
        warned = () if clip is None else clip.warnings
        entries = []
        names = distinct_names(self.results)
        for path, name, matched in zip(self.results, names, read, strict=True):
            with bar(f"{short(name or path.name)}: judging") as progress:
                entries.append(
                    entry(matched, name=name, notes=found, warnings=warned, progress=progress)
                )
        with bar(f"writing {short(target.name)}", "frames") as progress:
            report(entries, target, title=self.title, scene=self.scene, progress=progress)
        for one in entries:
            console.print(
                f"{one.name}: {one.score.verdict}", highlight=False, markup=False, soft_wrap=True
            )
        size = target.stat().st_size / 1e6
        console.print(f"{target}: {size:.1f} MB", highlight=False, markup=False, soft_wrap=True)
        return 0
