"""``kinemesh info``: what a recording or a written trajectory holds."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

import tyro
from rich.console import Console

from kinemesh.cli.progress import short, working
from kinemesh.cli.source import Source
from kinemesh.cli.tables import scene_lines, simulation_line, stance_lines, touch_lines
from kinemesh.cli.wording import all_worded, options_of
from kinemesh.detection.bodies import detect_contacts
from kinemesh.detection.stance import detect_footing, stance_flags
from kinemesh.errors import ReadError
from kinemesh.result import Result


@dataclass(frozen=True)
class InfoCommand:
    """Say what a recording or a written trajectory holds."""

    source: tyro.conf.OmitArgPrefixes[Source]
    robot: str | None = None
    """Whose trajectory it is, where it is a robot's; the file's own, else g1."""
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
            lines = value if isinstance(value, list | tuple) else [value]
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
        if result.simulation is not None and not self.json:
            summary["simulation"] = simulation_line(result.simulation)
        summary["props"] = list(result.scene.cast or result.tracks)
        summary["scene"] = scene_lines(result.scene)
        clip = result.demonstration
        summary["recording"] = (
            "not in the file; evaluate, view, report and render take it by --clip"
            if clip is None
            else f"{clip.name}, {clip.skeleton.name}, {clip.stature:.3f} m"
        )
        summary["stance"] = stance_lines(result.stance)
        summary["touch"] = touch_lines(result.touch)
        summary["made by"] = f"kinemesh {result.version}"
        return {key.replace("_", " "): value for key, value in summary.items()}

    def _clip(self) -> dict[str, Any]:
        clip = self.source.read(self.robot)
        with working(f"{short(clip.name)}: finding what touches"):
            touches = {(t.part, t.thing): t.touching for t in detect_contacts(clip)}
        return {
            "clip": clip.name,
            "frames": f"{len(clip)} at {clip.fps:g}/s, {clip.duration:.2f} s",
            "skeleton": f"{clip.skeleton.name}, {len(clip.skeleton.joints)} joints",
            "height": f"{clip.stature:.3f} m",
            "props": list(clip.scene.cast),
            "terrain": clip.scene.terrain.name if clip.scene.terrain else "none",
            "scene": scene_lines(clip.scene),
            "stance": stance_lines(stance_flags(detect_footing(clip))),
            "touch": touch_lines(touches),
            "found": all_worded(clip.notes, options_of(self)),
            "warning": all_worded(clip.warnings, options_of(self)),
        }
