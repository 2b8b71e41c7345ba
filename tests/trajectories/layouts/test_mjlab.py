"""MuJoCo's orders, in float32."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import kinemesh
from kinemesh.errors import ReadError
from kinemesh.result import Result
from trajectory_files import Read, arrays_of


def test_the_trackers_archives_are_float32_and_hold_no_pickle(
    walked: Result, tmp_path: Path
) -> None:
    kinemesh.write(walked, tmp_path / "a.npz", format="mjlab")
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        kinds = {key: file[key].dtype for key in file.files}
    fps = kinds.pop("fps")
    assert fps.kind == "i"
    assert set(kinds.values()) == {np.dtype(np.float32)}


def test_as_many_quaternions_as_places_are_wanted_whatever_is_said_of_the_layout(
    written: dict[str, Path], read: Read, tmp_path: Path
) -> None:
    arrays = arrays_of(written["mjlab"])
    arrays["body_pos_w"] = arrays["body_pos_w"][:, 1:]
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(ReadError, match=r"'body_quat_w' has shape \(32, 30, 4\); expected"):
        read(tmp_path / "a.npz", format="mjlab")
