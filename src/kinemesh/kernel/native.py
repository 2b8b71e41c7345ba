"""The compiled kernel (``src/native``): tables handed over once, evaluated in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import fields
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.kernel.rows import (
    AxisAlignment,
    Box,
    Clearance,
    HandDistances,
    JointOffsets,
    JointRange,
    LeastSquares,
    PointMixture,
    PointOffsets,
    Rows,
    SelfClearance,
    TangentDifference,
    TangentMixture,
    Within,
)
from kinemesh.kernel.search import Searched, SearchRule
from kinemesh.proximity import NEAR, Obstacle
from kinemesh.proximity.hull_clearance import DENTED, GRID
from kinemesh.proximity.hull_heights import hull_planes
from kinemesh.proximity.narrow_phase import distances
from kinemesh.proximity.sheet import Sheet, near_sheet
from kinemesh.proximity.surface import (
    DOUBT,
    POKES,
    SPREAD,
    TrueSurface,
)
from kinemesh.robot import Configuration, RobotModel
from kinemesh.robot.bodies import joint_axes
from kinemesh.robot.selfcollision import pair_distances

try:
    import kinemesh.kernel._native as _native
except ImportError:  # installed without a compiler
    _native = None  # type: ignore[assignment]  # a module otherwise; nobody asks it then

Posture = tuple[Array, Array, Array, Array, Array]
"""q, rotations, translations, spheres and Jacobian: a :class:`Configuration` in arrays."""


def available() -> bool:
    """Whether the kernel was compiled."""
    return _native is not None


class NativeKernel:
    """Evaluates tables of rows of one robot."""

    def __init__(self, robot: RobotModel) -> None:
        self.robot = robot
        self._model = _native.Model(*_tables(robot))
        self._held: dict[Obstacle, _native.Obstacle] = {}

    @cached_property
    def _facets(self) -> _native.Facets:
        """The facets of the robot's hulls, which true surfaces ask for."""
        table = self.robot.hull_table
        return _native.Facets(hull_planes(table), table.vertices, table.starts, table.centres)

    def holding(self, obstacles: Iterable[Obstacle]) -> NativeKernel:
        """The same with obstacles made ready that many tables will name."""
        other = copy(self)
        other._held = {obstacle: self._obstacle(obstacle) for obstacle in obstacles}
        return other

    def compiled(self, table: LeastSquares | Within) -> _native.Asked:
        """The table, made ready."""
        try:
            rows = _KINDS[type(table.rows)](self, table.rows)
        except ValueError as error:
            raise ValueError(f"{error}: {_sizes(table.rows)}") from None
        if isinstance(table, LeastSquares):
            return _native.Asked.squares(rows, table.weight, table.constant)
        return _native.Asked.within(rows, table.lower, table.upper)

    def evaluate(self, program: Sequence[_native.Asked], q: Array) -> NativeEvaluated:
        """Tables made ready at ``q`` ``(nq,)``."""
        return NativeEvaluated(self.robot, self._model.evaluate(program, q))

    def search(
        self,
        program: Sequence[_native.Asked],
        prices: Sequence[float],
        box: Box,
        joints: JointRange | None,
        rule: SearchRule,
    ) -> NativeSearch:
        """What searches by QPs over tables made ready: see :class:`kinemesh.kernel.Kernel`."""
        ends = None if joints is None else (joints.lower, joints.upper)
        ready = self._model.search(program, prices, box.lower, box.upper, ends, rule)
        return NativeSearch(self.robot, ready)

    def placed(self, obstacles: Sequence[tuple[Obstacle | None, Array]]) -> list[_native.Placed]:
        """Obstacles, made ready, at their poses; None is the ground plane at a pose's height."""
        return [self._placed(*one) for one in obstacles]

    def _placed(self, obstacle: Obstacle | None, pose: Array) -> _native.Placed:
        ready = None
        if obstacle is not None:
            ready = self._held.get(obstacle) or self._obstacle(obstacle)
        return _native.Placed(ready, poses.matrix(pose), pose[:3])

    def _obstacle(self, obstacle: Obstacle) -> _native.Obstacle:
        """An obstacle, its sheets left to Python."""
        robot, sheet, other = self.robot, obstacle.sheet, None
        if sheet is not None:
            other = partial(_sheet_distances, robot, sheet)
        parts = () if obstacle.surface is not None else obstacle.parts
        solids = [
            (
                _native.Part(np.asarray(solid.geometry.points()), solid.planes),
                partial(_solid_distances, robot, solid),
            )
            for solid in parts
        ]
        dents = obstacle.dents
        grid = None if dents is None else (dents.depths, dents.origin, GRID, DENTED)
        surface = None if obstacle.surface is None else self._surface(obstacle.surface)
        return _native.Obstacle(solids, grid, surface, other)

    def _surface(self, surface: TrueSurface) -> _native.Surface:
        field = surface.field
        return _native.Surface(
            _native.Field(field.values, field.origin, field.spacing),
            self._facets,
            surface.outcrops.points,
            (*SPREAD, POKES, DOUBT),
        )


