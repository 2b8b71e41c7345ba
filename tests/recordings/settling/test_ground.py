from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from kinemesh.demos import walk
from kinemesh.motion import Clip
from kinemesh.recordings import read
from kinemesh.recordings.settling.ground import find_floor, grounded
from recordings import fault, recording

CLIMBS = {
    0: "climb/seq_0/mocap_climb_seq_0_joint_positions_f900-3700.npy",
    1: "climb/seq_1/mocap_climb_seq_1_joint_positions_f0-2422.npy",
}
READERS: dict[str, Callable[[], Clip]] = {
    "carry": lambda: read(recording("omomo/sub3_largebox_003.pt")),
    "chair": lambda: read(recording("omomo/sub2_woodchair_000.pt")),
    "dance": lambda: read(recording("lafan1/dance1_subject1.npy")).crop(0, 900),
    "climb 0": lambda: read(recording(CLIMBS[0])),
    "climb 1": lambda: read(recording(CLIMBS[1])),
    "walk": lambda: read(recording("optitrack/walk.npz")),
    "squat": lambda: read(recording("optitrack/squat.npz")),
}


@pytest.fixture(scope="module", params=list(READERS))
def clip(request: pytest.FixtureRequest) -> Clip:
    """A recording on its floor."""
    return READERS[request.param]()


def floor_of(clip: Clip, positions: np.ndarray) -> tuple[float, str]:
    found = find_floor(replace(clip, positions=positions))
    return found.height, found.how


def test_no_part_of_the_body_is_below_the_floor_of_a_recording(clip: Clip) -> None:
    assert clip.landmarks()[..., 2].min() > -0.035  # a joint in a rolled toe
    assert not any("below the floor" in text for text in clip.warnings)
    height, how = floor_of(clip, np.array(clip.positions))
    assert (round(height, 3), how) == (0.0, "rest")


def test_a_foot_that_sinks_for_a_while_does_not_take_the_floor_with_it(clip: Clip) -> None:
    sunk = np.array(clip.positions)
    frames = len(sunk) // 33
    start = len(sunk) // 2
    toe = next(iter(clip.skeleton.weights("left_toe")))
    sunk[start : start + frames, clip.skeleton.index(toe)] = (0.0, 0.0, -0.2)
    assert abs(floor_of(clip, sunk)[0]) < 0.002
    warned = grounded(replace(clip, positions=sunk))
    assert any("left toe is up to 0.20 m below the floor" in text for text in warned.warnings)


def test_a_hand_below_the_floor_is_warned_of_and_moves_nothing(clip: Clip) -> None:
    low = np.array(clip.positions)
    wrist = next(iter(clip.skeleton.weights("right_hand")))
    low[3:9, clip.skeleton.index(wrist), 2] = -0.3
    assert abs(floor_of(clip, low)[0]) < 1e-3
    warned = grounded(replace(clip, positions=low))
    assert any("right hand is up to 0.30 m below" in text for text in warned.warnings)


def test_a_recording_that_trembles_by_a_centimetre_has_the_same_floor(
    clip: Clip, rng: np.random.Generator
) -> None:
    shaken = clip.positions + rng.normal(0.0, 0.01, clip.positions.shape)
    assert abs(floor_of(clip, shaken)[0]) < 0.01


def test_where_nobody_ever_rests_the_floor_is_where_the_feet_fall(clip: Clip) -> None:
    times = np.arange(len(clip)) / clip.fps
    running = clip.positions + times[:, None, None] * np.array([1.5, 0.0, 0.0])
    height, how = floor_of(clip, running)
    assert abs(height) < 0.01
    assert how == "falls"
    warned = grounded(replace(clip, positions=running))
    assert any("no toe ever rests" in text for text in warned.warnings)


@pytest.mark.parametrize("number", list(CLIMBS))
def test_steps_higher_up_are_said(number: int) -> None:
    clip = read(recording(CLIMBS[number]))
    assert any("others rest up to 0.9" in note for note in clip.notes)


def test_a_floor_under_a_handful_of_toes_is_said_to_be_a_guess() -> None:
    clip = walk().crop(0, 60)
    away = 0.2 * np.arange(60)[:, None] * np.array([1.0, 0.0, 0.0])  # 6 m/s: nothing rests
    away[:3] = away[0]
    few = grounded(replace(clip, positions=clip.positions + away[:, None]))
    assert any("it is a guess" in text for text in few.warnings)
    assert grounded(clip).warnings == ()


def test_the_floor_of_a_walk_in_place_is_under_the_feet_that_slide() -> None:
    clip = read(fault("in_place_walk/treadmill.npy"), skeleton="smpl22", fps=30.0)
    (note,) = [text for text in clip.notes if text.startswith("floor: ")]
    assert float(note.split()[1]) == pytest.approx(0.02, abs=0.005)
    assert any("the floor is a guess" in text for text in clip.warnings)
    assert any("moves nobody" in text for text in clip.warnings)
