"""What is written is read again, and velocities are those of the positions beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import kinemesh
from kinemesh.motion import Links, Trajectory
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from kinemesh.trajectories import WRITERS, LayoutFile, read_contents, read_layout

PLACE = 1e-6
"""Positions [m] and joints [rad]: float32 to 8 m, text to nine digits."""
TURN = 1e-5
"""Rotations [rad]."""
SPEED = 1e-3
"""The largest error of any component of a velocity [m/s], [rad/s]."""
SINGLE = ("beyondmimic", "mjlab", "motionlib", "protomotions", "hdmi")
PROPS = (
    *("holosoma-train", "holosoma", "omniretarget", "hdmi", "loco-mujoco", "omnicontact"),
    *("lerobot", "parquet"),
)


def target(folder: Path, format: str) -> Path:
    suffixes = WRITERS[format].suffixes
    return folder / f"motion{suffixes[0] if suffixes else ''}"


def read(path: Path, robot: RobotModel, links: Links, fps: float | None = None) -> LayoutFile:
    return read_layout(path, robot.joint_names, robot.name, fps, links=links)


def assert_same(found: Trajectory, wanted: np.ndarray) -> None:
    """Positions, joints and rotations of ``found`` are those of ``wanted`` ``(T, nq)``."""
    assert found.q.shape == wanted.shape
    np.testing.assert_allclose(found.q[:, :3], wanted[:, :3], atol=PLACE, rtol=0)
    np.testing.assert_allclose(found.joints, wanted[:, 7:], atol=PLACE, rtol=0)
    apart(found.q[:, 3:7], wanted[:, 3:7], TURN)


def apart(found: np.ndarray, wanted: np.ndarray, limit: float) -> None:
    turn = Rotation.from_quat(found).inv() * Rotation.from_quat(wanted)
    assert turn.magnitude().max() < limit


# ------------------------------------------------------------------ round trips


@pytest.mark.parametrize("format", WRITERS)
def test_what_is_written_at_its_own_rate_is_read_back_in_full(
    format: str, result: Result, robot: RobotModel, links: Links, tmp_path: Path
) -> None:
    own = result.trajectory
    path = target(tmp_path, format)
    kinemesh.write(result, path, format=format, fps=own.fps)
    stated = format not in ("unitree-csv", "sonic")
    file = read(path, robot, links, None if stated else own.fps)
    assert file.format == format
    assert file.trajectory.fps == own.fps
    assert_same(file.trajectory, own.q)
    assert file.warnings == ()
    tracks = list(result.tracks.values()) if format in PROPS else []
    assert len(file.tracks) == len(tracks)
    for found, wanted in zip(file.tracks, tracks, strict=True):
        np.testing.assert_allclose(found[:, :3], wanted[:, :3], atol=PLACE, rtol=0)
        apart(found[:, 3:], wanted[:, 3:], TURN)


@pytest.mark.parametrize("format", WRITERS)
def test_at_another_rate_the_instants_that_both_have_are_the_same(
    format: str, result: Result, robot: RobotModel, links: Links, tmp_path: Path
) -> None:
    own = result.trajectory
    path = target(tmp_path, format)
    notes = kinemesh.write(result, path, format=format, fps=50.0)
    assert any("resampled from 30 to 50 frames/s" in note for note in notes)
    file = read(path, robot, links, 50.0 if format == "unitree-csv" else None)
    assert file.trajectory.fps == 50.0
    assert len(file.trajectory) == int((len(own) - 1) / 30.0 * 50.0) + 1
    shared = Trajectory(file.trajectory.q[::5], 10.0, own.joint_names, own.robot)
    assert_same(shared, own.q[::3][: len(shared)])


@pytest.mark.slow
def test_whole_body_trackers_are_written_at_50_and_others_at_their_own_rate(
    walked: Result, robot: RobotModel, links: Links, tmp_path: Path
) -> None:
    rates = {}
    for format in WRITERS:
        path = target(tmp_path / format, format)
        path.parent.mkdir()
        kinemesh.write(walked, path, format=format)
        rates[format] = read(path, robot, links).trajectory.fps
    fifty = {"beyondmimic", "mjlab", "holosoma-train", "hdmi", "sonic", "omnicontact"}
    assert rates == {format: 50.0 if format in fifty else 30.0 for format in WRITERS}


@pytest.mark.slow
def test_writing_what_was_read_of_a_file_gives_the_same_file(
    lifted: Result, robot: RobotModel, links: Links, tmp_path: Path
) -> None:
    """Any readable to any writable, through every format in turn: nothing drifts."""
    trajectory, fps = lifted.trajectory, lifted.trajectory.fps
    for format in WRITERS:
        path = target(tmp_path / format, format)
        path.parent.mkdir()
        kinemesh.write(trajectory, path, format=format, fps=fps)
        trajectory = read(path, robot, links, None if "csv" not in format else fps).trajectory
        if format == "sonic":
            trajectory = Trajectory(trajectory.q, fps, trajectory.joint_names, trajectory.robot)
    assert_same(trajectory, lifted.trajectory.q)


# ------------------------------------------------------------------ velocities


def bodies(path: Path, format: str) -> dict[str, np.ndarray]:
    """Positions, quaternions (x y z w), velocities and rate, as the file has them."""
    arrays = read_contents(path).arrays
    names = {
        "protomotions": (
            "rigid_body_pos",
            "rigid_body_rot",
            "rigid_body_vel",
            "rigid_body_ang_vel",
        ),
        "sonic": ("body_pos", "body_quat", "body_lin_vel", "body_ang_vel"),
    }.get(format, ("body_pos_w", "body_quat_w", "body_lin_vel_w", "body_ang_vel_w"))
    place, turn, linear, angular = (arrays[name] for name in names)
    if format != "protomotions":
        turn = turn[..., [1, 2, 3, 0]]
    rate = arrays["fps"].reshape(-1)[0] if "fps" in arrays else 50.0
    return {"p": place, "q": turn, "v": linear, "w": angular, "fps": rate}


def arms(file: dict[str, np.ndarray], offsets: np.ndarray) -> np.ndarray:
    """Points at ``offsets`` ``(B, 3)`` of the bodies, in the world ``(T, B, 3)``."""
    turns = Rotation.from_quat(file["q"].reshape(-1, 4)).as_matrix()
    turns = turns.reshape(*file["q"].shape[:2], 3, 3)
    return file["p"] + np.einsum("tbij,bj->tbi", turns, offsets)


def assert_turning(file: dict[str, np.ndarray]) -> None:
    """Turning for two frames at the angular velocity leads from a frame to the next but one."""
    before = Rotation.from_quat(file["q"][:-2].reshape(-1, 4))
    after = Rotation.from_quat(file["q"][2:].reshape(-1, 4))
    turn = Rotation.from_rotvec(file["w"][1:-1].reshape(-1, 3) * 2.0 / file["fps"])
    assert ((turn * before).inv() * after).magnitude().max() < 2.0 * SPEED / file["fps"]
    for k, a, b in ((0, 0, 1), (-1, -2, -1)):  # one-sided at the ends
        turn = Rotation.from_rotvec(file["w"][k] / file["fps"])
        end = turn * Rotation.from_quat(file["q"][a])
        assert (end.inv() * Rotation.from_quat(file["q"][b])).magnitude().max() < SPEED / 50.0


@pytest.mark.parametrize(
    "format", ["mjlab", "holosoma-train", "protomotions", "sonic", "omnicontact"]
)
def test_velocities_are_those_of_the_written_origins(
    format: str, result: Result, tmp_path: Path
) -> None:
    path = target(tmp_path, format)
    kinemesh.write(result, path, format=format, fps=50.0)
    file = bodies(path, format)
    finite = np.gradient(file["p"], 1.0 / file["fps"], axis=0)
    assert np.abs(file["v"] - finite).max() < SPEED
    assert np.abs(finite).max() > 0.1  # it does move
    assert_turning(file)


@pytest.mark.parametrize("format", ["beyondmimic", "hdmi"])
def test_velocities_are_those_of_the_centres_of_mass_where_the_reader_takes_them_so(
    format: str, result: Result, links: Links, tmp_path: Path
) -> None:
    path = target(tmp_path, format)
    kinemesh.write(result, path, format=format, fps=50.0)
    file = bodies(path, format)
    if format == "beyondmimic":
        offsets = links.centres[links.breadth_first()]
    else:
        offsets = links.centres[links.listed("hdmi").carriers]
        offsets = np.vstack([offsets, np.zeros((len(result.tracks), 3))])
    centres = arms(file, offsets)
    finite = np.gradient(centres, 1.0 / file["fps"], axis=0)
    assert np.abs(file["v"] - finite).max() < SPEED
    origins = np.gradient(file["p"], 1.0 / file["fps"], axis=0)
    assert np.abs(file["v"] - origins).max() > 20.0 * SPEED  # the two are not the same
    assert_turning(file)


@pytest.mark.parametrize(
    "format",
    [
        *("beyondmimic", "mjlab", "hdmi", "sonic", "protomotions"),
        *("isaaclab", "loco-mujoco", "omnicontact"),
    ],
)
def test_joint_velocities_are_those_of_the_written_joints(
    format: str, result: Result, tmp_path: Path
) -> None:
    path = target(tmp_path, format)
    kinemesh.write(result, path, format=format, fps=50.0)
    arrays = read_contents(path).arrays
    keys = {
        "protomotions": ("dof_pos", "dof_vel"),
        "isaaclab": ("dof_positions", "dof_velocities"),
        "loco-mujoco": ("qpos", "qvel"),
    }.get(format, ("joint_pos", "joint_vel"))
    position, velocity = (arrays[key] for key in keys)
    if format == "loco-mujoco":
        position, velocity = position[:, 7:36], velocity[:, 6:35]
    assert np.abs(velocity - np.gradient(position, 0.02, axis=0)).max() < SPEED


def test_holosomas_joint_velocity_is_a_qvel_its_roots_turning_in_its_own_axes(
    result: Result, tmp_path: Path
) -> None:
    path = tmp_path / "train.npz"
    kinemesh.write(result, path, format="holosoma-train")
    arrays = read_contents(path).arrays
    qpos, qvel = arrays["joint_pos"], arrays["joint_vel"]
    assert (qpos.shape[1], qvel.shape[1]) == (36, 35)
    root = Rotation.from_quat(qpos[:, [4, 5, 6, 3]])
    turn = Rotation.from_rotvec(qvel[1:-1, 3:6] * 0.04)  # on the right: in the body's axes
    assert ((root[:-2] * turn).inv() * root[2:]).magnitude().max() < 2e-3
    np.testing.assert_allclose(
        root.apply(np.array(qvel[:, 3:6])), arrays["body_ang_vel_w"][:, 1], atol=1e-9
    )
    finite = np.gradient(qpos[:, :3], 0.02, axis=0)
    assert np.abs(qvel[:, :3] - finite).max() < SPEED
    assert np.abs(qvel[:, 6:] - np.gradient(qpos[:, 7:], 0.02, axis=0)).max() < SPEED


def test_a_props_velocity_is_that_of_its_pose(lifted: Result, tmp_path: Path) -> None:
    kinemesh.write(lifted, tmp_path / "train.npz", format="holosoma-train")
    arrays = read_contents(tmp_path / "train.npz").arrays
    finite = np.gradient(arrays["object_pos_w"], 0.02, axis=0)
    assert np.abs(arrays["object_lin_vel_w"] - finite).max() < SPEED
    assert np.abs(finite).max() > 0.05
    kinemesh.write(lifted, tmp_path / "hdmi", format="hdmi")
    contents = read_contents(tmp_path / "hdmi")
    assert contents.names["body_names"][-1] == "box"
    box = {key: contents.arrays[f"body_{key}_w"][:, -1] for key in ("pos", "lin_vel")}
    assert np.abs(box["lin_vel"] - np.gradient(box["pos"], 0.02, axis=0)).max() < SPEED
