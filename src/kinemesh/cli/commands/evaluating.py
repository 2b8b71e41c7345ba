"""``kinemesh evaluate``: the ruler on a written trajectory, whoever wrote it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import tyro
from rich.console import Console

from kinemesh import metrics
from kinemesh.cli.progress import bar, short
from kinemesh.cli.source import Recording
from kinemesh.cli.statuses import DONE, FOUND
from kinemesh.cli.tables import full_table, print_findings, print_verdict
from kinemesh.cli.wording import all_worded, options_of
from kinemesh.errors import KinemeshError


@dataclass(frozen=True, kw_only=True)
class EvaluateCommand:
    """Measure a written trajectory, by rows that docs/metrics.md defines."""

    result: tyro.conf.Positional[Path]
    """The trajectory: a result .npz, or any layout of docs/formats.md, a folder too."""
    clip: Path | None = None
    """The recording it answers, where the file does not carry it (a result does); without any,
    stance, contact and tracking are not measured and the verdict is unsure, or fail."""
    recording: tyro.conf.OmitArgPrefixes[Recording]
    source_fps: float | None = None
    """The trajectory's frames per second, where its file does not say; else 30."""
    robot: str | None = None
    """A robot's name, or a folder with a robot.toml; the file's own, else g1."""
    official: bool = False
    """Add the paper's three metrics as the released evaluator defines them; needs the
    recording."""
    strict: bool = False
    """Exit with status 1 when the verdict is not pass: when it is fail, or unsure."""
    json: bool = False
    """Print the report as JSON and nothing else."""
    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 is success, whatever the verdict, unless it is to be strict."""
        clip = self.recording.read(self.clip)
        found = ((), ()) if clip is None else (clip.notes, clip.warnings)
        matched = self.recording.match(self.result, clip, self.robot, self.source_fps)
        if self.official and matched.clip is None:
            raise KinemeshError("--official compares with the person: give the recording, --clip")
        with bar(f"{short(self.result.name)}: judging") as progress:
            score = matched.score(progress=progress)
        notes, warnings = [*found[0], *score.notes], [*found[1], *score.warnings]
        official = None
        if self.official and matched.clip is not None:
            official = metrics.official(
                matched.trajectory,
                matched.robot,
                scene=matched.scene,
                clip=matched.clip,
                scale=matched.scale,
            )
        status = FOUND if self.strict and not score.passed else DONE
        if self.json:
            options = options_of(self)
            report = {
                **score.as_dict(),
                "notes": all_worded(notes, options),
                "warnings": all_worded(warnings, options),
            }
            if official is not None:
                report["official"] = official.as_dict()
            sys.stdout.write(json.dumps(report, indent=2) + "\n")
            return status
        print_findings(console, self, notes, warnings)
        console.print(full_table(score))
        if official is not None:
            console.print("the paper's metrics, as the released evaluator defines them:")
            for name, value in official.as_dict().items():
                text = f"  {name:22s} {'-' if value is None else f'{value:.4g}'}"
                console.print(text, highlight=False)
        print_verdict(console, score)
        return status
