from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh import Retargeter, clip_of, retarget
from kinemesh.detection.bodies import detect_contacts
from kinemesh.detection.facing import detect_facings
from kinemesh.detection.stance import detect_footing, stance_flags
from kinemesh.detection.touch import detect_touches
from kinemesh.errors import ClipError
from kinemesh.motion import LANDMARKS, Clip, Trajectory
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from kinemesh.trajectories import read_layout
from recordings import recording


@pytest.fixture(scope="module")
def base() -> RobotModel:
    """The robot's other hardware family."""
    return RobotModel.load("g1_base")


@pytest.fixture(scope="module")
def answer(robot: RobotModel, demos: dict[str, Clip]) -> Result:
    return retarget(demos["lift_box"].crop(70, 130), robot)


def errors(clip: Clip, trajectory: Trajectory, robot: RobotModel) -> np.ndarray:
    """Distances ``(T, K)`` [m] of the robot's landmarks from the clip's."""
    places = np.array([robot.configuration(q).landmarks() for q in trajectory.q])
    return np.linalg.norm(places - clip.landmarks(), axis=2)


def test_the_joints_of_a_robots_clip_are_where_the_robot_was(
    robot: RobotModel, answer: Result
) -> None:
    clip = clip_of(answer.trajectory, robot, answer.scene, stance=answer.stance)
    assert errors(clip, answer.trajectory, robot).max() < 1e-12
    assert clip.skeleton.joints[: len(LANDMARKS)] == LANDMARKS
    assert clip.stature == robot.height
    assert clip.fps == answer.trajectory.fps
    assert Retargeter(robot, proportions="person").plan(clip).scale == 1.0
    # Hip and knee of the G1 come nearer to each other where hips are turned.
    assert Retargeter(robot).plan(clip).scale == pytest.approx(1.0, abs=0.005)
    np.testing.assert_array_equal(clip.scene.props[0].track, answer.scene.props[0].track)


def test_a_robot_may_be_named_or_left_out(answer: Result) -> None:
    one, other = clip_of(answer.trajectory), clip_of(answer.trajectory, "g1")
    np.testing.assert_array_equal(one.positions, other.positions)


def test_columns_in_another_order_are_put_in_the_models(robot: RobotModel, answer: Result) -> None:
    own = answer.trajectory
    order = np.random.default_rng(0).permutation(len(own.joint_names))
    names = tuple(own.joint_names[k] for k in order)
    mixed = Trajectory(np.hstack([own.base, own.joints[:, order]]), own.fps, names, own.robot)
    np.testing.assert_array_equal(clip_of(mixed, robot).positions, clip_of(own, robot).positions)


def test_a_trajectory_of_another_robot_is_refused_with_what_is_missing(
    robot: RobotModel, answer: Result
) -> None:
    own = answer.trajectory
    fewer = Trajectory(own.q[:, :-1], own.fps, own.joint_names[:-1], "g1")
    with pytest.raises(ClipError, match="it lacks right_wrist_yaw_joint"):
        clip_of(fewer, robot)


def test_the_stance_that_a_result_states_is_the_clips(robot: RobotModel, answer: Result) -> None:
    clip = clip_of(answer.trajectory, robot, answer.scene, stance=answer.stance)
    flags = stance_flags(detect_footing(clip))
    for side in ("left", "right"):
        np.testing.assert_array_equal(flags[f"{side}_toe"], answer.stance[f"{side}_toe"])


def test_a_robots_parts_face_where_the_clip_says(robot: RobotModel, answer: Result) -> None:
    clip = clip_of(answer.trajectory, robot, answer.scene)
    found = {facing.part: facing for facing in detect_facings(clip, detect_footing(clip))}
    assert set(found) == {part.name for part in robot.parts}
    for part in robot.parts:
        facing = found[part.name]
        assert facing.usable
        if part.kind != "hand":
            continue
        for index in (10, 50):
            posed = robot.configuration(answer.trajectory.q[index])
            wanted = posed.rotations[part.joint] @ part.axes
            angle = np.arccos((np.trace(wanted.T @ facing.rotations[index]) - 1.0) / 2.0)
            assert np.rad2deg(angle) < 3.0  # steadied over 0.1 s


