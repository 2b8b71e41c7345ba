"""Clips in which more than hands and feet touches: what bears is where it should be."""

from __future__ import annotations

import importlib
import itertools

import numpy as np
import pytest

from kinemesh.arrays import Array
from kinemesh.demos import FLOOR, SEGMENTS
from kinemesh.demos.floor import Bearing
from kinemesh.geometry import poses
from kinemesh.geometry.closest import Closest
from kinemesh.motion import PARTS, Clip, Prop

SIDES = ("left", "right")
RISES = {
    "hand": 0.045,
    "knee": 0.05,
    "elbow": 0.04,
    "seat": 0.10,
    "back": 0.10,
    "head": 0.10,
}
"""Of a part's joints over what it touches: the flesh between [m]."""


@pytest.fixture(scope="module", params=sorted(FLOOR))
def clip(request: pytest.FixtureRequest) -> Clip:
    return FLOOR[request.param]()


def bearings(clip: Clip) -> tuple[Bearing, ...]:
    found: tuple[Bearing, ...] = importlib.import_module(f"kinemesh.demos.{clip.name}").BEARINGS
    return found


def joints_of(clip: Clip, part: str) -> Array:
    """The joints that are in a part's flesh ``(T, N, 3)`` [m]."""
    names = {
        "seat": ("left_hip", "right_hip"),
        "back": ("left_shoulder", "right_shoulder", "pelvis"),
    }.get(part, (part,))
    return np.stack([clip.joint(name) for name in names], axis=1)


def in_frame(prop: Prop, points: Array) -> Array:
    """Points ``(N, 3)`` in the frame of a prop that stands still [m]."""
    assert np.ptp(prop.track, axis=0).max() == 0.0
    return poses.apply(poses.inverse(prop.track[:1]), points[None])[0]


def rise(part: str, thing: str = "ground") -> float:
    if (part, thing) == ("back", "chair"):
        return 0.12
    return RISES[part.removeprefix("left_").removeprefix("right_")]


def test_the_registry_names_each_clip_as_the_clip_names_itself(clip: Clip) -> None:
    assert FLOOR[clip.name]().name == clip.name


def test_clips_are_of_the_demonstrations_person_at_30_frames_a_second(clip: Clip) -> None:
    assert clip.fps == 30.0 and clip.stature == 1.75
    assert 3.0 <= clip.duration <= 8.0


def test_every_segment_keeps_its_length(clip: Clip) -> None:
    for a, b in SEGMENTS:
        length = np.linalg.norm(clip.joint(a) - clip.joint(b), axis=1)
        assert np.ptp(length) < 1e-9, (a, b)


def test_a_clip_made_twice_is_the_same_to_the_bit(clip: Clip) -> None:
    assert np.array_equal(FLOOR[clip.name]().positions, clip.positions)


def test_what_bears_on_the_ground_is_its_flesh_above_it_and_at_rest(clip: Clip) -> None:
    for bearing in bearings(clip):
        assert bearing.part in PARTS
        assert bearing.thing in (*clip.scene.things, "ground")
        frames = bearing.frames(clip.fps)
        points = joints_of(clip, bearing.part)[frames]
        assert len(points) > 0.3 * clip.fps, bearing
        assert np.linalg.norm(np.ptp(points, axis=0), axis=-1).max() < 1e-3, bearing
        if bearing.thing == "ground":
            assert points[..., 2] == pytest.approx(rise(bearing.part), abs=2e-3), bearing


def test_what_bears_on_a_thing_is_its_flesh_away_from_it(clip: Clip) -> None:
    for bearing in bearings(clip):
        for prop in clip.scene.props:
            if bearing.thing == prop.name:
                points = joints_of(clip, bearing.part)[bearing.frames(clip.fps)]
                away = Closest(prop.shape).nearest(in_frame(prop, points[0]))[0]
                assert away == pytest.approx(rise(bearing.part, prop.name), abs=2e-3), bearing


def test_nobody_is_in_a_thing(clip: Clip) -> None:
    for prop in clip.scene.props:
        for part in prop.shape.parts:
            points = in_frame(prop, clip.positions.reshape(-1, 3))
            outside = (points @ part.planes[:, :3].T + part.planes[:, 3]).max(axis=1)
            assert outside.min() > 0.03, prop.name


