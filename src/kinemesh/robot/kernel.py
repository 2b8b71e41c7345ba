"""The compiled inner loops of this room, where they were built: see ``src/native``.

Everything they do is done by numpy, Pinocchio and coal as well, several times slower; the two are
each other's judges in the tests.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from kinemesh.errors import RobotError
from kinemesh.motion.arrays import Array

if TYPE_CHECKING:
    from kinemesh.robot.model import RobotModel


def _built() -> Any:
    try:
        return import_module("kinemesh.robot._native")
    except ImportError:  # installed without a compiler
        return None


_native = _built()


def available() -> bool:
    """Whether the compiled loops were built."""
    return _native is not None


def kernel_of(robot: RobotModel, wanted: bool | None) -> Any:
    """The compiled loops for ``robot``, or None.

    Args:
        robot: a model with its hulls and pairs.
        wanted: True or False, or None for: where they were built.

    Raises:
        RobotError: they are wanted and were not built.
    """
    if wanted is False or (wanted is None and _native is None):
        return None
    if _native is None:
        raise RobotError(
            "compiled=True, but this kinemesh was built without its compiled loops: install it "
            "where there is a C++ compiler, or leave compiled= out"
        )
    model, table = robot.pin_model, robot.hull_table
    placements = np.zeros((model.njoints, 12))
    for joint in range(1, model.njoints):
        placement = model.jointPlacements[joint]
        placements[joint] = [*placement.rotation.ravel(), *placement.translation]
    axes, sliding = _axes(robot)
    return _native.Kernel(
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


def part_of(vertices: Array, planes: Array) -> Any:
    """A convex part for the compiled loops; None where they were not built."""
    return None if _native is None else _native.Part(vertices, planes)


def adjacency(points: Array) -> NDArray[np.bool_] | None:
    """Who is next to whom ``(V, V)`` in the Delaunay tetrahedralisation of ``points`` ``(V, 3)``.

    None where the compiled loops were not built, or where a sign is too close to call, as it is
    for points in degenerate position.
    """
    return None if _native is None else _native.adjacent(points)


def deltas(adjacent: NDArray[np.bool_], points: Array) -> Array | None:
    """Laplacian coordinates ``(V, 3)`` of ``points``; None where the loops were not built."""
    return None if _native is None else _native.deltas(adjacent, points)


def laplacian_target(
    adjacent: NDArray[np.bool_], wanted: Array, anchors: Array, weights: Array
) -> tuple[Array, Array, float] | None:
    """What :meth:`kinemesh.problem.LaplacianTarget.reduce` makes of a mesh.

    None where the compiled loops were not built, or where they find no factor.
    """
    return None if _native is None else _native.target(adjacent, wanted, anchors, weights)


def normal(
    count: int, terms: list[tuple[Array, Array, Array | float]]
) -> tuple[Array, Array] | None:
    """Hessian ``(count, count)`` and gradient ``(count,)`` of half the sum of w |r + J v|^2.

    None where the compiled loops were not built.

    Args:
        count: length of v.
        terms: of each r ``(m,)``, J ``(m, count)`` and w, one number or ``(m,)``.
    """
    if _native is None:
        return None
    hessian, gradient = _native.normal(count, terms)
    return hessian, gradient


def costs(terms: list[tuple[Array, Array | float]]) -> list[float] | None:
    """The sums of w r^2 of terms, each r ``(m,)`` and w, one number or ``(m,)``.

    None where the compiled loops were not built.
    """
    if _native is None:
        return None
    found: list[float] = _native.costs(terms)
    return found


def violations(terms: list[tuple[Array, Array | float, Array | float]]) -> list[float] | None:
    """How far the worst row of every term is out of bounds; 0 where all hold.

    None where the compiled loops were not built.

    Args:
        terms: of each values ``(m,)``, lower and upper bounds, one number or ``(m,)``.
    """
    if _native is None:
        return None
    found: list[float] = _native.violations(terms)
    return found


def stacked(
    count: int, terms: list[tuple[Array, Array, Array | float, Array | float]]
) -> tuple[Array, Array, Array] | None:
    """Matrix ``(m, count)``, lower and upper bounds ``(m,)`` of a step, for all rows of terms.

    None where the compiled loops were not built.

    Args:
        count: length of a step.
        terms: of each values ``(m,)``, Jacobian ``(m, count)``, lower and upper bounds.
    """
    if _native is None:
        return None
    matrix, lower, upper = _native.stacked(count, terms)
    return matrix, lower, upper


def between_nodes(grid: Array, origin: Array, spacing: float, points: Array) -> Array | None:
    """Values ``(N,)`` at ``points`` ``(N, 3)`` of a ``grid`` ``(X, Y, Z)``, linear in between.

    None where the compiled loops were not built.
    """
    return None if _native is None else _native.between_nodes(grid, origin, spacing, points)


def entered(
    grid: Array,
    origin: Array,
    spacing: float,
    within: float,
    met: tuple[Array, Array, Array],
    rotation: Array,
    translation: Array,
) -> Array | None:
    """Distances ``(N,)`` [m] to a hull, those below ``within`` plus a ``grid``'s value.

    None where the compiled loops were not built.

    Args:
        grid: values ``(X, Y, Z)`` around the hull.
        origin: its first node ``(3,)`` [m].
        spacing: of its nodes [m].
        within: distance [m] from which on the grid does not count.
        met: distances ``(N,)`` [m], points ``(N, 3)`` [m] and normals ``(N, 3)`` in the world.
        rotation: of the hull in the world ``(3, 3)``.
        translation: of the hull in the world ``(3,)`` [m].
    """
    if _native is None:
        return None
    return np.asarray(_native.entered(grid, origin, spacing, within, *met, rotation, translation))


def _axes(robot: RobotModel) -> tuple[Array, Array]:
    """Axis ``(njoints, 3)`` of every joint in its own frame, and whether it slides along it."""
    model = robot.pin_model
    data = model.createData()
    pin.computeJointJacobians(model, data, pin.neutral(model))
    axes = np.zeros((model.njoints, 3))
    sliding = np.zeros(model.njoints, dtype=np.int64)
    for joint in range(2, model.njoints):
        local = pin.getJointJacobian(model, data, joint, pin.ReferenceFrame.LOCAL)
        linear, angular = np.split(local[:, model.idx_vs[joint]], 2)
        sliding[joint] = int(np.linalg.norm(linear) > np.linalg.norm(angular))
        axes[joint] = linear if sliding[joint] else angular
    return axes, sliding
