"""Lifting: the box rests, is held, rests again; nobody is inside it."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh.arrays import Array
from kinemesh.demos.lift_box import BOX
from kinemesh.geometry import poses
from kinemesh.motion import Clip, Prop

SIDES = ("left", "right")


@pytest.fixture
def lift(clips: dict[str, Clip]) -> Clip:
    return clips["lift_box"]


@pytest.fixture
def box(lift: Clip) -> Prop:
    (prop,) = lift.scene.props
    return prop


def in_box(box: Prop, points: Array) -> Array:
    """Points ``(T, 3)`` in the frame of the box [m]."""
    return poses.apply(poses.inverse(box.track), points[:, None])[:, 0]


def clearance(box: Prop, start: Array, end: Array) -> float:
    """Least distance [m] from the box to the segment between two joints ``(T, 3)``."""
    nearest = np.inf
    for share in np.linspace(0.0, 1.0, 21):
        out = np.abs(in_box(box, start + share * (end - start))) - np.asarray(BOX) / 2.0
        outside = np.linalg.norm(np.maximum(out, 0.0), axis=1)
        nearest = min(nearest, float(np.min(outside + np.minimum(out.max(axis=1), 0.0))))
    return nearest


def test_the_box_rests_on_the_ground_when_nobody_holds_it(lift: Clip, box: Prop) -> None:
    held = lift.contacts["left_hand"]
    first, last = np.flatnonzero(held)[[0, -1]]
    assert np.abs(box.lowest()[~held]).max() < 1e-6
    assert np.array_equal(box.track[: first + 1], np.repeat(box.track[:1], first + 1, axis=0))
    assert np.ptp(box.track[last:], axis=0).max() == 0.0
    assert box.lowest().min() > -1e-6


def test_the_box_is_carried_at_the_belly_over_a_metre_ahead(lift: Clip, box: Prop) -> None:
    assert 0.95 < box.track[:, 2].max() < 1.1
    assert 1.0 < box.track[-1, 0] - box.track[0, 0] < 1.2
    assert box.track[-1, 1] == pytest.approx(0.0, abs=1e-9)


def test_wrists_do_not_move_in_the_box_while_they_touch_it(lift: Clip, box: Prop) -> None:
    for side in SIDES:
        held = lift.contacts[f"{side}_hand"]
        for part in ("hand", "fingertip"):
            place = in_box(box, lift.joint(f"{side}_{part}"))[held]
            assert np.ptp(place, axis=0).max() < 1e-9


def test_wrists_are_3_cm_outside_the_sides_and_fingers_lie_along_them(
    lift: Clip, box: Prop
) -> None:
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        held = lift.contacts[f"{side}_hand"]
        wrist = sign * in_box(box, lift.joint(f"{side}_hand"))[held][0] * (sign, 1.0, sign)
        finger = in_box(box, lift.joint(f"{side}_fingertip"))[held][0]
        assert wrist[1] == pytest.approx(BOX[1] / 2.0 + 0.03)
        assert BOX[1] / 2.0 + 0.01 < sign * finger[1] < BOX[1] / 2.0 + 0.03
        assert np.all(np.abs(finger[[0, 2]]) < np.asarray(BOX)[[0, 2]] / 2.0)


def test_hands_touch_whenever_the_box_is_off_the_ground(lift: Clip, box: Prop) -> None:
    held = lift.contacts["left_hand"] & lift.contacts["right_hand"]
    assert np.all(held[box.lowest() > 1e-9])
    assert 0.4 < held.mean() < 0.75


@pytest.mark.parametrize(
    ("first", "last", "least"),
    [
        ("hip", "knee", 0.05),
        ("knee", "ankle", 0.05),
        ("ankle", "toe", 0.05),
        ("toe", "tiptoe", 0.03),
        ("shoulder", "elbow", 0.08),
        ("elbow", "hand", 0.0299),
        ("hand", "fingertip", 0.01),
    ],
)
def test_limbs_keep_clear_of_the_box(
    lift: Clip, box: Prop, first: str, last: str, least: float
) -> None:
    for side in SIDES:
        ends = lift.joint(f"{side}_{first}"), lift.joint(f"{side}_{last}")
        assert clearance(box, *ends) > least


def test_trunk_and_head_keep_clear_of_the_box(lift: Clip, box: Prop) -> None:
    assert clearance(box, lift.joint("pelvis"), lift.joint("neck")) > 0.15
    assert clearance(box, lift.joint("left_shoulder"), lift.joint("right_shoulder")) > 0.15
    assert clearance(box, lift.joint("neck"), lift.joint("head")) > 0.15


def test_arms_keep_clear_of_the_legs_in_the_squat(lift: Clip) -> None:
    shares = np.linspace(0.0, 1.0, 13)[:, None, None]
    for side in SIDES:
        hip, knee, ankle, shoulder, elbow, hand = (
            lift.joint(f"{side}_{part}")
            for part in ("hip", "knee", "ankle", "shoulder", "elbow", "hand")
        )
        arm = np.concatenate(
            [shoulder + shares * (elbow - shoulder), elbow + shares * (hand - elbow)]
        )
        leg = np.concatenate([hip + shares * (knee - hip), knee + shares * (ankle - knee)])
        assert np.linalg.norm(arm[:, None] - leg[None], axis=3).min() > 0.10


def test_the_box_moves_smoothly(lift: Clip, box: Prop) -> None:
    velocity = np.diff(box.track[:, :3], axis=0) * lift.fps
    assert np.linalg.norm(velocity, axis=1).max() < 1.5
    assert np.linalg.norm(np.diff(velocity, axis=0), axis=1).max() * lift.fps < 6.0
