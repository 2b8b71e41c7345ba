from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from kinemesh import demos, metrics, retarget
from kinemesh.errors import RobotError
from kinemesh.motion import Scene, Trajectory
from kinemesh.robot import RobotModel
from kinemesh.robot.shipped import robots_folder
from recordings import fault

LEAD, FOLLOW = "left_wrist_yaw_joint", "left_wrist_pitch_joint"


def mimicking(folder: Path, tag: str, joint: str = FOLLOW) -> Path:
    """G1 with a ``<mimic>`` in a joint of its URDF."""
    shutil.copytree(robots_folder() / "g1", folder / "mine")
    (urdf,) = (folder / "mine").glob("*.urdf")
    head, start, rest = urdf.read_text().partition(f'<joint name="{joint}" type="revolute">')
    assert start
    urdf.write_text(head + start + tag + rest)
    return folder / "mine"


@pytest.fixture(scope="module")
def following(tmp_path_factory: pytest.TempPathFactory) -> RobotModel:
    tag = f'<mimic joint="{LEAD}" multiplier="-0.5" offset="0.1"/>'
    return RobotModel.load(mimicking(tmp_path_factory.mktemp("mimic"), tag))


def test_a_joint_follows_in_every_frame_within_limits_that_fit(following: RobotModel) -> None:
    result = retarget(demos.lift_box().crop(40, 60), following)
    lead, follow = (following.joint_names.index(name) for name in (LEAD, FOLLOW))
    joints = result.trajectory.q[:, 7:]
    assert np.ptp(joints[:, lead]) > 0.01
    assert np.abs(joints[:, follow] + 0.5 * joints[:, lead] - 0.1).max() < 1e-9
    assert following.rest[7 + follow] == pytest.approx(0.1 - 0.5 * following.rest[7 + lead])
    ends = 0.1 - 0.5 * np.array([following.upper[lead], following.lower[lead]])
    assert np.allclose([following.lower[follow], following.upper[follow]], ends)
    assert following.velocity[follow] == pytest.approx(0.5 * following.velocity[lead])


def test_what_is_locked_locks_what_goes_with_it(following: RobotModel) -> None:
    short = following.frozen([LEAD], {LEAD: 0.2})
    assert not {LEAD, FOLLOW} & set(short.joint_names)
    assert short.followers == {}
    at = short.expanded(short.rest[None])[0, 7 + following.joint_names.index(FOLLOW)]
    assert at == pytest.approx(0.0)
    with pytest.raises(RobotError, match="cannot be locked"):
        following.frozen([LEAD, FOLLOW], {LEAD: 0.2, FOLLOW: 0.2})


@pytest.mark.parametrize(
    ("tag", "joint", "why"),
    [
        ('<mimic joint="nobody"/>', FOLLOW, "no joint that moves"),
        (f'<mimic joint="{FOLLOW}"/>', FOLLOW, "in a circle"),
        (f'<mimic joint="{LEAD}" multiplier="much"/>', FOLLOW, "expected one number"),
        (f'<mimic joint="{LEAD}" multiplier="0"/>', FOLLOW, "factor of 0"),
    ],
)
def test_a_follower_that_cannot_be_is_refused(
    tag: str, joint: str, why: str, tmp_path: Path
) -> None:
    with pytest.raises(RobotError, match=why):
        RobotModel.load(mimicking(tmp_path, tag, joint))


def test_a_continuous_joint_has_no_limits(tmp_path: Path) -> None:
    folder = mimicking(tmp_path, "")
    (urdf,) = folder.glob("*.urdf")
    text = urdf.read_text()
    urdf.write_text(text.replace(f'"{LEAD}" type="revolute"', f'"{LEAD}" type="continuous"'))
    toml = folder / "robot.toml"
    kept = [line for line in toml.read_text().splitlines() if not line.startswith(f"{LEAD} = {{")]
    toml.write_text("\n".join(kept))
    robot = RobotModel.load(folder)
    k = robot.joint_names.index(LEAD)
    assert (robot.lower[k], robot.upper[k]) == (-np.inf, np.inf)
    assert np.isfinite(np.delete(robot.lower, k)).all()
    result = retarget(demos.walk().crop(40, 44), robot)
    assert np.isfinite(result.trajectory.q).all()


def test_the_ruler_sees_a_joint_that_does_not_follow(following: RobotModel) -> None:
    q = np.tile(following.rest, (3, 1))
    trajectory = Trajectory(q, 30.0, following.joint_names, following.name)
    row = metrics.evaluate(trajectory, following, scene=Scene())["limits.mimic_excess"]
    assert row.value == pytest.approx(0.0, abs=1e-12)
    q[1, 7 + following.joint_names.index(FOLLOW)] += 0.2
    trajectory = Trajectory(q, 30.0, following.joint_names, following.name)
    row = metrics.evaluate(trajectory, following, scene=Scene())["limits.mimic_excess"]
    assert row.value == pytest.approx(0.2)
    assert row.passed is False


def test_the_folder_whose_mimic_was_ignored_follows() -> None:
    robot = RobotModel.load(fault("mimic_ignored/mimic"))
    lead, follow = (robot.joint_names.index(name) for name in (LEAD, FOLLOW))
    joints = retarget(demos.lift_box().crop(40, 60), robot).trajectory.q[:, 7:]
    assert np.ptp(joints[:, lead]) > 0.01
    assert np.abs(joints[:, follow] - joints[:, lead]).max() < 1e-9
