"""What is made of frames that are not as they should be."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh.demos import DEMOS
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


def crossed(walk: Clip) -> list[int]:
    """The joints, left and right taken for each other."""
    swap = {"left": "right", "right": "left"}
    names = walk.skeleton.joints
    return [
        names.index(
            name if (side := name.partition("_")[0]) not in swap
            else name.replace(side, swap[side], 1)
        )
        for name in names
    ]  # fmt: skip


def test_left_and_right_that_are_taken_for_each_other_are_changed_back(
    intake: Intake, walk: Clip
) -> None:
    for k in range(1, 20):
        wrong = k % 5 > 2
        places, said = taken(
            intake, walk.positions[k][crossed(walk)] if wrong else walk.positions[k]
        )
        np.testing.assert_array_equal(places, walk.positions[k])
        assert said == (["left and right are taken for each other: changed back"] * wrong)


def test_rotations_of_left_and_right_are_changed_back_with_them(walk: Clip) -> None:
    intake, order = Intake(walk.skeleton, walk.scene), crossed(walk)
    turns = np.random.default_rng(0).normal(size=(len(order), 4))
    turns /= np.linalg.norm(turns, axis=1, keepdims=True)
    intake.person(walk.positions[0], turns, DT)
    frame, _ = intake.person(walk.positions[1][order], turns[order], DT)
    assert frame is not None
    np.testing.assert_array_equal(frame.rotations, turns)


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


def test_who_was_not_seen_for_half_a_second_is_caught_up_with_and_not_jumped_to(
    intake: Intake, walk: Clip
) -> None:
    turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    elsewhere = walk.positions @ turn.T + np.array([0.3, 0.1, 0.0])
    last, _ = taken(intake, walk.positions[1])
    assert taken(intake, np.full_like(walk.positions[2], np.nan), DT)[0] is None
    places, steps = [last], []
    for k in range(17, 45):
        now, _ = taken(intake, elsewhere[k], 0.5 if k == 17 else DT)
        assert now is not None
        steps.append(np.linalg.norm(now - places[-1], axis=1).max())
        places.append(now)
    assert steps[0] < 1e-9
    # Never as fast as all at once, and there in half a second.
    jump = np.linalg.norm(elsewhere[17] - walk.positions[1], axis=1).max()
    assert max(steps) < 0.3 * jump
    np.testing.assert_allclose(places[-1], elsewhere[44], atol=1e-9)
    np.testing.assert_allclose(places[17], elsewhere[33], atol=1e-9)


def test_rotations_turn_with_who_is_caught_up_with(walk: Clip) -> None:
    intake = Intake(walk.skeleton, walk.scene)
    turns = np.tile([0.0, 0.0, 0.0, 1.0], (len(walk.skeleton.joints), 1))
    about = np.tile([0.0, 0.0, np.sqrt(0.5), np.sqrt(0.5)], (len(turns), 1))
    quarter = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    for _ in range(2):
        intake.person(walk.positions[0], turns, DT)
    seen = walk.positions[0] @ quarter.T
    frame, _ = intake.person(seen, about, 0.5)
    assert frame is not None and frame.rotations is not None
    np.testing.assert_allclose(frame.positions, walk.positions[0], atol=1e-9)
    assert np.abs(np.sum(frame.rotations * turns, axis=1)).min() > 1.0 - 1e-9
    for _ in range(20):
        frame, _ = intake.person(seen, about, DT)
    assert frame is not None
    np.testing.assert_array_equal(frame.rotations, about)


def test_a_joint_that_is_seen_again_comes_back_in_a_fifth_of_a_second(
    intake: Intake, walk: Clip
) -> None:
    hand = walk.skeleton.index("left_hand")
    still, lost, back = (np.array(walk.positions[0]) for _ in range(3))
    lost[hand] = np.nan
    back[hand] += [0.0, 0.0, 0.6]
    for _ in range(15):
        taken(intake, lost)
    heights = []
    for _ in range(8):
        places, said = taken(intake, back)
        assert places is not None and said == []
        heights.append(places[hand, 2] - still[hand, 2])
    np.testing.assert_allclose(np.diff([0.0, *heights[:6]]), 0.1, atol=1e-9)
    np.testing.assert_allclose(heights[5:], 0.6, atol=1e-9)


def test_two_frames_a_second_are_no_gaps() -> None:
    walk = DEMOS["walk"]()
    intake = Intake(walk.skeleton, walk.scene)
    for k in range(0, len(walk), 15):
        places, said = taken(intake, walk.positions[k], 0.5)
        np.testing.assert_array_equal(places, walk.positions[k])
        assert said == []


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
