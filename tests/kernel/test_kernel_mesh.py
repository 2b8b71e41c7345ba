"""The mesh: the kernels' tetrahedra against Qhull's, one reduced cost against the other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import Delaunay

from kinemesh.kernel import available, native, reference_mesh

pytestmark = pytest.mark.skipif(not available(), reason="built without the compiled kernel")


@pytest.mark.parametrize("count", [5, 20, 139, 300])
def test_neighbours_are_those_of_qhull(count: int) -> None:
    rng = np.random.default_rng(count)
    for _ in range(20):
        points = rng.normal(size=(count, 3)) * rng.uniform(0.2, 1.0, 3)
        expected = np.zeros((count, count), dtype=bool)
        for simplex in Delaunay(points).simplices:
            expected[np.ix_(simplex, simplex)] = True
        np.fill_diagonal(expected, False)
        np.testing.assert_array_equal(native.adjacency(points), expected)
        np.testing.assert_array_equal(reference_mesh.adjacency(points), expected)


def test_laplacians_and_their_reduction_are_the_same() -> None:
    rng = np.random.default_rng(7)
    points = rng.normal(size=(60, 3))
    adjacent = reference_mesh.adjacency(points)
    deltas = reference_mesh.deltas(adjacent, points)
    np.testing.assert_allclose(native.deltas(adjacent, points), deltas, atol=1e-13)
    for moving in (15, 60):
        given = adjacent, deltas + 0.01, points[moving:] + 0.05, rng.random(60) + 0.1
        one, other = native.laplacian_target(*given), reference_mesh.laplacian_target(*given)
        for a, b in zip(one, other, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)


def test_points_in_degenerate_position_are_left_to_qhull() -> None:
    grid = np.array([[x, y, z] for x in range(3) for y in range(3) for z in range(3)], float)
    flat = np.random.default_rng(0).normal(size=(10, 3)) * [1.0, 1.0, 0.0]
    for points in (grid, flat):
        assert native._native.adjacency(points) is None
        np.testing.assert_array_equal(native.adjacency(points), reference_mesh.adjacency(points))
