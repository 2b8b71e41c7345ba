"""Both kernels of one robot, and what they make of the same tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.kernel import (
    AxisAlignment,
    Evaluated,
    JointOffsets,
    LeastSquares,
    PointMixture,
    PointOffsets,
    TangentDifference,
    TangentMixture,
    Within,
    native,
    reference,
)
from kinemesh.robot import RobotModel

Kernels = tuple[native.NativeKernel, reference.ReferenceKernel]


def evaluated(
    kernels: Kernels, tables: Sequence[LeastSquares | Within], q: np.ndarray
) -> list[Evaluated]:
    """The tables by either kernel."""
    return [k.evaluate([k.compiled(table) for table in tables], q) for k in kernels]


def tables(robot: RobotModel, rng: np.random.Generator) -> list[LeastSquares | Within]:
    """Tables of every kind that is no distance, with numbers at random."""
    joints = rng.integers(1, robot.pin_model.njoints, 21)
    points, ways, origins, constant = rng.normal(size=(4, 21, 3))
    own, wanted = Rotation.random(42, rng=rng).as_matrix().reshape(2, 21, 3, 3)
    near = [robot.integrate(robot.rest, 0.1 * rng.normal(size=robot.nv)) for _ in range(2)]
    offsets = PointOffsets(joints, points, ways, origins)
    mixture = PointMixture(joints, points, np.triu(rng.normal(size=(21, 21))), constant)
    return [
        LeastSquares(offsets, rng.random(21), 0.3),
        LeastSquares(mixture, 2.5),
        LeastSquares(AxisAlignment(joints, own, wanted), rng.random(189)),
        LeastSquares(TangentDifference((near[0],), np.array([-1.0]), rng.normal(size=robot.nv))),
        LeastSquares(TangentDifference(tuple(near), np.array([-1.5, 0.5])), rng.random(robot.nv)),
        LeastSquares(
            TangentMixture(near[0], rng.normal(size=(7, robot.nv)), rng.normal(size=7)),
            rng.random(7),
        ),
        LeastSquares(JointOffsets(robot.rest[7:]), np.zeros(robot.nv - 6)),
        Within(offsets, -0.2, rng.random(21)),
        Within(offsets, np.full(21, -np.inf), 0.1),
        Within(PointOffsets(joints[:0], points[:0], ways[:0], origins[:0]), 0.0, 0.0),
    ]
