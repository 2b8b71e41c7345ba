"""What evaluates tables of rows, finds distances and builds meshes: one interface, two kernels.

The compiled one where it was built, else the reference. Nobody else asks which it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from kinemesh.arrays import Array
from kinemesh.errors import RobotError
from kinemesh.geometry.shape import Shape
from kinemesh.kernel import native, reference
from kinemesh.kernel.rows import (
    AxisAlignment,
    Bounded,
    Box,
    Clearance,
    HandDistances,
    JointOffsets,
    JointRange,
    LeastSquares,
    PointMixture,
    PointOffsets,
    Residual,
    SelfClearance,
    TangentDifference,
    TangentMixture,
    Within,
)
from kinemesh.kernel.search import Search, Searched, SearchRule
from kinemesh.proximity import Obstacle
from kinemesh.proximity.surface import TrueSurface
from kinemesh.robot import Configuration, RobotModel

__all__ = [
    "AxisAlignment",
    "Bounded",
    "Box",
    "Clearance",
    "Evaluated",
    "HandDistances",
    "JointOffsets",
    "JointRange",
    "Kernel",
    "LeastSquares",
    "PointMixture",
    "PointOffsets",
    "Residual",
    "Search",
    "SearchRule",
    "Searched",
    "SelfClearance",
    "TangentDifference",
    "TangentMixture",
    "Within",
    "adjacency",
    "available",
    "deltas",
    "kernel_of",
    "laplacian_target",
    "obstacle_of",
    "target_of_points",
]

available = native.available
"""Whether the compiled kernel is there: ``available() -> bool``."""

if available():
    from kinemesh.kernel.native_shapes import (
        adjacency,
        deltas,
        laplacian_target,
        target_of_points,
        true_surface,
    )
else:
    from kinemesh.kernel.reference_mesh import adjacency, deltas, laplacian_target, target_of_points

    true_surface = TrueSurface.from_shape


def obstacle_of(name: str, shape: Shape) -> Obstacle:
    """What is met at its true surface where its parts leave that far inside, made ready."""
    return Obstacle.from_shape(name, shape, true=True, surface_of=true_surface)


class Evaluated(Protocol):
    """A program, tables one after the other, at one configuration."""

    @property
    def configuration(self) -> Configuration:
        """Where it was evaluated."""

    @property
    def cost(self) -> float:
        """The cost of all entries together."""

    @property
    def violation(self) -> float:
        """By how much the worst row of all is out of bounds."""

    @property
    def counts(self) -> list[int]:
        """How many rows each entry has now."""

    @property
    def figures(self) -> list[float]:
        """Of every entry its cost, or by how much its worst row is out of bounds."""

    def excess(self, k: int, allowed: float) -> float:
        """By how much all rows of entry ``k`` are out of bounds widened by ``allowed``."""

    def rows(self, k: int) -> tuple[Array, Array]:
        """Values ``(m,)`` and Jacobian ``(m, nv)`` of entry ``k``."""

    def normal(self) -> tuple[Array, Array]:
        """Hessian ``(nv, nv)`` and gradient ``(nv,)`` of half the cost."""

    def stacked(self) -> tuple[Array, Array, Array]:
        """Matrix ``(m, nv)`` and bounds ``(m,)`` of a step, for all bounded rows."""


class Kernel(Protocol):
    """Evaluates tables of rows of one robot."""

    @property
    def robot(self) -> RobotModel:
        """Whose rows."""

    def holding(self, obstacles: Iterable[Obstacle]) -> Kernel:
        """The same with obstacles made ready that many tables will name."""

    def compiled(self, table: LeastSquares | Within) -> Any:
        """The table, made ready."""

    def evaluate(self, program: Sequence[Any], q: Array) -> Evaluated:
        """Tables made ready at ``q`` ``(nq,)``."""

    def search(
        self,
        program: Sequence[Any],
        prices: Sequence[float],
        box: Box,
        joints: JointRange | None,
        rule: SearchRule,
    ) -> Search | None:
        """What searches by QPs over tables made ready; None: this kernel leaves it to the caller.

        Args:
            program: the tables.
            prices: of each, what it costs to break one of its rows by 1; 0 for what is no bound.
            box: bounds on a step.
            joints: where the joints may be after it.
            rule: when it ends.
        """


def kernel_of(robot: RobotModel) -> Kernel:
    """The kernel for ``robot``: as ``robot.compiled`` says, or the compiled one where it was built.

    Raises:
        RobotError: it is wanted and was not built.
    """
    if robot.compiled and not available():
        raise RobotError(
            "compiled=True, but this kinemesh was built without its compiled kernel: install it "
            "where there is a C++ compiler, or leave compiled= out"
        )
    native_one = available() and robot.compiled is not False
    return native.NativeKernel(robot) if native_one else reference.ReferenceKernel(robot)
