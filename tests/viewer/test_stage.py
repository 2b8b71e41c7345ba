from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh import Clip, Result, RobotModel, Scene, Trajectory, demos, metrics
from kinemesh.errors import ClipError, ReadError
from kinemesh.metrics import Surfaces
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.person.proportions import proportioned
from kinemesh.metrics.person.scale import world_scale
from kinemesh.motion import LANDMARKS, Prop, Shape, Terrain
from kinemesh.viewer import HULLS, Stage, stage
from kinemesh.viewer.meshes import link_meshes

FRAMES = 4


@pytest.fixture(scope="module")
def clip() -> Clip:
    return demos.lift_box().crop(0, FRAMES)


@pytest.fixture(scope="module")
def sinking(robot: RobotModel, clip: Clip) -> Result:
    """The robot at rest, 3 cm deep in the ground in its last two frames; its left hand in a box."""
    q = np.tile(robot.rest, (FRAMES, 1))
    q[2:, 2] -= 0.03
    hand = robot.configuration(robot.rest).landmarks()[11]
    track = np.tile([*hand, 0.0, 0.0, 0.0, 1.0], (FRAMES, 1))
    track[1:, :3] += 5.0
    box = Prop("box", Shape.box((0.3, 0.3, 0.3)), track)
    step = Terrain(Shape.box((1.0, 1.0, 0.2), (3.0, 0.0, 0.1)), "step")
    stance = {"left_toe": np.array([True, True, False, False])}
    touch = {("left_hand", "box"): np.array([True, False, False, False])}
    return Result(
        Trajectory(q, 30.0, robot.joint_names, robot.name),
        Scene((box,), step),
        clip.landmarks(),
        (),
        clip="sinking",
        stance=stance,
        touch=touch,
    )


@pytest.fixture(scope="module")
def staged(sinking: Result, robot: RobotModel) -> Stage:
    score = metrics.evaluate(sinking.trajectory, robot, scene=sinking.scene)
    return stage(sinking, robot, score=score, meshes=HULLS)


def placed(stage: Stage, link: str, frame: int) -> np.ndarray:
    """Vertices of a link in the world, by scipy alone."""
    names = [mesh.name for mesh in stage.links]
    pose = np.array(stage.link_poses[frame, names.index(link)])
    vertices = np.array(stage.links[names.index(link)].vertices)
    return Rotation.from_quat(pose[3:]).apply(vertices) + pose[:3]


def test_links_are_where_the_robots_hulls_are(staged: Stage, sinking: Result) -> None:
    robot = RobotModel.load("g1")
    for frame in (0, 3):
        configuration = robot.configuration(sinking.trajectory.q[frame])
        for hull in robot.hulls:
            joints = np.full(len(hull.vertices), hull.joint)
            wanted = configuration.positions(joints, hull.vertices)
            found = placed(staged, hull.link, frame)
            np.testing.assert_allclose(found.min(axis=0), wanted.min(axis=0), atol=1e-6)
            np.testing.assert_allclose(found.max(axis=0), wanted.max(axis=0), atol=1e-6)


def test_links_inside_something_are_named_with_depth_and_place(staged: Stage) -> None:
    assert staged.inside(1) == ()
    grounded = [p for p in staged.inside(3) if p.thing == "ground"]
    assert {"left_ankle_roll_link", "right_ankle_roll_link"} <= {p.link for p in grounded}
    assert all("ankle" in p.link for p in grounded)
    for p in grounded:
        lowest = placed(staged, p.link, 3)[:, 2].min()
        assert p.depth == pytest.approx(-lowest, abs=1e-6)
        assert p.point[2] == pytest.approx(lowest, abs=1e-6)
    boxed = {p.link for p in staged.inside(0) if p.thing == "box"}
    assert "left_wrist_yaw_link" in boxed
    assert not any(link.startswith("right") for link in boxed)


