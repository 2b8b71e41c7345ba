from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from commands import call, walking
from kinemesh import Result, demos, retarget
from kinemesh.errors import ClipError, RobotError
from kinemesh.motion import LANDMARKS, Clip, in_place
from kinemesh.robot import RobotModel, robot_names
from kinemesh.robot.freezing import groups
from kinemesh.robot.shipped import robots_folder


@pytest.fixture(scope="module")
def walk() -> Clip:
    return demos.walk().crop(20, 44)


@pytest.fixture(scope="module")
def g1() -> RobotModel:
    return RobotModel.load("g1")


@pytest.mark.parametrize("name", robot_names())
def test_every_joint_is_in_one_group(name: str) -> None:
    robot = RobotModel.load(name)
    found = groups(robot)
    named = [joint for joints in found.values() for joint in joints]
    assert sorted(named) == sorted(robot.joint_names)
    assert len(found["legs"]) == (10 if name == "h1" else 12)
    assert len(found["waist"]) == (3 if name in ("g1", "g1_base") else 1)
    assert len(found["head"]) == (2 if name == "t1" else 0)


@pytest.mark.parametrize("name", ["g1", "t1"])
def test_a_frozen_robot_is_where_the_whole_one_is(name: str) -> None:
    whole = RobotModel.load(name)
    elbow = groups(whole)["arms"][3]
    frozen = whole.frozen(["waist", elbow], {elbow: whole.rest[7 + whole.joint_names.index(elbow)]})
    assert frozen.nv == whole.nv - 2 - 2 * (name == "g1")
    rng = np.random.default_rng(3)
    q = np.array(frozen.rest)
    q[7:] = rng.uniform(frozen.lower, frozen.upper)
    ways = rng.normal(size=(3, 40))
    full = frozen.expanded(q[None])
    np.testing.assert_array_equal(frozen.shortened(full), q[None])
    one, other = frozen.configuration(q), whole.configuration(full[0])
    np.testing.assert_allclose(one.landmarks(), other.landmarks(), atol=1e-12)
    for a, b in zip(frozen.hulls, whole.hulls, strict=True):
        assert a.link == b.link
        at = one.positions(np.full(len(a.vertices), a.joint), a.vertices)
        there = other.positions(np.full(len(b.vertices), b.joint), b.vertices)
        # the vertices may be in another order
        np.testing.assert_allclose((at @ ways).max(axis=0), (there @ ways).max(axis=0), atol=1e-9)
    known = {tuple(pair) for pair in whole.self_pairs.tolist()}
    assert {tuple(pair) for pair in frozen.self_pairs.tolist()} <= known


def test_freezing_twice_freezes_both(g1: RobotModel) -> None:
    twice = g1.frozen(["waist"]).frozen(["arms"])
    assert twice.joint_names == g1.frozen(["arms", "waist"]).joint_names
    assert twice.whole is g1
    assert g1.frozen([]) is g1


def test_frozen_arms_stay_and_count_for_nothing(walk: Clip, g1: RobotModel) -> None:
    result = retarget(walk, g1, freeze=["arms"])
    assert result.trajectory.joint_names == g1.joint_names
    arms = [7 + g1.joint_names.index(name) for name in groups(g1)["arms"]]
    np.testing.assert_array_equal(result.trajectory.q[:, arms], np.tile(g1.rest[arms], (24, 1)))
    assert np.ptp(result.trajectory.q[:, 7:13], axis=0).max() > 0.3
    shares = dict(zip(LANDMARKS, g1.frozen(["arms"]).reach.landmarks, strict=True))
    assert shares["left_hand"] < 0.01 and shares["left_knee"] == 1.0


