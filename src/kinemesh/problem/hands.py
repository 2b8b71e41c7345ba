"""What the robot's hands touch, and where on it they belong, over a whole clip."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.touch import Grip, Touch
from kinemesh.geometry import poses
from kinemesh.motion import GROUND, LANDMARKS, Clip, Scene
from kinemesh.problem.feet import TerrainChange, nearest
from kinemesh.problem.frame import Contact, Hold
from kinemesh.problem.person.holding import Grasp
from kinemesh.problem.scaling import Carrier, same_prop
from kinemesh.problem.terrain_pieces import TerrainPieces
from kinemesh.proximity import Obstacle
from kinemesh.robot import Hand, RobotModel

TOUCH_TIME = 0.3
"""A hand is led to a touch, and away from it, over this time [s]."""

FACES = 0.045
"""A palm that is no further from what it touches than this [m] faces it."""


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
        turned: parts of the person that are known to be turned so and so.
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
        turned: Container[str] = (),
    ) -> None:
        hands = {f"{hand.name}_hand": hand for hand in robot.hands}
        self.led = tuple(
            Led(robot, hands[t.part], t, home, scene, land, scale, fps, t.part in turned)
            for t in touches
            if t.part in hands and t.thing != GROUND
        )

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
            for led in self.led
            if led.active[index] and led.thing in placed
        )


class Led:
    """One hand that is led to one thing.

    Attributes:
        hand: the robot's.
        thing: what it touches.
        touching: when the person's hand does ``(T,)``.
        grip: where wrist and palm belong, in the world.
    """

    def __init__(
        self,
        robot: RobotModel,
        hand: Hand,
        touch: Touch,
        home: Scene,
        scene: Scene,
        land: TerrainChange,
        scale: float,
        fps: float,
        turned: bool,
    ) -> None:
        self.hand, self.thing, self.touching = hand, touch.thing, touch.touching
        reach, self._middle = palm_of(robot, hand)
        # Who leans on terrain has the hand bent back at the wrist, further than a robot can.
        self._holds = any(prop.name == touch.thing for prop in home.props)
        self.grip = grip_on(touch, reach, home, scene, land, scale)
        away = np.linalg.norm(self.grip.palms - self.grip.places, axis=1)[touch.touching]
        # From further away it does not show what the person's palm faces.
        self._turned = turned or float(np.median(away)) > FACES
        time = time_to(touch, fps)
        self.active: list[bool] = (time <= TOUCH_TIME).tolist()
        self._time: list[float] = time.tolist()
        self._distance: list[float] = (touch.distance * scale).tolist()

    def contact(self, index: int, obstacle: Obstacle, pose: Array) -> Contact:
        """What is asked of the hand in frame ``index``, what it touches being at ``pose``."""
        time, distance = self._time[index], self._distance[index]
        place, wrist, palm, facing = (path[index] for path in self.grip)
        hold = None
        if self._holds:
            hold = Hold(self._middle, wrist, palm, facing, not self._turned)
        return Contact(self.hand, obstacle, pose, place, time, distance, hold)


def palm_of(robot: RobotModel, hand: Hand) -> tuple[float, Array]:
    """How far the middle of a palm is from the wrist, along the fingers [m], and where it is.

    That is the point of the hand's axis below the palm's skin ``(3,)`` [m], in the joint's frame.
    """
    (joint,), (offset,) = robot.landmark_points(f"{hand.name}_hand")
    at = robot.configuration(robot.rest)
    (wrist,) = at.positions(np.array([joint]), offset[None])
    wrist = (wrist - at.translations[hand.joint]) @ at.rotations[hand.joint]
    reach = float((hand.point - wrist) @ hand.fingers)
    return reach, wrist + reach * hand.fingers


def grip_on(
    touch: Touch, reach: float, home: Scene, scene: Scene, land: TerrainChange, scale: float
) -> Grip:
    """How a hand holds on to the robot's copy of a thing, in the world.

    Props are of real size and so are hands: on a prop that was scaled or swapped the place is
    carried over, and the hand is to it as it was.

    Args:
        touch: the person's.
        reach: how far the palm is from the wrist [m].
        home: the scene of the demonstration.
        scene: the robot's.
        land: where the robot's terrain is.
        scale: of the robot's world against the person's.
    """
    assert touch.hand is not None
    places, wrists, palms, facing = touch.hand.grip(reach)
    around = np.stack([np.zeros_like(places), wrists - places, palms - places, facing], axis=1)
    for prop in home.props:
        if prop.name == touch.thing:
            around = around @ np.swapaxes(poses.matrix(same_prop(scene, prop).track), 1, 2)
    around[:, :3] += _carried(touch.thing, places, home, scene, land, scale)[:, None]
    return Grip(*np.moveaxis(around, 1, 0))


def touched_places(
    touch: Touch, home: Scene, scene: Scene, land: TerrainChange, scale: float
) -> Array:
    """The touched places ``(T, 3)`` [m] on the robot's copy of the thing, in the world."""
    return _carried(touch.thing, touch.places, home, scene, land, scale)


def _carried(
    thing: str, places: Array, home: Scene, scene: Scene, land: TerrainChange, scale: float
) -> Array:
    """Places ``(T, 3)`` [m] of a thing, where the robot's copy has them in the world."""
    if thing == GROUND:
        return places * scale
    for prop in home.props:
        if prop.name == thing:
            copy = same_prop(scene, prop)
            places = Carrier(prop.shape, copy.shape)(places)
            return np.asarray(poses.apply(copy.track, places[:, None])[:, 0])
    if isinstance(land, TerrainPieces):
        return land.on_surface(places * scale)
    if home.terrain is None or scene.terrain is None:  # gone: no hand is led to it
        return places
    return Carrier(home.terrain.shape, scene.terrain.shape)(places)


def hand_grasps(
    robot: RobotModel,
    clip: Clip,
    home: Scene,
    touches: Sequence[Touch],
    scale: float,
    body: Array,
) -> dict[str, list[Grasp]]:
    """The touches of both hands, by the name of the thing.

    Args:
        robot: whose hands.
        clip: the demonstration.
        home: its scene as the robot meets it.
        touches: the person's.
        scale: of the robot's world against the person's.
        body: landmarks of the person in the robot's proportions ``(T, K, 3)`` [m].
    """
    found: dict[str, list[Grasp]] = {}
    for hand in robot.hands:
        mark = f"{hand.name}_hand"
        if mark not in LANDMARKS:
            continue
        here, reach = body[:, LANDMARKS.index(mark)], palm_of(robot, hand)[0]
        for touch in touches:
            if touch.part != mark or touch.thing == GROUND:
                continue
            wrists = grip_on(touch, reach, clip.scene, home, None, scale).wrists
            share = np.maximum(0.0, 1.0 - time_to(touch, clip.fps) / TOUCH_TIME)
            found.setdefault(touch.thing, []).append(Grasp(hand.name, here, wrists, share))
    return found


def time_to(touch: Touch, fps: float) -> Array:
    """How long it is to a touch, or since ``(T,)`` [s]; 0 while touching."""
    frames = np.arange(len(touch.touching))
    return np.asarray(np.abs(nearest(touch.touching) - frames) / fps)
