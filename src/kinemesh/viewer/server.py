"""Results in a browser: a server on this machine, drawn by viser (extra ``viewer``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kinemesh.arrays import Array
from kinemesh.viewer.controls import Controls, at
from kinemesh.viewer.draw import Actor
from kinemesh.viewer.layout import camera, extent, offsets, way
from kinemesh.viewer.mesh_overlay import MeshOverlay
from kinemesh.viewer.page import PORT, Page
from kinemesh.viewer.palette import LIGHT, SKY, YELLOW, Colour
from kinemesh.viewer.player import Player
from kinemesh.viewer.stage import Stage

_ROBOTS: tuple[Colour, ...] = (LIGHT, SKY, YELLOW)
"""Colours of the first robot, the second, ...; then from the beginning."""


class View(Page):
    """A server that shows results, until ``stop()``, to its own pages and to no page of others.

    Args:
        host: the address that it listens at; the default can be reached from this machine only.
        port: where; if it is taken, the next that is free.

    Raises:
        MissingExtra: viser is not installed.
        KinemeshError: no port is free, or the address is not this machine's.
    """

    def __init__(self, *, host: str = "127.0.0.1", port: int = PORT) -> None:
        super().__init__(host=host, port=port)
        self._actors: list[Actor] = []
        self._controls: Controls | None = None
        self._world: Any = None
        self._way: Array = np.zeros((1, 3))
        self._state: object = None

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
        self._world = self._clear()
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
        self._lay_floor(stages, offsets(stages, overlaid))
        self._look(*camera(stages, offsets(stages, overlaid)))
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

    def _tick(self, seconds: float) -> None:
        if self._controls is not None:
            self._controls.player.advance(seconds)
        self._draw()

    def _draw(self) -> None:
        """Bring scene and panel to what is set, if anything changed."""
        controls = self._controls
        if controls is None:
            return
        shown = dict(controls.switches.shown)
        time = (controls.player.frame, controls.player.playing)
        wanted = (time, controls.switches.follow, controls.overlaid, tuple(shown.items()))
        if wanted == self._state:
            return
        self._state = wanted
        with self._server.atomic():
            moved = offsets([actor.stage for actor in self._actors], controls.overlaid)
            first = self._actors[0].stage
            gone = self._way[at(first, controls.player.time)] - self._way[0]
            self._world.position = -gone if controls.switches.follow else np.zeros(3)
            for actor, offset in zip(self._actors, moved, strict=True):
                actor.place(offset)
                actor.show(shown)
                actor.pose(at(actor.stage, controls.player.time))
            controls.refresh()

    def _lay_floor(self, stages: Sequence[Stage], moved: Array) -> None:
        """A grid under all results where there is ground."""
        heights = [stage.ground for stage in stages if stage.ground is not None]
        if heights:
            boxes = np.array([extent(s) + m for s, m in zip(stages, moved, strict=True)])
            low, high = boxes[:, 0].min(axis=0)[:2], boxes[:, 1].max(axis=0)[:2]
            middle = np.array([*np.round((low + high) / 2.0), min(heights)])
            self._lay_ground(np.ceil(high - low + 2.0), middle)
