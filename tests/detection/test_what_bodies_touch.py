"""When knees, seats and hands touch what does not move."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import kinemesh
from kinemesh import demos
from kinemesh.detection.bodies import detect_bearing, detect_contacts
from kinemesh.motion import PARTS, Clip, Prop, Scene, Shape, Terrain, TouchEdit
from recordings import fault, recording


def touched(clip: Clip) -> dict[tuple[str, str], np.ndarray]:
    """Frames of every contact, by part and thing."""
    return {(t.part, t.thing): np.flatnonzero(t.touching) for t in detect_bearing(clip)}


@pytest.fixture(scope="module")
def kneeling() -> Clip:
    return demos.kneel()


def test_who_kneels_touches_the_ground_with_both_knees_and_nothing_else(kneeling: Clip) -> None:
    found = touched(kneeling)
    assert set(found) == {("left_knee", "ground"), ("right_knee", "ground")}
    for side in ("left", "right"):
        height = kneeling.landmark(f"{side}_knee")[:, 2]
        low = np.flatnonzero(height < height.min() + 0.01)
        frames = found[f"{side}_knee", "ground"]
        assert abs(frames[0] - low[0]) <= 4 and abs(frames[-1] - low[-1]) <= 4
        assert height[frames].max() < height.min() + 0.04


def test_a_knee_that_kneels_lower_in_the_file_kneels_all_the_same(kneeling: Clip) -> None:
    sunk = replace(kneeling, positions=kneeling.positions - np.array([0.0, 0.0, 0.03]))
    one, other = touched(kneeling), touched(sunk)
    assert one.keys() == other.keys()
    for key, frames in one.items():
        np.testing.assert_array_equal(frames, other[key])


def test_who_crawls_touches_with_hands_and_knees_in_turns() -> None:
    clip = demos.crawl()
    found = touched(clip)
    for part in ("left_hand", "right_hand", "left_knee", "right_knee"):
        frames = found[part, "ground"]
        moves = np.linalg.norm(np.gradient(clip.landmark(part), axis=0), axis=1) * clip.fps
        assert 0.5 * len(clip) < len(frames) < 0.95 * len(clip)
        assert np.quantile(moves[frames], 0.9) < 0.4


@pytest.mark.parametrize("name", ["walk", "step_up"])
def test_who_walks_touches_the_ground_with_feet_alone(name: str, demos: dict[str, Clip]) -> None:
    assert not touched(demos[name])


@pytest.mark.parametrize("path", ["optitrack/squat.npz", "lafan1/dance1_subject1.npy"])
def test_who_squats_or_dances_does_not_kneel(path: str) -> None:
    assert not touched(kinemesh.read(recording(path)).crop(0, 400))


def test_a_knee_beside_a_box_that_is_carried_touches_nothing(carrying: Clip) -> None:
    assert not [part for part, _ in touched(carrying) if "knee" in part or "shin" in part]


def test_who_gets_up_lies_first_and_then_leans_on_hands_and_knees() -> None:
    clip = kinemesh.read(recording("amass/140_02_stageii.npz")).resampled(30)
    found = touched(clip)
    for part in ("back", "head", "seat"):
        assert found[part, "ground"][0] == 0
    assert found["back", "ground"][-1] < found["left_knee", "ground"][-1] < 0.6 * len(clip)
    # She lies with the hands down, props herself up on them, and pushes herself off.
    hands = found["left_hand", "ground"]
    assert np.isin([0, 75, 115], hands).all() and hands[-1] < 0.6 * len(clip)


def test_a_half_kneel_of_the_faults_is_one_knee() -> None:
    clip = kinemesh.read(fault("half_kneel/half_kneel.npy"), fps=30)
    frames = touched(clip)["right_knee", "ground"]
    assert 30 < frames[0] < 45 and frames[-1] == len(clip) - 1
    assert ("left_knee", "ground") not in touched(clip)


def raised(clip: Clip, thing: str, height: float) -> Clip:
    """The clip on a platform, a prop or the terrain, of some height [m]."""
    track = np.tile([0.0, 0.0, height / 2.0, 0.0, 0.0, 0.0, 1.0], (len(clip), 1))
    shape = Shape.box((6.0, 6.0, height))
    scene = Scene((Prop("stage", shape, track),))
    if thing == "terrain":
        shape = Shape.box((6.0, 6.0, height), centre=(0.0, 0.0, height / 2.0))
        scene = Scene(terrain=Terrain(shape, "stage"))
    return replace(clip, positions=clip.positions + np.array([0.0, 0.0, height]), scene=scene)


@pytest.mark.parametrize("thing", ["prop", "terrain"])
def test_it_is_the_same_on_a_stage(kneeling: Clip, thing: str) -> None:
    found = touched(raised(kneeling, thing, 0.5))
    assert set(found) == {("left_knee", "stage"), ("right_knee", "stage")}
    for (part, _), frames in found.items():
        assert abs(len(frames) - len(touched(kneeling)[part, "ground"])) <= 2


def test_a_prop_that_moves_bears_nobody(kneeling: Clip) -> None:
    clip = raised(kneeling, "prop", 0.5)
    stage = clip.scene.props[0]
    track = np.array(stage.track)
    track[:, 0] += 0.2 * np.sin(np.arange(len(clip)) / 5.0)
    moving = replace(clip, scene=Scene((Prop("stage", stage.shape, track),)))
    assert not touched(moving)


def test_the_user_has_the_last_word(kneeling: Clip) -> None:
    last = len(kneeling) - 1
    none = kneeling.with_contacts(TouchEdit("left_knee", "ground", 0, last, False))
    assert ("left_knee", "ground") not in touched(none)
    more = kneeling.with_contacts(TouchEdit("seat", "ground", 3, 9))
    np.testing.assert_array_equal(touched(more)["seat", "ground"], np.arange(3, 10))


def test_hands_on_things_stand_first_and_are_nowhere_else(demos: dict[str, Clip]) -> None:
    found = detect_contacts(demos["lift_box"])
    assert [t.part for t in found[:2]] == ["left_hand", "right_hand"]
    assert {t.part for t in found} <= set(PARTS)
    for touch in found[2:]:
        assert touch.thing != "ground" or not touch.part.endswith("hand")
