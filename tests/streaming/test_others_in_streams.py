"""Other people in a stream: where they are, scaled, whoever else stands or is carried."""

from __future__ import annotations

import numpy as np
import pytest
from streamed_walk import pushed

from kinemesh import metrics
from kinemesh.problem.causal.props import CausalProps
from kinemesh.robot import RobotModel
from kinemesh.streaming import Stream
from two_people import passing


def test_limbs_are_scaled_about_the_ground_in_every_frame() -> None:
    clip = passing(0.8)
    placed = CausalProps(clip.scene.props, 0.7, 0.0)
    for k in (0, 10, 49):
        there = placed.step({p.name: p.track[k] for p in clip.scene.props}, 1.0 / clip.fps)
        assert list(there) == [p.name for p in clip.scene.props]  # the mesh is made once
        for prop in clip.scene.props:
            np.testing.assert_allclose(there[prop.name][:3], 0.7 * prop.track[k, :3], atol=1e-9)
            np.testing.assert_allclose(there[prop.name][3:], prop.track[k, 3:], atol=1e-12)


def test_who_holds_a_limb_does_not_move_it() -> None:
    clip = passing(0.8)
    placed = CausalProps(clip.scene.props, 0.7, 0.0)
    seen = {p.name: p.track[0] for p in clip.scene.props}
    before = placed.step(seen, 0.02)
    placed.hold("person2/left_forearm", np.array([0.1, 0.0, 0.0]), 0.02)
    after = placed.step(seen, 0.02)
    for name, pose in before.items():
        np.testing.assert_array_equal(pose, after[name])


@pytest.mark.slow
def test_a_robot_that_is_streamed_walks_past_another(robot: RobotModel) -> None:
    clip = passing(0.7)
    stream = Stream(
        robot, fps=clip.fps, skeleton=clip.skeleton, scene=clip.scene, height=clip.height, floor=0.0
    )
    answers = pushed(stream, clip)
    assert {name for name in answers[-1].props} == {p.name for p in clip.scene.props}
    result = stream.record()
    score = metrics.evaluate(result.trajectory, robot, scene=result.scene)
    assert score["penetration.prop.max"].value < 1.0
    assert {p.limb_of for p in result.scene.props} == {"person2"}
