"""The bodies of ProtoMotions' own model."""

from __future__ import annotations

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


def test_a_file_for_torch_is_read_by_torch(walked: Result, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    kinemesh.write(walked, tmp_path / "a.motion", format="protomotions")
    table = torch.load(tmp_path / "a.motion", weights_only=True)
    np.testing.assert_allclose(table["dof_pos"].numpy(), walked.trajectory.joints, atol=1e-6)
    assert table["fps"] == 30.0
