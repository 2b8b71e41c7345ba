"""What the robot's hands touch, and where on it they belong, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.causal.instant import Instant
from kinemesh.detection.causal.touching import FAR, CausalGrip, Hand, Surface, Touching
from kinemesh.detection.palm import along_hand, hand_points
from kinemesh.detection.touch import TouchRule
from kinemesh.geometry import poses
from kinemesh.motion import LANDMARKS, Scene
from kinemesh.problem.frame import Contact, Hold
from kinemesh.problem.hands import FACES, TOUCH_TIME, palm_of
from kinemesh.problem.person.holding import Grasp
from kinemesh.problem.scaling import Carrier
from kinemesh.proximity import Obstacle
from kinemesh.robot import Hand as RobotHand
from kinemesh.robot import RobotModel


@dataclass(eq=False)
class _Pair:
    """One hand and one thing."""

    hand: RobotHand
    reach: float
    middle: Array
    thing: str
    prop: bool
    turned: bool
    touching: Touching
    carrier: Carrier
    grip: CausalGrip = FAR
    rows: Array | None = None
    faces: bool = False


class CausalHands:
    """What a stream asks of the hands of a robot.

    Args:
        robot: whose hands.
        home: the person's scene.
        scene: the robot's.
        rule: when a hand touches.
        scale: of the robot's world against the person's.
        turned: parts of the person that are known to be turned so and so.
    """

    def __init__(
        self,
        robot: RobotModel,
        home: Scene,
        scene: Scene,
        rule: TouchRule,
        scale: float,
        turned: frozenset[str],
    ) -> None:
        self._scale, self._pairs = scale, list[_Pair]()
        hands = [hand for hand in robot.hands if f"{hand.name}_hand" in LANDMARKS]
        pairs = zip(home.props, scene.props, strict=True)
        things = [(prop.name, True, prop.shape, copy.shape) for prop, copy in pairs]
        if home.terrain is not None and scene.terrain is not None:
            shapes = home.terrain.shape, scene.terrain.shape
            things.append((home.terrain.name, False, *shapes))
        for name, prop, shape, copy in things:
            surface, carrier = Surface.of(shape), Carrier(shape, copy)
            for hand in hands:
                reach, middle = palm_of(robot, hand)
                touching = Touching(rule, surface, reach, TOUCH_TIME)
                known = f"{hand.name}_hand" in turned
                self._pairs.append(_Pair(hand, reach, middle, name, prop, known, touching, carrier))

    def see(self, now: Instant, robots: Mapping[str, Array]) -> None:
        """Take note of a frame.

        Args:
            now: the person and the props.
            robots: where the robot's copies are, poses ``(7,)`` by name.
        """
        own: dict[str, Hand] = {}
        for pair in self._pairs:
            if pair.prop and pair.thing not in now.props:
                pair.grip, pair.rows = FAR, None
                continue
            name = f"{pair.hand.name}_hand"
            if name not in own:
                points, fingers = hand_points(now, name)
                wrist, along = now.landmark(name)[0], along_hand(now, name)[0]
                own[name] = Hand(points[0], wrist, along, fingers)
            hand = own[name]
            if pair.prop:
                turn, place = poses.matrix(now.props[pair.thing]), now.props[pair.thing][:3]
                hand = Hand(
                    (hand.points - place) @ turn,
                    (hand.wrist - place) @ turn,
                    hand.along @ turn,
                    hand.fingers,
                )
            before, pair.grip = pair.grip, pair.touching.step(hand, now.dt)
            if pair.grip.touches and not before.touches:
                # From further away it does not show what the person's palm faces.
                place, _, palm, _ = pair.grip.rows
                near = float(np.linalg.norm(palm - place)) <= FACES
                pair.faces = near and not pair.turned
            pair.rows = self._carried(pair, robots)

    def _carried(self, pair: _Pair, robots: Mapping[str, Array]) -> Array | None:
        """Place, wrist, palm and direction ``(4, 3)`` on the robot's copy, in the world.

        Props are of real size and so are hands: the hand is to its place as it was.
        """
        if pair.grip.time > TOUCH_TIME:
            return None
        place, wrist, palm, facing = pair.grip.rows
        around = np.stack([np.zeros(3), wrist - place, palm - place, facing])
        there = pair.carrier(place[None])[0]
        if pair.prop:
            turn = poses.matrix(robots[pair.thing])
            around = around @ turn.T
            there = turn @ there + robots[pair.thing][:3]
        around[:3] += there
        return around

    def grasps(self, body: Array) -> Iterator[tuple[str, Grasp]]:
        """The touches of both hands, and of what.

        Args:
            body: landmarks of the person in the robot's proportions ``(K, 3)`` [m].
        """
        for pair in self._pairs:
            if pair.rows is not None:
                here = body[LANDMARKS.index(f"{pair.hand.name}_hand")]
                share = np.array([max(0.0, 1.0 - pair.grip.time / TOUCH_TIME)])
                yield pair.thing, Grasp(pair.hand.name, here[None], pair.rows[None, 1], share)

    def contacts(self, placed: Mapping[str, tuple[Obstacle, Array]]) -> tuple[Contact, ...]:
        """The hands that touch, soon will or just did.

        Args:
            placed: obstacles and their poses ``(7,)`` by name.
        """
        found = []
        for pair in self._pairs:
            if pair.rows is None or pair.thing not in placed:
                continue
            place, wrist, palm, facing = pair.rows
            hold = None
            if pair.prop:
                hold = Hold(pair.middle, wrist, palm, facing, pair.faces)
            distance = self._scale * pair.grip.distance
            found.append(
                Contact(pair.hand, *placed[pair.thing], place, pair.grip.time, distance, hold)
            )
        return tuple(found)

    @property
    def touched(self) -> tuple[tuple[str, str], ...]:
        """The hands that touch now, and what."""
        return tuple(
            (f"{pair.hand.name}_hand", pair.thing) for pair in self._pairs if pair.grip.touches
        )
