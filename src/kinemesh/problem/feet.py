"""When and where the robot's feet stand, come down and go slowly, over a whole clip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array, readonly
from kinemesh.detection.stance import Footing
from kinemesh.detection.support import Land
from kinemesh.motion import LANDMARKS, Scene
from kinemesh.problem.footprints import Footprints, footprints
from kinemesh.problem.frame import SlowToe, SoleApproach, Stance, Touchdown
from kinemesh.problem.prop_map import TerrainScale
from kinemesh.problem.terrain_pieces import TerrainPieces
from kinemesh.robot import RobotModel, Sole

EASE_TIME = 0.1
"""A foot is eased into and out of a stance over this time [s]."""

TOES = {side: LANDMARKS.index(f"{side}_toe") for side in ("left", "right")}

TerrainChange = TerrainPieces | TerrainScale | None
"""How the robot's terrain differs from the person's; None: not at all."""


class Feet:
    """What a clip asks of the soles of a robot.

    Args:
        robot: whose soles.
        scene: the robot's.
        footing: stance of the person's feet.
        landmarks: of the person, scaled ``(T, K, 3)`` [m].
        land: where the robot's terrain is.
        scale: robot height / human height.
        fps: frames a second.
        toes: where the person's toes are, scaled ``(T, 3)`` [m], by side.
        slow: speed [m/s] below which a toe is hardly moved.
        rests: by foot, heights [m] of ankle and toe while they rest.
    """

    def __init__(
        self,
        robot: RobotModel,
        scene: Scene,
        footing: Mapping[str, Footing],
        landmarks: Array,
        land: TerrainChange,
        scale: float,
        fps: float,
        toes: Mapping[str, Array],
        slow: float,
        rests: Mapping[str, tuple[float, float]],
    ) -> None:
        self._robot, under = robot, Land(scene)
        self._standing: list[_Standing] = []
        self._approaches: list[_Approach] = []
        self._slow = [
            (sole.name, *_slow_toe(TOES[sole.name], toes[sole.name], slow / fps))
            for sole in robot.soles
        ]
        for sole in robot.soles:
            foot = footing.get(sole.name)
            if foot is None:
                continue
            side, toe = sole.name, landmarks[:, TOES[sole.name]]
            ankle = np.array(landmarks[:, LANDMARKS.index(f"{side}_ankle")])
            low, tip = rests[side]
            ankle[:, 2] -= low
            surface = _surface(under, trodden(land, toe, side), 0.12 * scale)
            prints = footprints(foot, surface[0])
            self._standing.append(_Standing(sole, foot, *surface, prints))
            for part, flags, edge in ((0, foot.heel, ankle), (2, foot.toe, toe)):
                height = trodden(land, edge, side)[:, 2]
                height = height - (0.0 if part == 0 else tip)
                corners = slice(part, part + 2)
                approach = _Approach(sole, corners, flags, height, *surface, fps, prints)
                self._approaches.append(approach)

    def stances(
        self, index: int, touchdowns: Mapping[str, Touchdown], nominal: Array | None
    ) -> tuple[Stance, ...]:
        """The soles that are planted in frame ``index``, or land over their places.

        Args:
            index: which frame.
            touchdowns: where each planted sole touched down.
            nominal: configuration ``(nq,)`` that says where a sole is planted if nothing else does.
        """
        there = (standing.stance(index, touchdowns) for standing in self._standing)
        stances = tuple(stance for stance in there if stance is not None)
        if nominal is None:
            return stances
        at = self._robot.configuration(nominal)
        corners = [at.positions(np.full(4, s.sole.joint), s.sole.corners) for s in stances]
        planted = [stance.planted(c) for stance, c in zip(stances, corners, strict=True)]
        return tuple(
            replace(stance, touchdown=down) for stance, down in zip(stances, planted, strict=True)
        )

    def approaches(self, index: int) -> tuple[SoleApproach, ...]:
        """The edges of soles that are planted soon after frame ``index``, or were before it."""
        return tuple(one.at(index) for one in self._approaches if one.active[index])

    def slow_toes(self, index: int, stances: tuple[Stance, ...]) -> tuple[SlowToe, ...]:
        """The feet hardly moved about frame ``index`` that are not held by ``stances``."""
        held = [stance.sole.name for stance in stances if stance.touchdown is not None]
        return tuple(
            toe
            for name, before, after, back, on in self._slow
            if name not in held
            for toe, slow in ((before, back[index]), (after, on[index]))
            if slow
        )


class _Standing:
    """The stances of one sole. Flags are lists: a number of an array is slow to get at."""

    def __init__(
        self,
        sole: Sole,
        foot: Footing,
        surface: Array,
        normal: Array,
        prints: Footprints,
    ) -> None:
        self._sole, self._surface, self._normal = sole, surface, normal
        self._prints = prints
        there = (foot.toe | foot.landing) & np.isfinite(surface[:, 2])
        self._there: list[bool] = there.tolist()
        self._heel: list[bool] = foot.heel.tolist()
        self._landing: list[bool] = foot.landing.tolist()
        self._touchdown: list[bool] = foot.touchdown.tolist()

    def stance(self, index: int, touchdowns: Mapping[str, Touchdown]) -> Stance | None:
        if not self._there[index]:
            return None
        known = None if self._touchdown[index] else touchdowns.get(self._sole.name)
        point = self._surface[index] if known is None else known.toe
        whole, landing = self._heel[index], self._landing[index]
        normal, footprint = self._normal[index], self._prints[index]
        return Stance(self._sole, whole, point, normal, landing, known, footprint)


class _Approach:
    """One edge of a sole, heel or toe, before and after its stances."""

    def __init__(
        self,
        sole: Sole,
        corners: slice,
        planted: NDArray[np.bool_],
        height: Array,
        surface: Array,
        normal: Array,
        fps: float,
        prints: Footprints,
    ) -> None:
        self._sole, self._corners = sole, corners
        stance = nearest(planted)
        time = np.abs(stance - np.arange(len(stance))) / fps
        active = (stance >= 0) & (0.0 < time) & (time <= EASE_TIME)
        active &= np.isfinite(surface[stance, 2])
        self.active: list[bool] = active.tolist()
        self._time: list[float] = time.tolist()
        self._surface, self._normal = surface[stance], normal[stance]
        self._height: list[float] = (height - surface[stance, 2]).tolist()
        self._stance: list[int] = stance.tolist()
        self._toe, self._prints = surface, prints

    def at(self, index: int) -> SoleApproach:
        time, height = self._time[index], self._height[index]
        surface, normal = self._surface[index], self._normal[index]
        return SoleApproach(
            self._sole, self._corners, time, surface, normal, height, self._place(index)
        )

    def _place(self, index: int) -> Array | None:
        """The footprint, moved as the toe is from where it was in the stance."""
        stance = self._stance[index]
        there = self._prints[stance]
        if there is None:
            return None
        return np.asarray(there + self._toe[index, :2] - self._toe[stance, :2])


def _slow_toe(
    toe: int, places: Array, reach: float
) -> tuple[SlowToe, SlowToe, list[bool], list[bool]]:
    """A toe against the frame before and the one after, and in which frames it is slow so."""
    step = places[1:, :2] - places[:-1, :2]
    slow: list[bool] = (np.einsum("tc,tc->t", step, step) <= reach**2).tolist()
    return SlowToe(toe, -1), SlowToe(toe, 1), [False, *slow], [*slow, False]


def trodden(
    land: TerrainChange, places: Array, side: str, index: int | slice = slice(None)
) -> Array:
    """Places ``(N, 3)`` [m] of a foot of the person in frames ``index``, for the robot's."""
    return places if land is None else land.foot(places, side, index)


def _surface(land: Land, toe: Array, reach: float) -> tuple[Array, Array]:
    """The places ``(T, 3)`` [m] under a toe, and the unit normals there; -inf high for nothing."""
    places = np.array(toe)
    places[:, 2], normals = land.support(places, reach)
    return readonly(places), readonly(normals)


def nearest(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Index of the nearest True of ``flags`` ``(T,)`` for every entry; -1 if there is none."""
    true = np.flatnonzero(flags)
    if not len(true):
        return np.full(len(flags), -1)
    at = np.arange(len(flags))
    after = true[np.minimum(np.searchsorted(true, at), len(true) - 1)]
    before = true[np.maximum(np.searchsorted(true, at, side="right") - 1, 0)]
    return np.where(np.abs(after - at) <= np.abs(at - before), after, before)
