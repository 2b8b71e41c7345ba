"""Results in a browser: a server on this machine, drawn by viser (extra ``viewer``)."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import numpy as np

from kinemesh.arrays import Array
from kinemesh.viewer.controls import Controls, at
from kinemesh.viewer.draw import Actor
from kinemesh.viewer.guard import guarded_server
from kinemesh.viewer.layout import camera, extent, offsets, way
from kinemesh.viewer.mesh_overlay import MeshOverlay
from kinemesh.viewer.palette import LIGHT, SKY, YELLOW, Colour
from kinemesh.viewer.player import Player
from kinemesh.viewer.ports import check_viewer, free_port, silence
from kinemesh.viewer.stage import Stage

PORT = 8080
"""Where a browser finds it, if nobody else is there."""
_ROBOTS: tuple[Colour, ...] = (LIGHT, SKY, YELLOW)
"""Colours of the first robot, the second, ...; then from the beginning."""
_UPRIGHT = 0.9
"""A window narrower than this share of its height is a phone's."""
_TICK = 1.0 / 30.0
"""The scene is drawn anew no more often than this [s]."""


class View:
    """A server that shows results, until :meth:`stop`, to its own pages and to no page of others.

    Args:
        host: the address that it listens at; the default can be reached from this machine only.
        port: where; if it is taken, the next that is free.

    Raises:
        MissingExtra: viser is not installed.
        KinemeshError: no port is free, or the address is not this machine's.
    """

    def __init__(self, *, host: str = "127.0.0.1", port: int = PORT) -> None:
        check_viewer()
        free = free_port(host, port)
        with silence():
            self._server = guarded_server(host, free, label="kinemesh", verbose=False)
        self._server.gui.configure_theme(show_logo=False, show_share_button=False)
        self._server.on_client_connect(self._aim)
        self._host = host
        self._wake, self._stopped = threading.Event(), threading.Event()
        self._actors: list[Actor] = []
        self._controls: Controls | None = None
        self._world: Any = None
        self._way: Array = np.zeros((1, 3))
        self._camera: tuple[Array, Array] = (np.zeros(3), np.zeros(3))
        self._state: object = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> View:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.get_port())

    @property
    def url(self) -> str:
        """What to open in a browser."""
        host = "localhost" if self._host in ("127.0.0.1", "0.0.0.0", "") else self._host
        return f"http://{host}:{self.port}"

    def show(
        self,
        stages: Sequence[Stage],
        webs: Sequence[MeshOverlay | None] = (),
        *,
        overlaid: bool = False,
        playing: bool = True,
    ) -> None:
        """Show these results, side by side or in one place, and none that were shown before.

        Args:
            stages: one or more.
            webs: the interaction mesh of each, where it is known.
            overlaid: all in one place.
            playing: whether they move at once.
        """
        with self._lock:
            self._show(stages, webs, overlaid, playing)

    def _show(
        self,
        stages: Sequence[Stage],
        webs: Sequence[MeshOverlay | None],
        overlaid: bool,
        playing: bool,
    ) -> None:
        scene, gui = self._server.scene, self._server.gui
        scene.reset()
        gui.reset()
        gui.main_panel.dock_right()
        self._world = scene.add_frame("/world", show_axes=False)
        webs = (*webs, *(None for _ in stages[len(webs) :]))
        colours = [_ROBOTS[k % len(_ROBOTS)] for k in range(len(stages))]
        self._actors = [
            Actor(
                *(scene, f"/world/{k}", stage),
                colour=colour,
                web=web,
                label=stage.name if len(stages) > 1 else "",
            )
            for k, (stage, colour, web) in enumerate(zip(stages, colours, webs, strict=True))
        ]
        longest = max(stages, key=lambda stage: stage.duration)
        player = Player(len(longest), longest.fps, playing=playing and len(longest) > 1)
        self._controls = Controls(
            *(gui, stages, colours, player),
            overlaid=overlaid,
            meshes=any(web is not None for web in webs),
            changed=self._wake.set,
        )
        self._way = way(stages[0])
        self._lay_ground(stages, offsets(stages, overlaid))
        self._camera = camera(stages, offsets(stages, overlaid))
        position, target = self._camera
        self._server.initial_camera.position = position
        self._server.initial_camera.look_at = target
        self._server.initial_camera.fov = np.radians(45.0)
        self._state = None
        self._draw()

    def replace(self, index: int, stage: Stage) -> None:
        """Show what has become known of the result ``index`` since: its score, say.

        Args:
            index: which of the results that are shown.
            stage: the same motion; only figures, penetrations and score may differ.
        """
        with self._lock:
            self._actors[index].stage = stage
            if self._controls is not None:
                self._controls.stages[index] = stage
            self._state = None
        self._wake.set()

    def live(self, frame: int, poses: Array) -> None:
        """Show the first robot's links at ``poses`` ``(L, 7)``, in the scene of ``frame``."""
        with self._lock:
            if self._controls is not None:
                self._controls.player.playing = False
                self._controls.player.seek(frame)
                self._actors[0].standing = poses
                self._draw()

    def start(self) -> None:
        """Play in a thread of its own, until :meth:`stop`."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="kinemesh-view", daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait until :meth:`stop` is called, or a KeyboardInterrupt ends it."""
        # A wait without an end does not hear Ctrl-C on every system.
        while not self._stopped.wait(0.5):
            pass

    def _run(self) -> None:
        last = time.perf_counter()
        while not self._stopped.is_set():
            with self._lock:
                now = time.perf_counter()
                if self._controls is not None:
                    self._controls.player.advance(now - last)
                last = now
                self._draw()
            self._wake.wait(_TICK)
            self._wake.clear()

    def stop(self) -> None:
        """Close it; nobody can look any more."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        with silence():
            self._server.stop()

    def _draw(self) -> None:
        """Bring scene and panel to what is set, if anything changed."""
        controls = self._controls
        if controls is None:
            return
        shown = dict(controls.shown)
        time = (controls.player.frame, controls.player.playing)
        wanted = (time, controls.follow, controls.overlaid, tuple(shown.items()))
        if wanted == self._state:
            return
        self._state = wanted
        with self._server.atomic():
            moved = offsets([actor.stage for actor in self._actors], controls.overlaid)
            first = self._actors[0].stage
            gone = self._way[at(first, controls.player.time)] - self._way[0]
            self._world.position = -gone if controls.follow else np.zeros(3)
            for actor, offset in zip(self._actors, moved, strict=True):
                actor.place(offset)
                actor.show(shown)
                actor.pose(at(actor.stage, controls.player.time))
            controls.refresh()

    def _aim(self, client: Any) -> None:
        """On an upright screen the panel covers the lower half: keep the robot above it."""
        if client.camera.aspect < _UPRIGHT:
            position, target = self._camera
            lower = np.array([0.0, 0.0, 1.0])
            client.camera.position = target + 1.5 * (position - target) - lower
            client.camera.look_at = target - lower

    def _lay_ground(self, stages: Sequence[Stage], moved: Array) -> None:
        """A grid of metres where there is ground."""
        heights = [stage.ground for stage in stages if stage.ground is not None]
        if not heights:
            return
        boxes = np.array([extent(s) + m for s, m in zip(stages, moved, strict=True)])
        low, high = boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0)
        size = np.ceil(high - low + 2.0)
        self._server.scene.add_grid(
            "/world/ground",
            *(float(size[0]), float(size[1])),
            position=(*np.round((low + high)[:2] / 2.0), min(heights)),
            cell_size=0.5,
            section_size=1.0,
            cell_color=(225, 225, 225),
            section_color=(190, 190, 190),
            plane_color=(250, 250, 250),
            plane_opacity=1.0,
            shadow_opacity=0.25,
        )
