"""A person as limbs that others meet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh import demos
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.motion import Clip, Prop, Scene, Shape, TouchEdit, limbs
from two_people import beside, greeting, handshake

ENDS = {
    "upper_arm": ("shoulder", "elbow"),
    "forearm": ("elbow", "hand"),
    "thigh": ("hip", "knee"),
    "shank": ("knee", "ankle"),
    "foot": ("ankle", "toe"),
}


def named(clip: Clip) -> dict[str, Prop]:
    return {prop.name: prop for prop in limbs(clip, "her")}


def depth(prop: Prop, points: np.ndarray) -> np.ndarray:
    """How far points ``(T, 3)`` [m] are inside of a convex prop."""
    local = poses.apply(poses.inverse(prop.track), points[:, None])[:, 0]
    (part,) = prop.shape.parts
    return -(local @ part.planes[:, :3].T + part.planes[:, 3]).max(axis=1)


def corners(prop: Prop) -> np.ndarray:
    """Its corners ``(T, V, 3)`` [m] in the world."""
    points = prop.shape.vertices
    return poses.apply(prop.track, np.broadcast_to(points, (len(prop.track), *points.shape)))


@pytest.mark.parametrize("part", ENDS)
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_limb_goes_from_joint_to_joint_in_every_frame(side: str, part: str) -> None:
    clip = demos.lift_box()
    prop = named(clip)[f"her/{side}_{part}"]
    for end in ENDS[part]:
        inside = depth(prop, clip.landmark(f"{side}_{end}"))
        assert inside.min() > 0.01  # a joint is in the middle of flesh


def test_the_trunk_holds_hips_waist_and_shoulders_and_the_head_is_over_it() -> None:
    clip = demos.lift_box()
    found = named(clip)
    assert len(found) == 13
    middle = (clip.landmark("left_hip") + clip.landmark("right_hip")) / 2.0
    assert depth(found["her/hips"], middle).min() > 0.04
    for name in ("her/hips", "her/chest"):
        assert depth(found[name], clip.landmark("pelvis")).min() > 0.04
    assert depth(found["her/head"], clip.positions[:, clip.skeleton.index("head")]).min() > 0.04
    walk = demos.walk().crop(0, 30)
    head = named(walk)["her/head"]
    assert head.shape.bounds[0, 2] > 0.0  # nothing of it is below the shoulders
    np.testing.assert_allclose(corners(head)[..., 2].max(axis=1), walk.stature, atol=0.05)


def test_the_trunk_turns_with_hips_and_shoulders_and_limbs_do_not_spin() -> None:
    clip = demos.lift_box()
    for name, mark in (("her/hips", "hip"), ("her/chest", "shoulder")):
        turn = poses.matrix(named(clip)[name].track)
        across = clip.landmark(f"left_{mark}") - clip.landmark(f"right_{mark}")
        assert (np.einsum("ti,ti->t", turn[:, :, 1], across) > 0.15 * 0.5).all()
        assert np.abs(np.einsum("ti,ti->t", turn[:, :, 0], across)).max() < 1e-9
    for name, prop in named(clip).items():
        turn = poses.matrix(prop.track)
        # Of a turn from frame to frame nothing is about the limb itself.
        step = np.einsum("tji,tjk->tik", turn[:-1], turn[1:])
        spin = np.abs(step[:, 1, 0] - step[:, 0, 1])
        assert name in ("her/hips", "her/chest") or spin.max() < 0.02


def test_limbs_are_as_wide_as_the_person_is_tall() -> None:
    clip = demos.walk()
    one, other = named(clip), named(clip.scaled(0.5))
    for name, prop in one.items():
        np.testing.assert_allclose(
            other[name].shape.vertices, 0.5 * prop.shape.vertices, atol=1e-9, err_msg=name
        )
    widths = np.ptp(one["her/chest"].shape.bounds, axis=0)[:2] / clip.stature
    assert 0.11 < widths[0] < 0.14
    assert 0.20 < widths[1] < 0.26  # without the arms at its sides
    round_about = np.linalg.norm(one["her/left_thigh"].shape.vertices[:, :2], axis=1)
    assert round_about.max() == pytest.approx(0.050 * clip.stature, rel=0.05)


def test_a_limb_that_was_not_recorded_is_left_out_and_one_that_vanishes_stays_finite() -> None:
    clip = demos.walk()
    joints = np.array(clip.positions)
    toe, ankle = (clip.skeleton.index(f"left_{mark}") for mark in ("toe", "ankle"))
    joints[:, toe] = joints[:, ankle]
    assert set(named(clip)) - set(named(replace(clip, positions=joints))) == {"her/left_foot"}
    joints = np.array(clip.positions)
    joints[5:8, toe] = joints[5:8, ankle]
    track = named(replace(clip, positions=joints))["her/left_foot"].track
    assert np.isfinite(track).all()
    np.testing.assert_allclose(poses.matrix(track[5]), poses.matrix(track[4]), atol=1e-9)


def test_a_person_who_hangs_head_down_is_met_too() -> None:
    clip = demos.walk()
    over = replace(clip, positions=np.array(clip.positions) * [1.0, -1.0, -1.0])
    here, there = named(clip), named(over)
    for name, prop in there.items():
        lowest = corners(prop)[..., 2].min(axis=1)
        np.testing.assert_allclose(lowest, -corners(here[name])[..., 2].max(axis=1), atol=0.02)


def test_limbs_are_no_objects() -> None:
    clip = handshake()
    assert clip.scene.objects == ()
    assert len(clip.scene.things) == 13
    with pytest.raises(ClipError, match="the scene has no prop"):
        clip.with_masses(2.0)
    box = Prop("box", Shape.box((0.1, 0.1, 0.1)), clip.scene.props[0].track)
    clip = replace(clip, scene=Scene((*clip.scene.props, box), None, 0.0))
    assert clip.scene.objects == (box,)
    assert clip.scene.cast == ("box", "person2")
    assert clip.with_masses(2.0).scene.props[-1].mass == 2.0


def test_what_is_done_to_a_clip_is_done_to_the_others_in_it() -> None:
    clip = handshake()
    for done in (clip.scaled(0.5), clip.resampled(50.0), clip.trimmed(0.2, 1.0)):
        assert [p.limb_of for p in done.scene.props] == ["person2"] * 13
        assert all(p.robot_scale is None for p in done.scene.props)
    half = clip.scaled(0.5)
    for prop, small in zip(clip.scene.props, half.scene.props, strict=True):
        np.testing.assert_allclose(small.track[:, :3], 0.5 * prop.track[:, :3], atol=1e-12)


def test_in_the_mirror_left_limbs_are_right_ones_and_what_is_said_of_them_goes_along() -> None:
    said = TouchEdit("right_hand", "person2/right_forearm", 20, 40)
    clip = handshake().with_contacts(said)
    other = clip.mirrored()
    (edit,) = other.edits
    assert (edit.part, edit.thing) == ("left_hand", "person2/left_forearm")
    there = {prop.name: prop for prop in other.scene.props}
    assert set(there) == {prop.name for prop in clip.scene.props}
    here = next(prop for prop in clip.scene.props if prop.name == "person2/right_forearm")
    image = there["person2/left_forearm"].track[:, :3] * [1.0, -1.0, 1.0]
    np.testing.assert_allclose(image, here.track[:, :3], atol=1e-12)
    assert not any("meshes are to follow" in note for note in other.notes)


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(TypeError, match="name = 2"):
        limbs(greeting(), 2)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="limb_of = 2"):
        replace(beside(greeting(), greeting()).scene.props[0], limb_of=2)  # type: ignore[arg-type]
