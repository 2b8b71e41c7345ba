"""``view``: one call from trajectories, whoever made them, to a page in a browser."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kinemesh.errors import OptionError
from kinemesh.matching import MatchedTrajectory, MotionLike, match
from kinemesh.matching.names import distinct_names
from kinemesh.metrics import Score
from kinemesh.motion import Clip
from kinemesh.robot import RobotModel
from kinemesh.viewer.mesh_overlay import MeshOverlay
from kinemesh.viewer.page import PORT
from kinemesh.viewer.ports import check_viewer
from kinemesh.viewer.server import View
from kinemesh.viewer.stage import Stage, stage


@dataclass(frozen=True, eq=False)
class Shown:
    """A trajectory to be shown, and all that it is shown with."""

    matched: MatchedTrajectory
    name: str | None = None
    """What to call it; the clip's name if left out."""
    meshes: str | Path | None = None
    """The robot's meshes, as :func:`stage` takes them."""

    @property
    def overlay(self) -> MeshOverlay | None:
        """Its interaction mesh, where the clip is known."""
        own = self.matched
        return None if own.clip is None else MeshOverlay(own.clip, own.robot)

    def stage(self, score: Score | None = None) -> Stage:
        """What there is to draw; penetrations and the verdict with its ``score`` alone."""
        own = self.matched
        return stage(
            own.motion,
            own.robot,
            own.clip,
            own.scene,
            score=score,
            scale=own.scale,
            meshes=self.meshes,
            name=self.name,
        )


def view(
    *motions: MotionLike | MatchedTrajectory,
    recording: Clip | str | Path | None = None,
    robot: RobotModel | str | Path | None = None,
    object: str | Path | None = None,
    terrain: str | Path | None = None,
    decompose: bool = False,
    height: float | None = None,
    fps: float | None = None,
    recording_fps: float | None = None,
    meshes: str | Path | None = None,
    overlaid: bool = False,
    judge: bool = True,
    host: str = "127.0.0.1",
    port: int = PORT,
) -> View:
    """Show trajectories, whoever made them, in a browser, as ``kinemesh view`` does.

    They play at once, and go on until ``stop()`` of the page;
    ``with kinemesh.view(...) as page: page.wait()`` ends with Ctrl-C. The page is
    at ``page.url``. Needs the extra ``viewer``.

    Args:
        motions: one or several: results; trajectories; what :func:`kinemesh.read_trajectory`
            gives; paths to files, or folders, of any layout in docs/formats.md; or what
            :func:`kinemesh.matching.match` gives.
        recording: the clip that they answer, or the path of one; what each carries if left out.
        robot: whose motions they are; each one's own if left out, else g1.
        object: shape of the object that they, or the recording at a path, track.
        terrain: shape of what was climbed, at human scale.
        decompose: cut these shapes into convex parts where they are not convex.
        height: the person's height [m]; the recording's, or estimated, if left out.
        fps: frames per second [1/s] of the trajectories' files, where they do not say.
        recording_fps: frames per second [1/s] of the recording's file, where it does not say.
        meshes: a folder with the robot's meshes, or ``"hulls"``; those that are installed, else
            hulls, if left out.
        overlaid: all in one place, not side by side.
        judge: judge each while it is shown, and mark where the verdict fails; False gives the page
            back at once.
        host: the address that it listens at; this machine alone can reach the default.
        port: where; the next that is free if it is taken.

    Returns:
        The page, which plays.

    Raises:
        MissingExtra: viser is not installed.
        ReadError: a file is no trajectory, no recording, or damaged.
        ClipError: a motion is not as long as the recording, or not this robot's.
        RobotError: the robot is not known.
        OptionError: nothing to show, or arguments that do not go together.
        KinemeshError: no port is free, or the address is not this machine's.

    Examples:
        >>> result = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4))
        >>> page = kinemesh.view(result, judge=False)
        >>> page.url.startswith("http://")
        True
        >>> page.stop()
    """
    check_viewer()
    if not motions:
        raise OptionError("there is nothing to view: give one or several motions")
    names = distinct_names([Path(m) if isinstance(m, str | Path) else None for m in motions])
    shown = [
        Shown(
            motion
            if isinstance(motion, MatchedTrajectory)
            else match(
                motion,
                recording,
                robot=robot,
                object=object,
                terrain=terrain,
                decompose=decompose,
                height=height,
                fps=fps,
                recording_fps=recording_fps,
            ),
            name,
            meshes,
        )
        for motion, name in zip(motions, names, strict=True)
    ]
    page = View(host=host, port=port)
    try:
        show(page, shown, overlaid=overlaid)
        page.start()
        if judge:
            show_scores(page, shown)
    except BaseException:
        page.stop()
        raise
    return page


def show(page: View, shown: list[Shown], *, overlaid: bool = False) -> None:
    """Put trajectories on a page, not judged yet."""
    stages, overlays = [one.stage() for one in shown], [one.overlay for one in shown]
    page.show(stages, overlays, overlaid=overlaid)


def show_scores(page: View, shown: list[Shown]) -> None:
    """Judge what is on a page, one after the other, and mark where the verdict fails."""
    for k, one in enumerate(shown):
        page.replace(k, one.stage(one.matched.score()))
