"""A robot that follows as frames come."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from streamed_walk import Streamed, pushed

import kinemesh
from kinemesh import demos, objectives
from kinemesh.demos import DEMOS
from kinemesh.errors import ClipError, OptionError
from kinemesh.motion import Clip, Prop, Scene, Shape
from kinemesh.problem.causal.clip import CausalClip
from kinemesh.robot import RobotModel
from kinemesh.streaming import Calibration, Stream


def speeds(robot: RobotModel, qs: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The fastest joint's share of its motor's speed, frame by frame."""
    return (np.abs(np.diff(qs[:, 7:], axis=0)) / robot.velocity).max(axis=1) / np.diff(times)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["walk", "lift_box", "step_up"])
def test_a_stream_answers_as_a_retargeter_that_knows_no_more(name: str, robot: RobotModel) -> None:
    clip = DEMOS[name]().crop(30, 75)
    known = Calibration.of(clip.crop(0, 15))
    stream = Stream(robot, skeleton=clip.skeleton, scene=clip.scene, calibration=known)
    answers = np.array([pose.q for pose in pushed(stream, clip)])
    terms = objectives.streaming()
    retargeter = kinemesh.Retargeter(robot, refine=None, objectives=terms)
    frames = retargeter.frames(CausalClip(clip, robot, known))
    np.testing.assert_array_equal(answers, [at.q for _, at, _ in frames])


@pytest.mark.slow
def test_what_comes_changes_no_answer_before(streamed: Streamed, walk: Clip) -> None:
    whole, other = pushed(streamed(), walk), streamed()
    changed = np.array(walk.positions)
    changed[30:] += 0.1 * np.random.default_rng(0).normal(size=changed[30:].shape)
    for k in range(30):
        np.testing.assert_array_equal(other.push(changed[k]).q, whole[k].q)
    assert np.abs(other.push(changed[30]).q - whole[30].q).max() > 1e-4


@pytest.mark.slow
def test_the_rows_that_must_hold_hold(streamed: Streamed, walk: Clip) -> None:
    stream = streamed()
    pushed(stream, walk)
    score = kinemesh.evaluate(stream.record())
    rows = {row.name: row for row in score.measures}
    held = [
        name
        for name in rows
        if name.startswith(("penetration", "limits", "stance.drift", "contact"))
    ]
    assert len(held) > 10
    assert [name for name in held if rows[name].passed is False] == []
    assert rows["stance.drift_max"].value < 1.0
    assert rows["limbs.mean"].value < 4.0


@pytest.mark.slow
def test_a_box_is_carried(robot: RobotModel) -> None:
    clip = DEMOS["lift_box"]()
    known = Calibration.of(clip.crop(0, 15))
    stream = Stream(robot, skeleton=clip.skeleton, scene=clip.scene, calibration=known)
    poses = pushed(stream, clip)
    held = [
        pose for pose in poses if {("left_hand", "box"), ("right_hand", "box")} <= {*pose.contacts}
    ]
    assert len(held) > 0.3 * len(poses)
    rows = {row.name: row for row in kinemesh.evaluate(stream.record()).measures}
    assert rows["penetration.prop.max"].value < 1.0
    assert rows["contact.prop.kept"].value == 100.0
    assert rows["scene.place"].passed is not False


def test_who_is_not_known_is_measured_for_half_a_second(walk: Clip, robot: RobotModel) -> None:
    stream = Stream(robot, skeleton=walk.skeleton)
    poses = pushed(stream, walk)
    states = [pose.state for pose in poses]
    assert states == ["calibrating"] * 15 + ["starting"] * 30 + ["following"] * 15
    waiting = np.array([pose.q for pose in poses[:15]])
    np.testing.assert_array_equal(waiting, np.repeat(waiting[:1], 15, axis=0))
    np.testing.assert_array_equal(waiting[0, 7:], robot.rest[7:])
    qs, times = np.array([pose.q for pose in poses]), np.array([pose.time for pose in poses])
    assert speeds(robot, qs[14:], times[14:]).max() <= 1.0 + 1e-9
    assert np.diff(qs[14:, :3], axis=0).max() < 0.05
    result = stream.record()
    assert len(result) == 15  # of what was followed
    rows = {row.name: row for row in kinemesh.evaluate(result).measures}
    assert rows["tracking.landmark_error"].value < 4.0


