"""``kinemesh augment``: which variants a spec file makes of a clip."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tyro
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from kinemesh.augment import Unfit, Variant, moved_at, read_spec
from kinemesh.cli.source import Source
from kinemesh.cli.tables import print_findings
from kinemesh.geometry.pieces import pieces
from kinemesh.motion import Clip


@dataclass(frozen=True, kw_only=True)
class AugmentCommand:
    """Show the variants that a spec file makes of a recording; `batch` retargets them."""

    source: tyro.conf.OmitArgPrefixes[Source]
    source_robot: str | None = None
    """Whose trajectory the recording is, where it is a robot's; the file's own, else g1."""
    spec: Path
    """The TOML file of variants: docs/augmentation.md."""
    json: bool = False
    """Print the variants as JSON and nothing else."""
    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 is success."""
        spec = read_spec(self.spec)
        clip = self.source.read(self.source_robot)
        lines = [_line(variant, clip) for variant in spec.variants]
        if self.json:
            sys.stdout.write(json.dumps(lines, indent=2) + "\n")
            return 0
        print_findings(console, self, clip.notes, clip.warnings)
        for prop in clip.scene.objects:
            at = moved_at(prop, clip.fps)
            console.print(
                f"{prop.name}: first moved {f'at {at:.2f} s' if at < clip.duration else 'never'}",
                highlight=False,
                markup=False,
            )
        for text in _boxes(clip):
            console.print(text, highlight=False, markup=False)
        table = Table("variant", "settings", "frames", "remark", box=SIMPLE_HEAD, show_edge=False)
        for line in lines:
            settings = ", ".join(f"{key} = {value}" for key, value in line["settings"].items())
            frames = "-" if line["frames"] is None else str(line["frames"])
            table.add_row(line["variant"], settings or "-", frames, line["unfit"] or "")
        console.print(table)
        fit = sum(line["unfit"] is None for line in lines)
        console.print(f"{fit} of {len(lines)} variants fit the clip", highlight=False)
        return 0


def _line(variant: Variant, clip: Clip) -> dict[str, Any]:
    """What one variant makes of the clip."""
    frames: int | None = None
    unfit: str | None = None
    try:
        frames = len(variant.apply(clip).clip)
    except Unfit as reason:
        unfit = str(reason)
    return {
        "variant": variant.name,
        "settings": dict(variant.settings),
        "frames": frames,
        "unfit": unfit,
    }


def _boxes(clip: Clip) -> list[str]:
    """The boxes of the terrain by number, for ``terrain.box``."""
    terrain = clip.scene.terrain
    if terrain is None:
        return []
    lines = []
    for number, piece in enumerate(pieces(terrain.shape), start=1):
        low, high = piece.of(terrain.shape).bounds
        x, y = (low[:2] + high[:2]) / 2.0
        lines.append(
            f"box {number}: middle at {x:.2f}, {y:.2f} m, {low[2]:.2f} to {high[2]:.2f} m high"
        )
    return lines
