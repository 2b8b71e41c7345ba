"""Where the props of the robot's scene are, frame by frame.

As :mod:`kinemesh.problem.placing` has them where it can be known in time: places are scaled and
props are not, what stands on the ground stands on it, and what rests on another prop rests on the
same place of it. What hands will hold is not known before they do: a prop is moved to where the
person's hands hold it, by one offset in its own frame, while it is lifted, and stays so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.causal.trail import Trail
from kinemesh.detection.support import Land
from kinemesh.geometry import poses
from kinemesh.geometry.easing import smooth_step
from kinemesh.motion import Prop, Scene, Terrain
from kinemesh.problem.placing import size_of

_SUNK = 0.1
"""A prop whose lowest point comes this close to the ground [m] stands on it ..."""
_STILL = 0.05
"""... while it is slower than this [m/s]."""
_LOW, _HIGH = 0.02, 0.4
"""What holds for a prop on its bearer fades from so high above it [m] over that way [m] up."""
_DEEP = 0.1
"""Deeper below the top of another [m] nothing rests on it."""
_UPRIGHT = 0.98
"""A prop that leans further than this cosine bears nothing."""
_PACE = 0.4
"""A correction changes no faster than this [m/s]."""
_DRAWN = 0.15
"""A prop is drawn to the hands that hold it no faster than this [m/s], ..."""
_SOFT = 0.5
"""... in this time constant [s] ..."""
_FARTHEST = 0.3
"""... and by no more than this [m]."""
_RAISED = 0.1
"""From so high over its rest [m] on it is where it is held in height, too."""


class _Prop:
    """One prop, and what is remembered of it."""

    def __init__(self, prop: Prop, scale: float) -> None:
        self.name, self.size = prop.name, size_of(prop, scale)
        self.limb = prop.limb_of is not None
        self._points = np.concatenate([part.vertices for part in prop.shape.parts])
        self._middle = prop.shape.bounds.mean(axis=0)
        self._top = Land(Scene(terrain=Terrain(prop.shape), ground=None))
        self._trail = Trail()
        self.sunk: float | None = None
        self.correction: Array | None = None
        self.offset: Array = np.zeros(3)  # in its own frame
        self.lowest, self.middle, self.pose = 0.0, np.zeros(3), poses.IDENTITY
        self._speed = 0.0

    def see(self, pose: Array, dt: float) -> None:
        """Take note of where the person's is."""
        turn = poses.matrix(pose)
        self.pose = pose
        self.lowest = float((turn[2] @ self._points.T).min() + pose[2])
        self.middle = turn @ self._middle + pose[:3]
        self._speed = float(np.linalg.norm(self._trail.velocity(self.middle, dt)))

    def settle(self, ground: float | None, dt: float) -> float:
        """How high it is over the ground where it stands on it [m]."""
        over = np.inf if ground is None else self.lowest - ground
        if abs(over) < _SUNK and self._speed < _STILL:
            before = over if self.sunk is None else self.sunk
            self.sunk = before + float(np.clip(over - before, -_PACE * dt, _PACE * dt))
        return self.sunk or 0.0

    def draw(self, away: Array, dt: float) -> None:
        """Move it towards where it is held, ``away`` ``(3,)`` [m] in the world."""
        wanted = self.offset + poses.matrix(self.pose).T @ away
        wanted *= min(1.0, _FARTHEST / max(float(np.linalg.norm(wanted)), 1e-9))
        change = (1.0 - np.exp(-dt / _SOFT)) * (wanted - self.offset)
        size = float(np.linalg.norm(change))
        self.offset = self.offset + change * min(1.0, _DRAWN * dt / max(size, 1e-12))

    def top(self, pose: Array, size: float, at: Array) -> float:
        """Height [m] of its top, ``size`` times as large and at ``pose``, under a place ``(2,)``.

        -inf where it does not bear.
        """
        turn = poses.matrix(pose)
        if turn[2, 2] < _UPRIGHT:
            return -np.inf
        local = turn.T @ (np.array([*at, pose[2]]) - pose[:3]) / size
        height = float(self._top.support(local[None], np.inf)[0][0])
        return float(pose[2] + size * height)

    def placed(self, middle: Array, lowest: float) -> Array:
        """The pose ``(7,)`` of the robot's copy, its middle over ``middle`` ``(2,)`` [m]."""
        turn = poses.matrix(self.pose)
        pose = np.array(self.pose)
        pose[:2] = middle - self.size * (turn @ self._middle)[:2]
        pose[2] = lowest - self.size * float((turn[2] @ self._points.T).min())
        return pose


