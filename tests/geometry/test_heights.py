from __future__ import annotations

import numpy as np
import pytest

import meshes
from kinemesh.detection.support import Land, support_height
from kinemesh.geometry.heights import Heights
from kinemesh.motion import Scene, Shape, Terrain


def scene(mesh: meshes.Mesh) -> Scene:
    return Scene(terrain=Terrain(Shape.from_mesh(*mesh.arrays)), ground=-5.0)


def test_under_a_person_in_a_room_is_its_floor_and_not_the_top_of_its_hull() -> None:
    land = scene(meshes.room())
    points = np.array([(0.3, 0.4, 0.05), (-1.0, 1.0, 1.0), (1.2, -0.7, 2.45), (3.0, 0.0, 0.5)])
    np.testing.assert_allclose(support_height(land, points), [0.0, 0.0, 0.0, -5.0], atol=1e-12)


def test_a_room_with_a_table_has_the_tables_top_where_it_stands() -> None:
    land = scene(meshes.room() + meshes.box((1.0, 0.6, 0.7)))
    points = np.array([(0.1, 0.1, 0.75), (0.1, 0.1, 0.3), (1.5, 0.1, 0.75)])
    np.testing.assert_allclose(support_height(land, points), [0.7, 0.0, 0.0], atol=1e-12)


@pytest.mark.slow
def test_heights_and_normals_are_those_of_all_triangles_one_by_one() -> None:
    rng = np.random.default_rng(0)
    x, y = np.meshgrid(np.linspace(0, 2, 9), np.linspace(0, 1, 6), indexing="ij")
    vertices = np.column_stack([x.ravel(), y.ravel(), rng.uniform(0, 0.4, x.size)])
    cells = [i * 6 + j for i in range(8) for j in range(5)]
    faces = np.array([f for k in cells for f in ((k, k + 6, k + 7), (k, k + 7, k + 1))])
    shape = Shape.from_mesh(vertices, faces[rng.permutation(len(faces))])
    points = rng.uniform((-0.1, -0.1, -0.2), (2.1, 1.1, 0.6), (400, 3))
    height, normals = Heights.from_shape(shape).under(points, 0.12)
    found = 0
    for point, mine, normal in zip(points, height, normals, strict=True):
        best, facing = -np.inf, None
        for a, b, c in shape.vertices[shape.faces]:
            share, *_ = np.linalg.lstsq(
                np.array([[*a[:2], 1], [*b[:2], 1], [*c[:2], 1]]).T, [*point[:2], 1], rcond=None
            )
            z = share @ [a[2], b[2], c[2]]
            if share.min() >= 0.0 and best < z <= point[2] + 0.12:
                best, facing = z, np.cross(b - a, c - a)
        assert mine == pytest.approx(best)
        if facing is not None:
            facing *= np.sign(facing[2]) / np.linalg.norm(facing)
            np.testing.assert_allclose(normal, facing, atol=1e-9)
            found += 1
    assert found > 150


def test_every_point_over_a_level_floor_is_over_it_edges_and_corners_too() -> None:
    land = scene(meshes.sheet((2.0, 2.0)))
    grid = np.linspace(-1.0, 1.0, 41)
    points = np.array([(x, y, 0.02) for x in grid for y in grid])
    height, normals = Land(land).support(points)
    np.testing.assert_allclose(height, 0.0, atol=1e-12)
    np.testing.assert_array_equal(normals, np.tile([0.0, 0.0, 1.0], (len(points), 1)))
