"""Limbs and posture: what has no direction is left out, and no length of a clip hides a fault."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from metrics_places import at_rest

from kinemesh.geometry import poses
from kinemesh.metrics import evaluate
from kinemesh.metrics.measures.windows import sustained
from kinemesh.motion import Clip, Scene, Trajectory
from kinemesh.robot import RobotModel


def test_half_a_second_is_seen_in_a_minute() -> None:
    values = np.zeros((1800, 2))
    values[600:615, 1] = 90.0
    means = sustained(values, 30.0)
    assert means[:, 1].max() == pytest.approx(90.0)
    assert means[:, 0].max() == 0.0
    values[610, 1] = np.nan
    assert sustained(values, 30.0)[607, 1] == pytest.approx(90.0)
    values[:, 0] = np.nan
    assert np.isnan(sustained(values, 30.0)[:, 0]).all()
    assert sustained(np.array([1.0, 3.0]), 30.0) == pytest.approx([2.0, 2.0])


def test_every_limb_has_its_figure(robot: RobotModel, still, standing: Clip) -> None:
    score = evaluate(still(), robot, scene=Scene(), clip=standing)
    row = score["limbs.worst_p95"]
    assert len(row.parts) == 8
    assert row.value == max(row.parts.values())
    assert row.note.startswith(max(row.parts, key=row.parts.__getitem__))
    assert row.as_dict()["parts"] == row.parts
    assert set(score["posture.knee_flexion"].parts) == {"left", "right"}


def test_a_person_who_lies_has_no_lean_and_no_toes_to_compare(
    robot: RobotModel, standing: Clip
) -> None:
    """Person and robot on their backs: nothing to fail, and nothing made up."""
    back = np.array([0.0, 0.0, 0.5, 0.0, -np.sqrt(0.5), 0.0, np.sqrt(0.5)])
    q = np.repeat(at_rest(robot)[None], len(standing), axis=0)
    q[:, :7] = poses.compose(back, q[:, :7])
    clip = replace(standing, positions=poses.apply(back, standing.positions))
    trajectory = Trajectory(q, 30.0, robot.joint_names, robot.name)
    score = evaluate(trajectory, robot, scene=Scene(), clip=clip)
    for key in ("lean_forward", "lean_aside", "toe_heading"):
        assert score[f"posture.{key}"].value is None
        assert score[f"posture.{key}"].note
    assert score.value("posture.heading") < 10.0  # the line through the hips is level
    assert score.value("limbs.worst_mean") < 25.0


def test_the_way_of_a_lean_and_of_toes_is_told(robot: RobotModel, still, standing: Clip) -> None:
    q = np.repeat(at_rest(robot)[None], len(standing), axis=0)
    names = list(robot.joint_names)
    q[:, 7 + names.index("waist_pitch_joint")] = -0.4
    q[:, 7 + names.index("left_hip_yaw_joint")] = -0.5
    score = evaluate(still(q), robot, scene=Scene(), clip=standing)
    assert score["posture.lean_forward"].note == "further back than the person"
    assert score["posture.toe_heading"].note == "left further inwards than the person"
