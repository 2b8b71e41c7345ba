"""What was sent, as a result."""

from __future__ import annotations

import numpy as np
import pytest
from streamed_walk import Streamed, pushed

from kinemesh.demos import DEMOS
from kinemesh.errors import ClipError
from kinemesh.motion import Clip
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from kinemesh.streaming import Calibration, Stream


def test_even_frames_are_recorded_as_they_were_sent(streamed: Streamed, walk: Clip) -> None:
    stream = streamed()
    poses = pushed(stream, walk)
    result = stream.record()
    np.testing.assert_array_equal(result.trajectory.q, [pose.q for pose in poses])
    np.testing.assert_array_equal(result.landmarks, [pose.landmarks for pose in poses])
    assert result.demonstration is not None
    np.testing.assert_array_equal(result.demonstration.positions, walk.positions)
    assert [report.index for report in result.reports] == list(range(len(walk)))
    assert result.stance["left_toe"].any() and result.stance["right_heel"].any()


def test_a_recording_is_written_and_read_whole(streamed: Streamed, walk: Clip, tmp_path) -> None:
    stream = streamed()
    pushed(stream, walk, 10)
    path = stream.record().save(tmp_path / "sent.npz")
    np.testing.assert_array_equal(Result.load(path).trajectory.q, stream.record().trajectory.q)


def test_uneven_frames_are_read_between_each_other(streamed: Streamed, walk: Clip) -> None:
    stream, rng = streamed(), np.random.default_rng(1)
    times = np.sort(rng.uniform(0.0, 2.0, len(walk)))
    times = times[np.concatenate([[True], np.diff(times) > 2e-3])]
    for k, time in enumerate(times):
        stream.push(walk.positions[k], time=time)
    result = stream.record()
    assert "unevenly" in result.notes[-1]
    assert len(result.trajectory.q) == 1 + int((times[-1] - times[0]) * 30.0 + 1e-6)
    assert (np.abs(np.linalg.norm(result.trajectory.q[:, 3:7], axis=1) - 1.0) < 1e-9).all()


def test_only_the_last_seconds_are_kept(streamed: Streamed, walk: Clip) -> None:
    stream = streamed(keep=0.5)
    poses = pushed(stream, walk)
    np.testing.assert_array_equal(stream.record().trajectory.q, [p.q for p in poses[-16:]])
    with pytest.raises(ClipError, match="at least 2"):
        forgetful = streamed(keep=0.0)
        pushed(forgetful, walk, 5)
        forgetful.record()


def test_props_go_where_they_were_seen(robot: RobotModel) -> None:
    clip = DEMOS["lift_box"]().crop(0, 40)
    known = Calibration.of(clip.crop(0, 15))
    stream = Stream(robot, skeleton=clip.skeleton, scene=clip.scene, calibration=known)
    box = clip.scene.props[0]
    for k in range(len(clip)):
        seen = {} if k < 10 else {box.name: box.track[k]}
        pose = stream.push(clip.positions[k], props=seen)
        assert list(pose.props) == list(seen)
    result = stream.record()
    track = result.scene.props[0].track
    np.testing.assert_allclose(track[:10], np.repeat(track[10:11], 10, axis=0), atol=1e-12)
    assert result.demonstration is not None
    own = result.demonstration.scene.props[0].track
    np.testing.assert_allclose(own[10:], box.track[10:], atol=1e-12)
