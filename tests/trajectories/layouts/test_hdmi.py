"""Two files, and props among the bodies."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import kinemesh
from kinemesh.errors import ReadError
from kinemesh.result import Result
from trajectory_files import Read


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


def test_hdmis_bodies_that_are_no_links_are_props(
    written: dict[str, Path], read: Read, lifted: Result
) -> None:
    file = read(written["hdmi"])
    assert file.prop_names == ("box",)
    np.testing.assert_allclose(file.tracks[0][:, :3], lifted.tracks["box"][:, :3], atol=1e-6)


def test_a_file_that_names_nothing_is_refused_as_hdmis(
    written: dict[str, Path], read: Read
) -> None:
    with pytest.raises(ReadError, match=r"names no joint left_hip_pitch_joint"):
        read(written["gmr"], format="hdmi")
