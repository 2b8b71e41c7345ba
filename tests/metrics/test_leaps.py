"""Things and people that are elsewhere from one frame to the next."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh.demos import lift_box, walk
from kinemesh.geometry import poses
from kinemesh.metrics import clip_doubts
from kinemesh.metrics.doubts.leaps import leaps
from kinemesh.motion import Clip, Prop, Scene, Shape
from kinemesh.recordings import read
from recordings import recording


@pytest.fixture(scope="module")
def lift() -> Clip:
    return lift_box().crop(60, 120)


def with_track(clip: Clip, track: np.ndarray) -> Clip:
    (prop,) = clip.scene.props
    return replace(clip, scene=replace(clip.scene, props=(replace(prop, track=track),)))


def moved(clip: Clip, first: int, last: int, by: tuple[float, float, float]) -> Clip:
    track = np.array(clip.scene.props[0].track)
    track[first : last + 1, :3] += by
    return with_track(clip, track)


def first_frames(clip: Clip) -> list[int]:
    return [run[0] for doubt in leaps(clip) for run in doubt.frames]


@pytest.mark.parametrize(
    ("first", "last", "found"), [(30, 59, [30]), (20, 25, [20, 26]), (40, 40, [40])]
)
def test_a_box_that_is_elsewhere_leaps(lift: Clip, first: int, last: int, found: list[int]) -> None:
    spoilt = moved(lift, first, last, (0.5, 0.0, 0.0))
    assert first_frames(spoilt) == found
    (doubt,) = (d for d in clip_doubts(spoilt) if d.name == "doubt.leaps")
    assert doubt.why.startswith("box leaps, by up to 0.5")


@pytest.mark.parametrize(("fps", "frames"), [(60.0, 60), (45.0, 45)])
def test_a_leap_is_one_at_another_rate_too(lift: Clip, fps: float, frames: int) -> None:
    spoilt = moved(lift, 30, 59, (0.5, 0.0, 0.0)).resample(fps)
    assert abs(first_frames(spoilt)[0] - frames) <= 2


def test_a_box_that_is_turned_over_within_a_frame_leaps(lift: Clip) -> None:
    track = np.array(lift.scene.props[0].track)
    track[30:] = poses.compose(track[30:], np.array([0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]))
    assert first_frames(with_track(lift, track)) == [30]


def test_a_box_that_freezes_and_catches_up_leaps(lift: Clip) -> None:
    track = np.array(lift.scene.props[0].track)
    track[12:24] = track[12]
    assert first_frames(with_track(lift, track)) == [24]


def test_a_person_who_is_elsewhere_leaps_and_one_whose_first_frame_stands_apart_does_not() -> None:
    clip = walk().crop(40, 90)
    positions = np.array(clip.positions)
    positions[25:] += (0.4, 0.0, 0.0)
    assert first_frames(replace(clip, positions=positions)) == [25]
    positions = np.array(clip.positions)
    positions[0] += (0.4, 0.0, 0.0)
    assert first_frames(replace(clip, positions=positions)) == []


def test_what_is_thrown_caught_or_struck_does_not_leap() -> None:
    """A ball at 9 m/s that is thrown within a tenth of a second, and bounces back from a wall."""
    pace = np.concatenate([np.zeros(10), [2.0, 5.0, 8.0], np.full(8, 9.0), np.full(9, -7.0)])
    track = np.tile([0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0], (31, 1))
    track[1:, 0] = np.cumsum(pace) / 30.0
    ball = Prop("ball", Shape.box((0.2, 0.2, 0.2)), track)
    assert list(leaps(replace(walk().crop(0, 31), scene=Scene((ball,))))) == []


@pytest.mark.parametrize("name", ["sub3_largebox_003", "sub2_woodchair_000"])
def test_what_is_carried_does_not_leap(name: str) -> None:
    thing = recording(f"omomo/objects/{name.split('_')[1]}.obj")
    clip = read(recording(f"omomo/{name}.pt"), object=thing, height=1.85)
    assert list(leaps(clip)) == []
