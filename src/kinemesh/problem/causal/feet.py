"""When and where the robot's feet stand, come down and go slowly, frame by frame."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.causal.standing import Foot
from kinemesh.detection.support import Land
from kinemesh.motion import LANDMARKS
from kinemesh.problem.feet import EASE_TIME, TOES
from kinemesh.problem.frame import SlowToe, SoleApproach, Stance, Touchdown
from kinemesh.robot import RobotModel, Sole

_REACH = 0.12
"""A surface no higher over a toe than this [m], at human scale, is under it."""
_LET = 1.0 / 30.0
"""A foot that was let go is as free as after so long a time [s]: it stood on its foremost point,
and what is eased is a little higher."""


class _Sole:
    """One sole, and what is remembered of its stances."""

    def __init__(self, sole: Sole, ankle: float, toe: float) -> None:
        self.sole, self.rests = sole, (ankle, toe)
        self.surface, self.normal = np.zeros(3), np.array([0.0, 0.0, 1.0])
        self.foot = Foot()
        self.print: Array | None = None
        self.heights = (0.0, 0.0)
        # Of heel and toe: how long ago they stood, on what, and with the toe where.
        self.since = [np.inf, np.inf]
        self.stood: list[tuple[Array, Array]] = [(self.surface, self.normal)] * 2
        self.last: Array | None = None
        self.slow = False

    def see(self, foot: Foot, marks: Array, under: tuple[float, Array], dt: float) -> None:
        """Take note of the foot, its ankle and toe ``(2, 3)`` [m], and the surface under it."""
        ankle, toe = marks
        self.foot, self.normal = foot, under[1]
        self.surface = np.array([*toe[:2], under[0]])
        self.heights = (ankle[2] - self.rests[0], toe[2] - self.rests[1])
        if not (foot.there and np.isfinite(under[0])):
            self.print = None
        elif self.print is None or foot.touchdown:
            self.print = toe[:2]
        for edge, down in enumerate((foot.heel, foot.toe)):
            self.since[edge] = 0.0 if down else self.since[edge] + dt
            if down:
                self.stood[edge] = self.surface, self.normal
                self.last = toe[:2]

    def stance(self, touchdowns: Mapping[str, Touchdown]) -> Stance | None:
        """The stance of the sole; None in the air."""
        if not self.foot.there or not np.isfinite(self.surface[2]):
            return None
        known = None if self.foot.touchdown else touchdowns.get(self.sole.name)
        point = self.surface if known is None else known.toe
        foot = self.foot
        return Stance(self.sole, foot.heel, point, self.normal, not foot.toe, known, self.print)

    def approaches(self) -> list[SoleApproach]:
        """Its edges that have just left the surface, or will soon be on it."""
        found = []
        comes = (self.foot.heel_lands, self.foot.lands)
        for edge, part in enumerate((slice(0, 2), slice(2, 4))):
            since, lands = self.since[edge], comes[edge]
            if 0.0 < since <= EASE_TIME and since <= lands:
                (surface, normal), time = self.stood[edge], max(since, _LET)
                place = None if self.last is None or edge == 0 else self.surface[:2]
            elif 0.0 < lands <= EASE_TIME:
                surface, normal, time, place = self.surface, self.normal, lands, self.surface[:2]
            else:
                continue
            if np.isfinite(surface[2]):
                height = self.heights[edge] - float(surface[2])
                found.append(SoleApproach(self.sole, part, time, surface, normal, height, place))
        return found


class CausalFeet:
    """What a stream asks of the soles of a robot.

    Args:
        robot: whose soles.
        land: what bears, in the robot's world.
        scale: of the robot's world against the person's.
        slow: speed [m/s] below which a toe is hardly moved.
        rests: heights [m] of ankle and toe over the soles at rest, by foot.
    """

    def __init__(
        self,
        robot: RobotModel,
        land: Land,
        scale: float,
        slow: float,
        rests: Mapping[str, tuple[float, float]],
    ) -> None:
        self._land, self._scale, self._slow = land, scale, slow
        self._soles = [_Sole(sole, *rests[sole.name]) for sole in robot.soles]
        self._toes: dict[str, Array] = {}
        self._still: dict[str, bool] = {}

    def go_on(self, before: CausalFeet) -> None:
        """Take over what was seen in another scene."""
        self._soles, self._toes, self._still = before._soles, before._toes, before._still

    def see(
        self, feet: Mapping[str, Foot], landmarks: Array, toes: Mapping[str, Array], dt: float
    ) -> None:
        """Take note of a frame.

        Args:
            feet: what the feet do.
            landmarks: that the robot follows ``(K, 3)`` [m].
            toes: where the person's toes are, scaled ``(3,)`` [m], by side.
            dt: time since the frame before [s].
        """
        for sole in self._soles:
            side = sole.sole.name
            rows = [LANDMARKS.index(f"{side}_{mark}") for mark in ("ankle", "toe")]
            marks = landmarks[rows]
            height, normal = self._land.support(marks[1:], _REACH * self._scale)
            sole.see(feet[side], marks, (float(height[0]), normal[0]), dt)
            before = self._toes.get(side)
            self._still[side] = (
                before is not None
                and float(np.linalg.norm(toes[side][:2] - before[:2])) <= self._slow * dt
            )
            self._toes[side] = toes[side]

    def stances(self, touchdowns: Mapping[str, Touchdown]) -> tuple[Stance, ...]:
        """The soles that are planted, or hover over their places."""
        there = (sole.stance(touchdowns) for sole in self._soles)
        return tuple(stance for stance in there if stance is not None)

    def approaches(self) -> tuple[SoleApproach, ...]:
        """The edges of soles that are planted soon, or were."""
        return tuple(one for sole in self._soles for one in sole.approaches())

    def slow_toes(self, stances: tuple[Stance, ...]) -> tuple[SlowToe, ...]:
        """The feet hardly moved since the frame before that are not held by ``stances``."""
        held = [stance.sole.name for stance in stances if stance.touchdown is not None]
        return tuple(
            SlowToe(TOES[side], -1)
            for side, still in self._still.items()
            if still and side not in held
        )
