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
    TerrainSize,
    Variant,
    moved_at,
)
from kinemesh.errors import ClipError
from kinemesh.motion import Clip, Prop, Scene, Shape, Terrain, poses

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
