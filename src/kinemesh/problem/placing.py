r"""Where the props of the robot's scene are, so that what rests on something rests on it there too.

Places are scaled and props are not, so that a box on a table of real size would be inside of it.
A prop's place is therefore its scaled one and a correction, :math:`c_t`: all of what is missing
while it rests, nothing while it is far from what bears it, and between the two on a curve without
a jerk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.resting import GROUND, REACH, TERRAIN, Resting, middles, still
from kinemesh.geometry import poses
from kinemesh.geometry.drops import drops
from kinemesh.geometry.easing import minimum_jerk, smooth_step
from kinemesh.motion import Prop, Scene
from kinemesh.problem.stays import Stay, stays_of

_FADES = 1.0
"""A correction comes and goes in this time [s] ..."""
_LEAST = 0.3
"""... or in what there is of it between two rests, but in no less than this [s]."""
_LOW = 0.02
"""It goes too where a prop is lifted higher than this [m] over where it rested ..."""
_HIGH = 0.4
"""... within this way [m] up, or ..."""
_STEEP = 3.0
"""... so many times the correction: so the prop rises throughout."""
_WIDER = 0.05
"""By so much more [m] a contact is looked for where sizes differ."""
_SAME = 1e-9
"""Places that differ by less [m] are the same."""

Wanted = Callable[[int, Stay, list[Array], Array], Array]


class Placing:
    """The places of a scene's props in the robot's.

    Args:
        scene: the person's.
        target: the robot's, its props of their size there, wherever they are.
        resting: who bears whom in ``scene``.
        scale: how much smaller the robot's world is.
        fps: frames a second.
        offsets: by how much props are elsewhere while nothing but the ground bears them, by name
            ``(3,)`` [m], each in its own frame; of parts of one thing the mean.
        joints: by number, the part that a part of a thing goes with: it keeps its place on that.
    """

    def __init__(
        self,
        scene: Scene,
        target: Scene,
        resting: Resting,
        scale: float,
        fps: float,
        offsets: Mapping[str, Array],
        joints: Mapping[int, int],
    ) -> None:
        self._scene, self._target, self._resting = scene, target, resting
        self._scale, self._fps = scale, fps
        self._sizes = [size_of(prop, scale) for prop in scene.props]
        self._middles = [middles(prop)[:, :2] for prop in scene.props]
        self._lowest = [prop.lowest() for prop in scene.props]
        none = np.zeros(3)
        self._shifts = [
            poses.matrix(prop.track) @ offsets.get(prop.name, none) for prop in scene.props
        ]
        self._joints = joints
        for root in set(joints.values()):
            parts = [root, *(k for k, other in joints.items() if other == root)]
            given = [self._shifts[k] for k in parts if scene.props[k].name in offsets]
            if given:
                self._shifts[root] = np.mean(given, axis=0)
        # From below: whoever bears others is placed before them, and once will do.
        self._order = sorted(range(len(scene.props)), key=lambda k: float(self._lowest[k].mean()))
        way = round(_FADES * fps)
        self._stays = [stays_of(scene, k, resting, way) for k in range(len(scene.props))]
        self._rises: dict[tuple[int, int], Array] = {}

    def tracks(self) -> list[Array]:
        """Poses ``(T, 7)`` of each prop in the robot's scene."""
        free = [self._scale * middle for middle in self._middles]
        held = [place + shift[:, :2] for place, shift in zip(free, self._shifts, strict=True)]
        across = self._settled(held, self._beside, free, -np.inf, self._middles)
        borne = [pair for pair in self._resting.on if pair[1] != GROUND]
        self._rises = {pair: self._rise(*pair, across) for pair in borne}
        sunk = self._resting.sunk
        free = [self._scale * (low - s) for low, s in zip(self._lowest, sunk, strict=True)]
        ground = self._target.ground
        held = [low + shift[:, 2] for low, shift in zip(free, self._shifts, strict=True)]
        least = -np.inf if ground is None else ground
        heights = self._settled(held, self._above, free, least, self._lowest)
        return [
            _moved(prop, place, height).track
            for prop, place, height in zip(self._target.props, across, heights, strict=True)
        ]

    def _settled(
        self,
        free: list[Array],
        wanted: Wanted,
        scaled: list[Array],
        least: float,
        recorded: list[Array],
    ) -> list[Array]:
        """``free`` values ``(T, ...)`` of each prop, corrected by what is ``wanted`` at rests.

        Nothing takes what is, ``scaled``, over ``least`` below it. Parts are as far from one
        another as they are ``recorded``.
        """
        places = list(free)
        # Who changes places with his bearer in the air is not placed exactly by any order.
        for _ in range(len(places) + 1):
            before = list(places)
            for k in self._order:
                if k in self._joints:
                    root = self._joints[k]
                    away = recorded[k] - recorded[root]
                    places[k] = places[root] + self._sizes[k] * away
                    continue
                stays = self._stays[k]
                given = [wanted(k, stay, places, free[k]) for stay in stays]
                corrected = free[k] + self._correction(stays, given, free[k])
                places[k] = np.maximum(corrected, np.minimum(scaled[k], least))
            if all(np.array_equal(a, b) for a, b in zip(before, places, strict=True)):
                break
        return places

    def _beside(self, k: int, stay: Stay, places: list[Array], free: Array) -> Array:
        """What prop ``k`` lacks horizontally, to be where it is on its bearers ``(T, 2)`` [m]."""
        at, sizes = self._middles, self._sizes
        if stay.props:
            there = [places[j] + sizes[j] * (at[k] - at[j]) for j in stay.props]
        elif TERRAIN in stay.on:  # it has edges that a prop would be moved over
            there = [self._scale * at[k]]
        else:
            return np.zeros_like(free)
        frames = np.clip(np.arange(len(free)), stay.enters, stay.leaves)
        missing = (np.mean(there, axis=0) - free)[frames]
        return np.asarray(missing * self._near(k, stay, _HIGH)[:, None])

    def _above(self, k: int, stay: Stay, places: list[Array], free: Array) -> Array:
        """What the lowest point of prop ``k`` lacks in height ``(T,)`` [m], to touch."""
        there = []
        for j in stay.on:
            if j == GROUND:
                there.append(np.full(len(free), self._target.ground))
            else:
                there.append(self._rises[k, j] + (places[j] if j >= 0 else 0.0))
        frames = np.clip(np.arange(len(free)), stay.first, stay.last)
        missing = (np.max(there, axis=0) - free)[frames]
        most = float(np.abs(missing).max())
        return np.asarray(missing * self._near(k, stay, max(_HIGH, _STEEP * most / self._scale)))

    def _near(self, k: int, stay: Stay, high: float) -> Array:
        """How far what holds for a prop on its bearers holds at its height ``(T,)``, 0 to 1."""
        low = self._lowest[k]
        lifted = low - low[np.clip(np.arange(len(low)), stay.first, stay.last)]
        return 1.0 - smooth_step(np.clip((lifted - _LOW) / high, 0.0, 1.0))

    def _correction(self, stays: list[Stay], given: list[Array], free: Array) -> Array:
        """One correction of those ``given`` for each stay ``(T, ...)``, over all frames."""
        total = np.zeros_like(free)
        fades, before = _FADES * self._fps, None
        for stay, own in zip(stays, given, strict=True):
            if before is None:
                comes = self._step(stay.enters - fades, stay.enters)
            elif stay.enters > before.leaves:
                span = min(fades, stay.enters - before.leaves)
                total = _times(1.0 - self._step(before.leaves, before.leaves + span), total)
                comes = self._step(stay.enters - span, stay.enters)
            else:
                comes = self._step(stay.enters, before.leaves)
                total = _times(1.0 - comes, total)
            total = total + _times(comes, own)
            before = stay
        if before is None:
            return total
        return _times(1.0 - self._step(before.leaves, before.leaves + fades), total)

    def _step(self, start: float, end: float) -> Array:
        """From 0 in frame ``start`` to 1 in frame ``end``, in ``_LEAST`` seconds if not in more."""
        frames = len(self._scene.props[0].track)
        middle, half = (start + end) / 2.0, max(end - start, _LEAST * self._fps) / 2.0
        share = (np.arange(frames) - middle + half) / (2.0 * half)
        return minimum_jerk(np.clip(share, 0.0, 1.0))

    def _rise(self, k: int, j: int, across: list[Array]) -> Array:
        """How high the lowest point of prop ``k`` is over that of ``j`` when it rests on it.

        ``(T,)`` [m]; over 0 where ``j`` is the terrain. What is said while it does not is void.
        """
        rest, prop = self._resting.on[k, j], self._target.props[k]
        frames = np.flatnonzero(rest.flags)
        start = np.zeros(len(rest.flags))
        if j == TERRAIN:
            size, apart = self._scale, across[k] - self._scale * self._middles[k]
            other = still(self._target, len(rest.flags))
        else:
            size, start, other = self._sizes[j], self._lowest[j], self._target.props[j]
            other = _moved(other, across[j], 0.0 * start)
            apart = across[k] - across[j] - size * (self._middles[k] - self._middles[j])
        rise = size * (self._lowest[k] - start)
        gaps = size * rest.gaps
        # What is only moved, or shrunk with what bears it, is as far above it as it was.
        changed = frames
        if self._sizes[k] == size:
            changed = frames[np.abs(apart[frames]).max(axis=1) > _SAME]
        if len(changed):
            reach = REACH[0] - _WIDER, REACH[1] + _WIDER
            own = _moved(prop, across[k], rise).track[changed]
            found = drops(prop.shape, own, other.shape, other.track[changed], reach)
            gaps[changed] = np.where(np.isfinite(found), found, gaps[changed])
        return np.where(rest.flags, rise - gaps, 0.0)


def size_of(prop: Prop, scale: float) -> float:
    """How much smaller the robot's copy of a prop is, for a robot of that ``scale``."""
    return scale if prop.robot_scale is None else prop.robot_scale


def _moved(prop: Prop, place: Array, height: Array) -> Prop:
    """A prop whose middle is at ``place`` ``(T, 2)``, its lowest point at ``height`` ``(T,)``."""
    track = np.array(prop.track)
    track[:, :2] += place - middles(prop)[:, :2]
    track[:, 2] += height - prop.lowest()
    return replace(prop, track=track)


def _times(share: Array, values: Array) -> Array:
    """A share ``(T,)`` of values ``(T,)`` or ``(T, K)``."""
    return np.asarray((share * values.T).T)