def test_the_hands_of_a_robot_touch_what_they_held(robot: RobotModel, answer: Result) -> None:
    clip = clip_of(answer.trajectory, robot, answer.scene)
    found = {(touch.part, touch.thing): touch.touching for touch in detect_touches(clip)}
    assert set(found) == set(answer.touch)
    for pair, held in answer.touch.items():
        assert np.mean(found[pair][held]) > 0.95


def test_what_a_result_says_that_it_touched_is_what_the_clip_touches(
    robot: RobotModel, answer: Result
) -> None:
    frames = len(answer.trajectory)
    knee = np.zeros(frames, dtype=bool)
    knee[[*range(3, 9), *range(20, 31)]] = True
    late = answer.touch["left_hand", "box"] & (np.arange(frames) >= 40)
    touch = {("right_knee", "ground"): knee, ("left_hand", "box"): late, ("seat", "sofa"): knee}
    clip = clip_of(answer.trajectory, robot, answer.scene, touch=touch)
    found = {(each.part, each.thing): each.touching for each in detect_contacts(clip)}
    assert found["right_knee", "ground"].tolist() == knee.tolist()
    assert found["left_hand", "box"].tolist() == late.tolist()
    assert ("seat", "sofa") not in found
    assert "touch: what the robot held" in clip.notes
    with pytest.raises(ClipError, match="touch"):
        clip_of(answer.trajectory, robot, answer.scene, touch={("seat", "ground"): knee[:-1]})


def test_another_robot_does_what_the_first_did(
    robot: RobotModel, base: RobotModel, answer: Result
) -> None:
    clip = clip_of(answer.trajectory, robot, answer.scene, stance=answer.stance)
    again = retarget(clip, base)
    assert again.scale == pytest.approx(1.0, abs=0.005)
    off = errors(clip, again.trajectory, base)
    # Measured: mean 8, 95 % below 22 mm; a pelvis and a swinging foot are what moves.
    assert off.mean() < 0.015
    assert np.percentile(off, 95) < 0.04
    assert not again.failures


def test_a_trajectory_that_somebody_else_wrote_is_a_clip_too(robot: RobotModel) -> None:
    file = recording("g1_references/B_HandsUp.csv")
    written = read_layout(file, robot.joint_names, robot.name, 60.0)
    clip = clip_of(written.trajectory, robot, name="hands up")
    assert clip.landmark("left_hand")[:, 2].max() > clip.landmark("left_shoulder")[:, 2].max()
    assert any("the soles come down to -0.008 m" in note for note in clip.notes)
    assert not clip.warnings
    short = clip.crop(100, 130)
    off = errors(short, retarget(short, robot).trajectory, robot)
    # Measured: 34 mm. It stands with straight knees, and the pull to rest bends them a little.
    assert off.mean() < 0.05
    assert off[:, LANDMARKS.index("left_toe")].mean() < 0.02


def test_a_trajectory_whose_floor_is_elsewhere_is_warned_of(
    robot: RobotModel, answer: Result
) -> None:
    q = np.array(answer.trajectory.q)
    q[:, 2] += 0.2
    clip = clip_of(replace(answer.trajectory, q=q), robot)
    assert "floor=0.200" in clip.warnings[0]


@pytest.mark.parametrize("floor", [0.2, -0.08])
def test_a_floor_that_is_given_is_not_warned_of(
    robot: RobotModel, answer: Result, floor: float
) -> None:
    q = np.array(answer.trajectory.q)
    q[:, 2] += floor
    clip = clip_of(replace(answer.trajectory, q=q), robot, floor=floor)
    assert not clip.warnings
    as_it_was = clip_of(answer.trajectory, robot)
    np.testing.assert_allclose(clip.positions, as_it_was.positions, atol=1e-12)
    assert any(f"floor: {floor:.3f} m (given)" in note for note in clip.notes)
