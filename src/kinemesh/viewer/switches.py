"""Checkboxes for what is shown, and whether the scene moves with the robot."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from kinemesh.viewer.draw import SHOWN

_NAMES = {
    "robot": "Robot",
    "glass": "See-through",
    "person": "Person",
    "props": "Props",
    "terrain": "Terrain",
    "contacts": "Contacts",
    "mesh": "Interaction mesh",
}


class Switches:
    """A folder of checkboxes on viser's ``gui``.

    Nothing is drawn here: what is set is kept for whoever draws, in that thread.

    Args:
        gui: viser's.
        parts: of :data:`kinemesh.viewer.draw.SHOWN`, those that there are.
        changed: called when one is set.

    Attributes:
        folder: the folder, for more of them.
        follow: whether the scene moves with the robot.
        shown: which of :data:`kinemesh.viewer.draw.SHOWN` are shown.
    """

    def __init__(self, gui: Any, parts: Collection[str], changed: Callable[[], None]) -> None:
        self._changed = changed
        self.follow, self.shown = True, dict(SHOWN)
        self.folder = gui.add_folder("Show")
        with self.folder:
            for part in (part for part in SHOWN if part in parts):
                box = gui.add_checkbox(_NAMES[part], self.shown[part])
                box.on_update(lambda event, part=part: self._show(part, event.target.value))
            follow = gui.add_checkbox("Follow the robot", self.follow)
            follow.on_update(lambda event: self._follow(event.target.value))

    def _show(self, part: str, shown: bool) -> None:
        self.shown[part] = shown
        self._changed()

    def _follow(self, follow: bool) -> None:
        self.follow = follow
        self._changed()
