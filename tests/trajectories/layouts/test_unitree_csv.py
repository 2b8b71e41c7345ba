"""36 columns and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import kinemesh
from kinemesh.result import Result


def test_unitrees_table_has_36_columns_w_last_and_no_header(walked: Result, tmp_path: Path) -> None:
    kinemesh.write(walked, tmp_path / "a.csv", format="unitree-csv")
    table = np.loadtxt(tmp_path / "a.csv", delimiter=",")
    assert table.shape == (len(walked), 36)
    np.testing.assert_allclose(table, walked.trajectory.q, atol=1e-8)
