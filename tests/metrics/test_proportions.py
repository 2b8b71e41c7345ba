"""The person in the robot's proportions: known answers of hand-made people, and real ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from metrics_people import MARK, SIDES, landmarks_of, person, squatting, stretched, trajectory

from kinemesh import demos
from kinemesh import recordings as io
from kinemesh.metrics import Score, Surfaces, evaluate
from kinemesh.metrics.geometry.directions import between, bone, unit
from kinemesh.metrics.person.proportions import proportioned
from kinemesh.motion import LANDMARKS, Clip, Scene, Shape, Terrain
from kinemesh.robot import RobotModel
from recordings import recording

ROWS = ("landmark_error", "worst_landmark", "worst_half_second", "laplacian")
OTHER = {
    **{"knee": 0.85, "ankle": 1.2, "elbow": 1.3, "hand": 0.8},
    **{"hip": 1.4, "shoulder": 0.7, "trunk": 1.15},
}


@pytest.fixture(scope="module")
def q(robot: RobotModel) -> np.ndarray:
    return squatting(robot)


@pytest.fixture(scope="module")
def places(robot: RobotModel, q: np.ndarray) -> np.ndarray:
    return landmarks_of(robot, q)


def judged(
    robot: RobotModel, q: np.ndarray, clip: Clip, scale: float, scene: Scene | None = None
) -> Score:
    return evaluate(trajectory(robot, q), robot, scene=scene or Scene(), clip=clip, scale=scale)


def made(clip: Clip, robot: RobotModel, scale: float = 1.0) -> np.ndarray:
    return proportioned(clip, robot, scale, Surfaces())


@pytest.mark.parametrize("scale", [1.0, 0.72])
def test_a_person_of_the_robots_lengths_is_the_robot(
    robot: RobotModel, q: np.ndarray, places: np.ndarray, scale: float
) -> None:
    """Enlarged as a whole, too: then both persons are the same."""
    score = judged(robot, q, person(places / scale, robot.height / scale), scale)
    for row in (*ROWS, "landmark_error_scaled"):
        assert score.value(f"tracking.{row}") == pytest.approx(0.0, abs=1e-7)
    assert score.value("tracking.range_kept") == pytest.approx(1.0)
    np.testing.assert_allclose(
        made(person(places / scale, robot.height / scale), robot, scale), places, atol=1e-9
    )


@pytest.mark.parametrize(("deep", "slack"), [(0.0, 1e-9), (0.3, 2e-3)])
def test_lengths_of_a_person_do_not_count_and_directions_do(
    robot: RobotModel, deep: float, slack: float
) -> None:
    """Where she goes up and down, the way from her hips to the robot's is smoothed."""
    q = squatting(robot, deep)
    places = landmarks_of(robot, q)
    clip = person(stretched(places, OTHER), robot.height)
    np.testing.assert_allclose(made(clip, robot), places, atol=slack)
    score = judged(robot, q, clip, 1.0)
    for row in ROWS:
        assert score.value(f"tracking.{row}") == pytest.approx(0.0, abs=1e2 * slack)
    assert score.value("tracking.landmark_error_scaled") > 3.0
    assert score["tracking.landmark_error_scaled"].limit is None


def test_she_may_walk_turn_and_be_a_statue(robot: RobotModel, places: np.ndarray) -> None:
    """Rigidly moved over level ground, the body made of her is moved alike."""
    about = np.linspace(0.0, 3.0, len(places))
    cos, sin, none = np.cos(about), np.sin(about), 0.0 * about
    turn = np.array([[cos, -sin, none], [sin, cos, none], [none, none, none + 1.0]])
    clip = person(stretched(places, OTHER), robot.height)
    plain = made(clip, robot)
    step = np.column_stack([0.01 * np.arange(len(about)), none, none])
    moved = np.einsum("ijt,tkj->tki", turn, clip.positions) + step[:, None]
    # Feet that turn on the spot are not still: they are told to stand as they do.
    there = made(person(moved, robot.height), robot)
    back = np.einsum("jit,tkj->tki", turn, there - step[:, None])
    np.testing.assert_allclose(back[..., :2], plain[..., :2], atol=2e-3)
    np.testing.assert_allclose(back[..., 2], plain[..., 2], atol=2e-3)