def test_what_does_not_bear_is_off_the_ground(clip: Clip) -> None:
    for part in {bearing.part for bearing in bearings(clip) if bearing.thing == "ground"}:
        bears = np.zeros(len(clip), dtype=bool)
        for bearing in bearings(clip):
            if bearing.part == part:
                first, last = bearing.frames(clip.fps).start, bearing.frames(clip.fps).stop
                bears[max(first - 10, 0) : last + 10] = True
        height = joints_of(clip, part)[..., 2].max(axis=1)
        assert np.all(height[~bears] > rise(part) + 0.004), part


def test_nothing_is_below_the_ground_and_flesh_is_above_it(clip: Clip) -> None:
    assert clip.positions[..., 2].min() > -1e-9
    least = {"knee": 0.05, "elbow": 0.04, "hand": 0.035, "shoulder": 0.09, "hip": 0.09}
    for part, height in least.items():
        for side in SIDES:
            assert clip.joint(f"{side}_{part}")[:, 2].min() > height - 2e-3, (side, part)
    assert clip.joint("head")[:, 2].min() > 0.098


def test_clips_begin_and_end_at_rest(clip: Clip) -> None:
    for window in (clip.positions[:4], clip.positions[-4:]):
        assert np.abs(np.diff(window, axis=0)).max() < 1e-3


def test_knees_and_elbows_bend_within_human_range(clip: Clip) -> None:
    for side in SIDES:
        for ends in (("hip", "knee", "ankle"), ("shoulder", "elbow", "hand")):
            first, middle, last = (clip.joint(f"{side}_{part}") for part in ends)
            upper, lower = middle - first, last - middle
            lengths = np.linalg.norm(upper, axis=1) * np.linalg.norm(lower, axis=1)
            angle = np.degrees(np.arccos(np.sum(upper * lower, axis=1) / lengths))
            assert 1.0 < angle.min() and angle.max() < 150.0, (side, ends[1])


def test_speeds_and_accelerations_are_those_of_a_calm_person(clip: Clip) -> None:
    speed = np.linalg.norm(np.diff(clip.positions, axis=0), axis=2) * clip.fps
    acceleration = np.linalg.norm(np.diff(clip.positions, 2, axis=0), axis=2) * clip.fps**2
    jerk = np.linalg.norm(np.diff(clip.positions, 3, axis=0), axis=2) * clip.fps**3
    assert speed.max() < 4.0
    assert acceleration.max() < 30.0
    trunk = [clip.skeleton.index(name) for name in ("pelvis", "neck", "left_shoulder")]
    assert acceleration[:, trunk].max() < 7.0
    assert jerk[:, clip.skeleton.index("pelvis")].max() < 40.0


def test_hands_lie_on_the_thighs_of_who_sits_and_do_not_go_through_them() -> None:
    clip = FLOOR["sit"]()
    for side in SIDES:
        hip = clip.joint(f"{side}_hip")
        thigh = clip.joint(f"{side}_knee") - hip
        away = clip.joint(f"{side}_hand") - hip
        share = np.clip(np.sum(away * thigh, axis=1) / np.sum(thigh**2, axis=1), 0.0, 1.0)
        apart = np.linalg.norm(away - share[:, None] * thigh, axis=1)
        assert apart.min() > 0.09 and apart[120:170].max() < 0.14


def test_toes_stay_where_they_are_while_somebody_kneels_down_and_up() -> None:
    clip = FLOOR["kneel"]()
    toe = clip.joint("right_toe")
    assert np.ptp(toe[:175], axis=0).max() < 1e-9  # until it steps up beside the left
    raised = clip.joint("right_ankle")[54:162, 2] - toe[54:162, 2]
    assert raised.min() > 0.13
    assert clip.joint("pelvis")[-1, 0] - clip.joint("pelvis")[0, 0] > 0.7


def _apart(ends: np.ndarray, others: np.ndarray) -> float:
    """Least distance [m] of points of two segments, each ``(2, 3)`` [m]."""
    share = np.linspace(0.0, 1.0, 30)[:, None]
    one, other = (line[0] + share * (line[1] - line[0]) for line in (ends, others))
    return float(np.linalg.norm(one[:, None] - other[None], axis=-1).min())


def test_legs_do_not_pass_through_each_other(clip: Clip) -> None:
    legs = [
        [clip.landmark(f"{side}_{mark}") for mark in ("hip", "knee", "ankle", "toe")]
        for side in SIDES
    ]
    for k in range(0, len(clip), 2):
        bones = [[np.array([a[k], b[k]]) for a, b in itertools.pairwise(leg)] for leg in legs]
        assert min(_apart(a, b) for a in bones[0] for b in bones[1]) > 0.08, k
