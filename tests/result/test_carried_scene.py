"""A result's file carries what it was judged with: shapes, scenes, the person; exactly."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands import older
from kinemesh import metrics
from kinemesh.errors import ClipError, ReadError
from kinemesh.geometry.convex import ConvexPart
from kinemesh.motion import Clip, Prop, Scene, Shape, StanceEdit, Terrain, TouchEdit
from kinemesh.problem import scaled_scene
from kinemesh.result import Result
from kinemesh.result.shapes import _indexed
from kinemesh.robot import RobotModel
from kinemesh.solve import retarget


@pytest.fixture(scope="module")
def lifted(robot: RobotModel, demos: dict[str, Clip]) -> Result:
    """Some frames in which both hands hold a box."""
    return retarget(demos["lift_box"].crop(60, 68), robot)


@pytest.fixture(scope="module")
def climbed(robot: RobotModel, demos: dict[str, Clip]) -> Result:
    """Some frames of a step onto a platform."""
    return retarget(demos["step_up"].crop(40, 46), robot)


@pytest.fixture
def saved(lifted: Result, tmp_path: Path) -> Path:
    return lifted.save(tmp_path / "lift.npz")


def judged(result: Result, robot: RobotModel) -> metrics.Score:
    assert result.demonstration is not None
    return metrics.evaluate(
        *(result.trajectory, robot),
        scene=result.scene,
        clip=result.demonstration,
        scale=result.scale,
        target=result.target or result.demonstration.scene,
        held=metrics.Held(result.stance, result.touch),
    )


def same_shape(one: Shape, other: Shape) -> None:
    """Both are the same, number for number; but for the order of the hulls' facets."""
    for name in ("vertices", "faces", "sheets"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for name in ("kind", "turned", "split", "warnings"):
        assert getattr(one, name) == getattr(other, name)
    for a, b in zip(one.parts, other.parts, strict=True):
        np.testing.assert_array_equal(a.vertices, b.vertices)
        assert a.volume == pytest.approx(b.volume, rel=1e-12)


def same_scene(one: Scene, other: Scene) -> None:
    assert (one.things, one.ground) == (other.things, other.ground)
    for a, b in zip(one.props, other.props, strict=True):
        np.testing.assert_allclose(a.track, b.track, rtol=0, atol=1e-15)
        assert (a.robot_scale, a.mass) == (b.robot_scale, b.mass)
        same_shape(a.shape, b.shape)
    if one.terrain is not None and other.terrain is not None:
        same_shape(one.terrain.shape, other.terrain.shape)


def shape_of(kind: str, rng: np.random.Generator) -> Shape:
    """A shape of chance, of each kind that there is."""
    if kind == "convex":
        return Shape.convex(rng.normal(size=(20, 3)))
    box = Shape.box(rng.uniform(0.2, 0.6, 3), rng.normal(size=3))
    if kind == "pieces":
        return Shape.union([box, Shape.box((0.1, 0.1, 0.1), (3.0, 0.0, 0.0))])
    if kind == "cut":
        return replace(box, split=True, warnings=("cut into parts",))
    if kind == "sheet":
        corners = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0.0]])
        return Shape.from_mesh(corners, [[0, 1, 2], [0, 2, 3]])
    faces = np.array(box.faces)[:-2]  # a side is missing, and one triangle looks inwards
    faces[0] = faces[0][::-1]
    return Shape.from_mesh(box.vertices, faces)


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 999),
    kinds=st.lists(
        st.sampled_from(["convex", "pieces", "cut", "sheet", "open"]), min_size=0, max_size=3
    ),
    land=st.sampled_from([None, "convex", "pieces", "sheet"]),
    adapted=st.booleans(),
)
def test_whatever_was_met_is_read_as_it_was(
    climbed: Result,
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    kinds: list[str],
    land: str | None,
    adapted: bool,
) -> None:
    rng = np.random.default_rng(seed)
    frames = len(climbed)
    far = np.tile([9.0, 9.0, 0.3, 0.0, 0.0, 0.6, 0.8], (frames, 1))
    props = tuple(
        Prop(
            *(f"thing {k}", shape_of(kind, rng), far, (1.0, 0.75, None)[rng.integers(3)]),
            mass=(None, 2.0, float(rng.uniform(0.1, 9.0)))[rng.integers(3)],
        )
        for k, kind in enumerate(kinds)
    )
    terrain = None if land is None else Terrain(shape_of(land, rng), "land")
    assert climbed.demonstration is not None
    clip = replace(climbed.demonstration, scene=Scene(props, terrain, 0.125))
    target = Scene(
        tuple(replace(p, shape=p.shape.scaled(1.25)) for p in clip.scene.props),
        clip.scene.terrain,
        0.125,
    )
    before = replace(
        climbed,
        scene=scaled_scene(target if adapted else clip.scene, climbed.scale, clip.fps),
        tracks={},
        touch={},
        demonstration=clip,
        target=target if adapted else None,
    )
    path = before.save(tmp_path_factory.mktemp("out") / "out.npz")
    after = Result.load(path)
    same_scene(after.scene, before.scene)
    assert after.demonstration is not None
    same_scene(after.demonstration.scene, clip.scene)
    assert (after.target is None) == (not adapted)
    if after.target is not None:
        same_scene(after.target, target)
    assert after.demonstration.notes == clip.notes
    assert after.demonstration.warnings == clip.warnings


