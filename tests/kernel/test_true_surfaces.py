"""Distance fields and outcrops that the compiled kernel makes, against every triangle."""

from __future__ import annotations

import numpy as np
import pytest

import meshes
from brute import to_triangle
from kinemesh import kernel as room
from kinemesh import read
from kinemesh.geometry.field import DistanceField
from kinemesh.geometry.winding import winding_numbers
from kinemesh.kernel import available, native
from kinemesh.motion import Shape
from kinemesh.proximity.surface import PROTRUDES, STEP, TrueSurface
from recordings import recording

pytestmark = pytest.mark.skipif(not available(), reason="built without the compiled kernel")


def scaled(mesh: meshes.Mesh) -> Shape:
    return Shape.from_mesh(0.4 * mesh.arrays[0], mesh.arrays[1])


def shapes() -> dict[str, Shape]:
    cavity = meshes.box((0.4, 0.2, 0.3)).moved((0.0, 0.0, 0.1)).turned()
    return {
        "box": Shape.box((0.3, 0.2, 0.4)),
        "cavity": scaled(meshes.box((0.6, 0.4, 0.5)) + cavity),
        "two": scaled(meshes.box((0.4, 0.4, 0.5)) + meshes.box((0.3, 0.3, 0.2)).moved((0.4, 0, 0))),
        "sofa": scaled(meshes.sofa()),
        "no bottom": scaled(meshes.bottomless()),
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", shapes())
def test_nodes_are_as_far_as_the_nearest_triangle_and_inside_where_it_goes_round(
    name: str, rng: np.random.Generator
) -> None:
    shape = shapes()[name]
    field = room.true_surface(shape).field
    corners = np.asarray(shape.vertices[shape.faces])
    nodes = np.stack([rng.integers(0, n, 120) for n in field.values.shape], axis=1)
    value = field.values[tuple(nodes.T)].astype(np.float64)
    places = field.origin + nodes * field.spacing
    truth = np.array([min(to_triangle(t - p) for t in corners) for p in places])
    if name in ("sofa", "no bottom"):  # a hole is closed, and nearer than the surface
        assert np.all(np.abs(value) < truth + field.spacing)
    else:
        near = truth < field.spacing
        np.testing.assert_allclose(np.abs(value)[near], truth[near], atol=1e-6)
        assert np.all(np.abs(value) > truth - 1e-6)
        assert np.all(np.abs(value) < truth + 0.1 * field.spacing)
    numbers = winding_numbers(corners, places)
    inside = numbers > 0.5
    sure = (truth > 1e-5) & (np.abs(numbers - 0.5) > 0.1)  # not in a hole
    assert 5 < inside[sure].sum() < sure.sum() - 5
    np.testing.assert_array_equal(value[sure] < 0.0, inside[sure])


@pytest.mark.slow
def test_a_scanned_chair_has_the_sides_that_its_triangles_say() -> None:
    clip = read(
        recording("omomo/sub2_woodchair_000.pt"), object=recording("omomo/objects/woodchair.obj")
    )
    shape = clip.scene.props[0].shape
    field = room.true_surface(shape).field
    rng = np.random.default_rng(2)
    close = np.argwhere(np.abs(field.values) < field.spacing)
    close = close[(np.abs(field.values) > 1e-5)[tuple(close.T)]]
    nodes = np.concatenate(
        [
            close[rng.choice(len(close), 200)],
            np.stack([rng.integers(0, n, 200) for n in field.values.shape], axis=1),
        ]
    )
    corners = np.asarray(shape.vertices[shape.faces])
    numbers = winding_numbers(corners, field.origin + nodes * field.spacing)
    inside = field.values[tuple(nodes.T)] < 0.0
    assert inside.sum() > 40
    np.testing.assert_array_equal(inside, numbers > 0.5)


@pytest.mark.slow
def test_fields_are_looked_up_as_in_python(rng: np.random.Generator) -> None:
    field = DistanceField.from_shape(shapes()["cavity"])
    points = rng.uniform(-0.4, 0.4, (2000, 3))
    ready = native._native.Field(field.values, field.origin, field.spacing)
    np.testing.assert_allclose(ready.look_up(points), field.look_up(points), atol=1e-12)


@pytest.mark.slow
def test_points_that_stick_out_are_on_the_surface_and_none_is_left_out() -> None:
    shape = scaled(meshes.box((0.6, 0.4, 0.5)) + meshes.box((0.1, 0.1, 0.9)).moved((0.3, 0.0, 0.0)))
    quick, slow = room.true_surface(shape), TrueSurface.from_shape(shape)
    points = quick.outcrops.points
    corners = np.asarray(shape.vertices[shape.faces])
    off = [min(to_triangle(t - p) for t in corners) for p in points[::200]]
    assert max(off) < 1e-9
    out = np.zeros(len(points))
    for reach, least in PROTRUDES:
        steps = np.concatenate([reach * np.eye(3), -reach * np.eye(3)])
        mean = np.mean([quick.field.look_up(points + step) for step in steps], axis=0)
        out = np.maximum(out, mean / least)
    assert np.all(out > 1.0)
    for some, others in ((slow, quick), (quick, slow)):
        for point in some.outcrops.points[::100]:
            away = np.linalg.norm(others.outcrops.points - point, axis=1).min()
            assert away < 2.0 * STEP