def test_a_wrong_limb_is_named_by_as_much_as_it_is_wrong(
    robot: RobotModel, q: np.ndarray, places: np.ndarray
) -> None:
    clip = person(stretched(places, OTHER), robot.height)
    off = np.array(q)
    off[:, 7 + robot.joint_names.index("left_elbow_joint")] += 1.2
    score = judged(robot, off, clip, 1.0)
    row = score["tracking.worst_landmark"]
    shift = np.linalg.norm((landmarks_of(robot, off) - places)[:, MARK["left_hand"]], axis=1)
    assert row.note.startswith("left_hand")
    assert row.value == pytest.approx(1e2 * np.percentile(shift, 95), rel=0.02)
    assert not row.passed
    assert row.parts["left_elbow"] == pytest.approx(0.0, abs=0.2)


@pytest.mark.parametrize("spoil", ["mirrored", "turned", "elsewhere"])
def test_another_motion_is_no_match_whatever_its_lengths(
    robot: RobotModel, q: np.ndarray, places: np.ndarray, spoil: str
) -> None:
    wide = stretched(places, OTHER)
    if spoil == "mirrored":
        wide = wide * [1.0, -1.0, 1.0]
    elif spoil == "turned":
        wide = wide * [-1.0, -1.0, 1.0]
    else:
        wide = wide + np.array([0.3, 0.0, 0.0])
    score = judged(robot, q, person(wide, robot.height), 1.0)
    assert not score["tracking.worst_landmark"].passed
    assert score.value("tracking.landmark_error") > 20.0


def test_a_flat_foot_is_flat_however_high_its_ankle_is(
    robot: RobotModel, places: np.ndarray
) -> None:
    """Her ankles are 6 cm higher over the same toes, and her knees and all above with them."""
    lifted = np.array(places)
    flat = [MARK[f"{side}_toe"] for side in SIDES]
    rest = [k for k in range(len(LANDMARKS)) if k not in flat]
    lifted[:, rest, 2] += 0.06
    np.testing.assert_allclose(made(person(lifted, robot.height), robot), places, atol=1e-3)


def test_a_foot_on_its_toes_rises_by_as_much_as_hers(robot: RobotModel, places: np.ndarray) -> None:
    frames = 120
    body = np.repeat(places[:1], frames, axis=0)
    body[:, [MARK[f"{side}_toe"] for side in SIDES], 2] -= 0.03  # a steeper foot than the robot's
    body[..., 2] += 0.03
    rise = np.radians(30.0) * np.clip((np.arange(frames) - 60) / 30.0, 0.0, 1.0)
    toes = body[:, [MARK["left_toe"], MARK["right_toe"]]].mean(axis=1, keepdims=True)
    about = body - toes  # the whole body tips over its toes
    cos, sin = np.cos(rise)[:, None], np.sin(rise)[:, None]
    x, z = np.array(about[..., 0]), np.array(about[..., 2])
    about[..., 0], about[..., 2] = cos * x + sin * z, cos * z - sin * x
    found = made(person(about + toes, robot.height), robot)
    foot = unit(bone(found, "left_ankle", "left_toe"))
    flat = unit(bone(places[:1], "left_ankle", "left_toe"))
    turned = between(foot, np.broadcast_to(flat, foot.shape))
    np.testing.assert_allclose(turned, np.degrees(rise), atol=0.2)


def test_a_bone_without_a_length_points_as_before_or_as_the_robots(
    robot: RobotModel, places: np.ndarray
) -> None:
    gone = np.array(places)
    gone[20, MARK["left_hand"]] = gone[20, MARK["left_elbow"]]
    found = made(person(gone, robot.height), robot)
    assert np.isfinite(found).all()
    step = np.linalg.norm(found - places, axis=-1).max(axis=0)
    assert step[MARK["left_hand"]] < 0.05 and np.delete(step, MARK["left_hand"]).max() < 1e-9
    gone[:, MARK["left_toe"]] = gone[:, MARK["left_ankle"]]
    gone[:, MARK["right_hip"]] = gone[:, MARK["left_hip"]]
    found = made(person(gone, robot.height), robot)
    rest = landmarks_of(robot, robot.rest[None])
    for bones in (("left_ankle", "left_toe"), ("right_hip", "left_hip")):
        length = np.linalg.norm(bone(found, *bones), axis=-1)
        np.testing.assert_allclose(length, np.linalg.norm(bone(rest, *bones)), atol=1e-9)


