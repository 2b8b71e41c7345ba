"""Where a person's palm is, and how a touching hand holds on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinemesh.detection.palm import along_hand
from kinemesh.detection.touch import Touch, TouchRule, detect_touches
from kinemesh.geometry import poses
from kinemesh.geometry.closest import Closest
from kinemesh.motion import Clip


def left(clip: Clip, rule: TouchRule | None = None) -> Touch:
    return next(t for t in detect_touches(clip, rule) if t.part == "left_hand")


def on_box(clip: Clip, points: np.ndarray) -> np.ndarray:
    return poses.apply(poses.inverse(clip.scene.props[0].track), points[:, None])[:, 0]


def test_a_finger_that_is_half_a_metre_away_does_not_turn_the_hand(carrying: Clip) -> None:
    positions = np.array(carrying.positions)
    positions[:, carrying.skeleton.index("L_Index1")] += [0.1, 0.2, 0.6]
    broken = replace(carrying, positions=positions)
    right, wrong = along_hand(carrying, "left_hand"), along_hand(broken, "left_hand")
    assert np.degrees(np.arccos(np.sum(right * wrong, axis=1))).max() < 15.0


def test_a_hand_without_fingers_goes_on_as_the_forearm_does(clip: Clip) -> None:
    ahead = along_hand(clip, "right_hand")
    forearm = clip.landmark("right_hand") - clip.landmark("right_elbow")
    assert np.allclose(ahead, forearm / np.linalg.norm(forearm, axis=1, keepdims=True))


def test_a_grip_stays_as_near_to_the_persons_as_it_says(carrying: Clip) -> None:
    touch = left(carrying)
    assert touch.hand is not None
    grip = touch.hand.grip(0.06)
    wrist = on_box(carrying, carrying.landmark("left_hand"))
    palm = on_box(
        carrying, carrying.landmark("left_hand") + 0.06 * along_hand(carrying, "left_hand")
    )
    held = touch.touching
    for own, gripped in ((wrist, grip.wrists), (palm, grip.palms)):
        assert np.abs(own - gripped)[held].mean() < 0.01
        assert np.abs(own - gripped)[held].max() < 0.025
    assert np.allclose(np.linalg.norm(grip.facing, axis=1), 1.0)


def test_a_palm_faces_the_surface_that_it_is_at(carrying: Clip) -> None:
    touch = left(carrying)
    assert touch.hand is not None
    grip, surface = touch.hand.grip(0.06), Closest(carrying.scene.props[0].shape)
    held = touch.touching
    before = surface.nearest(grip.palms[held])[0]
    after = surface.nearest(grip.palms[held] + 0.01 * grip.facing[held])[0]
    assert (after < before).mean() > 0.95


def test_a_grip_that_wanders_by_millimetres_stays_where_it_is(carrying: Clip) -> None:
    held = left(carrying).touching
    box = carrying.scene.props[0].track
    place = on_box(carrying, carrying.landmark("left_hand"))[80]
    phase = np.arange(len(carrying))[:, None] / [5.0, 7.0, 9.0]
    wrist = poses.apply(box, (place + 0.006 * np.sin(phase))[:, None])[:, 0]
    positions = np.array(carrying.positions)
    hand = [k for k, name in enumerate(carrying.skeleton.joints) if name.startswith("L_")]
    positions[:, hand] += (wrist - carrying.landmark("left_hand"))[:, None]
    wrists = left(replace(carrying, positions=positions)).hand.grip(0.06).wrists[held]
    assert np.ptp(wrists, axis=0).max() < 1e-3
