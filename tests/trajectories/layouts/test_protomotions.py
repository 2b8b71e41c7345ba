"""The bodies of ProtoMotions' own model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import kinemesh
from kinemesh.motion import Links
from kinemesh.result import Result
from kinemesh.trajectories import read_contents


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


def test_bodies_of_parts_that_touch_are_in_contact(
    walked: Result, links: Links, tmp_path: Path
) -> None:
    frames = np.arange(len(walked))
    bodies = {
        "left_hand": "left_rubber_hand",
        "right_knee": "right_knee_link",
        "left_shin": "left_knee_link",
        "left_forearm": "left_elbow_link",
        "seat": "pelvis",
        "back": "torso_link",
    }
    touch = {(part, "ground"): frames % (k + 2) == 0 for k, part in enumerate(bodies)}
    touch["left_hand", "box"] = frames == 1
    result = replace(walked, touch=touch, stance={})
    kinemesh.write(result, tmp_path / "a.motion", format="protomotions")
    contacts = read_contents(tmp_path / "a.motion").arrays["rigid_body_contacts"]
    names = links.listed("protomotions").names
    for (part, thing), flags in touch.items():
        if thing == "ground":
            also = touch["left_hand", "box"] if part == "left_hand" else False
            assert contacts[:, names.index(bodies[part])].tolist() == (flags | also).tolist(), part
    assert contacts.any(axis=0).sum() == len(bodies)


def test_a_file_for_torch_is_read_by_torch(walked: Result, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    kinemesh.write(walked, tmp_path / "a.motion", format="protomotions")
    table = torch.load(tmp_path / "a.motion", weights_only=True)
    np.testing.assert_allclose(table["dof_pos"].numpy(), walked.trajectory.joints, atol=1e-6)
    assert table["fps"] == 30.0
