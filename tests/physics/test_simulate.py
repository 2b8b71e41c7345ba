"""A simulated robot follows what a body can do, and says where it cannot."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kinemesh import demos, retarget
from kinemesh.errors import ClipError, MissingExtra, OptionError
from kinemesh.motion import GROUND, Prop, Scene, Shape, Trajectory
from kinemesh.newrobot import new_robot
from kinemesh.physics import Controller, Simulated, simulate
from kinemesh.robot import RobotModel
from kinemesh.robot.shipped import robots_folder
from made_robot import write_made
from recordings import recording

QUICK = Controller(samples=4, horizon=0.3)
PUSHED = Controller(samples=4, horizon=0.3, disturbance=0.02)


def still(robot: RobotModel, frames: int = 20, fps: float = 30.0) -> Trajectory:
    """A statue."""
    return Trajectory(np.tile(robot.rest, (frames, 1)), fps, robot.joint_names, robot.name)


def same(one: Simulated, other: Simulated) -> bool:
    """Whether two motions are the same to the byte."""
    names = ("velocities", "torques", "forces", "points", "body_error")
    return one.trajectory.q.tobytes() == other.trajectory.q.tobytes() and all(
        getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in names
    )


@pytest.fixture(scope="module")
def statue(robot: RobotModel) -> Simulated:
    return simulate(still(robot), robot, controller=QUICK, threads=1)


@pytest.mark.slow
def test_a_statue_stands_and_the_ground_bears_its_weight(
    statue: Simulated, robot: RobotModel
) -> None:
    assert statue.followed
    assert statue.reason == ""
    assert statue.ended == pytest.approx(19 / 30)
    assert len(statue.trajectory) == 20
    assert statue.body_error.max() < 0.01
    assert statue.prop_error is None
    assert {thing for _, thing in statue.contacts} == {GROUND}
    weight = 9.81 * sum(inertia.mass for inertia in robot.pin_model.inertias)
    assert statue.forces[10:].sum(axis=1).mean(axis=0)[2] == pytest.approx(weight, rel=0.02)
    assert np.abs(statue.torques).max() < robot.effort.max()
    places = statue.points[10:].reshape(-1, 3)
    places = places[np.isfinite(places[:, 0])]
    assert np.abs(places[:, 2]).max() < 0.005


def test_velocities_are_those_of_the_motion(statue: Simulated) -> None:
    between = np.diff(statue.trajectory.joints, axis=0) * statue.trajectory.fps
    mean = (statue.velocities[1:, 6:] + statue.velocities[:-1, 6:]) / 2.0
    assert np.abs(between - mean)[8:].max() < 0.02


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads(robot: RobotModel) -> None:
    walk = retarget(demos.walk().crop(30, 42), robot).trajectory
    first, second, other = (
        simulate(walk, robot, controller=PUSHED, threads=threads, seed=seed)
        for threads, seed in ((1, 3), (3, 3), (1, 4))
    )
    assert same(first, second)
    assert first.seed == 3
    assert not same(first, other)


@pytest.mark.slow
def test_who_is_told_to_float_is_lost(robot: RobotModel) -> None:
    q = np.tile(robot.rest, (40, 1))
    q[:, 2] += 0.3 + np.linspace(0.0, 1.5, 40)
    floating = Trajectory(q, 30.0, robot.joint_names, robot.name)
    fallen = simulate(floating, robot, controller=QUICK, threads=1)
    assert not fallen.followed
    assert fallen.reason.startswith("base ")
    assert f"{fallen.ended:.2f} s" in fallen.reason
    assert len(fallen.trajectory) == len(fallen.body_error) < 40


@pytest.mark.slow
def test_a_prop_that_flies_by_itself_is_lost_and_its_track_is_what_happened(
    robot: RobotModel,
) -> None:
    track = np.tile([1.5, 0.0, 0.2, 0.0, 0.0, 0.0, 1.0], (40, 1))
    track[:, 2] += np.linspace(0.0, 1.0, 40)
    scene = Scene(props=(Prop("box", Shape.box((0.4, 0.4, 0.4)), track, mass=2.0),))
    lost = simulate(still(robot, 40), robot, scene=scene, controller=QUICK, threads=1)
    assert lost.reason.startswith("box 0.5")
    happened = lost.scene.props[0].track
    assert len(happened) == len(lost.trajectory)
    # It leaves with the speed that it is given, and falls back.
    assert happened[5:, 2].max() < 0.3
    assert lost.prop_error is not None
    assert lost.prop_error[-1] > 0.5


def test_frames_come_at_the_rate_of_the_reference(robot: RobotModel) -> None:
    for fps in (10.0, 47.0, 250.0):
        answer = simulate(still(robot, 5, fps), robot, controller=QUICK, threads=1)
        assert answer.followed
        assert answer.trajectory.fps == fps
        assert len(answer.trajectory) == 5


def test_one_frame_is_a_motion(robot: RobotModel) -> None:
    answer = simulate(still(robot, 1), robot, threads=1)
    assert answer.followed
    assert answer.ended == 0.0
    assert np.allclose(answer.trajectory.q, still(robot, 1).q)


def test_arms_on_a_fixed_base_follow(robot: RobotModel) -> None:
    arms = robot.frozen("legs")
    q = np.tile(arms.rest, (20, 1))
    k = 7 + arms.joint_names.index("left_elbow_joint")
    q[:, k] += 0.3 * np.sin(np.linspace(0.0, 3.0, 20))
    waving = Trajectory(q, 30.0, arms.joint_names, arms.name)
    answer = simulate(waving, arms, controller=QUICK, threads=1)
    assert answer.followed
    assert np.abs(answer.trajectory.q[:, k] - q[:, k]).max() < 0.05
    assert np.array_equal(answer.trajectory.base, waving.base)


@pytest.mark.slow
def test_progress_ends_at_the_last_frame(robot: RobotModel) -> None:
    seen: list[tuple[int, int]] = []
    simulate(still(robot), robot, controller=QUICK, threads=1, progress=lambda *at: seen.append(at))
    assert seen == sorted(seen)
    assert seen[-1] == (20, 20)


def test_joints_of_another_robot_are_refused(robot: RobotModel) -> None:
    with pytest.raises(ClipError, match="has not the joints of 'h1'"):
        simulate(still(robot), RobotModel.load("h1"))


def test_tracks_of_another_length_are_refused(robot: RobotModel) -> None:
    track = np.tile([1.5, 0.0, 0.2, 0.0, 0.0, 0.0, 1.0], (7, 1))
    scene = Scene(props=(Prop("box", Shape.box((0.4, 0.4, 0.4)), track),))
    with pytest.raises(ClipError, match="prop 'box' has 7 frames, and the trajectory 20"):
        simulate(still(robot), robot, scene=scene)


def test_without_mujoco_it_says_what_to_install(
    robot: RobotModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mujoco", None)
    with pytest.raises(MissingExtra, match=r'pip install "kinemesh\[physics\]"'):
        simulate(still(robot), robot)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("horizon", 0.0), ("replan", 2.0), ("iterations", 0), ("samples", -1), ("friction", np.nan)],
)
def test_settings_that_cannot_be_are_refused(setting: str, value: float) -> None:
    with pytest.raises((OptionError, TypeError), match=setting):
        Controller(**{setting: value})


@pytest.mark.slow
@pytest.mark.parametrize("name", ["walk", "squat", "step_up", "lift_box"])
def test_demos_are_followed(name: str, robot: RobotModel) -> None:
    clip = getattr(demos, name)()
    result = retarget(clip.crop(0, min(len(clip), 110)), robot)
    answer = simulate(result.trajectory, robot, scene=result.scene)
    assert answer.followed, answer.reason
    assert answer.body_error.mean() < 0.04
    assert answer.saturated < 0.05
    if answer.prop_error is not None:
        assert answer.prop_error.mean() < 0.08


@pytest.mark.slow
def test_a_recorded_dance_is_followed() -> None:
    from kinemesh import read

    robot = RobotModel.load("g1_base")
    clip = read(recording("lafan1/dance1_subject1.npy")).crop(120, 210)
    answer = simulate(retarget(clip, robot).trajectory, robot)
    assert answer.followed, answer.reason
    assert answer.body_error.mean() < 0.08


@pytest.mark.slow
def test_a_heavier_box_takes_more_torque(robot: RobotModel) -> None:
    result = retarget(demos.lift_box().crop(40, 110), robot)
    sums = []
    for mass in (0.5, 3.0):
        props = tuple(replace(prop, mass=mass) for prop in result.scene.props)
        answer = simulate(result.trajectory, robot, scene=replace(result.scene, props=props))
        sums.append(np.abs(answer.torques[30:]).sum(axis=1).mean())
    assert sums[1] > 1.05 * sums[0]


@pytest.mark.slow
def test_a_joint_that_follows_another_does_so(tmp_path: Path) -> None:
    folder = tmp_path / "mimic"
    shutil.copytree(robots_folder() / "g1", folder)
    urdf = folder / "g1.urdf"
    joint = '<joint name="right_elbow_joint" type="revolute">'
    text = urdf.read_text(encoding="utf-8")
    assert joint in text
    tag = '<mimic joint="left_elbow_joint" multiplier="-0.5" offset="1.5"/>'
    urdf.write_text(text.replace(joint, joint + tag), encoding="utf-8")
    robot = RobotModel.load(folder)
    k = 7 + robot.joint_names.index("left_elbow_joint")
    follower = 7 + robot.joint_names.index("right_elbow_joint")
    q = np.tile(robot.rest, (20, 1))
    q[:, k] += 0.3 * np.sin(np.linspace(0.0, 3.0, 20))
    q[:, 7:] = robot.followed(q[:, 7:])
    moved = Trajectory(q, 30.0, robot.joint_names, robot.name)
    answer = simulate(moved, robot, controller=PUSHED, threads=1)
    assert answer.followed
    happened = answer.trajectory.q
    assert np.abs(happened[:, follower] - (1.5 - 0.5 * happened[:, k])).max() < 0.03
    assert not answer.torques[:, follower - 7].any()


@pytest.mark.slow
def test_a_robot_made_from_somebodys_file_stands(tmp_path: Path) -> None:
    made = RobotModel.load(new_robot(write_made(tmp_path), tmp_path / "made").folder)
    answer = simulate(still(made), made, controller=QUICK, threads=1)
    assert answer.followed, answer.reason
    assert answer.body_error.max() < 0.02
