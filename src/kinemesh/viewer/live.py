"""A robot in a browser while it follows a person: poses come, the newest is drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kinemesh.motion import Scene
from kinemesh.robot import RobotModel
from kinemesh.viewer.draw import Actor
from kinemesh.viewer.layout import camera, followed
from kinemesh.viewer.live_stage import LiveStage, StreamPose
from kinemesh.viewer.page import PORT, Page
from kinemesh.viewer.palette import LIGHT
from kinemesh.viewer.panel import legend, status
from kinemesh.viewer.ports import check_viewer
from kinemesh.viewer.stage import Stage
from kinemesh.viewer.switches import Switches

_GROUND = np.array([24.0, 24.0])
"""Size of the ground that goes with the robot [m]."""
_SAID = 0.2
"""The text is written anew no more often than this [s], so that it can be read."""


class LiveView(Page):
    """A page that shows a stream of poses until :meth:`close`, to this machine alone by default.

    Whoever has the poses never waits for it: :meth:`show` keeps the newest, and a thread of the
    view's own draws it, thirty times a second at most.

    Args:
        robot: who is moved.
        scene: the robot's: props by the names that the poses have, terrain, ground.
        meshes: the robot's meshes, as :func:`kinemesh.viewer.stage` takes them.
        host: the address that it listens at; the default can be reached from this machine only.
        port: where; if it is taken, the next that is free.

    Raises:
        MissingExtra: viser is not installed.
        ReadError: ``meshes`` is no folder with meshes of this robot.
        KinemeshError: no port is free, or the address is not this machine's.
    """

    def __init__(
        self,
        robot: RobotModel,
        scene: Scene | None = None,
        *,
        meshes: str | Path | None = None,
        host: str = "127.0.0.1",
        port: int = PORT,
    ) -> None:
        check_viewer()
        self._live = LiveStage(robot, scene, meshes)
        super().__init__(host=host, port=port)
        self._newest: StreamPose | None = None
        self._warned: StreamPose | None = None
        self._drawn: StreamPose | None = None
        self._settings: object = None
        self._start, self._at = np.zeros(3), np.zeros(3)
        self._silence = self._unsaid = 0.0
        gui, stage = self._server.gui, self._live.stage
        self._world = self._clear()
        self._actor = Actor(self._server.scene, "/world/0", stage)
        self._ground = None
        if stage.ground is not None:
            self._ground = self._lay_ground(_GROUND, np.array([0.0, 0.0, stage.ground]))
        self._status = gui.add_html(status(None, None, 0.0))
        self._switches = Switches(gui, _parts(stage), self._wake.set)
        with gui.add_folder("Colours", expand_by_default=False):
            gui.add_html(legend([stage], [LIGHT], meshes=False))
        self._faced = False
        self._face(stage)
        self._draw()
        self.start()

    def show(self, pose: StreamPose) -> None:
        """Draw ``pose`` next, unless a newer one comes before; nothing is waited for.

        Args:
            pose: whose arrays nobody changes any more.

        Raises:
            ClipError: it is not this robot's.
        """
        self._live.check(pose)
        self._newest = pose
        if pose.said:
            self._warned = pose

    def sample(self, sample: object) -> None:
        """What is sent to the robot is not drawn."""

    def close(self) -> None:
        """Close it; nobody can look any more."""
        self.stop()

    def _tick(self, seconds: float) -> None:
        self._silence += seconds
        self._unsaid += seconds
        with self._server.atomic():
            self._draw()
            if self._unsaid >= _SAID:
                self._status.content = status(self._drawn, self._warned, self._silence)
                self._unsaid = 0.0

    def _draw(self) -> None:
        """Bring the scene to the newest pose and to what is set, if anything changed."""
        newest, follow, shown = self._newest, self._switches.follow, dict(self._switches.shown)
        fresh = newest is not self._drawn
        if not fresh and (follow, shown) == self._settings:
            return
        self._settings = follow, dict(shown)
        if newest is not None and fresh:
            self._drawn = newest
            stage = self._actor.stage = self._live.show(newest)
            self._at = followed(self._at, stage.link_poses[0, 0, :3], self._silence)
            self._silence = 0.0
            if not self._faced and newest.state != "calibrating":
                # Where the person looks is known now: once, for the camera is the user's.
                self._faced = True
                self._face(stage)
            if self._ground is not None:
                self._ground.position = (*np.round(self._at[:2]), stage.ground)
        shown["person"] &= self._live.person_seen
        self._actor.show(shown)
        self._actor.pose(0)
        self._world.position = self._start - self._at if follow else np.zeros(3)

    def _face(self, stage: Stage) -> None:
        """See the robot from the front, whoever looks."""
        self._start = self._at = stage.link_poses[0, 0, :3] * [1.0, 1.0, 0.0]
        self._look(*camera([stage], np.zeros((1, 3))))
        for client in self._server.get_clients().values():
            client.camera.position, client.camera.look_at = self._camera
            self._aim(client)


def _parts(stage: Stage) -> list[str]:
    """What there is to be shown or hidden."""
    props = ["props"] if stage.props else []
    terrain = [] if stage.terrain is None else ["terrain"]
    return ["robot", "glass", "person", *props, *terrain, "contacts"]
