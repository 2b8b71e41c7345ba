"""Feet and heights of a person in the robot's proportions."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh.detection.stance import detect_footing
from kinemesh.motion import LANDMARKS, Clip
from kinemesh.problem.person.planting import between, planted, stances
from kinemesh.problem.person.proportions import SIDES, flat_slopes, leg_ratio, proportioned
from kinemesh.problem.scaling import scaled_scene
from kinemesh.robot import RobotModel

K = LANDMARKS.index


def stood(clip: Clip, robot: RobotModel, factor: float = 1.0) -> np.ndarray:
    """The person of ``clip``, shanks ``factor`` times as long, in the robot's proportions."""
    person, footing = clip.landmarks().copy(), detect_footing(clip)
    still = robot.configuration(robot.rest).landmarks()
    scale = leg_ratio(person, still)
    body = proportioned(person, still, scale, flat_slopes(person, footing))
    scene = scaled_scene(clip.scene, scale, clip.fps)
    return planted(body, factor * scale * person, still, footing, scene, clip.fps)


def length(robot: RobotModel) -> float:
    """Of the robot's left leg, stretched [m]."""
    hip, knee, ankle = robot.configuration(robot.rest).landmarks()[1:4]
    return float(np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee))


@pytest.mark.parametrize("name", ["walk", "lift_box", "step_up"])
def test_a_planted_toe_neither_slides_nor_rises(
    name: str, demos: dict[str, Clip], robot: RobotModel
) -> None:
    clip = demos[name]
    own, footing = stood(clip, robot), detect_footing(clip)
    reached, full = 0, length(robot)
    for side in SIDES:
        foot, toe = footing[side], own[:, K(f"{side}_toe")]
        ankle, hip = own[:, K(f"{side}_ankle")], own[:, K(f"{side}_hip")]
        long = np.linalg.norm(ankle - hip, axis=1) > 0.999 * full  # it cannot reach its place
        for first, last in stances(foot.toe, foot.touchdown):
            here = np.flatnonzero(~long[first : last + 1]) + first
            reached += len(here)
            assert np.ptp(toe[here], axis=0).max(initial=0.0) < 1e-6
    assert reached > 50


def test_a_toe_on_the_ground_is_as_high_as_the_robots(
    demos: dict[str, Clip], robot: RobotModel
) -> None:
    clip = demos["walk"]
    own, footing = stood(clip, robot), detect_footing(clip)
    still = robot.configuration(robot.rest).landmarks()
    for side in SIDES:
        height = own[footing[side].toe, K(f"{side}_toe"), 2]
        assert np.percentile(np.abs(height - still[K(f"{side}_toe"), 2]), 90) < 2e-3


def test_legs_stay_as_long_as_the_robots(demos: dict[str, Clip], robot: RobotModel) -> None:
    still = robot.configuration(robot.rest).landmarks()
    own = stood(demos["step_up"], robot)
    for a, b in (("left_hip", "left_knee"), ("right_knee", "right_ankle")):
        np.testing.assert_allclose(
            np.linalg.norm(own[:, K(a)] - own[:, K(b)], axis=1),
            np.linalg.norm(still[K(a)] - still[K(b)]),
            atol=1e-9,
        )


def test_whoever_bears_says_how_high_the_body_is(demos: dict[str, Clip], robot: RobotModel) -> None:
    clip = demos["walk"].translated((0.0, 0.0, 0.0))
    own, footing = stood(clip, robot), detect_footing(clip)
    still = robot.configuration(robot.rest).landmarks()
    lowest = own[:, [K("left_toe"), K("right_toe")], 2].min(axis=1)
    stands = footing["left"].toe | footing["right"].toe
    # With shorter legs, longer shanks, whatever: the lower foot is on the ground.
    assert np.abs(lowest[stands] - still[K("left_toe"), 2]).max() < 0.015


def test_in_between_it_is_eased_from_the_last_to_the_next() -> None:
    values = np.array([[1.0], [9.0], [9.0], [9.0], [3.0]])
    known = np.array([True, False, False, False, True])
    filled = between(values, known)[:, 0]
    assert (filled[0], filled[4]) == (1.0, 3.0)
    assert filled[2] == pytest.approx(2.0)
    assert np.all(np.diff(filled) >= 0.0)
    np.testing.assert_array_equal(between(values, np.zeros(5, dtype=bool)), np.zeros((5, 1)))


def test_what_is_not_known_before_and_after_stays_where_there_is_nothing_to_go_by() -> None:
    values = np.array([[9.0], [1.0], [2.0]])
    known = np.array([False, True, True])
    np.testing.assert_array_equal(between(values, known)[:, 0], [1.0, 1.0, 2.0])
    np.testing.assert_array_equal(between(values[::-1], known[::-1])[:, 0], [2.0, 1.0, 1.0])


def steps(strides: int) -> tuple[np.ndarray, np.ndarray]:
    """Values of a gait, five frames known and four not, and which are."""
    known = np.tile([True] * 5 + [False] * 4, strides)
    return np.tile(np.linspace(-1.0, 2.0, 9), strides)[:, None], known


@pytest.mark.parametrize("cut", range(1, 18))
def test_a_gait_goes_on_beyond_its_ends_as_in_between(cut: int) -> None:
    values, known = steps(6)
    whole = between(values, known)
    np.testing.assert_allclose(between(values[cut:], known[cut:]), whole[cut:], atol=1e-12)
    np.testing.assert_allclose(between(values[:-cut], known[:-cut]), whole[:-cut], atol=1e-12)


@pytest.mark.parametrize("cut", range(1, 9))
def test_where_a_foot_makes_no_whole_step_the_other_ones_say_how_it_goes_on(cut: int) -> None:
    values, known = steps(6)
    whole, last = between(values, known), slice(cut, 10)
    found = between(values[last], known[last], [(values, known)])
    np.testing.assert_allclose(found, whole[last], atol=1e-12)


def test_a_foot_planted_anew_stands_a_second_time() -> None:
    holds = np.array([True, True, True, False, True])
    begins = np.array([True, False, True, False, True])
    assert stances(holds, begins) == [(0, 1), (2, 2), (4, 4)]
