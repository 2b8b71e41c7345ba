"""What half a second shows of a person."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh.arrays import Array
from kinemesh.detection.causal.calibration import Calibration
from kinemesh.detection.facing import detect_facings
from kinemesh.detection.stance import RESTS, detect_footing
from kinemesh.motion import LANDMARKS, SKELETONS, Clip, Scene, Shape, Terrain
from made_person import standing

STATURE = 1.75
TOE, ANKLE = 0.03, 0.11  # the floor is so much lower than the person's toes


def person(lifted: tuple[str, ...] = (), higher: float = 0.0, scene: Scene | None = None) -> Clip:
    """A person who stands still, feet of these sides in the air."""
    positions = np.repeat(standing(frames=1, floor=TOE + higher), 15, axis=0)
    skeleton = SKELETONS["lafan22"]
    for side in lifted:
        for mark in ("ankle", "toe"):
            for joint in skeleton.weights(f"{side}_{mark}"):
                positions[:, skeleton.index(joint), 2] += 0.3
    return Clip(positions, skeleton, 30.0, scene or Scene(), height=STATURE)


def test_feet_that_are_seen_to_stand_are_as_high_as_they_are() -> None:
    known = Calibration.of(person())
    for foot in known.feet.values():
        assert (foot.toe, foot.flat) == pytest.approx((TOE, ANKLE))
        assert foot.raised == pytest.approx(TOE - RESTS)
    assert known.notes == () and known.parts == ()


def test_on_a_step_heights_are_told_over_it() -> None:
    step = Terrain(Shape.box((2.0, 2.0, 0.4), (0.0, 0.0, 0.2)))
    known = Calibration.of(person(higher=0.4, scene=Scene(terrain=step)))
    for foot in known.feet.values():
        assert (foot.toe, foot.flat) == pytest.approx((TOE, ANKLE))


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_foot_in_the_air_is_taken_for_the_other_one_and_that_is_said(side: str) -> None:
    known = Calibration.of(person(lifted=(side,)))
    assert known.feet["left"] == known.feet["right"]
    assert known.feet[side].toe == pytest.approx(TOE)
    assert known.notes == (f"the {side} foot was not seen to stand: taken for the other one",)


@pytest.mark.parametrize("ground", [0.0, None])
def test_who_does_not_stand_is_given_usual_feet_of_her_size_and_that_is_said(
    ground: float | None,
) -> None:
    both = ("left", "right")
    clip = person(lifted=both if ground is not None else (), scene=Scene(ground=ground))
    known = Calibration.of(replace(clip, height=1.4))
    for foot in known.feet.values():
        assert foot.toe == pytest.approx(RESTS * 1.4 / 1.75)
        assert foot.flat == pytest.approx(0.09 * 1.4 / 1.75)
        assert foot.raised == 0.0
    usual = "foot was not seen to stand: taken for a usual one of that stature"
    assert known.notes == tuple(f"the {side} {usual}" for side in both)


def test_what_is_seen_is_kept(demos: dict[str, Clip]) -> None:
    clip = demos["step_up"].crop(0, 20)
    known, footing = Calibration.of(clip), detect_footing(clip)
    assert known.skeleton is clip.skeleton and known.height == clip.stature
    assert known.landmarks.shape == (20, len(LANDMARKS), 3)
    np.testing.assert_array_equal(known.landmarks, clip.landmarks())
    for side, foot in footing.items():
        np.testing.assert_array_equal(known.footing[side].toe, foot.toe)


def angle(one: Array, other: Array) -> float:
    """Between two rotations ``(3, 3)`` [rad]."""
    return float(np.arccos(np.clip((np.trace(one.T @ other) - 1.0) / 2.0, -1.0, 1.0)))


def test_parts_are_turned_as_the_whole_clip_has_them(carrying: Clip) -> None:
    known = Calibration.of(carrying.trimmed(0.0, 0.5))
    whole = {
        one.part: one for one in detect_facings(carrying, detect_footing(carrying)) if one.usable
    }
    assert {one.part for one in known.parts} == set(whole)
    assert {"torso", "left_foot", "right_foot"} <= set(whole)
    for one in known.parts:
        assert one.constant.shape == (3, 3)
        np.testing.assert_allclose(one.constant @ one.constant.T, np.eye(3), atol=1e-9)
        assert one.joint == whole[one.part].joint
        assert angle(one.constant, whole[one.part].constant) < np.deg2rad(5.0)


def test_half_a_second_shows_the_feet_as_the_whole_clip_does(carrying: Clip) -> None:
    some, all_of_it = (Calibration.of(clip) for clip in (carrying.trimmed(0.0, 0.5), carrying))
    assert some.notes == () and some.height == all_of_it.height
    for side, foot in some.feet.items():
        other = all_of_it.feet[side]
        np.testing.assert_allclose(
            (foot.toe, foot.flat, foot.raised), (other.toe, other.flat, other.raised), atol=0.005
        )


def test_what_is_no_clip_is_refused() -> None:
    with pytest.raises(TypeError, match="Clip"):
        Calibration.of(np.zeros((10, 22, 3)))  # type: ignore[arg-type]  # what is refused
