"""The robot's answers to a person who is known."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.causal.calibration import Calibration
from kinemesh.detection.causal.instant import Instant
from kinemesh.geometry.easing import smooth_step
from kinemesh.motion import Scene
from kinemesh.problem.causal.plan import CausalPlan
from kinemesh.solve import Retargeter
from kinemesh.streaming.pose import Pose
from kinemesh.streaming.record import Entry

_COMES = 1.0
"""A robot that is elsewhere goes to the person's pose in so long [s]."""


class Following:
    """One person, one scene, one robot.

    Args:
        retargeter: settings.
        known: the person.
        scene: the person's.
        start: configuration ``(nq,)`` to go from; None: the first answer may be anywhere.
        before: what was followed before in another scene: feet go on standing.
    """

    def __init__(
        self,
        retargeter: Retargeter,
        known: Calibration,
        scene: Scene,
        start: Array | None,
        before: Following | None = None,
    ) -> None:
        self._retargeter, self.known = retargeter, known
        self.plan = CausalPlan(
            retargeter.robot,
            known,
            scene,
            proportions=retargeter.proportions,
            mesh=retargeter.mesh,
            stance=retargeter.stance,
        )
        self._walk = retargeter.walk(self.plan.solids(), start)
        self._index, self._gone = 0, 1.0
        self._from: Array | None = None
        if start is not None and before is None:
            self._from, self._gone = retargeter.robot.configuration(start).landmarks(), 0.0
        if before is not None:
            self.plan.go_on(before.plan)
            self._walk.touchdowns = before._walk.touchdowns

    def answer(self, now: Instant, at: float) -> tuple[Pose, Entry | None]:
        """The answer to a frame at a time [s], and what is kept of it once it is followed."""
        plan, walk, start = self.plan, self._walk, None
        if self._from is not None and self._gone < 1.0 - 1e-9:
            self._gone += now.dt / _COMES
            share = float(smooth_step(np.clip(np.array(self._gone), 0.0, 1.0)))
            start = self._from, share
        frame = plan.frame(self._index, now, walk.touchdowns, start)
        answer = walk.solve(frame)
        self._index += 1
        report = answer.report(self._retargeter.feasibility)
        q, props = answer.configuration.q, dict(plan.props)
        said = tuple(f"{name} gave way" for name in report.relaxed)
        parts: dict[str, Any] = {"time": at, "q": q, "landmarks": plan.landmarks, "props": props}
        pose = Pose(
            **parts,
            contacts=plan.contacts,
            report=report,
            latency=0.0,
            state="following" if start is None else "starting",
            said=said,
        )
        if start is not None:
            return pose, None
        return pose, Entry(**parts, now=now, feet=plan.feet, touched=plan.touched, report=report)
