from __future__ import annotations

import pickle

import numpy as np
import pytest
import trimesh

import meshes
from kinemesh.geometry.edges import Edges
from kinemesh.geometry.orientation import settled
from kinemesh.motion import Scene, Shape, Terrain
from kinemesh.motion.moved import mapped_shape
from meshes import Mesh
from recordings import recording


def made(mesh: Mesh) -> Shape:
    return Shape.from_mesh(*mesh.arrays)


def around(shape: Shape, point: tuple[float, float, float]) -> float:
    """The signed winding number of what bounds a solid, worked out apart."""
    corners = shape.vertices[shape.faces[~shape.sheets]]
    return meshes.goes_round(corners, np.array(point))


FLIPPED = meshes.box((0.6, 0.4, 0.5)).turned(np.array([7]))
INSIDE = (0.05, 0.03, 0.2)
OUTSIDE = ((0.0, 0.0, 0.7), (0.5, 0.0, 0.2), (0.03, 0.02, -0.2), (-0.9, 0.1, 0.3))
SOLIDS = {
    "box": (meshes.box((0.6, 0.4, 0.5)), "closed"),
    "one facet turned": (FLIPPED, "closed"),
    "one facet missing": (meshes.box((0.6, 0.4, 0.5)).without([7]), "open"),
    "no bottom": (meshes.bottomless(), "open"),
    "sofa": (meshes.sofa(), "open"),
}


@pytest.mark.parametrize("name", SOLIDS)
@pytest.mark.parametrize("over", [False, True], ids=["as made", "every facet turned"])
def test_what_bounds_a_solid_looks_outwards(name: str, over: bool) -> None:
    mesh, kind = SOLIDS[name]
    shape = made(mesh.turned() if over else mesh)
    assert shape.kind == kind
    assert not shape.sheets.any()
    assert around(shape, INSIDE) > 0.5
    for point in OUTSIDE:
        assert around(shape, point) < 0.5
    wrong = (name == "one facet turned") / len(mesh.corners)
    assert shape.turned == pytest.approx(1.0 - wrong if over else wrong)


@pytest.mark.parametrize(
    "mesh",
    [
        meshes.room(),
        meshes.sheet(),
        meshes.sides((1, 1, 1), "top", "left"),
        meshes.sides((1, 1, 1), "right", "left"),
    ],
    ids=["room", "sheet", "corner", "two walls"],
)
@pytest.mark.parametrize("over", [False, True], ids=["as made", "every facet turned"])
def test_what_bounds_nothing_is_a_sheet_seen_from_one_side(mesh: Mesh, over: bool) -> None:
    shape = made(mesh.turned() if over else mesh)
    assert shape.kind == "sheet"
    assert shape.sheets.all()
    assert shape.solid is None
    assert "two sides" in shape.warnings[0]
    assert shape.turned <= 0.5
    # Each edge that two triangles share is run through once in either direction.
    ends = shape.faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    assert len(np.unique(ends, axis=0)) == len(ends)


def test_a_third_of_a_rooms_facets_are_turned() -> None:
    assert made(meshes.room()).turned == pytest.approx(1 / 3, abs=0.01)


def test_a_box_without_bottom_is_as_large_wherever_its_origin_is() -> None:
    for away in ((0.0, 0.0, 0.0), (5.0, -3.0, 8.0)):
        shape = made(meshes.bottomless().moved(away))
        assert shape.kind == "open"
        assert len(shape.parts) == 1
        assert shape.warnings == ()
        assert shape.parts[0].volume == pytest.approx(0.12)


@pytest.mark.parametrize("over", [False, True], ids=["as made", "every facet turned"])
def test_a_cavity_stays_one(over: bool) -> None:
    mesh = meshes.box((1, 1, 1)) + meshes.box((0.6, 0.6, 0.6)).moved((0, 0, 0.2)).turned()
    shape = made(mesh.turned() if over else mesh)
    assert shape.kind == "closed"
    assert shape.turned == float(over)
    assert around(shape, (0.01, 0.02, 0.5)) == pytest.approx(0.0, abs=1e-6)
    assert around(shape, (0.4, 0.02, 0.5)) == pytest.approx(1.0, abs=1e-6)
    assert shape.warnings


def test_one_of_two_boxes_that_is_inside_out_is_turned() -> None:
    shape = made(meshes.box((1, 1, 1)) + meshes.box((1, 1, 1)).moved((3, 0, 0)).turned())
    assert shape.turned == 0.5
    assert around(shape, (3.01, 0.02, 0.5)) == pytest.approx(1.0, abs=1e-6)
    assert len(shape.parts) == 2


def test_boxes_that_share_a_wall_an_edge_or_doubled_facets_close() -> None:
    one = meshes.box((1, 1, 1))
    for mesh in (
        one + meshes.box((1, 1, 1)).moved((1, 0, 0)),
        one + meshes.box((1, 1, 1)).moved((1, 1, 0)).turned(),
        one + Mesh(one.corners[4:9]),
    ):
        shape = made(mesh)
        assert shape.kind == "closed"
        assert around(shape, (0.01, 0.02, 0.4)) > 0.5
        assert around(shape, (0.01, 0.02, 1.4)) < 0.5


