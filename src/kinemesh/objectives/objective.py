"""The contract of every objective."""

from __future__ import annotations

from kinemesh.kernel import LeastSquares, Residual
from kinemesh.problem import Term


class Objective(Term[LeastSquares, Residual]):
    """A term of the cost. Subclasses are frozen dataclasses: parameters in, no memory.

    One of ``rows``, ``neighbour_rows`` and ``evaluate`` says what it asks
    (:class:`kinemesh.problem.Term`): tables as :class:`~kinemesh.kernel.LeastSquares`, or a
    :class:`~kinemesh.kernel.Residual` at a configuration.

    Examples:
        >>> from dataclasses import dataclass
        >>> from kinemesh.kernel import LeastSquares, PointOffsets
        >>> @dataclass(frozen=True)
        ... class PelvisAt(kinemesh.objectives.Objective):
        ...     height: float = 0.7  # [m]
        ...
        ...     def rows(self, robot, frame):
        ...         pelvis = robot.landmark_points("pelvis")
        ...         up, level = np.array([[0.0, 0.0, 1.0]]), np.array([[0.0, 0.0, self.height]])
        ...         return LeastSquares(PointOffsets(*pelvis, up, level), weight=100.0)
        >>> clip, usual = kinemesh.demos.walk().crop(0, 4), kinemesh.objectives.defaults()
        >>> lower = kinemesh.retarget(clip, objectives=[*usual, PelvisAt(0.6)])
        >>> bool((lower.trajectory.q[:, 2] < kinemesh.retarget(clip).trajectory.q[:, 2]).all())
        True
    """
