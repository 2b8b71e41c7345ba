"""The contract of every constraint."""

from __future__ import annotations

from kinemesh.kernel import Bounded, Box, JointRange, Within
from kinemesh.problem import Term


class Constraint(Term[Within, Bounded]):
    """Rows that must hold. Subclasses are frozen dataclasses: parameters in, no memory.

    One of ``rows``, ``neighbour_rows`` and ``evaluate`` says what it asks
    (:class:`kinemesh.problem.Term`): tables as :class:`~kinemesh.kernel.Within`, or a
    :class:`~kinemesh.kernel.Bounded` at a configuration.

    When the rows of a frame cannot all hold, those of the constraint with the lowest
    :attr:`sacrifice` give way last: stance (2) gives way before penetration (1).

    Examples:
        >>> from dataclasses import dataclass
        >>> from kinemesh.kernel import PointOffsets, Within
        >>> @dataclass(frozen=True)
        ... class HandsAbove(kinemesh.constraints.Constraint):
        ...     height: float = 0.8  # [m]
        ...
        ...     def rows(self, robot, frame):
        ...         hands = robot.landmark_points("left_hand", "right_hand")
        ...         up, level = np.tile([0.0, 0.0, 1.0], (2, 1)), np.zeros((2, 3))
        ...         return Within(PointOffsets(*hands, up, level), self.height, np.inf)
        >>> terms = [*kinemesh.constraints.defaults(), HandsAbove(0.75)]
        >>> result = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4), constraints=terms)
        >>> [report.violation["handsabove"] < 1e-3 for report in result.reports]
        [True, True, True, True]
    """

    sacrifice: int = 3
    """Who gives way first when not all can hold: the highest number."""


class StepBox(Term[JointRange | Box, Box]):
    """Bounds on the step itself: they hold always and are never relaxed.

    Tables are a :class:`~kinemesh.kernel.JointRange` or a :class:`~kinemesh.kernel.Box`,
    ``evaluate`` gives a box.
    """
