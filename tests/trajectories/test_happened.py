"""Velocities of a simulated motion are written as they happened, whatever is asked for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh import Result, RobotModel, Scene, Trajectory, retarget, write
from kinemesh.motion import Clip
from kinemesh.result import Simulation
from kinemesh.robot import links_of
from kinemesh.trajectories import WRITERS
from kinemesh.trajectories.motion import motion_of

FRAMES = 9


@pytest.fixture(scope="module")
def path(robot: RobotModel) -> tuple[Result, np.ndarray]:
    """A motion that shakes faster than its frames show, and its true velocities."""
    fps = 50.0
    t = np.arange(FRAMES) / fps
    rng = np.random.default_rng(4)
    joints = len(robot.joint_names)
    size, pace, phase = (rng.uniform(a, b, joints) for a, b in ((0.1, 0.3), (40, 70), (0, 6)))
    angles = robot.rest[7:] + size * np.sin(np.outer(t, pace) + phase)
    rates = size * pace * np.cos(np.outer(t, pace) + phase)
    spin = np.array([0.7, -1.1, 2.3])  # in the base's own axes, constant: a steady turn
    start = Rotation.from_euler("xyz", [0.3, -0.2, 0.9])
    turned = start * Rotation.from_rotvec(np.outer(t, spin))
    place = np.stack([0.4 * t, np.sin(9.0 * t), 0.8 + 0.1 * np.cos(50.0 * t)], axis=1)
    pushed = np.stack([0.4 + 0.0 * t, 9.0 * np.cos(9.0 * t), -5.0 * np.sin(50.0 * t)], axis=1)
    q = np.hstack([place, turned.as_quat(), angles])
    v = np.hstack([pushed, np.tile(spin, (FRAMES, 1)), rates])
    simulation = Simulation(
        followed=True,
        ended=(FRAMES - 1) / fps,
        reason="",
        seed=0,
        velocities=v,
        torques=np.zeros((FRAMES, joints)),
        contacts=(),
        forces=np.zeros((FRAMES, 0, 3)),
        points=np.zeros((FRAMES, 0, 3)),
        body_error=np.zeros(FRAMES),
        prop_error=None,
        saturated=0.0,
    )
    result = Result(
        Trajectory(q, fps, robot.joint_names, robot.name),
        scene=Scene(),
        landmarks=np.zeros((FRAMES, 15, 3)),
        reports=(),
        simulation=simulation,
    )
    return result, v


def nudged(result: Result, robot: RobotModel, dt: float) -> Result:
    """The motion a moment later, by its own velocities."""
    simulation = result.simulation
    assert simulation is not None
    v = np.array(simulation.velocities)
    turned = Rotation.from_quat(result.trajectory.q[:, 3:7])
    v[:, :3] = turned.inv().apply(v[:, :3])
    q = [robot.integrate(a, dt * b) for a, b in zip(result.trajectory.q, v, strict=True)]
    return replace(result, trajectory=replace(result.trajectory, q=np.array(q)))


def test_links_bodies_and_centres_move_as_an_instant_later_shows(
    path: tuple[Result, np.ndarray], robot: RobotModel
) -> None:
    result, v = path
    dt = 1e-6
    here, before, after = (
        motion_of(nudged(result, robot, step), robot, None, None, None) for step in (0.0, -dt, dt)
    )
    np.testing.assert_array_equal(here.joint_velocity, v[:, 6:])
    listed = links_of(robot).listed("protomotions")
    order = here.links.breadth_first()
    for one, a, b in (
        (here.moving, before.moving, after.moving),
        (here.bodies(listed), before.bodies(listed), after.bodies(listed)),
    ):
        linear = (b.positions - a.positions) / (2.0 * dt)
        np.testing.assert_allclose(one.linear, linear, atol=2e-6)
        turn = (
            Rotation.from_quat(b.xyzw.reshape(-1, 4))
            * Rotation.from_quat(a.xyzw.reshape(-1, 4)).inv()
        )
        angular = turn.as_rotvec().reshape(one.angular.shape) / (2.0 * dt)
        np.testing.assert_allclose(one.angular, angular, atol=2e-5)
    centres = [
        m.moving.positions[:, order] + m._arms(order, m.links.centres[order])
        for m in (before, after)
    ]
    np.testing.assert_allclose(
        here.centre_velocity(order), (centres[1] - centres[0]) / (2.0 * dt), atol=2e-6
    )


def test_without_a_simulation_velocities_are_differences(
    path: tuple[Result, np.ndarray], robot: RobotModel
) -> None:
    result, v = path
    plain = motion_of(replace(result, simulation=None), robot, None, None, None)
    wanted = np.gradient(result.trajectory.joints, 1.0 / 50.0, axis=0)
    np.testing.assert_allclose(plain.joint_velocity, wanted)
    assert np.abs(plain.joint_velocity - v[:, 6:]).max() > 1.0  # the test can tell them apart


def test_joints_in_another_order_keep_their_velocities(
    path: tuple[Result, np.ndarray], robot: RobotModel
) -> None:
    result, v = path
    order = np.random.default_rng(0).permutation(len(robot.joint_names))
    own, simulation = result.trajectory, result.simulation
    assert simulation is not None
    mixed = replace(
        result,
        trajectory=Trajectory(
            np.hstack([own.base, own.joints[:, order]]),
            own.fps,
            tuple(own.joint_names[k] for k in order),
            own.robot,
        ),
        simulation=replace(simulation, velocities=np.hstack([v[:, :6], v[:, 6 + order]])),
    )
    np.testing.assert_array_equal(
        motion_of(mixed, robot, None, None, None).joint_velocity, v[:, 6:]
    )


def test_at_another_rate_they_are_interpolated(
    path: tuple[Result, np.ndarray], robot: RobotModel
) -> None:
    result, v = path
    twice = motion_of(result, robot, 100.0, None, None)
    np.testing.assert_allclose(twice.joint_velocity[::2], v[:, 6:], atol=1e-9)
    np.testing.assert_allclose(twice.moving.linear[::2, 0], v[:, :3], atol=1e-9)
    base = Rotation.from_quat(result.trajectory.q[:, 3:7])
    np.testing.assert_allclose(twice.moving.angular[::2, 0], base.apply(v[:, 3:6]), atol=1e-9)


@pytest.mark.parametrize("format", ["mjlab", "beyondmimic", "holosoma-train"])
def test_the_file_of_a_trainer_has_them(
    path: tuple[Result, np.ndarray], robot: RobotModel, tmp_path: Path, format: str
) -> None:
    result, v = path
    suffix = next(iter(WRITERS[format].suffixes))
    target = tmp_path / f"a{suffix}"
    write(result, target, format=format, robot=robot)
    with np.load(target) as file:
        rates = np.asarray(file["joint_vel"])
    own = rates[:, -len(robot.joint_names) :]
    wanted = v[:, 6:]
    if format == "beyondmimic":
        wanted = wanted[:, links_of(robot).breadth_first_joints()]
    np.testing.assert_allclose(own, wanted, rtol=1e-5, atol=1e-5)


def test_a_result_of_the_solver_is_written_as_before(
    robot: RobotModel, demos: dict[str, Clip], tmp_path: Path
) -> None:
    result = retarget(demos["walk"].crop(40, 46), robot)
    write(result, tmp_path / "a.npz", format="mjlab", fps=30.0)
    with np.load(tmp_path / "a.npz") as file:
        np.testing.assert_allclose(
            file["joint_vel"], np.gradient(result.trajectory.joints, 1.0 / 30.0, axis=0), atol=1e-5
        )
