from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kinemesh.errors import ClipError
from kinemesh.motion import ConvexPart, Shape

sizes = st.tuples(*[st.floats(0.05, 3.0)] * 3)
clouds = arrays(np.float64, (12, 3), elements=st.floats(-1.0, 1.0, width=32), unique=True)


def prism(outline: list[tuple[float, float]], caps: list[tuple[int, int, int]]) -> Shape:
    """An upright prism of height 1 over a counter-clockwise outline."""
    n = len(outline)
    vertices = [(x, y, z) for z in (0.0, 1.0) for x, y in outline]
    faces = [(a, c, b) for a, b, c in caps] + [(a + n, b + n, c + n) for a, b, c in caps]
    for k in range(n):
        m = (k + 1) % n
        faces += [(k, m, m + n), (k, m + n, k + n)]
    return Shape.from_mesh(vertices, faces)


def l_shape() -> Shape:
    outline = [(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)]
    return prism(outline, [(0, 1, 2), (0, 2, 3), (0, 3, 5), (3, 4, 5)])


@given(clouds)
def test_the_planes_of_a_hull_contain_all_points(points: np.ndarray) -> None:
    try:
        part = ConvexPart(points)
    except ClipError:
        return
    assert np.all(points @ part.planes[:, :3].T + part.planes[:, 3] <= 1e-9)
    np.testing.assert_allclose(np.linalg.norm(part.planes[:, :3], axis=1), 1.0)


@given(clouds)
def test_the_triangles_of_a_hull_face_outwards_and_enclose_its_volume(points: np.ndarray) -> None:
    try:
        part = ConvexPart(points)
    except ClipError:
        return
    a, b, c = (part.vertices[part.faces[:, k]] for k in range(3))
    assert np.sum(a * np.cross(b, c)) / 6.0 == pytest.approx(part.volume, rel=1e-6, abs=1e-9)


@given(sizes, st.tuples(*[st.floats(-5.0, 5.0)] * 3))
def test_a_box_has_the_volume_and_bounds_of_its_size(
    size: tuple[float, ...], centre: tuple[float, ...]
) -> None:
    box = Shape.box(size, centre)
    assert box.parts[0].volume == pytest.approx(np.prod(size), rel=1e-9)
    np.testing.assert_allclose(box.bounds.mean(axis=0), centre, atol=1e-9)
    np.testing.assert_allclose(np.ptp(box.bounds, axis=0), size, atol=1e-9)


@given(sizes, st.integers(4, 40), st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_samples_lie_on_the_surface(size: tuple[float, ...], count: int, seed: int) -> None:
    box = Shape.box(size)
    points = box.sample(count, np.random.default_rng(seed))
    planes = box.parts[0].planes
    height = (points @ planes[:, :3].T + planes[:, 3]).max(axis=1)
    assert points.shape == (count, 3)
    np.testing.assert_allclose(height, 0.0, atol=1e-9)


def test_samples_are_spread_and_do_not_fall_together() -> None:
    points = Shape.box((1.0, 1.0, 1.0)).sample(60, np.random.default_rng(0))
    gaps = np.linalg.norm(points[:, None] - points[None], axis=-1) + 9.0 * np.eye(60)
    assert gaps.min() > 0.15  # 60 even patches of a unit cube are 0.32 m wide
    for axis in range(3):
        for side in (-0.5, 0.5):
            assert np.sum(np.isclose(points[:, axis], side)) >= 4


def test_samples_are_the_same_for_the_same_seed() -> None:
    box = Shape.box((1.0, 2.0, 3.0))
    one, two = (box.sample(10, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_two_boxes_in_one_mesh_become_two_parts() -> None:
    both = Shape.union([Shape.box((1, 1, 1)), Shape.box((1, 2, 1), (3, 0, 0))])
    shape = Shape.from_mesh(both.vertices, both.faces)
    assert sorted(round(part.volume, 9) for part in shape.parts) == [1.0, 2.0]
    assert shape.warnings == ()


def test_vertices_written_once_per_face_are_joined() -> None:
    box = Shape.box((1, 1, 1))
    shape = Shape.from_mesh(box.vertices[box.faces].reshape(-1, 3), np.arange(36).reshape(-1, 3))
    assert len(shape.vertices) == 8
    assert len(shape.parts) == 1
    assert shape.warnings == ()


def test_an_l_shape_is_covered_by_its_hull_and_says_so() -> None:
    shape = l_shape()
    assert len(shape.parts) == 1
    assert shape.parts[0].volume == pytest.approx(3.5)
    assert "not convex" in shape.warnings[0]
    assert "86%" in shape.warnings[0]


def test_an_open_mesh_is_covered_by_its_hull_and_says_so() -> None:
    both = Shape.union([Shape.box((1, 1, 1)), Shape.box((1, 1, 1), (3, 0, 0))])
    shape = Shape.from_mesh(both.vertices, both.faces[4:])
    assert "not watertight" in shape.warnings[0]


def test_scaling_multiplies_volume_and_bounds() -> None:
    shape = Shape.box((1, 1, 1)).scaled((1, 2, 3))
    assert shape.parts[0].volume == pytest.approx(6.0)
    np.testing.assert_allclose(np.ptp(shape.bounds, axis=0), [1, 2, 3])
    with pytest.raises(ClipError, match="positive"):
        shape.scaled(-1.0)


@pytest.mark.parametrize(
    ("vertices", "faces", "words"),
    [
        (np.zeros((0, 3)), np.zeros((0, 3)), "empty"),
        ([[0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0]], [[0, 1, 2], [1, 3, 2]], "has an area"),
        ([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 1], [2, 2, 0]], "has an area"),
        ([[0, 0, np.nan], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]], "NaN"),
    ],
)
def test_meshes_without_an_area_are_refused(vertices: object, faces: object, words: str) -> None:
    with pytest.raises(ClipError, match=words):
        Shape.from_mesh(vertices, faces)


def test_a_box_of_no_size_is_refused() -> None:
    with pytest.raises(ClipError, match="three positive sizes"):
        Shape.box((1, 0, 1))


def test_arrays_are_read_only_and_the_callers_stay_untouched() -> None:
    box = Shape.box((1, 1, 1))
    vertices, faces = np.array(box.vertices), np.array(box.faces)
    before = vertices.copy()
    shape = Shape.from_mesh(vertices, faces)
    vertices[0] = 9.0
    assert shape.bounds.max() == 0.5
    np.testing.assert_array_equal(vertices[1:], before[1:])
    for array in (shape.vertices, shape.faces, shape.parts[0].vertices, shape.parts[0].planes):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_a_shape_survives_pickling() -> None:
    shape = l_shape()
    again = pickle.loads(pickle.dumps(shape))
    np.testing.assert_array_equal(again.vertices, shape.vertices)
    np.testing.assert_array_equal(again.faces, shape.faces)
    np.testing.assert_array_equal(again.parts[0].planes, shape.parts[0].planes)
    assert not again.parts[0].planes.flags.writeable
    assert again.warnings == shape.warnings
    assert not again.vertices.flags.writeable
