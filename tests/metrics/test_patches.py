"""Patches of contact against shapes whose overlap is known, and against brute force."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.spatial import ConvexHull
from scipy.spatial.transform import Rotation

from kinemesh.geometry.shape import ConvexPart
from kinemesh.metrics.geometry.narrow_phase import meet
from kinemesh.metrics.geometry.polytope import Polytope
from kinemesh.metrics.geometry.surface import Surface
from kinemesh.metrics.mechanics.patches import (
    NEAR,
    Facets,
    axes,
    clipped,
    outline,
    patches,
    sides,
    thinned,
)
from kinemesh.metrics.mechanics.pieces import pieces
from kinemesh.motion import Shape


def box(*size):
    corners = np.array(list(itertools.product(*((-s / 2.0, s / 2.0) for s in size))))
    return Polytope.from_part(ConvexPart(corners))


def ball(rng, count=40, size=0.1):
    return Polytope.from_part(ConvexPart(rng.standard_normal((count, 3)) * size))


def placed(first, second, turn, move):
    """The patch of one frame; None where nothing touches."""
    bodies = Facets(first), Facets(second)
    found = list(patches(*bodies, np.asarray(turn)[None], np.asarray(move)[None]))
    assert len(found) < 2
    return found[0][1:] if found else None


def away(body, points):
    """Distance of points from a body, by brute force: no more than NEAR from all its facets."""
    return (points @ body.planes[:, :3].T + body.planes[:, 3]).max(axis=1)


@pytest.mark.parametrize("gap", [-0.003, 0.0, 0.004, 0.009])
def test_a_box_on_a_box_touches_where_they_overlap(gap):
    below, above = box(0.4, 0.3, 0.2), box(0.2, 0.2, 0.2)
    points, normal = placed(below, above, np.eye(3), [0.15, 0.1, 0.2 + gap])
    np.testing.assert_allclose(normal, [0.0, 0.0, 1.0], atol=1e-12)
    expected = {(0.05, 0.0), (0.05, 0.15), (0.2, 0.0), (0.2, 0.15)}
    assert {(round(x, 9), round(y, 9)) for x, y, _ in points} == expected
    np.testing.assert_allclose(points[:, 2], 0.1, atol=1e-12)


def test_a_box_on_its_edge_touches_along_it_and_one_on_its_corner_at_it():
    below, above = box(0.4, 0.4, 0.2), box(0.2, 0.2, 0.2)
    half = 0.1 * np.sqrt(2.0)
    turn = Rotation.from_euler("x", 45.0, degrees=True).as_matrix()
    points, normal = placed(below, above, turn, [0.0, 0.0, 0.1 + half])
    np.testing.assert_allclose(normal, [0.0, 0.0, 1.0], atol=1e-9)
    np.testing.assert_allclose(sorted(points[:, 0]), [-0.1, 0.1], atol=1e-9)
    turn = Rotation.align_vectors([[0.0, 0.0, -1.0]], [[1.0, 1.0, 1.0]])[0].as_matrix()
    points, _ = placed(below, above, turn, [0.02, 0.03, 0.1 + 0.1 * np.sqrt(3.0)])
    np.testing.assert_allclose(points, [[0.02, 0.03, 0.1]], atol=1e-9)


def test_edges_that_cross_touch_at_their_crossing():
    first, second = box(0.4, 0.1, 0.1), box(0.4, 0.1, 0.1)
    half = 0.05 * np.sqrt(2.0)
    roll = Rotation.from_euler("x", 45.0, degrees=True)
    across = Rotation.from_euler("z", 90.0, degrees=True)
    # The frame of the first is rolled; the second lies across it, rolled too.
    turn = roll.inv() * across * roll
    move = roll.inv().apply([0.03, 0.02, 2.0 * half + 0.005])
    points, normal = placed(first, second, turn.as_matrix(), move)
    np.testing.assert_allclose(roll.apply(normal), [0.0, 0.0, 1.0], atol=1e-6)
    np.testing.assert_allclose(roll.apply(points), [[0.03, 0.0, half]], atol=1e-6)


@pytest.mark.slow
def test_random_bodies_touch_where_both_are_and_only_where_they_are_near():
    rng = np.random.default_rng(0)
    touched = 0
    for _ in range(300):
        first, second = ball(rng, int(rng.integers(4, 40))), ball(rng, int(rng.integers(4, 40)))
        turn = Rotation.from_quat(rng.standard_normal(4)).as_matrix()
        way = rng.standard_normal(3)
        reach = first.vertices @ way
        move = way / np.linalg.norm(way) * (reach.max() / np.linalg.norm(way))
        move = move + rng.uniform(0.0, 0.2) * way / np.linalg.norm(way)
        met = meet(first, second.moved(turn, move))
        found = placed(first, second, turn, move)
        if met.distance > NEAR:
            assert found is None
            continue
        touched += 1
        points, normal = found
        assert np.linalg.norm(normal) == pytest.approx(1.0)
        if met.distance < -NEAR:
            continue
        assert away(first, points).max() < NEAR + 1e-9
        assert away(second.moved(turn, move), points).max() < 2.0 * NEAR + 1e-9
        # Apart along the normal by no less than they are apart, but for what is rather taken.
        lowest = (second.vertices @ turn.T + move) @ normal
        assert lowest.min() - (first.vertices @ normal).max() > met.distance - 1.1e-3 - NEAR
    assert touched > 60


def test_the_best_facet_is_the_best_of_all():
    rng = np.random.default_rng(1)
    for _ in range(40):
        body = ball(rng, int(rng.integers(4, 60)))
        points = rng.standard_normal((7, int(rng.integers(1, 50)), 3)) * 0.1
        points += rng.standard_normal((7, 1, 3)) * 0.2
        level, facet = Facets(body).best(points)
        every = (points @ body.planes[:, :3].T + body.planes[:, 3]).min(axis=1)
        np.testing.assert_allclose(level, every.max(axis=1), atol=1.1e-5)
        np.testing.assert_allclose(every[np.arange(7), facet], level, atol=1e-12)


def test_outlines_are_qhulls_and_thin_ones_are_inside():
    rng = np.random.default_rng(2)
    for _ in range(50):
        points = rng.standard_normal((int(rng.integers(3, 60)), 2)) * 0.05
        corners = outline(points.tolist())
        assert sorted(corners) == sorted(map(tuple, points[ConvexHull(points).vertices].tolist()))
        thin = thinned(corners)
        assert set(thin) <= set(corners) and len(thin) > 2
        lines = np.array(sides(thin))
        size = np.linalg.norm(lines[:, :2], axis=1)
        beyond = (np.array(corners) @ lines[:, :2].T + lines[:, 2]) / size
        assert beyond.max() < 4e-3
    assert outline([]) == [] and outline([(1.0, 2.0)]) == [(1.0, 2.0)]
    assert outline([(0.0, 0.0), (1.0, 1.0), (0.5, 0.5)]) == [(0.0, 0.0), (1.0, 1.0)]


def test_clipping_keeps_what_is_within_all_lines():
    rng = np.random.default_rng(3)
    for _ in range(50):
        first, second = (outline((rng.standard_normal((8, 2)) + d).tolist()) for d in (0.0, 0.5))
        kept = clipped(first, sides(second))
        lines = np.array([*sides(first), *sides(second)])
        for way in rng.standard_normal((5, 2)):  # the furthest place in any direction, by an LP
            found = linprog(-way, A_ub=lines[:, :2], b_ub=-lines[:, 2], bounds=(None, None))
            assert (found.status == 0) == bool(kept)
            if kept:
                assert max(np.array(kept) @ way) == pytest.approx(-found.fun, abs=1e-7)


def test_axes_are_across():
    for normal in np.vstack([np.eye(3), -np.eye(3), np.random.default_rng(4).normal(size=(20, 3))]):
        normal = normal / np.linalg.norm(normal)
        first, second = axes(normal)
        np.testing.assert_allclose(
            np.stack([first, second, normal]) @ normal, [0, 0, 1], atol=1e-12
        )
        np.testing.assert_allclose(np.cross(first, second), np.cross(first, second), atol=0)
        assert np.linalg.det(np.stack([first, second, normal])) == pytest.approx(1.0)


def test_a_body_on_triangles_touches_them_as_it_does_the_box():
    shape = Shape.box((0.4, 0.3, 0.2))
    surface = Surface(replace(shape, warnings=("on its triangles",)))
    above = box(0.2, 0.2, 0.2)
    points, normals = pieces(surface, above.moved(np.eye(3), np.array([0.15, 0.1, 0.205])), NEAR)
    np.testing.assert_allclose(normals, np.tile([0.0, 0.0, 1.0], (len(points), 1)), atol=1e-12)
    np.testing.assert_allclose(points[:, 2], 0.1, atol=1e-12)
    # Near is 1 cm aside too.
    np.testing.assert_allclose(points[:, :2].min(axis=0), [0.04, -0.01], atol=1e-9)
    np.testing.assert_allclose(points[:, :2].max(axis=0), [0.2, 0.15], atol=1e-9)
    nothing, _ = pieces(surface, above.moved(np.eye(3), np.array([0.15, 0.1, 0.215])), NEAR)
    assert len(nothing) == 0


def test_a_body_inside_of_the_reach_of_two_faces_has_a_patch_on_each():
    from kinemesh.metrics.geometry.surface import Surfaces

    trough = Shape.union(
        [
            Shape.box((0.4, 0.4, 0.1), (0.0, 0.0, -0.05)),
            Shape.box((0.1, 0.4, 0.4), (-0.25, 0.0, 0.1)),
        ]
    )
    surface = Surfaces()[replace(trough, warnings=("on its triangles",))]
    body = box(0.2, 0.2, 0.2).moved(np.eye(3), np.array([-0.095, 0.0, 0.105]))
    points, normals = pieces(surface, body, NEAR)
    ways = {tuple(np.round(way, 6) + 0.0) for way in normals}
    assert ways == {(0.0, 0.0, 1.0), (1.0, 0.0, 0.0)}
    assert len(points) == 8
