"""``show``: motions to be turned about and played inside a notebook, without a server."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path

from kinemesh.arguments import whole
from kinemesh.errors import OptionError
from kinemesh.matching import MatchedTrajectory, MotionLike, match
from kinemesh.matching.names import distinct_names
from kinemesh.motion import Clip
from kinemesh.report import scene
from kinemesh.report.page import MOST
from kinemesh.report.style import POLICY
from kinemesh.robot import RobotModel
from kinemesh.viewer.ports import check_viewer
from kinemesh.viewer.showing import Shown

_RULE = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'


@dataclass(frozen=True, eq=False, repr=False)
class Inline:
    """A scene to play, which a notebook shows as the value of a cell."""

    page: str
    """The HTML page that plays it, complete in itself: it asks no network for anything."""
    height: int
    """Of the frame that shows it [pixels]."""

    def __repr__(self) -> str:
        return f"Inline({len(self.page) / 1e6:.1f} MB of HTML, to be shown by a notebook)"

    def _repr_html_(self) -> str:
        # a frame of an origin of its own: nothing in it reaches the notebook around it
        return (
            '<iframe title="The motion in three dimensions" sandbox="allow-scripts" '
            f'width="100%" height="{self.height}" style="border: 1px solid #ddd" '
            f'srcdoc="{html.escape(self.page, quote=True)}"></iframe>'
        )


def show(
    *motions: MotionLike | MatchedTrajectory,
    recording: Clip | str | Path | None = None,
    robot: RobotModel | str | Path | None = None,
    meshes: str | Path | None = None,
    pixels: int = 480,
) -> Inline:
    """Motions in three dimensions, to be played inside a notebook: no server, port or network.

    Drag to turn, right-drag to move, scroll to come closer; the bar below plays and stops. The
    cell's output holds the scene, some 2 MB of it, and plays from a saved notebook too. Needs the
    extra ``viewer``; :func:`kinemesh.view` shows more, in a page of its own.

    Args:
        motions: up to six, side by side: results; trajectories; what
            :func:`kinemesh.read_trajectory` gives; paths to files of any layout in
            docs/formats.md; or what :func:`kinemesh.matching.match` gives.
        recording: the clip that they answer, or the path of one; what each carries if left out.
        robot: whose motions they are; each one's own if left out, else g1.
        meshes: a folder with the robot's meshes, or ``"hulls"``; those that are installed, else
            hulls, if left out.
        pixels: height of the frame.

    Returns:
        What a notebook shows where it is the last line of a cell; ``page`` is a web page.

    Raises:
        MissingExtra: viser is not installed.
        ReadError: a file is no trajectory, no recording, or damaged.
        ClipError: a motion is not as long as the recording, or not this robot's.
        RobotError: the robot is not known.
        OptionError: no motion, too many, or a height of no pixels.
    """
    whole(
        "pixels",
        pixels,
        "the height of the frame, 1 to 10000",
        low=1,
        high=10_000,
        error=OptionError,
    )
    check_viewer()
    if not 1 <= len(motions) <= MOST:
        raise OptionError(f"{len(motions)} motions are to be shown; expected 1 to {MOST}")
    names = distinct_names([Path(m) if isinstance(m, str | Path) else None for m in motions])
    stages = [
        Shown(
            motion
            if isinstance(motion, MatchedTrajectory)
            else match(motion, recording, robot=robot),
            name,
            meshes,
        ).stage()
        for motion, name in zip(motions, names, strict=True)
    ]
    page = scene.recording(stages, [one.name for one in stages])
    return Inline(page.replace("<head>", f"<head>{_RULE}", 1), pixels)
