"""A robot among other people: it stays out of them, and shakes the hand that is held out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import kinemesh
from brute import signed_distance
from kinemesh import Result, retarget
from kinemesh.geometry import poses
from kinemesh.motion import Clip, Prop, Scene, Shape
from kinemesh.problem import MeshOptions, Plan
from kinemesh.robot import RobotModel
from two_people import aside, beside, greeting, handshake, passing

PASSING = 0.55
"""People who pass each other so near [m] would brush arms as robots."""


def deepest(result: Result, robot: RobotModel, trajectory: np.ndarray | None = None) -> float:
    """The least signed distance [m] of any hull of the robot from any limb, the slow way."""
    least = np.inf
    for k, q in enumerate(result.trajectory.q if trajectory is None else trajectory):
        at = robot.configuration(q)
        hulls = [
            at.positions(np.full(len(hull.vertices), hull.joint), hull.vertices)
            for hull in robot.hulls
        ]
        for prop in result.scene.props:
            limb = poses.apply(prop.track[k], prop.shape.vertices)
            for hull in hulls:
                reach = sum(np.linalg.norm(p - p.mean(axis=0), axis=1).max() for p in (limb, hull))
                if np.linalg.norm(limb.mean(axis=0) - hull.mean(axis=0)) < reach:
                    least = min(least, signed_distance(limb, hull))
    return least


@pytest.fixture(scope="module", params=["handshake", "passing"])
def met(request: pytest.FixtureRequest) -> Clip:
    clip: Clip = handshake() if request.param == "handshake" else passing(PASSING)
    return clip


@pytest.fixture(scope="module")
def answered(met: Clip, robot: RobotModel) -> Result:
    return retarget(met, robot)


@pytest.mark.slow
def test_no_hull_of_the_robot_is_in_anybody_where_it_would_be(
    met: Clip, answered: Result, robot: RobotModel
) -> None:
    assert deepest(answered, robot) > -1e-4
    alone = retarget(replace(met, scene=Scene()), robot)
    assert deepest(answered, robot, alone.trajectory.q) < -5e-3


@pytest.mark.slow
def test_the_motion_passes_the_verdict_with_the_other_in_it(answered: Result) -> None:
    score = kinemesh.evaluate(answered)
    assert score.verdict == "pass"
    assert score["penetration.prop.max"].value is not None
    assert score["scene.place"].value < 1e-6
    assert score["penetration.props.max"].value is None  # an elbow is no fault of anybody's


@pytest.mark.slow
def test_a_hand_that_shakes_another_touches_it_while_the_person_does(robot: RobotModel) -> None:
    result = retarget(handshake(), robot)
    ((hand, thing),) = result.touch
    assert (hand, thing) == ("right_hand", "person2/right_forearm")
    touching = np.flatnonzero(result.touch[hand, thing])
    assert 15 < len(touching) < 35
    limb = next(prop for prop in result.scene.props if prop.name == thing)
    (pad,) = (pad for pad in robot.hands if pad.name == "right")
    for k in touching:
        at = robot.configuration(result.trajectory.q[k])
        corners = poses.apply(limb.track[k], limb.shape.vertices)
        hulls = [robot.hulls[h] for h in pad.hulls]
        gap = min(
            signed_distance(corners, at.positions(np.full(len(h.vertices), h.joint), h.vertices))
            for h in hulls
        )
        assert abs(gap) < 1e-3


@pytest.mark.slow
def test_an_other_who_is_moved_into_the_robot_is_a_fault(answered: Result) -> None:
    chest = next(prop for prop in answered.scene.props if prop.name.endswith("/chest"))
    base = answered.trajectory.q[:, :3]
    inside = np.hstack([base, chest.track[:, 3:]])
    props = [replace(p, track=inside) if p is chest else p for p in answered.scene.props]
    moved = replace(answered, scene=replace(answered.scene, props=tuple(props)), tracks={})
    score = kinemesh.evaluate(moved)
    assert score.verdict != "pass"
    assert score["penetration.prop.max"].value > 50.0


@pytest.mark.slow
def test_others_are_scaled_about_the_ground_as_the_person_is(robot: RobotModel) -> None:
    clip = passing(0.8)
    plan = Plan(clip, robot)
    assert plan.scale < 0.9
    for prop, copy in zip(clip.scene.props, plan.scene.props, strict=True):
        here = poses.apply(prop.track[10], prop.shape.vertices)
        there = poses.apply(copy.track[10], copy.shape.vertices)
        np.testing.assert_allclose(there, plan.scale * here, atol=1e-9)
        assert copy.limb_of == "person2"


@pytest.mark.slow
def test_an_other_weighs_in_the_mesh_as_one_thing(robot: RobotModel) -> None:
    clip = passing(1.0, 4)
    track = np.tile([0.0, 1.0, 0.5, 0.0, 0.0, 0.0, 1.0], (4, 1))
    thing = Scene((Prop("box", Shape.box((0.3, 0.3, 0.9)), track),))
    options = MeshOptions(prop_anchors=104, terrain_anchors=0, ground_anchors=0)
    one, other = (
        Plan(replace(clip, scene=scene), robot, mesh=options).points(2)[2]
        for scene in (thing, clip.scene)
    )
    assert len(one) == len(other)
    np.testing.assert_allclose(one, other, atol=1e-12)


@pytest.mark.slow
def test_a_result_carries_the_others_and_is_read_back(answered: Result, tmp_path) -> None:
    path = tmp_path / "a.npz"
    answered.save(path)
    again = Result.load(path)
    for one, other in ((answered.scene, again.scene), (answered.demonstration.scene,) * 2):
        assert [p.limb_of for p in one.props] == [p.limb_of for p in other.props]
        assert {p.limb_of for p in one.props} == {"person2"}
    assert kinemesh.evaluate(path).verdict == kinemesh.evaluate(answered).verdict


@pytest.mark.slow
def test_three_people_are_met_as_two_are(robot: RobotModel) -> None:
    own = greeting(12)
    result = retarget(beside(own, aside(own, 0.5), aside(own, -0.5)), robot)
    assert {p.limb_of for p in result.scene.props} == {"person2", "person3"}
    assert deepest(result, robot) > -1e-4
