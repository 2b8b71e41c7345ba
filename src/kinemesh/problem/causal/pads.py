"""What parts of the robot other than its hands touch, frame by frame; hands the ground, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.causal.bearing import Bearing, Bears
from kinemesh.detection.causal.instant import Instant
from kinemesh.geometry import poses
from kinemesh.motion import GROUND, LANDMARKS, Scene
from kinemesh.problem.frame import Contact
from kinemesh.problem.hands import TOUCH_TIME
from kinemesh.problem.pads import FIRM, STEADY, landmark_of
from kinemesh.problem.person.bearers import (
    BESIDE,
    DEPARTS,
    MARKS,
    SOON,
    STEEP,
    Bearer,
    thickness,
)
from kinemesh.problem.person.proportions import Body
from kinemesh.problem.scaling import Carrier
from kinemesh.proximity import Obstacle
from kinemesh.robot import Pad, RobotModel


class _Led:
    """One pad and one thing, and what is remembered of them."""

    def __init__(self, pad: Pad, bears: Bears) -> None:
        self.pad, self.bears = pad, bears
        self.place: Array | None = None
        self.smooth: Array | None = None
        self.highs: dict[int, float] = {}
        self.below = False

    @property
    def time(self) -> float:
        """To the touch or since it [s]."""
        return min(self.bears.since, self.bears.lands)


class CausalPads:
    """What a stream asks of the pads of a robot.

    Args:
        robot: whose pads.
        home: the person's scene.
        scene: the robot's.
        stature: the person's [m].
        scale: of the robot's world against the person's.
    """

    def __init__(
        self, robot: RobotModel, home: Scene, scene: Scene, stature: float, scale: float
    ) -> None:
        pads, self._scale = robot.touching, scale
        self._bearing = Bearing(home, stature, pads)
        self._led = [_Led(pads[bears.part], bears) for bears in self._bearing.pairs.values()]
        copies = {prop.name: prop for prop in scene.props}
        self._carriers = {
            prop.name: Carrier(prop.shape, copies[prop.name].shape) for prop in home.props
        }
        ground = 0.0 if scene.ground is None else scene.ground
        self._level = np.array([0.0, 0.0, ground, 0.0, 0.0, 0.0, 1.0])
        at = robot.configuration(robot.rest)
        self._rest = Body(at.landmarks()[None])
        self._points: dict[str, Array] = {}
        for part, pad in pads.items():
            hulls = [robot.hulls[k] for k in pad.hulls]
            own = [hull for hull in hulls if hull.joint == hulls[0].joint]
            self._points[part] = np.concatenate(
                [at.positions(np.full(len(h.vertices), h.joint), h.vertices) for h in own]
            )

    def see(self, now: Instant, busy: Sequence[str]) -> None:
        """Take note of a frame, in which some hands touch things."""
        self._bearing.see(now, busy)

    def bearers(
        self, body: Array, scaled: Array, robots: Mapping[str, Array]
    ) -> tuple[Bearer, ...]:
        """The landmarks that bear the person, feet aside.

        Args:
            body: landmarks of the person in the robot's proportions ``(K, 3)`` [m].
            scaled: landmarks of the person scaled as a whole ``(K, 3)`` [m].
            robots: where the robot's props are, poses ``(7,)`` by name.
        """
        found: list[Bearer] = []
        for led in self._led:
            side, _, what = led.bears.part.rpartition("_")
            if led.bears.since > SOON or led.bears.place is None or what not in MARKS:
                continue
            level = self._there(led.bears, robots)
            names = [f"{side}_{mark}" if side else mark for mark in MARKS[what]]
            rows = [LANDMARKS.index(name) for name in names]
            above = scaled[rows, 2] - level[2]
            if led.bears.touches:
                away = scaled[rows] - level
                near = away[np.linalg.norm(away, axis=1).argmin()]
                aside = float(np.hypot(near[0], near[1]))
                led.below = aside < max(STEEP * abs(float(near[2])), BESIDE)
                for row, high in zip(rows, above, strict=True):
                    led.highs[row] = min(led.highs.get(row, np.inf), float(high))
            if not led.below:
                continue
            low = min(led.highs.values())
            for row, name, high in zip(rows, names, above, strict=True):
                if led.highs[row] > low + BESIDE:
                    continue
                points = self._points[led.bears.part]
                thick = thickness(Body(body[None]), self._rest, name, points)[0]
                over = float(high) - led.highs[row]
                height = level[2] + over + thick
                late = max(over, -BESIDE) + DEPARTS * led.bears.since
                found.append(Bearer(row, np.array([late]), np.array([height])))
        return tuple(found)

    def _there(self, bears: Bears, robots: Mapping[str, Array]) -> Array:
        """Where on the robot's copy of the thing the touched place is ``(3,)`` [m]."""
        assert bears.place is not None
        if bears.thing not in self._carriers:
            return self._scale * bears.place
        place = self._carriers[bears.thing](bears.place[None])
        pose = robots[bears.thing]
        return np.asarray(poses.apply(pose, place)[0])

    def contacts(
        self, body: Array, placed: Mapping[str, tuple[Obstacle, Array]], dt: float
    ) -> tuple[Contact, ...]:
        """The pads that touch, soon will or just did; those of the same hulls as one.

        Args:
            body: landmarks that the robot follows ``(K, 3)`` [m].
            placed: obstacles and their poses ``(7,)`` by name.
            dt: time since the frame before [s].
        """
        found: dict[tuple[tuple[int, ...], str], Contact] = {}
        for led in self._led:
            thing = led.bears.thing
            if led.time > TOUCH_TIME or (thing not in placed and thing != GROUND):
                led.place = led.smooth = None
                continue
            self._follow(led, body, dt)
            away = max(led.bears.distance - min(led.bears.rest, led.bears.distance), 0.0)
            obstacle, pose = placed.get(thing, (None, self._level))
            distance = self._scale * away if np.isfinite(away) else 0.0
            contact = Contact(led.pad, obstacle, pose, led.place, led.time, distance)
            key = tuple(led.pad.hulls.tolist()), thing
            if key not in found or contact.time < found[key].time:
                found[key] = contact
        return tuple(found.values())

    def _follow(self, led: _Led, body: Array, dt: float) -> None:
        """Where the pad's point belongs: who kneels does not wander."""
        mark = landmark_of(led.bears.part)
        if mark is None:
            return
        at = body[LANDMARKS.index(mark)]
        if led.place is None or led.smooth is None or led.bears.lands < led.bears.since:
            led.place = led.smooth = at
        if not led.bears.touches:
            return
        led.smooth = led.smooth + (1.0 - np.exp(-dt / STEADY)) * (at - led.smooth)
        led.place = np.minimum(np.maximum(led.place, led.smooth - FIRM), led.smooth + FIRM)

    @property
    def touched(self) -> tuple[tuple[str, str], ...]:
        """The parts that touch now, and what."""
        return tuple((one.bears.part, one.bears.thing) for one in self._led if one.bears.touches)
