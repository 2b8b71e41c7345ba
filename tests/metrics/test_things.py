"""Solids in each other, places on them: known answers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh.metrics.geometry.overlap import Body, depths
from kinemesh.metrics.geometry.surface import Surface, Surfaces
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.measures.things import things
from kinemesh.metrics.score import Measure
from kinemesh.motion import Clip, Prop, Scene, Shape, Terrain

CUBE = Shape.box((0.2, 0.2, 0.2))


def at(x: float, y: float = 0.0, z: float = 0.0, turn: Rotation | None = None) -> np.ndarray:
    quaternion = (turn or Rotation.identity()).as_quat()
    return np.array([[x, y, z, *quaternion]])


def scored(scene: Scene, clip: Clip | None = None) -> Measure:
    surfaces = Surfaces()
    return things(scene, clip, None, 1.0, {}, Limits(), surfaces)[0]


@pytest.mark.parametrize("turn", [Rotation.identity(), Rotation.from_euler("xyz", [0.3, -1, 2])])
def test_boxes_are_as_deep_as_they_were_put(turn: Rotation) -> None:
    whole = Body("a", Surface(CUBE), at(0.0, turn=turn))
    for along in (np.array([1.0, 0, 0]), np.array([0, 0, 1.0])):
        for gap in (-0.03, -0.001, 0.001, 0.5):
            place = turn.apply((0.2 + gap) * along)
            other = Body("b", Surface(CUBE), at(*place, turn=turn))
            assert depths(whole, other, 1)[0] == pytest.approx(max(-gap, 0.0), abs=1e-9)


def test_edge_across_edge_is_the_way_out() -> None:
    """Two bars, each on an edge, crossed: neither's facets face the way out."""
    bar = Shape.box((1.0, 0.1, 0.1))
    on_edge = Rotation.from_euler("x", 45, degrees=True)
    high = np.sqrt(0.5) * 0.1
    low = Body("low", Surface(bar), at(0.0, turn=on_edge))
    crossing = Rotation.from_euler("z", 90, degrees=True) * on_edge
    for gap in (-0.004, 0.004):
        top = Body("top", Surface(bar), at(0.0, 0.0, 2.0 * high + gap, crossing))
        assert depths(low, top, 1)[0] == pytest.approx(max(-gap, 0.0), abs=1e-9)


def test_an_l_lets_a_box_stand_in_its_corner() -> None:
    """Its hull is full there, its true surface is not."""
    floor, wall = Shape.box((0.4, 0.4, 0.1), (0.2, 0.2, 0.05)), Shape.box((0.1, 0.4, 0.4))
    outline = np.array([[0, 0], [0.4, 0], [0.4, 0.1], [0.1, 0.1], [0.1, 0.4], [0, 0.4]])
    corners = np.array([[x, y, z] for y in (0.0, 0.4) for x, z in outline])
    caps = [[0, 1, 2], [0, 2, 3], [0, 3, 4], [0, 4, 5]]
    sides = [
        t
        for k in range(6)
        for t in ([k, k + 6, (k + 1) % 6], [(k + 1) % 6, k + 6, (k + 1) % 6 + 6])
    ]
    faces = [*caps, *([c + 6, b + 6, a + 6] for a, b, c in caps), *sides]
    ell = Shape.from_mesh(corners, faces)
    assert ell.warnings and len(ell.parts) == 1
    thing = Body("l", Surface(ell), at(0.0))
    for gap in (0.004, -0.02):
        box = Body("box", Surface(Shape.box((0.1, 0.1, 0.1))), at(0.3, 0.2, 0.15 + gap))
        assert depths(thing, box, 1)[0] == pytest.approx(max(-gap, 0.0), abs=2e-3)
    exact = Body("l", Surface(Shape.union([floor, wall])), at(0.0))
    box = Body("box", Surface(Shape.box((0.1, 0.1, 0.1))), at(0.3, 0.2, 0.13))
    assert depths(exact, box, 1)[0] == pytest.approx(0.02, abs=1e-9)


def test_props_in_terrain_and_ground_are_told_by_name_and_frame() -> None:
    track = np.repeat(at(0.0, 0.0, 0.1), 5, axis=0)
    track[3, 2] -= 0.01
    row = scored(Scene((Prop("box", CUBE, track),)))
    assert row.value == pytest.approx(10.0)
    assert row.note == "box in the ground in frame 3"
    assert row.frames == ((3, 3),) and not row.passed
    step = Terrain(Shape.box((1.0, 1.0, 0.05), (0.0, 0.0, 0.025)), "step")
    row = scored(Scene((Prop("box", CUBE, track),), step, None))
    assert row.value == pytest.approx(60.0)
    assert row.note == "box in step in frame 3"


def test_what_the_recording_has_too_is_said(standing: Clip) -> None:
    tracks = [np.repeat(at(x, 0.0, 0.1), len(standing), axis=0) for x in (0.0, 0.15)]
    scene = Scene(tuple(Prop(n, CUBE, t) for n, t in zip("ab", tracks, strict=True)))
    clip = Clip(standing.positions, standing.skeleton, standing.fps, scene)
    row = scored(scene, clip)
    assert row.value == pytest.approx(50.0) and not row.passed
    assert row.note == "a in b in frame 0; 50 mm in the recording"
