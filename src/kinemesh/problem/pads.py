"""What parts of the robot other than its hands touch, over a whole clip; hands the ground, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.lasting import steady
from kinemesh.detection.touch import Touch
from kinemesh.motion import GROUND, HANDS, LANDMARKS, Clip, Scene
from kinemesh.problem.feet import TerrainChange
from kinemesh.problem.frame import Contact
from kinemesh.problem.hands import TOUCH_TIME, time_to, touched_places
from kinemesh.proximity import Obstacle
from kinemesh.robot import Pad, RobotModel

_MARKS = {"shin": "knee", "forearm": "elbow"}
"""The landmark that goes where a part is that has none of its own."""
FIRM, STEADY = 0.03, 0.15
"""Who kneels does not wander: by less than the first number [m] the place stays where it is. What
goes further, who slides, is followed over this time constant [s]."""


def landmark_of(part: str) -> str | None:
    """The landmark that stands for a part of the body; None for back and head."""
    if part == "seat":
        return "pelvis"
    side, _, what = part.rpartition("_")
    mark = f"{side}_{_MARKS.get(what, what)}"
    return mark if mark in LANDMARKS else None


class Pads:
    """What a clip asks of the pads of a robot.

    Args:
        robot: whose pads.
        clip: the demonstration.
        scene: the robot's.
        home: that of the demonstration, as the robot meets it.
        touches: the person's, of whatever parts; those of hands on things are left to
            :class:`kinemesh.problem.hands.Hands`.
        land: how the robot's terrain differs.
        scale: of the robot's world against the person's.
        body: landmarks that the robot follows ``(T, K, 3)`` [m].
    """

    def __init__(
        self,
        robot: RobotModel,
        clip: Clip,
        scene: Scene,
        home: Scene,
        touches: Sequence[Touch],
        land: TerrainChange,
        scale: float,
        body: Array,
    ) -> None:
        pads = robot.touching
        own = [t for t in touches if t.part in pads]
        own = [t for t in own if t.part not in HANDS or t.thing == GROUND]
        ground = 0.0 if scene.ground is None else scene.ground
        self._level = np.array([0.0, 0.0, ground, 0.0, 0.0, 0.0, 1.0])
        self._led = []
        for touch in _together(own, pads):
            there = touched_places(touch, clip.scene, scene, land, scale)
            moved = there - touched_places(touch, clip.scene, home, None, scale)
            mark = landmark_of(touch.part)
            places = None
            if mark is not None:
                at = body[:, LANDMARKS.index(mark)]
                places = steady(at, touch.touching, STEADY * clip.fps, FIRM) + moved
            self._led.append(_Led(pads[touch.part], touch, places, scale, clip.fps))

    def contacts(
        self, index: int, placed: Mapping[str, tuple[Obstacle, Array]]
    ) -> tuple[Contact, ...]:
        """The pads that touch in frame ``index``, soon will or just did.

        Args:
            index: which frame.
            placed: obstacles and their poses ``(7,)`` by name.
        """
        return tuple(
            led.contact(index, *placed.get(led.thing, (None, self._level)))
            for led in self._led
            if led.active[index] and (led.thing in placed or led.thing == GROUND)
        )


class _Led:
    """One pad that is led to one thing."""

    def __init__(
        self, pad: Pad, touch: Touch, places: Array | None, scale: float, fps: float
    ) -> None:
        self.thing = touch.thing
        self._pad, self._places = pad, places
        time = time_to(touch, fps)
        self.active: list[bool] = (time <= TOUCH_TIME).tolist()
        self._time: list[float] = time.tolist()
        rest = touch.distance[touch.touching].min()
        self._distance: list[float] = (np.maximum(touch.distance - rest, 0.0) * scale).tolist()

    def contact(self, index: int, obstacle: Obstacle | None, pose: Array) -> Contact:
        place = None if self._places is None else self._places[index]
        return Contact(self._pad, obstacle, pose, place, self._time[index], self._distance[index])


def _together(touches: Sequence[Touch], pads: Mapping[str, Pad]) -> list[Touch]:
    """Touches of parts that are the same hulls on one thing, a knee's and a shin's, as one."""
    found: dict[tuple[tuple[int, ...], str], Touch] = {}
    for touch in touches:
        key = tuple(pads[touch.part].hulls.tolist()), touch.thing
        one = found.get(key)
        if one is not None:
            touch = replace(
                one,
                touching=one.touching | touch.touching,
                distance=np.minimum(one.distance, touch.distance),
            )
        found[key] = touch
    return list(found.values())
