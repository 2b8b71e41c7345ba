"""The settings of a frame's solution, for those who hand them on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from kinemesh.constraints import Constraint, StepBox
from kinemesh.detection.stance import StanceRule
from kinemesh.objectives import Objective
from kinemesh.problem import MeshOptions, Proportions


class Settings(TypedDict, total=False):
    """What :class:`kinemesh.Retargeter` takes but its robot and ``refine``.

    :func:`kinemesh.retarget` says what each does, and what it is if left out.
    """

    freeze: str | Sequence[str]
    """What is locked at its rest posture."""
    objectives: Sequence[Objective] | None
    """What is wanted."""
    constraints: Sequence[Constraint | StepBox] | None
    """What must hold."""
    iterations: int
    """Most QPs in a frame [1]."""
    first_iterations: int
    """Most QPs in the first frame [1]."""
    tolerance: float
    """The share [1] of its promise by which a step's cost may miss it when a frame is done."""
    feasibility: float
    """A constraint broken by more [m] is reported as relaxed."""
    solver: str
    """``"daqp"``, ``"osqp"`` or ``"cvxpy"``."""
    mesh: MeshOptions | None
    """How many anchors the interaction mesh has."""
    stance: StanceRule | None
    """When a foot counts as planted."""
    proportions: Proportions
    """Whose lengths the person has whom the robot follows."""
