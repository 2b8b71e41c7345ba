"""``kinemesh render``: a film or a contact sheet of a motion, without display."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from kinemesh._files.disk import same_file
from kinemesh.cli.progress import bar, short, working
from kinemesh.cli.source import Recording
from kinemesh.errors import KinemeshError, WriteError

_Output = Annotated[Path, tyro.conf.arg(aliases=["-o"])]


@dataclass(frozen=True, kw_only=True)
class RenderCommand:
    """Film a trajectory, or draw frames of it; neither display nor graphics card is needed."""

    result: tyro.conf.Positional[Path]
    """The trajectory: a result .npz, or any layout of docs/formats.md."""
    output: _Output
    """The film to write, .mp4 or .gif, or the contact sheet, .png."""
    clip: Path | None = None
    """The recording it answers, where the file does not carry it (a result does); it says what
    was held and climbed."""
    recording: tyro.conf.OmitArgPrefixes[Recording]
    source_fps: float | None = None
    """The trajectory's frames per second, where its file does not say; else 30."""
    robot: str | None = None
    """A robot's name, or a folder with a robot.toml; the file's own, else g1."""
    meshes: str | None = None
    """A folder with the robot's meshes, one a link; or hulls; those that are installed, else
    hulls, if left out."""
    frames: int | None = None
    """How many frames, spread over the motion; all, or eight on a contact sheet, if left out."""
    size: str = "640x480"
    """Width and height of a picture [pixels]."""
    camera: str = "corner"
    """corner, front, left, right, back, top, or AZIMUTH,ELEVATION[,DISTANCE]: degrees from where
    the robot faces and above the horizon, and a multiple of the usual distance."""
    show_person: str = "none"
    """Where the person is drawn: none, over (seen through the robot), above (a second picture),
    both."""
    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 is success."""
        from kinemesh.film import Angle, check_film, film
        from kinemesh.viewer import stage

        target = check_film(self.output)
        if same_file(target, self.result):
            raise WriteError(f"{target} is the trajectory itself; give the film another name")
        size, angle = _size(self.size), Angle.parse(self.camera)
        clip = self.recording.read(self.clip)
        matched = self.recording.match(self.result, clip, self.robot, self.source_fps)
        with working("making the scene ready"):
            drawn = stage(
                matched.motion,
                matched.robot,
                matched.clip,
                matched.scene,
                scale=matched.scale,
                meshes=self.meshes,
            )
        if self.show_person != "none" and drawn.person is None:
            raise KinemeshError(
                "--show-person: the file does not say where the person is; give --clip"
            )
        with bar(short(target.name), "pictures") as progress:
            film(
                drawn,
                target,
                frames=self.frames,
                size=size,
                angle=angle,
                person=self.show_person,
                progress=progress,
            )
        bytes_ = target.stat().st_size / 1e3
        console.print(f"{target}: {bytes_:.0f} kB", highlight=False, markup=False, soft_wrap=True)
        return 0


def _size(text: str) -> tuple[int, int]:
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() for part in parts):
        raise KinemeshError(f"--size {text!r}: expected WIDTHxHEIGHT, as 640x480")
    return int(parts[0]), int(parts[1])
