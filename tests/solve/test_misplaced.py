"""Hands that cannot be where the person's are are told of."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from kinemesh import Retargeter
from kinemesh.motion import Clip
from kinemesh.problem import Plan
from kinemesh.solve.misplaced import misplaced


@pytest.fixture(scope="module")
def lifted(demos: dict[str, Clip]) -> tuple[Plan, np.ndarray]:
    """A plan, and the robot's answer to it without the whole-clip pass."""
    clip = demos["lift_box"].crop(60, 90)
    retargeter = Retargeter("g1", refine=None)
    return retargeter.plan(clip), retargeter.retarget(clip).trajectory.q


def test_hands_that_are_where_the_persons_are_are_not_told_of(
    lifted: tuple[Plan, np.ndarray],
) -> None:
    assert misplaced(*lifted) == ()


def test_a_body_that_stands_aside_is_told_of_by_so_much(lifted: tuple[Plan, np.ndarray]) -> None:
    plan, qs = lifted
    aside = np.array(qs)
    aside[:, 0] += 0.3
    lines = misplaced(plan, aside)
    assert len(lines) == 2
    for side, line in zip(("left", "right"), lines, strict=True):
        assert line.startswith(f"the {side} hand is on box ")
        assert float(re.search(r"([\d.]+) mm", line)[1]) == pytest.approx(300.0, abs=25.0)
        assert "frames 0-29" in line


def test_an_arm_that_is_straight_is_said_to_be(lifted: tuple[Plan, np.ndarray]) -> None:
    plan, qs = lifted
    names, straight = plan.robot.joint_names, np.array(qs)
    straight[:, 0] += 0.3
    straight[:, 7 + names.index("left_elbow_joint")] = 1.455  # where its forearm goes on
    left, right = misplaced(plan, straight)
    assert left.endswith("the arm is straight") and not right.endswith("the arm is straight")


@pytest.mark.slow
def test_a_box_over_the_head_is_said_to_be_out_of_reach(
    demos: dict[str, Clip],
) -> None:
    clip = demos["lift_box"].crop(60, 75)
    prop = clip.scene.props[0]
    track = np.array(prop.track)
    track[:, 2] += 1.5
    moved = replace(clip.scene, props=(replace(prop, track=track),))
    result = Retargeter("g1", refine=None).retarget(clip, scene=moved)
    said = [line for line in result.warnings if "from where the person's is" in line]
    ends = ("the arm is straight", "shoulder_roll_joint")
    assert len(said) == 2 and all(any(end in line for end in ends) for line in said)
