"""Each augmentation against figures worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, pi

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh.augment import (
    Mirror,
    Move,
    PropPlace,
    PropSize,
    Speed,
    Stature,
    TerrainBox,
    TerrainSize,
    Variant,
    moved_at,
)
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.motion import Clip, Prop, Scene, Shape, Terrain

FPS = 30.0
MOVES = 30
"""The frame after which the box moves."""


def track(still: int = MOVES, fps: float = FPS) -> np.ndarray:
    """A box that stands at (1, 0, 0.2), then rises at 0.3 m/s."""
    rows = np.zeros((90, 7))
    rows[:, 6] = 1.0
    rows[:, 0], rows[:, 2] = 1.0, 0.2
    rows[still:, 2] += 0.3 * (np.arange(90 - still) + 1) / fps
    return rows


@pytest.fixture
def clip(demos: dict[str, Clip]) -> Clip:
    """A walk beside a box that rises after a second."""
    walk = demos["walk"].crop(0, 90)
    prop = Prop("box", Shape.box((0.4, 0.3, 0.4)), track())
    return Clip(walk.positions, walk.skeleton, FPS, Scene((prop,)), walk.height)


def prop_of(scene: Scene) -> Prop:
    return scene.props[0]


def test_an_offset_is_whole_until_the_prop_moves_and_then_fades(clip: Clip) -> None:
    change = PropPlace(x=0.2, y=-0.1, turn=0.6, tau=1.0, tau_turn=0.5, axes="world")
    after = prop_of(change.apply(clip.scene, clip)).track
    offset = after[:, :3] - prop_of(clip.scene).track[:, :3]
    at = round(moved_at(prop_of(clip.scene), FPS) * FPS)
    np.testing.assert_allclose(offset[: at + 1], [[0.2, -0.1, 0.0]] * (at + 1), atol=1e-12)
    np.testing.assert_allclose(offset[at + 30, :2], np.exp(-1.0) * np.array([0.2, -0.1]))
    yaw = Rotation.from_quat(after[:, 3:]).as_euler("zyx")[:, 0]
    np.testing.assert_allclose(yaw[[0, at, at + 15]], [0.6, 0.6, 0.6 * np.exp(-1.0)])


def test_an_offset_without_an_end_stays(clip: Clip) -> None:
    after = prop_of(PropPlace(y=0.1, tau=inf, axes="world").apply(clip.scene, clip)).track
    np.testing.assert_allclose(after[:, 1], 0.1)


def test_the_persons_axes_point_at_the_prop(clip: Clip) -> None:
    pelvis = clip.landmark("pelvis")[0, :2]
    before = prop_of(clip.scene).track[0, :2]
    after = prop_of(PropPlace(x=0.2).apply(clip.scene, clip)).track[0, :2]
    assert np.linalg.norm(after - pelvis) == pytest.approx(np.linalg.norm(before - pelvis) + 0.2)
    aside = prop_of(PropPlace(y=0.2).apply(clip.scene, clip)).track[0, :2] - before
    assert (before - pelvis) @ aside == pytest.approx(0.0, abs=1e-12)
    assert np.cross([*(before - pelvis), 0.0], [*aside, 0.0])[2] > 0.0


@pytest.mark.parametrize("fps", [15.0, 30.0, 120.0])
def test_when_a_prop_moves_does_not_depend_on_the_frame_rate(fps: float) -> None:
    still = round(0.5 * fps)
    found = moved_at(Prop("box", Shape.box((0.4, 0.4, 0.4)), track(still, fps)), fps)
    assert found == pytest.approx(0.5, abs=0.1)


def test_the_recorders_noise_is_no_motion(rng: np.random.Generator) -> None:
    noisy = track(90)
    noisy[:, :3] += 5e-4 * rng.standard_normal((90, 3))
    assert moved_at(Prop("box", Shape.box((0.4, 0.4, 0.4)), noisy), 120.0) == inf


def test_a_prop_turns_about_its_middle_not_about_its_meshs_origin(clip: Clip) -> None:
    shape = Shape.box((0.4, 0.4, 0.4), centre=(0.5, 0.0, 0.0))
    scene = Scene((Prop("box", shape, track()),))
    after = prop_of(PropPlace(turn=pi / 2, tau_turn=inf).apply(scene, clip))
    middle = poses.apply(after.track[0], np.array([[0.5, 0.0, 0.0]]))[0]
    np.testing.assert_allclose(middle, [1.5, 0.0, 0.2], atol=1e-12)


def test_a_prop_of_another_size_stands_where_it_stood(clip: Clip) -> None:
    before = prop_of(clip.scene)
    after = prop_of(PropSize(x=1.5, z=0.5).apply(clip.scene, clip))
    np.testing.assert_allclose(np.ptp(after.shape.bounds, axis=0), [0.6, 0.3, 0.2])
    np.testing.assert_allclose(after.lowest(), before.lowest(), atol=1e-12)
    np.testing.assert_allclose(after.track[:, :2], before.track[:, :2])


def test_a_prop_of_another_size_weighs_what_its_volume_says(clip: Clip) -> None:
    heavy = clip.with_masses(4.0)
    assert prop_of(PropSize(x=1.5, z=0.5).apply(heavy.scene, heavy)).mass == pytest.approx(3.0)
    assert prop_of(PropSize(x=1.5, z=0.5).apply(clip.scene, clip)).mass is None
    assert prop_of(PropPlace(x=0.1).apply(heavy.scene, heavy)).mass == 4.0


def boxes(clip: Clip) -> Clip:
    """The clip with three boxes: far ahead, to the left of the walk, and below its end."""
    walk = clip.landmark("left_toe")
    shapes = [
        Shape.box((1.0, 0.6, 0.4), (5.0, 0.0, 0.2)),
        Shape.box((0.4, 0.4, 0.2), (1.0, 2.0, 0.1)),
        Shape.box((1.0, 1.0, 0.2), (*walk[-1, :2], -0.1)),
    ]
    terrain = Terrain(Shape.union(shapes))
    return Clip(clip.positions, clip.skeleton, FPS, Scene((), terrain), clip.height)


def test_one_box_of_the_terrain_is_moved_and_turned_about_its_middle(clip: Clip) -> None:
    land = boxes(clip)
    before = land.scene.terrain
    change = TerrainBox(2, x=0.1, y=-0.2, z=0.05, turn=pi / 2, axes="world")
    after = change.apply(land.scene, land).terrain
    assert before is not None and after is not None
    old, new = before.shape.vertices, after.shape.vertices
    mine = (np.abs(old - [1.0, 2.0, 0.1]) < 0.21).all(axis=1)
    assert mine.sum() == 8
    np.testing.assert_array_equal(new[~mine], old[~mine])
    for number in (0, 2):
        np.testing.assert_array_equal(
            after.shape.parts[number].vertices, before.shape.parts[number].vertices
        )
    away = old[mine] - [1.0, 2.0, 0.1]
    wanted = np.array([1.1, 1.8, 0.15]) + np.stack([-away[:, 1], away[:, 0], away[:, 2]], axis=1)
    np.testing.assert_allclose(new[mine], wanted, atol=1e-12)
    part = after.shape.parts[1].vertices
    np.testing.assert_allclose(
        [part.min(axis=0), part.max(axis=0)], [wanted.min(axis=0), wanted.max(axis=0)]
    )
    assert after.shape.faces is before.shape.faces or np.array_equal(
        after.shape.faces, before.shape.faces
    )


def test_a_box_is_moved_away_from_the_person_or_to_the_left(clip: Clip) -> None:
    land = boxes(clip)
    pelvis = land.landmark("pelvis")[0]
    away = np.array([1.0, 2.0]) - pelvis[:2]
    away /= np.linalg.norm(away)
    for settings, way in (("box_x", away), ("box_y", np.array([-away[1], away[0]]))):
        varied = Variant("v", {"terrain.box": 2, f"terrain.{settings}": 0.3}).apply(land)
        assert varied.scene is not None and varied.scene.terrain is not None
        assert land.scene.terrain is not None and not varied.anchored
        moved = varied.scene.terrain.shape.vertices - land.scene.terrain.shape.vertices
        moved = moved[np.abs(moved).max(axis=1) > 0.0]
        np.testing.assert_allclose(moved, [[*0.3 * way, 0.0]] * 8, atol=1e-12)


def test_a_box_can_be_named_by_the_landmark_that_it_is_nearest_to(clip: Clip) -> None:
    land = boxes(clip.crop(60, 90))
    third = TerrainBox(3, z=0.1).apply(land.scene, land).terrain
    named = TerrainBox("left_toe", z=0.1).apply(land.scene, land).terrain
    assert third is not None and named is not None
    np.testing.assert_array_equal(third.shape.vertices, named.shape.vertices)


def test_a_terrain_that_is_no_row_of_solids_is_one_box(clip: Clip) -> None:
    corners = Shape.union([Shape.box((1, 1, 1)), Shape.box((1, 1, 1), (3.0, 0.0, 0.0))])
    hollow = Shape.from_mesh(corners.vertices, corners.faces[:-8])  # most of a box is missing
    assert len(hollow.parts) == 1
    scene = Scene((), Terrain(hollow))
    land = Clip(clip.positions, clip.skeleton, FPS, scene, clip.height)
    after = TerrainBox(1, x=0.5, axes="world").apply(scene, land).terrain
    assert after is not None
    moved = after.shape.vertices - hollow.vertices
    np.testing.assert_allclose(moved, [[0.5, 0, 0]] * len(moved))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Variant("a", {"terrain.box": 1}), "alone changes nothing"),
        (lambda: Variant("a", {"terrain.box_x": 0.1}), "without terrain.box"),
        (lambda: Variant("a", {"terrain.box": 0, "terrain.box_x": 0.1}), "from 1"),
        (lambda: Variant("a", {"terrain.box": 1.5, "terrain.box_x": 0.1}), "a box's number"),
        (lambda: Variant("a", {"terrain.box": "paw", "terrain.box_x": 0.1}), "or a landmark"),
        (
            lambda: Variant("a", {"terrain.box": 1, "terrain.box_x": 0.1, "terrain.depth": 2.0}),
            "does not go with",
        ),
        (
            lambda: Variant("a", {"terrain.box": 1, "terrain.box_x": 1.0, "terrain.box_axes": "x"}),
            "known are person, world",
        ),
        (lambda: TerrainBox("paw"), "unknown landmark 'paw'"),
        (lambda: TerrainBox(1, x=inf), "finite"),
    ],
)
def test_a_box_that_is_not_told_is_refused(make: Callable[[], object], said: str) -> None:
    with pytest.raises(ClipError, match=said):
        make()


def test_a_box_that_is_not_there_is_unfit(clip: Clip) -> None:
    four = TerrainBox(4, x=0.1)
    assert four.unfit(clip) == "the clip has no terrain"
    assert four.unfit(boxes(clip)) == "the terrain has no box 4: there are 3 boxes"
    with pytest.raises(ClipError, match="no box 4"):
        four.apply(boxes(clip).scene, boxes(clip))


def test_terrain_is_stretched_about_the_ground_and_its_middle(clip: Clip) -> None:
    terrain = Terrain(Shape.box((1.0, 2.0, 0.4), (2.0, 0.0, 0.3)))
    scene = Scene((), terrain, ground=0.1)
    after = TerrainSize(height=1.5, depth=2.0).apply(scene, clip).terrain
    assert after is not None
    np.testing.assert_allclose(after.shape.bounds, [[1.0, -2.0, 0.1], [3.0, 2.0, 0.7]])
    part = after.shape.parts[0].vertices
    np.testing.assert_allclose([part.min(0), part.max(0)], after.shape.bounds)


def test_twice_the_speed_is_the_same_way_in_half_the_time(clip: Clip) -> None:
    fast = Speed(2.0).apply(clip)
    assert fast.fps == clip.fps
    assert fast.duration == pytest.approx(clip.duration / 2.0, abs=1.0 / FPS)
    np.testing.assert_allclose(fast.positions, clip.positions[: 2 * len(fast) : 2], atol=1e-9)
    np.testing.assert_allclose(
        prop_of(fast.scene).track, prop_of(clip.scene).track[: 2 * len(fast) : 2], atol=1e-9
    )


def test_the_mirror_twice_is_the_clip(clip: Clip) -> None:
    np.testing.assert_allclose(Mirror().apply(Mirror().apply(clip)).positions, clip.positions)


def test_a_taller_person_has_the_same_joints(clip: Clip) -> None:
    taller = Stature(1.1).apply(clip)
    assert taller.stature == pytest.approx(1.1 * clip.stature)
    np.testing.assert_array_equal(taller.positions, clip.positions)


def test_a_move_keeps_person_and_prop_together(clip: Clip) -> None:
    moved = Move(x=1.0, y=2.0, turn=pi / 2).apply(clip)
    hand = clip.landmark("left_hand") - prop_of(clip.scene).track[:, :3]
    after = moved.landmark("left_hand") - prop_of(moved.scene).track[:, :3]
    np.testing.assert_allclose(after, np.stack([-hand[:, 1], hand[:, 0], hand[:, 2]], 1), atol=1e-9)
    np.testing.assert_allclose(prop_of(moved.scene).track[0, :2], [1.0, 3.0], atol=1e-12)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: PropPlace(x=np.nan), "finite"),
        (lambda: PropPlace(tau=0.0), "positive"),
        (lambda: PropPlace(axes="box"), "person, world"),
        (lambda: PropSize(x=-1.0), "0.1 to 10"),
        (lambda: TerrainSize(height=0.0), "0.1 to 10"),
        (lambda: Speed(0.0), "0.1 to 10"),
        (lambda: Move(turn=inf), "finite"),
    ],
)
def test_what_cannot_be_is_refused(make: Callable[[], object], said: str) -> None:
    with pytest.raises(ClipError, match=said):
        make()


def test_a_clip_without_a_prop_has_no_variant_of_one(demos: dict[str, Clip]) -> None:
    walk = demos["walk"]
    variant = Variant("box", {"prop.x": 0.1})
    assert variant.unfit(walk) == "the clip has no prop"
    with pytest.raises(ClipError, match="no prop"):
        variant.apply(walk)
    assert Variant("land", {"terrain.height": 1.1}).unfit(walk) == "the clip has no terrain"


def test_of_several_props_one_has_to_be_named(clip: Clip) -> None:
    box = prop_of(clip.scene)
    scene = Scene((box, Prop("bin", box.shape, box.track + np.eye(7)[1])))
    two = Clip(clip.positions, clip.skeleton, FPS, scene, clip.height)
    assert "box, bin" in (Variant("a", {"prop.x": 0.1}).unfit(two) or "")
    named = Variant("a", {"prop.x": 0.1, "prop.name": "bin", "prop.axes": "world"})
    after = named.apply(two).scene
    assert after is not None
    np.testing.assert_array_equal(after.props[0].track, box.track)
    assert after.props[1].track[0, 0] == pytest.approx(1.1)


def test_only_changed_props_anchor_the_legs(clip: Clip) -> None:
    terrain = Terrain(Shape.box((1.0, 1.0, 0.2), (3.0, 0.0, 0.1)))
    both = Clip(clip.positions, clip.skeleton, FPS, Scene(clip.scene.props, terrain), clip.height)
    assert Variant("a", {"prop.x": 0.1}).apply(both).anchored
    assert not Variant("b", {"prop.x": 0.1, "terrain.height": 1.2}).apply(both).anchored
    unchanged = Variant().apply(both)
    assert unchanged.scene is None and not unchanged.anchored
    assert unchanged.clip is both