def test_a_sheet_written_twice_is_a_sheet() -> None:
    shape = made(meshes.sheet() + meshes.sheet().turned())
    assert shape.kind == "sheet"
    assert len(shape.faces) == 32


def test_corners_a_rounding_apart_and_triangles_without_an_area_leave_a_box_closed() -> None:
    mesh = meshes.box((0.6, 0.4, 0.5))
    rng = np.random.default_rng(0)
    shaken = Mesh(mesh.corners + rng.uniform(-1e-8, 1e-8, mesh.corners.shape))
    flat = Mesh(np.repeat(mesh.corners[:3, :1], 3, axis=1))
    shape = made(shaken + flat)
    assert shape.kind == "closed"
    assert len(shape.faces) == len(mesh.corners)


def test_facets_that_share_no_corner_close_where_they_are_written_outwards() -> None:
    sides = [meshes.sides((1, 1, 1), side, cells=k) for k, side in enumerate(meshes._SIDES, 1)]
    middle = np.array([0.0, 0.0, 0.5])
    apart = [s.corners + 0.004 * (s.corners.mean(axis=(0, 1)) - middle) for s in sides]
    shape = made(Mesh(np.concatenate(apart)))  # 2 mm from side to side: no cracks
    assert shape.kind == "open"
    assert around(shape, (0.01, 0.02, 0.4)) == pytest.approx(1.0, abs=0.01)


def test_a_closed_table_in_an_open_room_is_a_solid_between_sheets() -> None:
    shape = made(meshes.room() + meshes.box((1.0, 0.6, 0.7)).turned())
    assert shape.kind == "open"
    assert shape.sheets.sum() == len(meshes.room().corners)
    assert shape.solid is not None
    assert shape.solid.warnings == ()
    assert around(shape, (0.1, 0.1, 0.3)) == pytest.approx(1.0, abs=1e-6)
    assert around(shape, (1.1, 0.1, 0.3)) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    "path",
    ["omomo/objects/largebox.obj", "omomo/objects/largetable.obj", "climb/seq_0/multi_boxes.obj"],
)
def test_recorded_objects_are_closed_and_stay_as_they_are(path: str) -> None:
    from kinemesh.recordings.scene.meshes import read_mesh

    shape = read_mesh(recording(path))
    assert shape.kind == "closed"
    assert shape.turned == 0.0


def test_kind_and_sheets_go_with_a_shape_that_is_moved_scaled_or_joined() -> None:
    shape = made(meshes.room() + meshes.box((1.0, 0.6, 0.7)).turned())
    seen = (shape.kind, shape.turned, shape.sheets.tolist())
    mirrored = mapped_shape(shape, lambda points: points * (1.0, -1.0, 1.0), flips=True)
    for other in (
        shape.scaled(0.7),
        mirrored,
        Scene(terrain=Terrain(shape)).shifted(0.3).terrain.shape,
        pickle.loads(pickle.dumps(shape)),
    ):
        assert (other.kind, other.turned, other.sheets.tolist()) == seen
    assert around(mirrored, (0.1, 0.1, 0.3)) == pytest.approx(1.0, abs=1e-6)
    both = Shape.union([made(meshes.sheet()), Shape.box((1, 1, 1), (0, 0, 3))])
    assert both.kind == "open"
    assert both.sheets.tolist() == [True] * 32 + [False] * 12
    assert Shape.union([made(meshes.sheet())] * 2).kind == "sheet"


@pytest.mark.parametrize("name", ["largebox", "woodchair", "largetable"])
def test_what_hangs_together_is_handed_on_as_it_would_be_found_again(name: str) -> None:
    mesh = trimesh.load(recording(f"omomo/objects/{name}.obj"), process=False, force="mesh")
    shape = Shape.from_mesh(mesh.vertices, mesh.faces)
    again = settled(shape.vertices, shape.faces)
    assert not again.turned.any()
    np.testing.assert_array_equal(again.faces, shape.faces)
    assert len(again.pieces) == len(shape.pieces) > 0
    for one, other in zip(shape.pieces, again.pieces, strict=True):
        np.testing.assert_array_equal(one.members, other.members)
        assert one.kind == other.kind
        assert one.volume == pytest.approx(other.volume, rel=1e-12)


def test_a_shape_whose_corners_are_moved_does_not_keep_what_it_was_told() -> None:
    shape = made(meshes.sofa())
    larger = shape.scaled(2.0)
    for one, other in zip(shape.pieces, larger.pieces, strict=True):
        assert other.volume == pytest.approx(8.0 * one.volume)
    closed = made(meshes.box((0.6, 0.4, 0.5)) + meshes.box((0.1, 0.1, 0.1)).turned())
    assert closed.pieces and not closed.scaled(2.0).pieces


def test_sides_that_pair_up_are_found_whatever_the_triangles_order() -> None:
    faces = np.array([[0, 1, 2], [2, 1, 3], [3, 1, 0], [5, 4, 6], [0, 2, 7]])
    sides = Edges.from_faces(faces)
    _, expected = np.unique(np.sort(sides.ends, axis=1), axis=0, return_inverse=True)
    np.testing.assert_array_equal(sides.edge, expected.reshape(-1))
    np.testing.assert_array_equal(sides.ends[:4], [[0, 1], [1, 2], [2, 0], [2, 1]])
