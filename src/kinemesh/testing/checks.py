"""The checks: shapes, bounds, finite differences, and that nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from kinemesh.arrays import Array
from kinemesh.constraints import Constraint, StepBox
from kinemesh.errors import OptionError
from kinemesh.objectives import Objective
from kinemesh.problem import (
    ALONE,
    PENALTY,
    Bounded,
    Frame,
    Neighbours,
    Residual,
    way_of,
)
from kinemesh.robot import Configuration, RobotModel
from kinemesh.solve.evaluation import evaluate_term
from kinemesh.testing.frames import random_configuration, sample_frame, sample_neighbours

_STEP = 1e-5
"""Finite difference step [rad], [m]."""
_KINK = 1e-2
"""One-sided slopes that differ by more than this, as a share, straddle a kink or a jump."""
_BASE = ("base x", "base y", "base z", "base turn x", "base turn y", "base turn z")


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
    way what it asks; it comes to None or a :class:`~kinemesh.problem.Residual` of fitting shapes,
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
    """
    _check_parameters(objective, Objective)
    check = _Check(objective, robot, tolerance)
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
    """
    _check_parameters(constraint, (Constraint, StepBox))
    check = _Check(constraint, robot, tolerance)
    if isinstance(constraint, StepBox):
        check.everywhere(frame, neighbours, seed, _check_box)
        return
    order = constraint.sacrifice
    _require(
        type(order) is int and 1 <= order <= len(PENALTY),
        constraint,
        f"sacrifice is {order!r}; expected 1 (gives way last) to {len(PENALTY)} (first)",
    )
    check.everywhere(frame, neighbours, seed, _check_bounded)


class _Check:
    """One term and one robot under test."""

    def __init__(self, term: Any, robot: RobotModel, tolerance: float) -> None:
        self.term = term
        self.robot = robot
        self.tolerance = tolerance
        self.columns = (*_BASE, *robot.joint_names)

    def everywhere(
        self,
        given: Frame | None,
        around: Neighbours | None,
        seed: int,
        check: Callable[[_Check, Configuration, Frame, Neighbours], bool],
    ) -> None:
        """Run ``check`` at every place, and make sure that it found something to check."""
        frame = sample_frame(self.robot, seed=seed) if given is None else given
        neighbours = sample_neighbours(self.robot, seed=seed) if around is None else around
        first = replace(
            frame,
            stances=(),
            sole_approaches=(),
            contacts=(),
            orientation_targets=(),
            obstacles=(),
            nominal=None,
        )
        active = False
        for configuration in self._places(neighbours, seed):
            active |= check(self, configuration, frame, neighbours)
            for bare in (first, replace(first, ground=None)):
                self.evaluate(configuration, bare, ALONE)
        self.require(
            active,
            "it is inactive, or has nothing smooth to compare, at every configuration tried: "
            "pass a frame in which it is active",
        )

    def _places(self, neighbours: Neighbours, seed: int) -> Iterator[Configuration]:
        """The frame's start, two near it, three anywhere."""
        rng = np.random.default_rng(seed)
        previous = neighbours.previous
        start = self.robot.configuration(self.robot.rest if previous is None else previous)
        yield start
        for _ in range(2):
            near = np.array(start.integrate(rng.normal(scale=0.01, size=self.robot.nv)).q)
            near[7:] = np.clip(near[7:], self.robot.lower, self.robot.upper)
            yield self.robot.configuration(near)
        for _ in range(3):
            yield random_configuration(self.robot, rng)

    def require(self, holds: bool, message: str) -> None:
        _require(holds, self.term, message)

    def answer(self, configuration: Configuration, frame: Frame, neighbours: Neighbours) -> Any:
        """What the term comes to."""
        return evaluate_term(self.term, configuration, frame, neighbours)

    def evaluate(self, configuration: Configuration, frame: Frame, neighbours: Neighbours) -> Any:
        """The same, after making sure that it has neither memory nor side effects."""
        inputs = [*_arrays(frame), *_arrays(neighbours), *_state(configuration)]
        copies = [array.copy() for array in inputs]
        way = f"{way_of(self.term)}()"
        try:
            first = self.answer(configuration, frame, neighbours)
            again = self.answer(configuration, frame, neighbours)
        except ValueError as error:
            if "read-only" not in str(error):
                raise
            raise AssertionError(f"{self.term!r}: {way} writes to its inputs") from error
        kept = _same(inputs, copies)
        self.require(kept, f"{way} changes its inputs")
        self.require(_alike(first, again), f"{way} answers differently when asked again")
        return first

    def array(self, value: Any, name: str, shape: tuple[int, ...], finite: bool = True) -> None:
        """``value`` is a float array of that shape."""
        self.require(isinstance(value, np.ndarray), f"{name} is {type(value).__name__}, no array")
        self.require(value.shape == shape, f"{name} has shape {value.shape}; expected {shape}")
        good = np.isfinite(value) if finite else ~np.isnan(value)
        self.require(bool(np.all(good)), f"{name} holds NaN or infinite numbers")

    def rows(self, answer: Residual | Bounded) -> None:
        """Value and Jacobian fit together."""
        value = answer.value
        self.require(
            isinstance(value, np.ndarray) and value.ndim == 1,
            f"value has shape {np.shape(value)}; expected one axis",
        )
        self.array(value, "value", (len(value),))
        self.array(answer.jacobian, "jacobian", (len(value), self.robot.nv))

    def jacobian(self, configuration: Configuration, frame: Frame, neighbours: Neighbours) -> bool:
        """Compare all columns with finite differences; False if there was nothing to compare."""
        answer = self.answer(configuration, frame, neighbours)
        scale = max(1.0, float(np.abs(answer.jacobian).max(initial=0.0)))
        compared = False
        for k, column in enumerate(self.columns):
            step = np.zeros(self.robot.nv)
            step[k] = _STEP
            ahead = self.answer(configuration.integrate(step), frame, neighbours)
            behind = self.answer(configuration.integrate(-step), frame, neighbours)
            if any(a is None or len(a.value) != len(answer.value) for a in (ahead, behind)):
                continue  # rows came or went: those left cannot be told apart
            forward = (ahead.value - answer.value) / _STEP
            backward = (answer.value - behind.value) / _STEP
            kink = np.abs(forward - backward)
            error = np.abs(answer.jacobian[:, k] - (forward + backward) / 2.0)
            compared |= bool(np.any(kink <= _KINK * scale))
            over = error - 0.5 * kink - self.tolerance * scale
            if np.any(over > 0.0):
                row = int(np.argmax(over))
                slope = (forward[row] + backward[row]) / 2.0
                self.require(
                    False,
                    f"the Jacobian is wrong in column {k} ({column}), row {row}: "
                    f"{answer.jacobian[row, k]:.9g}, where finite differences give {slope:.9g} "
                    f"(off by {error[row]:.3g}; "
                    f"{int(np.count_nonzero(over > 0.0))} of {len(over)} rows are)",
                )
        return compared


