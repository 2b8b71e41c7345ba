from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from kinemesh.detection.support import support_height
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.motion import LANDMARKS, Clip, Scene, Shape, Terrain
from kinemesh.problem import MeshOptions, Plan, Touchdown
from kinemesh.robot import RobotModel

# ---------------------------------------------------------------- the ground under a foot


def test_support_is_the_highest_surface_that_a_foot_can_stand_on() -> None:
    low = Shape.box((1.0, 1.0, 0.2), (0.0, 0.0, 0.1))
    high = Shape.box((0.5, 0.5, 0.2), (0.0, 0.0, 0.6))
    scene = Scene((), Terrain(Shape.union([low, high])), 0.0)
    points = np.array(
        [
            [2.0, 0.0, 0.05],  # beside: ground
            [0.4, 0.4, 0.25],  # over the low box
            [0.4, 0.4, 0.1],  # a little inside it: still its top
            [0.4, 0.4, 0.01],  # deep inside it: its top is out of reach
            [0.0, 0.0, 0.3],  # between the boxes
            [0.0, 0.0, 0.75],  # over both
            [0.5, 0.0, 0.3],  # on the edge
        ]
    )
    expected = [0.0, 0.2, 0.2, 0.0, 0.2, 0.7, 0.2]
    np.testing.assert_allclose(support_height(scene, points), expected, atol=1e-12)


def test_support_on_a_ramp_follows_the_slope() -> None:
    wedge = Shape.convex([(0, 0, 0), (2, 0, 0), (0, 1, 0), (2, 1, 0), (2, 0, 1), (2, 1, 1)])
    scene = Scene((), Terrain(wedge))
    points = np.array([[x, 0.5, x / 2 + 0.02] for x in (0.2, 1.0, 1.8)])
    np.testing.assert_allclose(support_height(scene, points), [0.1, 0.5, 0.9], atol=1e-9)


def test_nothing_supports_where_there_is_no_ground() -> None:
    assert support_height(Scene((), None, None), np.zeros((2, 3))).tolist() == [-np.inf] * 2


# ---------------------------------------------------------------- the plan


def test_people_are_scaled_to_the_robots_height_if_asked(
    demos: dict[str, Clip], robot: RobotModel
) -> None:
    clip = demos["walk"]
    plan = Plan(clip, robot, proportions="person")
    assert plan.scale == robot.height / clip.stature
    np.testing.assert_allclose(plan.landmarks, clip.landmarks() * plan.scale)
    assert Plan(clip, robot, scale=0.5).scale == 0.5
    assert len(plan) == len(clip)


@pytest.mark.parametrize("name", ["walk", "lift_box", "step_up"])
def test_a_sole_is_planted_where_and_only_where_the_footing_says_so(
    name: str, demos: dict[str, Clip], robot: RobotModel
) -> None:
    plan = Plan(demos[name], robot)
    for index in range(0, len(plan), 3):
        stances = {s.sole.name: s for s in plan.frame(index).stances}
        for side, foot in plan.footing.items():
            touching = bool(foot.toe[index] or foot.landing[index])
            assert (side in stances) == touching
            if touching:
                assert stances[side].whole == bool(foot.heel[index])
                assert stances[side].landing == bool(foot.landing[index])
                assert not (foot.heel[index] and not foot.toe[index])


def test_a_touchdown_is_known_from_the_second_frame_of_its_stance_on(
    demos: dict[str, Clip], robot: RobotModel
) -> None:
    plan = Plan(demos["walk"], robot)
    known = {side: Touchdown(np.zeros(3), None) for side in plan.footing}
    new = old = 0
    for index in range(len(plan)):
        for stance in plan.frame(index, known).stances:
            starts = bool(plan.footing[stance.sole.name].touchdown[index])
            assert (stance.touchdown is None) == starts
            new, old = new + starts, old + (not starts)
    assert new > 4
    assert old > 100


def test_a_stance_on_a_platform_is_at_the_platforms_height(
    demos: dict[str, Clip], robot: RobotModel
) -> None:
    plan = Plan(demos["step_up"], robot)
    terrain = plan.scene.terrain
    assert terrain is not None
    top = terrain.shape.bounds[1, 2]
    heights = {round(float(s.point[2]), 6) for k in range(len(plan)) for s in plan.frame(k).stances}
    assert heights == {0.0, round(float(top), 6)}


def surface_distance(shape: Shape, points: np.ndarray) -> np.ndarray:
    """Distance of points from the surface of a convex shape, seen from inside or on it."""
    planes = ConvexHull(shape.vertices).equations
    return np.abs((points @ planes[:, :3].T + planes[:, 3]).max(axis=1))


