"""What moving, scaling and mirroring a clip does to what it asks of a robot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh import retarget
from kinemesh.motion import LANDMARKS, Clip, Scene
from kinemesh.problem import Plan
from kinemesh.robot import RobotModel

M = np.diag([1.0, -1.0, 1.0])
OTHER = [
    LANDMARKS.index(name.replace("left", "#").replace("right", "left").replace("#", "right"))
    for name in LANDMARKS
]


@pytest.mark.parametrize("factor", [0.8, 1.2])
def test_a_clip_scaled_with_its_person_asks_the_same_of_the_robot(
    robot: RobotModel, demos: dict[str, Clip], factor: float
) -> None:
    clip = demos["step_up"].crop(40, 60)
    plan, scaled = (Plan(each, robot, proportions="person") for each in (clip, clip.scaled(factor)))
    np.testing.assert_allclose(scaled.landmarks, plan.landmarks, atol=1e-12)
    assert scaled.scene.terrain is not None
    assert plan.scene.terrain is not None
    np.testing.assert_allclose(
        scaled.scene.terrain.shape.vertices, plan.scene.terrain.shape.vertices, atol=1e-12
    )


def test_a_clip_turned_and_moved_asks_the_same_turned_and_moved(
    robot: RobotModel, carrying: Clip
) -> None:
    clip = carrying.crop(40, 60)
    plan, moved = Plan(clip, robot), Plan(clip.rotated(0.5).translated((1.0, 2.0, 0.0)), robot)
    cosine, sine = np.cos(0.5), np.sin(0.5)
    turn = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    step = np.array([1.0, 2.0, 0.0]) * plan.scale
    np.testing.assert_allclose(moved.landmarks, plan.landmarks @ turn.T + step, atol=1e-9)
    a, b = moved.scene.props[0].track, plan.scene.props[0].track
    np.testing.assert_allclose(a[:, :3], b[:, :3] @ turn.T + step, atol=1e-9)
    assert [facing.part for facing in moved.facings] == [facing.part for facing in plan.facings]


@pytest.mark.slow
def test_the_mirrored_recording_makes_the_mirrored_robot_motion(
    robot: RobotModel, carrying: Clip
) -> None:
    clip = carrying.crop(70, 130)
    results = [retarget(each, robot) for each in (clip, clip.mirrored())]
    places = [
        np.array([robot.configuration(q).landmarks() for q in result.trajectory.q])
        for result in results
    ]
    one, other = places[0], places[1][:, OTHER] @ M
    apart = np.linalg.norm(one - other, axis=2)
    # Measured over the whole clip: mean 4 mm, 95 % below 9 mm; anchors are drawn by chance.
    assert apart.mean() < 0.01
    assert np.percentile(apart, 95) < 0.02
    errors = [
        np.linalg.norm(place - result.landmarks, axis=2).mean()
        for place, result in zip(places, results, strict=True)
    ]
    assert errors[1] == pytest.approx(errors[0], abs=0.003)
    assert not results[1].failures
    for hand, other_hand in (("left_hand", "right_hand"), ("right_hand", "left_hand")):
        np.testing.assert_array_equal(
            results[1].touch[(hand, "largebox")], results[0].touch[(other_hand, "largebox")]
        )


def test_without_a_scene_the_mirror_asks_exactly_the_mirrored(
    robot: RobotModel, carrying: Clip
) -> None:
    clip = replace(carrying, scene=Scene()).crop(0, 60)
    plan, image = Plan(clip, robot), Plan(clip.mirrored(), robot)
    np.testing.assert_allclose(image.landmarks[:, OTHER] @ M, plan.landmarks, atol=1e-12)
    for side, other in (("left", "right"), ("right", "left")):
        for part in ("toe", "heel", "landing", "touchdown"):
            np.testing.assert_array_equal(
                getattr(image.footing[side], part), getattr(plan.footing[other], part)
            )