def _check_residual(
    check: _Check, configuration: Configuration, frame: Frame, neighbours: Neighbours
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
    check: _Check, configuration: Configuration, frame: Frame, neighbours: Neighbours
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
    check: _Check, configuration: Configuration, frame: Frame, neighbours: Neighbours
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


def _check_bounds(check: _Check, lower: Array, upper: Array, shape: tuple[int, ...]) -> None:
    check.array(lower, "lower", shape, finite=False)
    check.array(upper, "upper", shape, finite=False)
    over = np.flatnonzero(lower > upper)
    if len(over):
        k = int(over[0])
        check.require(False, f"row {k} runs from {lower[k]} to {upper[k]}: lower is above upper")
    empty = np.flatnonzero((lower == np.inf) | (upper == -np.inf))
    check.require(not len(empty), f"rows {empty.tolist()} have no room between their bounds")


def _check_parameters(term: Any, kind: type | tuple[type, ...]) -> None:
    """Frozen, named, and given back by its ``repr``."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    names = " or ".join(k.__name__ for k in kinds)
    _require(isinstance(term, kind), term, f"it is no {names}: make it a subclass of one")
    try:
        way_of(term)
    except OptionError as error:
        raise AssertionError(f"{term!r}: {error}") from error
    _require(
        is_dataclass(term), term, "it is no dataclass: decorate it with @dataclass(frozen=True)"
    )
    name = fields(term)[0].name if fields(term) else "memory"
    try:
        setattr(term, name, getattr(term, name, None))
    except AttributeError:
        pass
    else:
        _require(False, term, f"{name} can be set: decorate it with @dataclass(frozen=True)")
    _require(isinstance(term.name, str) and bool(term.name), term, "its name is no text")
    start, _, rest = repr(term).partition("(")
    scope = {"Term": type(term), "array": np.array, "inf": np.inf, "nan": np.nan}
    try:
        again = eval(f"Term({rest}", scope)
    except Exception as error:
        raise AssertionError(
            f"{term!r}: repr does not give its parameters back ({error}); "
            f"expected {type(term).__name__}(name=value, ...)"
        ) from error
    _require(start == type(term).__qualname__, term, f"repr names {start}")
    for field in fields(term):
        old, new = getattr(term, field.name), getattr(again, field.name)
        _require(
            type(old) is type(new) and bool(np.all(old == new)),
            term,
            f"repr does not give {field.name} back: {new!r} instead of {old!r}",
        )


def _require(holds: bool, term: Any, message: str) -> None:
    if not holds:
        raise AssertionError(f"{term!r}: {message}")


def _same(first: list[Array], second: list[Array]) -> bool:
    """Whether two lists hold the same arrays."""
    return len(first) == len(second) and all(
        a.shape == b.shape and bool(np.all((a == b) | ((a != a) & (b != b))))
        for a, b in zip(first, second, strict=True)
    )


def _alike(first: Any, second: Any) -> bool:
    """Whether two answers say the same."""
    return (first is None) == (second is None) and _same(_arrays(first), _arrays(second))


def _arrays(value: Any) -> list[Array]:
    """All arrays and numbers that ``value`` holds, however deep."""
    if isinstance(value, np.ndarray | float | int):
        return [np.asarray(value)]
    if isinstance(value, Mapping):
        return [a for item in value.values() for a in _arrays(item)]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [a for item in value for a in _arrays(item)]
    if is_dataclass(value) and not isinstance(value, type):
        return [a for field in fields(value) for a in _arrays(getattr(value, field.name))]
    return []


def _state(configuration: Configuration) -> list[Array]:
    """What a configuration knows."""
    return [configuration.q, configuration.rotations, configuration.translations]