def test_frozen_legs_hold_the_base_while_arms_follow(walk: Clip, g1: RobotModel) -> None:
    result = retarget(walk, g1, freeze="legs")
    q = result.trajectory.q
    still = [*range(7), *(7 + g1.joint_names.index(name) for name in groups(g1)["legs"])]
    np.testing.assert_array_equal(q[:, still], np.tile(q[0, still], (24, 1)))
    assert q[0, 2] == pytest.approx(g1.rest[2], abs=1e-12)
    swing = 7 + g1.joint_names.index("left_shoulder_pitch_joint")
    assert np.ptp(q[:, swing]) > 0.05
    assert not result.summary()["relaxed_frames"]


def test_a_joint_may_be_locked_elsewhere_than_at_rest(g1: RobotModel) -> None:
    knee = g1.joint_names.index("left_knee_joint")
    robot = g1.frozen(["left_knee_joint"], {"left_knee_joint": 1.0})
    assert robot.expanded(robot.rest[None])[0, 7 + knee] == 1.0
    with pytest.raises(RobotError, match="cannot be locked at 9"):
        g1.frozen(["left_knee_joint"], {"left_knee_joint": 9.0})
    with pytest.raises(RobotError, match="not locked"):
        g1.frozen(["arms"], {"left_knee_joint": 1.0})
    with pytest.raises(RobotError, match="no joint is left"):
        g1.frozen(g1.joint_names)
    with pytest.raises(RobotError, match=r"nothing called 'tail'.*legs, arms, waist, or one of"):
        g1.frozen(["tail"])


def test_a_robot_that_is_bolted_down_moves_its_arms_only(tmp_path: Path, walk: Clip) -> None:
    folder = tmp_path / "bolted"
    shutil.copytree(robots_folder() / "t1", folder)
    text = (folder / "robot.toml").read_text()
    head, tail = text.split("# Corners of the flat", 1)
    text = head + tail[tail.index("[hands.left]") :]
    text = text.replace("height = ", 'base = "fixed"\nbase_height = 0.9\nheight = ', 1)
    (folder / "robot.toml").write_text(text)
    robot = RobotModel.load(folder)
    assert robot.fixed_base and not robot.soles
    result = retarget(walk.crop(0, 12), robot)
    np.testing.assert_array_equal(
        result.trajectory.q[:, :7], np.tile(result.trajectory.q[0, :7], (12, 1))
    )
    assert result.trajectory.q[0, 2] == 0.9
    assert np.ptp(result.trajectory.joints, axis=0).max() > 0.02
    (folder / "robot.toml").write_text(text.replace('"fixed"', '"glued"'))
    with pytest.raises(RobotError, match=r'base = .glued.; expected "floating" or "fixed"'):
        RobotModel.load(folder)


def test_in_place_keeps_the_hands_on_what_they_hold() -> None:
    clip = demos.lift_box().crop(60, 120)
    still = in_place(clip)
    pelvis = still.landmark("pelvis")
    np.testing.assert_allclose(pelvis[:, :2], np.tile(pelvis[0, :2], (60, 1)), atol=1e-12)
    for one in (clip, still):
        across = one.landmark("left_hand") - one.scene.props[0].track[:, :3]
        kept = np.linalg.norm(across, axis=1)
        if one is clip:
            before = kept
    np.testing.assert_allclose(kept, before, atol=1e-12)
    with pytest.raises(ClipError, match="terrain"):
        in_place(demos.step_up())


def test_the_command_freezes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recorded, out = tmp_path / "walk.npy", tmp_path / "out.npz"
    np.save(recorded, walking(8))
    given = ["retarget", recorded, "--skeleton", "lafan22", "--fps", "30", "-o", out]
    done = call(capsys.readouterr, *given, "--freeze", "arms", "waist_yaw_joint", "--json")
    assert done.status == 0, done.err
    assert json.loads(done.out)["frames"] == 8
    joints = Result.load(out).trajectory.joints
    np.testing.assert_array_equal(np.ptp(joints[:, [12, *range(15, 29)]], axis=0), np.zeros(15))
    refused = call(capsys.readouterr, *given, "--freeze", "tail")
    assert refused.status == 2
    assert "nothing called 'tail'" in refused.err.replace("\n", " ")
