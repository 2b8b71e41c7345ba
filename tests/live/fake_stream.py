"""A stand-in for the stream, with its face: the robot stands where the person's pelvis is."""

from __future__ import annotations

import os
import time as clock
from collections.abc import Mapping

import numpy as np

from kinemesh import Pose, Result, RobotModel, Sample, Scene, Trajectory
from kinemesh.errors import ClipError, OptionError
from kinemesh.live import Person

DELAY = "KINEMESH_FAKE_DELAY"
"""So long [s] an answer takes, by the environment."""


class FakeStream:
    def __init__(
        self,
        robot: RobotModel,
        person: Person,
        **options: object,
    ) -> None:
        self.robot, self.person, self.options = robot, person, options
        self.scene = person.scene or Scene()
        self.pushed: list[tuple[float | None, np.ndarray, Mapping[str, np.ndarray]]] = []
        self.sent: list[Sample] = []
        self.answered: list[np.ndarray] = []
        self.inside = 0
        self._q = np.array(robot.rest)
        self._last = -np.inf

    def __enter__(self) -> FakeStream:
        self.inside += 1
        return self

    def __exit__(self, *error: object) -> None:
        self.inside -= 1

    def push(self, positions, rotations=None, props=None, time=None) -> Pose:
        assert self.inside == 1
        clock.sleep(float(os.environ.get(DELAY, 0.0)))
        skeleton = self.person.skeleton
        if positions.shape != (len(skeleton.joints), 3):
            raise ClipError(f"positions have the shape {positions.shape}")
        first = not np.isfinite(self._last)
        if time is None:
            time = 0.0 if first else self._last + 1.0 / self.person.fps
        self.pushed.append((time, np.array(positions), props or {}))
        said = ()
        if time <= self._last:
            said = ("a time that was before",)
        if not np.all(np.isfinite(positions)):
            said = ("joints are lost",)
        if not said:
            self._q[:3], self._last = skeleton.place(positions, "pelvis"), time
            self.answered.append(self._q.copy())
        at = self._last if np.isfinite(self._last) else 0.0
        state = "holding" if said else "following"
        marks, contacts = np.zeros((15, 3)), (("left_foot", "ground"),)
        return Pose(at, self._q.copy(), marks, {}, contacts, None, 0.001, state, said)

    def sample(self, time: float) -> Sample:
        if not self.answered or (self.sent and time < self.sent[-1].time):
            raise OptionError(f"time = {time}: no frame has come yet, or before the last sample")
        velocity = np.zeros(len(self._q) - 1)
        self.sent.append(Sample(time, self._q.copy(), velocity, held=False))
        return self.sent[-1]

    def record(self) -> Result:
        if len(self.answered) < 2:
            raise ClipError(f"{len(self.answered)} frames are kept; a motion needs at least 2")
        q = np.array(self.answered)
        trajectory = Trajectory(q, self.person.fps, self.robot.joint_names, self.robot.name)
        return Result(trajectory, self.scene, np.zeros((len(q), 15, 3)), ())
