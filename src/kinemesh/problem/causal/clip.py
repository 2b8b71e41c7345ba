"""A recording that is asked as a stream is: no frame knows what comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kinemesh.detection.causal.calibration import Calibration
from kinemesh.detection.causal.instant import Instant
from kinemesh.errors import ClipError
from kinemesh.motion import Clip
from kinemesh.problem.causal.plan import CausalPlan
from kinemesh.problem.frame import Frame, Touchdown
from kinemesh.proximity import Obstacle
from kinemesh.robot import RobotModel


class CausalClip:
    """What the frames of a clip ask, one after the other, each from those before it.

    Args:
        clip: the demonstration.
        robot: who is to follow.
        known: what is known of the person.
        options: those of :class:`CausalPlan`.
    """

    def __init__(self, clip: Clip, robot: RobotModel, known: Calibration, **options: Any) -> None:
        self.plan = CausalPlan(robot, known, clip.scene, **options)
        self._clip, self._next = clip, 0

    def __len__(self) -> int:
        return len(self._clip)

    returns = True
    """Limbs that went another way are led back frame by frame."""

    def solids(self) -> tuple[Obstacle, ...]:
        """Props and terrain."""
        return self.plan.solids()

    def frame(self, index: int, touchdowns: Mapping[str, Touchdown] | None = None) -> Frame:
        """What the next frame asks, given where feet were planted before it.

        Raises:
            ClipError: it is not the next one.
        """
        if index != self._next:
            raise ClipError(f"frame {index} was asked for; expected {self._next}, the next one")
        self._next += 1
        clip = self._clip
        now = Instant(
            clip.skeleton,
            clip.positions[index],
            1.0 / clip.fps,
            None if clip.rotations is None else clip.rotations[index],
            {prop.name: prop.track[index] for prop in clip.scene.props},
        )
        return self.plan.frame(index, now, touchdowns or {})
