"""Hands that are where the person's are on what they touch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh import Retargeter
from kinemesh.geometry import poses
from kinemesh.motion import LANDMARKS, Clip
from kinemesh.objectives import HandPlace
from kinemesh.problem import Contact, Frame, Hold
from kinemesh.robot import Configuration
from kinemesh.testing import evaluate_term


def held(configuration: Configuration, frame: Frame, time: float = 0.0, **moved: object) -> Frame:
    """The first hand held exactly where it is, its palm facing as it does, but for ``moved``."""
    known = frame.contacts[0]
    hand = known.pad
    middle = hand.point - 0.03 * hand.normal
    rotation = configuration.rotations[hand.joint]
    palm = configuration.positions(np.array([hand.joint]), middle[None])[0]
    wrist = configuration.landmarks()[LANDMARKS.index(f"{hand.name}_hand")]
    hold = replace(Hold(middle, wrist, palm, rotation @ hand.normal, True), **moved)
    contact = Contact(hand, known.obstacle, known.pose, palm, time, 0.0, hold)
    return replace(frame, contacts=(contact,))


def cost(configuration: Configuration, frame: Frame) -> float:
    return evaluate_term(HandPlace(weight=2.0), configuration, frame).cost


def test_a_hand_that_is_where_the_persons_is_costs_nothing(
    configuration: Configuration, frame: Frame
) -> None:
    assert cost(configuration, held(configuration, frame)) == pytest.approx(0.0, abs=1e-12)


def test_wrist_and_palm_cost_the_square_of_what_they_are_off(
    configuration: Configuration, frame: Frame
) -> None:
    there = held(configuration, frame).contacts[0].hold
    off = np.array([0.01, -0.02, 0.03])
    along = float(off @ there.normal)
    expected = 2.0 * (float(off @ off) - 0.2 * along**2)
    for moved in ({"wrist": there.wrist + off}, {"palm": there.palm + off, "faces": False}):
        away = held(configuration, frame, **moved)
        assert cost(configuration, away) == pytest.approx(expected)


def test_a_palm_that_faces_away_costs(configuration: Configuration, frame: Frame) -> None:
    normal = held(configuration, frame).contacts[0].hold.normal
    away = held(configuration, frame, normal=-normal)
    assert cost(configuration, away) == pytest.approx(0.8 * 2.0 * 0.06**2)


def test_the_pull_comes_and_goes_with_the_touch(configuration: Configuration, frame: Frame) -> None:
    off = held(configuration, frame).contacts[0].hold.wrist + 0.1
    costs = [
        cost(configuration, held(configuration, frame, time, wrist=off))
        for time in (0.0, 0.1, 0.2, 0.3)
    ]
    assert np.all(np.diff(costs) < 0.0) and costs[-1] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.slow
def test_hands_are_where_a_recorded_person_has_them_on_a_box(carrying: Clip) -> None:
    clip = carrying.crop(50, 90)
    retargeter = Retargeter("g1")
    result = retargeter.retarget(clip)
    robot = retargeter.robot
    marks = np.array([robot.configuration(q).landmarks() for q in result.trajectory.q])
    away = []
    for hand in ("left_hand", "right_hand"):
        touching = result.touch[hand, "largebox"]
        ours, hers = (
            poses.apply(poses.inverse(scene.props[0].track), places[:, None])[touching, 0]
            for scene, places in (
                (result.scene, marks[:, LANDMARKS.index(hand)]),
                (clip.scene, clip.landmark(hand)),
            )
        )
        away.append(np.linalg.norm(ours - hers, axis=1))
    off = np.concatenate(away)
    assert len(off) == 80 and off.mean() < 0.02 and np.percentile(off, 95) < 0.03
