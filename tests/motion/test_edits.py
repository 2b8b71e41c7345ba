from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from kinemesh import demos
from kinemesh.detection.stance import detect_footing
from kinemesh.detection.touch import detect_touches
from kinemesh.errors import ClipError
from kinemesh.metrics.person import human
from kinemesh.motion import Clip, StanceEdit, TouchEdit
from kinemesh.motion.edits import edited_runs
from kinemesh.problem import Plan
from kinemesh.robot import RobotModel


@pytest.fixture(scope="module")
def lift() -> Clip:
    return demos.lift_box()


def touching(clip: Clip, hand: str) -> np.ndarray:
    return next(t.touching for t in detect_touches(clip) if t.part == hand)


def test_a_foot_said_to_be_in_the_air_is_neither_planted_nor_landing_there(lift: Clip) -> None:
    plain = detect_footing(lift)["left"]
    foot = detect_footing(lift.with_contacts(StanceEdit("left", 3, 9, planted=False)))["left"]
    assert plain.toe[:14].all()
    assert not (foot.toe | foot.heel | foot.landing)[3:10].any()
    assert np.array_equal(np.delete(foot.toe, np.s_[3:10]), np.delete(plain.toe, np.s_[3:10]))
    assert foot.touchdown[10]  # a new stance


def test_a_foot_said_to_be_planted_is_planted_there_and_touches_down_at_its_start() -> None:
    clip = demos.walk()
    plain = detect_footing(clip)["left"]
    in_air = np.flatnonzero(~plain.toe & ~plain.landing)
    frame = int(in_air[len(in_air) // 2])
    foot = detect_footing(clip.with_contacts(StanceEdit("left", frame, frame)))["left"]
    assert foot.toe[frame]
    assert foot.toe.sum() >= plain.toe.sum() + 1
    right = detect_footing(clip.with_contacts(StanceEdit("left", frame, frame)))["right"]
    assert np.array_equal(right.toe, detect_footing(clip)["right"].toe)


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([StanceEdit("left", 12, 14)], [(0, 10), (12, 14), (20, 30), (31, 40)]),
        ([StanceEdit("left", 11, 19)], [(0, 30), (31, 40)]),
        ([StanceEdit("left", 5, 8)], [(0, 10), (20, 30), (31, 40)]),
        ([StanceEdit("left", 20, 40)], [(20, 40)]),
        ([StanceEdit("left", 5, 24, planted=False)], [(0, 4), (25, 30), (31, 40)]),
        ([StanceEdit("right", 0, 40, planted=False)], [(0, 10), (20, 30), (31, 40)]),
        ([StanceEdit("left", 0, 40, planted=False), StanceEdit("left", 3, 4)], [(3, 4)]),
    ],
)
def test_stances_are_joined_and_cut_as_the_user_says(
    edits: list[StanceEdit], expected: list[tuple[int, int]]
) -> None:
    found = edited_runs(edits, [(0, 10), (20, 30), (31, 40)], "left")
    assert [run for run in found if run in expected] == expected


def test_a_touch_is_what_the_user_says_in_the_range_and_what_was_detected_elsewhere(
    lift: Clip,
) -> None:
    plain = touching(lift, "left_hand")
    first = int(np.flatnonzero(plain)[0])
    clip = lift.with_contacts(
        TouchEdit("left_hand", "box", 0, 4), TouchEdit("left_hand", "box", first, first + 2, False)
    )
    flags = touching(clip, "left_hand")
    assert flags[:5].all() and not flags[first : first + 3].any()
    assert np.array_equal(flags[first + 3 :], plain[first + 3 :])
    assert np.array_equal(touching(clip, "right_hand"), touching(lift, "right_hand"))


def test_a_hand_that_never_touches_according_to_the_user_has_no_touch(lift: Clip) -> None:
    clip = lift.with_contacts(TouchEdit("left_hand", "box", 0, len(lift) - 1, False))
    assert {t.part for t in detect_touches(clip)} == {"right_hand"}


def test_what_the_solver_is_asked_follows_the_user(lift: Clip, robot: RobotModel) -> None:
    clip = lift.with_contacts(
        StanceEdit("left", 2, 6, planted=False), TouchEdit("right_hand", "box", 2, 6)
    )
    plain, plan = Plan(lift, robot).frame(4), Plan(clip, robot).frame(4)
    assert {s.sole.name for s in plain.stances} == {"left", "right"}
    assert {s.sole.name for s in plan.stances} == {"right"}
    assert [c.pad.name for c in plan.contacts if c.time == 0.0] == ["right"]


def test_the_ruler_goes_by_the_users_word(lift: Clip) -> None:
    clip = lift.with_contacts(StanceEdit("left", 2, 6, planted=False))
    assert human.standing(lift, "left", {}).toe[2:7].all()
    assert not human.standing(clip, "left", {}).toe[2:7].any()


def test_edits_follow_a_crop_and_a_resampling_and_a_pickle(lift: Clip) -> None:
    clip = lift.with_contacts(StanceEdit("left", 10, 19), StanceEdit("left", 40, 49))
    assert clip.crop(15, 30).edits == (StanceEdit("left", 0, 4),)
    assert clip.crop(20, 30).edits == ()
    twice = clip.resample(2.0 * clip.fps)
    assert twice.edits[1].first in (79, 80) and twice.edits[1].last in (98, 99)
    assert len(twice) == 2 * len(clip) - 1
    assert pickle.loads(pickle.dumps(clip)).edits == clip.edits


def test_edits_are_notes_of_the_clip(lift: Clip) -> None:
    clip = lift.with_contacts(TouchEdit("left_hand", "box", 3, 4, False))
    assert "contacts, given: left_hand does not touch box in frames 3-4" in clip.notes


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (StanceEdit("middle", 0, 1), r"unknown foot 'middle'; this clip has: left, right"),
        (
            TouchEdit("left", "box", 0, 1),
            r"unknown part 'left'.*: left_hand, right_hand, left_knee",
        ),
        (TouchEdit("left_hand", "bag", 0, 1), r"unknown thing 'bag'; this clip has: box, ground"),
        (StanceEdit("left", -1, 1), r"expected 0 <= first <= last <= \d+, the clip has \d+ fra"),
        (StanceEdit("left", 5, 4), r"frames 5-4': expected 0 <= first <= last"),
        (StanceEdit("left", 0, 10**6), r"frames 0-1000000': expected 0 <= first"),
    ],
)
def test_an_edit_that_does_not_fit_the_clip_is_refused(
    lift: Clip, edit: StanceEdit | TouchEdit, message: str
) -> None:
    with pytest.raises(ClipError, match=message):
        lift.with_contacts(edit)
    with pytest.raises(ClipError, match=message):
        replace(lift, edits=(edit,))
