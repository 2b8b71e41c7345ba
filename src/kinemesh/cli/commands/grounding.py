"""``kinemesh terrain``: what a motion was made on, found from the motion."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import tyro
from rich.console import Console

from kinemesh._files.disk import check_place, same_file, write_whole
from kinemesh.cli.progress import short, working
from kinemesh.cli.source import Source
from kinemesh.cli.statuses import DONE, FOUND
from kinemesh.cli.tables import print_findings
from kinemesh.errors import OptionError, WriteError
from kinemesh.recordings.reading import settled
from kinemesh.recordings.scene.found import AUTO
from kinemesh.recordings.scene.meshes import obj_text
from kinemesh.recordings.settling.axes import in_file


@dataclass(frozen=True, kw_only=True)
class TerrainCommand:
    """Find the steps, ramps, blocks and seats that a person was on, and write them as a mesh."""

    source: tyro.conf.OmitArgPrefixes[Source]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    """The mesh to write, .obj, to be edited and given as --terrain: metres, in the recording's
    world and axes, its ground at 0."""
    json: bool = False
    """Print what was found as JSON and nothing else."""
    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 is success, 1 means that level ground explains the motion."""
        source = self.source
        if source.terrain is not None and str(source.terrain) != AUTO:
            raise OptionError("--terrain is what this command finds: leave it out")
        target = check_place(self.output)
        if target.suffix.lower() != ".obj":
            raise WriteError(f"{target.name}: expected a name that ends in .obj")
        if same_file(target, source.clip):
            raise WriteError(f"{target} is the recording itself; give the mesh another name")
        with working(f"{short(source.clip.name)}: finding what it was made on"):
            found = settled(
                source.clip, **replace(source, terrain=Path(AUTO)).reading(source.source_fps)
            )
        terrain, notes = found.clip.scene.terrain, found.clip.notes
        table: dict[str, Any] = {"floor": found.floor, "parts": 0, "notes": list(notes)}
        if terrain is not None:
            table["parts"] = len(terrain.shape.parts)
            text = obj_text(in_file(terrain.shape, found.turned))
            write_whole(target, lambda to: to.write_text(text, encoding="ascii"))
        if self.json:
            sys.stdout.write(json.dumps(table, indent=2) + "\n")
            return DONE if terrain is not None else FOUND
        print_findings(console, self, notes, found.clip.warnings)
        said = "level ground explains the motion: nothing was written"
        if terrain is not None:
            said = f"{target}: {len(terrain.shape.parts)} convex parts; read it back with "
            said += f"--terrain {target} --floor {found.floor:.4f}"
        console.print(said, highlight=False, markup=False, soft_wrap=True)
        return DONE if terrain is not None else FOUND