def test_the_person_is_read_as_it_was(lifted: Result, tmp_path: Path) -> None:
    clip = lifted.demonstration
    assert clip is not None
    frames = len(clip)
    labels = np.arange(frames) % 3 == 0
    clip = replace(
        clip,
        contacts={"left_hand": labels, "right_hand": ~labels},
        edits=(StanceEdit("left", 1, 3), TouchEdit("left_hand", "box", 2, 4, False)),
        rotations=np.tile([0.0, 0.0, 0.0, 1.0], (frames, len(clip.skeleton.joints), 1)),
        notes=("found so — привет",),
        warnings=("odd",),
    )
    path = replace(lifted, demonstration=clip).save(tmp_path / "out.npz")
    after = Result.load(path).demonstration
    assert after is not None
    np.testing.assert_array_equal(after.positions, clip.positions)
    assert after.skeleton == clip.skeleton
    for name in ("fps", "height", "name", "notes", "warnings", "edits"):
        assert getattr(after, name) == getattr(clip, name)
    assert {k: v.tolist() for k, v in after.contacts.items()} == {
        "left_hand": labels.tolist(),
        "right_hand": (~labels).tolist(),
    }
    assert after.rotations is None  # nobody who judges asks for them


@pytest.mark.parametrize("which", ["lifted", "climbed"])
def test_what_is_read_is_judged_as_what_was_saved(
    request: pytest.FixtureRequest, robot: RobotModel, tmp_path: Path, which: str
) -> None:
    before: Result = request.getfixturevalue(which)
    path = before.save(tmp_path / "out.npz")
    after = Result.load(path)
    one, other = judged(before, robot), judged(after, robot)
    assert (one.verdict, one.doubts) == (other.verdict, other.doubts)
    for row, again in zip(one, other, strict=True):
        if row.value is None:
            assert again.value is None
        else:
            assert again.value == pytest.approx(row.value, rel=1e-6, abs=1e-6), row.name
    again = before.save(tmp_path / "again.npz")
    assert again.read_bytes() == path.read_bytes()


def test_each_shape_is_in_the_file_once(lifted: Result, climbed: Result, tmp_path: Path) -> None:
    for result in (lifted, climbed):
        with np.load(result.save(tmp_path / "out.npz")) as file:
            assert len([key for key in file.files if key.endswith("_points")]) == 1
            assert file["shape_0_faces"].dtype == np.uint8


def test_an_older_file_is_read_without_scene_and_person(
    lifted: Result, saved: Path, tmp_path: Path
) -> None:
    old = Result.load(older(saved, tmp_path / "old.npz"))
    assert old.demonstration is None and old.target is None
    assert (old.scene.things, list(old.tracks)) == ((), ["box"])
    np.testing.assert_array_equal(old.qpos(), lifted.qpos())


def test_a_demonstration_that_does_not_fit_is_refused(lifted: Result) -> None:
    clip = lifted.demonstration
    assert clip is not None
    with pytest.raises(ClipError, match="the demonstration has 4 frames at 30/s"):
        replace(lifted, demonstration=clip.crop(0, 4))
    with pytest.raises(ClipError, match="of the target has 4 poses for 8 frames"):
        replace(lifted, target=clip.crop(0, 4).scene)
    with pytest.raises(TypeError, match="demonstration"):
        replace(lifted, demonstration="clip")


def _json(key: str, change: Callable[[Any], Any]) -> Callable[[dict[str, Any]], None]:
    def changed(data: dict[str, Any]) -> None:
        told = json.loads(str(data[key]))
        change(told)
        data[key] = json.dumps(told)

    return changed


def _array(key: str, value: Callable[[Any], Any]) -> Callable[[dict[str, Any]], None]:
    def changed(data: dict[str, Any]) -> None:
        data[key] = value(data[key])

    return changed


def _without(key: str) -> Callable[[dict[str, Any]], None]:
    return lambda data: data.pop(key)


