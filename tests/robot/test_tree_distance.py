"""How many joints lie between two, against a walk through the tree."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest

from kinemesh.robot import RobotModel


def walked(robot: RobotModel) -> np.ndarray:
    """Steps between any two joints, from each by breadth first; the world is no way through."""
    parents = [int(parent) for parent in robot.pin_model.parents]
    beside: list[list[int]] = [[] for _ in parents]
    for joint in range(2, len(parents)):
        beside[joint].append(parents[joint])
        beside[parents[joint]].append(joint)
    steps = np.full((len(parents), len(parents)), -1)
    for start in range(1, len(parents)):
        steps[start, start], queue = 0, deque([start])
        while queue:
            here = queue.popleft()
            for other in beside[here]:
                if steps[start, other] < 0:
                    steps[start, other] = steps[start, here] + 1
                    queue.append(other)
    return steps


@pytest.mark.parametrize("name", ["g1", "g1_base", "h1", "t1"])
def test_joints_between_two_are_those_of_a_walk_through_the_tree(name: str) -> None:
    robot = RobotModel.load(name)
    found = robot.tree_distance
    assert found.max() > 8
    np.testing.assert_array_equal(found[1:, 1:], walked(robot)[1:, 1:])
