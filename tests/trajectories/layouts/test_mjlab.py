"""MuJoCo's orders, in float32."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import kinemesh
from kinemesh.result import Result


def test_the_trackers_archives_are_float32_and_hold_no_pickle(
    walked: Result, tmp_path: Path
) -> None:
    kinemesh.write(walked, tmp_path / "a.npz", format="mjlab")
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        kinds = {key: file[key].dtype for key in file.files}
    fps = kinds.pop("fps")
    assert fps.kind == "i"
    assert set(kinds.values()) == {np.dtype(np.float32)}
