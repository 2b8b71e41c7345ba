"""What the robot's hands touch, and where on it they belong, over a whole clip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.touch import Touch
from kinemesh.geometry import poses
from kinemesh.motion import Scene
from kinemesh.problem.feet import TerrainChange, nearest
from kinemesh.problem.frame import Contact
from kinemesh.problem.scaling import Carrier, same_prop
from kinemesh.problem.terrain_pieces import TerrainPieces
from kinemesh.proximity import Obstacle
from kinemesh.robot import Hand, RobotModel

TOUCH_TIME = 0.3
"""A hand is led to a touch, and away from it, over this time [s]."""


class Hands:
    """What a clip asks of the hands of a robot.

    Args:
        robot: whose hands.
        home: the scene of the demonstration.
        scene: the robot's.
        touches: the person's.
        land: where the robot's terrain is.
        scale: robot height / human height.
        fps: frames a second.
    """

    def __init__(
        self,
        robot: RobotModel,
        home: Scene,
        scene: Scene,
        touches: Sequence[Touch],
        land: TerrainChange,
        scale: float,
        fps: float,
    ) -> None:
        hands = {f"{hand.name}_hand": hand for hand in robot.hands}
        self._led = [
            _Led(hands[t.hand], t, _places(t, home, scene, land, scale), scale, fps)
            for t in touches
            if t.hand in hands
        ]

    def contacts(
        self, index: int, placed: Mapping[str, tuple[Obstacle, Array]]
    ) -> tuple[Contact, ...]:
        """The hands that touch in frame ``index``, soon will or just did.

        Args:
            index: which frame.
            placed: obstacles and their poses ``(7,)`` by name.
        """
        return tuple(
            led.contact(index, *placed[led.thing])
            for led in self._led
            if led.active[index] and led.thing in placed
        )


class _Led:
    """One hand that is led to one thing."""

    def __init__(self, hand: Hand, touch: Touch, places: Array, scale: float, fps: float) -> None:
        self.thing = touch.thing
        self._hand, self._places = hand, places
        time = np.abs(nearest(touch.touching) - np.arange(len(places))) / fps
        self.active: list[bool] = (time <= TOUCH_TIME).tolist()
        self._time: list[float] = time.tolist()
        self._distance: list[float] = (touch.distance * scale).tolist()

    def contact(self, index: int, obstacle: Obstacle, pose: Array) -> Contact:
        time, distance = self._time[index], self._distance[index]
        return Contact(self._hand, obstacle, pose, self._places[index], time, distance)


def _places(touch: Touch, home: Scene, scene: Scene, land: TerrainChange, scale: float) -> Array:
    """The touched places ``(T, 3)`` [m] on the robot's copy of the thing, in the world."""
    for prop in home.props:
        if prop.name == touch.thing:
            copy = same_prop(scene, prop)
            places = Carrier(prop.shape, copy.shape)(touch.places)
            return np.asarray(poses.apply(copy.track, places[:, None])[:, 0])
    if isinstance(land, TerrainPieces):
        return land.on_surface(touch.places * scale)
    if home.terrain is None or scene.terrain is None:  # gone: no hand is led to it
        return touch.places
    return Carrier(home.terrain.shape, scene.terrain.shape)(touch.places)
