"""What a robot makes of a person in its own proportions, on real recordings."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh import metrics, read, retarget
from kinemesh.geometry import poses
from kinemesh.motion import LANDMARKS, Clip
from kinemesh.problem import Plan
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from recordings import fault, recording


def limb_directions(result_landmarks: np.ndarray, person: np.ndarray) -> float:
    """Mean angle [deg] over limbs, trunk, hips and shoulders and frames; feet left out."""
    k = LANDMARKS.index
    pairs = [
        (f"{s}_{a}", f"{s}_{b}")
        for s in ("left", "right")
        for a, b in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "hand"))
    ]
    pairs += [("right_hip", "left_hip"), ("right_shoulder", "left_shoulder")]
    angles = []
    for start, end in pairs:
        bones = [marks[:, k(end)] - marks[:, k(start)] for marks in (result_landmarks, person)]
        units = [bone / np.linalg.norm(bone, axis=1, keepdims=True) for bone in bones]
        angles.append(np.degrees(np.arccos(np.clip(np.sum(units[0] * units[1], axis=1), -1, 1))))
    return float(np.mean(angles))


def robots(result: Result, robot: RobotModel) -> np.ndarray:
    return np.array([robot.configuration(q).landmarks() for q in result.trajectory.q])


def knees(marks: np.ndarray) -> float:
    """Median flexion [deg] of both knees."""
    k = LANDMARKS.index
    found = []
    for side in ("left", "right"):
        thigh = marks[:, k(f"{side}_knee")] - marks[:, k(f"{side}_hip")]
        shank = marks[:, k(f"{side}_ankle")] - marks[:, k(f"{side}_knee")]
        cosine = np.sum(thigh * shank, axis=1)
        cosine /= np.linalg.norm(thigh, axis=1) * np.linalg.norm(shank, axis=1)
        found.append(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
    return float(np.median(found))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["g1", "t1", "h1"])
def test_a_walk_is_the_persons_and_no_crouch(name: str) -> None:
    robot = RobotModel.load(name)
    clip = read(recording("cmu/cmu_12_01_walk.bvh")).resampled(30.0)
    own, whole = (
        robots(retarget(clip, robot, proportions=of), robot) for of in ("robot", "person")
    )
    person = clip.landmarks()
    assert limb_directions(own, person) < 5.5
    assert limb_directions(own, person) < 0.8 * limb_directions(whole, person)
    assert abs(knees(own) - knees(person)) < 5.0


@pytest.mark.slow
def test_a_box_is_carried_with_arms_that_point_as_the_persons(
    robot: RobotModel, carrying: Clip
) -> None:
    result = retarget(carrying, robot)
    assert limb_directions(robots(result, robot), carrying.landmarks()) < 7.5
    score = metrics.evaluate(
        result.trajectory, robot, scene=result.scene, clip=carrying, scale=result.scale
    )
    assert score["contact.prop.place_mean"].value < 30.0
    assert score["contact.prop.kept"].value > 99.0


def test_scaled_as_a_whole_there_is_no_figure_to_follow(
    robot: RobotModel, demos: dict[str, Clip]
) -> None:
    plan = Plan(demos["walk"], robot, proportions="person")
    assert plan.frame(3).figure is None
    np.testing.assert_allclose(plan.landmarks, demos["walk"].landmarks() * plan.scale)


def test_without_a_touch_the_mesh_and_the_figure_are_one(
    robot: RobotModel, demos: dict[str, Clip]
) -> None:
    plan = Plan(demos["walk"], robot)
    np.testing.assert_array_equal(plan.frame(3).figure, plan.landmarks[3])


def test_a_hand_that_holds_the_side_of_a_box_holds_it_after_the_arm_has_changed(
    robot: RobotModel, demos: dict[str, Clip]
) -> None:
    clip = demos["lift_box"]
    plan = Plan(clip, robot)
    prop, shape = plan.scene.props[0], plan.scene.props[0].shape
    for touch in plan.touches:
        k = LANDMARKS.index(touch.part)
        frames = np.flatnonzero(touch.touching)[5:-5:10]
        for frame in frames:
            local = poses.apply(poses.inverse(prop.track[frame]), plan.landmarks[frame, k][None])[0]
            outside = np.abs(local[1]) - shape.bounds[1, 1]
            assert 0.0 < outside < 0.12  # a wrist beside the side that the palm is on
            assert np.sign(local[1]) == np.sign(touch.places[frame, 1])


def test_toes_of_who_lies_look_up_and_the_body_keeps_its_height(robot: RobotModel) -> None:
    path = fault("first_frame/raises_arms.npy")
    clip = read(path, skeleton="smpl22", fps=30.0, up="z", floor=0.0)
    plan = Plan(clip, robot)
    for side in ("left", "right"):
        ankle, toe = (
            plan.landmarks[:, LANDMARKS.index(f"{side}_{m}"), 2] for m in ("ankle", "toe")
        )
        assert np.all(toe - ankle > 0.1)
    heights = plan.landmarks[:, LANDMARKS.index("pelvis"), 2]
    person = clip.landmark("pelvis")[:, 2] * plan.scale
    assert np.abs(heights - person).max() < 0.03
