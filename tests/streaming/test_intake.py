"""What is made of frames that are not as they should be."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh.errors import ClipError
from kinemesh.motion import Clip, Prop, Scene, Shape
from kinemesh.streaming.intake import Frame, Intake

DT = 1.0 / 30.0


def taken(intake: Intake, places: np.ndarray, dt: float = DT) -> tuple[np.ndarray | None, list]:
    """Joint positions as they are used, and what was said."""
    frame, said = intake.person(places, None, dt)
    return (None if frame is None else frame.positions), said


@pytest.fixture
def intake(walk: Clip) -> Intake:
    """One that has seen the first frame."""
    found = Intake(walk.skeleton, walk.scene)
    np.testing.assert_array_equal(taken(found, walk.positions[0])[0], walk.positions[0])
    return found


def test_good_frames_are_left_as_they_are(intake: Intake, walk: Clip) -> None:
    for at in walk.positions[1:]:
        places, said = taken(intake, at)
        np.testing.assert_array_equal(places, at)
        assert said == []


def test_a_joint_that_is_not_seen_goes_with_the_body(intake: Intake, walk: Clip) -> None:
    hand = walk.skeleton.index("left_hand")
    for k in range(1, 8):
        bad = np.array(walk.positions[k])
        bad[hand] = np.nan
        places, said = taken(intake, bad)
        assert said == ["not seen, held to the body: left_hand"]
        assert places is not None
        assert np.linalg.norm(places[hand] - walk.positions[k, hand]) < 0.15
        others = np.delete(places, hand, axis=0)
        np.testing.assert_array_equal(others, np.delete(walk.positions[k], hand, axis=0))


def test_a_spike_is_held_to_the_body_for_a_tenth_of_a_second_and_then_believed(
    intake: Intake, walk: Clip
) -> None:
    hand = walk.skeleton.index("right_hand")
    held = []
    for k in range(1, 9):
        bad = np.array(walk.positions[k])
        bad[hand, 0] += 2.0
        places, said = taken(intake, bad)
        assert places is not None
        held.append(places[hand, 0] < walk.positions[k, hand, 0] + 1.0)
        assert held[-1] == any("suddenly elsewhere" in text for text in said)
    assert held == [True] * 3 + [False] * 5


def test_left_and_right_that_change_places_for_a_frame_are_left_out(
    intake: Intake, walk: Clip
) -> None:
    names = walk.skeleton.joints
    swap = {"left": "right", "right": "left"}
    order = [
        names.index(
            name if (side := name.partition("_")[0]) not in swap
            else name.replace(side, swap[side], 1)
        )
        for name in names
    ]  # fmt: skip
    places, said = taken(intake, walk.positions[1][order])
    assert places is None
    assert "suddenly elsewhere" in said[0]
    assert taken(intake, walk.positions[2], 2 * DT)[0] is not None


def test_a_person_who_is_suddenly_elsewhere_is_gone_after_slowly(
    intake: Intake, walk: Clip
) -> None:
    away = np.array([1.5, -0.5, 0.0])
    before, steps = walk.positions[0, 0], []
    for k in range(1, 58):
        places, said = taken(intake, walk.positions[k] + away)
        assert places is not None
        assert bool(said) == (k == 1)
        steps.append(np.linalg.norm(places[0] - before))
        before = places[0]
    own = np.linalg.norm(np.diff(walk.positions[:, 0], axis=0), axis=1).max()
    assert max(steps) <= own + 1.01 * DT
    np.testing.assert_allclose(before, walk.positions[57, 0] + away, atol=1e-9)


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_who_is_hardly_seen_is_left_out(intake: Intake, walk: Clip, share: float) -> None:
    bad = np.array(walk.positions[1])
    bad[: round(share * len(bad))] = np.nan
    assert taken(intake, bad)[0] is None
    assert taken(intake, walk.positions[2], 2 * DT)[0] is not None


def test_rotations_that_are_none_stay_as_they_were(walk: Clip) -> None:
    intake = Intake(walk.skeleton, walk.scene)
    turns = np.tile([0.0, 0.0, 0.0, 1.0], (len(walk.skeleton.joints), 1))
    first, _ = intake.person(walk.positions[0], turns, DT)
    bad = np.array(turns)
    bad[2], bad[3] = 0.0, np.nan
    second, _ = intake.person(walk.positions[1], bad, DT)
    assert isinstance(first, Frame) and isinstance(second, Frame)
    np.testing.assert_array_equal(second.rotations, turns)


def test_poses_of_props_are_kept_until_new_ones_come(walk: Clip) -> None:
    pose = np.array([1.0, 0.0, 0.2, 0.0, 0.0, 0.0, 2.0])
    box = Prop("box", Shape.box((0.2, 0.2, 0.2)), pose[None])
    intake = Intake(walk.skeleton, Scene((box,)))
    assert intake.props(None) == ({}, [])
    unit = pose / np.array([1, 1, 1, 1, 1, 1, 2.0])
    for given in ({"box": pose}, None, {"box": np.full(7, np.nan)}, {"box": np.zeros(7)}):
        known, _ = intake.props(given)
        np.testing.assert_array_equal(known["box"], unit)
    assert "held" in intake.props({"box": np.zeros(7)})[1][0]
    assert "no prop" in intake.props({"chair": pose})[1][0]
    with pytest.raises(ClipError, match=r"\(7,\)"):
        intake.props({"box": pose[:3]})


def test_arrays_of_another_shape_are_refused(intake: Intake, walk: Clip) -> None:
    for places in (walk.positions, walk.positions[0, :-1], "joints", 3.0):
        with pytest.raises(ClipError, match="positions"):
            intake.person(places, None, DT)
    with pytest.raises(ClipError, match="rotations"):
        intake.person(walk.positions[1], np.zeros((3, 4)), DT)
