"""What the robot's hands touch, and where on it they belong, over a whole clip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.touch import Touch
from kinemesh.geometry import poses
from kinemesh.motion import GROUND, LANDMARKS, Clip, Scene
from kinemesh.problem.feet import TerrainChange, nearest
from kinemesh.problem.frame import Contact
from kinemesh.problem.person.holding import Grasp
from kinemesh.problem.person.limbs import unit
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
            _Led(hands[t.part], t, touched_places(t, home, scene, land, scale), scale, fps)
            for t in touches
            if t.part in hands and t.thing != GROUND
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
        time = time_to(touch, fps)
        self.active: list[bool] = (time <= TOUCH_TIME).tolist()
        self._time: list[float] = time.tolist()
        self._distance: list[float] = (touch.distance * scale).tolist()

    def contact(self, index: int, obstacle: Obstacle, pose: Array) -> Contact:
        time, distance = self._time[index], self._distance[index]
        return Contact(self._hand, obstacle, pose, self._places[index], time, distance)


def touched_places(
    touch: Touch, home: Scene, scene: Scene, land: TerrainChange, scale: float
) -> Array:
    """The touched places ``(T, 3)`` [m] on the robot's copy of the thing, in the world."""
    if touch.thing == GROUND:
        return touch.places * scale
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


def hand_grasps(
    robot: RobotModel,
    clip: Clip,
    home: Scene,
    touches: Sequence[Touch],
    scale: float,
    body: Array,
) -> dict[str, list[Grasp]]:
    """The touches of both hands, by the name of the thing.

    A hand belongs beyond the touched place towards the wrist as the person's hand is, as far as
    the robot's palm is from its own.

    Args:
        robot: whose hands.
        clip: the demonstration.
        home: its scene as the robot meets it.
        touches: the person's.
        scale: of the robot's world against the person's.
        body: landmarks of the person in the robot's proportions ``(T, K, 3)`` [m].
    """
    at = robot.configuration(robot.rest)
    marks = at.landmarks()
    found: dict[str, list[Grasp]] = {}
    for hand in robot.hands:
        mark = f"{hand.name}_hand"
        if mark not in LANDMARKS:
            continue
        k = LANDMARKS.index(mark)
        palm = at.positions(np.array([hand.joint]), hand.point[None])[0]
        far = float(np.linalg.norm(palm - marks[k]))
        for touch in touches:
            if touch.part != mark or touch.thing == GROUND:
                continue
            place, wrist = touch.places, clip.landmark(mark)
            track = _track(clip.scene, touch.thing)
            if track is not None:
                place = poses.apply(track, place[:, None])[:, 0]
            there = touched_places(touch, clip.scene, home, None, scale)
            share = np.maximum(0.0, 1.0 - time_to(touch, clip.fps) / TOUCH_TIME)
            grasp = Grasp(hand.name, body[:, k], there + far * unit(wrist - place), share)
            found.setdefault(touch.thing, []).append(grasp)
    return found


def time_to(touch: Touch, fps: float) -> Array:
    """How long it is to a touch, or since ``(T,)`` [s]; 0 while touching."""
    frames = np.arange(len(touch.touching))
    return np.asarray(np.abs(nearest(touch.touching) - frames) / fps)


def _track(scene: Scene, thing: str) -> Array | None:
    """The track ``(T, 7)`` of a prop; None for the terrain."""
    return next((prop.track for prop in scene.props if prop.name == thing), None)
