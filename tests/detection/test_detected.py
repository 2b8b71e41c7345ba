"""What was detected once: the same for any scene of its clip, and refused for another's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from kinemesh.augment import Variant
from kinemesh.detection.detected import Detected
from kinemesh.detection.stance import StanceRule, detect_footing
from kinemesh.detection.touch import TouchRule, detect_touches
from kinemesh.errors import ClipError
from kinemesh.motion import Clip, Scene, Shape, Terrain
from kinemesh.motion.edits import StanceEdit


def other_places(clip: Clip) -> Clip:
    positions = np.array(clip.positions)
    positions[-1, -1, 0] += 1e-9
    return replace(clip, positions=positions)


def other_track(clip: Clip) -> Clip:
    (prop,) = clip.scene.props
    track = np.array(prop.track)
    track[0, 2] += 1e-6
    return replace(clip, scene=replace(clip.scene, props=(replace(prop, track=track),)))


def other_shape(clip: Clip) -> Clip:
    (prop,) = clip.scene.props
    shape = replace(prop.shape, vertices=prop.shape.vertices)
    return replace(clip, scene=replace(clip.scene, props=(replace(prop, shape=shape),)))


def labelled(clip: Clip) -> Clip:
    return replace(clip, contacts={"left_hand": np.ones(len(clip), dtype=bool)})


CHANGES: dict[str, Callable[[Clip], Clip]] = {
    "places": other_places,
    "rate": lambda clip: replace(clip, fps=clip.fps + 1.0),
    "stature": lambda clip: replace(clip, height=clip.stature + 0.01),
    "track": other_track,
    "shape": other_shape,
    "no prop": lambda clip: replace(clip, scene=Scene(ground=clip.scene.ground)),
    "no ground": lambda clip: replace(clip, scene=replace(clip.scene, ground=None)),
    "terrain": lambda clip: replace(
        clip,
        scene=replace(clip.scene, terrain=Terrain(Shape.box((1.0, 1.0, 0.1), (5.0, 0.0, 0.0)))),
    ),
    "labels": labelled,
    "edits": lambda clip: replace(clip, edits=(StanceEdit("left", 0, 1, False),)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_detected_in_one_clip_is_refused_for_another(
    demos: dict[str, Clip], change: str
) -> None:
    clip = demos["lift_box"].crop(0, 12)
    other = CHANGES[change](clip)
    with pytest.raises(ClipError, match="another motion"):
        Detected.in_clip(clip).check(other)
    Detected.in_clip(other).check(other)


def test_names_and_notes_are_not_looked_at(demos: dict[str, Clip]) -> None:
    clip = demos["lift_box"].crop(0, 12)
    found = Detected.in_clip(clip)
    found.check(replace(clip, name="other", notes=("a note",), warnings=("a warning",)))
    found.check(Variant("turned", {"prop.turn": 20.0}).apply(clip).clip)


def test_other_rules_are_told_apart(demos: dict[str, Clip]) -> None:
    clip = demos["lift_box"].crop(0, 12)
    stance, touch = StanceRule(enter_speed=0.2), TouchRule()
    Detected.in_clip(clip, stance, touch).check(clip, StanceRule(enter_speed=0.2), touch)
    with pytest.raises(ClipError, match="other rules"):
        Detected.in_clip(clip).check(clip, stance)
    with pytest.raises(ClipError, match="other rules"):
        Detected.in_clip(clip, stance).check(clip, stance, touch)


def test_it_holds_what_the_detectors_find(carrying: Clip) -> None:
    clip = carrying.crop(60, 100)
    found = Detected.in_clip(clip)
    footing, touches = detect_footing(clip), detect_touches(clip)
    assert found.footing.keys() == footing.keys()
    for side, foot in footing.items():
        assert np.array_equal(found.footing[side].toe, foot.toe)
    assert [touch.part for touch in touches] == [touch.part for touch in found.touches]
    assert touches and all(
        np.array_equal(a.touching, b.touching) for a, b in zip(touches, found.touches, strict=True)
    )


def test_rotations_are_a_part_of_what_is_shown(demos: dict[str, Clip]) -> None:
    clip = demos["walk"].crop(0, 12)
    frames, joints, _ = clip.positions.shape
    turns = np.tile([0.0, 0.0, 0.0, 1.0], (frames, joints, 1))
    turned = replace(clip, rotations=turns)
    turns[3, 2] = [0.0, 0.0, 0.1, np.sqrt(0.99)]
    Detected.in_clip(turned).check(replace(turned))
    for other in (replace(clip, rotations=None), replace(clip, rotations=turns)):
        with pytest.raises(ClipError, match="another motion"):
            Detected.in_clip(turned).check(other)
