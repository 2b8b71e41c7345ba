"""``kinemesh view``: results in a browser, and the solve as it goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from rich.console import Console

from kinemesh.arrays import Array
from kinemesh.cli.source import Recording
from kinemesh.cli.tables import print_findings
from kinemesh.errors import KinemeshError
from kinemesh.matching.names import distinct_names
from kinemesh.motion import Clip, Trajectory
from kinemesh.robot import link_poses
from kinemesh.solve.retargeter import Retargeter
from kinemesh.solve.walk import OnFrame
from kinemesh.viewer import PORT, View, check_viewer, stage
from kinemesh.viewer.meshes import link_meshes
from kinemesh.viewer.page import Page
from kinemesh.viewer.showing import Shown, show, show_scores


@dataclass(frozen=True, kw_only=True)
class Window:
    """Where the browser finds the viewer, and what the robot looks like in it."""

    port: int = PORT
    """Port of the viewer; if it is taken, the next that is free."""
    host: str = "127.0.0.1"
    """Address that the viewer listens at; 0.0.0.0 lets other machines look, without a password."""
    meshes: str | None = None
    """Folder with a mesh for each link, named as the link is, or hulls: the collision hulls.
    Else the meshes of the package example-robot-data, if it is installed, else the hulls."""

    def open(self) -> View:
        """The server, with nothing to be seen yet."""
        return View(host=self.host, port=self.port)

    def announce(self, console: Console, view: Page) -> None:
        """Say where it is."""
        taken = "" if view.port == self.port else f" (port {self.port} is taken)"
        text = f"view     {view.url}{taken}; Ctrl-C ends it"
        console.print(text, highlight=False, markup=False, soft_wrap=True)


@dataclass(frozen=True, kw_only=True)
class ViewCommand:
    """Show written trajectories in a browser, and where the verdict fails."""

    results: Annotated[tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="RESULT...")]
    """One or several trajectories: results, or any layout that evaluate reads."""
    clip: Path | None = None
    """The recording that they answer, where the files do not carry it (results do); without any,
    person, props and their contacts are not known of a file of somebody else's."""
    recording: tyro.conf.OmitArgPrefixes[Recording]
    window: tyro.conf.OmitArgPrefixes[Window]
    source_fps: float | None = None
    """The trajectories' frames per second, where their files do not say; else 30."""
    robot: str | None = None
    """A robot's name, or a folder with a robot.toml; the files' own, else g1."""
    overlaid: bool = False
    """Several results in one place, not side by side."""
    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 when it was ended with Ctrl-C."""
        check_viewer()
        if not self.results:
            raise KinemeshError("there is nothing to view: give one or several result files")
        clip = self.recording.read(self.clip)
        if clip is not None:
            print_findings(console, self, clip.notes, clip.warnings)
        shown = []
        for path, name in zip(self.results, distinct_names(self.results), strict=True):
            matched = self.recording.match(path, clip, self.robot, self.source_fps)
            print_findings(console, self, matched.notes, matched.warnings)
            shown.append(Shown(matched, name, self.window.meshes))
        with self.window.open() as page, until_interrupted(page):
            show(page, shown, overlaid=self.overlaid)
            self.window.announce(console, page)
            show_scores(page, shown)
        return 0


@contextmanager
def until_interrupted(view: View) -> Iterator[None]:
    """Play while the block runs and after it, until Ctrl-C: so a viewer is meant to end."""
    with suppress(KeyboardInterrupt):
        view.start()
        yield
        view.wait()


@contextmanager
def watched(
    window: Window, console: Console, retargeter: Retargeter, clip: Clip
) -> Iterator[tuple[View, OnFrame]]:
    """A view of a solve, and what is to be called with every frame of it."""
    robot = retargeter.robot.whole
    meshes, joints = link_meshes(robot, window.meshes)
    del meshes  # the stage reads them again; here only who carries them is asked
    still = Trajectory(np.tile(robot.rest, (len(clip), 1)), clip.fps, robot.joint_names, robot.name)
    plan = retargeter.plan(clip)
    drawn = stage(still, robot, clip, plan.scene, scale=plan.scale, meshes=window.meshes)
    before = replace(drawn, person=plan.landmarks, contacts=(), figures={})
    with window.open() as view:
        view.show([before], playing=False)
        window.announce(console, view)

        def on_frame(frame: int, q: Array) -> None:
            view.live(frame, link_poses(robot, q[None])[0, np.array(joints) - 1])

        yield view, on_frame
