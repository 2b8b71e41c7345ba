"""How one frame was solved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kinemesh.arguments import mapping, texts, whole


@dataclass(frozen=True)
class FrameReport:
    """How one frame was solved.

    Raises:
        OptionError: a number that cannot be.
        TypeError: an argument of another kind.

    Examples:
        >>> report = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4)).reports[2]
        >>> report.index, report.relaxed, sorted(report.cost)[:2]
        (2, (), ['differences1', 'differences2'])
    """

    index: int
    """Which frame, from 0."""
    iterations: int
    """QPs solved."""
    cost: Mapping[str, float]
    """Cost by objective."""
    violation: Mapping[str, float]
    """Worst violation by constraint, measured on the nonlinear constraint [m] or [rad]."""
    relaxed: tuple[str, ...] = ()
    """Constraints that had to give way because not all rows could hold."""

    def __post_init__(self) -> None:
        for name in ("index", "iterations"):
            whole(name, getattr(self, name), "a whole number, 0 or more", low=0, high=1 << 62)
        mapping("cost", self.cost, "names of objectives to costs")
        mapping("violation", self.violation, "names of constraints to violations")
        relaxed = texts("relaxed", self.relaxed, "a tuple of names of constraints")
        object.__setattr__(self, "relaxed", relaxed)

    @property
    def total(self) -> float:
        """The whole cost."""
        return sum(self.cost.values())

    @property
    def worst(self) -> tuple[str, float]:
        """The constraint with the largest violation, and by how much."""
        return max(self.violation.items(), key=lambda item: item[1], default=("none", 0.0))
