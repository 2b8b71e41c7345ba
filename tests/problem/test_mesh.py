from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from kinemesh.problem import InteractionMesh, LaplacianTarget

seeds = st.integers(0, 2**32 - 1)


def cloud(seed: int, count: int = 40) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1.0, 1.0, (count, 3))


def neighbours(mesh: InteractionMesh) -> np.ndarray:
    return (mesh.laplacian != 0.0) & ~np.eye(len(mesh.laplacian), dtype=bool)


@given(seeds, st.integers(5, 60))
def test_rows_sum_to_zero_with_ones_on_the_diagonal(seed: int, count: int) -> None:
    mesh = InteractionMesh.from_points(cloud(seed, count))
    np.testing.assert_allclose(mesh.laplacian.sum(axis=1), 0.0, atol=1e-12)
    np.testing.assert_array_equal(np.diag(mesh.laplacian), 1.0)
    assert np.all(mesh.laplacian[neighbours(mesh)] < 0.0)


@given(seeds)
def test_neighbours_are_mutual_and_weigh_the_same(seed: int) -> None:
    mesh = InteractionMesh.from_points(cloud(seed))
    adjacent = neighbours(mesh)
    np.testing.assert_array_equal(adjacent, adjacent.T)
    degree = adjacent.sum(axis=1)
    expected = np.where(adjacent, -1.0 / degree[:, None], 0.0)
    np.testing.assert_allclose(mesh.laplacian - np.eye(len(degree)), expected, atol=1e-15)


@given(seeds, st.tuples(*[st.floats(-10.0, 10.0)] * 3))
def test_a_translation_leaves_the_laplacian_coordinates(
    seed: int, shift: tuple[float, float, float]
) -> None:
    points = cloud(seed)
    mesh = InteractionMesh.from_points(points)
    np.testing.assert_allclose(mesh.deltas(points + shift), mesh.deltas(points), atol=1e-12)


@given(seeds, st.floats(0.01, 100.0))
def test_rotation_and_scale_carry_over_to_the_laplacian_coordinates(
    seed: int, scale: float
) -> None:
    points = cloud(seed)
    turn = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    mesh = InteractionMesh.from_points(points)
    moved = mesh.deltas(scale * points @ turn.T)
    np.testing.assert_allclose(moved, scale * mesh.deltas(points) @ turn.T, atol=1e-12 * scale)


@given(seeds)
def test_the_mesh_of_a_turned_and_scaled_cloud_is_the_same(seed: int) -> None:
    points = cloud(seed)
    turn = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    again = InteractionMesh.from_points(0.7 * points @ turn.T + [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(again.laplacian, InteractionMesh.from_points(points).laplacian)


@pytest.mark.parametrize(
    "points",
    [
        np.array([[x, y, 0.0] for x in range(6) for y in range(6)]),
        np.array([[x, y, z] for x in range(4) for y in range(4) for z in range(4)], float),
        np.repeat(cloud(1, 20), 2, axis=0),
        np.concatenate([cloud(2, 20), [[0.0, 0.0, 0.0]] * 5]),
        np.array([[x, 0.0, 0.0] for x in range(8)]),
        np.concatenate([cloud(3, 20), cloud(3, 20) + 1e-14]),
    ],
    ids=[
        "plane grid",
        "cube grid",
        "every point twice",
        "five in one place",
        "line",
        "nearly twice",
    ],
)
def test_every_point_of_a_degenerate_cloud_has_neighbours(points: np.ndarray) -> None:
    mesh = InteractionMesh.from_points(points)
    assert np.all(neighbours(mesh).any(axis=1))
    np.testing.assert_allclose(mesh.laplacian.sum(axis=1), 0.0, atol=1e-12)
    assert np.all(np.isfinite(mesh.deltas(points)))


def test_points_that_coincide_are_still_neighbours_of_each_other_both_ways() -> None:
    points = np.concatenate([cloud(4, 20), cloud(4, 20)[:3]])
    adjacent = neighbours(InteractionMesh.from_points(points))
    np.testing.assert_array_equal(adjacent, adjacent.T)


def full_cost(points, laplacian, deltas, anchors, weights) -> float:
    """The sum as it is written, over every vertex."""
    residual = laplacian @ np.concatenate([points, anchors]) - deltas
    return float(np.sum(weights[:, None] * residual**2))


@given(seeds, st.integers(0, 200), st.integers(4, 20))
def test_the_reduced_cost_equals_the_full_sum(seed: int, anchors: int, moving: int) -> None:
    rng = np.random.default_rng(seed)
    source = rng.uniform(-1.0, 1.0, (moving + anchors, 3))
    if len(source) < 5:
        return
    mesh = InteractionMesh.from_points(source)
    deltas = mesh.deltas(source)
    placed = source[moving:] + rng.normal(scale=0.1, size=(anchors, 3))
    weights = rng.uniform(0.01, 2.0, len(source))
    target = LaplacianTarget.reduce(mesh, deltas, placed, weights)
    assert target.factor.shape == (moving, moving)
    np.testing.assert_array_equal(np.tril(target.factor, -1), 0.0)
    h = 1e-6
    for _ in range(3):
        points = source[:moving] + rng.normal(scale=0.2, size=(moving, 3))
        residual = target.factor @ points + target.offset
        cost = float(np.sum(residual**2)) + target.constant
        args = (mesh.laplacian, deltas, placed, weights)
        full = full_cost(points, *args)
        assert cost == pytest.approx(full, rel=1e-6, abs=1e-9)
        way = rng.normal(size=points.shape)
        slope = 2.0 * float(np.sum(residual * (target.factor @ way)))
        steep = (full_cost(points + h * way, *args) - full_cost(points - h * way, *args)) / (2 * h)
        assert slope == pytest.approx(steep, rel=1e-5, abs=1e-6)


def test_a_person_who_is_the_robot_costs_nothing(rng: np.random.Generator) -> None:
    source = cloud(6, 80)
    mesh = InteractionMesh.from_points(source)
    target = LaplacianTarget.reduce(mesh, mesh.deltas(source), source[15:], np.ones(len(source)))
    np.testing.assert_allclose(target.factor @ source[:15] + target.offset, 0.0, atol=1e-6)
    assert target.constant == pytest.approx(0.0, abs=1e-6)