class NativeSearch:
    """A program ready to be searched: see :class:`kinemesh.kernel.Search`."""

    def __init__(self, robot: RobotModel, search: _native.Search) -> None:
        self._robot, self._search = robot, search

    def solved(self, q: Array, most: int) -> Searched | None:
        """Iterated from ``q`` ``(nq,)``, at most so many QPs."""
        return self._found(self._search.solved(q, most))

    def improved(self, q: Array, shares: Sequence[float]) -> Searched | None:
        """One step from ``q``, or the first of these shares of it that does not raise the merit."""
        return self._found(self._search.improved(q, shares))

    def _found(self, found: tuple[_native.Evaluated, float, int] | None) -> Searched | None:
        if found is None:
            return None
        at, merit, done = found
        return Searched(NativeEvaluated(self._robot, at), merit, done)


def _sizes(rows: Rows) -> str:
    """The arrays of a table, for whoever wrote it."""
    given = {field.name: getattr(rows, field.name) for field in fields(rows)}
    shapes = [f"{name} {value.shape}" for name, value in given.items() if hasattr(value, "shape")]
    return f"{', '.join(shapes)}; expected what kinemesh.kernel.{type(rows).__name__} says"


class NativeEvaluated:
    """A program at one configuration: see :class:`kinemesh.kernel.Evaluated`."""

    def __init__(self, robot: RobotModel, found: _native.Evaluated) -> None:
        self._robot, self._found = robot, found
        self.cost: float = found.cost
        self.violation: float = found.violation
        self.excess = found.excess
        self.rows = found.rows
        self.normal = found.normal
        self.stacked = found.stacked

    @property
    def counts(self) -> list[int]:
        """How many rows each entry has now."""
        found: list[int] = self._found.counts
        return found

    @property
    def figures(self) -> list[float]:
        """Of every entry its cost, or by how much its worst row is out of bounds."""
        found: list[float] = self._found.figures
        return found

    @property
    def configuration(self) -> Configuration:
        """Where it was evaluated."""
        return Configuration.made(self._robot, *self._found.posture)


_KINDS: dict[type, Callable[[NativeKernel, Any], Any]] = {
    PointOffsets: lambda _, r: _native.PointOffsets(r.joints, r.points, r.directions, r.origins),
    PointMixture: lambda _, r: _native.PointMixture(r.joints, r.points, r.factor, r.offset),
    AxisAlignment: lambda _, r: _native.AxisAlignment(r.joints, r.axes, r.targets),
    TangentDifference: lambda _, r: _native.TangentDifference(r.others, r.shares, r.offset),
    TangentMixture: lambda _, r: _native.TangentMixture(r.origin, r.factor, r.offset),
    JointOffsets: lambda _, r: _native.JointOffsets(r.reference),
    Clearance: lambda kernel, r: _native.Clearance(kernel.placed(r.obstacles), r.ground, r.within),
    SelfClearance: lambda kernel, r: _native.SelfClearance(
        r.within, partial(_pairs_apart, kernel.robot)
    ),
    HandDistances: lambda kernel, r: _native.HandDistances(
        kernel.placed(r.obstacles), r.hulls, NEAR
    ),
}


# ---- what is measured in Python: distances of hulls that touch, and sheets


def _solid_distances(
    robot: RobotModel,
    solid: Any,
    posture: Posture,
    rotation: Array,
    translation: Array,
    hulls: NDArray[np.int64],
    within: float,
) -> tuple[Array, Array, Array, NDArray[np.int64]]:
    at = Configuration.made(robot, *posture)
    return distances(at, solid, rotation, translation, within, hulls)


def _sheet_distances(
    robot: RobotModel,
    sheet: Sheet,
    posture: Posture,
    rotation: Array,
    translation: Array,
    hulls: NDArray[np.int64],
    within: float,
) -> tuple[Array, Array, Array, NDArray[np.int64]]:
    at = Configuration.made(robot, *posture)
    near = near_sheet(at, sheet, rotation, translation, within, hulls)
    return near.distance, near.points, near.normals, near.hulls


def _pairs_apart(
    robot: RobotModel, posture: Posture, pairs: NDArray[np.int64], within: float
) -> tuple[Array, Array, Array, NDArray[np.int64]]:
    near = pair_distances(Configuration.made(robot, *posture), robot.self_pairs[pairs], within)
    return near.distance, near.points, near.normals, near.pairs


def _tables(robot: RobotModel) -> tuple[Any, ...]:
    model, table = robot.pin_model, robot.hull_table
    placements = np.zeros((model.njoints, 12))
    for joint in range(1, model.njoints):
        placement = model.jointPlacements[joint]
        placements[joint] = [*placement.rotation.ravel(), *placement.translation]
    axes, sliding = joint_axes(robot)
    return (
        np.array(list(model.parents), dtype=np.int64),
        sliding,
        placements,
        axes,
        robot.support,
        table.vertices,
        table.starts,
        table.joints,
        table.centres,
        table.radii,
        robot.self_pairs,
    )
