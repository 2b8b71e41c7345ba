from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from kinemesh.errors import RobotError
from kinemesh.robot import RobotModel, robot_names
from kinemesh.robot.motors import MotorEntry, Motors
from kinemesh.robot.shipped import robots_folder

PACE = 20.0 * np.pi


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the T1's folder to damage."""
    target = tmp_path / "mine"
    shutil.copytree(robots_folder() / "t1", target)
    return target


def joint(robot: RobotModel, name: str) -> tuple[float, ...]:
    k, motors = robot.joint_names.index(name), robot.motors
    figures = (motors.stiffness, motors.damping, motors.armature, motors.effort)
    return tuple(float(figure[k]) for figure in figures)


@pytest.mark.parametrize("name", robot_names())
def test_every_joint_of_a_shipped_robot_has_a_stated_motor(name: str) -> None:
    robot = RobotModel.load(name)
    motors = robot.motors
    assert motors.stated.all() and motors.stated.shape == (len(robot.joint_names),)
    for figures in (motors.stiffness, motors.damping, motors.armature, motors.effort):
        assert figures.shape == (len(robot.joint_names),)
        assert np.all(figures > 0.0) and not figures.flags.writeable


@pytest.mark.parametrize("name", robot_names())
def test_left_and_right_have_the_same_motors(name: str) -> None:
    robot = RobotModel.load(name)
    for left in robot.joint_names:
        right = left.replace("left", "right").replace("Left", "Right")
        assert joint(robot, left) == joint(robot, right)


@pytest.mark.parametrize(
    ("name", "figures"),
    [  # as holosoma's config_values/robot.py writes them out for this robot, which is BeyondMimic's
        ("left_hip_pitch_joint", (40.179238471, 2.557889765, 0.010177520, 88.0)),
        ("right_knee_joint", (99.098427777, 6.308801854, 0.025101925, 139.0)),
        ("left_ankle_roll_joint", (28.501246196, 1.814445687, 0.007219450, 50.0)),
        ("waist_pitch_joint", (28.501246196, 1.814445687, 0.007219450, 50.0)),
        ("right_elbow_joint", (14.250623098, 0.907222843, 0.003609725, 25.0)),
        ("right_wrist_yaw_joint", (16.778327481, 1.068141502, 0.00425, 5.0)),
    ],
)
def test_the_g1s_motors_are_the_trackers(
    name: str, figures: tuple[float, float, float, float]
) -> None:
    assert joint(RobotModel.load("g1"), name) == pytest.approx(figures, rel=1e-8)


def test_no_motor_is_weaker_than_the_urdf_says() -> None:
    for name in robot_names():
        robot = RobotModel.load(name)
        stronger = robot.motors.effort > robot.effort
        assert not np.any(robot.motors.effort < robot.effort)
        # 2 x 25 N m, where rev 1.0's URDF has 35
        pairs = [n for n, more in zip(robot.joint_names, stronger, strict=True) if more]
        assert all("ankle" in n or "waist_" in n for n in pairs)
        assert bool(pairs) == (name in ("g1", "g1_23dof"))


def test_what_is_not_stated_follows_from_what_is() -> None:
    entries = (
        MotorEntry("a", ("hip",), armature=0.02),
        MotorEntry("b", ("knee",), stiffness=100.0, effort=60.0),
        MotorEntry("c", ("ankle",), stiffness=50.0, damping=1.0, armature=0.03),
    )
    motors = Motors.of(("hip", "knee", "ankle", "toe"), np.array([30.0, 30.0, 30.0, 9.0]), entries)
    np.testing.assert_allclose(motors.stiffness, [0.02 * PACE**2, 100.0, 50.0, 6.0])
    np.testing.assert_allclose(motors.armature, [0.02, 100.0 / PACE**2, 0.03, 6.0 / PACE**2])
    np.testing.assert_allclose(
        motors.damping, [0.08 * PACE, 400.0 / PACE, 1.0, 24.0 / PACE], rtol=1e-12
    )
    np.testing.assert_array_equal(motors.effort, [30.0, 60.0, 30.0, 9.0])
    np.testing.assert_array_equal(motors.stated, [True, True, True, False])


def test_a_robot_that_says_nothing_of_motors_has_those_of_its_efforts(folder: Path) -> None:
    file = folder / "robot.toml"
    file.write_text(file.read_text().split("# Stiffness")[0])
    robot = RobotModel.load(folder)
    assert not robot.motors.stated.any()
    np.testing.assert_array_equal(robot.motors.effort, robot.effort)
    np.testing.assert_allclose(robot.motors.stiffness, robot.effort / 1.5)


def test_a_robot_with_locked_joints_keeps_the_motors_of_the_others() -> None:
    whole = RobotModel.load("t1")
    frozen = whole.frozen(["arms"]).frozen(["head"])
    assert len(frozen.joint_names) == len(frozen.motors.stiffness) == 13
    for name in frozen.joint_names:
        assert joint(frozen, name) == joint(whole, name)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('["*_Knee_Pitch"]', '["*_Knie"]', r"motors\.knee\]: joints names '\*_Knie'.*Waist"),
        ('["*_Knee_Pitch"]', '["*_Hip_Yaw"]', r"'Left_Hip_Yaw', which .*motors\.hip\] names too"),
        ('["*_Knee_Pitch"]', "[]", r"motors\.knee\]: joints = \[\]; expected names"),
        ('["*_Knee_Pitch"]', "[3]", r"motors\.knee\]: joints = \[3\]; expected names"),
        ("stiffness = 5.0", "stiffness = nan", r"motors\.head\]: stiffness = nan; expected a numb"),
        ("stiffness = 5.0", "stiffness = 0", r"motors\.head\]: stiffness = 0\.0; expected more"),
        ("stiffness = 5.0", "stiff = 5.0", r"motors\.head\]: unknown key 'stiff'"),
        ("damping = 0.5", "damping = -0.5", r"motors\.head\]: damping = -0\.5; expected more"),
        ("[motors.head]", "[motors]\nhead = 3\n[motors.neck]", r"motors\.head = 3; expected a tab"),
        ("[landmarks]", "motors = 3\n[landmarks]", r"motors = 3; expected a table"),
    ],
)
def test_motors_that_cannot_be_are_refused_with_their_table(
    folder: Path, old: str, new: str, message: str
) -> None:
    file = folder / "robot.toml"
    text = file.read_text()
    assert old in text
    if new.startswith("motors"):
        text = text.split("# Stiffness")[0]
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(RobotError, match=message) as caught:
        RobotModel.load(folder)
    assert "\n" not in str(caught.value)