def test_contacts_follow_the_part_that_is_held(staged: Stage, robot: RobotModel) -> None:
    toe, hand = staged.contacts
    assert toe.name == "left toe stands"
    assert toe.on.tolist() == [True, True, False, False]
    assert toe.points[3, 2] - toe.points[0, 2] == pytest.approx(-0.03)
    assert abs(toe.points[0, 2]) < 2e-3
    assert hand.name == "left hand on box"
    assert hand.on.tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    ("part", "landmark"),
    [("right_knee", "right_knee"), ("left_elbow", "left_elbow"), ("seat", "pelvis")],
)
def test_contacts_of_any_part_are_where_the_robots_part_is(
    part: str, landmark: str, sinking: Result, robot: RobotModel
) -> None:
    flags = np.array([False, True, True, False])
    result = replace(sinking, touch={(part, "ground"): flags, ("nose", "ground"): flags})
    _, found = stage(result, robot, meshes=HULLS).contacts
    assert found.name == f"{part.replace('_', ' ')} on ground"
    assert found.on.tolist() == flags.tolist()
    q = result.trajectory.q
    at = [robot.configuration(each).landmarks()[LANDMARKS.index(landmark)] for each in q]
    assert np.linalg.norm(found.points - at, axis=1).max() < 0.1
    assert found.points[3, 2] - found.points[0, 2] == pytest.approx(-0.03)


def test_person_props_and_terrain_are_the_results(staged: Stage, sinking: Result) -> None:
    assert staged.person is not None and staged.terrain is not None
    np.testing.assert_array_equal(staged.person, sinking.landmarks)
    np.testing.assert_array_equal(staged.prop_poses[:, 0], sinking.scene.props[0].track)
    assert [p.name for p in staged.props] == ["box"]
    assert staged.terrain.name == "step"
    assert staged.duration == pytest.approx(0.1)


def test_a_bare_trajectory_gets_person_contacts_and_scene_from_the_clip(
    sinking: Result, robot: RobotModel, clip: Clip
) -> None:
    scale = robot.height / clip.stature
    found = stage(sinking.trajectory, robot, clip, scale=scale, meshes=HULLS)
    assert found.person is not None
    fitted = proportioned(clip, robot, scale, Surfaces())
    np.testing.assert_array_equal(found.person, fitted)
    posed = KinematicTrajectory(sinking.trajectory, robot)
    its = world_scale(posed, clip, Surfaces()).value
    own = stage(sinking.trajectory, robot, clip, meshes=HULLS)
    np.testing.assert_array_equal(own.person, proportioned(clip, robot, its, Surfaces()))
    assert [p.name for p in found.props] == [p.name for p in clip.scene.props]
    assert any(c.name == "left toe stands" for c in found.contacts)
    assert stage(sinking.trajectory, robot, meshes=HULLS).person is None


def test_a_result_from_a_file_stands_in_the_clips_scene_on_its_own_tracks(
    sinking: Result, robot: RobotModel, clip: Clip
) -> None:
    name = clip.scene.props[0].name
    track = np.tile([1.0, 2.0, 3.0, 0.0, 0.0, 0.0, 1.0], (FRAMES, 1))
    loaded = replace(sinking, scene=Scene(), tracks={name: track})
    found = stage(loaded, robot, clip, meshes=HULLS)
    np.testing.assert_array_equal(found.prop_poses[:, 0], track)


def test_a_clip_of_another_length_is_refused(sinking: Result, robot: RobotModel) -> None:
    with pytest.raises(ClipError, match=r"the clip has 9 frames and the trajectory 4"):
        stage(sinking, robot, demos.lift_box().crop(0, 9))


def test_true_meshes_stand_in_for_hulls_where_they_fit(robot: RobotModel, tmp_path: Path) -> None:
    def write(name: str, half: float) -> None:
        box = Shape.box((2 * half,) * 3)
        lines = [f"v {x} {y} {z}" for x, y, z in box.vertices]
        lines += [f"f {a + 1} {b + 1} {c + 1}" for a, b, c in box.faces]
        (tmp_path / name).write_text("\n".join(lines))

    write("pelvis.obj", 0.01)
    write("head_link_rev_1_0.obj", 5.0)  # some giant's head
    meshes = {m.name: m for m in link_meshes(robot, tmp_path)[0]}
    hulls = {m.name: m for m in link_meshes(robot, HULLS)[0]}
    assert np.ptp(meshes["pelvis"].vertices, axis=0) == pytest.approx([0.02] * 3)
    np.testing.assert_array_equal(meshes["head_link"].vertices, hulls["head_link"].vertices)


def test_a_folder_without_the_robots_meshes_is_refused(robot: RobotModel, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"has no meshes of 'g1'; expected \.obj"):
        link_meshes(robot, tmp_path)
    with pytest.raises(ReadError, match=r"is no folder"):
        link_meshes(robot, tmp_path / "none")
