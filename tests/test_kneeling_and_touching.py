"""Motions whose feet or hands the solver once let go while the ruler saw them hold."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh import Retargeter, read
from kinemesh.augment import Mirror, Speed
from kinemesh.metrics import Score, evaluate
from kinemesh.motion import LANDMARKS, Clip
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from recordings import recording


def judged(robot: RobotModel, clip: Clip) -> tuple[Result, Score]:
    result = Retargeter(robot).retarget(clip)
    return result, evaluate(
        result.trajectory, robot, scene=result.scene, clip=clip, scale=result.scale
    )


def test_a_half_kneel_keeps_both_toes_and_its_knee_comes_down(robot: RobotModel) -> None:
    clip = read(recording("../faults/half_kneel/half_kneel.npy"), fps=30).crop(0, 70)
    result, score = judged(robot, clip)
    assert score.value("stance.drift_max") <= 2.0
    assert score.value("stance.slip_mean") <= 0.1
    assert not result.failures
    knee = robot.configuration(result.trajectory.q[-1]).landmarks()[LANDMARKS.index("right_knee")]
    assert knee[2] < 0.1


@pytest.mark.slow
def test_who_crawls_keeps_his_toes_where_they_are(robot: RobotModel) -> None:
    folder = recording("climb/seq_4")
    (path,) = folder.glob("*.npy")
    clip = read(path, terrain=folder / "multi_boxes.obj", height=1.78).resample(30.0)
    _, score = judged(robot, clip.crop(80, 280))
    assert score.value("stance.drift_max") <= 2.0
    assert score.value("stance.slip_mean") <= 0.1
    assert score.value("penetration.terrain.max") < 1.0


@pytest.mark.slow
@pytest.mark.parametrize("change", [None, Mirror(), Speed(1.1)])
def test_a_box_that_is_lifted_is_kept_by_a_skeleton_without_fingers(
    robot: RobotModel, change: Mirror | Speed | None
) -> None:
    clip = read(recording("../faults/kept_mismatch/lift.toml"))
    clip = (clip if change is None else change.apply(clip)).crop(20, 80)
    result, score = judged(robot, clip)
    assert score.value("contact.prop.kept") == 100.0
    assert score["contact.prop.kept"].passed
    assert all(np.any(flags) for flags in result.touch.values())
