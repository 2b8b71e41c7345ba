"""What parts other than feet touch of what does not move, from what has been seen so far.

As :mod:`kinemesh.detection.bodies` has it, but for how near a part rests: that is as near as it has
been.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.bodies import (
    ENTER,
    HAND,
    LEANS,
    LEAVE,
    LEVEL,
    MOST,
    MOVES,
    PASSING,
    STATURE,
    STEADY,
    STILL,
    points_of,
)
from kinemesh.detection.causal.instant import Instant
from kinemesh.detection.causal.touching import APPROACHES, SOONEST
from kinemesh.detection.causal.trail import Trail
from kinemesh.geometry import poses
from kinemesh.geometry.closest import Closest
from kinemesh.motion import GROUND, HANDS, PARTS, Scene

_SOON = 0.3
"""A touch is foreseen by no more than this [s]."""
_FORGETS = 0.05
"""How near a part rests is forgotten at this speed [m/s]: an old file's floor sags."""


class _Thing:
    """What may bear, and how it is now."""

    def __init__(self, name: str, closest: Closest | None, bounds: Array | None, height: float):
        self.name, self._closest, self._bounds, self._height = name, closest, bounds, height
        self._trail = Trail()
        self._pose = poses.IDENTITY
        self.still = self.fixed = True

    def see(self, pose: Array | None, dt: float) -> None:
        """Take note of where a prop is."""
        if pose is not None:
            self._pose = pose
            self.still = float(np.linalg.norm(self._trail.velocity(pose[:3], dt))) < STILL
            self.fixed &= self.still

    def near(self, points: Array, within: float) -> tuple[Array, Array, Array]:
        """Signed distances, places in the thing's frame, and rises of the normals.

        Of points ``(N, 3)`` [m]; what is further than ``within`` [m] is infinitely far.
        """
        if self._closest is None or self._bounds is None:
            places = np.array(points)
            places[:, 2] = self._height
            return points[:, 2] - self._height, places, np.ones(len(points))
        turn = poses.matrix(self._pose)
        local = (points - self._pose[:3]) @ turn
        away, rise, places = np.full(len(points), np.inf), np.zeros(len(points)), np.array(local)
        low, high = self._bounds
        close = np.all((local > low - within) & (local < high + within), axis=1)
        if close.any():
            distance, place = self._closest.nearest(local[close])
            inside = self._closest.inside(local[close], distance)
            normal = (np.where(inside[:, None], -1.0, 1.0) * (local[close] - place)) @ turn.T
            size = np.maximum(np.linalg.norm(normal, axis=1), 1e-9)
            away[close] = np.where(inside, -distance, distance)
            places[close], rise[close] = place, normal[:, 2] / size
        return away, places, rise


@dataclass(eq=False)
class Bears:
    """One part of the body and one thing."""

    part: str
    thing: str
    touches: bool = False
    since: float = np.inf
    """Since it touched [s]; 0 while it does."""
    lands: float = np.inf
    """Time to a touch that is foreseen [s]."""
    distance: float = np.inf
    """From the nearest joint to the surface [m]."""
    rest: float = np.inf
    """How near it rests [m]."""
    place: Array | None = None
    """Where on the surface ``(3,)`` [m]: in the prop's frame, or in the world."""


