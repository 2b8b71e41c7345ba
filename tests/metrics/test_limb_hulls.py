"""Which hulls are the robot's knee, seat or back, and how far they are from things."""

from __future__ import annotations

import numpy as np
import pytest
from metrics_places import at_rest
from scipy.spatial import ConvexHull
from scipy.spatial.transform import Rotation

from brute import signed_distance
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.limb_hulls import limb_hulls
from kinemesh.metrics.geometry.polytope import body_of
from kinemesh.metrics.geometry.solid import Solid
from kinemesh.metrics.geometry.surface import Surface
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.motion import LANDMARKS, PARTS, Shape, Trajectory
from kinemesh.robot import RobotModel

SHIPPED = ("g1", "g1_base", "g1_23dof", "h1", "t1")


def moving(robot: RobotModel, frames: int = 6) -> KinematicTrajectory:
    """The robot in random postures, turned any way."""
    chance = np.random.default_rng(5)
    q = np.repeat(at_rest(robot)[None], frames, axis=0)
    q[:, :3] += 0.2 * chance.normal(size=(frames, 3))
    q[:, 3:7] = Rotation.random(frames, random_state=3).as_quat()
    q[:, 7:] = robot.lower + chance.random((frames, len(robot.lower))) * (robot.upper - robot.lower)
    return KinematicTrajectory(Trajectory(q, 30.0, robot.joint_names, robot.name), robot)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_robot_has_every_part_where_it_ought_to_be(name: str) -> None:
    robot = RobotModel.load(name)
    posed = KinematicTrajectory(
        Trajectory(at_rest(robot)[None], 30.0, robot.joint_names, robot.name), robot
    )
    heights = dict[str, float]()
    for part in PARTS:
        limb = limb_hulls(robot, part)
        assert limb is not None, part
        points = [posed.places(joint, body.vertices)[0] for joint, body in limb.bodies]
        middle = np.concatenate(points).mean(axis=0)
        heights[part] = middle[2]
        if part.startswith(("left", "right")):
            assert (middle[1] > 0.0) == part.startswith("left"), part
    marks = dict(zip(LANDMARKS, posed.landmarks[0, :, 2], strict=True))
    assert heights["head"] > marks["left_shoulder"] > heights["back"] > heights["seat"]
    assert heights["seat"] > heights["left_knee"] > heights["left_shin"] > marks["left_ankle"]


@pytest.mark.parametrize("part", ["left_knee", "right_elbow", "seat"])
def test_a_knee_is_the_near_ends_of_the_bones_that_meet_there(robot: RobotModel, part: str) -> None:
    """Pieces hold nothing that the hulls do not, and all of these that is near the joint."""
    limb = limb_hulls(robot, part)
    whole = [(hull.joint, ConvexHull(hull.vertices)) for hull in robot.hulls]
    for joint, body in limb.bodies:
        inside = [
            hull
            for owner, hull in whole
            if owner == joint
            and (body.vertices @ hull.equations[:, :3].T + hull.equations[:, 3]).max() < 1e-9
        ]
        assert inside
        assert ConvexHull(body.vertices).volume <= max(hull.volume for hull in inside) + 1e-12
    if part == "left_knee":
        joint = int(robot.landmark_joints[LANDMARKS.index("left_knee")])
        ((_, body),) = [one for one in limb.bodies if one[0] == joint]
        shank = next(hull for owner, hull in whole if owner == joint)
        ankle = robot.landmark_offsets[LANDMARKS.index("left_ankle")]
        assert ankle @ ankle < 1e-12  # the ankle landmark is its joint: so far is the shank long
        length = np.linalg.norm(robot.pin_model.jointPlacements[joint + 1].translation)
        along = robot.pin_model.jointPlacements[joint + 1].translation / length
        chance = np.random.default_rng(2)
        weights = chance.dirichlet(np.full(len(shank.points), 0.1), 4000)
        points = weights @ shank.points
        levels = points @ body.planes[:, :3].T + body.planes[:, 3]
        near = points @ along < length / 3.0
        assert 100 < near.sum() < 3900
        assert ((levels.max(axis=1) < 1e-9) == near).all()


@pytest.mark.parametrize("part", ["left_shin", "right_forearm", "back", "left_hand"])
@pytest.mark.parametrize("true_surface", [False, True])
def test_gaps_of_whole_links_are_those_of_their_hulls(
    robot: RobotModel, part: str, true_surface: bool
) -> None:
    posed, limb = moving(robot), limb_hulls(robot, part)
    shape = Shape.box((0.5, 0.4, 0.3))
    track = np.tile([0.1, 0.1, 0.5, 0.0, 0.0, 0.0, 1.0], (len(posed), 1))
    track[:, 3:] = Rotation.random(len(posed), random_state=1).as_quat()
    solid = Solid.from_surface("box", Surface(shape), track)
    if true_surface:
        solid = Solid("box", shape, track, solid.parts, Surface(shape))
    bodies = {id(body) for _, body in limb.bodies}
    hulls = np.array([k for k, hull in enumerate(robot.hulls) if id(body_of(hull)) in bodies])
    assert len(hulls) == len(limb.bodies)
    frames = np.arange(len(posed))
    wanted = [solid.gap(posed.configurations[k], k, hulls)[0] for k in frames]
    np.testing.assert_allclose(limb.gaps(posed, solid, frames), wanted, atol=1e-6)


@pytest.mark.parametrize("part", ["left_knee", "seat"])
def test_gaps_of_pieces_are_those_of_their_points(robot: RobotModel, part: str) -> None:
    posed, limb = moving(robot), limb_hulls(robot, part)
    shape = Shape.box((0.5, 0.4, 0.3))
    joint, first = limb.bodies[0]
    near = posed.places(joint, first.vertices)[0].mean(axis=0)
    pose = np.array([*near, *Rotation.random(random_state=4).as_quat()])
    solid = Solid.from_surface("box", Surface(shape), pose)
    box = poses.apply(pose[None], np.array(shape.vertices)[None])[0]
    frames = np.arange(len(posed))
    wanted = [
        min(
            signed_distance(box, posed.places(joint, body.vertices)[k])
            for joint, body in limb.bodies
        )
        for k in frames
    ]
    assert min(wanted) < 0.0 < max(wanted)
    np.testing.assert_allclose(limb.gaps(posed, solid, frames), wanted, atol=1e-6)


def test_heights_are_those_of_the_lowest_vertex(robot: RobotModel) -> None:
    posed, limb = moving(robot), limb_hulls(robot, "seat")
    points = np.concatenate([body.vertices for _, body in limb.bodies])
    joints = np.concatenate([np.full(len(body.vertices), j) for j, body in limb.bodies])
    lowest = [robot.configuration(q).positions(joints, points)[:, 2].min() for q in posed.q]
    np.testing.assert_allclose(limb.over(posed, 0.1), np.array(lowest) - 0.1, atol=1e-9)
