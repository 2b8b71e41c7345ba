"""Meshes with T-junctions, cracks, needles: they bound what the clean mesh bounds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import meshes
from brute import closest_on_triangles, solid_angles
from kinemesh.geometry.closest import Closest
from kinemesh.geometry.edges import Edges
from kinemesh.geometry.field import DistanceField
from kinemesh.geometry.seams import sewn, without_needles
from kinemesh.metrics.geometry.surface import Surface
from kinemesh.motion import Shape
from meshes import Mesh

NAMES = list(meshes._SIDES)


def made(mesh: Mesh) -> Shape:
    return Shape.from_mesh(*mesh.arrays)


def closed_sofa() -> Mesh:
    """A sofa with an underside of one piece, where the sides above it have two."""
    return meshes.sofa() + meshes.sides((0.9, 1.6, 1.0), "bottom", cells=1)


def fitted() -> Mesh:
    """A box of which no two sides are cut alike."""
    lots = [meshes.sides((0.6, 0.5, 0.7), n, cells=k).corners for k, n in enumerate(NAMES, 1)]
    return Mesh(np.concatenate(lots))


SOLIDS = {
    "box": (fitted(), "closed"),
    "sofa": (closed_sofa(), "closed"),
    "sofa without an underside": (meshes.sofa(), "open"),
    "box without a bottom": (meshes.bottomless(), "open"),
}
WAYS = {
    "T-junctions": lambda mesh: mesh.split(1),
    "T-junctions beside the edge": lambda mesh: mesh.split(2, off=0.0004),
    "cracks": lambda mesh: mesh.torn(3, 0.0004),
    "both": lambda mesh: mesh.split(4).torn(5, 0.0004),
    "both, facets turned by chance": lambda mesh: mesh.split(6).torn(7, 0.0004).mixed(8),
    "T-junctions, facets turned by chance": lambda mesh: mesh.split(9).mixed(10),
}


def brute(clean: Mesh) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points about a clean mesh, how far from it they are [m], and which are inside."""
    rng = np.random.default_rng(0)
    low, high = clean.corners.min(axis=(0, 1)), clean.corners.max(axis=(0, 1))
    points = rng.uniform(low - 0.01, high + 0.01, (120, 3))
    flat = [closest_on_triangles(points, triangle) for triangle in clean.corners]
    away = np.linalg.norm(np.array(flat) - points, axis=2).min(axis=0)
    corners = made(clean).vertices[made(clean).faces]
    number = np.array([solid_angles(corners - p).sum() for p in points]) / (4.0 * np.pi)
    # Near a hole the sign is a matter of degree, and near the surface one of the cracks.
    clear = (away > 0.005) & (np.abs(number - 0.5) > 0.05)
    return points[clear], away[clear], number[clear] > 0.5


@pytest.mark.parametrize("name", SOLIDS)
def test_a_solid_is_what_its_clean_mesh_is_for_solver_and_ruler(name: str) -> None:
    clean, kind = SOLIDS[name]
    points, _, inside = brute(clean)
    assert inside.sum() > 20 and (~inside).sum() > 3
    for way, spoilt in WAYS.items():
        shape = made(spoilt(clean))
        # Where both are, a corner may be left over on an edge that is off by more than a crack.
        assert shape.kind == kind or (shape.kind == "open" and way.startswith("both"))
        assert not shape.sheets.any()
        np.testing.assert_array_equal(Surface(shape).inside(points), inside)
        far = np.full(len(points), 1e-9)  # every point is asked
        np.testing.assert_array_equal(Closest(shape).inside(points, far), inside)


@pytest.mark.slow
def test_the_solvers_distances_are_those_of_the_clean_mesh() -> None:
    clean, _ = SOLIDS["sofa"]
    points, away, inside = brute(clean)
    field = DistanceField.from_shape(made(WAYS["both, facets turned by chance"](clean)))
    found = field.look_up(points)
    np.testing.assert_array_equal(found < 0.0, inside)
    np.testing.assert_allclose(np.abs(found[inside]), away[inside], atol=0.003)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "mesh",
    [
        meshes.sheet(),
        meshes.room(),
        meshes.sides((1, 1, 1), "top", "left"),
        meshes.sides((1, 1, 1), "right", "left"),
    ],
    ids=["sheet", "room", "corner", "two walls"],
)
def test_what_bounds_nothing_stays_a_sheet(mesh: Mesh, way: str) -> None:
    shape = made(WAYS[way](mesh))
    assert shape.kind == "sheet"
    air = np.array([[0.02, 0.03, 0.4], [0.1, -0.2, 1.0], [0.3, 0.1, 0.05]])
    assert not Surface(shape).inside(air).any()


def test_a_box_with_t_junctions_is_one_convex_part() -> None:
    shape = made(fitted())
    assert len(shape.parts) == 1
    assert shape.warnings == ()
    assert shape.parts[0].volume == pytest.approx(0.21)


def test_needles_that_fill_a_t_junction_on_one_side_only_do_not_matter() -> None:
    mesh = meshes.box((0.6, 0.4, 0.5), cells=1)
    a, b, c = mesh.corners[0]
    middle = 0.3 * a + 0.7 * b
    # A needle in the place of the T-junction, one beside it, and a corner written twice.
    more = Mesh(np.array([(a, middle, c), (middle, b, c), (a, b, middle), (a, middle, middle)]))
    for extra in (slice(0, 2), slice(0, 3), slice(0, 4)):
        shape = made(mesh.without([0]) + Mesh(more.corners[extra]))
        assert shape.kind == "closed"
        assert len(shape.parts) == 1


def test_a_thin_pocket_with_its_rims_together_is_no_solid() -> None:
    """Two sheets 1 mm apart that meet on three sides: the fourth is no crack in a board."""
    pocket = meshes.sides((0.4, 0.4, 0.001), *(n for n in NAMES if n != "front"), cells=4)
    assert made(pocket).kind == "sheet"
    board = meshes.sides((0.4, 0.4, 0.02), *(n for n in NAMES if n != "front"), cells=4)
    assert made(board).kind == "open"  # as before: the hole is 20 mm wide


def test_holes_of_small_triangles_stay_holes() -> None:
    """No chain of corners that are near each other closes a round hole of fine facets."""
    turn = np.linspace(0.0, 2.0 * np.pi, 201)
    rim = 0.03 * np.stack([np.cos(turn), np.sin(turn), 0.0 * turn], axis=1)  # 0.9 mm a side
    ring = [t for a, b in pairwise(rim) for t in ((a, b, 2 * b), (a, 2 * b, 2 * a))]
    points = np.array(ring).reshape(-1, 3)
    merged, index = np.unique(points.round(9), axis=0, return_inverse=True)
    faces = index.reshape(-1, 3)
    whole = Edges.from_faces(faces)
    sides = sewn(merged, *without_needles(merged, faces, whole))
    assert np.sum(sides.uses() == 1) == np.sum(whole.uses() == 1) == 400