class Bearing:
    """All parts of a person and all that may bear them.

    Args:
        scene: the person's; tracks of its props are not looked at.
        stature: the person's [m].
        parts: those that are asked for, of :data:`kinemesh.motion.PARTS`.
    """

    def __init__(self, scene: Scene, stature: float, parts: Collection[str]) -> None:
        self._size = stature / STATURE
        self._things = []
        if scene.ground is not None:
            self._things.append(_Thing(GROUND, None, None, scene.ground))
        solids = [(prop.name, prop.shape) for prop in scene.objects]
        if scene.terrain is not None:
            solids.append((scene.terrain.name, scene.terrain.shape))
        for name, shape in solids:
            self._things.append(_Thing(name, Closest(shape), shape.bounds, 0.0))
        self._props = {prop.name for prop in scene.props}
        self._parts = [part for part in PARTS if part in parts]
        self._trails = {part: (Trail(), {t.name: Trail() for t in self._things}) for part in parts}
        self.pairs = {
            (part, thing.name): Bears(part, thing.name)
            for thing in self._things
            for part in self._parts
            if part not in HANDS or thing.name == GROUND
        }

    def see(self, now: Instant, busy: Sequence[str]) -> None:
        """Take note of a frame.

        Args:
            now: the person and the props.
            busy: hands that touch a thing: meanwhile they bear nowhere else.
        """
        points = {part: points_of(now, part)[:, 0] for part in self._parts}
        points = {part: there for part, there in points.items() if len(there)}
        speeds = {
            part: float(np.linalg.norm(self._trails[part][0].velocity(there.mean(axis=0), now.dt)))
            for part, there in points.items()
        }
        for thing in self._things:
            if thing.name in self._props and thing.name not in now.props:
                continue
            thing.see(now.props.get(thing.name), now.dt)
            self._on(thing, points, speeds, busy, now.dt)

    def _on(
        self,
        thing: _Thing,
        points: Mapping[str, Array],
        speeds: Mapping[str, float],
        busy: Sequence[str],
        dt: float,
    ) -> None:
        """All parts on one thing, asked at once."""
        asked = [part for part in points if (part, thing.name) in self.pairs]
        if not asked:
            return
        mosts = [self._size * MOST[part.rpartition("_")[2]] for part in asked]
        leans = [part in LEANS and thing.fixed for part in asked]
        downs = [0.0 if lean else most / 2.0 for lean, most in zip(leans, mosts, strict=True)]
        lowered = [
            points[part] - np.array([0.0, 0.0, down])
            for part, down in zip(asked, downs, strict=True)
        ]
        away, places, rise = thing.near(np.concatenate(lowered), 2.0 * max(mosts))
        first = 0
        for part, most, lean, down in zip(asked, mosts, leans, downs, strict=True):
            rows = slice(first, first + len(points[part]))
            first = rows.stop
            k = rows.start + int(away[rows].argmin())
            pair = self.pairs[part, thing.name]
            distance = float(away[k]) + down
            nearing = 0.0
            if np.isfinite(distance):
                trail = self._trails[part][1][thing.name]
                nearing = -float(trail.velocity(np.array([distance]), dt)[0])
            able = thing.still and part not in busy and (lean or rise[k] > LEVEL)
            _step(pair, distance if able else np.inf, speeds[part], nearing, most, dt)
            if pair.touches or pair.place is None or pair.since > _SOON:
                share = 1.0 - np.exp(-dt / STEADY) if pair.touches and pair.place is not None else 1
                before = places[k] if pair.place is None else pair.place
                pair.place = before + share * (places[k] - before)


def _step(
    pair: Bears, distance: float, speed: float, nearing: float, most: float, dt: float
) -> None:
    """Whether a part touches now, by its distance [m], speed and approach [m/s]."""
    least = HAND * most / MOST["hand"] - ENTER if pair.part in HANDS else 0.0
    pair.distance = distance
    pair.rest = min(pair.rest + _FORGETS * dt * (not pair.touches), most)
    near = distance < most and speed < MOVES
    if pair.touches:
        pair.touches = near and distance < max(pair.rest, least) + LEAVE
    else:
        rest = max(pair.rest, least)
        pair.touches = near and speed < PASSING and distance < min(rest + ENTER, most)
    pair.since = 0.0 if pair.touches else pair.since + dt
    if pair.touches:
        pair.rest = max(min(pair.rest, distance), 0.0)
    pair.lands = np.inf
    if not pair.touches and nearing > APPROACHES and np.isfinite(distance):
        gap = max(distance - min(max(pair.rest, least) + ENTER, most), 0.0)
        pair.lands = max(gap / nearing, SOONEST)
