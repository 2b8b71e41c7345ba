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
    """

    sacrifice: int = 3
    """Who gives way first when not all can hold: the highest number."""


class StepBox(Term[JointRange | Box, Box]):
    """Bounds on the step itself: they hold always and are never relaxed.

    Tables are a :class:`~kinemesh.kernel.JointRange` or a :class:`~kinemesh.kernel.Box`,
    ``evaluate`` gives a box.
    """
