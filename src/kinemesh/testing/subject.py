"""A term under test: where it is asked, and what its answers must be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from kinemesh.arrays import Array
from kinemesh.kernel import Bounded, Residual
from kinemesh.problem import ALONE, Frame, Neighbours, way_of
from kinemesh.robot import Configuration, RobotModel
from kinemesh.solve.evaluation import evaluate_term
from kinemesh.testing.frames import random_configuration, sample_frame, sample_neighbours
from kinemesh.testing.parameters import require

_STEP = 1e-5
"""Finite difference step [rad], [m]."""
_KINK = 1e-2
"""One-sided slopes that differ by more than this, as a share, straddle a kink or a jump."""
_BASE = ("base x", "base y", "base z", "base turn x", "base turn y", "base turn z")


class Subject:
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
        check: Callable[[Subject, Configuration, Frame, Neighbours], bool],
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
        """Say what is wrong with the term unless it ``holds``."""
        require(holds, self.term, message)

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
