"""Poses at a fixed rate, whenever frames come: on the way from one to the next, within limits."""

from __future__ import annotations

import numpy as np

from kinemesh.arguments import number
from kinemesh.arrays import Array
from kinemesh.errors import OptionError
from kinemesh.robot import RobotModel
from kinemesh.streaming.pose import Sample

_SILENT = 0.25
"""Where nothing has come for so long [s], the robot is said to be held."""
_BASE = np.array([3.0, 3.0, 3.0, 6.0, 6.0, 6.0])
"""The base follows no faster than this [m/s], [rad/s]."""
_THERE = 1e-6
"""Who is this share of the way from a pose is in it."""


class Output:
    """The way from what is sent now to the newest pose.

    It takes as long as frames are apart, or as joints need at the speeds that their motors have.
    So what is sent is late by one frame, never outruns a motor, and comes to rest in the last pose
    where nothing follows. Straight from pose to pose a foot would cut through the ground: there the
    base is raised.

    Args:
        robot: whose limits.

    Attributes:
        ground: height of the ground [m]; None for none.
    """

    def __init__(self, robot: RobotModel) -> None:
        self._robot = robot
        self.ground: float | None = None
        self._lowest: tuple[float, float] | None = None
        self._fastest = np.concatenate([_BASE, robot.velocity])
        self._start: Array | None = None
        self._way: Array = np.zeros(robot.nv)
        self._begins, self._lasts = 0.0, 1.0
        self._came = -np.inf
        self._sent: tuple[float, Array] | None = None

    def take(self, time: float, q: Array, dt: float) -> None:
        """Go to a pose from now on.

        Args:
            time: when it came [s].
            q: configuration ``(nq,)``.
            dt: how long after the one before [s].
        """
        self._came = time
        if self._start is None:
            self._start, self._begins, self._lasts = q, time, dt
            return
        now = time if self._sent is None else max(time, self._sent[0])
        self._start = self._at(now)
        self._way = self._robot.difference(self._start, q)
        self._lowest = None  # of both ends, worked out when it is asked for
        needed = float((np.abs(self._way) / self._fastest).max(initial=0.0))
        self._begins, self._lasts = now, max(dt, needed)

    def sample(self, time: float) -> Sample:
        """What to send at a time [s], not before the last one.

        Raises:
            OptionError: nothing has come yet, or the time is before the last one.
        """
        number("time", time, "a time [s], on the clock of the frames", error=OptionError)
        if self._start is None:
            raise OptionError("no frame has come yet: push one before the first sample")
        q, velocity = self._at(time), np.zeros(self._robot.nv)
        if self._sent is not None:
            before, last = self._sent
            if time < before:
                raise OptionError(
                    f"time = {time:g} s is before that of the last sample, {before:g}"
                )
            if time > before:
                velocity = self._robot.difference(last, q) / (time - before)
        self._sent = time, q
        return Sample(time, q, velocity, time - self._came > _SILENT)

    def _at(self, time: float) -> Array:
        assert self._start is not None
        share = float(np.clip((time - self._begins) / self._lasts, 0.0, 1.0))
        q = self._robot.integrate(self._start, share * self._way)
        if _THERE < share < 1.0 - _THERE and self.ground is not None:
            if self._lowest is None:
                end = self._robot.integrate(self._start, self._way)
                self._lowest = self._low(self._start, self.ground), self._low(end, self.ground)
            begins, ends = self._lowest
            allowed = (1.0 - share) * begins + share * ends
            q[2] += max(0.0, allowed - self._low(q, self.ground))
        return q

    def _low(self, q: Array, ground: float) -> float:
        """Height of the robot's lowest point [m], no more than that of the ground."""
        table = self._robot.hull_table
        points = self._robot.configuration(q).positions(table.vertex_joints, table.vertices)
        return float(points[:, 2].min(initial=ground))
