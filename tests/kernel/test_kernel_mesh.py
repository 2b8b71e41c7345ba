"""The mesh: the kernels' tetrahedra against Qhull's, one reduced cost against the other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import Delaunay

import kinemesh
from kinemesh import kernel as room
from kinemesh.kernel import available, native, reference_mesh
from kinemesh.problem import Plan
from recordings import recording

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
        np.testing.assert_array_equal(room.adjacency(points), expected)
        np.testing.assert_array_equal(reference_mesh.adjacency(points), expected)


def test_laplacians_and_their_reduction_are_the_same() -> None:
    rng = np.random.default_rng(7)
    points = rng.normal(size=(60, 3))
    adjacent = reference_mesh.adjacency(points)
    deltas = reference_mesh.deltas(adjacent, points)
    np.testing.assert_allclose(room.deltas(adjacent, points), deltas, atol=1e-13)
    for moving in (15, 60):
        given = adjacent, deltas + 0.01, points[moving:] + 0.05, rng.random(60) + 0.1
        one, other = room.laplacian_target(*given), reference_mesh.laplacian_target(*given)
        for a, b in zip(one, other, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)


def test_points_in_degenerate_position_are_left_to_qhull() -> None:
    grid = np.array([[x, y, z] for x in range(3) for y in range(3) for z in range(3)], float)
    flat = np.random.default_rng(0).normal(size=(10, 3)) * [1.0, 1.0, 0.0]
    for points in (grid, flat):
        assert native._native.adjacency(points) is None
        np.testing.assert_array_equal(room.adjacency(points), reference_mesh.adjacency(points))


def corners(size: tuple[float, float, float], at: tuple[float, float, float]) -> np.ndarray:
    signs = np.array([[i, j, k] for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)])
    return np.array(signs * size + np.array(at))


@pytest.mark.parametrize("noise", [0.0, 1e-15, 1e-6, 1e-4, 3e-3])
def test_boxes_over_a_floor_get_the_neighbours_that_qhull_gives_them(noise: float) -> None:
    """Corners on one sphere, a floor in one plane: exactly, by rounding only, and a little off."""
    rng = np.random.default_rng(3)
    floor = np.stack(np.meshgrid(np.arange(5.0), np.arange(5.0), [0.0]), axis=-1).reshape(-1, 3)
    body = rng.normal(size=(15, 3)) + np.array([2.0, 2.0, 1.0])
    boxes = (corners((0.3, 0.2, 0.25), (1.5, 2.0, 0.8)), corners((0.4, 0.4, 0.4), (3.0, 1.0, 0.4)))
    points = np.concatenate([body, *boxes, floor])
    for _ in range(10):
        moved = points + noise * rng.uniform(-1.0, 1.0, points.shape)
        np.testing.assert_array_equal(room.adjacency(moved), reference_mesh.adjacency(moved))
        told = native._native.adjacency(moved) is not None
        assert told or noise < 1e-4
        assert not told or noise > 1e-12


@pytest.mark.slow
@pytest.mark.parametrize("name", ["box", "boxes to climb", "dance"])
def test_every_frame_of_a_recording_has_qhulls_neighbours_and_the_references_cost(
    name: str,
) -> None:
    if name == "box":
        clip = kinemesh.read(
            recording("omomo/sub3_largebox_003.pt"),
            object=recording("omomo/objects/largebox.obj"),
            height=1.941,
        )
    elif name == "boxes to climb":
        folder = recording("climb/seq_0")
        motion, terrain = next(folder.glob("*.npy")), folder / "multi_boxes.obj"
        clip = kinemesh.read(motion, terrain=terrain, height=1.78).resample(30.0)
    else:
        clip = kinemesh.read(recording("lafan1/dance1_subject1.npy")).crop(0, 400)
    plan = Plan(clip, kinemesh.RobotModel.load("g1_base"))
    for index in range(len(plan)):
        source, anchors, weights = plan.points(index)
        joggled = plan._anchors.joggled(source)
        found = native._native.adjacency(joggled)
        assert found is not None
        np.testing.assert_array_equal(found, reference_mesh.adjacency(joggled))
        given = joggled, source, anchors, weights
        one, other = room.target_of_points(*given), reference_mesh.target_of_points(*given)
        for a, b in zip(one, other, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-9)