@pytest.mark.slow
def test_nothing_is_recorded_while_the_person_is_measured(walk: Clip, robot: RobotModel) -> None:
    with Stream(robot, skeleton=walk.skeleton, fps=walk.fps) as stream:
        stream.push(walk.positions[0])
        with pytest.raises(ClipError, match="for half a second the person is measured"):
            stream.record()


@pytest.mark.slow
def test_a_floor_that_is_elsewhere_is_found(walk: Clip, robot: RobotModel) -> None:
    lifted = walk.positions + np.array([0.0, 0.0, 0.13])
    low, high = (Stream(robot, skeleton=walk.skeleton) for _ in range(2))
    poses = [(low.push(a), high.push(b)) for a, b in zip(walk.positions, lifted, strict=True)]
    assert np.abs(poses[-1][0].q - poses[-1][1].q).max() < 0.02
    (said,) = high.record().notes
    assert "floor" in said and "13." in said


@pytest.mark.slow
def test_a_person_is_brought_to_the_origin(
    walk: Clip, known: Calibration, streamed: Streamed
) -> None:
    there = walk.rotated(2.0).translated((3.0, -1.0, 0.0))
    poses = pushed(streamed(origin="person"), there)
    plain = pushed(streamed(origin="person"), walk)
    np.testing.assert_allclose(poses[-1].q, plain[-1].q, atol=1e-3)
    assert np.hypot(*poses[0].q[:2]) < 0.1
    assert abs(poses[-1].q[1]) < 0.15 < poses[-1].q[0]  # ahead


@pytest.mark.slow
def test_a_robot_that_waits_elsewhere_goes_there_in_a_second(
    streamed: Streamed, walk: Clip, robot: RobotModel
) -> None:
    start = np.array(robot.rest)
    start[7:] = np.clip(start[7:] + 0.5, robot.lower, robot.upper)
    poses = pushed(streamed(start=start), walk)
    qs = np.vstack([start, [pose.q for pose in poses]])
    assert speeds(robot, qs, np.arange(len(qs)) / 30.0).max() < 0.4
    known = pushed(streamed(), walk)
    np.testing.assert_allclose(qs[-1], known[-1].q, atol=0.2)


def test_another_scene_while_the_robot_walks(
    streamed: Streamed, walk: Clip, robot: RobotModel
) -> None:
    stream = streamed()
    before = pushed(stream, walk, 30)[-1]
    block = Prop("block", Shape.box((0.3, 0.3, 0.3)), np.array([[5.0, 0.0, 0.15, 0, 0, 0, 1.0]]))
    stream.meet(Scene((block,)))
    assert [prop.name for prop in stream.scene.props] == ["block"]
    pose = stream.push(walk.positions[30], props={"block": block.track[0]})
    assert pose.state == "following"
    assert list(pose.props) == ["block"]
    step = np.abs(pose.q[7:] - before.q[7:]) * 30.0
    assert (step <= robot.velocity + 1e-9).all()
    assert np.abs(pose.q - before.q).max() < 0.3


def test_a_frame_from_before_the_last_is_left_out(streamed: Streamed, walk: Clip) -> None:
    stream = streamed()
    first = stream.push(walk.positions[0], time=10.0)
    again = stream.push(walk.positions[1], time=10.0)
    late = stream.push(walk.positions[1], time=9.9)
    for pose in (again, late):
        assert pose.state == "holding"
        np.testing.assert_array_equal(pose.q, first.q)
    assert "left out" in again.said[0] and "before" in late.said[0]
    assert stream.push(walk.positions[1], time=10.03).state == "following"


def test_nobody_is_answered_by_the_pose_before(streamed: Streamed, walk: Clip) -> None:
    stream = streamed()
    nobody = np.full_like(walk.positions[0], np.nan)
    assert stream.push(nobody).state == "holding"
    last = pushed(stream, walk, 10)[-1]
    gone = stream.push(nobody)
    assert (gone.state, gone.said) == ("holding", ("nobody is seen",))
    np.testing.assert_array_equal(gone.q, last.q)
    assert stream.push(walk.positions[10]).state == "following"


def test_speeds_are_told_by_the_time_that_has_passed(
    streamed: Streamed, walk: Clip, robot: RobotModel
) -> None:
    stream, rng = streamed(), np.random.default_rng(3)
    times = np.cumsum(rng.uniform(0.004, 0.09, len(walk)))
    poses = [stream.push(at, time=t) for at, t in zip(walk.positions, times, strict=True)]
    qs = np.array([pose.q for pose in poses])
    assert speeds(robot, qs, times).max() <= 1.0 + 1e-9


