"""A stream that is fed a clip answers it as the frames of that clip are solved."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from as_stream import instants, same
from kinemesh import Retargeter, Stream, objectives
from kinemesh.detection.causal.calibration import Calibration
from kinemesh.motion import Clip
from kinemesh.problem.causal.clip import CausalClip
from kinemesh.recordings import read
from kinemesh.robot import RobotModel
from recordings import recording

TERMS: dict[str, Any] = {"objectives": objectives.streaming()}


@pytest.fixture(scope="module")
def clips(demos: dict[str, Clip], carrying: Clip) -> dict[str, Clip]:
    # What is cut out has its quaternions of length 1 again, as a stream has them.
    cuts = {
        "walk": demos["walk"].crop(20, 60),
        "lift_box": demos["lift_box"].crop(25, 75),
        "step_up": demos["step_up"].crop(60, 110),
        "carrying": carrying.crop(0, 45),
    }
    file = recording("cmu/cmu_12_01_walk.bvh")
    return {**cuts, "quick": read(file).crop(5, 524).resampled(60.0).crop(0, 60)}


def answers(stream: Stream, clip: Clip) -> list[Any]:
    return [
        stream.push(now.positions, now.rotations, dict(now.props) or None) for now in instants(clip)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["walk", "lift_box", "step_up", "carrying", "quick"])
def test_a_stream_answers_a_clip_as_it_is_solved_frame_by_frame(
    robot: RobotModel, clips: dict[str, Clip], name: str
) -> None:
    clip = clips[name]
    known = Calibration.of(clip)
    retargeter = Retargeter(robot, refine=None, **TERMS)
    plan = CausalClip(clip, robot, known)
    stream = Stream(
        robot, skeleton=clip.skeleton, fps=clip.fps, scene=clip.scene, calibration=known
    )
    poses = answers(stream, clip)
    solved = list(retargeter.frames(plan))
    assert len(poses) == len(solved) == len(clip)
    for pose, (frame, configuration, report) in zip(poses, solved, strict=True):
        assert pose.state == "following"
        np.testing.assert_array_equal(pose.q, configuration.q)
        np.testing.assert_array_equal(pose.landmarks, frame.landmarks)
        same(pose.report, report)


@pytest.mark.parametrize("options", [{"proportions": "person"}, {"iterations": 3}])
def test_with_the_same_settings_it_does_so_too(
    robot: RobotModel, clips: dict[str, Clip], options: dict[str, Any]
) -> None:
    clip = clips["lift_box"].crop(0, 15)
    known = Calibration.of(clip)
    retargeter = Retargeter(robot, refine=None, **TERMS, **options)
    own = {key: value for key, value in options.items() if key == "proportions"}
    stream = Stream(
        robot, skeleton=clip.skeleton, fps=clip.fps, scene=clip.scene, calibration=known, **options
    )
    solved = retargeter.frames(CausalClip(clip, robot, known, **own))
    for pose, (_, configuration, _) in zip(answers(stream, clip), solved, strict=True):
        np.testing.assert_array_equal(pose.q, configuration.q)