class CausalProps:
    """The props of a stream.

    Args:
        props: the person's; their tracks are not looked at.
        scale: of the robot's world against the person's.
        ground: height of the person's ground [m], None for none.
    """

    def __init__(self, props: Sequence[Prop], scale: float, ground: float | None) -> None:
        self._scale, self._ground = scale, ground
        self._props = {prop.name: _Prop(prop, scale) for prop in props}

    def go_on(self, before: CausalProps) -> None:
        """Take over what is known of the props that stay."""
        for name, prop in self._props.items():
            other = before._props.get(name)
            if other is not None:
                prop.sunk, prop.correction, prop.offset = other.sunk, other.correction, other.offset

    def step(self, seen: Mapping[str, Array], dt: float) -> dict[str, Array]:
        """Where the robot's copies are: poses ``(7,)`` by name.

        Args:
            seen: poses ``(7,)`` of the person's props that have been seen.
            dt: time since the frame before [s].
        """
        there = [self._props[name] for name in self._props if name in seen]
        for prop in there:
            prop.see(seen[prop.name], dt)
        placed: dict[str, Array] = {}
        limbs = {prop.name: self._beside(prop) for prop in there if prop.limb}
        # From below: whoever bears others is placed before them.
        for prop in sorted(there, key=lambda one: one.lowest):
            if prop.limb:
                continue
            free = self._scale * np.array([*prop.middle[:2], prop.lowest])
            free[2] -= self._scale * prop.settle(self._ground, dt)
            scaled = float(free[2])
            free += self._drawn(prop)
            wanted = self._wanted(prop, free, placed)
            before = wanted if prop.correction is None else prop.correction
            change = wanted - before
            size = float(np.linalg.norm(change))
            prop.correction = before + change * min(1.0, _PACE * dt / max(size, 1e-12))
            place = free + prop.correction
            if self._ground is not None:
                # What is as deep in the recording is a pit, or another floor.
                deep = prop.lowest < self._ground - _SUNK
                level = self._scale * self._ground
                place[2] = max(place[2], min(scaled, level) if deep else level)
            placed[prop.name] = prop.placed(place[:2], float(place[2]))
        return placed | limbs

    def _beside(self, prop: _Prop) -> Array:
        """The pose ``(7,)`` of a limb of somebody else, who is scaled as the person is."""
        return prop.placed(self._scale * prop.middle[:2], self._scale * prop.lowest)

    def hold(self, name: str, away: Array, dt: float) -> None:
        """Take note of hands that hold a prop.

        Args:
            name: of the prop.
            away: how far the person's hands are from where they are on it ``(3,)`` [m].
            dt: time since the frame before [s].
        """
        prop = self._props[name]
        if not prop.limb and self._raised(prop) > _LOW:
            prop.draw(away, dt)

    def _raised(self, prop: _Prop) -> float:
        """How high a prop is over where it stood [m]; infinite where it never did."""
        if self._ground is None or prop.sunk is None:
            return np.inf
        return prop.lowest - self._ground - prop.sunk

    def _drawn(self, prop: _Prop) -> Array:
        """By how much it is elsewhere for those who hold it ``(3,)`` [m]."""
        offset = poses.matrix(prop.pose) @ prop.offset
        offset[2] *= float(smooth_step(np.clip(np.array(self._raised(prop) / _RAISED), 0.0, 1.0)))
        return offset

    def _wanted(self, prop: _Prop, free: Array, placed: Mapping[str, Array]) -> Array:
        """What a prop lacks ``(3,)`` [m], to be where it is on what bears it."""
        found, nearest = np.zeros(3), np.inf
        for name, pose in placed.items():
            other = self._props[name]
            top = other.top(other.pose, 1.0, prop.middle[:2])
            over = prop.lowest - top
            if not -_DEEP < over < min(nearest, _LOW + _HIGH):
                continue
            nearest = over
            at = other.size * (prop.middle[:2] - other.middle[:2])
            turn = poses.matrix(pose)
            at += pose[:2] + other.size * (turn @ other._middle)[:2]
            height = other.top(pose, other.size, at)
            share = 1.0 - smooth_step(np.clip((np.array(over) - _LOW) / _HIGH, 0.0, 1.0))
            missing = np.array([*at, height + self._scale * over]) - free
            found = share * missing
        return found
