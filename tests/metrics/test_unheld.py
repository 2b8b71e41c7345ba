"""Feet and hands that the solver held otherwise than the ruler finds them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh.demos import lift_box, walk
from kinemesh.metrics import Held, clip_doubts, evaluate
from kinemesh.metrics.doubts.unheld import unheld_hands
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.person.human import Hands
from kinemesh.metrics.person.timeline import person_touches
from kinemesh.motion import Clip, Scene
from kinemesh.motion.edits import TouchEdit

FRAMES = 30


@pytest.fixture(scope="module")
def stands() -> Clip:
    clip = walk()
    return replace(clip, positions=np.repeat(clip.positions[:1], FRAMES, axis=0), scene=Scene())


def flags(first: int, last: int, frames: int = FRAMES) -> np.ndarray:
    on = np.ones(frames, dtype=bool)
    on[first : last + 1] = False
    return on


@pytest.mark.parametrize(("last", "doubted"), [(14, True), (12, False)])
def test_a_foot_that_stands_has_to_be_held(stands: Clip, last: int, doubted: bool) -> None:
    found = clip_doubts(stands, Held({"left_toe": flags(10, last)}))
    assert [doubt.name for doubt in found] == ["doubt.not_held"] * doubted
    if doubted:
        assert found[0].frames == ((10, last),) and "left foot" in found[0].why


def test_a_foot_that_eases_into_its_place_is_held(stands: Clip) -> None:
    toe = flags(10, 20)
    assert clip_doubts(stands, Held({"left_toe": toe, "left_landing": ~toe})) == ()


def test_a_foot_in_the_air_must_not_be_held(stands: Clip) -> None:
    positions = np.array(stands.positions)
    for name in ("left_ankle", "left_toe"):
        positions[12:20, stands.skeleton.index(name), 2] += 0.3
    clip = replace(stands, positions=positions)
    (doubt,) = clip_doubts(clip, Held({"left_toe": np.ones(FRAMES, dtype=bool)}))
    assert doubt.name == "doubt.held_in_air" and doubt.frames == ((12, 19),)
    assert clip_doubts(clip, Held({"left_toe": flags(12, 19)})) == ()


def test_a_hand_that_touches_has_to_be_held() -> None:
    clip = lift_box().crop(60, 100)
    pair = ("left_hand", "box")
    touches = {pair: person_touches(Hands(clip, Surfaces()), "box", "left")}
    assert touches[pair].all()
    assert list(unheld_hands(clip, touches, touches)) == []
    (doubt,) = unheld_hands(clip, {}, touches)
    assert "left hand touches box" in doubt.why and doubt.frames == ((0, 39),)
    off = clip.with_contacts(TouchEdit("left_hand", "box", 0, 39, False))
    assert not person_touches(Hands(off, Surfaces()), "box", "left").any()


def test_the_ruler_compares_what_it_is_told_was_held(robot, still, standing) -> None:
    feet = {f"{side}_toe": flags(10, 20) for side in ("left", "right")}
    score = evaluate(still(), robot, scene=Scene(), clip=standing, held=Held(feet))
    assert score.state == "unsure" and not score.passed
    assert "left foot stands and the solver did not hold it" in score.verdict
    assert "frames 10-20" in score.verdict
    whole = {name: np.ones(FRAMES, dtype=bool) for name in feet}
    assert evaluate(still(), robot, scene=Scene(), clip=standing, held=Held(whole)).passed