def test_anchors_lie_on_the_props_surface_in_both_worlds(
    demos: dict[str, Clip], robot: RobotModel
) -> None:
    clip = demos["lift_box"]
    plan = Plan(clip, robot, proportions="person", mesh=MeshOptions(ground_anchors=0))
    shape, robots = clip.scene.props[0].shape, plan.scene.props[0]
    count = len(LANDMARKS)
    for index in (0, len(clip) // 2, len(clip) - 1):
        source, target, weights = plan.points(index)
        assert source.shape == (count + 100, 3)
        assert target.shape == (100, 3)
        assert weights.shape == (count + 100,)
        back = poses.apply(poses.inverse(robots.track[index]), target)
        np.testing.assert_allclose(surface_distance(robots.shape, back), 0.0, atol=1e-9)
        track = np.array(clip.scene.props[0].track[index])
        track[:3] *= plan.scale
        human = poses.apply(poses.inverse(track), source[count:])
        # the resting box is put on the ground: off the recorded height by a constant
        human[:, 2] -= (human[:, 2].min() + human[:, 2].max()) / 2.0
        np.testing.assert_allclose(
            surface_distance(shape.scaled(plan.scale), human), 0.0, atol=2e-3
        )


def test_every_kind_of_anchor_has_its_total_weight(
    demos: dict[str, Clip], robot: RobotModel
) -> None:
    options = MeshOptions(prop_weight=0.7, terrain_weight=0.4, ground_weight=0.2)
    count = len(LANDMARKS)
    for name, total in (("lift_box", 0.7), ("step_up", 0.4), ("walk", 0.0)):
        _, _, weights = Plan(demos[name], robot, mesh=options).points(0)
        np.testing.assert_array_equal(weights[:count], 1.0)
        assert weights[count:].sum() == pytest.approx((total + 0.2) * count)


def test_a_clip_without_a_ground_is_planned_without_warnings(
    demos: dict[str, Clip], robot: RobotModel
) -> None:
    Plan(replace(demos["walk"], scene=Scene((), None, None)), robot)


@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_clip_with_nothing_but_a_person_still_has_a_mesh(
    demos: dict[str, Clip], robot: RobotModel
) -> None:
    clip = replace(demos["walk"], scene=Scene((), None, None))
    plan = Plan(clip, robot)
    source, target, weights = plan.points(3)
    assert source.shape == (len(LANDMARKS), 3)
    assert target.shape == (0, 3)
    assert weights.shape == (len(LANDMARKS),)
    frame = plan.frame(3)
    assert frame.obstacles == ()
    assert frame.stances == ()
    assert frame.ground is None
    assert np.all(np.isfinite(frame.laplacian.factor))


def test_a_mesh_without_ground_anchors_works(demos: dict[str, Clip], robot: RobotModel) -> None:
    plan = Plan(demos["walk"], robot, mesh=MeshOptions(ground_anchors=0))
    assert plan.points(0)[1].shape == (0, 3)
    assert np.all(np.isfinite(plan.frame(0).laplacian.offset))


def test_a_frame_carries_what_it_was_given(demos: dict[str, Clip], robot: RobotModel) -> None:
    clip = demos["lift_box"]
    nominal = np.repeat(robot.rest[None], len(clip), axis=0)
    plan = Plan(clip, robot, nominal=nominal)
    frame = plan.frame(5)
    assert (frame.index, frame.dt) == (5, 1.0 / clip.fps)
    np.testing.assert_array_equal(frame.nominal, robot.rest)
    assert [obstacle.name for obstacle, _ in frame.obstacles] == [clip.scene.props[0].name]
    np.testing.assert_array_equal(frame.obstacles[0][1], plan.scene.props[0].track[5])


def test_the_same_seed_gives_the_same_anchors(demos: dict[str, Clip], robot: RobotModel) -> None:
    clip = demos["lift_box"]
    one, two = (Plan(clip, robot).points(0)[1] for _ in range(2))
    np.testing.assert_array_equal(one, two)
    other = Plan(clip, robot, mesh=MeshOptions(seed=1)).points(0)[1]
    assert not np.array_equal(one, other)


def test_anchors_are_carried_to_a_larger_prop(demos: dict[str, Clip], robot: RobotModel) -> None:
    clip = demos["lift_box"]
    prop = clip.scene.props[0]
    larger = replace(clip.scene, props=(replace(prop, shape=prop.shape.scaled((1.5, 1.0, 2.0))),))
    plan = Plan(clip, robot, scene=larger, mesh=MeshOptions(ground_anchors=0))
    target = plan.scene.props[0]
    back = poses.apply(poses.inverse(target.track[0]), plan.points(0)[1])
    np.testing.assert_allclose(surface_distance(target.shape, back), 0.0, atol=1e-9)


def test_a_scene_that_lacks_the_clips_prop_is_refused(
    demos: dict[str, Clip], robot: RobotModel
) -> None:
    with pytest.raises(ClipError, match="the scene lacks the clip's prop"):
        Plan(demos["lift_box"], robot, scene=Scene())
