"""What is found of things that are limbs of other people: hands touch them, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh import demos
from kinemesh.detection import touch as detection_of_touch
from kinemesh.detection.bodies import detect_contacts
from kinemesh.detection.resting import Resting
from kinemesh.detection.touch import detect_touches
from kinemesh.geometry import poses
from kinemesh.motion import Clip, Prop, Scene, Shape, TouchEdit
from two_people import aside, beside, handshake, passing


def as_things(scene: Scene) -> Scene:
    return replace(scene, props=tuple(replace(prop, limb_of=None) for prop in scene.props))


def lying() -> Scene:
    """Somebody who lies, with a box on a shank."""
    clip = demos.FLOOR["lie"]()
    clip = clip.crop(len(clip) // 2, len(clip) // 2 + 30)
    scene = beside(clip, clip).scene
    shank = next(p for p in scene.props if p.name == "person2/left_shank")
    top = poses.apply(shank.track[:1], shank.shape.vertices[None])[0, :, 2].max()
    track = np.array(shank.track)
    track[:, 2] = top + 0.155
    track[:, 3:] = (0.0, 0.0, 0.0, 1.0)
    return replace(scene, props=(*scene.props, Prop("box", Shape.box((0.5, 0.5, 0.3)), track)))


def test_nothing_rests_on_a_limb_and_a_limb_rests_on_nothing() -> None:
    scene = lying()
    resting, otherwise = (Resting.in_scene(s, 30.0) for s in (scene, as_things(scene)))
    assert not resting.on
    assert set(resting.sunk) == {0.0}
    assert len(otherwise.on) > 5  # as things they would
    assert np.abs(otherwise.sunk).max() > 0.0


def test_who_sits_on_somebody_is_borne_by_nothing_that_is_known() -> None:
    clip = demos.FLOOR["sit"]()
    (chair,) = clip.scene.props
    parts = {touch.part for touch in detect_contacts(clip)}
    assert "seat" in parts
    lap = replace(clip, scene=Scene((replace(chair, limb_of="person2"),), None, 0.0))
    assert "seat" not in {touch.part for touch in detect_contacts(lap)}


def test_a_hand_that_is_shaken_touches_the_others_hand_alone() -> None:
    (touch,) = detect_contacts(handshake())
    assert (touch.part, touch.thing) == ("right_hand", "person2/right_forearm")
    assert touch.touching[22:42].all()
    assert not touch.touching[[*range(10), *range(56, 64)]].any()


def test_labels_of_one_object_mean_it_and_no_limb() -> None:
    clip = demos.lift_box()
    both = beside(clip, aside(clip, 3.0))
    for one, other in zip(detect_touches(clip), detect_touches(both), strict=True):
        assert (one.part, one.thing) == (other.part, other.thing)
        np.testing.assert_array_equal(one.touching, other.touching)


@pytest.mark.parametrize(("apart", "near"), [(2.5, False), (0.5, True)])
def test_surfaces_are_made_ready_for_hands_that_come_near_them(
    monkeypatch: pytest.MonkeyPatch, apart: float, near: bool
) -> None:
    clip, made = passing(apart), []
    closest = detection_of_touch.Closest
    monkeypatch.setattr(
        detection_of_touch, "Closest", lambda shape: made.append(shape) or closest(shape)
    )
    detect_touches(clip)
    assert bool(made) == near
    assert len(made) < len(clip.scene.props)


def test_who_says_that_a_hand_touches_what_is_far_is_believed() -> None:
    clip: Clip = passing(2.5).with_contacts(TouchEdit("left_hand", "person2/chest", 5, 20))
    (touch,) = detect_touches(clip)
    assert (touch.part, touch.thing) == ("left_hand", "person2/chest")
    assert touch.touching.sum() == 16
