from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh import RobotModel, Scene
from kinemesh.errors import ClipError
from kinemesh.motion import LANDMARKS, Prop, Shape, Terrain
from kinemesh.testing import random_configuration
from kinemesh.viewer import HULLS
from kinemesh.viewer.live_stage import LiveStage
from stream_poses import moved_pose

HERE, THERE = np.array([0.5, 0, 0.2, 0, 0, 0, 1.0]), np.array([0.4, 0.1, 0.9, 0, 0, 1.0, 0])


@pytest.fixture
def live(robot: RobotModel) -> LiveStage:
    props = tuple(Prop(name, Shape.box((0.2, 0.2, 0.4)), HERE[None]) for name in ("box", "crate"))
    step = Terrain(Shape.box((1.0, 1.0, 0.2), (3.0, 0.0, 0.1)), "step")
    return LiveStage(robot, Scene(props, step, 0.1), HULLS)


def test_links_are_where_the_robots_hulls_are(
    live: LiveStage, robot: RobotModel, rng: np.random.Generator
) -> None:
    configuration = random_configuration(robot, rng)
    stage = live.show(replace(moved_pose(robot), q=configuration.q))
    names = [mesh.name for mesh in stage.links]
    for hull in robot.hulls:
        pose = np.array(stage.link_poses[0, names.index(hull.link)])
        vertices = np.array(stage.links[names.index(hull.link)].vertices)
        found = Rotation.from_quat(pose[3:]).apply(vertices) + pose[:3]
        wanted = configuration.positions(np.full(len(hull.vertices), hull.joint), hull.vertices)
        np.testing.assert_allclose(found.min(axis=0), wanted.min(axis=0), atol=1e-6)
        np.testing.assert_allclose(found.max(axis=0), wanted.max(axis=0), atol=1e-6)


def test_the_person_is_where_the_pose_has_her_and_unseen_before(
    live: LiveStage, robot: RobotModel
) -> None:
    assert not live.person_seen
    pose = moved_pose(robot, 0.3)
    np.testing.assert_array_equal(live.show(pose).person, pose.landmarks[None])
    assert live.person_seen


def test_parts_that_touch_are_marked_where_they_are_and_no_others(
    live: LiveStage, robot: RobotModel
) -> None:
    touching = (("left_foot", "ground"), ("right_hand", "box"), ("left_knee", "step"))
    pose = moved_pose(robot, 0.3, contacts=touching)
    marks = {contact.name: contact for contact in live.show(pose).contacts}
    assert {name for name, mark in marks.items() if mark.on[0]} == {part for part, _ in touching}
    corners = next(sole.corners for sole in robot.soles if sole.name == "left")
    joint = next(sole.joint for sole in robot.soles if sole.name == "left")
    places = robot.configuration(pose.q).positions(np.full(4, joint), corners)
    np.testing.assert_allclose(marks["left_foot"].points[0], places.mean(axis=0), atol=1e-9)
    for part in ("right_hand", "left_knee"):
        landmark = pose.landmarks[LANDMARKS.index(part)]
        assert np.linalg.norm(marks[part].points[0] - landmark) < 0.1


def test_props_go_where_the_pose_has_them_and_stay_where_it_has_none(
    live: LiveStage, robot: RobotModel
) -> None:
    np.testing.assert_array_equal(live.stage.prop_poses, [[HERE, HERE]])
    live.show(moved_pose(robot, props={"crate": THERE, "unknown": HERE}))
    stage = live.show(moved_pose(robot))
    np.testing.assert_array_equal(stage.prop_poses, [[HERE, THERE]])
    assert stage.terrain is not None and stage.terrain.name == "step"
    assert stage.ground == 0.1


def test_what_is_not_finite_stays_as_it_was(live: LiveStage, robot: RobotModel) -> None:
    before = live.show(moved_pose(robot, 0.3))
    bad = moved_pose(robot, 0.6, props={"box": np.full(7, np.nan)})
    bad.q[3], bad.landmarks[2, 0] = np.nan, np.inf
    after = live.show(bad)
    for name in ("link_poses", "person", "prop_poses"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))


def test_the_pose_of_another_robot_is_refused_with_what_was_expected(
    live: LiveStage, robot: RobotModel
) -> None:
    pose = moved_pose(robot)
    live.check(pose)
    for wrong, message in (
        (replace(pose, q=pose.q[:-1]), r"q has the shape \(35,\): expected \(36,\).*'g1'"),
        (replace(pose, landmarks=pose.landmarks[:5]), r"landmarks .* \(5, 3\): expected \(15, 3\)"),
        (replace(pose, props={"box": np.zeros(3)}), r"prop 'box' has the shape \(3,\)"),
    ):
        with pytest.raises(ClipError, match=message):
            live.check(wrong)
