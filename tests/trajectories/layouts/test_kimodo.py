"""w first."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kinemesh.result import Result
from trajectory_files import Read


def test_kimodos_table_has_w_first(lifted: Result, read: Read, tmp_path: Path) -> None:
    own = lifted.trajectory
    np.savetxt(tmp_path / "a.csv", own.qpos(), delimiter=",")
    file = read(tmp_path / "a.csv")
    assert file.format == "kimodo"
    np.testing.assert_allclose(file.trajectory.q, own.q, atol=1e-9)