def test_she_stands_as_high_on_a_step_as_the_step_is_scaled(
    robot: RobotModel, places: np.ndarray
) -> None:
    scale = 0.8
    step = Terrain(Shape.box((1.0, 1.0, 0.2), (0.0, 0.0, 0.1)), "step")
    above = stretched(places, OTHER) / scale + [0.0, 0.0, 0.2]
    found = made(person(above, robot.height / scale, Scene((), step)), robot, scale)
    np.testing.assert_allclose(found, places + np.array([0.0, 0.0, 0.16]), atol=2e-3)


def test_she_flies_as_high_as_she_does_scaled(robot: RobotModel, places: np.ndarray) -> None:
    scale, frames = 0.8, 90
    body = np.repeat(stretched(places[:1], OTHER) / scale, frames, axis=0)
    up = np.maximum(0.4 - 0.4 * ((np.arange(frames) - 45.0) / 10.0) ** 2, 0.0)
    body[..., 2] += up[:, None]
    found = made(person(body, robot.height / scale), robot, scale)
    np.testing.assert_allclose(found[..., 2], places[:1, :, 2] + scale * up[:, None], atol=1e-9)


def test_nothing_that_is_sunk_in_the_recording_is_wanted_under_the_ground(
    robot: RobotModel, places: np.ndarray
) -> None:
    frames = 150
    body = np.repeat(places[:1], frames, axis=0)
    body[..., 2] -= 0.03 * np.clip((np.arange(frames)[:, None] - 135.0) / 10.0, 0.0, 1.0)
    found = made(person(body, robot.height), robot)
    np.testing.assert_allclose(found, np.repeat(places[:1], frames, axis=0), atol=3e-3)


@pytest.mark.parametrize("name", ["walk", "step_up"])
def test_demos_keep_their_directions_and_the_robots_lengths(robot: RobotModel, name: str) -> None:
    _alike(getattr(demos, name)().crop(0, 150), robot)


@pytest.mark.parametrize(
    "path", ["lafan1/dance1_subject1.npy", "optitrack/walk.npz", "cmu/cmu_12_01_walk.bvh"]
)
def test_recordings_keep_their_directions_and_the_robots_lengths(
    robot: RobotModel, path: str
) -> None:
    _alike(io.read(recording(path)).crop(2, 300), robot)  # one begins with a rest pose


def _alike(clip: Clip, robot: RobotModel) -> None:
    scale = robot.height / clip.stature
    found, her = made(clip, robot, scale), clip.landmarks()
    rest = landmarks_of(robot, robot.rest[None])
    for side in SIDES:
        for bones in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "hand")):
            names = f"{side}_{bones[0]}", f"{side}_{bones[1]}"
            along, own = bone(found, *names), np.linalg.norm(bone(rest, *names))
            np.testing.assert_allclose(np.linalg.norm(along, axis=1), own, atol=1e-9)
            assert between(unit(along), unit(bone(her, *names))).max() < 1e-4
        feet = [bone(body, f"{side}_ankle", f"{side}_toe") for body in (found, her)]
        yaws = [np.arctan2(foot[:, 1], foot[:, 0]) for foot in feet]
        level = np.linalg.norm(feet[1][:, :2], axis=1) > 0.6 * np.linalg.norm(feet[1], axis=1)
        np.testing.assert_allclose(np.cos(yaws[0] - yaws[1])[level], 1.0, atol=1e-9)
    # No leap that is not hers: what the robot's body does beside her, scaled, is smooth.
    beside = found - scale * her
    steps = np.linalg.norm(np.diff(beside.mean(axis=1), axis=0), axis=1) * clip.fps
    assert steps.max() < 0.5


def test_the_scene_of_the_robot_is_not_asked(robot: RobotModel, places: np.ndarray) -> None:
    """Whoever is judged is held against the same person."""
    clip = person(stretched(places, OTHER), robot.height)
    bare = replace(clip, scene=Scene(ground=None))
    np.testing.assert_allclose(made(bare, robot), made(clip, robot), atol=2e-2)
