"""What bears a person besides feet, from what has been seen so far."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from as_stream import instants
from kinemesh.demos import FLOOR
from kinemesh.detection.bodies import detect_bearing
from kinemesh.detection.causal.bearing import Bearing
from kinemesh.motion import PARTS, Clip, Prop, Scene, Shape


def borne(clip: Clip, parts: tuple[str, ...] = PARTS, busy: tuple[str, ...] = ()) -> dict:
    """When each part touched each thing ``(T,)``, seen frame by frame."""
    bearing = Bearing(clip.scene, clip.stature, parts)
    found: dict = {pair: [] for pair in bearing.pairs}
    for now in instants(clip):
        bearing.see(now, busy)
        for pair, bears in bearing.pairs.items():
            found[pair].append(bears.touches)
    return {pair: np.array(flags) for pair, flags in found.items()}


@pytest.mark.parametrize("name", ["kneel", "crawl", "sit"])
def test_what_bears_is_what_the_whole_clip_shows(name: str) -> None:
    clip = FLOOR[name]()
    seen = borne(clip)
    whole = {(touch.part, touch.thing): touch.touching for touch in detect_bearing(clip)}
    assert whole
    for pair, flags in whole.items():
        assert np.mean(seen[pair] == flags) > 0.9, pair
    for pair in seen.keys() - whole.keys():
        assert np.mean(seen[pair]) < 0.1, pair


def test_what_comes_changes_nothing_before() -> None:
    clip = FLOOR["sit"]()
    whole, cut = borne(clip), borne(clip.crop(0, 120))
    for pair, flags in cut.items():
        np.testing.assert_array_equal(flags, whole[pair][:120])


@pytest.mark.slow
def test_a_seat_that_is_carried_bears_nobody() -> None:
    clip = FLOOR["sit"]()
    assert borne(clip)["seat", "chair"].any()
    chair, moving = clip.scene.props[0], np.array(clip.scene.props[0].track)
    moving[:, 0] += 0.01 * np.arange(len(moving))
    away = np.array(clip.positions)
    away[..., 0] += 0.01 * np.arange(len(away))[:, None]
    scene = replace(clip.scene, props=(replace(chair, track=moving),))
    carried = borne(replace(clip, positions=away, scene=scene))
    assert not carried["seat", "chair"].any()


def test_a_hand_that_holds_something_does_not_bear() -> None:
    clip = FLOOR["crawl"]()
    free, held = borne(clip), borne(clip, busy=("left_hand",))
    assert free["left_hand", "ground"].any() and not held["left_hand", "ground"].any()
    np.testing.assert_array_equal(free["right_hand", "ground"], held["right_hand", "ground"])


@pytest.mark.parametrize("parts", [(), ("left_hand", "right_hand")])
def test_a_robot_without_pads_is_asked_for_none(parts: tuple[str, ...]) -> None:
    clip = FLOOR["crawl"]().crop(0, 20)
    box = Prop("box", Shape.box((0.3, 0.3, 0.3)), np.tile([0, 0, 0.15, 0, 0, 0, 1.0], (20, 1)))
    seen = borne(replace(clip, scene=Scene((box,))), parts)
    assert set(seen) == {(part, "ground") for part in parts}
