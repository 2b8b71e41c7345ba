"""The layouts themselves, by the tables of the tools that read them."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import kinemesh
from kinemesh.io import read_contents
from kinemesh.motion import Links
from kinemesh.result import Result

MUJOCO_TO_ISAACLAB = (
    *(0, 6, 12, 1, 7, 13, 2, 8, 14, 3, 9, 15, 22, 4, 10, 16, 23, 5, 11, 17, 24, 18, 25, 19, 26),
    *(20, 27, 21, 28),
)
"""``gear_sonic/envs/manager_env/robots/g1.py`` of GR00T-WholeBodyControl."""
SONIC_BODIES = [0, 4, 10, 18, 5, 11, 19, 9, 16, 22, 28, 17, 23, 29]
ISAACLAB_BODIES = (
    "pelvis left_hip_pitch right_hip_pitch waist_yaw left_hip_roll right_hip_roll waist_roll "
    "left_hip_yaw right_hip_yaw torso left_knee right_knee left_shoulder_pitch "
    "right_shoulder_pitch left_ankle_pitch right_ankle_pitch left_shoulder_roll "
    "right_shoulder_roll left_ankle_roll right_ankle_roll left_shoulder_yaw right_shoulder_yaw "
    "left_elbow right_elbow left_wrist_roll right_wrist_roll left_wrist_pitch right_wrist_pitch "
    "left_wrist_yaw right_wrist_yaw"
).split()


def test_isaaclabs_orders_of_the_g1_are_those_of_its_tables(links: Links) -> None:
    assert tuple(links.breadth_first_joints()) == MUJOCO_TO_ISAACLAB
    found = [links.names[k].removesuffix("_link") for k in links.breadth_first()]
    assert found == ISAACLAB_BODIES


def test_beyondmimics_columns_are_isaaclabs_and_mjlabs_are_mujocos(
    walked: Result, links: Links, tmp_path: Path
) -> None:
    own = walked.trajectory
    for format in ("beyondmimic", "mjlab"):
        kinemesh.write(walked, tmp_path / f"{format}.npz", format=format, fps=own.fps)
    wide, deep = (read_contents(tmp_path / f"{n}.npz").arrays for n in ("beyondmimic", "mjlab"))
    np.testing.assert_allclose(deep["joint_pos"], own.joints, atol=1e-6)
    np.testing.assert_allclose(
        wide["joint_pos"], own.joints[:, list(MUJOCO_TO_ISAACLAB)], atol=1e-6
    )
    order = [links.names.index(n if n == "pelvis" else f"{n}_link") for n in ISAACLAB_BODIES]
    assert wide["body_pos_w"].shape == deep["body_pos_w"].shape == (len(own), 30, 3)
    np.testing.assert_array_equal(wide["body_pos_w"], deep["body_pos_w"][:, order])
    np.testing.assert_array_equal(wide["body_quat_w"], deep["body_quat_w"][:, order])
    np.testing.assert_allclose(deep["body_quat_w"][:, 0, 1:], own.q[:, 3:6], atol=1e-6)  # w first
    for arrays in (wide, deep):
        assert arrays["fps"].shape == (1,) and arrays["fps"][0] == own.fps


def test_the_trackers_archives_are_float32_and_hold_no_pickle(
    walked: Result, tmp_path: Path
) -> None:
    kinemesh.write(walked, tmp_path / "a.npz", format="mjlab")
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        kinds = {key: file[key].dtype for key in file.files}
    fps = kinds.pop("fps")
    assert fps.kind == "i"
    assert set(kinds.values()) == {np.dtype(np.float32)}


def test_holosomas_bodies_have_the_world_at_the_head(walked: Result, tmp_path: Path) -> None:
    kinemesh.write(walked, tmp_path / "a.npz", format="holosoma-train")
    contents = read_contents(tmp_path / "a.npz")
    assert contents.names["body_names"][:2] == ("world", "pelvis")
    assert len(contents.names["body_names"]) == 31
    assert len(contents.names["joint_names"]) == 29
    np.testing.assert_array_equal(contents.arrays["body_pos_w"][:, 0], 0.0)
    np.testing.assert_array_equal(
        contents.arrays["body_quat_w"][:, 0], np.tile([1, 0, 0, 0], (52, 1))
    )
    assert "object_pos_w" not in contents.arrays


def test_omniretarget_has_quaternions_before_places(lifted: Result, tmp_path: Path) -> None:
    kinemesh.write(lifted, tmp_path / "a.npz", format="omniretarget")
    kinemesh.write(lifted, tmp_path / "b.npz", format="holosoma")
    rolled, plain = (read_contents(tmp_path / f"{n}.npz").arrays["qpos"] for n in "ab")
    assert rolled.shape == plain.shape == (len(lifted), 43)
    for start in (0, 36):
        np.testing.assert_array_equal(rolled[:, start : start + 4], plain[:, start + 3 : start + 7])
        np.testing.assert_array_equal(rolled[:, start + 4 : start + 7], plain[:, start : start + 3])
    np.testing.assert_allclose(plain, lifted.qpos(), atol=1e-14)


def test_unitrees_table_has_36_columns_w_last_and_no_header(walked: Result, tmp_path: Path) -> None:
    kinemesh.write(walked, tmp_path / "a.csv", format="unitree-csv")
    table = np.loadtxt(tmp_path / "a.csv", delimiter=",")
    assert table.shape == (len(walked), 36)
    np.testing.assert_allclose(table, walked.trajectory.q, atol=1e-8)


def test_gmrs_table_is_what_its_loader_takes(walked: Result, links: Links, tmp_path: Path) -> None:
    kinemesh.write(walked, tmp_path / "a.pkl", format="gmr")
    table = pickle.loads((tmp_path / "a.pkl").read_bytes())
    assert sorted(table) == sorted(
        ["fps", "root_pos", "root_rot", "dof_pos", "local_body_pos", "link_body_list"]
    )
    own = walked.trajectory
    np.testing.assert_allclose(table["root_rot"], own.q[:, 3:7], atol=1e-12)  # w last
    np.testing.assert_array_equal(table["dof_pos"], own.joints)
    assert table["link_body_list"] == list(links.names)
    foot = links.names.index("left_ankle_roll_link")
    back = Rotation.from_quat(table["root_rot"]).apply(table["local_body_pos"][:, foot])
    world = back + table["root_pos"]
    assert np.abs(world[:, 2]).min() < 0.1  # the sole is 35 mm below
    assert table["local_body_pos"][:, 0] == pytest.approx(np.zeros((len(own), 3)), abs=1e-7)


def test_a_motion_library_is_read_by_joblib_and_says_the_same_twice(
    walked: Result, links: Links, tmp_path: Path
) -> None:
    joblib = pytest.importorskip("joblib")
    kinemesh.write(walked, tmp_path / "a.pkl", format="motionlib", name="my walk")
    library = joblib.load(tmp_path / "a.pkl")
    assert list(library) == ["my walk"]
    entry, own = library["my walk"], walked.trajectory
    assert entry["fps"] == 30
    shapes = {key: value.shape for key, value in entry.items() if key != "fps"}
    frames = len(own)
    assert shapes == {
        "root_trans_offset": (frames, 3),
        "pose_aa": (frames, 30, 3),
        "dof": (frames, 29),
        "root_rot": (frames, 4),
        "smpl_joints": (frames, 24, 3),
        "contact_mask": (frames, 2),
    }
    root = Rotation.from_rotvec(entry["pose_aa"][:, 0])
    assert (root.inv() * Rotation.from_quat(entry["root_rot"])).magnitude().max() < 1e-5
    knee = links.joints.index("left_knee_joint")
    np.testing.assert_allclose(entry["pose_aa"][:, 1 + knee, 1], entry["dof"][:, knee], atol=1e-6)
    held = walked.stance["left_toe"]
    np.testing.assert_array_equal(entry["contact_mask"][:, 0], held)
    assert 0 < held.sum() < frames


def test_mimickits_frames_are_lists_of_places_exponential_maps_and_joints(
    walked: Result, tmp_path: Path
) -> None:
    kinemesh.write(walked, tmp_path / "a.pkl", format="mimickit")
    table = pickle.loads((tmp_path / "a.pkl").read_bytes())
    assert (table["loop_mode"], table["fps"]) == (0, 30)
    assert isinstance(table["frames"], list) and isinstance(table["frames"][0][0], float)
    frames = np.array(table["frames"])
    assert frames.shape == (len(walked), 3 + 3 + 29)
    turn = Rotation.from_rotvec(frames[:, 3:6])
    base = Rotation.from_quat(walked.trajectory.q[:, 3:7])
    assert (turn.inv() * base).magnitude().max() < 1e-9


def test_protomotions_has_its_own_33_bodies_and_no_local_rotations(
    walked: Result, links: Links, tmp_path: Path
) -> None:
    kinemesh.write(walked, tmp_path / "a.motion", format="protomotions")
    arrays = read_contents(tmp_path / "a.motion").arrays
    assert "local_rigid_body_rot" not in arrays
    assert arrays["rigid_body_pos"].shape == (len(walked), 33, 3)
    names = links.listed("protomotions").names
    assert names[:2] == ("pelvis", "head")
    place = {name: arrays["rigid_body_pos"][:, k] for k, name in enumerate(names)}
    up = np.linalg.norm(place["head"] - place["pelvis"], axis=1)
    np.testing.assert_allclose(up, 0.4, atol=1e-6)
    reach = np.linalg.norm(place["left_rubber_hand"] - place["left_wrist_yaw_link"], axis=1)
    np.testing.assert_allclose(reach, 0.12, atol=1e-6)
    feet = arrays["rigid_body_contacts"]
    assert feet.shape == (len(walked), 33)
    assert set(np.flatnonzero(feet.any(axis=0))) <= {
        names.index(f"{side}_ankle_roll_link") for side in ("left", "right")
    }
    assert feet.any()


def test_a_file_for_torch_is_read_by_torch(walked: Result, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    kinemesh.write(walked, tmp_path / "a.motion", format="protomotions")
    table = torch.load(tmp_path / "a.motion", weights_only=True)
    np.testing.assert_allclose(table["dof_pos"].numpy(), walked.trajectory.joints, atol=1e-6)
    assert table["fps"] == 30.0


def test_hdmis_meta_names_its_28_bodies_and_the_prop(lifted: Result, tmp_path: Path) -> None:
    kinemesh.write(lifted, tmp_path / "a", format="hdmi")
    meta = json.loads((tmp_path / "a" / "meta.json").read_text())
    assert meta["fps"] == 50
    assert len(meta["body_names"]) == 29 and meta["body_names"][-1] == "box"
    assert not {"waist_yaw_link", "waist_roll_link"} & set(meta["body_names"])
    assert len(meta["joint_names"]) == 29
    with np.load(tmp_path / "a" / "motion.npz") as file:
        assert file["body_pos_w"].shape[1] == 29
        assert "fps" not in file.files


def test_sonics_folder_has_its_headers_and_its_list_of_bodies_on_one_line(
    walked: Result, tmp_path: Path
) -> None:
    kinemesh.write(walked, tmp_path / "a", format="sonic")
    lines = (tmp_path / "a" / "metadata.txt").read_text().splitlines()
    listed = lines[lines.index("Body part indexes:") + 1]
    assert [int(n) for n in listed.strip("[]").split()] == SONIC_BODIES
    assert "Total timesteps: 52" in lines
    heads = {
        name: (tmp_path / "a" / f"{name}.csv").read_text().splitlines()[0].split(",")
        for name in ("joint_pos", "joint_vel", "body_pos", "body_quat", "body_lin_vel")
    }
    assert heads["joint_pos"][0] == "joint_0" and len(heads["joint_pos"]) == 29
    assert heads["joint_vel"][0] == "joint_vel_0"
    assert heads["body_pos"][:3] == ["body_0_x", "body_0_y", "body_0_z"]
    assert heads["body_quat"][:4] == ["body_0_w", "body_0_x", "body_0_y", "body_0_z"]
    assert heads["body_lin_vel"][-1] == "body_13_vel_z"
    joints = np.loadtxt(tmp_path / "a" / "joint_pos.csv", delimiter=",", skiprows=1)
    own = walked.trajectory.joints[:, list(MUJOCO_TO_ISAACLAB)]
    np.testing.assert_allclose(joints[::5], own[::3][: len(joints[::5])], atol=1e-8)