HOSTILE: dict[str, Callable[[dict[str, Any]], None]] = {
    "corner beyond": _array("shape_0_faces", lambda a: np.full_like(a, 200)),
    "corner below": _array("shape_0_faces", lambda a: -a.astype(np.int64)),
    "faces of reals": _array("shape_0_faces", lambda a: a + 0.5),
    "vertex nan": _array("shape_0_points", lambda a: np.full_like(a, np.nan)),
    "vertices huge": _array("shape_0_points", lambda a: a * 1e30),
    "vertices in cm": _array("shape_0_points", lambda a: a * 1e4),
    "vertices flat": _array("shape_0_points", lambda a: a * (1.0, 1.0, 0.0)),
    "vertices of text": _array("shape_0_points", lambda a: a.astype(str)),
    "objects": _array("shape_0_points", lambda a: a.astype(object)),
    "part beyond": _array("shape_0_parts", lambda a: a + 100),
    "part negative": _array("shape_0_parts", lambda a: a.astype(np.int8) - 1),
    "sheets short": _array("shape_0_sheets", lambda a: a[:2]),
    "no faces": _without("shape_0_faces"),
    "no points": _without("shape_0_points"),
    "no person": _without("demonstration"),
    "no joints": _without("positions"),
    "joints nan": _array("positions", lambda a: a * np.nan),
    "joints lost": _array("positions", lambda a: a[:, :5]),
    "frames lost": _array("positions", lambda a: a[:4]),
    "labels lost": _array("labels", lambda a: a[:, :0]),
    "tracks lost": _array("demonstration_tracks", lambda a: a[:, :3]),
    "tracks of zeros": _array("demonstration_tracks", lambda a: a * 0.0),
    "no shape of that number": _json("scenes", lambda t: t["robot"]["props"][0].update(shape=9)),
    "shape of no number": _json("scenes", lambda t: t["robot"]["props"][0].update(shape=-1)),
    "scaled away": _json("scenes", lambda t: t["robot"]["props"][0].update(scaled=0.0)),
    "unknown prop": _json("scenes", lambda t: t["robot"]["props"][0].update(name="other")),
    "sizes": _json("scenes", lambda t: t["shapes"][0].update(parts=[4, 1 << 40])),
    "many parts": _json("scenes", lambda t: t["shapes"][0].update(parts=[4] * 100_000)),
    "more vertices": _json("scenes", lambda t: t["shapes"][0].update(vertices=1 << 40)),
    "no vertices": _json("scenes", lambda t: t["shapes"][0].update(vertices=0)),
    "kind": _json("scenes", lambda t: t["shapes"][0].update(kind="sphere")),
    "turned nan": _json("scenes", lambda t: t["shapes"][0].update(turned=float("nan"))),
    "no list": _json("scenes", lambda t: t.update(shapes={"0": 1})),
    "ground": _json("scenes", lambda t: t["robot"].update(ground=float("inf"))),
    "terrain": _json("scenes", lambda t: t["robot"].update(terrain=3)),
    "giant": _json("demonstration", lambda t: t.update(height=400.0)),
    "rate": _json("demonstration", lambda t: t.update(fps=24.0)),
    "joint twice": _json("demonstration", lambda t: t["skeleton"]["joints"].append("Hips")),
    "skeleton's extra": _json("demonstration", lambda t: t["skeleton"].update(extra=1)),
    "labels": _json("demonstration", lambda t: t.update(labels=["nose"])),
    "edit": _json("demonstration", lambda t: t.update(edits=[{"kind": "stance"}])),
    "edit of what": _json("demonstration", lambda t: t.update(edits=[{"kind": "exit"}])),
    "notes": _json("demonstration", lambda t: t.update(notes=[1])),
    "no json": _array("scenes", lambda a: "{"),
    "nested": _array("scenes", lambda a: "[" * 100_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_scene_that_cannot_be_is_refused_with_the_files_name(
    saved: Path, tmp_path: Path, name: str
) -> None:
    with np.load(saved, allow_pickle=False) as file:
        data = {key: file[key] for key in file.files}
    HOSTILE[name](data)
    np.savez(tmp_path / "bad.npz", **data)
    with pytest.raises(ReadError, match=r"bad\.npz: "):
        Result.load(tmp_path / "bad.npz")


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_corners_of_parts_are_the_surfaces_where_they_are_equal_and_are_kept_exactly(
    zero: float, rng: np.random.Generator
) -> None:
    """Against a search of every point: zeros of both signs are one place, but are kept as given."""
    box = Shape.box((1.0, 1.0, 1.0), (0.5, 0.5, 0.5))
    vertices = np.where(box.vertices == 0.0, zero, box.vertices)
    vertices = np.concatenate([vertices, vertices[:1], vertices[:1]])  # a place may be there twice
    parts = (box.parts[0], ConvexPart(rng.random((6, 3))))
    shape = Shape(vertices, box.faces, parts)
    points, corners = _indexed(shape)
    assert points[: len(shape.vertices)].tobytes() == np.asarray(shape.vertices).tobytes()
    wanted = np.concatenate([part.vertices for part in parts])
    assert np.array_equal(points[corners], wanted)
    apart = [p for p in wanted if not (shape.vertices == p).all(axis=1).any()]
    assert len(points) == len(shape.vertices) + len(apart) > len(shape.vertices)
