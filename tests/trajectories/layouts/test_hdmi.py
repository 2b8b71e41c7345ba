"""Two files, and props among the bodies."""

from __future__ import annotations

import json
from dataclasses import replace
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


def test_hdmi_is_told_when_each_hand_holds_a_prop(lifted: Result, tmp_path: Path) -> None:
    half = np.arange(len(lifted)) >= 16
    knee = np.ones(len(lifted), dtype=bool)
    held = replace(
        lifted,
        touch={("right_hand", "box"): half, ("left_hand", "ground"): knee, ("seat", "box"): knee},
    )
    kinemesh.write(held, tmp_path / "a", format="hdmi")
    with np.load(tmp_path / "a" / "motion.npz") as file:
        contact, frames = file["object_contact"], len(file["joint_pos"])
    assert contact.dtype == np.bool_ and contact.shape == (frames, 2)
    assert not contact[:, 0].any()
    times = np.arange(frames) / 50.0
    assert not contact[times < 15.4 / 30.0, 1].any() and contact[times > 15.6 / 30.0, 1].all()


def test_hdmi_is_told_nothing_that_is_not_known_or_that_it_cannot_interpolate(
    lifted: Result, walked: Result, tmp_path: Path
) -> None:
    unknown = replace(lifted, touch={}, stance={})
    for name, result, fps in (("a", unknown, 50), ("b", lifted, 30), ("c", walked, 50)):
        kinemesh.write(result, tmp_path / name, format="hdmi", fps=fps)
        with np.load(tmp_path / name / "motion.npz") as file:
            assert "object_contact" not in file.files
    kinemesh.write(replace(lifted, touch={}), tmp_path / "d", format="hdmi")
    with np.load(tmp_path / "d" / "motion.npz") as file:
        assert not file["object_contact"].any()


@pytest.mark.slow
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
