from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from kinemesh.viewer import Stage
from kinemesh.viewer.layout import camera, extent, followed, offsets, way


def test_results_side_by_side_do_not_touch(shown: Stage) -> None:
    stages = [shown, shown, shown]
    moved = offsets(stages, overlaid=False)
    boxes = [extent(s) + m for s, m in zip(stages, moved, strict=True)]
    for one, next_one in pairwise(boxes):
        assert np.any(one[1] < next_one[0] - 0.3)


def test_results_overlaid_stand_in_one_place(shown: Stage) -> None:
    assert not offsets([shown, shown], overlaid=True).any()


def test_the_box_of_a_motion_holds_robot_and_props(shown: Stage) -> None:
    low, high = extent(shown)
    assert high[0] > 0.6  # the box's far side
    assert low[1] < -0.5 and high[1] > 0.8


def test_the_way_follows_the_robot_without_its_sway(shown: Stage) -> None:
    poses = np.zeros((91, len(shown.links), 7))
    poses[..., 6] = 1.0
    time = np.arange(91) / 30.0
    poses[:, :, 0] = time[:, None]  # 1 m/s
    poses[:, :, 1] = 0.05 * np.sin(2 * np.pi * 2.0 * time)[:, None]  # two steps a second
    poses[:, :, 2] = 0.8
    found = way(replace(shown, link_poses=poses, prop_poses=None, props=(), contacts=()))
    assert found.shape == (91, 3)
    np.testing.assert_allclose(found[20:70, 0], time[20:70], atol=1e-9)
    assert np.abs(found[20:70, 1]).max() < 0.005
    assert not found[:, 2].any()


def test_a_short_motion_has_a_way_too(shown: Stage) -> None:
    assert way(shown).shape == (len(shown), 3)


def test_a_robot_whose_way_is_not_known_is_followed_without_its_sway() -> None:
    time = np.arange(300) / 30.0
    at, found = np.zeros(3), []
    for t in time:  # 1 m/s, two steps a second
        at = followed(at, np.array([t, 0.05 * np.sin(4 * np.pi * t), 0.8]), 1.0 / 30.0)
        found.append(at)
    path = np.array(found)
    np.testing.assert_allclose(np.diff(path[200:, 0]), 1.0 / 30.0, atol=1e-6)
    assert 0.4 < time[-1] - path[-1, 0] < 0.6  # m behind
    assert np.abs(path[60:, 1]).max() < 0.01
    assert not path[:, 2].any()


def test_the_camera_looks_at_the_robot_from_above_the_ground(shown: Stage) -> None:
    position, target = camera([shown], np.zeros((1, 3)))
    assert position[2] > target[2] > 0.3
    assert 2.0 < np.linalg.norm(position - target) < 4.0
