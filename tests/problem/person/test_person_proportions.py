"""The person in the robot's proportions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from kinemesh.detection.stance import detect_footing
from kinemesh.motion import LANDMARKS, Clip
from kinemesh.problem.person.proportions import SIDES, flat_slopes, leg_ratio, proportioned
from kinemesh.robot import RobotModel

BONES = [
    (f"{side}_{a}", f"{side}_{b}")
    for side in SIDES
    for limb in (("hip", "knee", "ankle", "toe"), ("shoulder", "elbow", "hand"))
    for a, b in itertools.pairwise(limb)
] + [(f"right_{part}", f"left_{part}") for part in ("hip", "shoulder")]
K = LANDMARKS.index


def rest(robot: RobotModel) -> np.ndarray:
    return robot.configuration(robot.rest).landmarks()


def slopes(clip: Clip) -> dict[str, float | None]:
    return flat_slopes(clip.landmarks(), detect_footing(clip))


def body(clip: Clip, robot: RobotModel, scale: float | None = None) -> np.ndarray:
    scale = leg_ratio(clip.landmarks(), rest(robot)) if scale is None else scale
    return proportioned(clip.landmarks(), rest(robot), scale, slopes(clip))


@pytest.mark.parametrize("name", ["walk", "lift_box", "step_up"])
def test_lengths_are_the_robots_and_directions_the_persons(
    name: str, demos: dict[str, Clip], robot: RobotModel
) -> None:
    person, own, still = demos[name].landmarks(), body(demos[name], robot), rest(robot)
    for start, end in BONES:
        bone, robots = own[:, K(end)] - own[:, K(start)], still[K(end)] - still[K(start)]
        length = np.linalg.norm(bone, axis=1)
        persons = person[:, K(end)] - person[:, K(start)]
        np.testing.assert_allclose(length, np.linalg.norm(robots), atol=1e-3)
        if "toe" not in end:
            cosine = np.sum(bone * persons, axis=1) / length / np.linalg.norm(persons, axis=1)
            np.testing.assert_allclose(cosine, 1.0, atol=1e-9)


def test_the_middle_of_the_hips_goes_the_scaled_way(
    demos: dict[str, Clip], robot: RobotModel
) -> None:
    clip = demos["walk"]
    hips = [K("left_hip"), K("right_hip")]
    np.testing.assert_allclose(
        body(clip, robot, 0.7)[:, hips].mean(axis=1),
        0.7 * clip.landmarks()[:, hips].mean(axis=1),
        atol=1e-12,
    )


def test_a_flat_foot_of_the_person_is_a_flat_foot_of_the_robot(
    demos: dict[str, Clip], robot: RobotModel
) -> None:
    clip, still = demos["walk"], rest(robot)
    own, footing = body(clip, robot), detect_footing(clip)
    for side in SIDES:
        flat = footing[side].toe & footing[side].heel
        rise = own[flat, K(f"{side}_ankle"), 2] - own[flat, K(f"{side}_toe"), 2]
        wanted = still[K(f"{side}_ankle"), 2] - still[K(f"{side}_toe"), 2]
        np.testing.assert_allclose(np.median(rise), wanted, atol=1e-3)
        assert np.percentile(np.abs(rise - wanted), 90) < 0.02


def test_a_person_of_another_size_is_the_same_in_the_robots_proportions(
    demos: dict[str, Clip], robot: RobotModel
) -> None:
    clip = demos["walk"]
    still = rest(robot)
    ratio = leg_ratio(clip.landmarks(), still)
    assert leg_ratio(1.3 * clip.landmarks(), still) == pytest.approx(ratio / 1.3)
    np.testing.assert_allclose(
        proportioned(1.3 * clip.landmarks(), still, ratio / 1.3, slopes(clip)),
        proportioned(clip.landmarks(), still, ratio, slopes(clip)),
        atol=1e-12,
    )


def test_a_person_turned_and_moved_is_turned_and_moved(
    demos: dict[str, Clip], robot: RobotModel
) -> None:
    clip = demos["lift_box"]
    moved = clip.rotated(0.7).translated((1.0, -2.0, 0.0))
    cosine, sine = np.cos(0.7), np.sin(0.7)
    turn = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    step = 0.75 * np.array([1.0, -2.0, 0.0])
    np.testing.assert_allclose(
        body(moved, robot, 0.75), body(clip, robot, 0.75) @ turn.T + step, atol=1e-9
    )


def test_bones_without_a_length_hang_down_and_are_finite(
    demos: dict[str, Clip], robot: RobotModel
) -> None:
    person = demos["walk"].landmarks().copy()
    for mark in ("left_hand", "right_shoulder", "pelvis"):
        person[:, K(mark)] = person[
            :, K(mark.replace("hand", "elbow").replace("pelvis", "left_hip"))
        ]
    person[:, K("right_shoulder")] = person[:, K("left_shoulder")]
    own = proportioned(person, rest(robot), 0.7, slopes(demos["walk"]))
    assert np.isfinite(own).all()
    forearm = own[:, K("left_hand")] - own[:, K("left_elbow")]
    assert (forearm[:, 2] < 0.0).all()
