from __future__ import annotations

import pickle

import numpy as np
import pytest

import meshes
from kinemesh.geometry.field import DistanceField
from kinemesh.motion import Shape


def to_box(points: np.ndarray, half: np.ndarray) -> np.ndarray:
    """Signed distance to a box around the origin, in closed form."""
    over = np.abs(points) - half
    outside = np.linalg.norm(np.maximum(over, 0.0), axis=1)
    return outside + np.minimum(over.max(axis=1), 0.0)


def l_shape(size: float = 0.15) -> Shape:
    """An upright L of twice ``size`` [m] with one square missing."""
    outline = size * np.array([(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)])
    vertices = [(x, y, z) for z in (0.0, size) for x, y in outline]
    caps = [(0, 1, 2), (0, 2, 3), (0, 3, 5), (3, 4, 5)]
    faces = [(a, c, b) for a, b, c in caps] + [(a + 6, b + 6, c + 6) for a, b, c in caps]
    for k in range(6):
        m = (k + 1) % 6
        faces += [(k, m, m + 6), (k, m + 6, k + 6)]
    return Shape.from_mesh(vertices, faces)


HALF = np.array([0.15, 0.1, 0.2])


@pytest.fixture(scope="module")
def box() -> DistanceField:
    return DistanceField.from_shape(Shape.box(2.0 * HALF))


@pytest.fixture(scope="module")
def corner() -> DistanceField:
    return DistanceField.from_shape(l_shape())


@pytest.mark.slow
def test_the_field_of_a_box_is_its_distance_and_sign(
    box: DistanceField, rng: np.random.Generator
) -> None:
    points = rng.uniform(-HALF - 0.012, HALF + 0.012, (4000, 3))
    truth = to_box(points, HALF)
    error = box.look_up(points) - truth
    # Between nodes an edge is rounded; away from edges nothing is.
    assert np.abs(error).max() < 0.5 * box.spacing
    inner = np.sort(np.abs(points) - HALF, axis=1)[:, 1] < -2.0 * box.spacing
    assert inner.sum() > 500
    assert np.abs(error[inner & (np.abs(truth) < 0.005)]).max() < 5e-4
    clear = np.abs(truth) > box.spacing
    np.testing.assert_array_equal(np.sign(box.look_up(points[clear])), np.sign(truth[clear]))


def test_off_the_grid_the_field_goes_on_and_never_says_too_much(
    box: DistanceField, rng: np.random.Generator
) -> None:
    points = rng.uniform(-1.0, 1.0, (2000, 3))
    truth, value = to_box(points, HALF), box.look_up(points)
    assert np.all(value <= truth + 0.5 * box.spacing)
    far = truth > 0.1
    assert np.all(value[far] > truth[far] - 0.03)


def test_gradients_are_the_slopes_of_the_values(
    box: DistanceField, rng: np.random.Generator
) -> None:
    points, step = rng.uniform(-0.4, 0.4, (500, 3)), 1e-7
    value, gradient = box.with_gradients(points)
    np.testing.assert_array_equal(value, box.look_up(points))
    slopes = [
        (box.look_up(points + step * axis) - box.look_up(points - step * axis)) / (2 * step)
        for axis in np.eye(3)
    ]
    np.testing.assert_allclose(gradient, np.transpose(slopes), atol=1e-6)


@pytest.mark.slow
def test_the_notch_of_an_l_is_outside_and_its_arms_are_inside(corner: DistanceField) -> None:
    notch = np.array([[0.22, 0.22, 0.075], [0.20, 0.25, 0.05]])
    value = corner.look_up(notch)
    np.testing.assert_allclose(value, [0.07, 0.05], atol=1e-3)
    arms = np.array([[0.22, 0.075, 0.03], [0.075, 0.22, 0.03]])
    np.testing.assert_allclose(corner.look_up(arms), -0.03, atol=1e-3)


@pytest.mark.slow
def test_a_box_with_a_hole_in_it_keeps_its_inside() -> None:
    box = Shape.box(2.0 * HALF)
    grid = np.linspace(-1.0, 1.0, 9)
    # The lid as a grid of triangles, of which two in the middle are missing.
    x, y = (k.reshape(-1) for k in np.meshgrid(grid, grid, indexing="ij"))
    lid = np.stack([x, y, np.ones(81)], axis=1) * HALF
    cells = [(i * 9 + j) for i in range(8) for j in range(8) if (i, j) != (4, 4)]
    faces = [f for c in cells for f in ((c, c + 9, c + 10), (c, c + 10, c + 1))]
    normals = np.cross(
        box.vertices[box.faces[:, 1]] - box.vertices[box.faces[:, 0]],
        box.vertices[box.faces[:, 2]] - box.vertices[box.faces[:, 0]],
    )
    rest = box.faces[normals[:, 2] <= 1e-9]
    shape = Shape.from_mesh(
        np.concatenate([box.vertices, lid]), np.concatenate([rest, np.array(faces) + 8])
    )
    field = DistanceField.from_shape(shape)
    inside = np.array([[0.0, 0.0, 0.0], [0.1, 0.0, 0.1], [0.0, -0.05, -0.1]])
    np.testing.assert_allclose(field.look_up(inside), to_box(inside, HALF), atol=2e-3)
    above = np.array([[0.019, 0.0125, 0.215], [0.1, 0.05, 0.21]])
    assert np.all(field.look_up(above) > 0.0)


def facets(shape: Shape) -> np.ndarray:
    """Its faces, each from its lowest vertex on, in an order of their own."""
    rolled = [np.roll(face, -int(np.argmin(face))) for face in shape.faces]
    return np.unique(rolled, axis=0)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sofa", "no bottom", "one facet turned", "cavity"])
def test_signs_are_those_of_winding_numbers_worked_out_apart(
    name: str, rng: np.random.Generator
) -> None:
    box = meshes.box((0.6, 0.4, 0.5))
    mesh = {
        "sofa": meshes.sofa(),
        "no bottom": meshes.bottomless(),
        "one facet turned": box.turned(np.array([5])),
        "cavity": box + meshes.box((0.4, 0.2, 0.3)).moved((0.0, 0.0, 0.1)).turned(),
    }[name]
    small = 0.4  # so that the field has fewer nodes
    as_made, over = (
        Shape.from_mesh(small * vertices, faces)
        for vertices, faces in (mesh.arrays, mesh.turned().arrays)
    )
    # With every facet turned it is the same shape, and so has the same field.
    np.testing.assert_array_equal(as_made.vertices, over.vertices)
    np.testing.assert_array_equal(facets(as_made), facets(over))
    field = DistanceField.from_shape(over)
    low, high = over.bounds
    points = rng.uniform(low - 0.1 * small, high + 0.1 * small, (200, 3))
    value = field.look_up(points)
    clear = np.abs(value) > 1.5 * field.spacing
    corners = over.vertices[over.faces]
    inside = np.array([meshes.goes_round(corners, point) > 0.5 for point in points[clear]])
    assert 20 < inside.sum() < len(inside) - 20
    np.testing.assert_array_equal(value[clear] < 0.0, inside)


@pytest.mark.slow
def test_the_same_shape_makes_the_same_field(corner: DistanceField) -> None:
    again = DistanceField.from_shape(l_shape())
    np.testing.assert_array_equal(again.values, corner.values)
    copy = pickle.loads(pickle.dumps(corner))
    np.testing.assert_array_equal(copy.values, corner.values)
    assert not copy.values.flags.writeable
