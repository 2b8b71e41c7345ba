"""What carries the person: seen where nothing does, and not doubted where something does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh.demos import DEMOS, squat, walk
from kinemesh.metrics import clip_doubts
from kinemesh.metrics.person.bearing import bearing
from kinemesh.metrics.score import Doubt
from kinemesh.motion import LANDMARKS, Clip, Prop, Scene, Shape
from kinemesh.recordings import read
from recordings import fault, recording

FPS, G = 30.0, 9.81


def named(clip: Clip) -> dict[str, Doubt]:
    return {doubt.name: doubt for doubt in clip_doubts(clip)}


def posed(shifts: np.ndarray, scene: Scene | None = None) -> Clip:
    """A person who stands, moved by ``shifts`` ``(T, 3)`` [m]."""
    clip = walk()
    positions = clip.positions[0] + np.asarray(shifts)[:, None]
    return replace(clip, positions=positions, scene=scene or Scene())


def lifted(heights: np.ndarray, scene: Scene | None = None) -> Clip:
    return posed(np.outer(heights, (0.0, 0.0, 1.0)), scene)


def moved(clip: Clip, joints: tuple[str, ...], shifts: np.ndarray) -> Clip:
    positions = np.array(clip.positions)
    for joint in joints:
        positions[:, clip.skeleton.index(joint)] += shifts
    return replace(clip, positions=positions)


def jump(high: float, fps: float = FPS) -> np.ndarray:
    """Heights of a jump: half a second on the ground before and after."""
    time = np.arange(round((1.0 + 2.0 * np.sqrt(2.0 * high / G)) * fps)) / fps - 0.5
    return np.maximum(np.sqrt(2.0 * high * G) * time - 0.5 * G * time**2, 0.0) * (time > 0.0)


@pytest.mark.parametrize("name", [*DEMOS, "squat"])
def test_the_demonstrations_are_beyond_doubt(name: str) -> None:
    assert clip_doubts(squat() if name == "squat" else DEMOS[name]()) == ()


def test_a_person_in_the_air_is_carried_by_nothing() -> None:
    heights = np.concatenate([np.zeros(30), np.linspace(0.0, 0.5, 30), np.full(30, 0.5)])
    doubt = named(lifted(heights))["doubt.nothing_bears"]
    ((first, last),) = doubt.frames
    assert 30 < first < 50 and last == 89
    assert "0.53 m" in doubt.why


def test_a_jump_is_a_flight_and_one_in_slow_motion_is_none() -> None:
    flight = lifted(jump(0.4))
    assert bearing(flight, {}).flies.sum() > 0.3 * FPS
    assert named(flight) == {}
    slow = replace(flight, fps=FPS / 2.0)
    assert "falls by 2.5 m/s^2" in named(slow)["doubt.nothing_bears"].why


def test_what_one_sits_on_carries() -> None:
    heights = np.full(60, 0.4)
    seat = walk().landmark("pelvis")[0] + [0.0, 0.0, 0.4 - 0.1 - 0.2]
    track = np.tile([*seat, 0.0, 0.0, 0.0, 1.0], (60, 1))
    stool = Prop("stool", Shape.box((0.4, 0.4, 0.4)), track)
    assert "doubt.nothing_bears" in named(lifted(heights))
    assert "doubt.nothing_bears" not in named(lifted(heights, Scene((stool,))))


def test_a_person_who_lies_with_her_feet_up_is_carried_by_her_back() -> None:
    clip = posed(np.zeros((40, 3)))
    turn = np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])  # the back down
    positions = clip.positions @ turn.T
    positions[..., 2] += 0.1 - positions[..., 2].min()
    for name in ("left_knee", "left_ankle", "left_toe", "right_knee", "right_ankle", "right_toe"):
        positions[:, clip.skeleton.index(name), 2] += 0.5
    assert named(replace(clip, positions=positions)) == {}


def test_a_person_under_the_ground_is_said_to_be_there() -> None:
    doubt = named(lifted(np.concatenate([np.zeros(20), np.full(20, -0.5)])))["doubt.under_ground"]
    assert doubt.frames == ((20, 39),) and "0.47 m" in doubt.why
    assert named(lifted(np.full(30, -0.03))) == {}


@pytest.mark.parametrize("deep", [0.1, 0.03])
def test_a_floor_that_rises_over_the_feet_is_seen_by_their_depth(deep: float) -> None:
    """The toe joint is 2.5 cm over the sole."""
    clip = walk()
    down = np.outer(np.linspace(0.0, -deep, len(clip)), (0.0, 0.0, 1.0))
    sunk = named(replace(clip, positions=clip.positions + down[:, None])).get("doubt.under_ground")
    assert (sunk is not None) == (deep > 0.075)
    if sunk is not None:
        assert sunk.frames[-1][1] == len(clip) - 1 and "with its toe joint up to 0.0" in sunk.why


def test_a_scene_without_any_surface_has_nothing_to_stand_on() -> None:
    assert list(named(posed(np.zeros((30, 3)), Scene(ground=None)))) == ["doubt.no_surface"]


def test_a_walk_whose_root_stands_still_slides() -> None:
    clip = walk()
    there = clip.landmark("pelvis") * (1.0, 1.0, 0.0)
    doubt = named(replace(clip, positions=clip.positions - there[:, None]))["doubt.root_still"]
    assert "feet slide" in doubt.why and "root does not travel" in doubt.why
    assert sum(last - first + 1 for first, last in doubt.frames) > 0.5 * len(clip)


@pytest.mark.parametrize(("pace", "doubted"), [(0.5, True), (0.12, True), (0.04, False)])
def test_feet_that_slide_do_not_carry(pace: float, doubted: bool) -> None:
    way = pace / FPS * np.arange(60)
    assert ("doubt.sliding" in named(posed(np.outer(way, (1.0, 0.0, 0.0))))) is doubted


def test_a_walk_whose_root_goes_too_far_slides() -> None:
    """He stands at both ends, so that stances are found; in between no foot ever does."""
    clip = walk()
    way = clip.landmark("pelvis") * (1.0, 1.0, 0.0)
    far = replace(clip, positions=clip.positions + 0.2 * (way - way[0])[:, None])
    assert "over the ground at 0.2" in named(far)["doubt.sliding"].why


def test_a_squat_without_the_roots_position_is_seen_by_its_root() -> None:
    clip = squat()
    fallen = clip.landmark("pelvis") - clip.landmark("pelvis")[0]
    found = named(replace(clip, positions=clip.positions - fallen[:, None]))
    assert "lack the root's position" in found["doubt.no_root"].why


@pytest.mark.parametrize(("rise", "doubted"), [(0.05, True), (0.02, False)])
def test_feet_that_stop_over_the_ground_hover(rise: float, doubted: bool) -> None:
    heights = np.concatenate([np.zeros(30), np.linspace(0.0, rise, 10), np.full(30, rise)])
    found = named(lifted(heights))
    assert ("doubt.hovering" in found) is doubted
    if doubted:
        assert found["doubt.hovering"].frames[-1][1] == 69


def test_feet_that_never_stand_still_leave_the_floor_in_doubt() -> None:
    sway = 0.04 * np.sin(2.0 * np.pi * np.arange(90) / FPS)  # up to 25 cm/s
    assert (
        "a foot stands in 0 of the"
        in named(posed(np.outer(sway, (0, 1, 0))))["doubt.no_stance"].why
    )


def test_one_foot_may_hop_and_may_not_be_dragged() -> None:
    clip = posed(np.zeros((60, 3)))
    leg = ("left_ankle", "left_toe")
    drag = np.outer(0.1 / FPS * np.arange(60), (-1.0, 0.0, 0.0))
    assert "the left toe" in named(moved(clip, leg, drag))["doubt.no_stance"].why
    assert named(moved(clip, leg, np.tile([0.0, 0.0, 0.3], (60, 1)))) == {}


def test_every_landmark_has_a_reach() -> None:
    assert bearing(posed(np.zeros((5, 3))), {}).near.shape == (5, len(LANDMARKS))


@pytest.mark.parametrize(
    ("path", "options", "names", "last"),
    [
        (
            "in_place_walk/treadmill.npy",
            {"skeleton": "smpl22", "fps": 30},
            "doubt.root_still doubt.no_root",
            71,
        ),
        (
            "no_root_position/squat_without_root_position.bvh",
            {},
            "doubt.no_root doubt.nothing_bears",
            None,
        ),
        ("rise_in_air/rise.npz", {"floor": 0.0}, "doubt.nothing_bears doubt.hovering", 299),
        ("rise_in_air/rise1m.npz", {"floor": 0.0}, "doubt.nothing_bears doubt.no_stance", 299),
        ("humanml3d_rate/jump_20fps.npy", {"fps": 30}, "doubt.nothing_bears", None),
        ("rate_wrong/j_0.0041667.bvh", {}, "doubt.nothing_bears", None),
        ("rate_wrong/j_0.0166667.bvh", {}, "doubt.nothing_bears", None),
    ],
)
def test_what_once_passed_in_silence_is_doubted(path, options, names, last) -> None:
    found = named(read(fault(path), **options))
    assert set(names.split()) <= found.keys()
    if last is not None:
        assert found[names.split()[0]].frames[-1][1] == last


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("lafan1/dance1_subject1.npy", {}),
        ("optitrack/walk.npz", {}),
        ("optitrack/squat.npz", {}),
        ("cmu/01_01.bvh", {}),
        ("animated_drawings/jumping.bvh", {}),
    ],
)
def test_recordings_of_people_who_move_by_their_feet_are_beyond_doubt(path, options) -> None:
    """A dance, walks, squats, ten jumps of a playground: nothing hangs, slides or floats."""
    assert clip_doubts(read(recording(path), **options)) == ()


def test_a_climb_is_carried_by_hands_and_knees() -> None:
    folder = recording("climb/seq_1")
    (path,) = folder.glob("*.npy")
    clip = read(path, terrain=folder / "multi_boxes.obj", height=1.78).resample(30.0)
    assert clip_doubts(clip) == ()
    bare = replace(clip, scene=Scene())
    assert "doubt.nothing_bears" in named(bare)
