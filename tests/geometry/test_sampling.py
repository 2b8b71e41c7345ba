from __future__ import annotations

import numpy as np
import pytest

from kinemesh.geometry.field import surface_points
from kinemesh.geometry.sampling import cut_slivers, firsts
from kinemesh.geometry.shape import Shape


def area(corners: np.ndarray) -> np.ndarray:
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2.0


def test_the_first_point_of_every_cube_is_kept_in_the_order_of_the_cubes() -> None:
    rng = np.random.default_rng(0)
    for spread in (3, 1000, 1 << 40):  # by table, by one number, by three
        cubes = rng.integers(-spread, spread, (500, 3))
        cubes = np.concatenate([cubes, cubes[::-1]])
        _, wanted = np.unique(cubes, axis=0, return_index=True)
        np.testing.assert_array_equal(firsts(cubes), wanted)
    assert len(firsts(np.zeros((0, 3), dtype=np.int64))) == 0


def test_slivers_are_cut_into_pieces_that_cover_the_same_and_others_stay() -> None:
    rng = np.random.default_rng(1)
    fat = np.array([[(0, 0, 0), (1, 0, 0), (0.3, 0.8, 0)]], dtype=float)
    thin = fat * (1.0, 0.003, 1.0)
    turned = np.roll(thin, 1, axis=1) @ np.linalg.qr(rng.normal(size=(3, 3)))[0]
    given = np.concatenate([thin, fat, turned])
    pieces, owner = cut_slivers(given, 0.01)
    assert set(owner) == {0, 1, 2}
    np.testing.assert_array_equal(pieces[owner == 1], fat)
    for k, whole in enumerate(area(given)):
        np.testing.assert_allclose(area(pieces[owner == k]).sum(axis=0), whole, atol=1e-15)
    edges = np.linalg.norm(pieces - np.roll(pieces, 1, axis=1), axis=2)
    assert edges[owner != 1].max() < 0.1


def test_a_long_thin_board_has_no_more_points_than_its_surface_asks() -> None:
    board = Shape.box((2.0, 1e-3, 2e-3))
    points, areas, step = surface_points(board)
    assert len(points) < 100 * 2.0 / step  # eight slivers, each of which asks for a few rows
    assert np.linalg.norm(areas, axis=1).sum() == pytest.approx(2 * (2e-3 + 4e-3 + 2e-6))
    ends = [np.linalg.norm(points - corner, axis=1).min() for corner in board.vertices]
    assert max(ends) == 0.0
