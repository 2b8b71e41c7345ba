"""What carries a foot: true triangles, and not the hull around them."""

from dataclasses import replace

import numpy as np
import pytest

from kinemesh.detection.support import support_height as by_parts
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.person.support import support_height as ruler
from kinemesh.motion import Scene, Shape, Terrain


def ditch() -> Shape:
    """Two kerbs 0.3 m high with a floor at z = 0.05 between them, 1 m wide; its hull is a slab."""
    profile = [[-1, 0], [1, 0], [1, 0.3], [0.5, 0.3], [0.5, 0.05], [-0.5, 0.05], [-0.5, 0.3]]
    profile = np.array([*profile, [-1, 0.3]])
    count = len(profile)
    points = np.array([[x, y, z] for y in (-1.0, 1.0) for x, z in profile])
    sides = [[k, (k + 1) % count, count + k] for k in range(count)]
    sides += [[(k + 1) % count, count + (k + 1) % count, count + k] for k in range(count)]
    cap = [[0, 1, 5], [0, 5, 6], [0, 6, 7], [1, 2, 3], [1, 3, 4], [1, 4, 5]]
    faces = [*sides, *cap, *([count + c, count + b, count + a] for a, b, c in cap)]
    faces = [[a, c, b] for a, b, c in faces]
    shape = Shape.from_mesh(points, faces)
    assert shape.warnings
    return shape


def outward(shape: Shape) -> Shape:
    a, b, c = (shape.vertices[shape.faces[:, k]] for k in range(3))
    if np.sum(a * np.cross(b, c)) < 0.0:
        return replace(shape, faces=shape.faces[:, ::-1])
    return shape


def support_height(scene: Scene, points: np.ndarray, reach: float = 0.12) -> np.ndarray:
    return ruler(scene, points, Surfaces(), reach)


def test_a_foot_in_a_ditch_stands_on_its_floor_and_not_on_the_hull_over_it():
    scene = Scene((), Terrain(outward(ditch())))
    points = np.array([[0, 0, 0.06], [0.2, 0.5, 0.3], [0.75, 0, 0.31], [0, 0, 0.04], [3, 0, 0.1]])
    expected = [0.05, 0.05, 0.3, 0.05, 0.0]
    np.testing.assert_allclose(support_height(scene, points, 0.05), expected, atol=1e-12)


def test_what_is_more_than_the_reach_above_carries_nothing_and_undersides_never_do():
    scene = Scene((), Terrain(outward(ditch())), ground=None)
    points = np.array([[0.75, 0, 0.2], [0.75, 0, 0.27], [0.0, 0.0, -0.01], [2.0, 0.0, 0.5]])
    found = support_height(scene, points, 0.05)
    np.testing.assert_allclose(found, [-np.inf, 0.3, -np.inf, -np.inf])


def test_a_sheet_carries_on_either_side():
    grid = np.array([[x, y, 0.2 + 0.05 * x] for x in (-1.0, 0.0, 1.0) for y in (-1.0, 0.0, 1.0)])
    grid[4, 2] += 0.1  # a tent: what is flat has no hull
    faces = [[3 * i + j, 3 * i + j + 1, 3 * i + j + 3] for i in (0, 1) for j in (0, 1)]
    faces += [[3 * i + j + 1, 3 * i + j + 4, 3 * i + j + 3] for i in (0, 1) for j in (0, 1)]
    made = Shape.from_mesh(grid, faces)
    for shape in (made, replace(made, faces=made.faces[:, ::-1])):
        sheets = np.ones(len(shape.faces), dtype=bool)
        sheet = replace(shape, kind="sheet", sheets=sheets, warnings=("a sheet",))
        scene = Scene((), Terrain(sheet))
        assert support_height(scene, np.array([[0.0, 0.0, 0.3]]))[0] == pytest.approx(0.3)


def test_on_a_fine_rough_ground_heights_are_those_of_brute_force():
    rng = np.random.default_rng(0)
    x, y = (k.reshape(-1) for k in np.meshgrid(np.linspace(-1, 1, 25), np.linspace(-1, 1, 25)))
    points = np.stack([x, y, 0.1 * rng.random(len(x))], axis=1)
    index = np.arange(len(x)).reshape(25, 25)
    a, b, c, d = (
        k.reshape(-1) for k in (index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1])
    )
    faces = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    # A large flat slab under all of it, in the same mesh: triangles of very different sizes.
    slab = Shape.box((4.0, 4.0, 0.1), (0.0, 0.0, -0.5))
    shape = Shape.from_mesh(
        np.concatenate([points, slab.vertices]), np.concatenate([faces, slab.faces + len(points)])
    )
    assert shape.warnings
    scene = Scene((), Terrain(shape), ground=None)
    asked = np.concatenate([rng.uniform(-1.2, 1.2, (200, 2)), np.full((200, 1), 0.2)], axis=1)
    found = support_height(scene, asked)
    corners = shape.vertices[shape.faces]
    for place, height in zip(asked, found, strict=True):
        edges = np.stack([corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]], axis=2)
        flat = np.abs(np.linalg.det(edges[:, :2])) > 1e-12
        share = np.linalg.solve(edges[flat, :2], (place - corners[flat, 0])[:, :2, None])[..., 0]
        inside = np.all(share >= 0, axis=1) & (share.sum(axis=1) <= 1)
        level = corners[flat, 0, 2] + np.einsum("fk,fk->f", edges[flat, 2], share)
        assert height == pytest.approx(level[inside].max(), abs=1e-9)
    assert found.max() > 0.0 and found.min() == pytest.approx(-0.45)


def test_where_parts_are_the_shape_they_are_what_carries():
    shape = Shape.union([Shape.box((1, 1, 0.3), (0, 0, 0.15)), Shape.box((1, 1, 0.6), (1, 0, 0.3))])
    scene = Scene((), Terrain(shape))
    points = np.random.default_rng(1).uniform([-1, -1, 0], [2, 1, 0.8], (300, 3))
    np.testing.assert_allclose(support_height(scene, points), by_parts(scene, points))
