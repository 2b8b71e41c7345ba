"""The checks of a term's contract: shapes, bounds, finite differences."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.constraints import Constraint, StepBox
from kinemesh.kernel import Bounded, Residual
from kinemesh.objectives import Objective
from kinemesh.problem import PENALTY, Frame, Neighbours
from kinemesh.robot import Configuration, RobotModel
from kinemesh.testing.parameters import check_parameters, require
from kinemesh.testing.subject import Subject


def check_objective(
    objective: Objective,
    robot: RobotModel,
    frame: Frame | None = None,
    neighbours: Neighbours | None = None,
    *,
    tolerance: float = 1e-6,
    seed: int = 0,
) -> None:
    """Check that ``objective`` keeps the contract of an objective.

    The name is one; the term is a frozen dataclass whose ``repr`` gives it back, and says in one
    way what it asks; it comes to None or a :class:`~kinemesh.kernel.Residual` of fitting shapes,
    gives the same answer twice, changes none of its inputs, and takes a frame that nothing goes
    before; the Jacobian agrees with finite differences on the manifold in every column, at
    configurations near the frame's and all over the joints' ranges, with the base turned.

    Args:
        objective: the term.
        robot: any robot it is for.
        frame: a frame in which it is active; default :func:`sample_frame`.
        neighbours: the frames around it; default :func:`sample_neighbours`.
        tolerance: largest error of the Jacobian, as a share of its largest number.
        seed: seed of the configurations.

    Raises:
        AssertionError: what is broken, where, and by how much.

    Examples:
        >>> robot = kinemesh.RobotModel.load("g1")
        >>> kinemesh.testing.check_objective(kinemesh.objectives.Laplacian(), robot)
    """
    check_parameters(objective, Objective)
    check = Subject(objective, robot, tolerance)
    check.everywhere(frame, neighbours, seed, _check_residual)


def check_constraint(
    constraint: Constraint | StepBox,
    robot: RobotModel,
    frame: Frame | None = None,
    neighbours: Neighbours | None = None,
    *,
    tolerance: float = 1e-6,
    seed: int = 0,
) -> None:
    """Check that ``constraint`` keeps the contract of a constraint or of a step box.

    As :func:`check_objective`; besides, lower bounds are not above upper ones. Where a row has
    a kink (a nearest point that jumps to another corner) the Jacobian must lie between the
    slopes on both sides. A :class:`~kinemesh.constraints.StepBox` has no Jacobian: its bounds
    must allow the robot to stand still at the frame's previous configuration, because nothing
    ever relaxes them.

    Args:
        constraint: the term.
        robot: any robot it is for.
        frame: a frame in which it is active; default :func:`sample_frame`.
        neighbours: the frames around it; default :func:`sample_neighbours`.
        tolerance: largest error of the Jacobian, as a share of its largest number.
        seed: seed of the configurations.

    Raises:
        AssertionError: what is broken, where, and by how much.

    Examples:
        >>> robot = kinemesh.RobotModel.load("g1")
        >>> kinemesh.testing.check_constraint(kinemesh.constraints.FootStance(), robot)
    """
    check_parameters(constraint, (Constraint, StepBox))
    check = Subject(constraint, robot, tolerance)
    if isinstance(constraint, StepBox):
        check.everywhere(frame, neighbours, seed, _check_box)
        return
    order = constraint.sacrifice
    require(
        type(order) is int and 1 <= order <= len(PENALTY),
        constraint,
        f"sacrifice is {order!r}; expected 1 (gives way last) to {len(PENALTY)} (first)",
    )
    check.everywhere(frame, neighbours, seed, _check_bounded)


def _check_residual(
    check: Subject, configuration: Configuration, frame: Frame, neighbours: Neighbours
) -> bool:
    answer = check.evaluate(configuration, frame, neighbours)
    if answer is None:
        return False
    check.require(isinstance(answer, Residual), f"it comes to {type(answer).__name__}, no Residual")
    check.rows(answer)
    weight = np.asarray(answer.weight)
    check.require(
        weight.shape in ((), answer.value.shape),
        f"weight has shape {weight.shape}; expected one number or {answer.value.shape}",
    )
    check.require(
        bool(np.all(np.isfinite(weight) & (weight >= 0.0))), "weight is negative or not finite"
    )
    check.require(bool(np.isfinite(answer.constant)), "constant is not finite")
    return check.jacobian(configuration, frame, neighbours)


def _check_bounded(
    check: Subject, configuration: Configuration, frame: Frame, neighbours: Neighbours
) -> bool:
    answer = check.evaluate(configuration, frame, neighbours)
    if answer is None:
        return False
    check.require(isinstance(answer, Bounded), f"it comes to {type(answer).__name__}, no Bounded")
    check.rows(answer)
    # One number stands for every row.
    lower, upper = (
        np.full(answer.value.shape, bound) if np.ndim(bound) == 0 else np.asarray(bound)
        for bound in (answer.lower, answer.upper)
    )
    _check_bounds(check, lower, upper, answer.value.shape)
    return check.jacobian(configuration, frame, neighbours)


def _check_box(
    check: Subject, configuration: Configuration, frame: Frame, neighbours: Neighbours
) -> bool:
    answer = check.evaluate(configuration, frame, neighbours)
    if answer is None:
        return False
    _check_bounds(check, answer.lower, answer.upper, (check.robot.nv,))
    if answer.radius is not None:
        check.require(
            bool(np.isfinite(answer.radius) and answer.radius > 0.0),
            f"radius is {answer.radius}; expected a positive number or None",
        )
    if neighbours.previous is not None and np.array_equal(configuration.q, neighbours.previous):
        out = np.maximum(answer.lower, -answer.upper)
        k = int(np.argmax(out))
        check.require(
            bool(out[k] <= 0.0),
            f"the box does not let {check.columns[k]} stand still at the frame's previous "
            f"configuration (by {out[k]:.3g}): nothing relaxes a box, so such a frame has no "
            f"answer",
        )
    return True


def _check_bounds(check: Subject, lower: Array, upper: Array, shape: tuple[int, ...]) -> None:
    check.array(lower, "lower", shape, finite=False)
    check.array(upper, "upper", shape, finite=False)
    over = np.flatnonzero(lower > upper)
    if len(over):
        k = int(over[0])
        check.require(False, f"row {k} runs from {lower[k]} to {upper[k]}: lower is above upper")
    empty = np.flatnonzero((lower == np.inf) | (upper == -np.inf))
    check.require(not len(empty), f"rows {empty.tolist()} have no room between their bounds")
