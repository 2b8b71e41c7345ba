"""Whether a simulated robot follows a motion, as a batch asks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kinemesh.batch.line import REJECTED, UNSURE
from kinemesh.errors import KinemeshError
from kinemesh.result import Result
from kinemesh.robot import RobotModel

SEED = 0
"""Of the controller's random numbers."""


@dataclass(frozen=True)
class Tried:
    """What came of simulating a motion, where that was wanted."""

    figures: dict[str, Any] | None = None
    unknown: str = ""
    """Why it could not be tried."""

    @property
    def lost(self) -> bool:
        """Whether it was tried and not followed."""
        return self.figures is not None and not self.figures["followed"]

    @property
    def said(self) -> list[str]:
        """Why it is not kept, in words."""
        if self.unknown:
            return [self.unknown]
        return [f"simulation: {self.figures['reason']}"] if self.figures and self.lost else []

    @property
    def failed(self) -> list[str]:
        """What it broke, by name, beside the rows of the verdict."""
        return ["simulation"] if self.lost else []

    @property
    def doubts(self) -> list[str]:
        """What could not be judged, by name."""
        return ["simulation"] if self.unknown else []

    def status(self, judged: str) -> str:
        """The status of a motion that was ``judged`` so."""
        return REJECTED if self.lost else UNSURE if self.unknown else judged


def tried_out(result: Result, robot: RobotModel, seed: int) -> Tried:
    """Let a simulated robot follow ``result``."""
    from kinemesh.physics.simulating import simulate  # with all that makes models of it

    try:
        # One thread: the workers fill the processors.
        done = simulate(result, robot=robot, seed=seed, threads=1)
    except KinemeshError as error:
        return Tried(unknown=f"simulation: {error}")
    assert done.simulation is not None  # a simulated motion has it
    return Tried(done.simulation.summary())
