"""A file that fits another hardware family than the one that is assumed is told by the ground."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from commands import Command
from kinemesh import RobotModel
from kinemesh.matching.hardware import Family, family_of
from kinemesh.motion import Trajectory
from recordings import recording


@pytest.fixture(scope="module")
def robot() -> RobotModel:
    return RobotModel.load("g1")


@pytest.fixture(scope="module")
def bent(robot: RobotModel) -> Trajectory:
    """Face down, the trunk bent: the two waists put arms and head at different heights."""
    q = np.array(robot.rest)
    q[7 + robot.joint_names.index("waist_pitch_joint")] = 0.5
    q[3:7] = [0.0, np.sqrt(0.5), 0.0, np.sqrt(0.5)]
    return Trajectory(np.tile(q, (3, 1)), 30.0, robot.joint_names, "g1")


def lowered(trajectory: Trajectory, name: str, depth: float) -> Trajectory:
    """``trajectory`` with the lowest point of a robot ``depth`` [m] under the ground."""
    high = replace_height(trajectory, -5.0)
    there = family_of(high, RobotModel.load(name))
    assert there is not None
    return replace_height(trajectory, -5.0 + there.depths[name] - depth)


def replace_height(trajectory: Trajectory, z: float) -> Trajectory:
    q = np.array(trajectory.q)
    q[:, 2] = z
    return replace(trajectory, q=q)


@pytest.mark.slow
def test_the_family_that_stands_on_the_ground_is_named_and_warned_of(
    robot: RobotModel, bent: Trajectory
) -> None:
    placed = lowered(bent, "g1_base", 0.0005)
    found = family_of(placed, robot)
    assert found is not None and found.fits == "g1_base"
    assert found.depths["g1_base"] == pytest.approx(0.0005, abs=1e-6)
    assert "give robot='g1_base'" in found.warnings[0] and "fits g1_base" in found.note
    right = family_of(placed, RobotModel.load("g1_base"))
    assert right is not None and right.fits == "g1_base" and right.warnings == ()


def test_standing_on_soles_that_both_have_tells_nothing(robot: RobotModel) -> None:
    still = Trajectory(np.tile(robot.rest, (2, 1)), 30.0, robot.joint_names, "g1")
    found = family_of(still, robot)
    assert found is not None and found.fits is None and found.warnings == ()
    assert "unsure" in found.note


def test_what_is_clear_is_said_and_what_is_not_is_unsure() -> None:
    assert Family("a", {"a": 0.0065, "b": 0.0028}).fits == "b"
    assert Family("a", {"a": 0.0065, "b": 0.0050}).fits is None


def test_a_robot_without_a_twin_has_no_family() -> None:
    h1 = RobotModel.load("h1")
    still = Trajectory(np.tile(h1.rest, (2, 1)), 30.0, h1.joint_names, "h1")
    assert family_of(still, h1) is None


def test_a_peers_file_says_which_hardware_was_taken_and_which_fits(
    kinemesh_command: Command,
) -> None:
    file = recording("../reference/holosoma/sub3_largebox_003_object.npz")
    done = kinemesh_command("info", file)
    assert done.status == 0 and "hardware: g1 (assumed)" in done.out
    assert "6.5 mm under the ground as g1, which is assumed" in done.out
    assert "give --robot g1_base" in done.out
    given = kinemesh_command("info", file, "--robot", "g1_base")
    assert given.status == 0 and "hardware" not in given.out


def test_a_csv_on_its_soles_is_unsure(kinemesh_command: Command) -> None:
    file: Path = recording("g1_references/B_HandsUp.csv")
    done = kinemesh_command("info", file)
    assert "nothing on the ground tells them apart: unsure; --robot names the one" in done.out
