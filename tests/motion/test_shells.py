from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import meshes
from kinemesh import demos
from kinemesh.geometry import poses
from kinemesh.motion import Clip, Prop, Scene, Shape, Terrain


@pytest.fixture(scope="module")
def walk() -> Clip:
    return demos.walk().crop(0, 40)


def shape(mesh: meshes.Mesh) -> Shape:
    return Shape.from_mesh(*mesh.arrays)


def on(clip: Clip, mesh: meshes.Mesh) -> Shape:
    """What becomes of a mesh as terrain of a clip."""
    made = replace(clip, scene=Scene(terrain=Terrain(shape(mesh)))).scene.terrain
    assert made is not None
    return made.shape


def held(clip: Clip, mesh: meshes.Mesh) -> Shape:
    """What becomes of a mesh as a prop whose middle stays at the person's pelvis."""
    track = np.tile(poses.IDENTITY, (len(clip), 1))
    track[:, :3] = clip.landmark("pelvis")
    return replace(clip, scene=Scene((Prop("thing", shape(mesh), track),))).scene.props[0].shape


BOX = (0.5, 0.5, 0.6)
PIT = meshes.sides((6.0, 6.0, 2.5), "bottom", "back", "front", "left", "right")


def test_a_solid_with_its_hole_below_stays_one_as_terrain(walk: Clip) -> None:
    for mesh in (meshes.bottomless(BOX), meshes.sofa()):
        land = on(walk, mesh.moved((5.0, 3.0, 0.0)))
        assert land.kind == "open"
        assert not land.sheets.any()


@pytest.mark.parametrize("over", [False, True], ids=["as made", "every facet turned"])
def test_four_walls_and_a_floor_are_a_room(walk: Clip, over: bool) -> None:
    mesh = PIT.moved((9.0, 0.0, 0.0))  # nobody is in it: it is open to the top
    made = shape(mesh.turned() if over else mesh)
    assert made.kind == "open"
    clip = replace(walk, scene=Scene(terrain=Terrain(made)))
    assert clip.scene.terrain is not None
    assert clip.scene.terrain.shape.kind == "sheet"
    assert any("do not look down" in text for text in clip.warnings)
    assert any("bare sheet, kept from both sides" in text for text in clip.notes)


def test_a_missing_facet_makes_no_room(walk: Clip) -> None:
    land = on(walk, meshes.box((1, 1, 1), cells=6).without([100]).moved((5.0, 3.0, 0.0)))
    assert land.kind == "open"
    assert not land.sheets.any()


@pytest.mark.slow
def test_what_the_person_is_in_the_middle_of_is_a_shell(walk: Clip) -> None:
    low = (0.0, 0.0, -0.3)
    assert held(walk, meshes.bottomless(BOX).moved(low)).kind == "sheet"
    # Beside the person the same box is a solid.
    assert held(walk, meshes.bottomless(BOX).moved((0.6, 0.0, -0.3))).kind == "open"
    # And so is one without holes, whatever is in it; but not a room of six sides.
    assert held(walk, meshes.box(BOX).moved(low)).kind == "closed"
    assert held(walk, meshes.box((3.0, 3.0, 3.0)).moved((0.0, 0.0, -1.5))).kind == "sheet"


def test_a_table_in_the_room_that_the_person_is_in_stays_a_solid(walk: Clip) -> None:
    table = meshes.box((0.6, 0.6, 0.7)).moved((2.0, 2.0, 0.1))
    closed = meshes.box((8.0, 8.0, 3.0)).moved((0.0, 0.0, -0.1)).turned()
    made = on(walk, closed + table)
    assert made.kind == "open"
    assert made.sheets.sum() == len(closed.corners)
    assert made.solid is not None
    corners = made.solid.vertices[made.solid.faces]
    assert meshes.goes_round(corners, np.array([2.01, 2.02, 0.4])) == pytest.approx(1.0)


@pytest.mark.slow
def test_what_is_said_stays_true_and_is_said_once(walk: Clip) -> None:
    room = shape(meshes.bottomless((4.0, 4.0, 3.0)).moved((0.0, 0.0, -0.5)))
    said = tuple(f"room.obj: {text}" for text in room.warnings)
    clip = replace(walk, scene=Scene(terrain=Terrain(room)), warnings=("other", *said))
    again = clip.crop(0, 30).scaled(1.1).translated((0.1, 0.0, 0.0)).mirrored()
    assert again.scene.terrain is not None
    assert again.scene.terrain.shape.kind == "sheet"
    assert again.warnings == clip.warnings
    assert "other" in clip.warnings
    assert sum("inside of the mesh" in text for text in again.warnings) == 1
    assert sum("two sides" in text for text in again.warnings) == 1
    assert sum("sheet" in text for text in again.notes) == 1


def test_facets_that_were_turned_are_noted(walk: Clip) -> None:
    box = meshes.box((1, 1, 1)).turned(np.array([3])).moved((5.0, 3.0, 0.0))
    clip = replace(walk, scene=Scene(terrain=Terrain(shape(box), "steps")))
    assert "terrain steps: 0.9% of its facets were turned" in clip.notes
    plain = replace(walk, scene=Scene(terrain=Terrain(shape(meshes.box((1, 1, 1))))))
    assert plain.notes == walk.notes