def test_after_nobody_was_seen_no_motor_makes_up_for_it_at_once(
    streamed: Streamed, walk: Clip, robot: RobotModel
) -> None:
    stream, poses = streamed(), []
    for k in range(60):
        lost = 10 <= k < 30
        poses.append(
            stream.push(np.full_like(walk.positions[k], np.nan) if lost else walk.positions[k])
        )
    assert [pose.state for pose in poses[8:32]] == (
        ["following"] * 2 + ["holding"] * 20 + ["following"] * 2
    )
    times = np.array([pose.time for pose in poses])
    np.testing.assert_allclose(times, np.arange(60) / 30.0, atol=1e-9)
    qs = np.array([pose.q for pose in poses])
    assert speeds(robot, qs, times).max() <= 1.0 + 1e-9
    base = np.linalg.norm(np.diff(qs[:, :3], axis=0), axis=1) * 30.0
    assert base.max() < 4.0


@pytest.mark.slow
def test_at_a_high_rate_feet_are_let_go(streamed: Streamed, walk: Clip) -> None:
    fast = walk.resample(240.0)
    poses = pushed(streamed(fps=240.0), fast)
    assert [k for k, pose in enumerate(poses) if pose.report and pose.report.relaxed] == []


def test_another_person_is_measured_after_a_reset(walk: Clip, robot: RobotModel) -> None:
    stream = Stream(robot, skeleton=walk.skeleton)
    last = pushed(stream, walk, 30)[-1]
    stream.reset()
    small = walk.positions * 0.8
    poses = [stream.push(at) for at in small[:30]]
    assert poses[0].state == "calibrating"
    np.testing.assert_array_equal(poses[0].q, last.q)
    assert poses[-1].state == "starting"
    assert stream.scale is not None and stream.scale > 0.8


def test_a_bolted_robot_follows_the_arms(walk: Clip, known: Calibration) -> None:
    stream = Stream("g1", skeleton=walk.skeleton, calibration=known, freeze="legs")
    poses = pushed(stream, walk)
    bases = np.array([pose.q[:7] for pose in poses])
    np.testing.assert_allclose(bases, np.repeat(bases[:1], len(poses), axis=0), atol=1e-6)
    arms = np.array([pose.q[7:] for pose in poses])
    assert np.ptp(arms, axis=0).max() > 0.2
    assert len(stream.record().trajectory.joint_names) == 29


@pytest.mark.slow
def test_the_collector_is_left_as_it_was(streamed: Streamed, walk: Clip) -> None:
    before = gc.get_freeze_count()
    with streamed() as stream:
        assert gc.get_freeze_count() > before
        stream.push(walk.positions[0])
    assert gc.get_freeze_count() <= before


def test_what_cannot_be_is_refused(walk: Clip, known: Calibration, robot: RobotModel) -> None:
    with pytest.raises(ClipError, match="lafan22"):
        Stream(robot, skeleton="lafan23")
    with pytest.raises(ClipError, match="another skeleton"):
        Stream(robot, skeleton="optitrack26", calibration=known)
    with pytest.raises(OptionError, match="refine"):
        Stream(robot, skeleton=walk.skeleton, refine=None)
    with pytest.raises(OptionError, match="origin"):
        Stream(robot, skeleton=walk.skeleton, origin="there")  # type: ignore[arg-type]
    steps = demos.DEMOS["step_up"]().scene
    with pytest.raises(OptionError, match="terrain"):
        Stream(robot, skeleton=walk.skeleton, scene=steps, origin="person")
    stream = Stream(robot, skeleton=walk.skeleton, calibration=known)
    with pytest.raises(ClipError, match="shape"):
        stream.push(walk.positions[:, :3])
    with pytest.raises(ClipError, match="needs at least 2"):
        stream.record()
    with pytest.raises(OptionError, match="no frame has come"):
        stream.sample(0.0)


def test_a_person_in_millimetres_is_refused(walk: Clip, robot: RobotModel) -> None:
    stream = Stream(robot, skeleton=walk.skeleton)
    with pytest.raises(ClipError, match="millimetres"):
        for at in 1e3 * walk.positions[:20]:
            stream.push(at)
