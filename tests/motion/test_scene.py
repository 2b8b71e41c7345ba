from __future__ import annotations

import pickle

import numpy as np
import pytest

from kinemesh.arrays import Array
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.motion import Prop, Scene, Shape, Terrain

BOX = Shape.box((0.2, 0.3, 0.4))


def still(frames: int = 3, z: float = 0.0) -> Array:
    return np.tile([0.0, 0.0, z, 0.0, 0.0, 0.0, 1.0], (frames, 1))


def test_the_lowest_point_of_a_prop_is_its_lowest_vertex_in_the_world() -> None:
    rng = np.random.default_rng(0)
    track = poses.normalised(rng.normal(size=(8, 7)))
    prop = Prop("box", BOX, track)
    world = poses.apply(track, BOX.vertices)
    np.testing.assert_allclose(prop.lowest(), world[..., 2].min(axis=1), atol=1e-12)


def test_a_track_is_normalised_without_touching_the_callers() -> None:
    track = still() * 2.0
    prop = Prop("box", BOX, track)
    np.testing.assert_allclose(prop.track[:, 6], 1.0)
    np.testing.assert_allclose(track[:, 6], 2.0)
    with pytest.raises(ValueError, match="read-only"):
        prop.track[0, 0] = 1.0


@pytest.mark.parametrize(
    ("track", "words"),
    [
        (np.zeros((3, 6)), r"\(T, 7\)"),
        (np.full((3, 7), np.nan), "NaN or infinite at frame 0"),
        (np.zeros((3, 7)), "quaternion is zero"),
    ],
)
def test_a_bad_track_is_refused_with_the_name_of_the_prop(track: Array, words: str) -> None:
    with pytest.raises(ClipError, match=words) as error:
        Prop("crate", BOX, track)
    assert "crate" in str(error.value)


@pytest.mark.parametrize(("factor", "words"), [(1000.0, "metres"), (1e-4, "mm across")])
def test_a_size_that_cannot_be_metres_is_refused(factor: float, words: str) -> None:
    with pytest.raises(ClipError, match=words):
        Prop("crate", BOX.scaled(factor), still())
    with pytest.raises(ClipError, match=words):
        Terrain(BOX.scaled(factor))


@pytest.mark.parametrize("size", [0.0, -1.0, np.nan, np.inf, 1e3])
def test_a_size_of_the_robots_copy_that_cannot_be_is_refused(size: float) -> None:
    with pytest.raises(ClipError, match="robot_scale"):
        Prop("crate", BOX, still(), size)
    assert Prop("crate", BOX, still(), None).robot_scale is None
    with pytest.raises(TypeError, match="robot_scale"):
        Prop("crate", BOX, still(), "person")  # type: ignore[arg-type]


def test_props_need_names_of_their_own() -> None:
    with pytest.raises(ClipError, match="names of their own"):
        Scene((Prop("a", BOX, still()), Prop("a", BOX, still())))


def test_shifting_a_scene_lifts_props_terrain_and_ground_alike() -> None:
    scene = Scene((Prop("a", BOX, still()),), Terrain(BOX), ground=0.1).shifted(0.5)
    assert scene.ground == pytest.approx(0.6)
    assert scene.terrain is not None
    np.testing.assert_allclose(scene.props[0].lowest(), 0.3)
    assert scene.terrain.shape.bounds[0, 2] == pytest.approx(0.3)
    assert scene.terrain.shape.parts[0].vertices[:, 2].min() == pytest.approx(0.3)
    assert Scene(ground=None).shifted(1.0).ground is None


def test_a_scene_survives_pickling() -> None:
    scene = Scene((Prop("a", BOX, still()),), Terrain(BOX), ground=0.1)
    again = pickle.loads(pickle.dumps(scene))
    np.testing.assert_array_equal(again.props[0].track, scene.props[0].track)
    assert again.terrain.name == "terrain"
    assert again.ground == 0.1
    assert not again.props[0].track.flags.writeable
    assert not again.terrain.shape.vertices.flags.writeable


def test_masses_are_given_by_name_or_to_the_only_prop() -> None:
    one, two = Prop("a", BOX, still()), Prop("b", BOX, still(), mass=3.0)
    both = Scene((one, two), ground=None).with_masses({"a": 2})
    assert [prop.mass for prop in both.props] == [2.0, 3.0]
    assert both.ground is None
    assert Scene((one,)).with_masses(0.5).props[0].mass == 0.5
    assert Scene((two,)).with_masses({}).props[0].mass == 3.0


@pytest.mark.parametrize(
    ("masses", "words"),
    [
        (2.0, "a mass of 2 kg without the name of a prop: name one of crate, drum"),
        ({"crat": 2.0}, "unknown prop in masses: 'crat'.*crate, drum.*did you mean 'crate'"),
        ({"crate": 0.0}, "mass"),
        ({"crate": float("nan")}, "mass"),
        (float("inf"), "mass"),
    ],
)
def test_masses_that_cannot_be_are_refused(masses: object, words: str) -> None:
    scene = Scene((Prop("crate", BOX, still()), Prop("drum", BOX, still())))
    with pytest.raises(ClipError, match=words):
        scene.with_masses(masses)  # type: ignore[arg-type]
    with pytest.raises(ClipError, match="has no prop"):
        Scene().with_masses(masses)  # type: ignore[arg-type]


def test_what_is_resized_weighs_what_its_volume_says() -> None:
    crate = Prop("crate", BOX, still(), mass=2.0)
    assert crate.resized(0.5).mass == 0.25
    assert crate.resized((2.0, 1.0, 0.25)).mass == 1.0
    assert Prop("crate", BOX, still()).resized(0.5).mass is None
    np.testing.assert_allclose(crate.resized(0.5).shape.bounds, 0.5 * BOX.bounds)
    np.testing.assert_array_equal(crate.resized(0.5).track, crate.track)
