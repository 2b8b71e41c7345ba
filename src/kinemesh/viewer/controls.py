"""The panel of the viewer: slider, strip, buttons, and what is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kinemesh.viewer.palette import Colour
from kinemesh.viewer.panel import figures, legend, strip
from kinemesh.viewer.player import SPEEDS, Player
from kinemesh.viewer.stage import Stage
from kinemesh.viewer.switches import Switches


class Controls:
    """What the user can set, on viser's ``gui``.

    Nothing is drawn here: what is set is kept for whoever draws, in that thread.

    Attributes:
        player: which frame is shown.
        stages: of what.
        switches: what of them is shown.
        overlaid: whether several results stand in one place.
    """

    def __init__(
        self,
        gui: Any,
        stages: Sequence[Stage],
        colours: Sequence[Colour],
        player: Player,
        *,
        overlaid: bool,
        meshes: bool,
        changed: Callable[[], None],
    ) -> None:
        self.player, self.stages, self._colours = player, list(stages), colours
        self._changed = changed
        self.overlaid = overlaid
        self._play = gui.add_button("Play")
        last = max(player.frames - 1, 1)
        self._slider = gui.add_slider("Frame", 0, last, 1, 0, disabled=player.frames < 2)
        self._strip = gui.add_html("")
        self._figures = gui.add_html("")
        self._speed = gui.add_dropdown("Speed", [f"{s:g}x" for s in SPEEDS], initial_value="1x")
        self._loop = gui.add_checkbox("Loop", player.loop)
        self.switches = Switches(gui, self._parts(meshes), changed)
        if len(stages) > 1:
            with self.switches.folder:
                row = gui.add_checkbox("Overlaid", overlaid)
            row.on_update(lambda event: self._lay(event.target.value))
        with gui.add_folder("Colours", expand_by_default=False):
            gui.add_html(legend(stages, colours, meshes=meshes))
        self._slider.on_update(self._sought)
        self._play.on_click(lambda _: self._toggle())
        self._speed.on_update(lambda event: self._set_speed(event.target.value))
        self._loop.on_update(lambda event: setattr(player, "loop", event.target.value))

    def refresh(self) -> None:
        """Say what is shown now."""
        player = self.player
        if self._slider.value != player.frame:
            self._slider.value = player.frame
        label = "Pause" if player.playing else "Play"
        if self._play.label != label:
            self._play.label = label
        frames = [at(stage, player.time) for stage in self.stages]
        self._strip.content = "".join(
            strip(stage, frame, colour)
            for stage, frame, colour in zip(self.stages, frames, self._colours, strict=True)
        )
        self._figures.content = (
            f'<div style="font-size:12px;padding:2px 14px">{player.time:.2f} s</div>'
        ) + "".join(figures(stage, frame) for stage, frame in zip(self.stages, frames, strict=True))

    def _parts(self, meshes: bool) -> list[str]:
        """What there is to be shown or hidden."""
        there = {
            "robot": True,
            "glass": True,
            "person": any(s.person is not None for s in self.stages),
            "props": any(s.props for s in self.stages),
            "terrain": any(s.terrain is not None for s in self.stages),
            "contacts": any(s.contacts for s in self.stages),
            "mesh": meshes,
        }
        return [part for part, is_there in there.items() if is_there]

    def _sought(self, event: Any) -> None:
        # Also called when the slider follows the player; only a person pauses it.
        if event.client is not None:
            self.player.playing = False
            self.player.seek(int(event.target.value))
            self._changed()

    def _toggle(self) -> None:
        self.player.toggle()
        self._changed()

    def _set_speed(self, label: str) -> None:
        self.player.speed = float(label.removesuffix("x"))

    def _lay(self, overlaid: bool) -> None:
        self.overlaid = overlaid
        self._changed()


def at(stage: Stage, time: float) -> int:
    """The frame of ``stage`` at ``time`` [s], or its last."""
    return min(round(time * stage.fps), len(stage) - 1)
